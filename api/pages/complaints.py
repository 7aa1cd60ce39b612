"""The page on which a complaint is found: by its id, the words of its text, what it is about, its unit, day and outcome."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BeforeValidator

from api.access.auditing import audit, shown_ids
from api.access.scope import desk_of, scoped_unit
from api.context import read_as_of
from api.pages.asking import DatedPage, Day, Refused, Said, by_htmx, refused
from api.pages.render import page
from api.pages.showing import address
from api.searching import ComplaintPage, Sought, search_complaints
from api.serving import Serving
from api.speaking import spoken
from api.views.naming import Names
from graph.errors import UsageError
from queries.answers import Outcome

router = APIRouter(include_in_schema=False)
PAGE = 50
"""Complaints on one page."""


class Sifting(DatedPage):
    """What the search form says; ``text`` is the id of a complaint or words of its text."""

    text: Said = None
    product: Said = None
    campaign: Said = None
    unit: Said = None
    category: Said = None
    outcome: Annotated[Outcome | None, BeforeValidator(lambda raw: raw or None)] = None
    since: Day = None
    until: Day = None
    after: Said = None


@router.get("/complaints")
def complaints(request: Request, asked: Annotated[Sifting, Query()]) -> Response:
    """The search form with what it finds; who types exactly the id of a complaint is taken to it."""
    desk = desk_of(request)
    if asked.text is not None and asked.after is None and (found := _by_id(desk, asked.text)) is not None:
        return _to(request, address(found))
    if (
        "" in request.query_params.values()
    ):  # a form sends its empty fields, too: the address that can be shared has none
        return RedirectResponse(_without_empty(request), 303)
    result, refusal = _search(request, desk, asked)
    names = Names(desk, spoken(request))
    if result is not None:
        names.learn(ref for line in result.complaints for ref in line.about)
        audit(request, "complaint.search", f"{len(result.complaints)}", {"shown": shown_ids(result)})
    context = {"asked": asked, "result": result, "problem": refusal, "names": names, "after": asked.after}
    return page(request, "pages/complaints.html.j2", context, status=refusal.status if refusal is not None else 200)


def _search(request: Request, desk: Serving, asked: Sifting) -> tuple[ComplaintPage | None, Refused | None]:
    sought = Sought(**asked.model_dump(include=set(Sought._fields)))
    try:
        sought = sought._replace(unit=scoped_unit(request, asked.unit))
        return search_complaints(desk, sought, read_as_of(asked.as_of, "as_of"), PAGE, asked.after), None
    except UsageError as error:
        return None, refused(error)


def _by_id(desk: Serving, text: str) -> str | None:
    """The complaint whose very id a text is."""
    rows = desk.store.nodes("Complaint", [text.removeprefix("Complaint:")])
    return next((str(row.ref) for row in rows), None)


def _to(request: Request, place: str) -> Response:
    return Response(headers={"HX-Redirect": place}) if by_htmx(request) else RedirectResponse(place, 303)


def _without_empty(request: Request) -> str:
    kept = [(name, value) for name, value in request.query_params.multi_items() if value]
    return request.url.path + (f"?{urlencode(kept)}" if kept else "")
