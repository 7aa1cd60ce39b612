"""Loading a table of complaints, against a bare ``executemany`` of the very rows that it leaves in the file."""

from __future__ import annotations

import csv
import random
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench.measure import Figure, median, seconds
from graph.stores import open_store
from graph.stores.sqlite_tables import EDGE_TABLES
from ingest import catalogue, pipeline
from ingest.run import ingest_paths

ROWS = 50_000
ROUNDS = 3
LINKS = ("ABOUT", "IN_CATEGORY", "HOME_UNIT")
TEXT = "办的时候讲好每月三十八元，这个月账上却扣了五十八元，问了两次都说查不出来，请尽快核实退费。"


def write_world(folder: Path, rows: int, seed: int) -> list[Path]:
    """Units, campaigns and complaints as native tables: ``rows`` complaints with about 2.7 links each."""
    rng = random.Random(seed)
    categories = [
        record.node.id
        for record in catalogue.records(plan_only=False)
        if record.node and record.node.kind == "Category"
    ]
    paths = [folder / name for name in ("OrgUnit.csv", "Campaign.csv", "Complaint.csv")]

    def complaints() -> Iterator[list[str]]:
        for n in range(rows):
            unit = f"U{rng.randrange(31)}" if rng.random() < 0.7 else ""
            moment = f"2025-{rng.randrange(1, 13):02}-{rng.randrange(1, 29):02} {rng.randrange(24):02}:{rng.randrange(60):02}:00"
            yield [f"T{n:07}", moment, TEXT, "closed", f"M{rng.randrange(300)}", rng.choice(categories), unit]

    tables: list[tuple[Path, list[str], Iterator[list[str]]]] = [
        (paths[0], ["id", "tier"], ([f"U{n}", "province"] for n in range(31))),
        (paths[1], ["id", "tier"], ([f"M{n}", "provincial"] for n in range(300))),
        (paths[2], ["id", "event_at", "text", "status", *LINKS], complaints()),
    ]
    for path, head, body in tables:
        with path.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(head)
            writer.writerows(body)
    return paths


def _bare(source: Path, target: Path, *, derived: bool) -> float:
    """Seconds that the bare loader takes for the complaint rows and their links, 5,000 a transaction, same pragmas.

    With ``derived``, it also writes the daily counts, which the real loader must keep true in the same transactions.
    """
    tables = ["Complaint", *(EDGE_TABLES[name, "Complaint"].name for name in LINKS), *(["tally"] if derived else [])]
    reading = sqlite3.connect(source)
    rows = {table: reading.execute(f'SELECT * FROM "{table}"').fetchall() for table in tables}
    statements = [
        reading.execute("SELECT sql FROM sqlite_master WHERE name = ?", (table,)).fetchone()[0] for table in tables
    ]
    reading.close()
    writing = sqlite3.connect(target, isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "cache_size=-65536"):
        writing.execute(f"PRAGMA {pragma}")
    for sql in statements:
        writing.execute(sql)

    def load() -> None:
        for table, content in rows.items():
            marks = ", ".join("?" * len(content[0]))
            for start in range(0, len(content), 5000):
                writing.execute("BEGIN")
                writing.executemany(f'INSERT INTO "{table}" VALUES ({marks})', content[start : start + 5000])
                writing.execute("COMMIT")

    taken = seconds(load)
    writing.close()
    return taken


def run() -> list[Figure]:
    """First load, unchanged second load, and the ratio of the first to the bare loader."""
    first, again, bare, with_tally = [], [], [], []
    for seed in range(ROUNDS):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            tables = write_world(folder, ROWS, seed)
            store = open_store(f"sqlite:///{folder / 'bench.db'}", create=True)
            store.initialise()
            pipeline.load(store, catalogue.records(plan_only=False), source="catalogue")
            ingest_paths(store, tables[:2])
            first.append(seconds(lambda: ingest_paths(store, tables[2:])))  # noqa: B023 (called at once)
            again.append(seconds(lambda: ingest_paths(store, tables[2:])))  # noqa: B023
            store.close()
            bare.append(_bare(folder / "bench.db", folder / "bare.db", derived=False))
            with_tally.append(_bare(folder / "bench.db", folder / "bare2.db", derived=True))
    ratio = median([b / f for f, b in zip(first, bare, strict=True)])
    fair = median([b / f for f, b in zip(first, with_tally, strict=True)])
    rate = {"rows/s": f"{ROWS / median(first):,.0f}", "bare rows/s": f"{ROWS / median(bare):,.0f}", "rows": f"{ROWS:,}"}
    return [
        Figure("ingest", "rows/s of a first load of complaints, as a share of the bare loader's", ratio, "×",
               "sqlite3 executemany of the same rows", "≥ 0.33", ratio >= 0.33, rate),
        Figure("ingest", "the same, where the bare loader writes the daily counts too", fair, "×",
               "sqlite3 executemany of the same rows and their counts",
               detail={"bare rows/s": f"{ROWS / median(with_tally):,.0f}"}),
        Figure("ingest", "speed of an unchanged second load", median([f / a for f, a in zip(first, again, strict=True)]), "×", "the first load",
               detail={"rows/s": f"{ROWS / median(again):,.0f}"}),
    ]  # fmt: skip
