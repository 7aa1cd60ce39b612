"""Which column and which stage band each box of a subgraph stands in, before anything has a coordinate."""

from __future__ import annotations

from dataclasses import dataclass

from graph.errors import UsageError
from graph.subgraph import Band, Column, Subgraph, SubgraphNode
from graph.text import Text

ORDER: tuple[Column, ...] = ("KPI", "KQI", "KCI", "ControlPoint", "Complaint", "Owner", "OrgUnit", "Other")
"""Tiers from left to right; the complaint stands beside the control points it hurts at."""
BANDED: tuple[Column, ...] = ("KCI", "ControlPoint")
"""The tiers a stage band lies behind."""
MAX_NODES = 500
"""More boxes than this draw slowly and can no longer be read (measured: tooling.md)."""


@dataclass(frozen=True)
class Grid:
    """A subgraph sorted into columns and bands; nodes are named by their index in ``nodes``.

    ``columns`` holds the tiers that occur, left to right, with their nodes in the order given; ``bands`` the stages by
    rank; ``band_of`` the index of a node's band, or None; ``banded`` the tiers that bands lie behind; ``near`` the
    linked nodes of each node, in-column links left out; ``passing`` for each column the pairs (left, right) of nodes whose
    link runs over it.
    """

    nodes: tuple[SubgraphNode, ...]
    columns: tuple[tuple[Column, tuple[int, ...]], ...]
    bands: tuple[Band, ...]
    band_of: tuple[int | None, ...]
    banded: frozenset[Column]
    near: tuple[tuple[int, ...], ...]
    passing: tuple[tuple[tuple[int, int], ...], ...]


def grid(subgraph: Subgraph) -> Grid:
    """Sort a subgraph into columns and bands.

    A KCI without a band of its own stands in the first band of the control points it is linked to, if any KCI has
    one; when none has, KCIs are placed freely and the bands lie behind the control points alone.
    Raises UsageError when the subgraph has more than ``MAX_NODES`` nodes, two nodes of one id, or a link whose end
    is not among its nodes.
    """
    _check(subgraph)
    index = {node.id: at for at, node in enumerate(subgraph.nodes)}
    columns = tuple(
        (tier, members)
        for tier in ORDER
        if (members := tuple(at for at, node in enumerate(subgraph.nodes) if node.column == tier))
    )
    near: list[list[int]] = [[] for _ in subgraph.nodes]
    for edge in subgraph.edges:
        source, target = index[edge.source], index[edge.target]
        if subgraph.nodes[source].column != subgraph.nodes[target].column:
            near[source].append(target)
            near[target].append(source)
    bands = tuple(sorted(subgraph.bands, key=lambda band: (band.rank, band.id)))
    own = _own_bands(subgraph, bands)
    banded = frozenset(tier for tier, members in columns if any(own[at] is not None for at in members))
    band_of = tuple(
        _nearest_band(at, own, near, subgraph) if node.column in banded else None
        for at, node in enumerate(subgraph.nodes)
    )
    return Grid(subgraph.nodes, columns, bands, band_of, banded, tuple(map(tuple, near)), _passing(columns, near))


def _passing(
    columns: tuple[tuple[Column, tuple[int, ...]], ...], near: list[list[int]]
) -> tuple[tuple[tuple[int, int], ...], ...]:
    column_of = {at: column for column, (_, members) in enumerate(columns) for at in members}
    over: list[list[tuple[int, int]]] = [[] for _ in columns]
    for at, others in enumerate(near):
        for other in others:
            for column in range(column_of[at] + 1, column_of[other]):
                over[column].append((at, other))
    return tuple(tuple(dict.fromkeys(links)) for links in over)


def _own_bands(subgraph: Subgraph, bands: tuple[Band, ...]) -> list[int | None]:
    place = {band.id: at for at, band in enumerate(bands)}
    return [place.get(node.band) if node.band and node.column in BANDED else None for node in subgraph.nodes]


def _nearest_band(at: int, own: list[int | None], near: list[list[int]], subgraph: Subgraph) -> int | None:
    if own[at] is not None:
        return own[at]
    found = [
        band
        for other in near[at]
        if subgraph.nodes[other].column == "ControlPoint" and (band := own[other]) is not None
    ]
    return min(found, default=None)


def _check(subgraph: Subgraph) -> None:
    count = len(subgraph.nodes)
    if count > MAX_NODES:
        raise UsageError(
            Text(
                f"图中有 {count} 个节点，一页最多画 {MAX_NODES} 个",
                f"the picture has {count} nodes; one page draws at most {MAX_NODES}",
            ),
            Text(
                "请缩小范围：只画一件投诉的溯源（suyuan trace 编号 --html 文件），或加 --unit、--owner、--stage、--product、--campaign 之一",
                "Narrow it: draw one complaint (suyuan trace ID --html FILE), or add one of --unit, --owner, --stage, --product, --campaign",
            ),
        )
    known: set[str] = set()
    for node in subgraph.nodes:
        if node.id in known:
            raise UsageError(
                Text(f"图中节点 {node.id} 出现两次", f"node {node.id} occurs twice in the picture"),
                Text("每个节点只能列一次", "List each node once"),
            )
        known.add(node.id)
    for edge in subgraph.edges:
        for end in (edge.source, edge.target):
            if end not in known:
                raise UsageError(
                    Text(
                        f"连线 {edge.type} 的一端 {end} 不在图中",
                        f"link {edge.type} ends at {end}, which is not in the picture",
                    ),
                    Text("请把该节点加入图中，或去掉这条连线", "Add that node to the picture or drop the link"),
                )
