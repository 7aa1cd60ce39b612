"""Power cuts: the server or the loader is killed at ten random moments of a load; what was acknowledged stays, and a rerun completes it."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from neo4j import Driver, GraphDatabase

from graph import errors
from graph.store import Store
from graph.stores import integrity, open_store
from ingest import pipeline
from ingest.export import export
from ingest.report import IngestReport
from ingest.run import ingest_paths
from tests.contract.notation import tallies
from tests.faults import unprotected
from tests.neo4j.fixtures import Address, NewServer, entered, environment
from tests.neo4j.server import Neo4jServer

ROOT = Path(__file__).parents[2]
KILLS = 10
ROWS, BATCH = 1_000, 100
CATEGORIES, PRODUCTS = 20, 50
"""Rows of the two tables that are read before the complaints; the products share a batch with the first of them."""
LOADER = (
    "import sys; from pathlib import Path; from graph.stores import open_store; from ingest import pipeline; "
    "from ingest.run import ingest_paths; pipeline.BATCH = int(sys.argv[3]); store = open_store(sys.argv[1]); "
    "ingest_paths(store, [Path(sys.argv[2])], source='s', progress=lambda rows: print(rows, flush=True))"
)
"""A process that loads a folder and says after each batch how many rows are in."""


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "BATCH", BATCH)


def write_edition(folder: Path, edition: int) -> Path:
    """Tables in which every complaint differs from that of the edition before: what it says, its category, what it is about."""
    folder.mkdir()
    files = {
        "Category.csv": ["id", *(f"K{n}" for n in range(CATEGORIES))],
        "Product.csv": ["id", *(f"P{n}" for n in range(PRODUCTS))],
        "Complaint.csv": [
            "id,event_at,text,IN_CATEGORY,ABOUT,REPEATS",
            *(
                f"C{n:05},2026-01-{(n + edition) % 28 + 1:02},第{edition}版 {n},K{(n + edition) % CATEGORIES},P{(n + edition) % PRODUCTS},"
                f"{f'C{n - 700:05}' if n >= 700 and n % 9 == 0 else ''}"
                for n in range(ROWS)
            ),
        ],
    }
    for name, lines in files.items():
        (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


class Uninterrupted(NamedTuple):
    """What the last edition leaves when nobody interrupts its load."""

    tables: Path
    export: bytes
    tallies: list[list[object]]


@pytest.fixture
def last(tmp_path: Path) -> Uninterrupted:
    tables = write_edition(tmp_path / "last", KILLS)
    store = open_store(f"sqlite:///{tmp_path / 'whole.db'}", create=True)
    store.initialise()
    ingest_paths(store, [tables], source="s")
    found = Uninterrupted(tables, exported(store, tmp_path), tallies(store))
    store.close()
    return found


def exported(store: Store, folder: Path) -> bytes:
    export(store, folder / "export.jsonl")
    return (folder / "export.jsonl").read_bytes()


def check_completed(url: str, last: Uninterrupted, folder: Path) -> None:
    """Run the last edition once more; then everything is as if nobody had been killed."""
    store = open_store(url)
    report = ingest_paths(store, [last.tables], source="s")
    assert report.total.refused == 0
    assert exported(store, folder) == last.export
    assert tallies(store) == last.tallies
    assert ingest_paths(store, [last.tables], source="s").total.changed == 0
    store.close()
    assert list(integrity(url, lambda _step: None)) == []


def check_whole_batches(driver: Driver, edition: int, acknowledged: int) -> int:
    """No acknowledged batch of an edition is lost and none is there in part; gives the number of its complaints.

    The first batch is the categories', which are written together.
    """
    statement = "MATCH (c:Complaint) WHERE c.text STARTS WITH $said RETURN count(c)"
    there = int(driver.execute_query(statement, said=f"第{edition}版 ").records[0][0])
    assert there >= min(ROWS, (acknowledged - 1) * BATCH - PRODUCTS)
    assert there in (0, ROWS) or (there + PRODUCTS) % BATCH == 0
    return there


def check_counts(driver: Driver, store: Store) -> None:
    """The daily counts are those of the complaints: what is derived was written with what it follows from."""
    statement = "MATCH (c:Complaint) RETURN c.event_at AS at, count(c) AS many ORDER BY at"
    there = [int(row["many"]) for row in driver.execute_query(statement).records]
    counted: Counter[str] = Counter()
    for tally in store.tallies():
        counted[tally.day] += tally.complaints
    assert [counted[day] for day in sorted(counted)] == there


# ── the server ────────────────────────────────────────────────────────────────────────────────────────
class Load(threading.Thread):
    """A load in a thread of its own, which ends well or with an error of ours."""

    def __init__(self, store: Store, tables: Path, until: int) -> None:
        super().__init__()
        self.store, self.tables, self.until = store, tables, until
        self.acknowledged = 0
        self.far_enough = threading.Event()
        self.ended: IngestReport | errors.StoreError | None = None

    def run(self) -> None:
        try:
            self.ended = ingest_paths(self.store, [self.tables], source="s", progress=self._progress)
        except errors.StoreError as error:
            self.ended = error
        self.far_enough.set()

    def _progress(self, rows: int) -> None:
        self.acknowledged += 1
        if rows >= self.until:
            self.far_enough.set()


@pytest.mark.slow
def test_own_server_killed_at_ten_moments_of_a_load_loses_nothing(
    new_neo4j_server: NewServer, last: Uninterrupted, tmp_path: Path
) -> None:
    server = new_neo4j_server(heap="512m")
    moments = random.Random(4)
    interrupted = 0
    with entered(server), GraphDatabase.driver(server.url, auth=(server.user, server.password)) as driver:
        store = open_store(server.url, create=True)
        store.initialise()
        for edition in range(1, KILLS + 1):
            tables = last.tables if edition == KILLS else write_edition(tmp_path / str(edition), edition)
            load = Load(store, tables, until=moments.randrange(ROWS))
            load.start()
            load.far_enough.wait()
            time.sleep(moments.uniform(0, 0.1))
            server.kill()
            load.join()
            assert load.ended is not None
            interrupted += isinstance(load.ended, errors.StoreError)
            server.start()
            check_whole_batches(driver, edition, load.acknowledged)
            check_counts(driver, store)
        assert interrupted >= KILLS // 2
        check_completed(server.url, last, tmp_path)
        _kill_without_transactions(server, store, write_edition(tmp_path / "more", KILLS + 1))
        with pytest.raises(AssertionError):
            check_counts(driver, store)
        store.close()


def _kill_without_transactions(server: Neo4jServer, store: Store, tables: Path) -> None:
    """The protection taken away: every statement is committed by itself, and the server is killed when the counts of a batch are to follow."""

    def kill_before_counts(statement: object) -> None:
        if "_Tally" in str(statement) and server.running:
            server.kill()

    with (
        unprotected.statements_committed_apart_on_neo4j(),
        unprotected.before_every_statement_on_neo4j(kill_before_counts),
        pytest.raises(errors.StoreError),
    ):
        ingest_paths(store, [tables], source="s")
    server.start()


# ── the loader ────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.slow
def test_a_loader_killed_at_ten_moments_leaves_whole_batches(
    neo4j_url: str, neo4j_server: Address, neo4j_driver: Driver, last: Uninterrupted, tmp_path: Path
) -> None:
    moments = random.Random(5)
    store = open_store(neo4j_url, create=True)
    store.initialise()
    store.close()
    in_part = 0
    for edition in range(1, KILLS + 1):
        tables = last.tables if edition == KILLS else write_edition(tmp_path / str(edition), edition)
        acknowledged = _killed(
            [sys.executable, "-c", LOADER, neo4j_url, str(tables), str(BATCH)],
            {**os.environ, **environment(neo4j_server)},
            moments.randrange(ROWS),
            lambda: time.sleep(moments.uniform(0, 0.1)),
        )
        in_part += check_whole_batches(neo4j_driver, edition, acknowledged) < ROWS
    assert in_part >= KILLS // 2
    check_completed(neo4j_url, last, tmp_path)


def _killed(command: list[str], environment: dict[str, str], until: int, wait: Callable[[], None]) -> int:
    """Start a loader and kill it a little after so many rows; gives the number of batches that it said were in."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environment) as process:
        assert process.stdout is not None
        acknowledged = rows = 0
        while rows < until and (line := process.stdout.readline()):
            acknowledged, rows = acknowledged + 1, int(line)
        wait()
        process.send_signal(signal.SIGKILL)
        acknowledged += process.stdout.read().count("\n")
        assert process.wait() in (0, -signal.SIGKILL)
    return acknowledged
