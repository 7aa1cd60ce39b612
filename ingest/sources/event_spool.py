"""A temporary database in which the events of a log are put in order: case by case, each event once on disk."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from typing import NamedTuple

_TABLE = """
    PRAGMA journal_mode = OFF;
    PRAGMA synchronous = OFF;
    CREATE TABLE events ("case" TEXT, rank TEXT, file INTEGER, row INTEGER, cells TEXT);
"""


class Event(NamedTuple):
    """One event: its case, the key that ranks it within the case, its file (by number) and row, the cells."""

    case: str
    rank: str
    file: int
    row: int
    cells: list[str]


class EventSpool:
    """Events go in in any order, ``sort`` is called once, then they come out in order; closing deletes everything."""

    def __init__(self) -> None:
        self._db = sqlite3.connect("", isolation_level=None)  # an empty name: a private file that vanishes on close
        self._db.executescript(_TABLE)
        self._db.execute("BEGIN")

    def close(self) -> None:
        """Delete the temporary database."""
        self._db.close()

    def add(self, event: Event) -> None:
        """Keep an event."""
        cells = json.dumps(event.cells, separators=(",", ":"))
        self._db.execute("INSERT INTO events VALUES (?, ?, ?, ?, ?)", (*event[:4], cells))

    def sort(self) -> None:
        """Put the events in order."""
        self._db.execute('CREATE INDEX in_order ON events ("case", rank, file, row)')

    def events(self) -> Iterator[Event]:
        """By case, then rank; equal ranks as they came in."""
        rows = self._db.execute('SELECT "case", rank, file, row, cells FROM events ORDER BY "case", rank, file, row')
        return (Event(case, rank, file, row, json.loads(cells)) for case, rank, file, row, cells in rows)
