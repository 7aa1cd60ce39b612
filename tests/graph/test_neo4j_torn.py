"""Torn reads: two facts that are always changed together are always read together, and it is the lock that does it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from neo4j import ManagedTransaction

from graph import errors
from graph.framework import Framework
from graph.records import EdgeRow, NodeRow, Record, Ref
from graph.stores import neo4j_read
from graph.stores.neo4j import Neo4jStore

READS, READERS = 250, 2
UNITS = 400
"""Between the two facts, in the order in which a framework is read, so that reading takes its time."""
POINT, STAGE, CATEGORY = Ref("ControlPoint", "P"), Ref("Stage", "S"), Ref("Category", "K")
LOOKING = "MATCH (m:_SuYuan {id: 'store'}) RETURN m.framework AS framework"
"""What takes no lock."""


@pytest.fixture
def store(neo4j_url: str) -> Iterator[Neo4jStore]:
    made = Neo4jStore(neo4j_url, create=True)
    made.initialise()
    units = [Ref("OrgUnit", f"U{n:03}") for n in range(UNITS)]
    with made.session() as session:
        session.write([_record(NodeRow(*ref, {}, ("a",))) for ref in (POINT, STAGE, CATEGORY, *units)])
        session.write([_record(None, EdgeRow("PART_OF", unit, units[0], {}, ("a",))) for unit in units[1:]])
        session.write(_change(0))
    yield made
    made.close()


def _record(node: NodeRow | None, *edges: EdgeRow) -> Record:
    return Record(node, edges, errors.Where())


def _change(number: int) -> list[Record]:
    """An edge that a framework is read from early on, and one that comes last."""
    said = {"clause": str(number)}
    return [
        _record(None, EdgeRow("AT", POINT, STAGE, said, ("a",))),
        _record(None, EdgeRow("POINTS_TO", CATEGORY, POINT, {"weight": 0.5, **said}, ("a",))),
    ]


def _is_torn(framework: Framework) -> bool:
    said = {edge.props["clause"] for name in ("AT", "POINTS_TO") for edge in framework.edges(name)}
    return len(said) > 1


def count_torn(store: Neo4jStore, url: str) -> int:
    """How many of so many frameworks are torn that are read while they change: each of them is of another revision than the one before."""
    lock, stop = threading.Lock(), threading.Event()
    counted = [0, 0]
    failed: list[BaseException] = []

    def read() -> None:
        mine = Neo4jStore(url)
        before: Framework | None = None
        while not stop.is_set():
            framework = mine.framework()
            if framework is before:
                continue
            before = framework
            with lock:
                counted[0] += 1
                counted[1] += _is_torn(framework)
                if counted[0] >= READS:
                    stop.set()
        mine.close()

    def write() -> None:
        number = 0
        with store.session() as session:
            while not stop.is_set():
                number += 1
                session.write(_change(number))

    def run(work: Callable[[], None]) -> None:
        try:
            work()
        except errors.StoreError as error:
            failed.append(error)
            stop.set()

    threads = [threading.Thread(target=run, args=(work,)) for work in (write, *[read] * READERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert counted[0] >= READS
    return counted[1]


@pytest.mark.slow
def test_none_of_many_reads_is_torn(store: Neo4jStore, neo4j_url: str) -> None:
    assert count_torn(store, neo4j_url) == 0


@pytest.mark.parametrize(("locking", "seen"), [(True, 0), (False, 1)])
def test_a_reader_that_takes_no_lock_is_caught(
    store: Neo4jStore, neo4j_url: str, monkeypatch: pytest.MonkeyPatch, locking: bool, seen: int
) -> None:
    """A write that comes right after the revision was read waits for the lock; without it what is read is not of that revision."""
    first = store.revision().framework + 1
    with store.session() as session:
        session.write(_change(first))
    other = Neo4jStore(neo4j_url)

    def write() -> None:
        with other.session() as session:
            session.write(_change(first + 1))

    writer = threading.Thread(target=write)
    run = ManagedTransaction.run
    reading: list[ManagedTransaction] = []

    def with_a_write_between(tx: ManagedTransaction, query: str, *arguments: Any, **named: Any) -> Any:
        if query == neo4j_read._HOLD_FRAMEWORK:
            reading.append(tx)
        elif reading and reading[0] is tx and writer.ident is None:
            writer.start()
            writer.join(timeout=0.5 if locking else 60)
        return run(tx, query, *arguments, **named)

    monkeypatch.setattr(ManagedTransaction, "run", with_a_write_between)
    if not locking:
        monkeypatch.setattr(neo4j_read, "_HOLD_FRAMEWORK", LOOKING)
    framework = store.framework()
    writer.join()
    assert framework.revision == first
    said = {edge.props["clause"] for name in ("AT", "POINTS_TO") for edge in framework.edges(name)}
    assert said == {str(first + seen)}
    assert store.revision().framework == first + 1
    other.close()
