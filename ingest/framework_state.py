"""The framework as it will stand once a load is written: what is stored, less what the load takes back, plus what it states."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from graph.framework import Framework
from graph.records import EdgeRow, Record, Ref
from graph.schema import EDGES, KINDS
from graph.values import Props
from ingest.equal_shares import EdgeKey, edge_key

FRAMEWORK_KINDS = frozenset(name for name, kind in KINDS.items() if kind.group == "framework")
_WATCHED = frozenset(
    {"POINTS_TO", "CAUSED_BY", "ROLLS_UP_TO", "OF", *(name for name, edge in EDGES.items() if edge.dated)}
)
"""Edge types that a check or an equal share looks at."""


def of_framework(record: Record) -> bool:
    """Whether a record is of a framework kind, or an edge that starts at one."""
    kind = record.node.kind if record.node is not None else record.edges[0].source.kind
    return kind in FRAMEWORK_KINDS


class FrameworkState:
    """Nodes and watched edges of the framework, changed record by record as the store will change them.

    Args:
        stored: the framework before the load.
        sources: the sources the load speaks for.
        replacing: whether the load withdraws what these sources no longer assert.
    """

    def __init__(self, stored: Framework, sources: frozenset[str], *, replacing: bool) -> None:
        self.nodes: dict[Ref, Props] = {}
        self.edges: dict[EdgeKey, EdgeRow] = {}
        for kind in sorted(FRAMEWORK_KINDS):
            for node in stored.nodes(kind).values():
                taken_back = replacing and sources.issuperset(node.sources)
                self.nodes[node.ref] = {} if taken_back else node.props
        for edge_type in sorted(_WATCHED):
            for edge in stored.edges(edge_type):
                if not (replacing and sources.issuperset(edge.sources)):
                    self.edges[edge_key(edge)] = edge

    def copy(self) -> FrameworkState:
        """A state that can be changed without changing this one."""
        other = FrameworkState.__new__(FrameworkState)
        other.nodes, other.edges = dict(self.nodes), dict(self.edges)
        return other

    def apply(self, records: Sequence[Record]) -> None:
        """State what the records state: nodes first, so that edges between them find both ends."""
        owned: dict[tuple[str, Ref], frozenset[str]] = {}
        for record in records:
            node = record.node
            if node is not None:
                self.nodes[node.ref] = {**self.nodes.get(node.ref, {}), **node.props}
                owned |= {(edge_type, node.ref): frozenset(node.sources) for edge_type in record.owns}
        for key in [
            key for key, edge in self.edges.items() if not key[3] and _owner(owned, key).issuperset(edge.sources)
        ]:
            del self.edges[key]
        for edge in watched_edges(records):
            if edge.source in self.nodes and edge.target in self.nodes:
                key = edge_key(edge)
                self.edges[key] = edge._replace(props={**_kept(self.edges.get(key)), **edge.props})


def _owner(owned: dict[tuple[str, Ref], frozenset[str]], key: EdgeKey) -> frozenset[str]:
    return owned.get((key[0], key[1]), frozenset())


def _kept(before: EdgeRow | None) -> Props:
    """What stays of a stored edge: properties not stated again, but not its weight, which equal shares work out anew."""
    return {} if before is None else {name: value for name, value in before.props.items() if name != "weight"}


def watched_edges(records: Iterable[Record]) -> Iterator[EdgeRow]:
    """The edges of records that a check or an equal share looks at."""
    return (edge for record in records for edge in record.edges if edge.type in _WATCHED)
