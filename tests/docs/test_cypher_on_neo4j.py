"""The recipes of docs/cypher on a real server: each answers as Python does, or finds what was planted and leaves the rest."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from neo4j import Driver, GraphDatabase

from graph.framework import Framework
from graph.records import Ref
from graph.store import Store
from graph.stores import open_store
from graph.values import local_day
from ingest import catalogue
from ingest.copying import copy
from ingest.pipeline import load
from ingest.run import ingest_paths
from queries.breakpoints import breakpoints
from queries.chain import chain
from queries.parameters import load_parameters
from queries.trace import trace
from queries.who import who
from tests.api.conftest import write_lines
from tests.docs.cypher_world import DAY, END_OF_DAY, LINES
from tests.neo4j.fixtures import Address, empty, entered

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "cypher"
FILES = sorted(FOLDER.glob("*.cypher"))
SINCE, UNTIL = "2026-01-01T00:00:00.000000Z", "2026-06-01T16:00:00.000000Z"

Rows = list[dict[str, Any]]
Recipe = Callable[..., Rows]


class World(NamedTuple):
    """The same world in a file and on the server."""

    store: Store
    framework: Framework
    driver: Driver


@pytest.fixture(scope="module")
def world(neo4j_server: Address, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Loaded into a file, copied to the server."""
    folder = tmp_path_factory.mktemp("cypher")
    with (
        entered(neo4j_server),
        GraphDatabase.driver(neo4j_server.url, auth=(neo4j_server.user, neo4j_server.password)) as driver,
    ):
        empty(driver)
        store = open_store(f"sqlite:///{folder / 'world.db'}", create=True)
        store.initialise()
        load(store, catalogue.records(False), source="catalogue")
        lines = write_lines(folder / "world.jsonl", LINES)
        report = ingest_paths(store, [lines], source="test", rejects=folder / "rejects.csv")
        assert report.total.refused == 0, (folder / "rejects.csv").read_text(encoding="utf-8")
        server = open_store(neo4j_server.url, create=True)
        server.initialise()
        assert copy(store, server).same
        server.close()
        yield World(store, store.framework(), driver)
        store.close()


@pytest.fixture
def recipe(world: World) -> Recipe:
    """Runs a recipe by its number; the server has nothing to remark on it."""

    def run(number: int, **parameters: object) -> Rows:
        (file,) = FOLDER.glob(f"{number:02}-*.cypher")
        found = world.driver.execute_query(file.read_text(encoding="utf-8").strip().rstrip(";"), parameters)
        remarks = [status.status_description for status in found.summary.gql_status_objects]
        assert [remark for remark in remarks if remark.startswith("warn")] == []
        return [record.data() for record in found.records]

    return run


def found_by(world: World, kind: str) -> list[tuple[str, ...]]:
    """The nodes of the breakpoints of a kind on the day."""
    answer = breakpoints(
        world.framework,
        world.store.tallies(until="2026-06-02"),
        revision=world.store.revision(),
        as_of=DAY,
        computed_at=END_OF_DAY,
    )
    return [finding.nodes for finding in answer.findings if finding.kind == kind]


@pytest.mark.parametrize("complaint", ["C001", "C011", "C013", "C014", "C016"])
def test_upstream_are_the_points_that_the_trace_weighs(world: World, recipe: Recipe, complaint: str) -> None:
    (case,) = world.store.cases([complaint])
    answer = trace(
        world.framework, case, revision=world.store.revision(), as_of=END_OF_DAY, parameters=load_parameters()
    )
    rows = recipe(1, complaint=complaint)
    assert {row["control_point"] for row in rows} == {
        Ref.parse(c.control_point).id for c in answer.candidates if c.control_point is not None
    }
    anchors = {Ref.parse(anchor.control_point).id: set(anchor.evidence) for anchor in answer.anchors}
    assert {row["control_point"] for row in rows if row["steps"] == 0} == set(anchors)
    assert bool(rows) is bool(anchors)
    if complaint == "C013":
        here = {row["control_point"]: row for row in rows}
        assert [review["result"] for review in here["CP37"]["reviews"]] == ["failed"]


def test_all_a_unit_answers_for(world: World, recipe: Recipe) -> None:
    found: set[tuple[str, str]] = set()
    below = {"P1", *(u for u in world.framework.nodes("OrgUnit") if "P1" in world.framework.units_above(u, DAY))}
    for id_ in world.framework.nodes("Assignment"):
        ref = Ref("Assignment", id_)
        for holder in world.framework.targets("HELD_BY", ref, DAY):
            stands = world.framework.present(ref, DAY) and world.framework.present(holder, DAY)
            if stands and world.framework.unit_of(holder, DAY) in below:
                found.add((id_, str(holder)))
    rows = recipe(2, unit="P1", date=DAY)
    assert (
        {(row["assignment"], row["holder"]) for row in rows} == found == {("a-unit", "OrgUnit:P1"), ("a1", "Owner:o1")}
    )
    assert {row["assignment"] for row in recipe(2, unit="P1", date="2026-02-20")} == {"a-moved", "a-unit", "a1"}
    assert {row["assignment"] for row in recipe(2, unit="HQ", date="2026-07-01")} >= {"a1", "a-moved"}
    (scoped,) = [row for row in rows if row["assignment"] == "a-unit"]
    assert (scoped["for"], scoped["within"]) == (["Stage:D2-S5"], ["Campaign:M1"])


@pytest.mark.parametrize("point", ["CP37", "CP01", "CP20"])
def test_the_chain_is_that_of_suyuan_chain(world: World, recipe: Recipe, point: str) -> None:
    answer = chain(world.framework, point, as_of=DAY)
    rows = recipe(3, control_point=point, date=DAY)
    assert {(row["from"], row["to"], row["basis"], row["weight"]) for row in rows} == {
        (link.from_, link.to, link.basis, link.weight) for link in answer.chain
    }
    assert len(rows) == len(answer.chain) > 0
    assert {row["to"]: row["level"] for row in rows} == {i.id: i.level for i in answer.indicators}


def test_live_without_a_passed_gate(recipe: Recipe) -> None:
    rows = recipe(4, date=DAY, moment=END_OF_DAY)
    assert [(row["campaign"], row["result"]) for row in rows] == [
        ("M-bad", "failed"),
        ("M-none", "missing"),
        ("M1", "missing"),
    ]


def test_hand_off_loops(recipe: Recipe) -> None:
    rows = recipe(5, since=SINCE, until=UNTIL)
    assert [(row["complaint"], row["again"]) for row in rows] == [("C001", ["P1", "P2"]), ("C004", ["P2"])]
    assert rows[1]["units"] == ["P2", "P1", "P2"]
    assert recipe(5, since=UNTIL, until="2026-07-01T00:00:00.000000Z") == []


def test_points_without_an_owner_are_the_breakpoints(world: World, recipe: Recipe) -> None:
    rows = recipe(6, date=DAY)
    unowned = [Ref.parse(nodes[0]).id for nodes in found_by(world, "unowned_control")]
    assert [row["control_point"] for row in rows] == sorted(unowned)
    assert {"CP37", "CP20"} & set(unowned) == set()
    assert {row["control_point"]: row["must_appoint"] for row in rows}["CP38"] == ["P1"]


def test_categories_pointing_nowhere_are_the_breakpoints(world: World, recipe: Recipe) -> None:
    rows = recipe(7, until=UNTIL)
    assert [(row["category"], row["complaints"]) for row in rows] == [("K-odd-below", 2), ("K-odd", 1)]
    assert {f"Category:{row['category']}" for row in rows} == {
        nodes[0] for nodes in found_by(world, "unmapped_category")
    }


def test_failed_but_released(recipe: Recipe) -> None:
    rows = recipe(8, date=DAY, moment=END_OF_DAY)
    assert [(row["subject"], row["review"]) for row in rows] == [("Campaign:M-bad", "g3")]
    assert [entered["stage"] for entered in rows[0]["entered"]] == ["D2-S2"]
    assert rows[0]["started"] is True
    assert recipe(8, date="2026-03-25", moment="2026-03-25T15:59:59.999999Z") == []


@pytest.mark.parametrize(("point", "day"), [("CP37", DAY), ("CP37", "2026-07-01"), ("CP20", DAY), ("CP01", DAY)])
def test_who_answers_are_the_duties_of_suyuan_who(world: World, recipe: Recipe, point: str, day: str) -> None:
    answer = who(world.framework, Ref("ControlPoint", point), as_of=day)
    rows = recipe(9, control_point=point, date=day)

    def scope(row: dict[str, Any]) -> tuple[str, ...]:
        limits = [f"segment={name}" for name in row["segments"] or ()] + [f"tier={name}" for name in row["tiers"] or ()]
        return (*row["within"], *limits)

    assert {
        (
            row["role"],
            row["assignment"],
            row["holder"],
            row["via"],
            row["unit"] and f"OrgUnit:{row['unit']}",
            scope(row),
        )
        for row in rows
    } == {
        (duty.role, Ref.parse(duty.assignment).id, duty.holder, duty.via, duty.unit, duty.scope)
        for duty in answer.duties
    }
    assert {f"Owner:{id_}" for row in rows for id_ in row["deputies"]} == {
        d for duty in answer.duties for d in duty.deputies
    }


def test_complaints_by_control_point_and_month_are_those_of_the_tallies(world: World, recipe: Recipe) -> None:
    pointed = {"K-fee": "CP37", "K-below": "CP37"}
    counted: Counter[tuple[str, int, int]] = Counter()
    for tally in world.store.tallies():
        for point in {pointed[category] for category in tally.categories if category in pointed}:
            counted[point, int(tally.day[:4]), int(tally.day[5:7])] += tally.complaints
    rows = recipe(10, since=SINCE, until=UNTIL, timezone="Asia/Shanghai")
    assert {(row["control_point"], row["year"], row["month"]): row["complaints"] for row in rows} == counted
    assert counted == {("CP37", 2026, 2): 1, ("CP37", 2026, 3): 12}
    assert local_day("2026-02-28T17:00:00.000000Z", world.framework.zone) == "2026-03-01"


def test_who_watches_a_stage(world: World, recipe: Recipe) -> None:
    rows = {row["control_point"]: row for row in recipe(11, stage="D2-S5")}
    here = world.framework
    assert set(rows) == {edge.source.id for edge in here.into("AT", Ref("Stage", "D2-S5"))}
    for id_, row in rows.items():
        point = Ref("ControlPoint", id_)
        for column, edge_type in (("monitors", "WATCHED_BY"), ("systems", "EMBEDDED_IN"), ("policies", "GOVERNED_BY")):
            assert sorted(row[column]) == sorted(ref.id for ref in here.targets(edge_type, point))
        assert sorted(row["gates"]) == sorted(edge.source.id for edge in here.into("CHECKS", point))
    assert rows["CP37"]["monitors"] == ["MN-04"]
    unwatched = {nodes[0] for nodes in found_by(world, "unmonitored")}
    assert {f"ControlPoint:{id_}" for id_, row in rows.items() if not row["monitors"]} <= unwatched


@pytest.mark.parametrize("map_", ["MEASURED_BY", "ROLLS_UP_TO", "CAUSED_BY", "POINTS_TO"])
def test_default_links_are_as_many_as_the_breakpoints_say(world: World, recipe: Recipe, map_: str) -> None:
    rows = recipe(12, map=map_, limit=10_000)
    answer = breakpoints(world.framework, (), revision=world.store.revision(), as_of=DAY, computed_at=END_OF_DAY)
    (told,) = [f.message.en for f in answer.findings if f.kind == "unconfirmed_default" and f" {map_} " in f.message.en]
    assert told.startswith(f"{len(rows)} ")
    assert ("ControlPoint:CP37", "ControlPoint:CP20") not in {(row["from"], row["to"]) for row in rows}
    assert len(recipe(12, map="", limit=3)) == 3


def test_dangling_owners_are_the_breakpoints(world: World, recipe: Recipe) -> None:
    rows = recipe(13, date=DAY)
    assert [(row["assignment"], row["why"]) for row in rows] == [("a-ended", "ended"), ("a-left", "left")]
    assert {f"Assignment:{row['assignment']}" for row in rows} == {
        nodes[0] for nodes in found_by(world, "dangling_owner")
    }
    assert recipe(13, date="2026-01-15") == []


def test_a_campaigns_everything(world: World, recipe: Recipe) -> None:
    (row,) = recipe(14, campaign="M1")
    assert (row["run_by"], row["lands_in"], row["promotes"], row["incidents"]) == (["P1"], ["P1-C1"], ["P-1"], ["i1"])
    about = Ref("Campaign", "M1")
    complaints = [case for case in world.store.cases() if about in case.about]
    assert row["complaints"] == len(complaints) == 15
    by_category = Counter(category for case in complaints for category in case.categories)
    assert {entry["category"]: entry["complaints"] for entry in row["by_category"]} == by_category
    assert [review["of"] for review in row["reviews"]] == ["ControlPoint:CP37"]
    assert [duty["assignment"] for duty in row["duties"]] == ["a-unit"]
    (bad,) = recipe(14, campaign="M-bad")
    assert [entry["stage"] for entry in bad["stages"]] == ["D2-S2"]
    assert [(entry["from"], entry["to"]) for entry in bad["passed_on"]] == [("P1", "P2")]


def test_sync_overdue(recipe: Recipe) -> None:
    rows = recipe(15, date=DAY)
    assert [row["campaign"] for row in rows] == ["M-bad", "M-mended", "M-none", "M1"]
    assert [len(row["passed_on"]) for row in rows] == [1, 1, 0, 0]


def test_every_recipe_is_run_here() -> None:
    text = Path(__file__).read_text(encoding="utf-8")
    run: Sequence[str] = re.findall(r"recipe\((\d+),", text)
    assert {int(number) for number in run} == set(range(1, len(FILES) + 1))
