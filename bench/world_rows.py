"""How the made worlds write a record."""

from __future__ import annotations

from graph.errors import Where
from graph.records import EdgeRow, NodeRow, Record, Ref
from graph.values import Props

SOURCE = ("world",)


def record(kind: str, id_: str, props: Props, links: dict[str, list[Ref]]) -> Record:
    """A node with its links; what is linked to nothing is still owned."""
    ref = Ref(kind, id_)
    edges = tuple(EdgeRow(name, ref, target, {}, SOURCE) for name, targets in links.items() for target in targets)
    return Record(NodeRow(kind, id_, props, SOURCE), edges, Where(), tuple(links))
