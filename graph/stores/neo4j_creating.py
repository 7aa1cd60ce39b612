"""How new nodes and edges are sent to a Neo4j server: as columns, in portions, and plain edges in the statement that makes their node.

Names of properties are in the statement and not repeated in every row, sources are sent once; a row sent as a map costs the driver twice the time (measured).
While the server works on a portion the next one is made ready.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any, NamedTuple

from graph.schema import EDGES
from graph.stores import neo4j_cypher as cypher
from graph.stores.places import EdgePlace, NodePlace
from graph.stores.slot import EdgeKey, Slot, shown

Sources = tuple[str, ...]
Link = tuple[str, str]
"""Edge type and target kind."""
_NONE: list[str] = []
_NO_LINKS: dict[Link, list[str]] = {}
PORTION = 1_000
"""Rows sent at once."""
DigestOf = Callable[[str, str], str | None]
"""Kind and id → the digest a node gets."""


class Statement(NamedTuple):
    """A statement with its rows, and how many nodes and edges it must make."""

    text: str
    rows: list[list[Any]]
    sources: list[str]
    makes: int


class Creation:
    """The new nodes and edges of a batch.

    Args:
        slots: what the batch holds.
        digest_of: the digest of a node.
    """

    def __init__(self, slots: Sequence[Slot], digest_of: DigestOf) -> None:
        self._digest_of = digest_of
        self._nodes = [(slot, slot.place) for slot in slots if isinstance(slot.place, NodePlace)]
        self._edges = [(slot, slot.place) for slot in slots if isinstance(slot.place, EdgePlace)]
        self._new = {place.kind: frozenset(slot.new_keys()) for slot, place in self._nodes}
        self._with_node: set[tuple[str, EdgeKey]] = set()
        """Edges that are made with their node: place and key."""

    def nodes(self) -> Iterator[Statement]:
        """Make the nodes, and with them the plain edges to nodes that were there before."""
        for slot, place in self._nodes:
            if self._new[place.kind]:
                yield from self._of_kind(slot, place.kind)

    def _of_kind(self, slot: Slot, kind: str) -> Iterator[Statement]:
        links = self._links(slot, kind)
        groups: dict[Sources, list[str]] = {}
        for key in slot.new_keys():
            groups.setdefault(shown(slot.held[key])[1], []).append(key)
        for sources, keys in groups.items():
            names = {name for key in keys for name in shown(slot.held[key])[0]}
            columns = (*sorted(names), *cypher.beside(kind, len(sources)))
            used = tuple(sorted({link for key in keys for link in links.get(key, ())}))
            # With one end at most, as most facts: no list around each.
            single = all(len(ids) < 2 for key in keys for ids in links.get(key, {}).values())
            text = _node_statement(kind, columns, used, single)
            for at in range(0, len(keys), PORTION):
                sent, makes = [], 0
                for key in keys[at : at + PORTION]:
                    row = cypher.node_row(kind, key, slot, self._digest_of(kind, key))
                    ends = links.get(key, _NO_LINKS)
                    makes += 1 + sum(map(len, ends.values()))
                    lists = [ends.get(link, _NONE) for link in used]
                    sent.append(
                        [*map(row.get, columns), *((ids[0] if ids else None for ids in lists) if single else lists)]
                    )
                yield Statement(text, sent, list(sources), makes)

    def _links(self, slot: Slot, kind: str) -> dict[str, dict[Link, list[str]]]:
        """Node → link → target ids: edges that say nothing but their sources, the node's own, and lead to what is stored already."""
        found: dict[str, dict[Link, list[str]]] = {}
        new, nodes = self._new[kind], slot.held
        for edge_slot, place in self._edges:
            if place.source_kind != kind:
                continue
            name, stored = place.name, edge_slot.stored
            for key, held in edge_slot.held.items():
                source, target_kind, target, start = key
                if start or key in stored or source not in new or target in self._new.get(target_kind, ()):
                    continue
                props, sources = shown(held)
                if not props and len(sources) == 1 and sources == shown(nodes[source])[1]:
                    found.setdefault(source, {}).setdefault((place.type, target_kind), []).append(target)
                    self._with_node.add((name, key))
        return found

    def edges(self) -> Iterator[Statement]:
        """Make the edges that :meth:`nodes` did not make."""
        for slot, place in self._edges:
            groups: dict[tuple[str, Sources], list[EdgeKey]] = {}
            for key in slot.new_keys():
                if (place.name, key) not in self._with_node:
                    groups.setdefault((key[1], shown(slot.held[key])[1]), []).append(key)
            for (target_kind, sources), keys in groups.items():
                rows = [cypher.edge_row(place, key, slot) for key in keys]
                columns = tuple(sorted({name for row in rows for name in row} - {"sources"}))
                text = _edge_statement(place, target_kind, columns)
                sent = [[key[0], key[2], *map(row.get, columns)] for key, row in zip(keys, rows, strict=True)]
                for at in range(0, len(sent), PORTION):
                    portion = sent[at : at + PORTION]
                    yield Statement(text, portion, list(sources), len(portion))


@cache
def _node_statement(kind: str, columns: Sequence[str], links: Sequence[Link], single: bool) -> str:
    parts = [f"UNWIND $rows AS r CREATE (n:`{kind}` {_map(columns, 0)})"]
    counts = ["count(n)"]
    if links:
        parts.append("WITH n, r")
    for number, (name, target_kind) in enumerate(links):
        place = f"r[{len(columns) + number}]"
        found = (
            f"MATCH (b:`{target_kind}` {{id: {place}}})"
            if single
            else f"UNWIND {place} AS id MATCH (b:`{target_kind}` {{id: id}})"
        )
        parts.append(
            f"CALL (n, r) {{ {found} CREATE (n)-[e:`{name}` {_plain_edge(name)}]->(b) RETURN count(e) AS c{number} }}"
        )
        counts.append(f"sum(c{number})")
    return f"{' '.join(parts)} RETURN {' + '.join(counts)} AS count"


@cache
def _edge_statement(place: EdgePlace, target_kind: str, columns: Sequence[str]) -> str:
    return (
        f"UNWIND $rows AS r MATCH (a:`{place.source_kind}` {{id: r[0]}}) MATCH (b:`{target_kind}` {{id: r[1]}})"
        f" CREATE (a)-[e:`{place.type}` {_map(columns, 2)}]->(b) RETURN count(e) AS count"
    )


def _map(columns: Sequence[str], first: int) -> str:
    """The properties of a row; those that are null are not stored."""
    named = "".join(f"`{name}`: r[{number}], " for number, name in enumerate(columns, first))
    return f"{{{named}sources: $sources}}"


def _plain_edge(name: str) -> str:
    return "{sources: $sources, valid_from: ''}" if EDGES[name].dated else "{sources: $sources}"
