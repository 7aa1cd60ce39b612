"""A complaint that is not stored, written as one native row: read, checked and masked as an import would, then traced."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from api.anchoring import text_anchorer
from api.context import AsOf
from api.serving import Serving
from api.targets import clean_id
from api.unstored import case_of_row
from graph.errors import UsageError, Where
from graph.records import NodeRow, Record
from graph.schema import EDGES, KINDS
from graph.settings import settings
from graph.stores.assembling import LINKS
from graph.text import Text
from graph.values import BadValue, Props, Value
from ingest.guard import Fault, Guard
from ingest.readers import json_reader
from ingest.report import Notes
from ingest.resolver import cell_ids
from queries.answers import TraceAnswer
from queries.reading import read
from queries.trace import trace

UNNAMED = "(unsaved)"
"""How a complaint without an id is called in its answer."""


def _split(raw: object) -> object:
    return cell_ids(raw) if isinstance(raw, str) else raw


Ids = Annotated[list[Annotated[str, Field(max_length=512)]], Field(max_length=100), BeforeValidator(_split)]
"""Ids in a list, or in one text separated by ``;`` as in a table."""


class ComplaintRow(BaseModel):
    """A complaint as one row: properties under their names, links under the edge's, each id alone, as ``Kind:id`` or as a name."""

    model_config = ConfigDict(extra="forbid")
    id: str | None = Field(default=None, max_length=512, description="编号；可省略 · Its id; may be left out")
    event_at: str = Field(max_length=64, description="投诉时间 · When it was made")
    text: str | None = Field(default=None, max_length=200_000, description="内容 · What the customer said")
    severity: str | None = Field(default=None, max_length=64)
    status: str | None = Field(default=None, max_length=64)
    ABOUT: Ids = []
    IN_CATEGORY: Ids = []
    RAISED_VIA: Ids = []
    REPEATS: Ids = []
    HOME_UNIT: Ids = []
    RECEIVED_BY: Ids = []
    NAMES: Ids = []
    PART_OF_INCIDENT: Ids = []


def trace_row(desk: Serving, row: ComplaintRow, as_of: AsOf, version: str | None = None) -> TraceAnswer:
    """Whose would this complaint be? Nothing is stored.

    Raises UsageError for a value that cannot be meant, UnknownId for a link to what is not stored.
    """
    numbers, (revision, framework) = desk.numbers(version), desk.snapshot()
    id_, props = clean_id(row.id) if row.id is not None else UNNAMED, _props(row)
    links = {
        name: tuple(sorted({desk.find(text, EDGES[name].targets("Complaint")) for text in getattr(row, name)}))
        for name in LINKS
    }
    case = case_of_row(desk.store, framework, id_, props, links)
    case = read(framework, case, text_anchorer)
    return trace(framework, case, revision=revision, as_of=as_of.moment, parameters=numbers)


def _props(row: ComplaintRow) -> Props:
    zone, said = settings().zone, row.model_dump(exclude_none=True, exclude={"id", *LINKS})
    props: dict[str, Value] = {}
    for name, raw in said.items():
        try:
            value = json_reader(KINDS["Complaint"].properties[name], zone)(raw)
        except BadValue as error:
            raise _unusable(error.reason) from None
        if value is not None:
            props[name] = value
    if "event_at" not in props:
        raise _unusable(Text("缺少投诉时间（event_at）", "event_at is missing"))
    record = Record(NodeRow("Complaint", UNNAMED, props, ("request",)), (), Where())
    checked = Guard(zone, masked=settings().mask, notes=Notes()).check(record)
    if isinstance(checked, Fault):
        raise _unusable(checked.reason)
    assert checked.node is not None
    return checked.node.props


def _unusable(reason: Text) -> UsageError:
    return UsageError(reason, Text("请改正后再试", "Correct it and try again"))
