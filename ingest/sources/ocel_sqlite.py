"""Reads the SQLite form of OCEL 2.0 from a file that nobody vouches for: read-only, nothing but SELECT, within bounds."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from itertools import groupby
from pathlib import Path
from urllib.parse import quote

from graph.errors import InputError, Where
from graph.text import Text
from graph.values import clip
from ingest.sources.ocel_log import LogObject, ObjectEvent

MAX_STEPS = 2_000
"""How often the engine may report before one question is given up; it reports every 100,000 of its steps."""
MAX_CELL = 16_000_000
_STEPS = 100_000
_HEAD = b"SQLite format 3\0"
_ALLOWED = frozenset((sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ))
_TYPES = {"event": "SELECT ocel_type, ocel_type_map FROM event_map_type ORDER BY 1", "object": "SELECT ocel_type, ocel_type_map FROM object_map_type ORDER BY 1"}  # fmt: skip
_IS_LOG = "SELECT name FROM sqlite_master WHERE name = 'event_map_type'"
_RELATIONS = "SELECT ocel_event_id, ocel_object_id FROM event_object ORDER BY ocel_event_id"


def is_ocel_sqlite(path: Path) -> bool:
    """Whether a file is an SQLite database that has the tables of OCEL 2.0."""
    with path.open("rb") as stream:
        if stream.read(len(_HEAD)) != _HEAD:
            return False
    try:
        return next(OcelSqlite(path, Where(path.name)).ask(_IS_LOG), None) is not None
    except InputError:
        return False


class OcelSqlite:
    """The SQLite form: a table for each type of event and object, named in ``event_map_type`` and ``object_map_type``."""

    def __init__(self, path: Path, where: Where) -> None:
        self._path, self._where = path, where

    def objects(self) -> Iterator[LogObject]:
        """The objects; a change of one attribute is a row of its own."""
        for type_, rows in self._tables("object"):
            ids = groupby(rows, key=lambda row: row["ocel_id"])
            for id_, states in ids:
                attributes = [
                    (name, "" if state.get("ocel_time", "").startswith("1970-01-01") else state.get("ocel_time", ""), value)
                    for state in states for name, value in state.items() if not name.startswith("ocel_") and value
                ]  # fmt: skip
                yield LogObject(id_, type_, attributes)

    def events(self) -> Iterator[ObjectEvent]:
        """The events of each type in the order of their ids."""
        named = {
            event: [row["ocel_object_id"] for row in rows]
            for event, rows in groupby(self.ask(_RELATIONS), key=lambda row: row["ocel_event_id"])
        }
        for type_, rows in self._tables("event"):
            for row in rows:
                attributes = [(name, value) for name, value in row.items() if not name.startswith("ocel_") and value]
                yield ObjectEvent(
                    row["ocel_id"], type_, row.get("ocel_time", ""), attributes, named.get(row["ocel_id"], [])
                )

    def _tables(self, what: str) -> Iterator[tuple[str, Iterator[dict[str, str]]]]:
        """Each type with the rows of its table."""
        for row in list(self.ask(_TYPES[what])):
            table = f"{what}_{row['ocel_type_map']}".replace('"', '""')
            yield row["ocel_type"], self.ask('SELECT * FROM "' + table + '" ORDER BY ocel_id')  # noqa: S608 — a quoted name from the file, on a connection that can do nothing but read it

    def ask(self, question: str) -> Iterator[dict[str, str]]:
        """The rows of a question as texts.

        Raises:
            InputError: the file is no such log, is damaged or takes beyond all bounds to answer.
        """
        try:
            with closing(
                sqlite3.connect(f"file:{quote(str(self._path.resolve()))}?mode=ro&immutable=1", uri=True)
            ) as db:
                self._bound(db)
                cursor = db.execute(question)
                names = [str(column[0]) for column in cursor.description]
                for row in cursor:
                    yield {name: "" if cell is None else str(cell) for name, cell in zip(names, row, strict=True)}
        except (sqlite3.Error, UnicodeError) as error:
            detail = clip(error)
            raise InputError(
                Text(f"不是可读的 OCEL 2.0 SQLite 文件（{detail}）", f"no readable SQLite file of OCEL 2.0 ({detail})"),
                Text("请重新导出；表名须符合 OCEL 2.0", "Export it again; its tables must be those of OCEL 2.0"), self._where,
            ) from error  # fmt: skip

    def _bound(self, db: sqlite3.Connection) -> None:
        db.execute("PRAGMA trusted_schema = OFF")
        db.execute("PRAGMA cell_size_check = ON")
        db.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MAX_CELL)
        db.set_authorizer(lambda action, *_: sqlite3.SQLITE_OK if action in _ALLOWED else sqlite3.SQLITE_DENY)
        left = iter(range(MAX_STEPS))
        db.set_progress_handler(lambda: next(left, None) is None, _STEPS)
