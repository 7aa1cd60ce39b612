"""Rivals of the list's searches: the same predicates the plain way, one search for every node or one for every node taken away."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import networkx as nx

from bench.list_world import ListWorld
from graph.framework import Framework
from graph.records import Ref

Adjacency = dict[Ref, list[Ref]]


def detection_chokes(framework: Framework, _: ListWorld) -> set[frozenset[Ref]]:
    """The unchecked points without which two or more categories cannot be reached from the causeless ones: every point taken away in turn."""
    points = [Ref("ControlPoint", id_) for id_ in framework.nodes("ControlPoint")]
    causes = nx.DiGraph((edge.source, edge.target) for edge in framework.edges("CAUSED_BY"))
    causes.add_nodes_from(points)
    beginnings = {point for part in nx.attracting_components(causes) for point in part}
    ways: Adjacency = {}
    for name in ("CAUSED_BY", "POINTS_TO"):
        for edge in framework.edges(name):
            ways.setdefault(edge.target, []).append(edge.source)
    checked = {edge.target for edge in framework.edges("CHECKS")}
    whole = _categories(ways, beginnings, None)
    return {frozenset((p,)) for p in points if p not in checked and len(whole - _categories(ways, beginnings, p)) >= 2}


def kcis_without_kqi(framework: Framework, _: ListWorld) -> set[frozenset[Ref]]:
    """The KCIs whose own search forwards meets no KQI: a search for every one."""
    graph = nx.DiGraph((edge.source, edge.target) for edge in framework.edges("ROLLS_UP_TO"))
    graph.add_nodes_from(Ref("Indicator", id_) for id_ in framework.nodes("Indicator"))
    level = {Ref("Indicator", id_): row.props.get("level") for id_, row in framework.nodes("Indicator").items()}
    return {
        frozenset((kci,))
        for kci, own in level.items()
        if own == "KCI" and not any(level[other] == "KQI" for other in nx.descendants(graph, kci))
    }


def single_handoffs(_: Framework, world: ListWorld) -> set[frozenset[Ref]]:
    """The hand-overs and units without which the hand-off graph falls into more parts: every one taken away in turn."""
    graph: nx.Graph[Ref] = nx.Graph()
    by = {edge.source: edge.target for edge in world.edges("BY", "HandlingStep")}
    graph.add_edges_from(
        (by[edge.source], edge.target)
        for edge in world.edges("TO", "HandlingStep")
        if edge.source in by and by[edge.source] != edge.target
    )
    parts = nx.number_connected_components(graph)
    found: set[frozenset[Ref]] = set()
    for edge in list(graph.edges):
        graph.remove_edge(*edge)
        if nx.number_connected_components(graph) > parts:
            found.add(frozenset(edge))
        graph.add_edge(*edge)
    for unit in list(graph.nodes):
        without = graph.subgraph(set(graph.nodes) - {unit})
        if nx.number_connected_components(without) > parts:
            found.add(frozenset((unit,)))
    return found


RIVALS: Mapping[str, tuple[str, Callable[[Framework, ListWorld], set[frozenset[Ref]]]]] = {
    "detection_choke": ("every point taken away in turn", detection_chokes),
    "kci_without_kqi": ("a search from every KCI", kcis_without_kqi),
    "single_handoff": ("every hand-over and unit taken away in turn", single_handoffs),
}
"""Kind → how the rival goes about it, and the rival; each gives the nodes of every finding."""


def _categories(ways: Adjacency, beginnings: Iterable[Ref], without: Ref | None) -> set[Ref]:
    return {ref for ref in _reached(ways, beginnings, without) if ref.kind == "Category"}


def _reached(ways: Adjacency, beginnings: Iterable[Ref], without: Ref | None) -> set[Ref]:
    seen = {ref for ref in beginnings if ref != without}
    waiting = list(seen)
    while waiting:
        for ref in ways.get(waiting.pop(), ()):
            if ref != without and ref not in seen:
                seen.add(ref)
                waiting.append(ref)
    return seen
