"""A Neo4j server that is stopped and started, or killed, while a stream is read: tried again or an error of ours, never a short answer that looks whole.

What protects: a stream is read window by window, each a transaction of its own that begins after the last id of the one before (``neo4j_read.py``, ``neo4j_cases.py``),
and the driver's errors come out of it as ours (``neo4j_connection.py``: ``_attempt``).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

import pytest

from graph.errors import StoreError
from graph.store import Store
from graph.stores import integrity, neo4j_cases, neo4j_read, open_store
from tests.faults.world import fill, silent
from tests.neo4j.fixtures import NewServer, entered

COMPLAINTS = 200


def streams(store: Store) -> dict[str, Callable[[], Iterator[object]]]:
    return {
        "cases": lambda: store.cases(),
        "nodes": lambda: store.nodes("Complaint"),
        "edges": lambda: store.edges("ABOUT"),
        "tallies": lambda: store.tallies(),
    }


@pytest.mark.slow
def test_own_server_stopped_and_killed_while_streams_are_read(
    new_neo4j_server: NewServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Small windows, so that many lie before and after the moment."""
    for module in (neo4j_read, neo4j_cases):
        monkeypatch.setattr(module, "WINDOW" if hasattr(module, "WINDOW") else "_WINDOW", 10)
    server = new_neo4j_server(heap="512m")
    with entered(server):
        store = open_store(server.url, create=True)
        store.initialise()
        fill(store, COMPLAINTS)
        whole = {name: list(read()) for name, read in streams(store).items()}
        assert len(whole["cases"]) == COMPLAINTS
        outcomes: list[str] = []
        over = threading.Event()

        def reader() -> None:
            while not over.is_set():
                for name, read in streams(store).items():
                    try:
                        found = list(read())
                    except StoreError as error:
                        outcomes.append("said" if error.exit_code == 3 else "unsaid")
                    else:
                        outcomes.append("whole" if found == whole[name] else f"short: {name} {len(found)}")

        thread = threading.Thread(target=reader)
        thread.start()
        for hurt in (server.stop, server.kill):
            time.sleep(1.5)
            hurt()
            time.sleep(0.5)
            server.start()
        time.sleep(1.5)
        over.set()
        thread.join(timeout=60)
        assert set(outcomes) == {"whole", "said"}, sorted(set(outcomes))
        assert {name: list(read()) for name, read in streams(store).items()} == whole
        store.close()
        assert list(integrity(server.url, silent)) == []


def test_a_stream_that_swallowed_an_error_would_be_caught_on_neo4j(
    neo4j_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The protection taken away: a window that fails and is taken for the last one gives a short answer, which the test above tells from a whole one."""
    store = open_store(neo4j_url, create=True)
    store.initialise()
    fill(store, 60)
    monkeypatch.setattr(neo4j_read, "WINDOW", 10)
    whole = list(store.nodes("Complaint"))
    connection = store._reader._connection  # type: ignore[attr-defined]
    values, asked = connection.values, [0]

    def swallowing(statement: str, **parameters: object) -> list[list[object]]:
        asked[0] += 1
        return [[[]]] if asked[0] == 4 else values(statement, **parameters)

    monkeypatch.setattr(connection, "values", swallowing)
    assert 0 < len(list(store.nodes("Complaint"))) < len(whole)
    store.close()
