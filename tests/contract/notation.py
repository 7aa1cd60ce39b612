"""The short notation of the contract cases, and a store's content in the same notation."""

from __future__ import annotations

from typing import Any

from graph.errors import Where
from graph.records import EdgeRow, NodeRow, Record, Ref
from graph.schema import EDGES, KINDS
from graph.store import Store


def _values(props: dict[str, Any]) -> dict[str, Any]:
    return {k: tuple(v) if isinstance(v, list) else v for k, v in props.items()}


def record(text: dict[str, Any]) -> Record:
    """``{node: Kind:id, props: {…}, edges: [[TYPE, Kind:id, {…}]], owns: [TYPE], source: name | [names]}``; or ``from`` for edges alone."""
    source = text.get("source", "a")
    sources = tuple(sorted(source)) if isinstance(source, list) else (source,)
    start = Ref.parse(text.get("node") or text["from"])
    node = NodeRow(start.kind, start.id, _values(text.get("props", {})), sources) if "node" in text else None
    edges = tuple(
        EdgeRow(edge[0], start, Ref.parse(edge[1]), _values(edge[2]) if len(edge) > 2 else {}, sources)
        for edge in text.get("edges", [])
    )
    return Record(node, edges, Where("case", "", 1), tuple(text.get("owns", [])))


def content(store: Store) -> dict[str, Any]:
    """Everything a store says of itself, comparable."""
    nodes = {str(row.ref): {**row.props, "sources": list(row.sources)} for kind in KINDS for row in store.nodes(kind)}
    edges = {
        f"{row.source} {row.type} {row.target}" + (f" {row.valid_from}" if row.valid_from else ""): {
            **{k: v for k, v in row.props.items() if k != "valid_from"},
            "sources": list(row.sources),
        }
        for name in EDGES
        for row in store.edges(name)
    }
    return {
        "nodes": {
            k: {p: list(v) if isinstance(v, tuple) else v for p, v in props.items()} for k, props in nodes.items()
        },
        "edges": {
            k: {p: list(v) if isinstance(v, tuple) else v for p, v in props.items()} for k, props in edges.items()
        },
    }


def monthly(store: Store) -> list[list[Any]]:
    """The monthly counts as plain lists."""
    return [[m.day, list(m.categories), m.unit, m.complaints, m.episodes] for m in store.tallies(per="month")]


def tallies(store: Store) -> list[list[Any]]:
    """The daily counts as plain lists."""
    return [
        [t.day, [str(s) for s in t.subjects], list(t.categories), t.unit, t.complaints, t.episodes]
        for t in store.tallies()
    ]
