"""The connection to a Neo4j server: driver, bookmarks, managed transactions and the attempts at them."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar
from urllib.parse import urlsplit

from neo4j import Driver, GraphDatabase, ManagedTransaction, Session, Transaction, unit_of_work
from neo4j.exceptions import DriverError, Neo4jError

from graph.errors import UsageError
from graph.settings import settings
from graph.stores import NEO4J_SCHEMES
from graph.stores.neo4j_errors import no_answer, old_server, translated, worth_another_attempt
from graph.text import Text

_ATTEMPTS = 5
_FETCH = 5_000
_OLDEST = 5
"""The oldest server whose Cypher (CALL subqueries, constraint syntax) ours runs on."""

Answer = TypeVar("Answer")
Transacting = ManagedTransaction | Transaction
Work = Callable[[Transacting], Answer]

logging.getLogger("neo4j").addHandler(logging.NullHandler())
"""What the driver notes down is for those who set up logging; otherwise Python would print it before our message."""


class Connection:
    """One driver, made for a URL and the ``SUYUAN_NEO4J_*`` settings; any number of threads.

    Raises UsageError for an address that cannot be one, StoreError (within seconds) where the server cannot be used.
    """

    def __init__(self, url: str) -> None:
        self.where = _checked(url)
        self.database = settings().neo4j_database
        self._patience = settings().neo4j_timeout
        self._driver = self._open(url)
        self._bookmarks = GraphDatabase.bookmark_manager()
        try:
            self._refuse_old()
        except BaseException:
            self._driver.close()
            raise

    def _open(self, url: str) -> Driver:
        try:
            return GraphDatabase.driver(
                url,
                auth=(settings().neo4j_user, settings().neo4j_secret()),
                connection_acquisition_timeout=self._patience,
                connection_timeout=self._patience,
                liveness_check_timeout=0,
                max_transaction_retry_time=0,  # attempts are made here, by a list of our own
                notifications_min_severity="OFF",
                user_agent="suyuan",
            )
        except (DriverError, Neo4jError) as error:
            raise translated(error, self.where, self.database) from error

    def _refuse_old(self) -> None:
        def ask(tx: ManagedTransaction | Transaction) -> str:
            summary = tx.run("RETURN 1").consume()
            return str(summary.server.agent)

        agent = self.read(ask)
        major = agent.rpartition("/")[2].split(".")[0]
        if major.isdigit() and int(major) < _OLDEST:
            raise old_server(self.where, agent)

    # ── transactions ──────────────────────────────────────────────────────────────────────────────
    def read(self, work: Work[Answer]) -> Answer:
        """What a reading transaction answers; it may be run more than once."""
        return self._attempt(lambda session, began: session.execute_read(_noting(work, began)), read=True)

    def values(self, statement: str, **parameters: Any) -> list[list[Any]]:
        """The rows that one reading statement answers, in a transaction of its own: the server opens and ends it, which saves a round trip."""

        def ask(session: Session, began: list[bool]) -> list[list[Any]]:
            result = session.run(statement, parameters)
            began[0] = True
            return result.values()

        return self._attempt(ask, read=True)

    def write(self, work: Work[Answer]) -> Answer:
        """What a writing transaction answers; it must be one that may be run again after a commit nobody acknowledged."""
        limited: Work[Answer] = unit_of_work(timeout=settings().neo4j_transaction_timeout)(work)
        return self._attempt(lambda session, began: session.execute_write(_noting(limited, began)), read=False)

    def _attempt(self, transact: Callable[[Session, list[bool]], Answer], *, read: bool) -> Answer:
        """What a transaction answers; it says in the list that the server let it begin."""
        first_failure = 0.0
        for attempt in range(_ATTEMPTS):
            began = [False]
            started = time.monotonic()
            try:
                with self._session(read=read) as session:
                    return transact(session, began)
            except (DriverError, Neo4jError) as error:
                now = time.monotonic()
                first_failure = first_failure or now
                hung = not began[0] and now - started >= 0.8 * self._patience
                late = now - first_failure >= self._patience or attempt == _ATTEMPTS - 1
                if hung and worth_another_attempt(error):
                    raise no_answer(self.where) from error
                if late or not worth_another_attempt(error):
                    raise translated(error, self.where, self.database) from error
                time.sleep(0.1 * 2**attempt)
        raise AssertionError("the last attempt returns or raises")

    def _session(self, *, read: bool) -> Session:
        access = "READ" if read else "WRITE"
        return self._driver.session(
            database=self.database, default_access_mode=access, bookmark_manager=self._bookmarks, fetch_size=_FETCH
        )

    @contextmanager
    def undone(self) -> Iterator[Transaction]:
        """One open transaction whose work is undone at the end."""
        with self.translating(), self._session(read=False) as session:
            transaction = session.begin_transaction()
            try:
                yield transaction
            finally:
                transaction.close()

    @contextmanager
    def translating(self) -> Iterator[None]:
        """The driver's errors as ours."""
        try:
            yield
        except (DriverError, Neo4jError) as error:
            raise translated(error, self.where, self.database) from error

    def close(self) -> None:
        """Let go of every connection."""
        self._driver.close()


def _noting(work: Work[Answer], began: list[bool]) -> Work[Answer]:
    """The same work, noting that the server let it begin; with its timeout."""

    def run(tx: ManagedTransaction | Transaction) -> Answer:
        began[0] = True
        return work(tx)

    timeout = getattr(work, "timeout", None)
    return unit_of_work(timeout=timeout)(run) if timeout is not None else run


def _checked(url: str) -> str:
    """The address without its scheme's and account's parts that errors need not show; refused where it cannot be one."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise _no_address(url) from None
    if parts.scheme not in NEO4J_SCHEMES or not parts.hostname:
        raise _no_address(url)
    if parts.username or parts.password or parts.query or parts.path.strip("/"):
        raise UsageError(
            Text("Neo4j 地址只写协议、主机与端口", "a Neo4j address holds scheme, host and port only"),
            Text(
                "账号、密码、数据库请写入 SUYUAN_NEO4J_USER、SUYUAN_NEO4J_PASSWORD_FILE、SUYUAN_NEO4J_DATABASE",
                "Account, password and database belong into SUYUAN_NEO4J_USER, SUYUAN_NEO4J_PASSWORD_FILE, SUYUAN_NEO4J_DATABASE",
            ),
        )
    return f"{parts.scheme}://{parts.hostname}:{port or 7687}"


def _no_address(url: str) -> UsageError:
    return UsageError(
        Text(f"不是 Neo4j 地址：{url}", f"not a Neo4j address: {url}"),
        Text("例如 neo4j://db.example.com:7687", "For example neo4j://db.example.com:7687"),
    )
