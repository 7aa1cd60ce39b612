"""Complaints by control point, month and unit, against a plain count over the records that were written, on random worlds."""

from __future__ import annotations

import random
from collections import Counter
from datetime import date, datetime, timedelta
from typing import NamedTuple

import pytest

from graph.errors import Where
from graph.records import EdgeRow, NodeRow, Record, Ref
from graph.store import Store
from graph.values import Value
from queries.findings.view import View
from queries.matrices.matrix import Material, Matrix
from queries.matrices.registry import MATRICES
from queries.monthly import counts_until, months_until
from tests.contract.conftest import NewStore

START = date(2024, 11, 20)
POINTS, CATEGORIES = [f"P{n}" for n in range(5)], [f"K{n}" for n in range(8)]
UNITS = ["U0", "U1", "U2"]
MANY = (0, 1, 150, 150, 150)
"""Complaints of the world of each seed."""
DAYS = ("2025-12-31", "2025-12-10", "2025-02-28", "2025-01-01", "2024-11-19", "9999-12-31")
"""The end of a month, its middle, others with later complaints, before there were any, the last day there is."""


class Told(NamedTuple):
    """A complaint as it was made up; its day is one of the store's zone."""

    day: str
    categories: tuple[str, ...]
    unit: str
    first: bool


class World(NamedTuple):
    """Records, and what they say of complaints, pointers (category → point, weight) and parents of categories."""

    records: list[Record]
    complaints: list[Told]
    pointers: dict[str, dict[str, float | None]]
    parents: dict[str, list[str]]
    ended: dict[str, str]
    """Points and categories that end on a day."""


def _record(ref: Ref, props: dict[str, Value], edges: list[tuple[str, Ref, dict[str, Value]]]) -> Record:
    rows = tuple(EdgeRow(name, ref, target, more, ("t",)) for name, target, more in edges)
    return Record(NodeRow(ref.kind, ref.id, props, ("t",)), rows, Where())


def made(seed: int) -> World:
    """A world with every oddity: nothing below or above, several parents, weights of zero, ends, cities, repeats, midnight in the zone."""
    rnd = random.Random(seed)
    world = World([], [], {}, {}, {})
    for id_ in [*POINTS, *CATEGORIES]:
        if rnd.random() < 0.2:
            world.ended[id_] = rnd.choice(["2025-03-01", "2025-12-31", "2026-01-01"])
    ends: dict[str, dict[str, Value]] = {id_: {"valid_to": day} for id_, day in world.ended.items()}
    world.records.extend(_record(Ref("ControlPoint", id_), ends.get(id_, {}), []) for id_ in POINTS)
    for n, id_ in enumerate(CATEGORIES):
        world.parents[id_] = rnd.sample(CATEGORIES[:n], min(n, rnd.choice([0, 1, 1, 2])))
        chosen = rnd.sample(POINTS, rnd.choice([0, 0, 1, 2]))
        world.pointers[id_] = {point: rnd.choice([None, 0.0, 0.5, 1.0]) for point in chosen}
        edges: list[tuple[str, Ref, dict[str, Value]]] = [("CHILD_OF", Ref("Category", up), {}) for up in world.parents[id_]]  # fmt: skip
        for point, weight in world.pointers[id_].items():
            edges.append(("POINTS_TO", Ref("ControlPoint", point), {} if weight is None else {"weight": weight}))
        world.records.append(_record(Ref("Category", id_), ends.get(id_, {}), edges))
    world.records.append(_record(Ref("OrgUnit", "U0"), {}, []))
    world.records.extend(_record(Ref("OrgUnit", id_), {}, [("PART_OF", Ref("OrgUnit", "U0"), {})]) for id_ in UNITS[1:])
    for n in range(MANY[seed]):
        _complaint(rnd, world, n)
    return world


def _complaint(rnd: random.Random, world: World, n: int) -> None:
    local = datetime.combine(START, datetime.min.time()) + timedelta(days=rnd.randrange(420), hours=rnd.randrange(24))
    at = (local - timedelta(hours=8)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")  # Asia/Shanghai
    categories = rnd.sample(CATEGORIES, rnd.choice([0, 1, 1, 2, 3]))
    unit = rnd.choice(["", *UNITS])
    edges: list[tuple[str, Ref, dict[str, Value]]] = [("IN_CATEGORY", Ref("Category", id_), {}) for id_ in categories]
    edges += [("HOME_UNIT", Ref("OrgUnit", unit), {})] if unit else []
    earlier = rnd.randrange(n) if n and rnd.random() < 0.3 else None
    edges += [("REPEATS", Ref("Complaint", f"T{earlier:03}"), {})] if earlier is not None else []
    world.complaints.append(Told(local.date().isoformat(), tuple(categories), unit, earlier is None))
    world.records.append(_record(Ref("Complaint", f"T{n:03}"), {"event_at": at}, edges))


def _lives(world: World, id_: str, day: str) -> bool:
    return day < world.ended.get(id_, "9999-99")


def _points(world: World, category: str, day: str) -> set[str]:
    """The points that a category leads to on a day: those of its own level, else of the level above, and so on."""
    level, seen = {category} if _lives(world, category, day) else set(), {category}
    while level:
        named = {
            at: {point: weight for point, weight in world.pointers[at].items() if _lives(world, point, day)}
            for at in level
        }
        if any(named.values()):
            return {point for pointers in named.values() for point, weight in pointers.items() if weight != 0}
        above = {up for at in level for up in world.parents[at]} - seen
        seen |= above
        level = {up for up in above if _lives(world, up, day)}
    return set()


def counted(world: World, day: str, months: list[str]) -> dict[tuple[str, str], list[int]]:
    """Point and unit (or empty) → all complaints, first ones, and the complaints of each month; under ``all`` every complaint once."""
    found: dict[tuple[str, str], Counter[str]] = {}
    for told in world.complaints:
        if told.day > day or told.day[:7] not in months:
            continue
        points = {point for id_ in told.categories for point in _points(world, id_, day)} or {""}
        for key in (*((point, told.unit) for point in points), ("all", "")):
            numbers = found.setdefault(key, Counter())
            numbers.update({"complaints": 1, "first": int(told.first), told.day[:7]: 1})
    found.setdefault(("all", ""), Counter())
    return {key: [numbers[name] for name in ("complaints", "first", *months)] for key, numbers in found.items()}


def _shown(matrix: Matrix) -> dict[tuple[str, str], list[int]]:
    found = {}
    for row in matrix.rows:
        point, _, unit = row.id.partition("-IN->")
        found["" if point == "no_point" else point, unit] = list(row.cells[2:])
    return found  # type: ignore[return-value]  # the columns of counts


def _asked(store: Store, day: str) -> Matrix:
    framework = store.framework()
    return MATRICES["monthly_complaints"].of(
        Material(framework, day, store.revision(), lambda: View(framework, day), tuple, lambda since: counts_until(store, day, since))
    )  # fmt: skip


@pytest.mark.parametrize("seed", range(len(MANY)))
def test_the_matrix_is_a_plain_count_over_the_complaints(new_store: NewStore, seed: int) -> None:
    world = made(seed)
    store = new_store()
    with store.session() as session:
        for at in range(0, len(world.records), 50):
            session.write(world.records[at : at + 50])
    for day in DAYS:
        months = months_until(day, 12)
        matrix = _asked(store, day)
        assert [column.id for column in matrix.columns[4:]] == months
        assert _shown(matrix) == counted(world, day, months), day
        order = [str(row.id.partition("-IN->")[0]) for row in matrix.rows[:-1]]
        assert order == sorted(order, key=lambda id_: (id_ == "no_point", id_))
        assert matrix.rows[-1].id == "all"


def test_every_oddity_occurs() -> None:
    """Or the test above would prove less than it says."""
    worlds = [made(seed) for seed in range(len(MANY))]
    told = [one for world in worlds for one in world.complaints]
    assert any(not one.categories for one in told)
    assert any(not one.unit for one in told)
    assert any(not one.first for one in told)
    assert any(not world.complaints for world in worlds)
    reached = [
        {point for id_ in one.categories for point in _points(world, id_, "2025-12-10")}
        for world in worlds
        for one in world.complaints
    ]
    assert {0, 1, 2, 3} <= {len(points) for points in reached}
    through_a_parent = [
        id_
        for world in worlds
        for id_ in CATEGORIES
        if not world.pointers[id_] and _points(world, id_, "2025-12-10")
    ]  # fmt: skip
    assert through_a_parent
    assert any(_points(w, id_, "2025-02-28") != _points(w, id_, "2025-12-31") for w in worlds for id_ in CATEGORIES)


def test_months_are_bounded_and_stable(new_store: NewStore) -> None:
    store = new_store()
    world = made(2)
    with store.session() as session:
        session.write(world.records)
    whole = list(store.tallies(per="month"))
    assert whole == sorted(whole, key=lambda row: (row.day, row.categories, row.unit))
    assert sum(row.complaints for row in whole) == len(world.complaints) > 100
    assert list(store.tallies("2025-02", "2025-04", per="month")) == [
        row for row in whole if row.day in ("2025-02", "2025-03")
    ]
    last = max(row.day for row in whole)
    assert not any(row.subjects for row in whole)
    assert list(store.tallies(last, per="month")) == [row for row in whole if row.day == last]


@pytest.mark.parametrize(
    ("day", "many", "months"),
    [("2026-03-31", 3, ["2026-03", "2026-02", "2026-01"]), ("2026-01-01", 2, ["2026-01", "2025-12"])],
)
def test_months_before_a_day(day: str, many: int, months: list[str]) -> None:
    assert months_until(day, many) == months
