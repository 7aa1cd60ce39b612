"""The tables of the embedded store, derived from the schema, and how an older file is brought up to date.

One table per kind (named as the kind), one per edge type and source kind (``Complaint.ABOUT``), so that plain SQL reads
naturally; beside them the sources, the claims of elements with several sources, and, kept in the same transaction, the derived
tables ``tally`` (complaints by subjects and day; ``tally_member`` finds the sets a subject is in, ``tally_day`` adds all subjects up,
``tally_month`` does so by month and unit) and ``series`` (measured values by what they are on and in), and the full text of complaints (``search``, numbered by ``searched``).
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from graph.schema import EDGES, KINDS
from graph.schema_types import Property
from graph.stores.places import EdgePlace, NodePlace
from graph.values import Props, Value

APPLICATION_ID = 0x53755975  # "SuYu": tells our files from other SQLite files
REVERSED = (
    ("Review", "ON"), ("StageEntry", "ON"), ("HandlingStep", "OF"), ("Product", "RUN_BY"), ("Campaign", "RUN_BY"),
)  # fmt: skip
"""Edges that a case follows against their direction: their tables have an index for it."""

_SQL_TYPES = {
    "string": "TEXT", "integer": "INTEGER", "number": "REAL", "boolean": "INTEGER", "date": "TEXT", "moment": "TEXT", "strings": "TEXT",
}  # fmt: skip
_FIXED = {
    "meta": "CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT",
    "source_set": "CREATE TABLE source_set(id INTEGER PRIMARY KEY, names TEXT NOT NULL UNIQUE) STRICT",
    "claim": "CREATE TABLE claim(tbl TEXT NOT NULL, key TEXT NOT NULL, source TEXT NOT NULL, seq INTEGER NOT NULL,"
    " props TEXT NOT NULL, PRIMARY KEY(tbl, key, source)) STRICT, WITHOUT ROWID",
    "tally": "CREATE TABLE tally(subjects TEXT NOT NULL, day TEXT NOT NULL, categories TEXT NOT NULL, unit TEXT NOT NULL,"
    " complaints INTEGER NOT NULL, episodes INTEGER NOT NULL, PRIMARY KEY(subjects, day, categories, unit)) STRICT, WITHOUT ROWID",
    "tally_day": "CREATE TABLE tally_day(day TEXT NOT NULL, categories TEXT NOT NULL, episodes INTEGER NOT NULL,"
    " PRIMARY KEY(day, categories)) STRICT, WITHOUT ROWID",
    "tally_month": "CREATE TABLE tally_month(month TEXT NOT NULL, categories TEXT NOT NULL, unit TEXT NOT NULL, complaints INTEGER NOT NULL,"
    " episodes INTEGER NOT NULL, PRIMARY KEY(month, categories, unit)) STRICT, WITHOUT ROWID",
    "tally_member": "CREATE TABLE tally_member(member TEXT NOT NULL, subjects TEXT NOT NULL, PRIMARY KEY(member, subjects)) STRICT, WITHOUT ROWID",
    "series": "CREATE TABLE series(subject TEXT NOT NULL, unit TEXT NOT NULL, indicator TEXT NOT NULL, period_end TEXT NOT NULL,"
    " recorded_at TEXT NOT NULL, id TEXT NOT NULL, period_start TEXT NOT NULL, event_at TEXT NOT NULL, value REAL NOT NULL,"
    " PRIMARY KEY(subject, unit, indicator, period_end, recorded_at, id)) STRICT, WITHOUT ROWID",
    "series_id": "CREATE INDEX series_id ON series(id)",
    "searched": "CREATE TABLE searched(n INTEGER PRIMARY KEY, kind TEXT NOT NULL, id TEXT NOT NULL, UNIQUE(kind, id)) STRICT",
    "search": "CREATE VIRTUAL TABLE search USING fts5(pieces, content='', detail=none, columnsize=0, tokenize='ascii')",
}
"""Name → statement of the tables and indexes that no kind or edge gives rise to."""
DERIVED = ("tally", "tally_day", "tally_month", "tally_member", "series")
"""The tables that follow from the others and can be built anew from them."""


@dataclass(frozen=True)
class Codec:
    """How the properties of a kind or edge become columns and come back."""

    properties: tuple[Property, ...]

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """Column names in order."""
        return tuple(p.name for p in self.properties)

    @cached_property
    def select(self) -> str:
        """The columns as SQL."""
        return ", ".join(f'"{name}"' for name in self.columns)

    @cached_property
    def _special(self) -> tuple[tuple[int, Callable[[Any], Any]], ...]:
        """Columns whose value is not the property's own: lists as JSON, booleans as 0/1."""
        encoders: dict[str, Callable[[Any], Any]] = {
            "strings": lambda value: json.dumps(list(value), ensure_ascii=False), "boolean": int,
        }  # fmt: skip
        return tuple((i, encoders[p.type]) for i, p in enumerate(self.properties) if p.type in encoders)

    @cached_property
    def _decoders(self) -> tuple[tuple[int, str, Callable[[Any], Value] | None], ...]:
        decoders: dict[str, Callable[[Any], Value]] = {"strings": lambda raw: tuple(json.loads(raw)), "boolean": bool}
        return tuple((i, p.name, decoders.get(p.type)) for i, p in enumerate(self.properties))

    def encode(self, props: Props) -> list[Any]:
        """The column values of a row, absent ones None."""
        if not props:
            return [None] * len(self.columns)
        row: list[Any] = list(map(props.get, self.columns))
        for index, encoder in self._special:
            if row[index] is not None:
                row[index] = encoder(row[index])
        return row

    def decode(self, row: Sequence[Any]) -> dict[str, Value]:
        """The properties of a row's columns, absent ones left out."""
        return {
            name: (raw if decoder is None else decoder(raw)) for i, name, decoder in self._decoders if (raw := row[i]) is not None
        }  # fmt: skip


@dataclass(frozen=True)
class NodeTable(NodePlace):
    """The table of one kind: ``id``, its properties, ``sources`` (a source_set id)."""

    @cached_property
    def codec(self) -> Codec:
        """Its property columns."""
        return Codec(KINDS[self.kind].stored)

    @property
    def keys(self) -> tuple[str, ...]:
        """The columns that tell its rows apart."""
        return ("id",)

    def ddl(self) -> list[str]:
        """The statements that create it."""
        columns = "".join(f', "{p.name}" {_SQL_TYPES[p.type]}' for p in self.codec.properties)
        return [f'CREATE TABLE "{self.name}"(id TEXT PRIMARY KEY NOT NULL{columns}, sources INTEGER NOT NULL) STRICT']


@dataclass(frozen=True)
class EdgeTable(EdgePlace):
    """The table of one edge type from one source kind: ends, ``valid_from`` if dated, properties, ``sources``."""

    @cached_property
    def codec(self) -> Codec:
        """Its property columns; ``valid_from`` stands among the keys."""
        return Codec(tuple(p for p in EDGES[self.type].properties.values() if p.name != "valid_from"))

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """The columns that tell its rows apart; ``valid_from`` is always there, empty unless dated."""
        return ("source", "target_kind", "target", "valid_from")

    def ddl(self) -> list[str]:
        """The statements that create it, with the index for reading it backwards where a case does."""
        columns = "".join(f', "{p.name}" {_SQL_TYPES[p.type]}' for p in self.codec.properties)
        statements = [
            f'CREATE TABLE "{self.name}"(source TEXT NOT NULL, target_kind TEXT NOT NULL, target TEXT NOT NULL,'
            f" valid_from TEXT NOT NULL{columns}, sources INTEGER NOT NULL,"
            " PRIMARY KEY(source, target_kind, target, valid_from)) STRICT, WITHOUT ROWID"
        ]
        if (self.source_kind, self.type) in REVERSED:
            statements.append(f'CREATE INDEX "{self.name}.reverse" ON "{self.name}"(target_kind, target, source)')
        return statements


NODE_TABLES: dict[str, NodeTable] = {kind: NodeTable(kind) for kind in KINDS}
EDGE_TABLES: dict[tuple[str, str], EdgeTable] = {
    (edge.name, source): EdgeTable(edge.name, source) for edge in EDGES.values() for source in edge.sources
}
"""Edge type and source kind → its table."""


TABLES: dict[str, NodeTable | EdgeTable] = {
    **NODE_TABLES,
    **{table.name: table for table in EDGE_TABLES.values()},
}
"""Every table that holds nodes or edges by name, nodes first, in the order of the schema."""


def derived_table(name: str, *, temporary: bool) -> str:
    """The statement that makes one of :data:`DERIVED`, in the file or in SQLite's temporary database."""
    return _FIXED[name].replace("CREATE TABLE", "CREATE TEMP TABLE", 1) if temporary else _FIXED[name]


class Part(NamedTuple):
    """A table, column or index: its name, and the statement that makes it."""

    name: str
    statement: str


def missing_parts(connection: sqlite3.Connection) -> list[Part]:
    """What would bring a file up to the schema: missing tables, then missing columns."""
    present = {
        name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'index')")
    }
    parts = [Part(name, sql) for name, sql in _FIXED.items() if name not in present]
    for table in TABLES.values():
        if table.name not in present:
            parts += [Part(table.name, sql) for sql in table.ddl()]
            continue
        have = {row[1] for row in connection.execute(f'PRAGMA table_info("{table.name}")')}
        parts += [
            Part(f"{table.name}.{p.name}", f'ALTER TABLE "{table.name}" ADD COLUMN "{p.name}" {_SQL_TYPES[p.type]}')
            for p in table.codec.properties
            if p.name not in have
        ]
        reverse = f"{table.name}.reverse"
        parts += [Part(reverse, sql) for sql in table.ddl()[1:] if reverse not in present]
    return parts
