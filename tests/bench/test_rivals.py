"""Rivals answer the same question: equal counts, equal points, on tiny worlds."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench import aggregation, ingest, plain_upstream, world
from graph.store import Store
from graph.stores import open_store
from ingest import catalogue, pipeline
from ingest.run import ingest_paths

SHAPE = world.Shape(400, 5, campaigns=10)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("world")
    world.make(made, SHAPE).close()
    return made


@pytest.fixture
def store(folder: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{folder / 'world.db'}")
    yield opened
    opened.close()


@pytest.fixture
def connection(folder: Path) -> Iterator[sqlite3.Connection]:
    opened = sqlite3.connect(folder / "world.db")
    yield opened
    opened.close()


def test_sums_by_point_month_and_unit_are_the_same_three_ways(
    store: Store, connection: sqlite3.Connection, tmp_path: Path
) -> None:
    points = aggregation.pointing(store.framework())
    mine = aggregation.ours(points, store.tallies(per="month"))
    with aggregation.extract(connection, tmp_path / "extract.csv", points) as loaded:
        assert mine == aggregation.by_sql(connection, points) == aggregation.by_duckdb(loaded)
    held = Counter(edge.target.id for edge in store.edges("IN_CATEGORY"))
    assert sum(mine.values()) == sum(number * len(points.get(category, ())) for category, number in held.items()) > 400


def test_sql_and_networkx_rank_the_same_points_and_reviews_come_first(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'small.db'}", create=True)
    store.initialise()
    pipeline.load(store, catalogue.records(plan_only=False), source="catalogue")
    tables = {
        "Campaign.csv": "id,tier\nM1,provincial\n",
        "Review.csv": "id,OF,ON,result,mode,event_at\nR1,ControlPoint:CP09,M1,failed,manual,2025-01-02\n",
        "Complaint.csv": "id,event_at,IN_CATEGORY,ABOUT\n"
        + "".join(f"K{n},2025-02-0{n + 1},{category},M1\n" for n, category in enumerate(_categories(store))),
    }
    for name, text in tables.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert not ingest_paths(store, [tmp_path / name for name in tables], rejects=tmp_path / "r.csv").total.refused
    connection = sqlite3.connect(tmp_path / "small.db")
    program = plain_upstream.ByNetworkx(connection, store.framework())
    found = [(plain_upstream.by_sql(connection, f"K{n}"), program.first(f"K{n}")) for n in range(5)]
    connection.close()
    store.close()
    assert all(one == other for one, other in found)
    assert max(len(one) for one, _ in found) == plain_upstream.SHOWN
    assert any(one[0][0] == "CP09" and one[0][2] == "failed" for one, _ in found)


def _categories(store: Store) -> list[str]:
    """Five categories that point somewhere, one of them to a point downstream of CP09 or to it."""
    framework = store.framework()
    pointing = aggregation.pointing(framework)
    near = sorted(id_ for id_, points in pointing.items() if "CP09" in points)
    return [*near[:1], *sorted(set(pointing) - set(near))[:4]]


def test_the_bare_loader_leaves_the_same_rows(folder: Path, tmp_path: Path) -> None:
    assert ingest.bare(folder / "world.db", tmp_path / "bare.db", counted=True) > 0
    tables = [
        "Complaint",
        "Complaint.ABOUT",
        "Complaint.IN_CATEGORY",
        "Complaint.HOME_UNIT",
        "tally",
        "tally_day",
        "tally_month",
    ]
    held = [_content(path, tables) for path in (folder / "world.db", tmp_path / "bare.db")]
    assert held[0] == held[1]
    assert len(held[0]["Complaint"]) == SHAPE.complaints


def _content(path: Path, tables: list[str]) -> dict[str, list[tuple[object, ...]]]:
    connection = sqlite3.connect(path)
    found = {table: connection.execute(f'SELECT * FROM "{table}" ORDER BY 1, 2, 3').fetchall() for table in tables}
    connection.close()
    return found


def test_a_measured_load_counts_what_it_loaded() -> None:
    found = ingest.measured(300, 2)
    assert 700 < found["links"] < 900
    assert found["bytes"] > 100
    assert all(found[name] > 0 for name in ("first", "again", "bare", "bare_counted", "memory"))
