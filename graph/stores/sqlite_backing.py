"""One write transaction of the embedded store, as the shared rules of writing ask for it."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Iterator, Sequence

from graph.segments import SEARCHED
from graph.stores.backing import Counter
from graph.stores.places import EdgePlace, NodePlace
from graph.stores.slot import EdgeKey, Slot, Stored
from graph.stores.sqlite_derived import derived_from, lay_series, move_tally
from graph.stores.sqlite_rows import IN, array, read_rows, write_slot
from graph.stores.sqlite_search import note_texts
from graph.stores.sqlite_seen import Seen
from graph.stores.sqlite_sources import SourceSets
from graph.stores.sqlite_tables import TABLES
from graph.stores.tallying import Fresh, Laid, TallyChange


class SqliteBacking:
    """See ``graph.stores.backing.Backing``; ``seen`` is what a replacing session asserted."""

    def __init__(self, connection: sqlite3.Connection, sources: SourceSets, seen: Seen | None) -> None:
        self._db = connection
        self._sources = sources
        self._seen = seen

    def nodes(self, place: NodePlace, ids: Collection[str]) -> Iterator[Stored]:
        """What is stored of the named nodes."""
        return read_rows(self._db, self._sources, TABLES[place.name], f"t.id IN {IN}", (array(ids),))

    def edges(self, place: EdgePlace, starts: Collection[str]) -> Iterator[Stored]:
        """What is stored of the edges that start at the named nodes."""
        return read_rows(self._db, self._sources, TABLES[place.name], f"t.source IN {IN}", (array(starts),))

    def asserted_by(self, place: NodePlace | EdgePlace, source: str) -> Iterator[Stored]:
        """What a source asserts in a place and did not assert in this session."""
        assert self._seen is not None, "withdraw needs a replacing session"
        table = TABLES[place.name]
        return read_rows(self._db, self._sources, table, *self._seen.unseen(table, source))

    def joined(
        self, place: EdgePlace, end: str, kind: str, ids: Collection[str]
    ) -> Iterator[tuple[EdgeKey, tuple[str, ...]]]:
        """The stored edges of a place at whose end one of the named nodes of a kind stands, with their sources."""
        sql = f'SELECT source, target_kind, target, valid_from, sources FROM "{place.name}" WHERE {end} IN {IN}'
        for *key, number in self._db.execute(sql, (array(ids),)).fetchall():
            if end == "source" or key[1] == kind:
                yield (key[0], key[1], key[2], key[3]), self._sources.names(number)

    def write(self, slots: Sequence[Slot]) -> None:
        """Insert, update and delete what the slots hold, and the full text of complaints."""
        for slot in slots:
            if slot.place.name in SEARCHED:
                note_texts(self._db, slot)
            write_slot(self._db, self._sources, slot)

    def derived_from(self, kind: str, ids: Collection[str]) -> dict[str, Fresh]:
        """The named facts that are stored, with those of their edges that something is derived from."""
        return derived_from(self._db, kind, ids)

    def move_tally(self, change: TallyChange) -> None:
        """Apply what was added to and taken off the daily counts."""
        move_tally(self._db, change)

    def lay_series(self, stale: Collection[str], rows: Iterable[Laid]) -> None:
        """Take the places of stale measurements out and put places in."""
        lay_series(self._db, stale, rows)

    def move_counter(self, counter: Counter) -> None:
        """Move one of the two counters by one."""
        self._db.execute("UPDATE meta SET value = CAST(value AS INTEGER) + 1 WHERE key = ?", (counter,))
