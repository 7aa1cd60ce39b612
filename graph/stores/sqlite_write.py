"""Writing to the embedded store: one transaction a batch, whole records only, withdrawal by source."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Self
from zoneinfo import ZoneInfo

from graph.records import Outcome, Record, Ref, Revision, WriteReport
from graph.stores.batch import Batch
from graph.stores.ends import KnownEnds
from graph.stores.sqlite_backing import SqliteBacking
from graph.stores.sqlite_read import kept_loads
from graph.stores.sqlite_rows import IN, array
from graph.stores.sqlite_seen import Seen
from graph.stores.sqlite_sources import SourceSets
from graph.stores.unmasked import noted
from graph.stores.withdraw import withdraw


class SqliteSession:
    """See ``graph.store.WriteSession``."""

    def __init__(
        self, connection: sqlite3.Connection, translated: Callable[[], AbstractContextManager[None]], *, replacing: bool,
        rehearse: bool, unmasked: Mapping[str, str],
    ) -> None:  # fmt: skip
        self._db = connection
        self._translated = translated
        self._rehearse = rehearse
        self._unmasked = unmasked
        self._sources = SourceSets(connection)
        self._ends = KnownEnds()
        self._data_version = -1
        self._seen = Seen(connection, self._sources) if replacing else None
        self._backing = SqliteBacking(connection, self._sources, self._seen)
        zone: str = connection.execute("SELECT value FROM meta WHERE key = 'timezone'").fetchone()[0]
        self._zone = ZoneInfo(zone)

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
            missing = self._missing(records)
            batch = Batch(self._backing, self._zone, replacing=self._seen is not None)
            standing = [record for n, record in enumerate(records) if n not in missing]
            batch.read(standing)
            report = WriteReport(conflicts=batch.conflicts, missing=missing)
            for n, record in enumerate(records):
                report.outcomes.append(Outcome.MISSING_END if n in missing else batch.apply(record))
            report.moved = batch.flush()
            self._note_unmasked(standing)
            if self._seen is not None:
                self._seen.add(standing)
        return report

    def _note_unmasked(self, records: Sequence[Record]) -> None:
        if not self._unmasked:
            return
        row = self._db.execute("SELECT value FROM meta WHERE key = 'unmasked'").fetchone()
        note = noted(None if row is None else row[0], self._unmasked, records)
        if note is not None:
            self._db.execute("INSERT OR REPLACE INTO meta VALUES ('unmasked', ?)", (note,))

    def withdraw(self, source: str) -> WriteReport:
        """Withdraw what a source asserted before and no ``write`` of this session asserted again."""
        with self._translated(), _Transaction(self._db, nested=self._rehearse, forget=self._forget):
            report = WriteReport()
            withdraw(self._backing, self._zone, source, report)
            self._ends.forget()
        return report

    def note(self, load: str, report: str, at: Revision) -> bool:
        """Note that a load would change nothing, if the store is at that revision; False where it is not, and nothing is noted."""
        if self._rehearse:
            return False
        with self._translated(), _Transaction(self._db, nested=False, forget=self._forget):
            kept = kept_loads(self._db)
            text = kept.with_load(load, report) if kept.at == at else None
            if text is not None and text != kept.text:
                self._db.execute("INSERT OR REPLACE INTO meta VALUES ('loads', ?)", (text,))
        return text is not None

    def _missing(self, records: Sequence[Record]) -> dict[int, tuple[Ref, ...]]:
        version: int = self._db.execute("PRAGMA data_version").fetchone()[0]
        if version != self._data_version:  # another connection wrote
            self._ends.forget()
            self._data_version = version
        return self._ends.missing(records, self._stored_ids)

    def _stored_ids(self, kind: str, ids: Collection[str]) -> Iterator[str]:
        return (id_ for (id_,) in self._db.execute(f'SELECT id FROM "{kind}" WHERE id IN {IN}', (array(ids),)))

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
