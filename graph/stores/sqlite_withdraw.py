"""Withdrawal in the embedded store: a source takes back what it no longer asserts, exactly and nothing else."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from typing import Any

from graph.claims import Element
from graph.records import Record, WriteReport
from graph.schema import EDGES
from graph.stores.sqlite_derived import SERIES_EDGES, TALLIED_EDGES, Derived, TallyChange
from graph.stores.sqlite_slot import Slot, move_counters, read_claims, write_slot
from graph.stores.sqlite_sources import SourceSets
from graph.stores.sqlite_tables import EDGE_TABLES, EdgeTable, NodeTable, all_tables

_TIMES = ("event_at", "recorded_at")
_IN = "(SELECT value FROM json_each(?))"


class Seen:
    """What a replacing session has asserted, in a temporary table that dies with the connection."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection
        connection.execute(
            "CREATE TEMP TABLE seen(tbl TEXT, k1 TEXT, k2 TEXT, k3 TEXT, k4 TEXT, sources INTEGER,"
            " PRIMARY KEY(tbl, k1, k2, k3, k4, sources)) WITHOUT ROWID"
        )

    def add(self, records: Sequence[Record], sources: SourceSets) -> None:
        """Remember the nodes and edges of records that were written."""
        rows: list[tuple[Any, ...]] = []
        for record in records:
            if record.node is not None:
                rows.append((record.node.kind, record.node.id, "", "", "", sources.number(record.node.sources)))
            rows += [
                (f"{edge.source.kind}.{edge.type}", edge.source.id, edge.target.kind, edge.target.id, edge.valid_from,
                 sources.number(edge.sources))
                for edge in record.edges
            ]  # fmt: skip
        self._db.executemany("INSERT OR IGNORE INTO temp.seen VALUES (?, ?, ?, ?, ?, ?)", rows)


class Withdrawal:
    """One source's withdrawal of everything it did not assert again."""

    def __init__(self, connection: sqlite3.Connection, sources: SourceSets, timezone: str, seen: Seen) -> None:
        self._db = connection
        self._sources = sources
        self._derived = Derived(connection, timezone)
        self._seen = seen

    def run(self, source: str, report: WriteReport) -> None:
        """Withdraw, count what was removed by kind or edge type, keep derived tables and counters true."""
        holding = json.dumps(self._sources.holding(source))
        slots = [slot for table in all_tables() if (slot := self._unseen(table, source, holding)).held]
        taken: dict[tuple[str, Any], Element] = {}
        for slot in slots:
            for key in tuple(slot.held):
                element = slot.element(key)
                assert element is not None  # held
                if element.withdraw([source]):
                    slot.mark(key)
                else:
                    taken[slot.table.name, key] = element
                    slot.drop(key)
        self._keep_joined(slots, taken)
        complaints, measurements = self._derived_from(slots)
        tally: TallyChange = {}
        self._derived.tally_stored(tally, complaints, -1)
        for slot in slots:
            write_slot(self._db, self._sources, slot)
            name = slot.table.type if isinstance(slot.table, EdgeTable) else slot.table.kind
            report.removed[name] += len(slot.gone)
        self._derived.tally_stored(tally, complaints, 1)
        self._derived.move_tally(tally)
        self._derived.refresh_series(measurements)
        move_counters(self._db, [slot for slot in slots if slot.touched])
        report.removed = +report.removed

    def _unseen(self, table: NodeTable | EdgeTable, source: str, holding: str) -> Slot:
        """The elements a source asserts in a table and did not assert in this session."""
        slot = Slot(table)
        keys = [f't."{name}"' for name in table.keys]
        compared = [*keys, "''", "''", "''"][:4]
        match = " AND ".join(f"s.k{n} = {key}" for n, key in enumerate(compared, 1))
        columns = "".join(f', t."{name}"' for name in table.codec.columns)
        sql = (
            f'SELECT t.sources, {", ".join(keys)}{columns} FROM "{table.name}" t WHERE t.sources IN {_IN}'
            f" AND NOT EXISTS (SELECT 1 FROM temp.seen s WHERE s.tbl = ? AND {match} AND s.sources IN {_IN})"
        )
        for number, *row in self._db.execute(sql, (holding, table.name, holding)).fetchall():
            key: Any = row[0] if len(keys) == 1 else tuple(row[: len(keys)])
            sources = self._sources.names(number)
            claims = {}
            if len(sources) > 1:
                claims = read_claims(self._db, table, key)
                slot.shared = True
            slot.held[key] = Element(table.codec.decode(row[len(keys) :]), sources, claims)
            slot.stored[key] = sources
        return slot

    def _keep_joined(self, slots: list[Slot], taken: dict[tuple[str, Any], Element]) -> None:
        """A node that nobody asserts any more stays, bare, while an edge of somebody else still joins it.

        Bare is its id and, of a fact, its times, without which it would be none. Its sources are then those of the
        edges: it goes when they go.
        """
        for slot in slots:
            if not isinstance(slot.table, NodeTable) or not slot.gone:
                continue
            for id_, names in self._joining(slot, slots).items():
                before = taken[slot.table.name, id_]
                bare = Element(
                    {name: before.props[name] for name in _TIMES if name in before.props}, tuple(sorted(names))
                )
                del slot.gone[id_]
                if (bare.props, bare.sources) != (before.props, slot.stored[id_]):
                    slot.hold_new(id_, bare)

    def _joining(self, slot: Slot, slots: list[Slot]) -> dict[str, set[str]]:
        """Withdrawn nodes of a kind that a remaining edge joins, with the sources of these edges."""
        assert isinstance(slot.table, NodeTable)
        kind = slot.table.kind
        edge_slots = {other.table.name: other for other in slots if isinstance(other.table, EdgeTable)}
        joined: dict[str, set[str]] = {}
        wanted = json.dumps(list(slot.gone), ensure_ascii=False)
        for (name, source_kind), table in EDGE_TABLES.items():
            touched = edge_slots.get(table.name)
            for end in _ends(name, source_kind, kind):
                sql = (
                    f'SELECT source, target_kind, target, valid_from, sources FROM "{table.name}" WHERE {end} IN {_IN}'
                )
                for *key, number in self._db.execute(sql, (wanted,)).fetchall():
                    edge = tuple(key)
                    if (touched is not None and edge in touched.gone) or (end == "target" and edge[1] != kind):
                        continue
                    element = touched.element(edge) if touched is not None else None
                    names = element.sources if element is not None else self._sources.names(number)
                    joined.setdefault(edge[0] if end == "source" else edge[2], set()).update(names)
        return joined

    def _derived_from(self, slots: list[Slot]) -> tuple[set[str], set[str]]:
        """Complaints and measurements whose derived rows a withdrawal touches."""
        touched: dict[str, set[str]] = {"Complaint": set(), "Measurement": set()}
        for slot in slots:
            if isinstance(slot.table, NodeTable) and slot.table.kind in touched:
                touched[slot.table.kind] |= {*slot.gone, *slot.changed}
            elif isinstance(slot.table, EdgeTable) and slot.table.source_kind in touched:
                watched = TALLIED_EDGES if slot.table.source_kind == "Complaint" else SERIES_EDGES
                if slot.table.type in watched:
                    touched[slot.table.source_kind] |= {key[0] for key in slot.gone}
        return touched["Complaint"], touched["Measurement"]


def _ends(edge: str, source_kind: str, kind: str) -> list[str]:
    """At which ends of an edge table nodes of a kind may stand."""
    found = ["source"] if source_kind == kind else []
    if kind in EDGES[edge].targets(source_kind):
        found.append("target")
    return found
