"""One batch of records against one embedded store: read what it touches, apply record by record, write it back at once."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

from graph.claims import Element, content_hash
from graph.records import Conflict, EdgeRow, NodeRow, Outcome, Record, Ref
from graph.schema import EDGES
from graph.schema_types import Reasoned
from graph.stores.sqlite_derived import SERIES_EDGES, TALLIED_EDGES, Derived, Fresh, TallyChange
from graph.stores.sqlite_slot import Slot, move_counters, read_claims, write_slot
from graph.stores.sqlite_sources import SourceSets
from graph.stores.sqlite_tables import EDGE_TABLES, NODE_TABLES, EdgeTable, NodeTable
from graph.values import Props

_STRENGTH = {Outcome.UNCHANGED: 0, Outcome.CHANGED: 1, Outcome.ADDED: 2}
_IN = "(SELECT value FROM json_each(?))"


class Batch:
    """The elements that a batch of records touches."""

    def __init__(self, connection: sqlite3.Connection, sources: SourceSets, timezone: str, *, replacing: bool) -> None:
        self._db = connection
        self._sources = sources
        self._derived = Derived(connection, timezone)
        self._replacing = replacing
        self._slots: dict[str, Slot] = {}
        self.conflicts: list[Conflict] = []
        self._edge_slots: dict[tuple[str, str], Slot] = {}
        self._fresh: dict[Ref, Sequence[EdgeRow]] = {}
        """Complaints and measurements new in this batch, with the edges the derived tables look at."""
        self._early: set[Ref] = set()
        """Nodes whose edges came before themselves."""
        self._stale: dict[str, dict[str, None]] = {"Complaint": {}, "Measurement": {}}

    def _slot(self, table: NodeTable | EdgeTable) -> Slot:
        slot = self._slots.get(table.name)
        if slot is None:
            slot = self._slots[table.name] = Slot(table)
        return slot

    # ── reading ───────────────────────────────────────────────────────────────────────────────────
    def read(self, records: Sequence[Record]) -> None:
        """Fetch what is stored of the nodes and edges that the records name; edges of new nodes cannot be stored."""
        ids: dict[str, list[str]] = {}
        for record in records:
            node = record.node
            if node is not None:
                ids.setdefault(node[0], []).append(node[1])
        for kind, wanted in ids.items():
            table = NODE_TABLES[kind]
            sql = f'SELECT id, sources, {table.codec.select} FROM "{table.name}" WHERE id IN {_IN}'
            self._fill(
                self._slot(table), [(row[0], row[1], row[2:]) for row in self._db.execute(sql, (_array(wanted),))]
            )
        starts: dict[tuple[str, str], dict[str, None]] = {}
        for record in records:
            node = record.node
            if node is not None and node[1] in self._slots[node[0]].stored:
                for name in record.owns:
                    starts.setdefault((name, node[0]), {})[node[1]] = None
            elif node is not None and all(edge[1] == node[:2] for edge in record.edges):
                continue
            for edge in record.edges:
                source = edge[1]
                starts.setdefault((edge[0], source[0]), {})[source[1]] = None
        for (name, kind), nodes in starts.items():
            self._read_edges(self._slot(EDGE_TABLES[name, kind]), nodes)

    def _read_edges(self, slot: Slot, starts: Iterable[str]) -> None:
        columns = f", {slot.table.codec.select}" if slot.table.codec.columns else ""
        sql = (
            f'SELECT source, target_kind, target, valid_from, sources{columns} FROM "{slot.table.name}"'
            f" WHERE source IN {_IN}"
        )
        rows = [(tuple(row[:4]), row[4], row[5:]) for row in self._db.execute(sql, (_array(starts),))]
        self._fill(slot, rows)

    def _fill(self, slot: Slot, rows: list[tuple[Any, int, Sequence[Any]]]) -> None:
        for key, number, columns in rows:
            sources = self._sources.names(number)
            claims = read_claims(self._db, slot.table, key) if len(sources) > 1 else {}
            slot.held[key] = Element(slot.table.codec.decode(columns), sources, claims)
            slot.stored[key] = sources

    # ── applying ──────────────────────────────────────────────────────────────────────────────────
    def apply(self, record: Record) -> Outcome:
        """Take over one record; the outcome is the strongest of its node and edges."""
        node = record.node
        if node is None:
            self._early.update(edge.source for edge in record.edges)
            return max((self._apply_edge(edge) for edge in record.edges), key=_STRENGTH.__getitem__)
        slot = self._slot(NODE_TABLES[node.kind])
        if node.id not in slot.held:
            self._hold_new_node(slot, node, record)
            return Outcome.ADDED
        outcomes = [self._apply_node(slot, node), *map(self._apply_edge, record.edges)]
        changed = any(outcome is not Outcome.UNCHANGED for outcome in outcomes)
        if record.owns and self._withdraw_owned(record, node):
            changed = True
        return Outcome.CHANGED if changed else Outcome.UNCHANGED

    def _hold_new_node(self, slot: Slot, node: NodeRow, record: Record) -> None:
        """A node that is not stored, with its edges: the way most facts come."""
        kind, id_, props, sources = node
        slot.hold_new(id_, (props, sources))
        if len(sources) > 1:
            slot.shared = True
        stale = self._stale.get(kind)
        if stale is not None and id_ not in stale:
            self._fresh[Ref(kind, id_)] = record.edges
        if self._early and node.ref in self._early:
            for edge in record.edges:
                self._apply_edge(edge)
            if record.owns:
                self._withdraw_owned(record, node)
            return
        slots = self._edge_slots
        for name, source, target, edge_props, edge_sources in record.edges:
            place = (name, source[0])
            edge_slot = slots.get(place)
            if edge_slot is None:
                edge_slot = slots[place] = self._slot(EDGE_TABLES[place])
            edge_slot.hold_new(
                (source[1], target[0], target[1], edge_props.get("valid_from", "") if edge_props else ""),
                (edge_props, edge_sources),
            )
            if len(edge_sources) > 1:
                edge_slot.shared = True

    def _apply_node(self, slot: Slot, node: NodeRow) -> Outcome:
        element = slot.element(node.id)
        assert element is not None  # the caller looked
        slot.shared = slot.shared or element.sources != node.sources
        if not element.state(f"{node.kind}:{node.id}", node.props, node.sources, self._replacing, self.conflicts):
            return Outcome.UNCHANGED
        slot.mark(node.id)
        self._touch(Ref(node.kind, node.id))
        return Outcome.CHANGED

    def _apply_edge(self, edge: EdgeRow) -> Outcome:
        name, source, target, props, sources = edge
        slot = self._slot(EDGE_TABLES[name, source[0]])
        key = (source[1], target[0], target[1], props.get("valid_from", ""))
        if key not in slot.held:
            slot.hold_new(key, (props, sources))
            slot.shared = slot.shared or len(sources) > 1
            if source[0] in self._stale:
                self._touch_edge(name, source, edge)
            return Outcome.ADDED
        element = slot.element(key)
        assert element is not None  # looked up just now
        slot.shared = slot.shared or element.sources != sources
        stated = {name: value for name, value in props.items() if name != "valid_from"}
        before = element.props
        if self._replacing and "confirmed_hash" in before and stated.get("confirmed_at") == before.get("confirmed_at"):
            stated.setdefault("confirmed_hash", before["confirmed_hash"])
        if not element.state(f"{source}-{name}->{target}", stated, sources, self._replacing, self.conflicts):
            return Outcome.UNCHANGED
        if (
            stated.get("confirmed_at", before.get("confirmed_at")) != before.get("confirmed_at")
            and "confirmed_hash" not in stated
        ):
            element.props.pop("confirmed_hash", None)  # confirmed anew: stamped anew when written
        slot.mark(key)
        return Outcome.CHANGED

    def _withdraw_owned(self, record: Record, node: NodeRow) -> bool:
        """Take back the sources' undated edges of the owned types that the record no longer states."""
        kept = {(e.type, (e.source.id, e.target.kind, e.target.id, e.valid_from)) for e in record.edges}
        changed = False
        for name in record.owns:
            slot = self._slot(EDGE_TABLES[name, node.kind])
            for key in slot.edges_from(node.id):
                element = slot.element(key)
                if element is None or key[3] or (name, key) in kept or not set(element.sources) & set(node.sources):
                    continue
                changed = True
                if element.withdraw(node.sources):
                    slot.mark(key)
                else:
                    slot.drop(key)
                    self._touch_edge(name, node.ref, None)
        return changed

    def _touch(self, ref: Ref) -> None:
        if ref.kind in self._stale and ref not in self._fresh:
            self._stale[ref.kind][ref.id] = None

    def _touch_edge(self, name: str, source: Ref, edge: EdgeRow | None) -> None:
        """An edge that the derived tables look at came or went."""
        watched = TALLIED_EDGES if source.kind == "Complaint" else SERIES_EDGES if source.kind == "Measurement" else ()
        if name not in watched:
            return
        fresh = self._fresh.get(source)
        if fresh is None:
            self._touch(source)
        elif edge is not None:
            self._fresh[source] = [*fresh, edge]
        else:  # stated and taken back within one batch
            held = self._slot(EDGE_TABLES[name, source.kind]).held
            self._fresh[source] = [
                e for e in fresh if e.type != name or (e.source.id, e.target.kind, e.target.id, e.valid_from) in held
            ]

    # ── writing ───────────────────────────────────────────────────────────────────────────────────
    def flush(self) -> None:
        """Write every change, the derived tables and the counters."""
        stale = self._stale["Complaint"]
        tally: TallyChange = {}
        if stale:
            self._derived.tally_stored(tally, stale, -1)
        for slot in sorted(self._slots.values(), key=lambda s: isinstance(s.table, EdgeTable)):
            if isinstance(slot.table, EdgeTable) and issubclass(EDGES[slot.table.type].model, Reasoned):
                self._fill_confirmed_hash(slot)
            write_slot(self._db, self._sources, slot)
        fresh = self._fresh_by_kind()
        self._derived.tally_fresh(tally, fresh["Complaint"].values())
        if stale:
            self._derived.tally_stored(tally, stale, 1)
        self._derived.move_tally(tally)
        if self._stale["Measurement"]:
            self._derived.refresh_series(self._stale["Measurement"])
        self._derived.add_series(fresh["Measurement"])
        move_counters(self._db, [slot for slot in self._slots.values() if slot.touched])

    def _fresh_by_kind(self) -> dict[str, dict[str, Fresh]]:
        found: dict[str, dict[str, Fresh]] = {kind: {} for kind in self._stale}
        for ref, edges in self._fresh.items():
            held = self._slots[ref.kind].held[ref.id]
            found[ref.kind][ref.id] = Fresh(held[0] if isinstance(held, tuple) else held.props, edges)
        return found

    def _fill_confirmed_hash(self, slot: Slot) -> None:
        """A link confirmed now is stamped with what its ends said."""
        assert isinstance(slot.table, EdgeTable)
        for key in tuple(slot.to_write()):
            held = slot.held[key]
            props = held[0] if isinstance(held, tuple) else held.props
            if "confirmed_at" not in props or "confirmed_hash" in props:
                continue
            element = slot.element(key)
            assert element is not None  # looked up just now
            ends = [read_node(self._db, Ref(slot.table.source_kind, key[0])), read_node(self._db, Ref(key[1], key[2]))]
            stamp = content_hash(ends[0], ends[1])
            element.props["confirmed_hash"] = stamp
            for claim in element.claims.values():
                if "confirmed_at" in claim.props:
                    claim.props.setdefault("confirmed_hash", stamp)


def read_node(connection: sqlite3.Connection, ref: Ref) -> NodeRow:
    """One stored node; its sources are not read."""
    table = NODE_TABLES[ref.kind]
    sql = f'SELECT {table.codec.select} FROM "{table.name}" WHERE id = ?'
    row = connection.execute(sql, (ref.id,)).fetchone()
    props: Props = table.codec.decode(row)
    return NodeRow(ref.kind, ref.id, props)


def _array(values: Iterable[str]) -> str:
    return json.dumps(list(values), ensure_ascii=False)
