"""Threads that ask for single complaints share one reader: what it remembers is neither worked out nor kept once a thread."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from graph.case import Case
from graph.errors import Where
from graph.records import NodeRow, Record
from graph.stores import open_store
from graph.values import Props
from ingest import catalogue, pipeline


def _connections(path: Path) -> int:
    """How often this process has a file open."""
    count = 0
    for handle in Path("/proc/self/fd").iterdir():
        try:
            count += handle.readlink() == path
        except OSError:
            continue
    return count


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs /proc")
def test_many_threads_read_single_cases_through_one_connection(tmp_path: Path) -> None:
    path = tmp_path.resolve() / "s.db"
    store = open_store(f"sqlite:///{path}", create=True)
    store.initialise()
    pipeline.load(store, catalogue.records(plan_only=True), source="catalogue")
    props: Props = {"text": "话费多扣", "event_at": "2026-03-05T00:00:00.000000Z"}
    complaints = [Record(NodeRow("Complaint", f"C{n}", props, ()), (), Where(file="x")) for n in range(9)]
    pipeline.load(store, complaints, source="test")
    (first,) = store.cases(["C0"])
    before = _connections(path)
    found: dict[int, list[Case]] = {}

    def ask(n: int) -> None:
        found[n] = list(store.cases([f"C{n}", "C0", "C9"]))

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(1, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {n: [case.id for case in cases] for n, cases in found.items()} == {n: [f"C{n}", "C0"] for n in range(1, 9)}
    assert all(cases[1] == first for cases in found.values())
    assert _connections(path) == before
    store.close()
    assert _connections(path) == 0
