"""One batch of records against one embedded store: read what it touches, apply record by record, write it back at once."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from graph.claims import Claim, Element, content_hash, new_element
from graph.records import Conflict, EdgeRow, NodeRow, Outcome, Record, Ref
from graph.schema import EDGES
from graph.schema_types import Reasoned
from graph.stores.sqlite_derived import SERIES_EDGES, TALLIED_EDGES, Derived, Fresh, TallyChange
from graph.stores.sqlite_sources import SourceSets
from graph.stores.sqlite_tables import EDGE_TABLES, NODE_TABLES, EdgeTable, NodeTable
from graph.values import Props

EdgeKey = tuple[str, str, str, str]
"""source id, target kind, target id, valid_from"""
_STRENGTH = {Outcome.UNCHANGED: 0, Outcome.CHANGED: 1, Outcome.ADDED: 2}
_IN = "(SELECT value FROM json_each(?))"


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


def read_node(connection: sqlite3.Connection, ref: Ref) -> NodeRow:
    """One stored node; its sources are not read."""
    table = NODE_TABLES[ref.kind]
    sql = f'SELECT {table.codec.select} FROM "{table.name}" WHERE id = ?'
    row = connection.execute(sql, (ref.id,)).fetchone()
    props: Props = table.codec.decode(row)
    return NodeRow(ref.kind, ref.id, props)


def move_counters(connection: sqlite3.Connection, slots: Iterable[Slot]) -> None:
    """Move ``framework`` and ``facts`` once each, as far as the touched tables ask for it."""
    touched = {"framework" if slot.table.framework else "facts" for slot in slots}
    for counter in sorted(touched):
        connection.execute("UPDATE meta SET value = CAST(value AS INTEGER) + 1 WHERE key = ?", (counter,))


def _array(values: Iterable[str]) -> str:
    return json.dumps(list(values), ensure_ascii=False)
