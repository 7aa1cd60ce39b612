"""Protections taken away, to show that the tests which name them would notice. Each is a patch for the time of a block: the product has no switch for any of it."""

from __future__ import annotations

import os
import signal
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
from neo4j import ManagedTransaction, Session

from graph.stores import neo4j_connection, neo4j_write
from graph.stores.batch import Batch

_NOTHING = "SELECT 1"


class Piecemeal(sqlite3.Connection):
    """Commits each statement by itself: there are no transactions."""

    def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:
        return super().execute(_NOTHING if sql in ("BEGIN IMMEDIATE", "COMMIT") else sql, parameters)


class Deferred(sqlite3.Connection):
    """Takes the right to write only when it first writes, not when it begins to look things up."""

    def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:
        return super().execute("BEGIN" if sql == "BEGIN IMMEDIATE" else sql, parameters)


@contextmanager
def connecting(connection: type[sqlite3.Connection], begun: Callable[[sqlite3.Connection], None] = lambda _: None) -> Iterator[None]:  # fmt: skip
    """Open the files of the embedded store by another sort of connection; ``begun`` is called with each."""

    def connect(*arguments: Any, **options: Any) -> sqlite3.Connection:
        made: sqlite3.Connection = plain(*arguments, **options, factory=connection)
        begun(made)
        return made

    plain = sqlite3.connect
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sqlite3, "connect", connect)
        yield


@contextmanager
def statements_committed_apart_on_neo4j() -> Iterator[None]:
    """A batch on a server is no transaction: each of its statements is one."""

    def write(connection: neo4j_connection.Connection, work: Callable[[Session], Any]) -> Any:
        with connection.translating(), connection._session(read=False) as session:
            return work(session)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(neo4j_connection.Connection, "write", write)
        yield


@contextmanager
def no_turns_on_neo4j() -> Iterator[None]:
    """Writers look who wrote last and do not wait for one another."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(neo4j_write, "TAKE_TURN", neo4j_write.TAKE_TURN.replace("SET m += {} WITH m ", ""))
        yield


# ── moments ───────────────────────────────────────────────────────────────────────────────────────────
@contextmanager
def between_looking_up_and_writing(act: Callable[[], None]) -> Iterator[None]:
    """Do something once, when the next batch has looked up what is stored and has written nothing yet."""
    flush = Batch.flush
    left = [act]

    def act_and_flush(batch: Batch) -> None:
        if left:
            left.pop()()
        flush(batch)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Batch, "flush", act_and_flush)
        yield


def counted(moment: int | None, act: Callable[[], None]) -> tuple[list[int], Callable[[object], None]]:
    """A counter, and a function that counts its calls and acts at one of them."""
    count = [0]

    def call(_statement: object) -> None:
        count[0] += 1
        if count[0] == moment:
            act()

    return count, call


def traced(call: Callable[[object], None]) -> Callable[[sqlite3.Connection], None]:
    """Lets a function be called before every statement of a connection, each row of a many-rowed one by itself."""
    return lambda connection: connection.set_trace_callback(call)


@contextmanager
def before_every_statement_on_neo4j(call: Callable[[object], None]) -> Iterator[None]:
    """Call a function before each statement that a writer sends to a server, in a transaction or not."""
    with pytest.MonkeyPatch.context() as patch:
        for sort in (ManagedTransaction, Session):
            patch.setattr(sort, "run", _called(call, sort.run))
        yield


def _called(call: Callable[[object], None], run: Callable[..., Any]) -> Callable[..., Any]:
    def called(self: object, statement: object, *arguments: Any, **named: Any) -> Any:
        call(statement)
        return run(self, statement, *arguments, **named)

    return called


def die() -> None:
    """End this process as ``kill -9`` does."""
    os.kill(os.getpid(), signal.SIGKILL)


def killed_in_a_child(work: Callable[[], object]) -> bool:
    """Do something in a copy of this process; whether the copy was killed by it. Fails where it ended in any other way than well."""
    process = os.fork()
    if process == 0:
        code = 1
        try:
            work()
            code = 0
        finally:
            os._exit(code)
    code = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    assert code in (0, -signal.SIGKILL)
    return code != 0


def spread(count: int, first: float, many: int) -> Sequence[int]:
    """So many moments among ``count``, evenly, from a part of them on."""
    start = int(count * first)
    return sorted({start + (count - start) * n // many for n in range(many)})
