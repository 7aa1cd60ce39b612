"""The framework as it stands on one day: only nodes and edges valid then, as rows and as networkx graphs, each made once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from functools import cached_property

import networkx as nx

from graph.framework import Framework, valid_on
from graph.records import EdgeRow, NodeRow, Ref
from graph.schema import EDGES, KINDS
from graph.text import Text
from queries.findings.duties import Duties

_FRAMEWORK_KINDS = frozenset(name for name, kind in KINDS.items() if kind.group == "framework")


class View:
    """What every predicate reads.

    Args:
        framework: all rows of one revision.
        as_of: the day looked at, ``YYYY-MM-DD``; validity is half-open.
        categories_in_use: ids of the categories that have complaints.
    """

    def __init__(self, framework: Framework, as_of: str, categories_in_use: Collection[str] = ()) -> None:
        self.framework = framework
        self.as_of = as_of
        self.categories_in_use = frozenset(categories_in_use)
        self._nodes: dict[str, dict[str, NodeRow]] = {}
        self._edges: dict[str, tuple[EdgeRow, ...]] = {}
        self._graphs: dict[str, nx.DiGraph[Ref]] = {}

    def nodes(self, kind: str) -> dict[str, NodeRow]:
        """The nodes of a framework kind valid on the day, in id order."""
        if kind not in self._nodes:
            rows = self.framework.nodes(kind).items()
            self._nodes[kind] = {id_: row for id_, row in rows if valid_on(row.props, self.as_of)}
        return self._nodes[kind]

    def stands(self, ref: Ref) -> bool:
        """Whether a node is valid on the day; subjects have no validity and always stand."""
        return ref.kind not in _FRAMEWORK_KINDS or ref.id in self.nodes(ref.kind)

    def edges(self, edge_type: str) -> tuple[EdgeRow, ...]:
        """The edges of a type that hold on the day and both ends of which stand, in the framework's order."""
        if edge_type not in self._edges:
            self._edges[edge_type] = tuple(
                edge
                for edge in self.framework.edges(edge_type)
                if valid_on(edge.props, self.as_of) and self.stands(edge.source) and self.stands(edge.target)
            )
        return self._edges[edge_type]

    def targets(self, edge_type: str, source: Ref) -> tuple[Ref, ...]:
        """Where the standing edges of a type lead to from a node."""
        rows = self.framework.out(edge_type, source)
        return tuple(e.target for e in rows if valid_on(e.props, self.as_of) and self.stands(e.target))

    def graph(self, edge_type: str) -> nx.DiGraph[Ref]:
        """The edges of a type among framework kinds as a directed graph with every standing node of these kinds."""
        if edge_type not in self._graphs:
            graph: nx.DiGraph[Ref] = nx.DiGraph()
            kinds = dict.fromkeys(kind for end in EDGES[edge_type].ends for kind in end)
            graph.add_nodes_from(Ref(kind, id_) for kind in kinds for id_ in self.nodes(kind))
            graph.add_edges_from((edge.source, edge.target) for edge in self.edges(edge_type))
            self._graphs[edge_type] = graph
        return self._graphs[edge_type]

    def reaching(self, edge_type: str, goals: Collection[Ref]) -> set[Ref]:
        """The nodes from which edges of a type lead to one of the goals, the goals included: one reverse breadth-first search."""
        backwards = self.graph(edge_type).reverse(copy=False)
        return {node for layer in nx.bfs_layers(backwards, list(goals)) for node in layer}

    def cycles(self, edge_type: str, *, loops: bool) -> Iterator[tuple[Ref, ...]]:
        """The strongly connected components larger than one, with ``loops`` also self-loops; members sorted, components in order."""
        graph = self.graph(edge_type)
        components = (tuple(sorted(members)) for members in nx.strongly_connected_components(graph))
        yield from sorted(c for c in components if len(c) > 1 or (loops and graph.has_edge(c[0], c[0])))

    def unlinked(self, kind: str, edge_type: str, accept: Callable[[Ref], bool] = lambda _: True) -> Iterator[Ref]:
        """The standing nodes of a kind from which no standing edge of a type leads to an accepted node, in id order."""
        linked = {edge.source for edge in self.edges(edge_type) if accept(edge.target)}
        yield from (ref for id_ in self.nodes(kind) if (ref := Ref(kind, id_)) not in linked)

    @cached_property
    def duties(self) -> Duties:
        """Who holds what on the day."""
        return Duties(self)

    def named(self, ref: Ref) -> Text:
        """A node's name with its id, for a sentence: ``“计费准确性”（CP37）``."""
        zh, en = (self.framework.name(ref, lang) for lang in ("zh", "en"))
        return Text(
            f"“{zh}”（{ref.id}）" if zh != ref.id else f"“{ref.id}”",
            f'"{en}" ({ref.id})' if en != ref.id else f'"{ref.id}"',
        )

    def listed(self, refs: Collection[Ref]) -> Text:
        """Several nodes by name, in the order given."""
        names = [self.named(ref) for ref in refs]
        return Text("、".join(name.zh for name in names), ", ".join(name.en for name in names))
