"""The gaps of a trace are the findings of the list, seen from the other side: the same ones, with the same words, and no more."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from graph.case import Case
from graph.errors import Where
from graph.records import EdgeRow, NodeRow, Record, Ref
from graph.schema import KINDS as NODE_KINDS
from graph.stores import open_store
from queries.answers import TraceAnswer
from queries.breakpoints import KINDS, breakpoints
from queries.finding import Finding
from queries.findings.of_case import ASKED
from queries.parameters import Parameters
from queries.trace import trace
from tests.queries.breakpoints_edits import EDITS
from tests.queries.breakpoints_fact_edits import FACT_EDITS
from tests.queries.breakpoints_world import DAY, NOW, World

ABOUT_SUBJECTS = {predicate.kind for predicate, _ in ASKED}
SEEN = {kind for kind, predicate in KINDS.items() if predicate.framework_only} | ABOUT_SUBJECTS | {"unmapped_category"}
"""The kinds a trace can see; the others read facts that a complaint's case does not hold, or ask how many there are."""
CHANGES = {name: edit.change for name, edit in EDITS.items()} | {name: edit[0] for name, edit in FACT_EDITS.items()}
OF_SUBJECTS = [name for name, edit in FACT_EDITS.items() if any(key.partition("|")[0] in ABOUT_SUBJECTS for key in edit[1])]  # fmt: skip
CATEGORIES = ("C0", "C1", "C8", "C9")


def test_which_kinds_about_subjects_a_case_can_answer() -> None:
    assert {"live_below_100", "passed_ungated", "tier_gap", "functions_incomplete", "unsafe_exit"} == ABOUT_SUBJECTS
    assert {kind for kind, predicate in KINDS.items() if predicate.find_on} - ABOUT_SUBJECTS == {
        "key_flow_missing", "sync_missing",
    }  # fmt: skip


def _complaints(world: World) -> list[Record]:
    """A complaint about every subject there is, each under another category."""
    records = []
    for number, about in enumerate(ref for ref in sorted(world.nodes) if ref.startswith(("Product:", "Campaign:"))):
        complaint, category = Ref("Complaint", f"G{number}"), Ref("Category", CATEGORIES[number % len(CATEGORIES)])
        ends = {"ABOUT": Ref.parse(about)} | ({"IN_CATEGORY": category} if str(category) in world.nodes else {})
        node = NodeRow(*complaint, {"event_at": "2026-05-31T04:00:00.000000Z"}, ("customer",))
        records.append(Record(node, tuple(EdgeRow(name, complaint, end, {}, ("customer",)) for name, end in ends.items()), Where()))  # fmt: skip
    return records


def _both_sides(
    world: World, path: Path, parameters: Parameters
) -> tuple[tuple[Finding, ...], list[tuple[Case, TraceAnswer]]]:
    """The list of a world that went through a store, and the traces of its complaints."""
    for props in world.nodes.values():
        if "event_at" in props:
            props.setdefault("recorded_at", props["event_at"])  # as every load does
    store = open_store(f"sqlite:///{path}", create=True)
    store.initialise()
    with store.session() as session:
        for kind in NODE_KINDS:
            rows = [world.row(ref) for ref in world.nodes if ref.startswith(f"{kind}:")]
            session.write([Record(row._replace(sources=("customer",)), (), Where()) for row in rows])
        session.write([Record(None, (edge,), Where()) for edge in world.links()])
        session.write(_complaints(world))
    framework, revision, cases = store.framework(), store.revision(), list(store.cases())
    listed = breakpoints(framework, store.tallies(), revision=revision, as_of=DAY, computed_at=NOW, facts=store)
    traces = [(c, trace(framework, c, revision=revision, as_of=f"{DAY}T04:00:00.000000Z", parameters=parameters)) for c in cases]  # fmt: skip
    store.close()
    return listed.findings, traces


def _met(case: Case, answer: TraceAnswer) -> set[str]:
    """The nodes on the way, as the answer shows them."""
    root, gate = answer.root, answer.earliest_gate
    traced_to = root.control_point if root is not None else None
    path = next((one.path for one in answer.candidates if traced_to is not None and one.control_point == traced_to), ())
    named = [root.stage, root.subject] if root is not None else []
    named += [gate.gate] if gate is not None else []
    return {
        *(f"Category:{id_}" for id_ in case.categories), *map(str, case.about), *(anchor.control_point for anchor in answer.anchors),
        *path, *(indicator.id for indicator in answer.indicators),
        *(ref for ref in named if ref is not None),
    }  # fmt: skip


def _check(world: World, path: Path, parameters: Parameters) -> set[str]:
    """Compare the two sides; the kinds that were seen on both."""
    listed, traces = _both_sides(world, path, parameters)
    seen: set[str] = set()
    for case, answer in traces:
        met = _met(case, answer)
        there = {f.key: f for f in listed if f.kind in SEEN and met.intersection(f.nodes)}
        assert {gap.key for gap in answer.gaps} == set(there), case.id
        for gap in answer.gaps:
            finding = there[gap.key]
            told = (finding.class_, finding.kind, finding.severity, finding.nodes, finding.message)
            assert (gap.class_, gap.kind, gap.severity, gap.nodes, gap.message) == told
        assert list(answer.gaps) == sorted(answer.gaps, key=lambda gap: (-gap.severity, gap.key))
        seen |= {gap.kind for gap in answer.gaps}
    return seen


@pytest.mark.parametrize("name", OF_SUBJECTS)
def test_what_is_wrong_with_a_subject_is_a_gap_of_its_complaints(name: str, tmp_path: Path, parameters: Parameters) -> None:  # fmt: skip
    world = World()
    CHANGES[name](world)
    kinds = {key.partition("|")[0] for key in FACT_EDITS[name][1]} & ABOUT_SUBJECTS
    assert _check(world, tmp_path / "s.db", parameters) >= kinds


def test_many_things_wrong_at_once_are_the_same_on_both_sides(tmp_path: Path, parameters: Parameters) -> None:
    chance, seen = random.Random(6), set()
    for number in range(30):
        world = World()
        for name in chance.sample(sorted(CHANGES), 12):
            try:
                CHANGES[name](world)
            except KeyError:  # an earlier edit took away what this one edits
                continue
        seen |= _check(world, tmp_path / f"{number}.db", parameters)
    assert len(seen) >= 18, seen
