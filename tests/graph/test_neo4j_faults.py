"""What goes wrong with a Neo4j server: each a clear message within ten seconds, exit code 3, and nothing half written."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from neo4j import Driver, GraphDatabase

from graph import errors
from graph.settings import settings
from graph.stores import open_store
from graph.stores.neo4j import Neo4jStore
from tests.contract.notation import content, record, tallies
from tests.graph.test_neo4j_store import T0, complaints
from tests.neo4j.fixtures import Address, NewServer, entered

PATIENCE = 10.0
_COMMIT = b"\x00\x02\xb0\x12\x00\x00"
"""The message COMMIT of the Bolt protocol, in its chunk."""


@contextmanager
def refused(error: type[errors.StoreError], *words: str) -> Iterator[None]:
    """The block raises an error of ours, soon, with the words in its message and no traceback's."""
    started = time.monotonic()
    with pytest.raises(error) as caught:
        yield
    assert time.monotonic() - started < PATIENCE
    assert caught.value.exit_code == 3
    assert caught.value.message("zh")
    message = caught.value.message("en")
    assert [word for word in words if word not in message] == []


@pytest.fixture
def made(neo4j_url: str) -> str:
    store = open_store(neo4j_url, create=True)
    store.initialise()
    with store.session() as session:
        session.write([record({"node": "Campaign:M1"}), *complaints(20)])
    store.close()
    return neo4j_url


def changed(monkeypatch: pytest.MonkeyPatch, **values: str) -> None:
    for name, value in values.items():
        monkeypatch.setenv(f"SUYUAN_NEO4J_{name}", value)
    settings.cache_clear()


@pytest.mark.parametrize("scheme", ["neo4j", "bolt"])
def test_a_wrong_password(made: str, monkeypatch: pytest.MonkeyPatch, scheme: str) -> None:
    changed(monkeypatch, PASSWORD="not this one")
    with refused(errors.StoreError, "wrong Neo4j account or password", "SUYUAN_NEO4J_PASSWORD"):
        open_store(made.replace("neo4j", scheme, 1))


@pytest.mark.parametrize("scheme", ["neo4j", "bolt"])
def test_a_wrong_database(made: str, monkeypatch: pytest.MonkeyPatch, scheme: str) -> None:
    changed(monkeypatch, DATABASE="elsewhere")
    with refused(errors.StoreMissing, "elsewhere", "SUYUAN_NEO4J_DATABASE"):
        open_store(made.replace("neo4j", scheme, 1))


def test_an_expired_password(made: str, neo4j_driver: Driver, monkeypatch: pytest.MonkeyPatch) -> None:
    neo4j_driver.execute_query("CREATE USER newcomer SET PASSWORD 'changeitfirst' CHANGE REQUIRED", database_="system")
    try:
        changed(monkeypatch, USER="newcomer", PASSWORD="changeitfirst")
        with refused(errors.StoreError, "expired", "ALTER CURRENT USER"):
            open_store(made)
    finally:
        neo4j_driver.execute_query("DROP USER newcomer", database_="system")


@pytest.mark.parametrize("scheme", ["neo4j", "bolt"])
def test_nobody_there(scheme: str) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with refused(errors.StoreError, "cannot be reached", str(port)):
        open_store(f"{scheme}://127.0.0.1:{port}")


@pytest.mark.parametrize("scheme", ["neo4j", "bolt"])
def test_something_else_there(scheme: str) -> None:
    """A server that answers with other words than Bolt's."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            for _ in range(8):
                try:
                    connection, _address = server.accept()
                except OSError:
                    return
                with connection:
                    connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        with refused(errors.StoreError, "127.0.0.1"):
            open_store(f"{scheme}://127.0.0.1:{server.getsockname()[1]}")


def test_encryption_where_the_server_has_none(neo4j_url: str) -> None:
    with refused(errors.StoreError, "cannot be reached", "encryption"):
        open_store(neo4j_url.replace("neo4j://", "bolt+ssc://"))


# ── commits nobody acknowledges ───────────────────────────────────────────────────────────────────────
class Cut:
    """A relay to a server that can lose the answer to a COMMIT: it passes the message on, waits, and drops the connection."""

    def __init__(self, port: int) -> None:
        self._target = ("127.0.0.1", port)
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        self.losing = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._server.accept()
            except OSError:
                return
            server = socket.create_connection(self._target)
            silent = threading.Event()
            for relay in (self._up, self._down):
                threading.Thread(target=relay, args=(client, server, silent), daemon=True).start()

    def _up(self, client: socket.socket, server: socket.socket, silent: threading.Event) -> None:
        while data := self._received(client):
            losing = self.losing > 0 and _COMMIT in data
            if losing:
                self.losing -= 1
                silent.set()
            server.sendall(data)
            if losing:
                time.sleep(0.5)  # the server commits meanwhile
                client.shutdown(socket.SHUT_RDWR)
        server.close()

    def _down(self, client: socket.socket, server: socket.socket, silent: threading.Event) -> None:
        while data := self._received(server):
            if not silent.is_set():
                client.sendall(data)
        client.close()

    @staticmethod
    def _received(end: socket.socket) -> bytes:
        try:
            return end.recv(65536)
        except OSError:
            return b""

    def close(self) -> None:
        self._server.close()


def test_a_commit_whose_answer_is_lost_is_not_done_twice(made: str) -> None:
    """The report is that of the commit, and nothing is there twice."""
    cut = Cut(int(made.rpartition(":")[2]))
    store = Neo4jStore(f"bolt://127.0.0.1:{cut.port}")
    with store.session(replacing=True) as session:
        session.write([record({"node": "Campaign:M1"})])
        revision = store.revision()
        cut.losing = 1
        outcomes = [str(outcome) for outcome in session.write(complaints(30)).outcomes]
        assert cut.losing == 0
        assert outcomes == ["unchanged"] * 20 + ["added"] * 10
        assert store.revision() == (revision.framework, revision.facts + 1)
        cut.losing = 1
        session.write([record({"node": "Complaint:T0", "props": {"event_at": T0, "text": "宽带"}})])
        assert cut.losing == 0
    with store.session(replacing=True) as session:
        session.write([record({"node": "Campaign:M1"}), *complaints(10)])
        cut.losing = 1
        assert session.withdraw("a").removed == {"Complaint": 20, "ABOUT": 20}
        assert cut.losing == 0
    assert store.counts() == ({"Campaign": 1, "Complaint": 10}, {"ABOUT": 10})
    assert tallies(store) == [["2026-01-01", ["Campaign:M1"], [], "", 10, 10]]
    store.close()
    cut.close()


# ── servers that are hurt ─────────────────────────────────────────────────────────────────────────────
@pytest.mark.slow
def test_own_server_killed_and_hung_is_said(new_neo4j_server: NewServer) -> None:
    """Killed between batches and during a read, hung; what was acknowledged is there afterwards, and a rerun completes it."""
    server = new_neo4j_server(heap="512m")
    with entered(server):
        store = open_store(server.url, create=True)
        store.initialise()
        with store.session() as session:
            session.write([record({"node": "Campaign:M1"}), *complaints(6000)])
            server.freeze()
            with refused(errors.StoreError, "does not answer"):
                session.write(complaints(7000))
            with refused(errors.StoreError, server.url):
                store.revision()
            server.thaw()
            store.revision()
            rows = store.nodes("Complaint")
            next(rows)
            server.kill()
            with refused(errors.StoreError, "cannot be reached"):
                list(rows)
            with refused(errors.StoreError, "cannot be reached"):
                session.write(complaints(7000))
        server.start()
        assert store.counts() == ({"Campaign": 1, "Complaint": 6000}, {"ABOUT": 6000})
        with store.session() as session:
            added = [str(outcome) for outcome in session.write(complaints(7000)).outcomes].count("added")
        assert added == 1000
        assert tallies(store) == [["2026-01-01", ["Campaign:M1"], [], "", 7000, 7000]]
        store.close()


@pytest.mark.slow
def test_own_server_with_full_transaction_memory_or_read_only_is_said(new_neo4j_server: NewServer) -> None:
    server = new_neo4j_server(heap="512m", config={"db.memory.transaction.max": "16m"})
    with entered(server):
        store = open_store(server.url, create=True)
        store.initialise()
        with store.session() as session:
            session.write([record({"node": "Campaign:M1"})])
            with refused(errors.StoreError, "memory", "db.memory.transaction.max"):
                session.write(complaints(8_000, "办理套餐" * 60))
            assert [str(outcome) for outcome in session.write(complaints(10)).outcomes] == ["added"] * 10
        before = content(store)
        store.close()
        server.stop()
        configuration = server.home / "conf" / "neo4j.conf"
        configuration.write_text(configuration.read_text() + "server.databases.read_only=neo4j\n")
        server.start()
        store = open_store(server.url)
        assert content(store) == before
        with store.session() as session, refused(errors.StoreReadOnly, "refuses to write"):
            session.write(complaints(20))
        store.close()


def test_a_writer_that_waits_too_long_says_so(
    made: str, neo4j_server: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = open_store(made)
    list(store.cases())  # the server has planned what the reader below asks
    changed(monkeypatch, TRANSACTION_TIMEOUT="1")
    with (
        GraphDatabase.driver(made, auth=(neo4j_server.user, neo4j_server.password)) as driver,
        driver.session() as other,
        other.begin_transaction() as held,
    ):
        held.run("MATCH (m:_SuYuan {id: 'turn'}) SET m += {}").consume()
        with store.session() as session, refused(errors.StoreLocked, "SUYUAN_NEO4J_TRANSACTION_TIMEOUT"):
            session.write(complaints(30))
        assert next(iter(store.cases(["T1"]))).id == "T1", "readers do not wait"
    store.close()
