"""What stands beside a responsibility map: its content as rows, its marked boxes with their findings, and the parts it can be narrowed to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from graph.subgraph import Label, Subgraph, SubgraphNode
from queries.finding import Finding
from queries.map_canvas import GRAVE

_HOLDERS = "RESPONSIBLE_FOR"


class Holder(NamedTuple):
    """Who has duties at a box, and which."""

    node: str
    name: Label
    duties: Label | None


class MapRow(NamedTuple):
    """A control point, or the stage that stands for several, with who holds it and what measures it."""

    node: str
    name: Label
    stage: Label | None
    holders: tuple[Holder, ...]
    indicators: tuple[tuple[str, Label], ...]


class Marked(NamedTuple):
    """A box that grave findings mark."""

    node: str
    name: Label
    findings: tuple[Finding, ...]


class Part(NamedTuple):
    """A stage or unit drawn on the map, to which it can be narrowed; ``detail`` says what is folded into its box."""

    node: str
    name: Label
    detail: tuple[Label, ...]


class Beside(NamedTuple):
    """The map in words."""

    rows: tuple[MapRow, ...]
    marked: tuple[Marked, ...]
    stages: tuple[Part, ...]
    units: tuple[Part, ...]


def beside(picture: Subgraph, findings: Iterable[Finding]) -> Beside:
    """The same content as the picture, in its order; ``findings`` are those of the list that marked it."""
    nodes = {node.id: node for node in picture.nodes}
    of: dict[str, list[Finding]] = {}
    for finding in findings:
        for node in finding.nodes if finding.severity >= GRAVE else ():
            if node in nodes:
                of.setdefault(node, []).append(finding)
    bands = {band.id: band.label for band in picture.bands}
    drawn = {node.id: node for node in picture.nodes if node.kind == "Stage"}
    stages = [Part(f"Stage:{band.id}", band.label, _detail(drawn.get(f"Stage:{band.id}"))) for band in picture.bands]
    return Beside(
        tuple(_row(node, picture, nodes, bands) for node in picture.nodes if node.column == "ControlPoint"),
        tuple(Marked(id_, nodes[id_].label, tuple(found)) for id_, found in of.items()),
        tuple(stages),
        tuple(Part(node.id, node.label, node.detail) for node in picture.nodes if node.kind == "OrgUnit"),
    )  # fmt: skip


def _row(node: SubgraphNode, picture: Subgraph, nodes: dict[str, SubgraphNode], bands: dict[str, Label]) -> MapRow:
    holders = [edge for edge in picture.edges if edge.type == _HOLDERS and edge.target == node.id]
    measures = [edge.target for edge in picture.edges if edge.type == "MEASURED_BY" and edge.source == node.id]
    return MapRow(
        node.id, node.label, bands.get(node.band or ""),
        tuple(Holder(edge.source, nodes[edge.source].label, edge.label) for edge in holders),
        tuple((id_, nodes[id_].label) for id_ in measures if id_ in nodes),
    )  # fmt: skip


def _detail(node: SubgraphNode | None) -> tuple[Label, ...]:
    return node.detail if node is not None else ()
