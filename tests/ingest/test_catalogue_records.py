"""The catalogue as records: valid, in dependency order, honest about whose word each row is."""

from __future__ import annotations

import csv
import hashlib
import os
import subprocess
import sys
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from graph.records import EdgeRow, NodeRow, Record, Ref
from graph.schema import EDGES, KINDS, edge_checks, row_checks
from ingest.catalogue import plan_text, records

REPO = Path(__file__).resolve().parents[2]
DATA = REPO / "ingest" / "catalogue"
BOTH = pytest.mark.parametrize("plan_only", [True, False], ids=["plan_only", "full"])


def nodes(items: list[Record]) -> dict[Ref, NodeRow]:
    return {item.node.ref: item.node for item in items if item.node is not None}


def edges(items: list[Record]) -> list[EdgeRow]:
    return [edge for item in items for edge in item.edges]


@pytest.fixture(scope="module")
def plan() -> list[Record]:
    return list(records(plan_only=True))


@pytest.fixture(scope="module")
def full() -> list[Record]:
    return list(records(plan_only=False))


def test_plan_alone_has_the_counts_of_the_plan(plan: list[Record]) -> None:
    by_kind = Counter(ref.kind for ref in nodes(plan))
    assert (by_kind["Domain"], by_kind["Stage"], by_kind["ControlPoint"]) == (3, 17, 43)
    points = [node for node in nodes(plan).values() if node.kind == "ControlPoint"]
    assert sum(node.props["quoted"] is True for node in points) == 40
    levels = Counter(node.props["level"] for node in nodes(plan).values() if node.kind == "Indicator")
    assert levels == {"KCI": 21, "KQI": 14, "KPI": 2}


def test_plan_alone_states_no_cause_no_pair_no_target_no_category(plan: list[Record]) -> None:
    found = Counter(edge.type for edge in edges(plan))
    assert not found.keys() & {"CAUSED_BY", "ROLLS_UP_TO", "POINTS_TO", "SETTLES", "GUARDS", "CHECKS"}
    assert [(e.source.id, e.target.id) for e in edges(plan) if e.type == "MEASURED_BY"] == [("CP15", "KCI04")]
    assert not {ref.kind for ref in nodes(plan)} & {"Target", "Category", "Gate"}


def test_plan_alone_leaves_open_what_the_breakpoint_list_says(plan: list[Record]) -> None:
    points = {ref.id for ref in nodes(plan) if ref.kind == "ControlPoint"}
    stages = {ref.id for ref in nodes(plan) if ref.kind == "Stage"}
    indicators = {ref.id: node for ref, node in nodes(plan).items() if ref.kind == "Indicator"}
    out = {(e.type, e.source.id) for e in edges(plan)}
    into = {(e.type, e.target.id) for e in edges(plan)}
    assert len([p for p in points if ("MEASURED_BY", p) not in out]) == 42
    for link in ("EMBEDDED_IN", "GOVERNED_BY", "WATCHED_BY"):
        assert len([p for p in points if (link, p) not in out]) == 43
    assert sorted(s for s in stages if ("AT", s) not in into and ("DETAILED_BY", s) not in out) == [
        "D3-S1",
        "D3-S2",
        "D3-S3",
    ]
    unfed = [i for i, node in indicators.items() if node.props["level"] != "KCI" and ("ROLLS_UP_TO", i) not in into]
    assert len(unfed) == 16


@BOTH
def test_nothing_is_owned_or_embedded_by_the_catalogue(plan_only: bool) -> None:
    items = list(records(plan_only))
    assert "Assignment" not in {ref.kind for ref in nodes(items)}
    assert not {e.type for e in edges(items)} & {"EMBEDDED_IN", "GOVERNED_BY", "WATCHED_BY", "MAY_DO", "RULED_BY"}


@BOTH
def test_every_record_fits_the_schema(plan_only: bool) -> None:
    for item in records(plan_only):
        if item.node is not None:
            KINDS[item.node.kind].model.model_validate({"id": item.node.id, **item.node.props})
            assert [check(item.node.props) for check in row_checks(item.node.kind)] == [None] * len(
                row_checks(item.node.kind)
            )
        for edge in item.edges:
            assert (edge.source.kind, edge.target.kind) in EDGES[edge.type].ends, edge
            EDGES[edge.type].model.model_validate(edge.props)
            assert not [check for check in edge_checks(EDGES[edge.type]) if check(edge.props) is not None]


@BOTH
def test_every_edge_finds_its_ends_in_what_came_before(plan_only: bool) -> None:
    seen: set[Ref] = set()
    for item in records(plan_only):
        if item.node is not None:
            assert item.node.ref not in seen
            seen.add(item.node.ref)
        for edge in item.edges:
            assert {edge.source, edge.target} <= seen, edge


@BOTH
def test_no_edge_is_stated_twice(plan_only: bool) -> None:
    stated = Counter((edge.type, edge.source, edge.target) for edge in edges(list(records(plan_only))))
    assert [key for key, times in stated.items() if times > 1] == []


@BOTH
def test_what_is_called_the_plans_stands_in_the_plan(plan_only: bool) -> None:
    for item in records(plan_only):
        stated: list[NodeRow | EdgeRow] = [item.node] if item.node is not None else []
        stated += item.edges
        for row in stated:
            clause = str(row.props.get("clause", ""))
            assert clause in plan_text()
            assert clause or row.props["basis"] != "plan", row
            assert row.sources == ("catalogue",)


def test_plan_alone_is_all_plan_and_says_nothing_the_full_catalogue_does_not(
    plan: list[Record], full: list[Record]
) -> None:
    everything = nodes(full)
    stated = {(edge.type, edge.source, edge.target): edge for edge in edges(full)}
    for ref, node in nodes(plan).items():
        assert node.props["basis"] == "plan"
        assert node.props.items() <= everything[ref].props.items()
    for edge in edges(plan):
        assert edge.props["basis"] == "plan"
        assert edge == stated[edge.type, edge.source, edge.target]
    assert {ref for ref, node in everything.items() if node.props["basis"] == "plan"} == nodes(plan).keys()


def test_plan_alone_carries_no_wording_or_number_of_ours(plan: list[Record]) -> None:
    standards = {r.id for r, n in nodes(plan).items() if r.kind == "ControlPoint" and "standard" in n.props}
    assert standards == {"CP20", "CP23"}  # 100 % at campaign go-live, the only threshold of the plan
    ours = {"elements", "covers", "definition", "unit", "period", "predicate"}
    assert [ref for ref, node in nodes(plan).items() if ours & node.props.keys()] == []


def test_a_point_of_the_plan_is_placed_by_the_sentence_that_names_it(plan: list[Record]) -> None:
    names = {ref.id: str(node.props["name"]) for ref, node in nodes(plan).items() if ref.kind == "ControlPoint"}
    placed = [edge for edge in edges(plan) if edge.type == "AT"]
    assert len(placed) == 43
    for edge in placed:
        assert names[edge.source.id] in str(edge.props["clause"]), edge


def test_a_plan_row_whose_words_are_ours_counts_as_derived(full: list[Record]) -> None:
    by_ref = nodes(full)
    assert by_ref[Ref("Gate", "RG-06")].props["basis"] == "derived"
    assert "上线评审" in str(by_ref[Ref("Gate", "RG-06")].props["clause"])
    assert by_ref[Ref("Gate", "RG-05")].props["basis"] == "default"
    assert by_ref[Ref("Channel", "CH-02")].props["basis"] == "plan"
    assert by_ref[Ref("Channel", "CH-02")].props["clause"] == "二线客服"


def test_family_statements_are_quoted_and_the_pairs_stay_ours(full: list[Record]) -> None:
    pairs = {(e.source.id, e.target.id): e.props for e in edges(full) if e.type == "ROLLS_UP_TO"}
    assert {props["basis"] for props in pairs.values()} == {"default"}
    assert "产品使用、交付体验" in str(pairs["KCI06", "KQI01"]["clause"])
    assert "KPI" in str(pairs["KQI09", "KPI02"]["clause"])
    assert "clause" not in pairs["KCIx02", "KQI01"]
    assert sum("clause" in props for props in pairs.values()) == 61


def test_stages_follow_each_other_within_their_domain(full: list[Record]) -> None:
    following = {e.source.id: e.target.id for e in edges(full) if e.type == "NEXT"}
    assert len(following) == 14
    assert following["D1-S1"] == "D1-S2"
    assert following["D2-S6"] == "D2-S7"
    assert "D1-S7" not in following
    detail = sorted((e.source.id, e.target.id) for e in edges(full) if e.type == "DETAILED_BY")
    assert detail == [("D2-S6", "D3-S1"), ("D2-S6", "D3-S2"), ("D2-S6", "D3-S3"), ("D2-S7", "D1-S7")]


def test_the_exit_gate_guards_both_ways_out(full: list[Record]) -> None:
    guarded = sorted(e.target.id for e in edges(full) if e.type == "GUARDS" and e.source.id == "RG-08")
    assert guarded == ["D1-S7", "D2-S7"]
    kinds = {ref.id: node.props["gate_kind"] for ref, node in nodes(full).items() if ref.kind == "Gate"}
    assert kinds["RG-09"] == "pre_launch"
    assert Counter(kinds.values())["stage"] == 8


def test_what_has_no_internal_cause_becomes_a_rate_of_the_category(full: list[Record]) -> None:
    by_ref = nodes(full)
    assert by_ref[Ref("Category", "D0602")].props["null_rate"] == 0.6
    assert "null_rate" not in by_ref[Ref("Category", "A0101")].props
    assert sum("null_rate" in node.props for ref, node in by_ref.items() if ref.kind == "Category") == 30
    mass: defaultdict[str, float] = defaultdict(float)
    for edge in edges(full):
        if edge.type == "POINTS_TO":
            mass[edge.source.id] += float(str(edge.props["weight"]))
    for ref, node in by_ref.items():
        if ref.kind == "Category":
            assert mass[ref.id] + float(str(node.props.get("null_rate", 0))) <= 1 + 1e-9, ref


def test_targets_are_ours_and_warn_on_the_looser_side(full: list[Record]) -> None:
    by_ref = nodes(full)
    found = [node for node in by_ref.values() if node.kind == "Target"]
    assert len(found) == 50
    of = {e.source.id: e.target for e in edges(full) if e.type == "OF"}
    for node in found:
        assert node.props["basis"] == "default"
        better = by_ref[of[node.id]].props["direction"] == "higher"
        value, warning = float(str(node.props["value"])), float(str(node.props["warning"]))
        assert (warning <= value) if better else (warning >= value), node.id


def test_every_record_says_which_row_it_comes_from(full: list[Record]) -> None:
    lines = {path.name: path.read_text(encoding="utf-8").splitlines() for path in DATA.glob("*.csv")}
    for item in full:
        assert item.where.row >= 2
        cells = next(csv.reader([lines[item.where.file][item.where.row - 1]]))
        if item.node is not None:
            assert item.node.id.removeprefix("TG-") in cells
        else:
            assert {item.edges[0].source.id, str(item.edges[0].source)} & set(cells) or item.edges[0].type == "NEXT"


def test_each_row_owns_only_what_starts_at_its_node(full: list[Record]) -> None:
    for item in full:
        assert all(not EDGES[name].dated for name in item.owns)
        if item.owns:
            assert item.node is not None
            assert {edge.source for edge in item.edges} <= {item.node.ref}
            assert {edge.type for edge in item.edges if not EDGES[edge.type].dated} <= set(item.owns)


def test_same_records_whatever_the_hash_seed() -> None:
    code = "import hashlib\nfrom ingest.catalogue import records\nprint(hashlib.sha256(repr(list(records(False))).encode()).hexdigest())"
    seen = set()
    for seed in ("0", "1"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(REPO)}
        run = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
        seen.add(run.stdout.strip())
    assert seen == {hashlib.sha256(repr(list(records(False))).encode()).hexdigest()}
