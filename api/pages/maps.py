"""The page of responsibility maps: what to draw, the drawn map in a frame of its own, and beside it the same in words with links."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from api.access.scope import scoped_unit
from api.context import now, read_as_of
from api.drawing import MapWanted, draw_map
from api.pages.asking import DatedPage, Said, refused
from api.pages.listed import address_said
from api.pages.render import page
from api.routes.common import Asked
from api.serving import Serving
from api.speaking import spoken
from api.views.map_beside import Beside, beside
from api.views.naming import Names
from graph.errors import UsageError
from graph.subgraph import Subgraph
from queries.breakpoints import KINDS

router = APIRouter(include_in_schema=False)
SELECTORS = {"unit": "OrgUnit", "owner": "Owner", "stage": "Stage", "product": "Product", "campaign": "Campaign"}
"""What a map can be narrowed by → the kind of node."""


class MapPage(DatedPage):
    """What is drawn: everything given must hold together; nothing given is the whole."""

    unit: Said = None
    owner: Said = None
    stage: Said = None
    product: Said = None
    campaign: Said = None

    def chosen(self) -> dict[str, str]:
        """What was given."""
        return {name: value for name in SELECTORS if (value := getattr(self, name)) is not None}


@router.get("/maps")
def maps(request: Request, asked: Annotated[MapPage, Query()], desk: Asked) -> Response:
    """The map of the newest list's day, unless another is asked for, so that its marks are those of the list."""
    if "" in request.query_params.values():
        return RedirectResponse(address_said(request), 303)
    day = asked.as_of or _day(desk)
    lang = spoken(request)
    said = asked.chosen() | ({"as_of": day} if day is not None else {})
    try:
        picture, found, problem = *_drawn(request, desk, asked, day), None
    except UsageError as error:
        picture, found, problem = None, None, refused(error)
    context = {
        "asked": asked, "selectors": SELECTORS, "picture": picture, "found": found, "problem": problem, "kinds": KINDS,
        "names": Names(desk, lang), "day": day, "address": f"/api/v1/maps?{urlencode(said | {'lang': lang})}",
    }  # fmt: skip
    return page(request, "pages/maps.html.j2", context, status=problem.status if problem is not None else 200)


def _day(desk: Serving) -> str | None:
    kept = desk.listing.last()
    return kept.answer.as_of if kept is not None else None


def _drawn(request: Request, desk: Serving, asked: MapPage, day: str | None) -> tuple[Subgraph, Beside]:
    """The map of what the asker may see, and the same in words. Raises what :func:`draw_map` raises."""
    as_of = read_as_of(day, "as_of")
    wanted = MapWanted(**asked.chosen())
    picture = draw_map(desk, wanted._replace(unit=scoped_unit(request, wanted.unit)), as_of, now())
    return picture, beside(picture, desk.listing.get(as_of.day, now()).findings)
