"""The page that says who answers for something: found by name, answered with the rule, every duty and who must appoint."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import RedirectResponse

from api.access.scope import desk_of
from api.context import read_as_of
from api.pages.asking import DatedPage, Refused, Said, refused
from api.pages.names import ANSWERED_FOR
from api.pages.render import page
from api.serving import Serving
from api.speaking import spoken
from api.views.name_search import search_names
from api.views.naming import Names
from graph.errors import UsageError
from graph.records import Ref

router = APIRouter(include_in_schema=False)


class Sought(DatedPage):
    """What somebody wants to know who answers for."""

    target: Said = None


@router.get("/who")
def who_page(request: Request, asked: Annotated[Sought, Query()]) -> Response:
    """The field, and the control points to choose from; what names one thing leads to its answer."""
    desk = desk_of(request)
    problem: Refused | None = None
    if asked.target is not None:
        try:
            ref = desk.find(asked.target, ANSWERED_FOR)
        except UsageError as error:
            problem = refused(error)
        else:
            return RedirectResponse(_address(ref, asked.as_of), 303)
    near = search_names(desk, asked.target, ANSWERED_FOR, spoken(request)) if asked.target is not None else []
    status = 200 if problem is None or near else problem.status
    context = {
        "asked": asked,
        "problem": problem,
        "near": near,
        "stages": _stages(desk),
        "names": Names(desk, spoken(request)),
    }
    return page(request, "pages/who_find.html.j2", context, status=status)


@router.get("/who/{kind}/{id:path}")
def who_answers(
    request: Request, kind: Annotated[str, Path()], id: Annotated[str, Path()], asked: Annotated[DatedPage, Query()]
) -> Response:
    """Who answers for one thing on a day."""
    desk = desk_of(request)
    answer = desk.who(f"{kind}:{id}", read_as_of(asked.as_of, "as_of"))
    context = {"asked": asked, "answer": answer, "names": Names(desk, spoken(request))}
    return page(request, "pages/who.html.j2", context)


def _address(ref: Ref, as_of: str | None) -> str:
    day = f"?{urlencode({'as_of': as_of})}" if as_of is not None else ""
    return f"/who/{ref.kind}/{quote(ref.id, safe='')}{day}"


def _stages(desk: Serving) -> list[tuple[str, list[str]]]:
    """The stages in their order with their control points."""
    framework = desk.snapshot().framework
    points: dict[str, list[str]] = {}
    for point, stage in framework.stage_of.items():
        points.setdefault(stage, []).append(f"ControlPoint:{point}")
    ordered = sorted(points, key=lambda stage: framework.stage_rank[stage])
    return [(f"Stage:{stage}", sorted(points[stage])) for stage in ordered]
