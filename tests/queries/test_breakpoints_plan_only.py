"""The figures of breakpoints.md on the plan alone, and a complete chain with the shipped default maps."""

from __future__ import annotations

import pytest

from graph.framework import Framework
from graph.records import EdgeRow, NodeRow, Ref, Revision, Tally
from graph.schema import KINDS as NODE_KINDS
from ingest.catalogue import records
from queries.breakpoints import breakpoints
from queries.finding import BreakpointList

DAY = "2026-06-01"


def catalogue(plan_only: bool) -> Framework:
    nodes: dict[Ref, NodeRow] = {}
    edges: list[EdgeRow] = []
    for record in records(plan_only):
        if record.node is not None and NODE_KINDS[record.node.kind].group == "framework":
            nodes[record.node.ref] = record.node
        edges += [edge._replace(sources=("catalogue",)) for edge in record.edges]
    return Framework(nodes.values(), edges, 1, "Asia/Shanghai")


@pytest.fixture(scope="module")
def plan() -> BreakpointList:
    return _listed(catalogue(plan_only=True), ())


@pytest.fixture(scope="module")
def full() -> Framework:
    return catalogue(plan_only=False)


def _listed(framework: Framework, categories: tuple[str, ...]) -> BreakpointList:
    tallies = [Tally((), categories, "", "2026-05-01", 1, 1)] if categories else []
    return breakpoints(
        framework, tallies, revision=Revision(1, 1), as_of=DAY, computed_at="2026-06-01T00:00:00.000000Z"
    )


def _nodes(found: BreakpointList, kind: str) -> list[str]:
    return [node for finding in found.findings if finding.kind == kind for node in finding.nodes]


@pytest.mark.parametrize(
    ("kind", "count"),
    {
        "unowned_control": 43, "control_unmeasured": 42, "kci_without_kqi": 21, "kqi_without_kpi": 14, "indicator_unfed": 16,
        "stage_uncontrolled": 3, "policy_missing": 43, "process_missing": 43, "system_missing": 43, "unmonitored": 43,
        "dangling_owner": 0, "owner_conflict": 0, "rollup_cycle": 0, "level_skipped": 0, "unmapped_category": 0,
        "no_deputy": 0, "unconfirmed_default": 0,
    }.items(),
)  # fmt: skip
def test_figures_on_the_plan_alone(plan: BreakpointList, kind: str, count: int) -> None:
    assert plan.counts.by_kind[kind] == count


def test_what_the_figures_are_made_of(plan: BreakpointList) -> None:
    assert "ControlPoint:CP15" not in _nodes(plan, "control_unmeasured")  # 测试通过率 is its own indicator, KCI04
    assert _nodes(plan, "stage_uncontrolled") == ["Stage:D3-S1", "Stage:D3-S2", "Stage:D3-S3"]
    full_monitoring = {f.nodes[0] for f in plan.findings if f.kind == "unmonitored" and f.severity == 3}
    assert full_monitoring == {"ControlPoint:CP27", "ControlPoint:CP37", "ControlPoint:CP38"}
    assert all(finding.owner is None for finding in plan.findings)  # the plan names nobody


def test_the_default_maps_make_the_chain_complete_and_say_so(full: Framework) -> None:
    found = _listed(full, ())
    for kind in ("control_unmeasured", "kci_without_kqi", "kqi_without_kpi", "indicator_unfed", "stage_uncontrolled",
                 "level_skipped", "rollup_cycle", "cause_cycle", "weights_broken", "no_target"):  # fmt: skip
        assert _nodes(found, kind) == [], kind
    assert {f.key.partition("|")[2] for f in found.findings if f.kind == "unconfirmed_default"} == {
        "CAUSED_BY", "MEASURED_BY", "POINTS_TO", "ROLLS_UP_TO",
    }  # fmt: skip


def test_the_only_leaves_that_point_nowhere_are_those_with_external_causes_alone(full: Framework) -> None:
    parents = {edge.target.id for edge in full.edges("CHILD_OF")}
    leaves = tuple(id_ for id_ in full.nodes("Category") if id_ not in parents)
    unmapped = _nodes(_listed(full, leaves), "unmapped_category")
    assert unmapped == ["Category:M0101", "Category:M0103", "Category:M0105"]
    assert all("null_rate" in full.nodes("Category")[Ref.parse(node).id].props for node in unmapped)
