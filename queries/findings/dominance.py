"""What everything must pass through: dominators from a source over control points to categories, and what each carries.

A node dominates another if every way from the source leads through it. The immediate dominators form a tree (Cooper, Harvey,
Kennedy 2006, as networkx has it); the subtree of a node is what is lost when the node is taken away. Where causes go round in
a circle the whole component begins together: condensing tells which components have no cause outside themselves, and each
of their members is a beginning, so that no member hides behind another.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import networkx as nx

from graph.records import Ref
from queries.findings.view import View

SOURCE = Ref("", "")


class Flow:
    """Where failures go: from each control point to the effects it causes, and to the categories that point to it.

    Nodes are numbered, since networkx looks each one up many times and a number is found quicker than a reference.
    """

    def __init__(self, view: View) -> None:
        self._refs = [SOURCE, *(Ref(kind, id_) for kind in ("ControlPoint", "Category") for id_ in view.nodes(kind))]
        self._index = {ref: number for number, ref in enumerate(self._refs)}
        self._graph: nx.DiGraph[int] = nx.DiGraph()
        self._graph.add_nodes_from(range(1, len(self._refs)))
        for name in ("CAUSED_BY", "POINTS_TO"):
            self._graph.add_edges_from((self._index[e.target], self._index[e.source]) for e in view.edges(name))

    def dominators(self, beginnings: Mapping[Ref, Iterable[Ref]]) -> dict[Ref, Ref]:
        """Node → its immediate dominator when everything starts at some nodes; what cannot be reached is left out.

        Args:
            beginnings: where everything starts, each with the points it leads to beyond what the flow itself says; what is
                no node of the flow is one for this question only. Nothing else is wired to the source: a source wired to
                every point would be everyone's dominator.
        """
        refs, graph = self._refs, self._graph
        known = len(refs)
        guests = {ref: known + number for number, ref in enumerate(r for r in beginnings if r not in self._index)}
        names = [*refs, *guests]
        graph.add_node(0)  # where nothing begins, nothing is reached
        for ref, points in beginnings.items():
            number = guests[ref] if ref in guests else self._index[ref]
            graph.add_edge(0, number)
            graph.add_edges_from((number, self._index[point]) for point in points)
        try:
            # networkx gives the start no dominator
            found: dict[int, int] = nx.immediate_dominators(graph, 0)
        finally:
            graph.remove_nodes_from([0, *guests.values()])
        return {names[node]: names[above] for node, above in found.items()}


def causeless(view: View) -> list[Ref]:
    """The control points of the components that nothing outside them causes, in order."""
    causes = view.graph("CAUSED_BY")
    components = nx.strongly_connected_components(causes)
    return sorted(point for members in components if _closed(causes, members) for point in members)


def _closed(causes: nx.DiGraph[Ref], members: set[Ref]) -> bool:
    return all(cause in members for point in members for cause in causes[point])


def carried(tree: Mapping[Ref, Ref], weights: Mapping[Ref, float]) -> dict[Ref, float]:
    """Node → the weight of all it dominates, itself included."""
    children: dict[Ref, list[Ref]] = {}
    for node, above in tree.items():
        children.setdefault(above, []).append(node)
    order = [SOURCE]
    for node in order:  # grows while it is walked: parents before children
        order += children.get(node, ())
    sums = {node: weights.get(node, 0.0) for node in order}
    for node in reversed(order[1:]):
        sums[tree[node]] += sums[node]
    return sums
