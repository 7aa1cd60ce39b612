"""One write transaction on a Neo4j server, as the shared rules of writing ask for it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

from neo4j import ManagedTransaction, Result, Transaction

from graph.errors import StoreDamaged
from graph.records import EdgeRow, Record, Ref
from graph.schema import EDGES
from graph.stores import neo4j_cypher as cypher
from graph.stores.backing import Counter
from graph.stores.neo4j_creating import Creation
from graph.stores.neo4j_derived import DELETE_VALUES, PUT_VALUES, move_tally, value_rows
from graph.stores.neo4j_digest import exact
from graph.stores.neo4j_schema import META
from graph.stores.neo4j_seen import Seen
from graph.stores.places import NODE_PLACES, EdgePlace, NodePlace
from graph.stores.slot import EdgeKey, Slot, Stored
from graph.stores.tallying import WATCHED, Fresh, Laid, TallyChange
from graph.text import Text

Transacting = ManagedTransaction | Transaction
Digests = Mapping[Ref, tuple[str, Record]]
_DERIVED = {
    "Complaint": ("event_at",),
    "Measurement": ("value", "period_start", "period_end", "event_at", "recorded_at"),
}


class Neo4jBacking:
    """See ``graph.stores.backing.Backing``.

    Args:
        tx: the open transaction.
        seen: what a replacing session asserted, None where it does not replace.
        counting: whether counters move; those of a rehearsal stay, for they would hold readers of the framework up until its end.
        absent: by kind, ids known not to be stored.
        digests: digest and record of the nodes that may be known by it afterwards.
    """

    def __init__(
        self, tx: Transacting, seen: Seen | None, *, counting: bool, absent: Mapping[str, Collection[str]], digests: Digests
    ) -> None:  # fmt: skip
        self._tx = tx
        self._seen = seen
        self._counting = counting
        self._absent = absent
        self._digests = digests
        self.wrote = False
        """Whether anything was written."""
        self._sent: list[tuple[Result, int]] = []
        """Statements whose answers were not looked at yet, and how many places each must find or make."""

    # ── reading ───────────────────────────────────────────────────────────────────────────────────
    def nodes(self, place: NodePlace, ids: Collection[str]) -> Iterator[Stored]:
        """What is stored of the named nodes."""
        absent = self._absent.get(place.kind, ())
        wanted = list(dict.fromkeys(id_ for id_ in ids if id_ not in absent))
        return (cypher.stored_node(place, row) for row in self._rows(cypher.read_nodes(place), wanted))

    def edges(self, place: EdgePlace, starts: Collection[str]) -> Iterator[Stored]:
        """What is stored of the edges that start at the named nodes."""
        absent = self._absent.get(place.source_kind, ())
        wanted = [id_ for id_ in starts if id_ not in absent]
        return (cypher.stored_edge(place, row) for row in self._rows(cypher.read_edges(place), wanted))

    def asserted_by(self, place: NodePlace | EdgePlace, source: str) -> Iterator[Stored]:
        """What a source asserts in a place and did not assert in this session."""
        assert self._seen is not None, "withdraw needs a replacing session"
        found = self._tx.run(cypher.asserted_keys(place), source=source)
        unseen = list(self._seen.unseen(place, source, (record["key"] for record in found)))
        if isinstance(place, NodePlace):
            yield from self.nodes(place, [key[0] for key in unseen])
            return
        wanted = {tuple(key) for key in unseen}
        for stored in self.edges(place, dict.fromkeys(key[0] for key in unseen)):
            if stored.key in wanted:
                yield stored

    def joined(
        self, place: EdgePlace, end: str, kind: str, ids: Collection[str]
    ) -> Iterator[tuple[EdgeKey, tuple[str, ...]]]:
        """The stored edges of a place at whose end one of the named nodes of a kind stands, with their sources."""
        for *key, sources in self._rows(cypher.joined(place, end, kind), list(ids)):
            yield (key[0], key[1], key[2], key[3]), tuple(sources)

    def derived_from(self, kind: str, ids: Collection[str]) -> dict[str, Fresh]:
        """The named facts that are stored, with those of their edges that something is derived from."""
        names = _DERIVED[kind]
        targets = sorted({end.target for name in WATCHED[kind] for end in EDGES[name].ends if end.source == kind})
        statement = (
            f"UNWIND $ids AS id MATCH (n:`{kind}` {{id: id}}) RETURN collect([n.id, [{', '.join(f'n.`{name}`' for name in names)}],"
            f" [(n)-[e:{cypher.any_of(sorted(WATCHED[kind]))}]->(b) | [type(e), {cypher.label_of('b', targets)}, b.id]]]) AS rows"
        )
        return {
            id_: Fresh(
                {name: value for name, value in zip(names, values, strict=True) if value is not None},
                [EdgeRow(name, Ref(kind, id_), Ref(target_kind, target), {}) for name, target_kind, target in edges],
            )
            for id_, values, edges in self._rows(statement, sorted(ids))
        }

    def _rows(self, statement: str, ids: list[str]) -> list[list[Any]]:
        if not ids:
            return []
        record = self._tx.run(statement, ids=ids).single(strict=True)
        rows: list[list[Any]] = record["rows"]
        return rows

    # ── writing ───────────────────────────────────────────────────────────────────────────────────
    def write(self, slots: Sequence[Slot]) -> None:
        """Insert, update and delete what the slots hold: edges go first, then nodes, and edges come last."""
        held = {slot.place.name: slot for slot in slots}
        edge_slots = [(slot, slot.place) for slot in slots if isinstance(slot.place, EdgePlace)]
        node_slots = [(slot, slot.place.kind) for slot in slots if isinstance(slot.place, NodePlace)]
        for slot, place in edge_slots:
            self._delete_edges(slot, place)
        for slot, kind in node_slots:
            self._put(cypher.delete_nodes(kind), [key for key in slot.gone if key in slot.stored])
            self._put(cypher.update_nodes(kind), [self._node(slot, kind, key, held) for key in slot.changed])
        creation = Creation(slots, lambda kind, id_: self._digest(Ref(kind, id_), held))
        for made in chain(creation.nodes(), creation.edges()):
            self._put(made.text, made.rows, makes=made.makes, sources=made.sources)
        for slot, place in edge_slots:
            self._update_edges(slot, place)
        self._note_digests(held)

    def _node(self, slot: Slot, kind: str, key: str, held: Mapping[str, Slot]) -> dict[str, Any]:
        return cypher.node_row(kind, key, slot, self._digest(Ref(kind, key), held))

    def _digest(self, ref: Ref, held: Mapping[str, Slot]) -> str | None:
        known = self._digests.get(ref)
        return known[0] if known is not None and exact(known[1], held) else None

    def _update_edges(self, slot: Slot, place: EdgePlace) -> None:
        changed: dict[str, list[Any]] = {}
        for key in slot.changed:
            changed.setdefault(key[1], []).append([key[0], key[2], cypher.edge_row(place, key, slot), key[3]])
        for target_kind, rows in changed.items():
            self._put(cypher.update_edges(place, target_kind), rows)

    def _delete_edges(self, slot: Slot, place: EdgePlace) -> None:
        gone: dict[str, list[Any]] = {}
        for key in slot.gone:
            if key in slot.stored:
                gone.setdefault(key[1], []).append([key[0], key[2], None, key[3]])
        for target_kind, rows in gone.items():
            self._put(cypher.delete_edges(place, target_kind), rows)

    def _note_digests(self, held: Mapping[str, Slot]) -> None:
        """Nodes that stay as they are while edges from them come or go get the digest of their record, or lose the one they had."""
        rows: dict[str, dict[str, str | None]] = {}
        for slot in held.values():
            if isinstance(slot.place, EdgePlace):
                kind = slot.place.source_kind
                nodes = held.get(kind) or Slot(NODE_PLACES[kind])
                for id_ in dict.fromkeys(key[0] for key in (*slot.to_write(), *slot.gone)):
                    if id_ not in nodes.held:
                        if id_ not in nodes.gone:
                            rows.setdefault(kind, {})[id_] = None
                    elif id_ in nodes.stored and id_ not in nodes.changed:
                        rows.setdefault(kind, {})[id_] = self._digest(Ref(kind, id_), held)
        for kind, found in rows.items():
            self._put(cypher.set_digests(kind), [[id_, digest] for id_, digest in found.items()])

    def _put(self, statement: str, rows: Sequence[Any], *, makes: int | None = None, **parameters: Any) -> None:
        """Write rows with one statement; as much must have found its place as was sent (or is made), which :meth:`settle` looks at.

        Nothing waits for the answer: the server works while the next rows are made ready.
        """
        if rows:
            self.wrote = True
            self._sent.append((self._tx.run(statement, rows=rows, **parameters), len(rows) if makes is None else makes))

    def settle(self) -> None:
        """Wait for what was sent, and refuse to go on where something did not find its place.

        Raises StoreDamaged.
        """
        for result, wanted in self._sent:
            count = result.single(strict=True)["count"]
            if count != wanted:
                raise StoreDamaged(
                    Text(f"Neo4j 中的数据与预期不符：应写 {wanted} 处，找到 {count} 处", f"Neo4j does not hold what it should: {wanted} places to write, {count} found"),
                    Text("该数据库可能被手工修改过；请用 suyuan export 取出数据，导入新的存储", "The database may have been changed by hand: `suyuan export` it and load it into a new one"),
                )  # fmt: skip
        self._sent.clear()

    # ── what is derived, and the counters ─────────────────────────────────────────────────────────
    def move_tally(self, change: TallyChange) -> None:
        """Apply what was added to and taken off the daily counts."""
        move_tally(self._tx, change)

    def lay_series(self, stale: Collection[str], rows: Iterable[Laid]) -> None:
        """Take the places of stale measurements out and put places in."""
        if stale:
            self._tx.run(DELETE_VALUES, ids=sorted(stale)).consume()
        laid = value_rows(rows)
        if laid:
            self._tx.run(PUT_VALUES, rows=laid).consume()

    def move_counter(self, counter: Counter) -> None:
        """Move one of the two counters by one."""
        if self._counting:
            self._tx.run(f"MATCH (m:{META} {{id: 'store'}}) SET m.{counter} = m.{counter} + 1").consume()
