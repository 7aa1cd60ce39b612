"""Rows and claims of the embedded store: how one table's part of a batch is read, inserted, updated and deleted."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from typing import Any

from graph.claims import Claim, Element
from graph.stores.slot import Slot, Stored, shown
from graph.stores.sqlite_sources import SourceSets
from graph.stores.sqlite_tables import TABLES, EdgeTable, NodeTable

IN = "(SELECT value FROM json_each(?))"
"""A parameter that holds :func:`array`, after ``IN``."""


def array(values: Iterable[str]) -> str:
    """Any number of texts as one parameter."""
    return json.dumps(list(values), ensure_ascii=False)


def read_rows(
    connection: sqlite3.Connection, sources: SourceSets, table: NodeTable | EdgeTable, where: str, arguments: tuple[Any, ...]
) -> Iterator[Stored]:  # fmt: skip
    """The stored elements of a table (alias ``t``) that a condition names."""
    keys = len(table.keys)
    columns = ", ".join(f't."{name}"' for name in (*table.keys, "sources", *table.codec.columns))
    for row in connection.execute(f'SELECT {columns} FROM "{table.name}" t WHERE {where}', arguments).fetchall():
        key: Any = row[0] if keys == 1 else row[:keys]
        names = sources.names(row[keys])
        claims = _read_claims(connection, table, key) if len(names) > 1 else {}
        yield Stored(key, Element(table.codec.decode(row[keys + 1 :]), names, claims))


def write_slot(connection: sqlite3.Connection, sources: SourceSets, slot: Slot) -> None:
    """Insert, update and delete the rows of one table, and keep its claims."""
    table = TABLES[slot.place.name]
    codec = table.codec
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
        props, names = shown(slot.held[key])
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
    name = slot.place.name
    rewritten = [key for key in (*slot.changed, *slot.gone) if len(slot.stored.get(key, ())) > 1]
    connection.executemany(
        "DELETE FROM claim WHERE tbl = ? AND key = ?", [(name, _claim_key(key)) for key in rewritten]
    )
    rows = [
        (name, _claim_key(key), source, claim.seq, json.dumps(claim.props, ensure_ascii=False, sort_keys=True))
        for key in tuple(slot.to_write())
        for source, claim in sorted(slot.claims(key).items())
    ]
    connection.executemany("INSERT INTO claim VALUES (?, ?, ?, ?, ?)", rows)


def _claim_key(key: Any) -> str:
    """A row's key as text."""
    return key if isinstance(key, str) else json.dumps(list(key), ensure_ascii=False)


def _read_claims(connection: sqlite3.Connection, table: NodeTable | EdgeTable, key: Any) -> dict[str, Claim]:
    """What each source asserts of one element."""
    sql = "SELECT source, seq, props FROM claim WHERE tbl = ? AND key = ? ORDER BY source"
    lists = {p.name for p in table.codec.properties if p.type == "strings"}
    found = {}
    for source, seq, text in connection.execute(sql, (table.name, _claim_key(key))):
        props = {name: tuple(value) if name in lists else value for name, value in json.loads(text).items()}
        found[source] = Claim(seq, props)
    return found
