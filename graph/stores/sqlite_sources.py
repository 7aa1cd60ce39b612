"""Source names of the embedded store: each set of sources is stored once and referred to by number."""

from __future__ import annotations

import json
import sqlite3


class SourceSets:
    """Set of sources ↔ number, for one connection."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection
        self._numbers: dict[tuple[str, ...], int] = {}
        self._names: dict[int, tuple[str, ...]] = {}

    def forget(self) -> None:
        """Read anew next time."""
        self._numbers.clear()
        self._names.clear()

    def number(self, names: tuple[str, ...]) -> int:
        """The number of a sorted set of sources, stored now when it is new."""
        if names not in self._numbers:
            text = json.dumps(list(names), ensure_ascii=False)
            self._db.execute("INSERT OR IGNORE INTO source_set(names) VALUES (?)", (text,))
            self._numbers[names] = self._db.execute("SELECT id FROM source_set WHERE names = ?", (text,)).fetchone()[0]
        return self._numbers[names]

    def names(self, number: int) -> tuple[str, ...]:
        """The sources of a set."""
        if number not in self._names:
            (text,) = self._db.execute("SELECT names FROM source_set WHERE id = ?", (number,)).fetchone()
            self._names[number] = tuple(json.loads(text))
        return self._names[number]

    def holding(self, source: str) -> list[int]:
        """The numbers of all sets that hold a source."""
        rows = self._db.execute("SELECT id, names FROM source_set ORDER BY id").fetchall()
        return [number for number, text in rows if source in json.loads(text)]
