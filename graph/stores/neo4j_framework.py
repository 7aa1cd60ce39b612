"""The whole framework from a Neo4j server in one statement: what is alike (labels, type, sources, properties) comes together.

A statement of two branches is planned in a fraction of a second; one branch for each kind and each type of edge takes seconds, after every start of the server and every
change of its indexes. Elements that are alike are one row of the answer, which says once what they have in common, and properties that are not there are not sent:
a third of the values that a column for each declared property takes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from graph.records import EdgeRow, NodeRow, Ref
from graph.schema import EDGES, KINDS
from graph.schema_types import Property
from graph.stores import neo4j_cypher as cypher
from graph.stores.neo4j_connection import Transacting
from graph.stores.places import EDGE_PLACES, NODE_PLACES, EdgePlace, NodePlace
from graph.values import Props

_OURS = "['id', 'sources', '_claims', '_digest', '_pieces']"


def read_framework(tx: Transacting) -> tuple[list[NodeRow], list[EdgeRow]]:
    """Every node and edge of the framework, as the transaction finds them.

    Raises StoreDamaged where somebody else made one of them.
    """
    nodes: list[NodeRow] = []
    edges: list[EdgeRow] = []
    for type_, start_labels, end_labels, sources, names, rows in tx.run(_statement()).values():
        kind = _kind(start_labels)
        if type_ is None:
            found = _props(KINDS[kind].properties, names, rows, 1)
            asserting = cypher.sources_of(NodePlace(kind), rows[0][:1], sources)
            nodes += [NodeRow(kind, row[0], props, asserting) for row, props in found]
        else:
            end_kind = _kind(end_labels)
            found = _props(EDGES[type_].properties, names, rows, 2)
            start, end = rows[0][:2]
            asserting = cypher.sources_of(EdgePlace(type_, kind), (start, end_kind, end), sources)
            edges += [
                EdgeRow(type_, Ref(kind, row[0]), Ref(end_kind, row[1]), props, asserting) for row, props in found
            ]
    return nodes, edges


@cache
def _statement() -> str:
    kinds = cypher.any_of(kind for kind, place in NODE_PLACES.items() if place.framework)
    types = cypher.any_of(sorted({type_ for (type_, _), place in EDGE_PLACES.items() if place.framework}))
    return (
        f"MATCH (n:{kinds}) WITH n, [name IN keys(n) WHERE NOT name IN {_OURS}] AS names"
        " RETURN null AS type, labels(n) AS start, null AS end, n.sources AS sources, names, collect([n.id] + [name IN names | n[name]]) AS rows"
        f" UNION ALL MATCH (a:{kinds})-[e:{types}]->(b:{cypher.any_of(KINDS)}) WITH a, e, b, [name IN keys(e) WHERE NOT name IN {_OURS}] AS names"
        " RETURN type(e) AS type, labels(a) AS start, labels(b) AS end, e.sources AS sources, names,"
        " collect([a.id, b.id] + [name IN names | e[name]]) AS rows"
    )


def _kind(labels: list[str]) -> str:
    """The one label that is ours; an analyst may have added others."""
    return next(label for label in labels if label in KINDS)


def _props(
    declared: Mapping[str, Property], names: list[str], rows: list[list[Any]], first: int
) -> Iterator[tuple[list[Any], Props]]:
    """Each row with its properties, in the order of their declaration; those that nobody declared, and an open ``valid_from``, are left out."""
    places = [(name, first + names.index(name)) for name in declared if name in names]
    listed = [name for name, _ in places if declared[name].type == "strings"]
    for row in rows:
        props: dict[str, Any] = {name: row[at] for name, at in places}
        for name in listed:
            props[name] = tuple(props[name])
        if props.get("valid_from") == "":
            del props["valid_from"]
        yield row, props
