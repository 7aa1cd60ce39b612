"""A network that breaks off, drags or drips between the program and a Neo4j server.

What protects: a batch is one transaction with a mark that tells whether it was done (``neo4j_write.py``: ``_in_turn``), attempts follow a list of our own
(``neo4j_errors.py``: ``worth_another_attempt``), and every wait is bounded by a setting (``neo4j_connection.py``: ``_attempt``).
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from neo4j import Driver, GraphDatabase

from graph.errors import StoreError
from graph.settings import settings
from graph.store import Store
from graph.stores import integrity, neo4j_connection, neo4j_write, open_store
from graph.stores.neo4j import Neo4jStore
from tests.contract.notation import record, tallies
from tests.faults.relay import Relay
from tests.faults.world import exported, records, silent
from tests.graph.test_neo4j_faults import Cut
from tests.graph.test_neo4j_store import complaints
from tests.neo4j.fixtures import empty

BATCH = 20
CUTS = 4


@pytest.fixture
def url(neo4j_url: str) -> str:
    store = open_store(neo4j_url, create=True)
    store.initialise()
    store.close()
    return neo4j_url


def port(url: str) -> int:
    return int(url.rpartition(":")[2])


def load(store: Store) -> list[str]:
    """The world in small batches, as a load does; gives all outcomes."""
    found: list[str] = []
    with store.session() as session:
        rows = records()
        for at in range(0, len(rows), BATCH):
            found += [str(outcome) for outcome in session.write(rows[at : at + BATCH]).outcomes]
    return found


def facts(store: Store) -> list[object]:
    """What a load could lose or double, in few questions: a server plans each anew for every graph."""
    return [
        store.counts(),
        tallies(store),
        list(store.nodes("Complaint")),
        list(store.edges("ABOUT")),
        list(store.edges("REPEATS")),
    ]


def whole(tmp_path: Path) -> tuple[bytes, list[str]]:
    """What an undisturbed load leaves, and its outcomes."""
    store = open_store(f"sqlite:///{tmp_path / 'whole.db'}", create=True)
    store.initialise()
    outcomes = load(store)
    said = exported(store, tmp_path)
    store.close()
    return said, outcomes


@pytest.mark.slow
def test_a_connection_to_neo4j_cut_after_any_number_of_bytes(
    url: str, neo4j_driver: Driver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Either the load ends with the undisturbed outcomes, or with an error of ours; a rerun completes it, and nothing is there twice.

    Every other time all connections are cut, so that no attempt can help; else the first alone.
    """
    monkeypatch.setenv("SUYUAN_NEO4J_TIMEOUT", "1")
    settings.cache_clear()
    said, outcomes = whole(tmp_path)
    whole_store = open_store(f"sqlite:///{tmp_path / 'whole.db'}")
    with Relay(port(url)) as relay:
        store = Neo4jStore(relay.url)
        opening = relay.passed
        load(store)
        store.close()
        total = relay.passed - opening
    messages: list[tuple[int, str]] = []
    survived = cuts = 0
    for number in range(CUTS):
        empty(neo4j_driver)
        plain = open_store(url, create=True)
        plain.initialise()
        with Relay(port(url), cut_after=opening + 500 + total * number // CUTS) as relay:
            try:
                store = Neo4jStore(relay.url)
                relay.cut_after = relay.cut_after if number % 2 else None
                try:
                    assert load(store) == outcomes
                    survived += 1
                finally:
                    store.close()
            except StoreError as error:
                messages.append((error.exit_code, error.message("zh")))
            cuts += relay.cuts
        load(plain)
        assert facts(plain) == facts(whole_store), number
        plain.close()
    assert cuts >= CUTS
    assert survived >= CUTS // 2
    assert messages
    assert all(code == 3 and "Neo4j" in message for code, message in messages)
    last = open_store(url)
    assert exported(last, tmp_path) == said
    last.close()
    whole_store.close()
    assert list(integrity(url, silent)) == []


def test_without_a_second_attempt_a_cut_ends_the_load_on_neo4j(
    url: str, neo4j_driver: Driver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The protection taken away: a cut that the product survives ends the load."""
    _, outcomes = whole(tmp_path)
    with Relay(port(url)) as relay:
        store = Neo4jStore(relay.url)
        opened = relay.passed
        store.close()
    cut = opened + 8_000  # in the middle of a batch

    def run() -> list[str]:
        with Relay(port(url), cut_after=cut) as relay:
            store = Neo4jStore(relay.url)
            relay.cut_after = None  # the next connection holds
            try:
                return load(store)
            finally:
                store.close()

    assert run() == outcomes
    monkeypatch.setattr(neo4j_connection, "worth_another_attempt", lambda error: False)
    empty(neo4j_driver)
    store = open_store(url, create=True)
    store.initialise()
    store.close()
    with pytest.raises(StoreError):
        run()


@pytest.mark.parametrize(("delay", "rate"), [(0.02, None), (0.0, 200_000)])
def test_a_slow_network_to_neo4j_is_only_slow(url: str, tmp_path: Path, delay: float, rate: int | None) -> None:
    _, outcomes = whole(tmp_path)
    reference = open_store(f"sqlite:///{tmp_path / 'whole.db'}")
    with Relay(port(url), delay=delay, rate=rate) as relay:
        store = Neo4jStore(relay.url)
        assert load(store) == outcomes
        assert facts(store) == facts(reference)
        store.close()
    reference.close()


def ends_in_time(url: str, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Whether a network slower than SUYUAN_NEO4J_TIMEOUT ends in an error of ours that names the server."""
    monkeypatch.setenv("SUYUAN_NEO4J_TIMEOUT", "0.04")
    settings.cache_clear()
    with Relay(port(url), delay=0.06) as relay:
        started = time.monotonic()
        try:
            Neo4jStore(relay.url).close()
        except StoreError as error:
            return error.exit_code == 3 and "Neo4j" in error.message("en") and time.monotonic() - started < 10
    return False


def test_a_network_slower_than_the_setting_allows_ends_in_time_on_neo4j(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ends_in_time(url, monkeypatch)


def test_without_the_setting_a_slow_network_is_waited_for_on_neo4j(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def unbounded(address: str, **options: Any) -> Driver:
        return driver(address, **{name: value for name, value in options.items() if not name.endswith("_timeout")})

    driver = GraphDatabase.driver
    monkeypatch.setattr(neo4j_connection.GraphDatabase, "driver", unbounded)
    assert not ends_in_time(url, monkeypatch)


def told_of_a_lost_commit(url: str) -> list[str]:
    """The outcomes of a batch whose commit is done and whose acknowledgement is lost with the connection."""
    cut = Cut(port(url))
    store = Neo4jStore(f"bolt://127.0.0.1:{cut.port}")
    try:
        with store.session() as session:
            session.write([record({"node": "Campaign:M1"})])
            cut.losing = 1
            return [str(outcome) for outcome in session.write(complaints(3)).outcomes]
    finally:
        assert cut.losing == 0
        store.close()
        cut.close()


def test_a_commit_whose_acknowledgement_is_lost_is_reported_as_it_was_on_neo4j(url: str) -> None:
    assert told_of_a_lost_commit(url) == ["added"] * 3


def test_without_its_mark_it_would_be_done_again_on_neo4j(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(neo4j_write, "_LEAVE_MARK", neo4j_write._LEAVE_MARK.replace("$mark", "'other'"))
    assert told_of_a_lost_commit(url) == ["unchanged"] * 3
