"""Reading the embedded store: revision, framework, scans, counts, tallies, each within one snapshot; cases are in ``sqlite_cases.py``."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from graph.framework import Framework
from graph.records import Counts, EdgeRow, NodeRow, Period, Ref, Revision, Tally
from graph.schema import EDGES
from graph.segments import SEARCHED, Question
from graph.stores.loads import KeptLoads
from graph.stores.places import source_kinds, touching
from graph.stores.sqlite_search import candidates, catch_up
from graph.stores.sqlite_tables import EDGE_TABLES, NODE_TABLES, EdgeTable, NodeTable
from graph.stores.tallying import members, subjects_of
from graph.values import Value

_WINDOW = 500
_IN = "(SELECT value FROM json_each(?))"

_COUNTS: dict[Period, str] = {
    "day": "SELECT subjects, categories, unit, day, complaints, episodes FROM tally WHERE day >= ? AND day < ? ORDER BY day, subjects, categories, unit",
    "month": "SELECT '', categories, unit, month, complaints, episodes FROM tally_month WHERE month >= ? AND month < ? ORDER BY month, categories, unit",
}
"""Counts by day or month, in their order."""


class Shared:
    """What the readers of all threads share: the framework of the newest revision any of them read."""

    def __init__(self) -> None:
        self.framework: Framework | None = None


class Reader:
    """Questions to one connection; remembers the framework until its counter moves."""

    def __init__(self, connection: sqlite3.Connection, shared: Shared) -> None:
        self._db = connection
        self._shared = shared
        self._framework: Framework | None = None
        self._source_sets: dict[int, tuple[str, ...]] = {}

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """All statements inside see one state of the file."""
        if self._db.in_transaction:  # one reading inside another shares its snapshot
            yield
            return
        self._db.execute("BEGIN")
        try:
            yield
        finally:
            self._db.execute("ROLLBACK")

    # ── revision and framework ────────────────────────────────────────────────────────────────────
    def revision(self) -> Revision:
        """The two counters."""
        rows = dict(self._db.execute("SELECT key, value FROM meta WHERE key IN ('framework', 'facts')"))
        return Revision(int(rows["framework"]), int(rows["facts"]))

    def loads(self) -> KeptLoads:
        """The notes of loads that would change nothing."""
        return kept_loads(self._db)

    def unmasked(self) -> str | None:
        """The note of sources loaded unmasked, as it is kept; None: there is none."""
        row: tuple[str] | None = self._db.execute("SELECT value FROM meta WHERE key = 'unmasked'").fetchone()
        return None if row is None else row[0]

    def framework(self) -> Framework:
        """The whole framework; read anew only when its counter moved."""
        with self.snapshot():
            return self.current_framework()

    def current_framework(self) -> Framework:
        """The framework of the snapshot that is open."""
        wanted = self.revision().framework
        if self._framework is None or self._framework.revision != wanted:
            shared = self._shared.framework
            self._framework = (
                shared if shared is not None and shared.revision == wanted else self._read_framework(wanted)
            )
            self._shared.framework = self._framework
        return self._framework

    def _read_framework(self, revision: int) -> Framework:
        nodes = [row for table in NODE_TABLES.values() if table.framework for row in self._node_rows(table)]
        edges = [row for table in EDGE_TABLES.values() if table.framework for row in self._edge_rows(table)]
        zone = self._db.execute("SELECT value FROM meta WHERE key = 'timezone'").fetchone()[0]
        return Framework(nodes, edges, revision, zone)

    # ── scans ─────────────────────────────────────────────────────────────────────────────────────
    def nodes(self, kind: str, ids: Sequence[str] | None, question: Question | None = None) -> Iterator[NodeRow]:
        """Nodes of a kind in id order: all, the named ones, those whose full text answers a question."""
        if question is not None:
            catch_up(self._db)
        with self.snapshot():
            if question is None:
                yield from self._node_rows(NODE_TABLES[kind], ids)
                return
            found = set(candidates(self._db, kind, question))
            named = sorted(found if ids is None else found & set(ids))
            for at in range(0, len(named), _WINDOW):
                for row in self._node_rows(NODE_TABLES[kind], named[at : at + _WINDOW]):
                    if question.found_in(str(row.props[SEARCHED[kind]])):
                        yield row

    def edges(
        self, edge_type: str, source_kind: str | None = None, at: Sequence[Ref] | None = None
    ) -> Iterator[EdgeRow]:
        """Edges of a type, source kinds in schema order (or the one named), then by ends; with ``at`` those that touch one of its nodes."""
        with self.snapshot():
            for source in source_kinds(edge_type, source_kind):
                yield from self._edge_rows(EDGE_TABLES[edge_type, source], at)

    def _node_rows(self, table: NodeTable, ids: Sequence[str] | None = None) -> Iterator[NodeRow]:
        codec = table.codec
        sql = f'SELECT id, sources, {codec.select} FROM "{table.name}"'
        arguments: tuple[str, ...] = ()
        if ids is not None:
            sql, arguments = f"{sql} WHERE id IN {_IN}", (json.dumps(list(ids), ensure_ascii=False),)
        for row in self._db.execute(f"{sql} ORDER BY id", arguments):
            yield NodeRow(table.kind, row[0], codec.decode(row[2:]), self._sources(row[1]))

    def _edge_rows(self, table: EdgeTable, at: Sequence[Ref] | None = None) -> Iterator[EdgeRow]:
        codec = table.codec
        columns = f", {codec.select}" if codec.columns else ""
        sql = f'SELECT source, target_kind, target, valid_from, sources{columns} FROM "{table.name}"'
        arguments: list[str] = []
        if at is not None:
            conditions = list(_touching(table, at))
            if not conditions:
                return
            # A part for each way to touch, so that each is looked up in the index that serves it.
            sql = " UNION ".join(f"{sql} WHERE {condition}" for condition, _ in conditions)
            arguments = [argument for _, own in conditions for argument in own]
        for row in self._db.execute(f"{sql} ORDER BY source, target_kind, target, valid_from", arguments):
            props: dict[str, Value] = {"valid_from": row[3]} if row[3] else {}
            props |= codec.decode(row[5:])
            yield EdgeRow(table.type, Ref(table.source_kind, row[0]), Ref(row[1], row[2]), props, self._sources(row[4]))

    def _sources(self, id_: int) -> tuple[str, ...]:
        if id_ not in self._source_sets:
            rows: Iterable[Any] = self._db.execute("SELECT id, names FROM source_set")
            self._source_sets = {key: tuple(json.loads(names)) for key, names in rows}
        return self._source_sets[id_]

    def counts(self) -> Counts:
        """Nodes by kind and edges by type, empty ones left out."""
        with self.snapshot():
            nodes = {kind: self._count(table.name) for kind, table in NODE_TABLES.items()}
            edges = {
                name: sum(self._count(EDGE_TABLES[name, s].name) for s in edge.sources) for name, edge in EDGES.items()
            }
        return Counts({k: n for k, n in nodes.items() if n}, {k: n for k, n in edges.items() if n})

    def _count(self, table: str) -> int:
        return int(self._db.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0])

    def tallies(self, since: str, until: str, per: Period) -> Iterator[Tally]:
        """Complaint counts for since ≤ day < until by day, subjects, categories, unit; or for since ≤ month < until by month, categories, unit."""
        with self.snapshot():
            sql = _COUNTS[per]
            for subjects, categories, unit, day, complaints, episodes in self._db.execute(sql, (since, until)):
                yield Tally(subjects_of(subjects), members(categories), unit, day, complaints, episodes)


def kept_loads(connection: sqlite3.Connection) -> KeptLoads:
    """The notes of loads as they are kept, with the revision of the same moment."""
    rows = dict(connection.execute("SELECT key, value FROM meta WHERE key IN ('framework', 'facts', 'loads')"))
    return KeptLoads(rows.get("loads"), Revision(int(rows["framework"]), int(rows["facts"])))


def _touching(table: EdgeTable, at: Sequence[Ref]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The conditions on which an edge of a table starts or ends at one of some nodes, each with its arguments."""
    for end, kind, ids in touching(table, at):
        wanted = json.dumps(ids, ensure_ascii=False)
        if end == "source":
            yield f"source IN {_IN}", (wanted,)
        else:
            yield f"target_kind = ? AND target IN {_IN}", (kind, wanted)
