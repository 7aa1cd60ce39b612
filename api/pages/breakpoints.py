"""The pages of the breakpoint list: the list with its filters and files, and one finding with everything decided about it."""

from __future__ import annotations

import io
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Form, Path, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, ConfigDict

from api.access.auditing import audit
from api.access.principal import named
from api.context import now, read_as_of
from api.listing.deciding import Decision, case_in, decide
from api.listing.sheets import findings_csv
from api.listing.workbooks import deliver
from api.pages.asking import DatedPage, Day, Refused, Said, by_htmx, refused
from api.pages.listed import ListQuery, Shown, address_said, list_for
from api.pages.render import page
from api.pages.site import local
from api.routes.common import Asked
from api.routes.paging import page as page_of
from api.serving import Serving
from api.speaking import spoken
from api.views.naming import Names
from graph.errors import SuYuanError, UnknownId, UsageError
from graph.settings import settings
from graph.text import Text
from graph.values import BadValue, date_
from queries.breakpoints import CLASSES, KINDS
from queries.case_answer import CaseAnswer
from queries.case_edit import CaseEdit, MeasureEdit
from queries.finding import BreakpointList
from queries.finding_cases import MEASURE_STATUSES, STATUSES

router = APIRouter(include_in_schema=False)
KeyPath = Annotated[str, Path(max_length=20_000)]
_CSV, _XLSX = "text/csv; charset=utf-8", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_CONFLICT = Refused(
    409, Text("此后已有他人改动，您的改动没有写入", "somebody changed it meanwhile: your change was not written"),
    Text("下面是现在的状态；核对后可再提交一次", "Below is how it stands now; check it and send yours again"),
)  # fmt: skip


class Anew(BaseModel):
    """For which day the list is computed, and where the reader was."""

    model_config = ConfigDict(extra="forbid")
    as_of: Day = None
    next: Said = None


class Stated(BaseModel):
    """What one of the forms of a finding says; what is left empty stays as it is."""

    model_config = ConfigDict(extra="forbid")
    version: Said = None
    status: Said = None
    assignee: Said = None
    due: Said = None
    reason: Said = None
    note: Said = None
    measure: Said = None
    measure_status: Said = None
    measure_due: Said = None
    measure_assignee: Said = None


@router.get("/breakpoints")
def breakpoints(request: Request, asked: Annotated[ListQuery, Query()], desk: Asked) -> Response:
    """The list gravest first, filtered, with counts of what every other class and kind would show."""
    if "" in request.query_params.values() and not by_htmx(request):
        return RedirectResponse(address_said(request), 303)
    shown = list_for(desk, asked.as_of)
    context: dict[str, object] = {
        "asked": asked, "shown": shown, "kinds": KINDS, "classes": CLASSES, "statuses": STATUSES, "today": read_as_of(None).day,
        "names": Names(desk, spoken(request)), "problem": None, "part": None, "facets": None, "total": 0,
    }  # fmt: skip
    status = 200
    if shown is not None:
        try:
            wanted = asked.wanted()
            part = desk.selected(shown.answer, wanted)
            facets = desk.selected(shown.answer, wanted._replace(classes=(), kinds=()))
            context |= {
                "part": page_of(part, asked.limit, asked.after), "facets": facets.counts, "total": len(part.findings),
                "after": asked.after,
            }  # fmt: skip
        except UsageError as error:
            context["problem"] = problem = refused(error)
            status = problem.status
    return page(
        request, "pages/breakpoints.html.j2", context, status=status, headers={"HX-Push-Url": address_said(request)}
    )


@router.get("/breakpoints.csv")
def as_csv(request: Request, asked: Annotated[ListQuery, Query()], desk: Asked) -> Response:
    """Every finding of the selection that the page of the same address shows, one row each."""
    audit(request, "breakpoints.export", "BreakpointList", {"format": "csv"})
    return _file(findings_csv(_selected(desk, asked)), _CSV, "breakpoints.csv")


@router.get("/breakpoints.xlsx")
def as_workbook(request: Request, asked: Annotated[ListQuery, Query()], desk: Asked) -> Response:
    """The same selection as the workbook that can be edited and loaded back, without the matrices that need traces."""
    selected = _selected(desk, asked)
    audit(request, "breakpoints.export", "BreakpointList", {"format": "xlsx"})
    stream = io.BytesIO()
    deliver(desk, selected, read_as_of(selected.as_of, "as_of"), stream, traced=False)
    return _file(stream.getvalue(), _XLSX, "breakpoints.xlsx")


@router.post("/breakpoints")
def compute_anew(request: Request, said: Annotated[Anew, Form()], desk: Asked) -> Response:
    """Run the list and go back to where the reader was."""
    as_of = read_as_of(said.as_of, "as_of")
    desk.listing.get(as_of.day, now(), refresh=True)
    audit(request, "breakpoints.compute", "BreakpointList", {"as_of": as_of.day})
    return RedirectResponse(local(said.next or "/breakpoints"), 303)


@router.get("/breakpoints/{key:path}")
def finding(request: Request, key: KeyPath, asked: Annotated[DatedPage, Query()], desk: Asked) -> Response:
    """One finding with its case, while it holds and after."""
    return _finding_page(request, desk, key, asked.as_of)


@router.post("/breakpoints/{key:path}")
def change(request: Request, key: KeyPath, said: Annotated[Stated, Form()], desk: Asked) -> Response:
    """Assign, accept, say fixed, reopen, note, add or move a measure; a refusal is shown beside the form with what was typed."""
    try:
        decision = Decision(key, _edit(desk, said), named(request, None), said.version)
        done = decide(desk, decision, read_as_of(None), now())
    except UsageError as error:
        return _finding_page(request, desk, key, None, refused(error)._replace(status=_status(error)), said)
    if done.conflict:
        return _finding_page(request, desk, key, None, _CONFLICT, said)
    audit(request, "case.change", key, {"status": done.case.status})
    return RedirectResponse(f"/breakpoints/{quote(key, safe='')}#case", 303)


def _status(error: SuYuanError) -> int:
    return 422 if isinstance(error, UnknownId) else 400


def _edit(desk: Serving, said: Stated) -> CaseEdit:
    def party(text: str | None) -> str | None:
        return None if text is None else str(desk.find(text, ("Owner", "OrgUnit")))

    measures = []
    if said.measure is not None:
        due = _day(said.measure_due)
        measures.append(MeasureEdit(said.measure, said.measure_status, due, party(said.measure_assignee)))
    return CaseEdit(said.status, party(said.assignee), _day(said.due), said.reason, said.note, measures)


def _day(text: str | None) -> str | None:
    try:
        return None if text is None else date_(text, settings().zone)
    except BadValue as error:
        raise UsageError(error.reason, Text("请写日期，例如 2026-03-01", "Write a date such as 2026-03-01")) from None


def _finding_page(
    request: Request, desk: Serving, key: str, as_of: str | None, problem: Refused | None = None, said: Stated | None = None
) -> Response:  # fmt: skip
    shown = list_for(desk, as_of)
    case = _case(desk, shown, key)
    names = Names(desk, spoken(request))
    if case.finding is not None:
        names.learn(case.finding.nodes)
    context = {
        "key": key, "case": case, "shown": shown, "kind": KINDS.get(case.key.partition("|")[0]), "names": names,
        "problem": problem, "said": said or Stated(version=case.version), "statuses": MEASURE_STATUSES, "today": read_as_of(None).day,
    }  # fmt: skip
    return page(request, "pages/finding.html.j2", context, status=problem.status if problem is not None else 200)


def _case(desk: Serving, shown: Shown | None, key: str) -> CaseAnswer:
    if shown is None:
        raise UnknownId(key, ())
    return case_in(desk, shown.answer, key, read_as_of(shown.answer.as_of))


def _selected(desk: Serving, asked: ListQuery) -> BreakpointList:
    shown = list_for(desk, asked.as_of)
    if shown is None:
        raise UsageError(
            Text("还没有算过清单", "no list was computed yet"),
            Text("请先在断点清单页计算", "Compute it on the page of the list first"),
        )
    return desk.selected(shown.answer, asked.wanted())


def _file(content: bytes, media_type: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-cache"}
    return Response(content, media_type=media_type, headers=headers)
