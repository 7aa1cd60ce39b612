"""One batch of records against one store: read what it touches, apply record by record, write it back at once, on any engine."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from zoneinfo import ZoneInfo

from graph.claims import content_hash
from graph.records import Conflict, EdgeRow, NodeRow, Outcome, Record, Ref, Revision
from graph.schema import EDGES
from graph.schema_types import Reasoned
from graph.stores.backing import Backing
from graph.stores.places import EDGE_PLACES, NODE_PLACES, EdgePlace, NodePlace
from graph.stores.slot import Slot, shown
from graph.stores.tallying import WATCHED, Fresh, TallyChange, laid_out, tally

_STRENGTH = {Outcome.UNCHANGED: 0, Outcome.CHANGED: 1, Outcome.ADDED: 2}


class Batch:
    """The elements that a batch of records touches.

    Args:
        backing: the open write transaction.
        zone: the zone whose days complaints are counted by.
        replacing: whether properties that a record leaves out are withdrawn for its sources.
    """

    def __init__(self, backing: Backing, zone: ZoneInfo, *, replacing: bool) -> None:
        self._backing = backing
        self._zone = zone
        self._replacing = replacing
        self._slots: dict[str, Slot] = {}
        self.conflicts: list[Conflict] = []
        self._edge_slots: dict[tuple[str, str], Slot] = {}
        self._fresh: dict[Ref, Sequence[EdgeRow]] = {}
        """Complaints and measurements new in this batch, with the edges the derived tables look at."""
        self._early: set[Ref] = set()
        """Nodes whose edges came before themselves."""
        self._stale: dict[str, dict[str, None]] = {kind: {} for kind in WATCHED}

    def _slot(self, place: NodePlace | EdgePlace) -> Slot:
        slot = self._slots.get(place.name)
        if slot is None:
            slot = self._slots[place.name] = Slot(place)
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
            place = NODE_PLACES[kind]
            self._slot(place).fill(self._backing.nodes(place, wanted))
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
        for at, nodes in starts.items():
            self._slot(EDGE_PLACES[at]).fill(self._backing.edges(EDGE_PLACES[at], nodes))

    # ── applying ──────────────────────────────────────────────────────────────────────────────────
    def apply(self, record: Record) -> Outcome:
        """Take over one record; the outcome is the strongest of its node and edges."""
        node = record.node
        if node is None:
            self._early.update(edge.source for edge in record.edges)
            return max((self._apply_edge(edge) for edge in record.edges), key=_STRENGTH.__getitem__)
        slot = self._slot(NODE_PLACES[node.kind])
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
            at = (name, source[0])
            edge_slot = slots.get(at)
            if edge_slot is None:
                edge_slot = slots[at] = self._slot(EDGE_PLACES[at])
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
        slot = self._slot(EDGE_PLACES[name, source[0]])
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
            for said in (element.props, *(element.claims[name].props for name in sources if name in element.claims)):
                said.pop(
                    "confirmed_hash", None
                )  # confirmed anew: stamped anew when written, also in the claim that says so
        slot.mark(key)
        return Outcome.CHANGED

    def _withdraw_owned(self, record: Record, node: NodeRow) -> bool:
        """Take back the sources' undated edges of the owned types that the record no longer states."""
        kept = {(e.type, (e.source.id, e.target.kind, e.target.id, e.valid_from)) for e in record.edges}
        changed = False
        for name in record.owns:
            slot = self._slot(EDGE_PLACES[name, node.kind])
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
        if name not in WATCHED.get(source.kind, ()):
            return
        fresh = self._fresh.get(source)
        if fresh is None:
            self._touch(source)
        elif edge is not None:
            self._fresh[source] = [*fresh, edge]
        else:  # stated and taken back within one batch
            held = self._slot(EDGE_PLACES[name, source.kind]).held
            self._fresh[source] = [
                e for e in fresh if e.type != name or (e.source.id, e.target.kind, e.target.id, e.valid_from) in held
            ]

    # ── writing ───────────────────────────────────────────────────────────────────────────────────
    def flush(self) -> Revision:
        """Write every change, what derives from it and the counters; answers by how much these moved."""
        slots = sorted(self._slots.values(), key=lambda slot: isinstance(slot.place, EdgePlace))
        _stamp_confirmations(self._backing, slots)
        return write(self._backing, self._zone, slots, self._stale, self._fresh_by_kind())

    def _fresh_by_kind(self) -> dict[str, dict[str, Fresh]]:
        found: dict[str, dict[str, Fresh]] = {kind: {} for kind in self._stale}
        for ref, edges in self._fresh.items():
            found[ref.kind][ref.id] = Fresh(shown(self._slots[ref.kind].held[ref.id])[0], edges)
        return found


def write(
    backing: Backing,
    zone: ZoneInfo,
    slots: Sequence[Slot],
    stale: dict[str, dict[str, None]],
    fresh: dict[str, dict[str, Fresh]],
) -> Revision:
    """Write slots, what derives from them and the counters; answers by how much these moved.

    Args:
        backing: the open write transaction.
        zone: the zone whose days complaints are counted by.
        slots: what to write, node places first.
        stale: by watched kind, the stored nodes whose derived rows no longer hold.
        fresh: by watched kind, nodes that are new, in the state in which they are written.
    """
    touched = {"framework" if slot.place.framework else "facts" for slot in slots if slot.touched}
    if "framework" in touched:
        # First: a reader of the whole framework waits for this very counter, and so sees all of the change or none.
        backing.move_counter("framework")
    change: TallyChange = {}
    complaints, measurements = stale["Complaint"], stale["Measurement"]
    if complaints:
        tally(change, backing.derived_from("Complaint", complaints).values(), zone, -1)
    backing.write(slots)
    tally(change, fresh["Complaint"].values(), zone)
    if complaints:
        tally(change, backing.derived_from("Complaint", complaints).values(), zone)
    if change:
        backing.move_tally(change)
    laid = dict(backing.derived_from("Measurement", measurements)) if measurements else {}
    laid |= fresh["Measurement"]
    if measurements or laid:
        backing.lay_series(measurements, [row for id_, found in laid.items() for row in laid_out(id_, found)])
    if "facts" in touched:
        backing.move_counter("facts")  # last: at the start it would hold up every other writer's commit
    return Revision(int("framework" in touched), int("facts" in touched))


def _stamp_confirmations(backing: Backing, slots: Sequence[Slot]) -> None:
    """A link confirmed now is stamped with what its ends say once this batch is written."""
    unstamped = []
    for slot in slots:
        if isinstance(slot.place, EdgePlace) and issubclass(EDGES[slot.place.type].model, Reasoned):
            for key in slot.to_write():
                props, _ = shown(slot.held[key])
                if "confirmed_at" in props and "confirmed_hash" not in props:
                    unstamped.append((slot, slot.place, key))
    if not unstamped:
        return
    wanted = {ref for _, place, key in unstamped for ref in (Ref(place.source_kind, key[0]), Ref(key[1], key[2]))}
    ends = _rows_as_written(backing, slots, wanted)
    for slot, place, key in unstamped:
        element = slot.element(key)
        assert element is not None  # it is to be written
        stamp = content_hash(ends[Ref(place.source_kind, key[0])], ends[Ref(key[1], key[2])])
        element.props["confirmed_hash"] = stamp
        for claim in element.claims.values():
            if "confirmed_at" in claim.props:
                claim.props.setdefault("confirmed_hash", stamp)


def _rows_as_written(backing: Backing, slots: Sequence[Slot], refs: Collection[Ref]) -> dict[Ref, NodeRow]:
    """Nodes as they will be: from the batch where it holds them, else as stored."""
    held = {slot.place.kind: slot.held for slot in slots if isinstance(slot.place, NodePlace)}
    found: dict[Ref, NodeRow] = {}
    others: dict[str, list[str]] = {}
    for ref in sorted(refs):
        if ref.id in held.get(ref.kind, ()):
            found[ref] = NodeRow(ref.kind, ref.id, shown(held[ref.kind][ref.id])[0])
        else:
            others.setdefault(ref.kind, []).append(ref.id)
    for kind, ids in others.items():
        for id_, element in backing.nodes(NODE_PLACES[kind], ids):
            found[Ref(kind, id_)] = NodeRow(kind, id_, element.props)
    return found
