"""Matrices say what the findings say, seen from the other side: whatever is edited, both change together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.records import Ref, Revision, Tally
from queries.breakpoints import breakpoints
from queries.findings.facts import Facts
from queries.findings.live import is_live, missing_parties
from queries.findings.tallied import Tallied
from queries.findings.traced import Guess, Traced
from queries.findings.view import View
from queries.matrices.leakage import leaked
from queries.matrices.matrix import Material, Matrix
from queries.matrices.registry import MATRICES
from tests.queries.breakpoints_edits import EDITS as FRAMEWORK_EDITS
from tests.queries.breakpoints_fact_edits import FACT_EDITS
from tests.queries.breakpoints_world import DAY, NOW, AsSource, World

CHECKS = settings(max_examples=50, deadline=None, derandomize=True)
SHOWN_IN_MATRICES = {
    "unowned_control", "control_unmeasured", "unmonitored", "policy_missing", "process_missing", "system_missing",
    "functions_incomplete", "accountability_choke", "tier_gap", "kqi_without_kpi", "kci_without_kqi", "owner_conflict", "dangling_owner",
}  # fmt: skip
EDITS = {
    name: edit[0]
    for name, edit in (*FRAMEWORK_EDITS.items(), *FACT_EDITS.items())
    if not edit[1] or {key.partition("|")[0] for key in edit[1]} & SHOWN_IN_MATRICES
} | {"nothing": lambda _: None}
"""Edits of the complete world that one of the matrices shows, and those that give no finding at all."""


def material(world: World) -> Material:
    framework = world.framework()
    view = View(
        framework, DAY, Tallied(world.tallies, DAY), facts=Facts(AsSource(world), DAY, framework.zone)
    )  # fmt: skip
    return looked(view, world.traces, world.tallies)


def looked(view: View, traces: Iterable[Traced], tallies: Iterable[Tally] = ()) -> Material:
    """What matrices are made of, where all is at hand."""
    days = [t for t in tallies if t.day <= DAY]
    return Material(
        view.framework, DAY, Revision(7, 9), lambda: view, lambda: traces, lambda since: (t for t in days if t.day >= since)
    )  # fmt: skip


def found(world: World) -> dict[str, set[str]]:
    """Kind → the nodes its findings name."""
    answer = breakpoints(
        world.framework(), world.tallies, revision=Revision(7, 9), as_of=DAY, computed_at=NOW, facts=AsSource(world),
        traces=world.traces,
    )  # fmt: skip
    nodes: dict[str, set[str]] = {}
    for finding in answer.findings:
        nodes.setdefault(finding.kind, set()).update(finding.nodes)
    return nodes


def column(matrix: Matrix, name: str) -> dict[str, object]:
    at = [c.id for c in matrix.columns].index(name)
    return {row.id: row.cells[at] for row in matrix.rows}


def rows_where(matrix: Matrix, name: str, cell: object) -> set[str]:
    return {id_ for id_, found in column(matrix, name).items() if found is cell and ":" in id_}


@pytest.mark.parametrize("name", EDITS)
def test_matrices_and_findings_agree(name: str) -> None:
    world = World()
    EDITS[name](world)
    nodes, stuff = found(world), material(world)

    flags = MATRICES["four_flags"].of(stuff)
    assert rows_where(flags, "manageable", False) == nodes.get("unowned_control", set())
    unseen = nodes.get("control_unmeasured", set()) | nodes.get("unmonitored", set())
    assert rows_where(flags, "visible", False) == unseen

    axes = MATRICES["four_axes"].of(stuff)
    points = column(axes, "points")["all"]
    for axis, kind in (("regulation", "policy_missing"), ("process", "process_missing"), ("system", "system_missing")):
        assert points - column(axes, axis)["all"] == len(nodes.get(kind, ()))  # type: ignore[operator]

    five = MATRICES["five_in_one"].of(stuff)
    assert {row.id for row in five.rows if row.cells[-1] != 1} == nodes.get("functions_incomplete", set())

    load = MATRICES["owner_load"].of(stuff)
    heavy = {id_ for id_, share in column(load, "share").items() if share is not None and share >= 0.1}  # type: ignore[operator]
    assert heavy == nodes.get("accountability_choke", set())

    lanes = MATRICES["swim_lanes"].of(stuff)
    total = {name: column(lanes, name)["all"] for name in (c.id for c in lanes.columns)}
    missing = sum(total[f"{lane}_needed"] - total[f"{lane}_present"] for lane in ("hq", "province", "specialised"))  # type: ignore[operator]
    live = [s for s in stuff.view.facts.subjects() if is_live(s, DAY)]
    assert missing == sum(len(list(missing_parties(stuff.view, campaign))) for campaign in live)
    assert total["campaigns"] == len(live)
    assert total["campaigns"] - total["complete"] == len(nodes.get("tier_gap", ()))  # type: ignore[operator]

    chain = MATRICES["indicator_chain"].of(stuff)
    levels = {f"Indicator:{i}": row.props.get("level") for i, row in stuff.view.nodes("Indicator").items()}
    dead_ends = {
        row.cells[0] for row in chain.rows if row.cells[-1] is False and levels.get(str(row.cells[1])) == "KQI"
    }  # type: ignore[index]
    reaching = {row.cells[0] for row in chain.rows if row.cells[-1] is True}
    assert not nodes.get("kqi_without_kpi", set()) & reaching
    assert {str(row.cells[1]) for row in chain.rows if row.cells[0] in dead_ends and row.cells[-1] is False} & set(
        levels
    ) <= nodes.get("kqi_without_kpi", set()) | {i for i, level in levels.items() if level == "KCI"}


@pytest.mark.parametrize("name", ["nothing", *sorted(EDITS)[::9]])
def test_every_matrix_is_rectangular_stable_and_named(name: str) -> None:
    world = World()
    EDITS[name](world)
    for kind in MATRICES.values():
        matrix = kind.of(material(world))
        assert matrix == kind.of(material(world))
        assert all(len(row.cells) == len(matrix.columns) for row in matrix.rows)
        assert len({row.id for row in matrix.rows}) == len(matrix.rows)
        assert len({c.id for c in matrix.columns}) == len(matrix.columns)
        assert Matrix.model_validate_json(matrix.model_dump_json()) == matrix


def test_the_complete_world_in_figures() -> None:
    stuff = material(World())
    raci = MATRICES["raci_owners"].of(stuff)
    assert column(raci, "Owner:anna")["ControlPoint:P1"] == "A"
    assert column(raci, "Owner:ben")["ControlPoint:P1"] == "V", "answers for the gate that checks P1, not for P1"
    assert column(raci, "Owner:ben")["ControlPoint:P2"] == "A", "by its domain"
    units = MATRICES["raci_units"].of(stuff)
    assert column(units, "OrgUnit:U1")["ControlPoint:P1"] == "A C V"
    assert column(units, "OrgUnit:U0")["ControlPoint:P1"] == "(A)", "a rule names it: somebody must be appointed"
    flags = MATRICES["four_flags"].of(stuff)
    assert {c.id: column(flags, c.id)["ControlPoint:P1"] for c in flags.columns[:4]} == {
        "visible": True, "manageable": True, "controllable": True, "traceable": True,
    }  # fmt: skip


def test_an_assignment_that_ended_is_in_no_cell() -> None:
    world = World()
    world.set("Assignment:A1", valid_to=DAY)
    raci = MATRICES["raci_owners"].of(material(world))
    assert "Owner:anna" not in {c.id for c in raci.columns} or column(raci, "Owner:anna")["ControlPoint:P1"] is None


def test_a_point_is_traceable_through_what_it_causes() -> None:
    world = World()
    world.drop("Category:C0 POINTS_TO ControlPoint:P1")
    world.set("Category:C0 POINTS_TO ControlPoint:P2", weight=0.7)
    flags = MATRICES["four_flags"].of(material(world))
    assert column(flags, "traceable")["ControlPoint:P1"] is True
    world.drop("ControlPoint:P2 CAUSED_BY ControlPoint:P1")
    flags = MATRICES["four_flags"].of(material(world))
    assert column(flags, "traceable")["ControlPoint:P1"] is False


def test_a_gate_that_ended_controls_nothing() -> None:
    world = World()
    world.set("Gate:G1", valid_to=DAY)
    assert column(MATRICES["four_flags"].of(material(world)), "controllable")["ControlPoint:P1"] is False


def test_an_unowned_point_shows_the_unit_that_must_appoint() -> None:
    world = World()
    world.drop("Assignment:A1")
    units = MATRICES["raci_units"].of(material(world))
    assert column(units, "OrgUnit:U0")["ControlPoint:P1"] == "(A)"


# ── leakage ─────────────────────────────────────────────────────────────────────────────────────────
STAGE = {"P1": "S1", "P2": "S2", "nowhere": ""}
WAYS = st.lists(st.sampled_from(sorted(STAGE)), min_size=1, max_size=3).map(tuple)
TRACES = st.lists(
    st.tuples(st.sampled_from(["2026-05-20", DAY, "2026-06-02", "2026-01-01"]), st.lists(st.tuples(WAYS, st.integers(1, 5)), max_size=4)),
    max_size=12,
)  # fmt: skip


@CHECKS
@given(TRACES)
def test_leakage_sums_to_the_number_of_complaints(rows: list[tuple[str, list[tuple[tuple[str, ...], int]]]]) -> None:
    view = material(World()).view
    traces = [
        Traced(f"C{n}", day, (), (), (), (), "unknown", tuple(Guess(way, None, share / 25) for way, share in ways))
        for n, (day, ways) in enumerate(rows)
    ]
    leak = leaked(view, traces)
    sums, unexplained = leak.sums, leak.unexplained
    recent = [trace for trace in traces if "2026-03-04" <= trace.day <= DAY]
    assert sum(sums.values()) + sum(unexplained.values()) == pytest.approx(len(recent))
    expected: Counter[tuple[str, str]] = Counter()
    for trace in recent:
        for guess in trace.guesses:
            expected[STAGE[guess.way[0]], STAGE[guess.way[-1]]] += guess.probability  # type: ignore[assignment]
    assert sums == pytest.approx(dict(expected))
    _check_rows(view, traces, sums, unexplained)


def _check_rows(
    view: View, traces: Iterable[Traced], sums: dict[tuple[str, str], float], unexplained: dict[str, float]
) -> None:
    matrix = MATRICES["leakage"].of(looked(view, traces))
    found_here = column(matrix, "found")
    for row in matrix.rows:
        stage = row.id.partition(":")[2] if ":" in row.id else ""
        inside = sum(number for (found, _), number in sums.items() if found == stage)
        assert found_here[row.id] == pytest.approx(inside + unexplained.get(stage, 0.0), abs=1e-5)
        own = sums.get((stage, stage), 0.0)
        assert row.cells[-1] == (pytest.approx((inside - own) / inside, abs=1e-4) if inside else None)


def test_the_diagonal_is_what_began_where_it_was_felt() -> None:
    view = material(World()).view
    trace = Traced("C1", DAY, (), (), (), (), "named", (Guess(("P2", "P1"), Ref("Product", "PR1"), 0.6), Guess(("P2",), None, 0.2)))  # fmt: skip
    matrix = MATRICES["leakage"].of(looked(view, [trace]))
    assert column(matrix, "Stage:S1")["Stage:S2"] == 0.6
    assert column(matrix, "Stage:S2")["Stage:S2"] == 0.2
    assert column(matrix, "none")["Stage:S2"] == 0.2
    assert column(matrix, "leaked")["Stage:S2"] == 0.75
