"""Loading a table of complaints into the embedded store, against a bare ``executemany`` of the very rows that it leaves in the file."""

from __future__ import annotations

import json
import sqlite3
import sys
import tempfile
from pathlib import Path

from bench import world
from bench.measure import Figure, apart, median, peak, seconds
from bench.plan import Plan
from graph.stores import open_store
from graph.stores.sqlite_tables import EDGE_TABLES
from ingest import pipeline
from ingest.run import ingest_paths

SHORT, FULL = 50_000, 1_000_000
MOST, AGAIN, MEMORY = 3.0, 8.0, 600
_BATCH = 5_000


def run(plan: Plan) -> list[Figure]:
    """A first load, the same again, memory and bytes a complaint; the bare loader right after, round by round."""
    rows = plan.largest(SHORT, FULL)
    rounds = 3 if rows <= SHORT else 1
    found = [apart("bench.ingest", rows, plan.seed + n) for n in range(rounds)]
    first, again = ([one[name] for one in found] for name in ("first", "again"))
    ratio, counted = (median([one["first"] / one[name] for one in found]) for name in ("bare", "bare_counted"))
    rerun, compared = (median([one["first"] / one[name] for one in found]) for name in ("again", "compared"))
    memory = max(one["memory"] for one in found)
    at = f"first load of {rows:,} complaints with {found[0]['links'] / rows:.1f} links each"
    rates = {
        "rows/s": f"{rows / median(first):,.0f}",
        "bare rows/s": f"{rows / median([one['bare'] for one in found]):,.0f}",
    }
    return [
        Figure("ingest", f"time of a {at}", ratio, "×", "sqlite3 executemany of the same rows", f"≤ {MOST:.0f}", ratio <= MOST, rates),
        Figure("ingest", "the same, where the bare loader writes the daily counts too", counted, "×", "sqlite3 executemany of the same rows and their counts"),
        Figure("ingest", "speed of an unchanged second load", rerun, "×", "the first load", f"≥ {AGAIN:.0f}", rerun >= AGAIN,
               {"seconds": f"{median(again):.3f} after {median(first):.1f}"}),
        Figure("ingest", "the same, every row compared (--again)", compared, "×", "the first load"),
        Figure("ingest", f"peak memory of loading {rows:,} complaints", memory, "MB", "", f"≤ {MEMORY}", memory <= MEMORY),
        Figure("ingest", "bytes of the file a complaint, its links and counts included", median([one["bytes"] for one in found]), "B"),
    ]  # fmt: skip


def measured(rows: int, seed: int) -> dict[str, float]:
    """Seconds of a first and a second load and of the bare loader, memory in MB, links, and bytes a complaint, of this very process."""
    shape = world.Shape(rows, seed)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        table, file = folder / "Complaint.csv", folder / "bench.db"
        maps = list(world.maps_of(shape))
        world.write_table(table, shape, maps)
        store = open_store(f"sqlite:///{file}", create=True)
        store.initialise()
        pipeline.load(store, maps, source="catalogue")
        pipeline.load(store, world.around(shape, maps), source="world")
        before = file.stat().st_size
        first = seconds(lambda: ingest_paths(store, [table]))
        again = seconds(lambda: ingest_paths(store, [table]))
        compared = seconds(lambda: ingest_paths(store, [table], again=True))
        memory = peak()
        counts = store.counts()
        assert counts.nodes["Complaint"] == rows
        store.close()
        return {
            "first": first,
            "again": again,
            "compared": compared,
            "memory": memory,
            "links": sum(counts.edges[link] for link in world.LINKS),
            "bytes": (file.stat().st_size - before) / rows,
            "bare": bare(file, folder / "bare.db", counted=False),
            "bare_counted": bare(file, folder / "counted.db", counted=True),
        }


def bare(source: Path, target: Path, *, counted: bool) -> float:
    """Seconds that the bare loader takes for the complaint rows and their links, 5,000 a transaction, same pragmas; reading them aside.

    With ``counted``, it also writes the daily counts, which the real loader must keep true in the same transactions.
    """
    tables = [
        "Complaint",
        *(EDGE_TABLES[link, "Complaint"].name for link in world.LINKS),
        *(["tally", "tally_day", "tally_month"] if counted else []),
    ]
    reading = sqlite3.connect(source)
    writing = sqlite3.connect(target, isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "cache_size=-65536"):
        writing.execute(f"PRAGMA {pragma}")
    taken = 0.0
    for table in tables:
        writing.execute(reading.execute("SELECT sql FROM sqlite_master WHERE name = ?", (table,)).fetchone()[0])
        stored = reading.execute(f'SELECT * FROM "{table}"')
        insert = f'INSERT INTO "{table}" VALUES ({", ".join("?" * len(stored.description))})'
        while rows := stored.fetchmany(_BATCH):
            taken += seconds(lambda: _write(writing, insert, rows))  # noqa: B023 (called at once)
    writing.close()
    reading.close()
    return taken


def _write(connection: sqlite3.Connection, insert: str, rows: list[tuple[object, ...]]) -> None:
    connection.execute("BEGIN")
    connection.executemany(insert, rows)
    connection.execute("COMMIT")


if __name__ == "__main__":
    print(json.dumps(measured(int(sys.argv[2]), int(sys.argv[3]))))
