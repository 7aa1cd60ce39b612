"""Complaints by control point, month and unit: the monthly counts of the store against SQL over its facts and DuckDB over an extract."""

from __future__ import annotations

import csv
import sqlite3
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

import duckdb

from bench import world
from bench.kept import kept
from bench.measure import Figure, median, seconds
from bench.plan import Plan
from graph.framework import Framework
from graph.records import Tally
from graph.stores import open_store
from queries import monthly

SHORT, FULL = 100_000, 1_000_000
ROUNDS = 3
_DAY = "2025-12-31"
Counts = dict[tuple[str, str, str], int]
"""Control point, month, unit (or empty) → complaints; a complaint counts once at each point that its category points to."""
_HOURS = 8
"""Of the zone whose days and months are meant, ahead of UTC; it knows no summer time."""
_SQL = f"""
SELECT p.target, substr(datetime(c.event_at, '+{_HOURS} hours'), 1, 7), ifnull(u.target, ''), count(DISTINCT c.id)
FROM Complaint c JOIN "Complaint.IN_CATEGORY" k ON k.source = c.id JOIN pointing p ON p.category = k.target
LEFT JOIN "Complaint.HOME_UNIT" u ON u.source = c.id
GROUP BY 1, 2, 3
"""
_EXTRACT = """
SELECT c.id, c.event_at, k.target, ifnull(u.target, '')
FROM Complaint c JOIN "Complaint.IN_CATEGORY" k ON k.source = c.id LEFT JOIN "Complaint.HOME_UNIT" u ON u.source = c.id
"""
_DUCK = f"""
SELECT p.point, strftime(c.event_at + INTERVAL {_HOURS} HOUR, '%Y-%m'), coalesce(c.unit, ''), count(DISTINCT c.id)
FROM complaint c JOIN pointing p ON p.category = c.category GROUP BY ALL
"""


def run(plan: Plan) -> list[Figure]:
    """All three in turn, equal counts asserted."""
    shape = world.Shape(plan.largest(SHORT, FULL), plan.seed)
    with tempfile.TemporaryDirectory() as name:
        made = kept(shape)
        store = open_store(made.url)
        framework = store.framework()
        points = pointing(framework)
        connection = sqlite3.connect(made.folder / "world.db")
        loaded = extract(connection, Path(name) / "extract.csv", points)
        taken: dict[str, list[float]] = {"ours": [], "sql": [], "duckdb": []}
        for _ in range(ROUNDS):
            found: dict[str, Counts] = {}
            taken["ours"].append(seconds(lambda: found.update(ours=ours(points, store.tallies(per="month")))))  # noqa: B023 (at once)
            taken["sql"].append(seconds(lambda: found.update(sql=by_sql(connection, points))))  # noqa: B023
            taken["duckdb"].append(seconds(lambda: found.update(duckdb=by_duckdb(loaded))))  # noqa: B023
            assert found["ours"] == found["sql"] == found["duckdb"], "the ways count differently"
        loaded.close()
        connection.close()
        store.close()
    mine = taken.pop("ours")
    cells = f"{len(found['ours']):,}"
    return [
        Figure("aggregation", f"speed over {shape.complaints:,} complaints", median([t / m for t, m in zip(theirs, mine, strict=True)]),
               "×", rival, detail={"ms": f"{median(mine) * 1000:.0f}", "rival ms": f"{median(theirs) * 1000:.0f}", "cells": cells})
        for rival, theirs in (("SQL over the facts of the same file", taken["sql"]), ("DuckDB over an extract already loaded", taken["duckdb"]))
    ]  # fmt: skip


def pointing(framework: Framework) -> dict[str, tuple[str, ...]]:
    """Category → the points it points to, or the nearest category above that points anywhere does; a made world is the same on every day."""
    return monthly.pointing(framework, _DAY)


def ours(points: Mapping[str, tuple[str, ...]], counts: Iterable[Tally]) -> Counts:
    """From the monthly counts, as the matrix ``monthly_complaints`` has them; what points nowhere aside, which the rivals leave out."""
    found = monthly.by_point(points, counts).items()
    return {place: number.complaints for place, number in found if place.point}


def by_sql(connection: sqlite3.Connection, points: dict[str, tuple[str, ...]]) -> Counts:
    """From the complaints themselves, in the same file."""
    connection.execute(
        "CREATE TEMP TABLE IF NOT EXISTS pointing(category TEXT, target TEXT, PRIMARY KEY(category, target))"
    )
    connection.executemany("INSERT OR IGNORE INTO temp.pointing VALUES (?, ?)", _pairs(points))
    return {(point, month, unit): number for point, month, unit, number in connection.execute(_SQL)}


def extract(
    connection: sqlite3.Connection, path: Path, points: dict[str, tuple[str, ...]]
) -> duckdb.DuckDBPyConnection:
    """The complaints with category and unit as CSV, loaded into DuckDB, with what points where."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["id", "event_at", "category", "unit"])
        writer.writerows(connection.execute(_EXTRACT))
    loaded = duckdb.connect()
    loaded.execute("CREATE TABLE complaint(id VARCHAR, event_at TIMESTAMP, category VARCHAR, unit VARCHAR)")
    loaded.execute("COPY complaint FROM ? (HEADER)", [str(path)])
    loaded.execute("CREATE TABLE pointing(category VARCHAR, point VARCHAR)")
    loaded.executemany("INSERT INTO pointing VALUES (?, ?)", _pairs(points))
    return loaded


def by_duckdb(loaded: duckdb.DuckDBPyConnection) -> Counts:
    """From the extract."""
    return {(point, month, unit): number for point, month, unit, number in loaded.execute(_DUCK).fetchall()}


def _pairs(points: dict[str, tuple[str, ...]]) -> list[tuple[str, str]]:
    return [(category, point) for category, of in points.items() for point in of]
