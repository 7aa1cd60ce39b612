"""The framework as it stands, for those who build on it: nodes of a kind, one node with its links."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from api.routes.paging import read_place, written_place
from api.serving import Serving
from graph.errors import UnknownId
from graph.framework import Framework, valid_on
from graph.records import EdgeRow, NodeRow
from graph.schema import EDGES, KINDS

_FROZEN = ConfigDict(frozen=True)
FRAMEWORK_KINDS = tuple(name for name, kind in KINDS.items() if kind.group == "framework")
Plain = str | int | float | bool | list[str]


class FrameworkRow(BaseModel):
    """A node: its reference, properties and who asserts it."""

    model_config = _FROZEN
    node: str
    properties: dict[str, Plain]
    sources: tuple[str, ...]


class FrameworkPage(BaseModel):
    """A page of the nodes of a kind in id order."""

    model_config = _FROZEN
    kind: str
    nodes: tuple[FrameworkRow, ...]
    next: str | None = Field(
        description="给 after 即得下一页 · Give it as `after` for the next page; null on the last one"
    )


class FrameworkLink(BaseModel):
    """An edge of the framework."""

    model_config = _FROZEN
    type: str
    source: str
    target: str
    properties: dict[str, Plain]
    sources: tuple[str, ...]


class FrameworkNode(FrameworkRow):
    """A node with every edge of the framework from it and to it."""

    links: tuple[FrameworkLink, ...]


def list_kind(framework: Framework, kind: str, day: str, limit: int, after: str | None) -> FrameworkPage:
    """At most ``limit`` nodes of a kind that are valid on a day, after a cursor.

    Raises UnknownId for a kind that is not one of the framework, UsageError for a cursor that is none of ours.
    """
    if kind not in FRAMEWORK_KINDS:
        raise UnknownId(kind, FRAMEWORK_KINDS)
    last = str(read_place(after, str)[0]) if after is not None else ""
    rows = [row for id_, row in framework.nodes(kind).items() if id_ > last and valid_on(row.props, day)]
    shown = rows[:limit]
    return FrameworkPage(
        kind=kind, nodes=tuple(FrameworkRow(**_row(row)) for row in shown),
        next=written_place(shown[-1].id) if len(rows) > limit else None,
    )  # fmt: skip


def node_of(desk: Serving, target: str) -> FrameworkNode:
    """A node of the framework, written as ``Kind:id`` or ``Kind:name``, with its links, outgoing ones first.

    Raises UnknownId when there is none.
    """
    kind = target.partition(":")[0]
    if kind not in FRAMEWORK_KINDS:
        raise UnknownId(kind, FRAMEWORK_KINDS)
    framework = desk.snapshot().framework
    ref = desk.find(target, (kind,))
    row = framework.get(ref)
    assert row is not None  # it was found
    links = [edge for name in EDGES for edge in framework.out(name, ref)]
    links += [edge for name in EDGES for edge in framework.into(name, ref) if edge.source != ref]
    return FrameworkNode(**_row(row), links=tuple(map(_link, links)))


def _row(row: NodeRow) -> dict[str, object]:
    return {"node": str(row.ref), "properties": _plain(row), "sources": row.sources}


def _link(edge: EdgeRow) -> FrameworkLink:
    return FrameworkLink(
        type=edge.type, source=str(edge.source), target=str(edge.target), properties=_plain(edge), sources=edge.sources
    )


def _plain(row: NodeRow | EdgeRow) -> dict[str, Plain]:
    return {name: list(value) if isinstance(value, tuple) else value for name, value in sorted(row.props.items())}
