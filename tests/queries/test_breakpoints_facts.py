"""The facts as streams: windows change nothing, a store gives what a world gives, and traces add up to what runs through each node."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from graph.errors import Where
from graph.framework import Framework
from graph.records import Record, Ref, Revision, Tally
from graph.schema import KINDS as NODE_KINDS
from graph.stores import open_store
from queries.breakpoints import breakpoints
from queries.finding import BreakpointList
from queries.findings.facts import Facts
from queries.findings.periods import whole_periods
from queries.findings.tallied import Tallied
from queries.findings.traced import Guess, Through, Traced, traced
from queries.parameters import Parameters
from queries.scoring import score
from tests.queries.breakpoints_edits import EDITS
from tests.queries.breakpoints_fact_edits import FACT_EDITS
from tests.queries.breakpoints_world import DAY, NOW, AsSource, World, keys, listed
from tests.queries.conftest import World as TraceWorld

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize("window", [1, 2, 50])
def test_windows_of_subjects_change_nothing(window: int) -> None:
    world = World()
    whole = list(Facts(AsSource(world), DAY, SHANGHAI).subjects())
    assert list(Facts(AsSource(world), DAY, SHANGHAI, window=window).subjects()) == whole
    assert [str(subject.ref) for subject in whole] == ["Product:PR1", *(f"Campaign:M{n}" for n in range(1, 7))]
    assert [len(subject.reviews) for subject in whole] == [4, 3, 2, 2, 0, 0, 0]
    assert [entry.stage.id for entry in whole[0].entries] == ["T1", "T2", "T3"]
    assert [str(product.ref) for product in whole[1].promoted] == ["Product:PR1"]


def test_never_more_than_a_window_of_subjects_is_held() -> None:
    """While subjects stream, the source is asked for no more rows of them than one window holds ahead."""
    world = World()
    for number in range(40):
        world.set(f"Campaign:N{number:02d}", tier="provincial")
    source, ahead = AsSource(world), {"given": 0, "used": 0}
    rows = source.nodes

    def watched(kind: str, ids=None):  # type: ignore[no-untyped-def]
        for row in rows(kind, ids):
            ahead["given"] += kind == "Campaign"
            yield row

    source.nodes = watched  # type: ignore[method-assign]
    for subject in Facts(source, DAY, SHANGHAI, window=8).subjects():
        ahead["used"] += subject.ref.kind == "Campaign"
        assert ahead["given"] - ahead["used"] <= 8


def test_an_edge_whose_node_came_later_does_not_hide_the_others() -> None:
    world = World()
    world.set("Sync:A0 FROM OrgUnit:U0")  # written while the nodes were already streaming: no Sync:A0 among them
    assert keys(listed(world)) == []


def _stored(world: World, path: Path) -> BreakpointList:
    """The list of a world that went through the embedded store."""
    store = open_store(f"sqlite:///{path}", create=True)
    store.initialise()
    with store.session() as session:
        for kind in NODE_KINDS:
            rows = [world.row(ref) for ref in world.nodes if ref.startswith(f"{kind}:")]
            session.write([Record(row._replace(sources=("customer",)), (), Where()) for row in rows])
        session.write([Record(None, (edge,), Where()) for edge in world.links()])
    framework = store.framework()
    found = breakpoints(
        framework, world.tallies, revision=Revision(7, 9), as_of=DAY, computed_at=NOW, facts=store, traces=world.traces
    )
    store.close()
    return found


@pytest.mark.parametrize("name", ["", "gate review removed", "sync removed", "one step of the triangle gone", "no permission",
                                  "two months without values", "a unit not assessed", "waiver by nobody"])  # fmt: skip
def test_a_store_gives_what_the_world_gives(name: str, tmp_path: Path) -> None:
    world = World()
    if name:
        FACT_EDITS[name][0](world)
    assert keys(_stored(world, tmp_path / "s.db")) == keys(listed(world)) == sorted(FACT_EDITS[name][1] if name else ())


def test_without_facts_only_what_the_framework_says_is_found() -> None:
    world = World()
    FACT_EDITS["gate review removed"][0](world)
    EDITS["no deputy"].change(world)
    found = breakpoints(world.framework(), (), revision=Revision(7, 9), as_of=DAY, computed_at=NOW)
    assert keys(found) == ["no_deputy|Assignment:A1"]


# ── what runs through what ──────────────────────────────────────────────────────────────────────────
def _framework() -> Framework:
    return World().framework()


def _guess(*way: str, p: float, subject: str | None = None) -> Guess:
    return Guess(way, Ref.parse(subject) if subject else None, p)


def _trace(number: int, *guesses: Guess, day: str = DAY) -> Traced:
    product = Ref("Product", "PR1")
    return Traced(f"K{number}", day, ("C1", "C1"), ("CH1",), (product,), ("U1",), "named", guesses)


def test_what_stands_twice_on_one_trace_counts_once() -> None:
    expected = Through(
        _framework(), DAY, [_trace(1, _guess("P2", "P1", p=0.5, subject="Product:PR1"), _guess("P2", p=0.25))]
    ).expected
    shares = {
        "ControlPoint:P1": 0.5, "ControlPoint:P2": 0.75, "Stage:S1": 0.5, "Stage:S2": 0.75, "Domain:D1": 0.5, "Domain:D2": 0.75,
        "Gate:G1": 0.5, "Assignment:A1": 0.5, "Owner:anna": 0.5, "Assignment:A2": 0.75, "Owner:ben": 0.75, "Indicator:K1": 0.5,
        "Indicator:K2": 0.75, "Indicator:Q1": 0.75, "Indicator:Q2": 0.75, "Indicator:X1": 0.75, "Target:T-X1": 0.75,
        "Category:C1": 1.0, "Product:PR1": 1.0, "Channel:CH1": 1.0, "Complaint:K1": 1.0, "System:Y": 0.75,
    }  # fmt: skip
    assert {ref: expected[Ref.parse(ref)] for ref in shares} == shares
    assert expected[Ref("OrgUnit", "U1")] == 1.0  # the complaint's own, though it also holds a duty on the way
    assert Ref("ControlPoint", "R1") not in expected


def test_only_the_last_ninety_days_count() -> None:
    days = {"2026-03-03": 0.0, "2026-03-04": 1.0, DAY: 1.0, "2026-06-02": 0.0}
    for day, share in days.items():
        through = Through(_framework(), DAY, [_trace(1, _guess("P1", p=1.0), day=day)])
        assert through.expected.get(Ref("ControlPoint", "P1"), 0.0) == share, day


def test_a_real_trace_runs_through_what_its_hypotheses_say(world: TraceWorld, parameters: Parameters) -> None:
    world.stage("S1").stage("S2", order=2).point("A", "S2").point("B", "S1").points_to("K", {"A": 0.8}).caused_by(
        "A", {"B": 1.0}
    )
    world.subject("Campaign:M", run_by=("U",)).node("OrgUnit:U")
    case = world.case(about=("Campaign:M",), day="2026-05-10")
    scored = score(world.framework(), case, parameters)
    one = traced(case, scored)
    assert (one.complaint, one.day, one.categories, one.units) == ("C1", "2026-05-10", ("K",), ("U",))
    assert {guess.way for guess in one.guesses} == {("A",), ("A", "B")}
    masses: dict[str, float] = defaultdict(float)
    for hypothesis in scored.hypotheses:
        masses[hypothesis.point.id] += hypothesis.probability
    expected = Through(world.framework(), DAY, [one]).expected
    assert expected[Ref("ControlPoint", "B")] == pytest.approx(masses["B"])
    assert expected[Ref("ControlPoint", "A")] == pytest.approx(masses["A"] + masses["B"])
    assert expected[Ref("Campaign", "M")] == 1.0


# ── periods ──────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("period", "day", "spans"),
    [
        ("", "2026-06-01", ["2026-05-01/2026-06-01", "2026-04-01/2026-05-01"]),
        ("month", "2026-05-31", ["2026-04-01/2026-05-01", "2026-03-01/2026-04-01"]),
        ("季度", "2026-06-30", ["2026-01-01/2026-04-01", "2025-10-01/2026-01-01"]),
        ("year", "2026-01-01", ["2025-01-01/2026-01-01", "2024-01-01/2025-01-01"]),
        ("周", "2026-06-01", ["2026-05-25/2026-06-01", "2026-05-18/2026-05-25"]),  # a Monday
        ("week", "2026-06-07", ["2026-05-25/2026-06-01", "2026-05-18/2026-05-25"]),  # the Sunday after
        ("day", "2026-03-01", ["2026-02-28/2026-03-01", "2026-02-27/2026-02-28"]),
        ("month", "0001-02-10", ["0001-01-01/0001-02-01"]),
    ],
)
def test_whole_periods_end_on_the_day_or_before_it(period: str, day: str, spans: list[str]) -> None:
    assert [f"{one.start}/{one.end}" for one in whole_periods(period, day, 2)] == spans


def test_a_link_confirmed_in_a_store_is_suspect_once_an_end_changes(tmp_path: Path) -> None:
    """The stamp is the store's own; what is read back must give the same one until somebody edits an end."""
    world, path = World(), tmp_path / "s.db"
    link = world.edges["Category:C9 POINTS_TO ControlPoint:R1"]
    link.pop("confirmed_hash")
    assert keys(_stored(world, path)) == []
    world.nodes["ControlPoint:R1"]["elements"] = ("资费", "规则")
    store = open_store(f"sqlite:///{path}")
    with store.session() as session:
        session.write([Record(world.row("ControlPoint:R1")._replace(sources=("customer",)), (), Where())])
    found = breakpoints(store.framework(), (), revision=Revision(7, 9), as_of=DAY, computed_at=NOW)
    store.close()
    assert keys(found) == ["suspect_link|Category:C9|ControlPoint:R1"]


# ── the daily counts ─────────────────────────────────────────────────────────────────────────────────
def test_a_complaint_of_two_categories_is_one_of_each_and_shared_where_parts_must_add_up() -> None:
    tallies = [Tally((), ("A", "B"), "", DAY, 4, 4), Tally((), ("B",), "", "2026-03-04", 1, 1), Tally((), (), "", DAY, 2, 2),
               Tally((), ("A",), "", "2026-03-03", 50, 50), Tally((), ("Z",), "", "2026-06-02", 9, 9)]  # fmt: skip
    tallied = Tallied(tallies, DAY)
    assert tallied.in_use == {"A", "B"}
    assert (tallied.recent["A"], tallied.recent["B"], tallied.recent_total) == (4, 5, 7)
    assert tallied.recent_shares == {"A": 2.0, "B": 3.0}
    assert tallied.weighed({"A": 0.5}, "2026-03-03", DAY) == 25.0
    assert tallied.weighed({"A": 0.5, "B": 0.25}, "2026-03-04", "2026-06-02") == 4 * 0.375 + 0.25


_SCRIPT = """
from tests.queries.breakpoints_fact_edits import FACT_EDITS
from tests.queries.breakpoints_world import World, listed
world = World()
for name in ("second owner gone", "no permission", "one step of the triangle gone", "nobody sells", "fifth trace without an end"):
    FACT_EDITS[name][0](world)
print(listed(world).model_dump_json())
"""


def test_the_same_bytes_under_any_hash_seed() -> None:
    root, outputs = Path(__file__).parents[2], set()
    for seed in ("0", "1", "2"):
        run = subprocess.run(
            [sys.executable, "-c", _SCRIPT], cwd=root, env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(root)},
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        outputs.add(run.stdout)
    assert len(outputs) == 1
    assert outputs.pop().count('"kind":"single_handoff"') == 3
