"""Responsibility maps as a person asks for them: by unit, owner, stage, product, campaign, or the trace of a complaint."""

from __future__ import annotations

from typing import NamedTuple

from api.context import AsOf
from api.serving import Serving
from graph.errors import UsageError
from graph.subgraph import Subgraph
from graph.text import Text
from queries.maps import MapScope, responsibility_map


class MapWanted(NamedTuple):
    """What a map shall show, each written as id, ``Kind:id`` or name; everything given must hold together."""

    unit: str | None = None
    owner: str | None = None
    stage: str | None = None
    product: str | None = None
    campaign: str | None = None
    complaint: str | None = None


def draw_map(desk: Serving, wanted: MapWanted, as_of: AsOf, computed_at: str) -> Subgraph:
    """The map of a day, with the marks of the breakpoint list of that day.

    Raises:
        UsageError: a complaint is asked for together with something else, or a product with a campaign. UnknownId: one of them is not stored.
    """
    if wanted.complaint is not None:
        if any(part is not None for part in wanted[:-1]):
            raise _not_together(Text("投诉", "a complaint"), Text("其他条件", "anything else"))
        return desk.trace(wanted.complaint, as_of).graph
    if wanted.product is not None and wanted.campaign is not None:
        raise _not_together(Text("产品", "a product"), Text("营销案", "a campaign"))
    scope = _scope(desk, wanted)
    findings = desk.listing.get(as_of.day, computed_at).findings
    return responsibility_map(desk.snapshot().framework, scope, as_of=as_of.day, findings=findings)


def _scope(desk: Serving, wanted: MapWanted) -> MapScope:
    def found(text: str | None, kind: str) -> str | None:
        return desk.find(text, (kind,)).id if text is not None else None

    named, kind = (wanted.product, "Product") if wanted.product is not None else (wanted.campaign, "Campaign")
    subject = desk.subject(desk.find(named, (kind,))) if named is not None else None
    return MapScope(
        found(wanted.unit, "OrgUnit"), found(wanted.owner, "Owner"), found(wanted.stage, "Stage"), subject,
        desk.promoted(subject) if subject is not None else (),
    )  # fmt: skip


def _not_together(one: Text, other: Text) -> UsageError:
    return UsageError(
        Text(f"{one.zh}不能与{other.zh}同时指定", f"{one.en} cannot be asked for together with {other.en}"),
        Text("请分别画图", "Draw one map for each"),
    )
