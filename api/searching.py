"""Finds stored complaints by text, product, campaign, unit, category, date and outcome, a page at a time in id order."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from api.context import AsOf
from api.reading import read_cases
from api.routes.paging import read_place, written_place
from api.serving import Serving
from graph.case import Case
from graph.records import NodeRow, Ref
from graph.values import clip, local_day
from queries.answers import Outcome
from queries.trace import trace

_EXCERPT = 120
MOST_TRACED = 300
"""Complaints traced for one page when an outcome is asked for: the page may then be short although there are more."""
_LINKS = {"product": ("ABOUT", "Product"), "campaign": ("ABOUT", "Campaign"), "unit": ("HOME_UNIT", "OrgUnit"), "category": ("IN_CATEGORY", "Category")}  # fmt: skip


class Sought(NamedTuple):
    """What is sought; names may be written as id, ``Kind:id`` or name. A unit or category stands for those below it, too; days are inclusive."""

    text: str | None = None
    product: str | None = None
    campaign: str | None = None
    unit: str | None = None
    category: str | None = None
    outcome: Outcome | None = None
    since: str | None = None
    until: str | None = None


class ComplaintLine(BaseModel):
    """A complaint as a list shows it; ``outcome`` only where it was asked for."""

    model_config = ConfigDict(frozen=True)
    complaint: str
    event_at: str
    day: str
    excerpt: str | None = Field(description="内容的开头 · How the text begins")
    categories: tuple[str, ...]
    about: tuple[str, ...]
    units: tuple[str, ...]
    channels: tuple[str, ...]
    status: str | None
    severity: str | None
    outcome: Outcome | None = None


class ComplaintPage(BaseModel):
    """A page of complaints in id order; it may be short, even empty, while ``next`` is not null: go on until it is."""

    model_config = ConfigDict(frozen=True)
    complaints: tuple[ComplaintLine, ...]
    next: str | None = Field(
        description="给 after 即得下一页 · Give it as `after` for the next page; null on the last one"
    )


def search_complaints(desk: Serving, sought: Sought, as_of: AsOf, limit: int, after: str | None) -> ComplaintPage:
    """At most ``limit`` complaints that come after a cursor.

    Raises UnknownId for a name that is not stored, UsageError for a cursor that is none of ours or a text too short to search for.
    """
    last = str(read_place(after, str)[0]) if after is not None else ""
    rows = (row for row in _rows(desk, sought) if row.id > last)
    if sought.outcome is not None:
        return _with_outcome(desk, sought.outcome, rows, as_of, limit)
    found = [row.id for row in islice(rows, limit + 1)]
    lines = tuple(_line(desk, case, None) for case in desk.store.cases(found[:limit]))
    return ComplaintPage(complaints=lines, next=written_place(found[limit - 1]) if len(found) > limit else None)


def _with_outcome(desk: Serving, outcome: Outcome, rows: Iterator[NodeRow], as_of: AsOf, limit: int) -> ComplaintPage:
    looked = [row.id for row in islice(rows, MOST_TRACED + 1)]
    more, lines = len(looked) > MOST_TRACED, []
    numbers, (revision, framework) = desk.numbers(), desk.snapshot()
    for case in read_cases(desk.store, framework, looked[:MOST_TRACED]):
        if trace(framework, case, revision=revision, as_of=as_of.moment, parameters=numbers).outcome == outcome:
            lines.append(_line(desk, case, outcome))
        if len(lines) == limit:
            return ComplaintPage(
                complaints=tuple(lines), next=written_place(case.id) if case.id != looked[-1] else None
            )
    return ComplaintPage(complaints=tuple(lines), next=written_place(looked[MOST_TRACED - 1]) if more else None)


def _rows(desk: Serving, sought: Sought) -> Iterator[NodeRow]:
    """The complaints that fit everything but the outcome, in id order."""
    wanted = _linked(desk, sought)
    if wanted is not None and not wanted:
        return
    zone = desk.snapshot().framework.zone
    for row in desk.store.nodes("Complaint", sorted(wanted) if wanted is not None else None, text=sought.text):
        day = local_day(str(row.props["event_at"]), zone)
        if (sought.since is None or sought.since <= day) and (sought.until is None or day <= sought.until):
            yield row


def _linked(desk: Serving, sought: Sought) -> set[str] | None:
    """The ids of the complaints whose links fit; None where no link is asked for."""
    found: set[str] | None = None
    for name, (edge_type, kind) in _LINKS.items():
        text = getattr(sought, name)
        if text is None:
            continue
        ends = sorted(_with_those_below(desk, desk.find(text, (kind,))))
        ids = {edge.source.id for edge in desk.store.edges(edge_type, "Complaint", at=ends)}
        found = ids if found is None else found & ids
    return found


def _with_those_below(desk: Serving, ref: Ref) -> set[Ref]:
    edge_type = {"OrgUnit": "PART_OF", "Category": "CHILD_OF"}.get(ref.kind)
    found, waiting = {ref}, [ref]
    while waiting and edge_type is not None:
        below = {edge.source for edge in desk.snapshot().framework.into(edge_type, waiting.pop())} - found
        found |= below
        waiting += sorted(below)
    return found


def _line(desk: Serving, case: Case, outcome: Outcome | None) -> ComplaintLine:
    def refs(kind: str, ids: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(f"{kind}:{id_}" for id_ in ids)

    text, status, severity = (case.props.get(name) for name in ("text", "status", "severity"))
    return ComplaintLine(
        complaint=f"Complaint:{case.id}", event_at=case.event_at, day=local_day(case.event_at, desk.snapshot().framework.zone),
        excerpt=clip(text, _EXCERPT) if text is not None else None, categories=refs("Category", case.categories),
        about=tuple(map(str, case.about)), units=refs("OrgUnit", case.home_units), channels=refs("Channel", case.channels),
        status=str(status) if status is not None else None, severity=str(severity) if severity is not None else None, outcome=outcome,
    )  # fmt: skip
