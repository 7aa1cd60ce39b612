"""Writing to the embedded store: one transaction a batch, whole records only, withdrawal by source."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Self

from graph.records import Outcome, Record, WriteReport
from graph.stores.sqlite_batch import Batch
from graph.stores.sqlite_ends import KnownEnds
from graph.stores.sqlite_sources import SourceSets
from graph.stores.sqlite_withdraw import Seen, Withdrawal


class SqliteSession:
    """See ``graph.store.WriteSession``."""

    def __init__(
        self, connection: sqlite3.Connection, translated: Callable[[], AbstractContextManager[None]], *, replacing: bool, rehearse: bool
    ) -> None:  # fmt: skip
        self._db = connection
        self._translated = translated
        self._rehearse = rehearse
        self._sources = SourceSets(connection)
        self._ends = KnownEnds(connection)
        self._seen = Seen(connection) if replacing else None
        self._timezone: str = connection.execute("SELECT value FROM meta WHERE key = 'timezone'").fetchone()[0]

    def __enter__(self) -> Self:
        if self._rehearse:
            with self._translated():
                self._db.execute("BEGIN IMMEDIATE")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._db.in_transaction:
            self._db.execute("ROLLBACK")
        self._db.close()

    def write(self, records: Sequence[Record]) -> WriteReport:
        """Write a batch in one transaction: all of it or none."""
        with self._translated(), _Transaction(self._db, nested=self._rehearse, forget=self._forget):
            missing = self._ends.missing(records)
            batch = Batch(self._db, self._sources, self._timezone, replacing=self._seen is not None)
            batch.read([record for n, record in enumerate(records) if n not in missing])
            report = WriteReport(conflicts=batch.conflicts, missing=missing)
            for n, record in enumerate(records):
                report.outcomes.append(Outcome.MISSING_END if n in missing else batch.apply(record))
            batch.flush()
            if self._seen is not None:
                self._seen.add([record for n, record in enumerate(records) if n not in missing], self._sources)
        return report

    def withdraw(self, source: str) -> WriteReport:
        """Withdraw what a source asserted before and no ``write`` of this session asserted again."""
        with self._translated(), _Transaction(self._db, nested=self._rehearse, forget=self._forget):
            assert self._seen is not None, "withdraw needs a replacing session"
            report = WriteReport()
            Withdrawal(self._db, self._sources, self._timezone, self._seen).run(source, report)
            self._ends.forget()
        return report

    def _forget(self) -> None:
        """After a rollback nothing remembered can be relied upon."""
        self._sources.forget()
        self._ends.forget()


class _Transaction:
    """BEGIN IMMEDIATE … COMMIT, or ROLLBACK on any way out; inside a rehearsal the session's own transaction serves."""

    def __init__(self, connection: sqlite3.Connection, *, nested: bool, forget: Callable[[], None]) -> None:
        self._db, self._nested, self._forget = connection, nested, forget

    def __enter__(self) -> None:
        if not self._nested:
            self._db.execute("BEGIN IMMEDIATE")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._nested:
            return
        if kind is None:
            self._db.execute("COMMIT")
        else:
            self._forget()
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
