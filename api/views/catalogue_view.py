"""The framework as people read it: the process with its control points, the nodes of a kind, and one node with all around it."""

from __future__ import annotations

import builtins
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import NamedTuple

from api.serving import Serving
from api.targets import SUGGEST_UP_TO
from graph.errors import UnknownId
from graph.framework import valid_on
from graph.records import EdgeRow, NodeRow, Ref
from graph.schema import EDGES, KINDS
from graph.schema_types import Property
from graph.values import Props, Value
from queries.finding import BreakpointList, Finding
from queries.findings.view import View
from queries.matrices.matrix import points_in_order, stages_in_order

LINKS_SHOWN = 100
"""Links of one type and direction told on a page; the figure counts all."""
_TEXTS = ("name", "name_en", "note", "note_en", "clause", "basis", "history")
_COLUMNS = 5
_PRIVATE = ("Complaint", "HandlingStep", "Verdict")
"""Facts that hold customers' words or belong to one complaint: they are seen with it."""


class PointLine(NamedTuple):
    """A control point with the indicators that measure it, the gates that check it, who answers and how many findings name it."""

    ref: Ref
    indicators: tuple[Ref, ...]
    gates: tuple[Ref, ...]
    owners: tuple[Ref, ...]
    findings: int


class StageLine(NamedTuple):
    """A stage with what guards it and its control points; ``detailed_by``: the stages that spell it out."""

    ref: Ref
    guards: tuple[Ref, ...]
    detailed_by: tuple[Ref, ...]
    points: tuple[PointLine, ...]


class DomainLine(NamedTuple):
    """A domain with its stages; None: stages and points that stand in none."""

    ref: Ref | None
    stages: tuple[StageLine, ...]


class Said(NamedTuple):
    """A property with its value as stored; of a choice with its Chinese label."""

    property: Property
    value: Value

    @builtins.property
    def label(self) -> str:
        """The Chinese name of a choice; the value itself of anything else."""
        names = dict(zip(self.property.choices, self.property.labels, strict=False))
        return names.get(str(self.value), str(self.value))


class Link(NamedTuple):
    """An edge from or to the node: the other end, and what the edge says."""

    other: Ref
    said: tuple[Said, ...]
    sources: tuple[str, ...]
    holds: bool
    """Whether it is valid on the day."""


class Links(NamedTuple):
    """The edges of one type in one direction."""

    type: str
    outgoing: bool
    shown: tuple[Link, ...]
    total: int


class NodePage(NamedTuple):
    """A node with its properties, its links, and the findings that name it."""

    row: NodeRow
    said: tuple[Said, ...]
    links: tuple[Links, ...]
    findings: tuple[Finding, ...]


class KindPage(NamedTuple):
    """Some nodes of a kind; ``next`` is the id after which the next page begins, None on the last."""

    rows: tuple[NodeRow, ...]
    columns: tuple[Property, ...]
    links: Mapping[str, tuple[Ref, ...]]
    next: str | None


def outline(view: View, answer: BreakpointList | None) -> list[DomainLine]:
    """The process in its order; ``answer`` is the list whose findings are counted."""
    counts: dict[str, int] = {}
    for finding in answer.findings if answer is not None else ():
        for node in finding.nodes:
            counts[node] = counts.get(node, 0) + 1
    points: dict[str, list[PointLine]] = {}
    for point in points_in_order(view):
        line = _point_line(view, point, counts.get(str(point), 0))
        points.setdefault(view.framework.stage_of.get(point.id, ""), []).append(line)
    domains: dict[str, list[StageLine]] = {}
    for stage in stages_in_order(view):
        guards = tuple(edge.source for edge in view.framework.into("GUARDS", stage) if view.stands(edge.source))
        line_of_stage = StageLine(stage, guards, view.targets("DETAILED_BY", stage), tuple(points.get(stage.id, ())))
        domains.setdefault(view.framework.domain_of.get(stage.id, ""), []).append(line_of_stage)
    return [DomainLine(Ref("Domain", id_) if id_ else None, tuple(stages)) for id_, stages in domains.items()]


def kind_page(desk: Serving, kind: str, day: str, words: str | None, after: str | None, most: int) -> KindPage:
    """The nodes of a kind in id order that are valid on a day and hold some words in id or name.

    Raises UnknownId for a kind that has no table: facts and what was decided are seen with what they belong to.
    """
    if kind not in KINDS or KINDS[kind].group not in ("framework", "subject"):
        raise UnknownId(kind, (name for name, one in KINDS.items() if one.group in ("framework", "subject")))
    framework = desk.snapshot().framework
    rows: Iterable[NodeRow] = (
        framework.nodes(kind).values() if KINDS[kind].group == "framework" else desk.store.nodes(kind)
    )
    sought = (words or "").casefold().split()
    fitting = (row for row in rows if row.id > (after or "") and valid_on(row.props, day) and _holds(row, sought))
    shown = list(islice(fitting, most + 1))
    page = tuple(shown[:most])
    columns = [one for one in KINDS[kind].stored if one.name not in _TEXTS and not one.name.endswith("_en")]
    used = [one for one in columns if any(one.name in row.props for row in page)]
    links = {row.id: tuple(edge.target for name in EDGES for edge in framework.out(name, row.ref))[:3] for row in page}
    return KindPage(page, tuple(used[:_COLUMNS]), links, page[-1].id if len(shown) > most else None)


def node_page(desk: Serving, target: str, day: str) -> NodePage:
    """A node written ``Kind:id`` with all around it.

    Raises UnknownId when there is none, and for a fact to who is confined to a unit.
    """
    kind = target.partition(":")[0]
    if kind not in KINDS or kind in _PRIVATE or (desk.scope is not None and KINDS[kind].group in ("fact", "result")):
        raise UnknownId(target, ())
    ref = desk.find(target, (kind,))
    framework = desk.snapshot().framework
    row = framework.get(ref) or next(iter(desk.store.nodes(kind, [ref.id])))
    kept = desk.listing.last()
    findings = kept.answer.findings if kept is not None else ()
    return NodePage(
        row, tuple(_said(KINDS[kind].properties, row.props)), tuple(_links(desk, ref, day)),
        tuple(finding for finding in findings if str(ref) in (*finding.nodes, finding.owner)),
    )  # fmt: skip


def _point_line(view: View, point: Ref, findings: int) -> PointLine:
    framework, duties = view.framework, view.duties
    owners = [owner for duty in duties.accountable(duties.places_of_point(point)) for owner in duty.owners]
    gates = [edge.source for edge in framework.into("CHECKS", point) if view.stands(edge.source)]
    return PointLine(
        point, view.targets("MEASURED_BY", point), tuple(dict.fromkeys(gates)), tuple(dict.fromkeys(owners)), findings
    )


def _holds(row: NodeRow, words: list[str]) -> bool:
    text = " ".join((row.id, str(row.props.get("name", "")), str(row.props.get("name_en", "")))).casefold()
    return all(word in text for word in words)


def _said(properties: Mapping[str, Property], props: Props) -> Iterator[Said]:
    return (Said(one, props[name]) for name, one in properties.items() if name in props)


def _links(desk: Serving, ref: Ref, day: str) -> Iterator[Links]:
    """Edges by type, outgoing ones first; of what lies in the store as far as a scan is short."""
    framework = desk.snapshot().framework
    inside = KINDS[ref.kind].group == "framework"
    for name in EDGES:
        if inside:
            yield from _group(name, True, framework.out(name, ref), day)
        elif ref.kind in EDGES[name].sources and desk.store.counts().nodes.get(ref.kind, 0) <= SUGGEST_UP_TO:
            yield from _group(
                name, True, [edge for edge in desk.store.edges(name, ref.kind) if edge.source == ref], day
            )
    for name in EDGES:
        yield from _group(name, False, [edge for edge in framework.into(name, ref) if edge.source != ref], day)


def _group(name: str, outgoing: bool, edges: Iterable[EdgeRow], day: str) -> Iterator[Links]:
    found = sorted(edges, key=lambda edge: not valid_on(edge.props, day))
    if found:
        yield Links(name, outgoing, tuple(_link(edge, outgoing, day) for edge in found[:LINKS_SHOWN]), len(found))


def _link(edge: EdgeRow, outgoing: bool, day: str) -> Link:
    said = tuple(_said(EDGES[edge.type].properties, edge.props))
    return Link(edge.target if outgoing else edge.source, said, edge.sources, valid_on(edge.props, day))
