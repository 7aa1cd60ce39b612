"""The traced way as a walk: which boxes are on it, in which order a reader follows them, which way each arrow points."""

from __future__ import annotations

from collections import deque
from typing import NamedTuple

from graph.subgraph import Column, Subgraph, SubgraphNode

_READING: tuple[Column, ...] = ("Complaint", "ControlPoint", "Owner", "OrgUnit", "KCI", "KQI", "KPI", "Other")
"""The order of the steps: where it hurts and where it began, who answers for it, what it damages."""
_ON_WAY = frozenset(("root", "path"))


class Trail(NamedTuple):
    """``steps``: ids in reading order; ``backward``: indices of path edges whose arrow points at their source;
    ``traced``: whether the walk leads anywhere: without it the steps say only where it hurts.
    """

    steps: tuple[str, ...]
    backward: frozenset[int]
    traced: bool


def trail(subgraph: Subgraph) -> Trail:
    """The traced way of a subgraph; where nothing was traced, the boxes where it hurts, if any.

    Arrows follow the reading: complaint, control point, owner, unit; control point, KCI, KQI, KPI. Inside a tier they
    lead away from where the walk begins (the complaint, else the root, else an anchor): breadth-first search over the
    edges marked ``on_path``, taken without direction, gives each box its distance from there. O(V + E).
    """
    path_edges = [edge for edge in subgraph.edges if edge.on_path]
    ends = {end for edge in path_edges for end in (edge.source, edge.target)}
    members = [node for node in subgraph.nodes if node.id in ends or _ON_WAY.intersection(node.marks)]
    traced = bool(members)
    if not traced:
        members = [node for node in subgraph.nodes if "anchor" in node.marks]
    near: dict[str, list[str]] = {node.id: [] for node in members}
    for edge in path_edges:
        near[edge.source].append(edge.target)
        near[edge.target].append(edge.source)
    distance = _distances(sorted(members, key=_start_rank), near)
    rank = {node.id: (_READING.index(node.column), distance[node.id]) for node in members}
    backward = frozenset(
        index for index, edge in enumerate(subgraph.edges) if edge.on_path and rank[edge.target] < rank[edge.source]
    )
    place = {node.id: index for index, node in enumerate(members)}
    steps = sorted(members, key=lambda node: (*rank[node.id], place[node.id]))
    return Trail(tuple(node.id for node in steps), backward, traced)


def _start_rank(node: SubgraphNode) -> int:
    if node.column == "Complaint":
        return 0
    return 1 if "root" in node.marks else 2 if "anchor" in node.marks else 3


def _distances(starts: list[SubgraphNode], near: dict[str, list[str]]) -> dict[str, int]:
    """Steps from the first start that reaches a box; starts are tried in order, so that separate pieces all get a number."""
    distance: dict[str, int] = {}
    for start in starts:
        if start.id in distance:
            continue
        distance[start.id] = max(distance.values(), default=-1) + 1  # a separate piece comes after what is linked
        queue = deque([start.id])
        while queue:
            here = queue.popleft()
            for there in near[here]:
                if there not in distance:
                    distance[there] = distance[here] + 1
                    queue.append(there)
    return distance
