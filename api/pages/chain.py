"""The page of one control point's indicator chain: what it moves on the way to customer satisfaction, and where the chain breaks off."""

from __future__ import annotations

from typing import Annotated, get_args

from fastapi import APIRouter, Path, Query, Request, Response

from api.access.scope import desk_of
from api.context import read_as_of
from api.pages.asking import DatedPage
from api.pages.render import page
from api.serving import Serving
from api.speaking import spoken
from api.views.chain_picture import Level, chain_picture
from api.views.naming import Names
from graph.records import Ref

router = APIRouter(include_in_schema=False)


@router.get("/chain/{id:path}")
def chain_page(request: Request, id: Annotated[str, Path()], asked: Annotated[DatedPage, Query()]) -> Response:
    """The chain above a control point or an indicator, by id or name, on a day."""
    desk = desk_of(request)
    answer = desk.chain(id, read_as_of(asked.as_of, "as_of"))
    start = answer.control_point or answer.indicator
    assert start is not None  # every chain begins somewhere
    picture = chain_picture(start, _level(desk, start), answer.chain, answer.indicators)
    context = {
        "asked": asked,
        "answer": answer,
        "start": start,
        "picture": picture,
        "names": Names(desk, spoken(request)),
    }
    return page(request, "pages/chain.html.j2", context)


def _level(desk: Serving, start: str) -> Level:
    """The column of the picture in which a chain begins; an indicator without a level counts as the lowest."""
    row = desk.snapshot().framework.get(Ref.parse(start))
    own = row.props.get("level") if row is not None else None
    lowest: Level = "ControlPoint" if start.startswith("ControlPoint:") else "KCI"
    return next((level for level in get_args(Level) if level == own), lowest)
