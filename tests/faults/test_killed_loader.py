"""``kill -9`` of a loader between any two of its statements: a batch is there whole or not at all, and a rerun completes it.

What protects: a batch is one transaction (``sqlite_write.py``: ``_Transaction``; ``neo4j_connection.py``: ``write``). ``tests/ingest/test_killed.py`` and
``tests/graph/test_neo4j_kills.py`` kill at random moments of large loads; here the moments are named, so that the same kills without the protection do harm.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from functools import partial
from itertools import count
from pathlib import Path

import pytest
from neo4j import Driver

from graph.stores import integrity, open_store
from ingest import pipeline
from ingest.run import ingest_paths
from tests.contract.notation import tallies
from tests.faults import unprotected
from tests.faults.conftest import write_tables
from tests.faults.unprotected import Piecemeal, die, killed_in_a_child
from tests.faults.world import exported_from, half_written, silent
from tests.neo4j.fixtures import empty

BATCH, ROWS = 10, 30
"""Rows of a batch and of the complaints: each table makes whole batches."""
MOMENTS = 12
MOMENTS_ON_NEO4J = 3


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "BATCH", BATCH)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_tables(tmp_path / "tables", ROWS)


def made(url: str) -> str:
    store = open_store(url, create=True)
    store.initialise()
    store.close()
    return url


def load(url: str, folder: Path) -> None:
    store = open_store(url)
    ingest_paths(store, [folder], source="s")
    store.close()


# ── a file ────────────────────────────────────────────────────────────────────────────────────────────
class Files:
    """Loads into files of their own, by one sort of connection."""

    def __init__(self, folder: Path, connection: type[sqlite3.Connection]) -> None:
        self.folder, self._connection, self._numbers = folder, connection, count()

    def new_url(self) -> str:
        return made(f"sqlite:///{self.folder.parent / f'{next(self._numbers)}.db'}")

    def load(self, url: str, moment: int | None = None) -> int:
        """Load, and die before a statement; gives the number of statements."""
        counted, call = unprotected.counted(moment, die)
        with unprotected.connecting(self._connection, unprotected.traced(call)):
            load(url, self.folder)
        return counted[0]

    def killed(self) -> Iterator[str]:
        """The addresses of stores whose loader was killed, at moments from the first complaints on."""
        whole = self.load(self.new_url())
        for moment in unprotected.spread(whole, 0.3, MOMENTS):
            url = self.new_url()
            assert killed_in_a_child(partial(self.load, url, moment)), (moment, whole)
            yield url


def harm(url: str) -> list[str]:
    """What is half written, and what the deep look finds."""
    store = open_store(url)
    found = half_written(store, BATCH) + [str(fault) for fault in integrity(url, silent)]
    store.close()
    return found


def test_a_loader_of_a_file_killed_between_any_statements_leaves_whole_batches(folder: Path) -> None:
    files = Files(folder, sqlite3.Connection)
    whole = files.new_url()
    files.load(whole)
    for url in files.killed():
        assert harm(url) == []
        load(url, folder)
        assert exported_from(url, folder.parent) == exported_from(whole, folder.parent)


def test_without_transactions_a_killed_loader_of_a_file_leaves_halves(folder: Path) -> None:
    found = [harm(url) for url in Files(folder, Piecemeal).killed()]
    assert sum(map(bool, found)) > MOMENTS // 2
    assert any("tally" in fault for faults in found for fault in faults), "what is derived is told by the deep look"


# ── a server ──────────────────────────────────────────────────────────────────────────────────────────
def killed_on_neo4j(url: str, driver: Driver, folder: Path) -> list[str]:
    """Let loaders die before some statements of the last batches, each in an empty store; what is half written then."""

    def work(moment: int | None) -> int:
        empty(driver)
        made(url)
        counted, call = unprotected.counted(moment, die)
        with unprotected.before_every_statement_on_neo4j(call):
            load(url, folder)
        return counted[0]

    found: list[str] = []
    whole = work(None)
    for moment in unprotected.spread(whole, 0.7, MOMENTS_ON_NEO4J):
        assert killed_in_a_child(partial(work, moment)), (moment, whole)
        store = open_store(url)
        found += half_written(store, BATCH)
        store.close()
    return found


def facts(url: str) -> list[object]:
    """What a load leaves, in few questions: a server plans each anew."""
    store = open_store(url)
    found = [store.counts(), tallies(store), list(store.nodes("Complaint")), list(store.edges("ABOUT"))]
    store.close()
    return found


def test_a_loader_killed_between_statements_leaves_whole_batches_on_neo4j(
    neo4j_url: str, neo4j_driver: Driver, folder: Path
) -> None:
    files = Files(folder, sqlite3.Connection)
    whole = files.new_url()
    files.load(whole)
    assert killed_on_neo4j(neo4j_url, neo4j_driver, folder) == []
    load(neo4j_url, folder)
    assert facts(neo4j_url) == facts(whole)


def test_without_transactions_a_killed_loader_leaves_halves_on_neo4j(
    neo4j_url: str, neo4j_driver: Driver, folder: Path
) -> None:
    with unprotected.statements_committed_apart_on_neo4j():
        assert killed_on_neo4j(neo4j_url, neo4j_driver, folder) != []
