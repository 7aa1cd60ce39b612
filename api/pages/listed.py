"""What pages that show the breakpoint list share: which list, how old it is, and the part of it that an address names."""

from __future__ import annotations

from typing import Annotated, Any, NamedTuple
from urllib.parse import urlencode

from fastapi import Request
from pydantic import BeforeValidator, Field

from api.context import now, read_as_of
from api.listing.lists import Kept
from api.listing.selection import Wanted, check
from api.pages.asking import DatedPage, Said
from api.serving import Serving
from graph.values import instant
from queries.finding import BreakpointList, FindingClass, FindingStatus


def _filled(values: Any) -> Any:
    return [one for one in values if one != ""] if isinstance(values, list) else values


_several = BeforeValidator(_filled)


class ListQuery(DatedPage):
    """The part of the list that an address names; several values of one are alternatives, an empty field says nothing."""

    class_: Annotated[list[FindingClass], _several] = Field(default=[], alias="class")
    kind: Annotated[list[str], _several] = Field(default=[])
    severity: Annotated[list[Annotated[int, Field(ge=1, le=4)]], _several] = Field(default=[])
    unit: Said = None
    status: Annotated[list[FindingStatus], _several] = Field(default=[])
    words: Said = None
    after: Said = None
    limit: int = Field(default=50, ge=1, le=500)

    def wanted(self) -> Wanted:
        """The part as the list's own selection takes it. Raises UsageError for a kind that does not exist."""
        wanted = Wanted(self.class_, self.kind, self.severity, self.unit, self.status, self.words)
        check(wanted)
        return wanted


def address_said(request: Request) -> str:
    """The address without the fields that a form left empty: the one to keep and to share."""
    said = [(name, value) for name, value in request.query_params.multi_items() if value]
    return request.url.path + (f"?{urlencode(said)}" if said else "")


class Shown(NamedTuple):
    """A list, whether nothing changed since, and how many minutes ago it was computed."""

    answer: BreakpointList
    stands: bool
    minutes: int


def list_for(desk: Serving, as_of: str | None) -> Shown | None:
    """The newest list, even one that no longer stands; with a day that day's, computed where it is not kept. None: no list yet.

    Raises UsageError for a day that cannot be asked about.
    """
    at = now()
    kept = desk.listing.last() if as_of is None else Kept(desk.listing.get(read_as_of(as_of, "as_of").day, at), True)
    return None if kept is None else aged(kept, at)


def aged(kept: Kept, at: str) -> Shown:
    """A list with its age at a moment."""
    minutes = int((instant(at) - instant(kept.answer.computed_at)).total_seconds() // 60)
    return Shown(kept.answer, kept.stands, max(0, minutes))
