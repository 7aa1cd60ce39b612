"""What one batch holds of one table of the embedded store, and how it is written back: rows, claims, counters."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from typing import Any

from graph.claims import Claim, Element, new_element
from graph.stores.sqlite_sources import SourceSets
from graph.stores.sqlite_tables import EdgeTable, NodeTable
from graph.values import Props

EdgeKey = tuple[str, str, str, str]
"""source id, target kind, target id, valid_from"""
Held = Element | tuple[Props, tuple[str, ...]]
"""An element a batch holds; one asserted once so far stays the bare pair of properties and sources, which is what makes loading fast."""


class Slot:
    """What a batch holds of one table: the elements it touches as they are now, and what must be written."""

    def __init__(self, table: NodeTable | EdgeTable) -> None:
        self.table = table
        self.held: dict[Any, Held] = {}
        """What the batch names of the table; what is not ``stored`` is new."""
        self.stored: dict[Any, tuple[str, ...]] = {}
        """Keys that are in the file, with the sources they have there."""
        self.changed: dict[Any, None] = {}
        """Stored keys that must be written anew."""
        self.gone: dict[Any, None] = {}
        self.shared = False
        """Whether any element has, or had, several sources: then there are claims to keep."""
        self._by_source: dict[str, list[EdgeKey]] | None = None

    @property
    def touched(self) -> bool:
        """Whether anything must be written."""
        return (
            bool(self.changed or self.gone)
            or len(self.held) > len(self.stored)
            or any(k not in self.stored for k in self.held)
        )

    def to_write(self) -> Iterator[Any]:
        """The keys that must be written, new ones and changed ones."""
        yield from self.changed
        yield from (key for key in self.held if key not in self.stored)

    def element(self, key: Any) -> Element | None:
        """The element in full, to be changed in place."""
        held = self.held.get(key)
        if isinstance(held, tuple):
            props = held[0]
            if isinstance(key, tuple):  # of an edge, whose valid_from is part of its key
                props = {name: value for name, value in props.items() if name != "valid_from"}
            held = self.held[key] = new_element(props, held[1])
        return held

    def edges_from(self, id_: str) -> list[EdgeKey]:
        """The keys of an edge table that start at a node, as far as the batch holds them."""
        if self._by_source is None:
            self._by_source = {}
            for key in self.held:
                self._by_source.setdefault(key[0], []).append(key)
        return self._by_source.get(id_, [])

    def hold_new(self, key: Any, held: Held) -> None:
        """Take in an element that is not stored or was taken back in this batch."""
        self.held[key] = held
        if self.gone:
            self.gone.pop(key, None)
        if key in self.stored:
            self.changed[key] = None
        if self._by_source is not None:
            self._by_source.setdefault(key[0], []).append(key)

    def mark(self, key: Any) -> None:
        """An element the batch holds must be written anew (one not stored will be anyway)."""
        if key in self.stored:
            self.changed[key] = None

    def drop(self, key: Any) -> None:
        """Take an element out."""
        del self.held[key]
        self.changed.pop(key, None)
        self.gone[key] = None


def write_slot(connection: sqlite3.Connection, sources: SourceSets, slot: Slot) -> None:
    """Insert, update and delete the rows of one table, and keep its claims."""
    table, codec = slot.table, slot.table.codec
    keys = len(table.keys)
    number, encode = sources.number, codec.encode
    empty = tuple(encode({}))
    inserts, updates = [], []
    for key, element in slot.held.items():
        if key in slot.stored:
            continue
        props, names = element if isinstance(element, tuple) else (element.props, element.sources)
        columns = encode(props) if props else empty
        inserts.append((key, *columns, number(names)) if keys == 1 else (*key, *columns, number(names)))
    for key in slot.changed:
        element = slot.held[key]
        props, names = element if isinstance(element, tuple) else (element.props, element.sources)
        updates.append((*encode(props), number(names), *((key,) if keys == 1 else key)))
    where = " AND ".join(f'"{name}" = ?' for name in table.keys)
    marks = ", ".join("?" * (keys + len(codec.columns) + 1))
    named = ", ".join(f'"{name}"' for name in (*table.keys, *codec.columns, "sources"))
    connection.executemany(f'INSERT INTO "{table.name}"({named}) VALUES ({marks})', inserts)
    assigned = ", ".join(f'"{name}" = ?' for name in (*codec.columns, "sources"))
    connection.executemany(f'UPDATE "{table.name}" SET {assigned} WHERE {where}', updates)
    deletes = [(key,) if keys == 1 else key for key in slot.gone if key in slot.stored]
    connection.executemany(f'DELETE FROM "{table.name}" WHERE {where}', deletes)
    if slot.shared:
        _write_claims(connection, slot)


def _write_claims(connection: sqlite3.Connection, slot: Slot) -> None:
    """Claims are kept only where several sources assert an element."""
    name = slot.table.name
    rewritten = [key for key in (*slot.changed, *slot.gone) if len(slot.stored.get(key, ())) > 1]
    connection.executemany("DELETE FROM claim WHERE tbl = ? AND key = ?", [(name, claim_key(key)) for key in rewritten])
    rows = [
        (name, claim_key(key), source, claim.seq, json.dumps(claim.props, ensure_ascii=False, sort_keys=True))
        for key in slot.to_write()
        for source, claim in sorted(_claims(slot.held[key]).items())
    ]
    connection.executemany("INSERT INTO claim VALUES (?, ?, ?, ?, ?)", rows)


def _claims(held: Held) -> dict[str, Claim]:
    if isinstance(held, Element):
        return held.claims
    return new_element(*held).claims if len(held[1]) > 1 else {}


def claim_key(key: Any) -> str:
    """A row's key as text."""
    return key if isinstance(key, str) else json.dumps(list(key), ensure_ascii=False)


def read_claims(connection: sqlite3.Connection, table: NodeTable | EdgeTable, key: Any) -> dict[str, Claim]:
    """What each source asserts of one element."""
    sql = "SELECT source, seq, props FROM claim WHERE tbl = ? AND key = ? ORDER BY source"
    lists = {p.name for p in table.codec.properties if p.type == "strings"}
    found = {}
    for source, seq, text in connection.execute(sql, (table.name, claim_key(key))):
        props = {name: tuple(value) if name in lists else value for name, value in json.loads(text).items()}
        found[source] = Claim(seq, props)
    return found


def move_counters(connection: sqlite3.Connection, slots: Iterable[Slot]) -> None:
    """Move ``framework`` and ``facts`` once each, as far as the touched tables ask for it."""
    touched = {"framework" if slot.table.framework else "facts" for slot in slots}
    for counter in sorted(touched):
        connection.execute("UPDATE meta SET value = CAST(value AS INTEGER) + 1 WHERE key = ?", (counter,))
