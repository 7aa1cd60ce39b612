"""What handlers write into the audit: every change, and every look at the text of a complaint."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from fastapi import Request

from api.access.audit_log import Event
from api.access.books import Books
from api.access.principal import principal_of
from api.context import now
from api.searching import ComplaintPage
from graph.errors import StoreReadOnly
from graph.values import clip

_LONGEST, _LONGEST_DETAIL = 512, 20_000
_LOG = logging.getLogger("suyuan.audit")


def audit(request: Request, action: str, target: str, detail: Mapping[str, str] | None = None) -> None:
    """Write down that the asker did something to a target; never hand over the text of a complaint.

    It is written before this returns: what cannot be written down is not answered.
    Raises StoreReadOnly when the record cannot be written.
    """
    note(request, principal_of(request).name, action, target, detail)


def note(request: Request, who: str, action: str, target: str, detail: Mapping[str, str] | None = None) -> None:
    """The same in the name of somebody who has not come in yet: a login, or one that failed."""
    books: Books = request.app.state.books
    try:
        books.audit.add(event_of(request, who, action, target, detail))
    except StoreReadOnly as error:
        if request.app.state.logins:
            raise
        _LOG.warning("not in the audit: %s", error.what.en)  # one person's own machine: reading goes on


def event_of(request: Request, who: str, action: str, target: str, detail: Mapping[str, str] | None = None) -> Event:
    """An event of a request, at the present moment."""
    asked = str(getattr(request.state, "request_id", ""))
    return Event(
        now(), clip(who, _LONGEST), action, clip(target, _LONGEST), dict(detail or {}), asked, address_of(request)
    )


def address_of(request: Request) -> str:
    """Where a request comes from: the peer, or what a trusted proxy says of it (the server has settled which)."""
    return request.client.host if request.client is not None else ""


def shown_ids(page: ComplaintPage) -> str:
    """The complaints on a page of a search, whose beginnings were seen; by id, separated by blanks."""
    return " ".join(line.complaint for line in page.complaints)
