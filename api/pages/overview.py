"""The first page: how well quality control is covered, where it breaks, where problems are handed on, and how old all this is."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from api.context import now, read_as_of
from api.pages.listed import aged
from api.pages.render import page
from api.routes.common import Asked
from api.speaking import spoken
from api.views.naming import Names
from api.views.overview import overview
from queries.breakpoints import KINDS

router = APIRouter(include_in_schema=False)


@router.get("/")
def front(request: Request, desk: Asked) -> Response:
    """Read from memory and from what the list's last run kept; a store without anything in it is told what comes first."""
    as_of = read_as_of(None)
    found = overview(desk, as_of)
    shown = aged(found.kept, now()) if found.kept is not None else None
    context = {
        "found": found,
        "shown": shown,
        "today": as_of.day,
        "kinds": KINDS,
        "names": Names(desk, spoken(request)),
    }
    return page(request, "pages/overview.html.j2", context)
