"""The addresses of the list as files, of the case of one finding, and of the matrices."""

from __future__ import annotations

import io
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from api.access.auditing import audit
from api.access.principal import named
from api.context import now, read_as_of
from api.errors import problem_response
from api.listing.deciding import Decision, case_of, decide
from api.listing.matrices import kind_of, matrix
from api.listing.matrix_sheets import matrix_csv, matrix_xlsx
from api.listing.selection import Wanted
from api.listing.sheets import findings_csv
from api.listing.workbooks import deliver
from api.routes.common import (
    NOT_MODIFIED,
    STORE_PROBLEM,
    Asked,
    BreakpointQuery,
    DatedQuery,
    answered,
    etag_of,
    problems,
    unchanged_since,
)
from graph.text import Text
from queries.case_answer import CaseAnswer
from queries.case_edit import CaseEdit, MeasureEdit
from queries.finding_cases import MeasureStatus
from queries.matrices.matrix import Matrix
from queries.matrices.registry import MATRICES

router = APIRouter()
_CSV, _XLSX = "text/csv; charset=utf-8", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FILES: dict[int | str, dict[str, Any]] = {200: {"content": {_CSV: {}, _XLSX: {}}, "description": "文件 · The file"}}
KeyPath = Annotated[str, Path(description="断点的键 · Key of the finding")]


class MatrixQuery(DatedQuery):
    """The parameters of a matrix."""

    format: Literal["json", "csv", "xlsx"] = Field(default="json", description="格式 · Format")


class MatrixName(BaseModel):
    """One matrix that can be asked for."""

    name: str
    zh: str
    en: str


class StatedMeasure(BaseModel):
    """A measure as stated; the same name changes it."""

    model_config = ConfigDict(extra="forbid")
    name: str = Field(min_length=1)
    status: MeasureStatus | None = None
    due: str | None = Field(default=None, pattern=r"^\d{4}-\d{2}-\d{2}$")
    assignee: str | None = None


class StatedCase(BaseModel):
    """A change of a case; what is left out stays as it is."""

    model_config = ConfigDict(extra="forbid")
    status: Literal["open", "assigned", "accepted", "fixed"] | None = None
    assignee: str | None = Field(default=None, description="责任人或单位：编号或名称 · Owner or unit, by id or name")
    due: str | None = Field(default=None, pattern=r"^\d{4}-\d{2}-\d{2}$")
    reason: str | None = None
    note: str | None = None
    measures: list[StatedMeasure] = []
    by: str | None = None
    version: str | None = Field(
        default=None, description="所依据的状态；已变则 409 · State it is made for; 409 when past"
    )


@router.get(
    "/api/v1/breakpoints.csv",
    summary="断点清单 CSV · The list as CSV",
    response_class=Response,
    responses=_FILES | problems(_404="没有这个单位 · No such unit", _503=STORE_PROBLEM),
)
def breakpoints_csv(asked: Annotated[BreakpointQuery, Query()], serving: Asked) -> Response:
    """The whole selection, one row a finding; limit and after do not apply."""
    answer = serving.breakpoints(read_as_of(asked.as_of, "as_of"), now(), _wanted(asked))
    return _file(findings_csv(answer), _CSV, "breakpoints.csv")


@router.get(
    "/api/v1/breakpoints.xlsx",
    summary="断点清单工作簿 · The list as a workbook",
    response_class=Response,
    responses=_FILES | problems(_404="没有这个单位 · No such unit", _503=STORE_PROBLEM),
)
def breakpoints_xlsx(asked: Annotated[BreakpointQuery, Query()], serving: Asked) -> Response:
    """The workbook of the selection, to be edited and loaded back; without the matrices that need traces."""
    as_of = read_as_of(asked.as_of, "as_of")
    stream = io.BytesIO()
    deliver(serving, serving.breakpoints(as_of, now(), _wanted(asked)), as_of, stream, traced=False)
    return _file(stream.getvalue(), _XLSX, "breakpoints.xlsx")


@router.get(
    "/api/v1/breakpoints/{key:path}", summary="一条断点的处置 · The case of a finding", response_model=CaseAnswer,
    responses=problems(_404="没有这个键 · No such key", _503=STORE_PROBLEM),
)  # fmt: skip
def case(key: KeyPath, asked: Annotated[DatedQuery, Query()], serving: Asked) -> Response:
    """What is decided about a finding, with its history, and the finding itself while it holds."""
    as_of = read_as_of(asked.as_of, "as_of")
    answer = case_of(serving, key, as_of, now())
    return answered(answer, etag_of(serving, as_of))


@router.patch(
    "/api/v1/breakpoints/{key:path}", summary="处置一条断点 · Decide about a finding", response_model=CaseAnswer,
    responses=problems(
        _400="处置不成立 · Not a decision that can be made", _404="没有这个键 · No such key",
        _409="此后已有改动 · Changed meanwhile", _422="参数不可用 · Unusable parameters", _503=STORE_PROBLEM,
    ),
)  # fmt: skip
def change_case(
    key: KeyPath, stated: StatedCase, asked: Annotated[DatedQuery, Query()], serving: Asked, request: Request
) -> Response:
    """Assign, accept, say fixed, reopen, add measures. Nobody sets `verified`: the next run does."""
    as_of = read_as_of(asked.as_of, "as_of")

    def party(text: str | None) -> str | None:
        return None if text is None else str(serving.find(text, ("Owner", "OrgUnit")))

    measures = [MeasureEdit(m.name, m.status, m.due, party(m.assignee)) for m in stated.measures]
    edit = CaseEdit(stated.status, party(stated.assignee), stated.due, stated.reason, stated.note, measures)
    done = decide(serving, Decision(key, edit, named(request, stated.by), stated.version), as_of, now())
    if done.conflict:
        return problem_response(
            request, 409, "case_changed",
            Text(f"此后已被改为 {done.case.status}", f"the case has changed meanwhile: it is {done.case.status} now"),
            Text("请重新读取后再改", "Read it again, then change it"),
        )  # fmt: skip
    audit(request, "case.change", key, {"status": done.case.status})
    return answered(done.case, etag_of(serving, as_of))


@router.get("/api/v1/matrices", summary="有哪些矩阵 · The matrices there are", response_model=list[MatrixName])
def matrices() -> list[MatrixName]:
    """Name and title of every matrix."""
    return [MatrixName(name=name, zh=kind.title.zh, en=kind.title.en) for name, kind in MATRICES.items()]


@router.get(
    "/api/v1/matrices/{name}", summary="责任与覆盖矩阵 · A matrix", response_model=Matrix,
    responses=NOT_MODIFIED | _FILES | problems(_400="没有这个矩阵 · No such matrix", _422="参数不可用 · Unusable parameters", _503=STORE_PROBLEM),
)  # fmt: skip
def matrix_of(
    name: Annotated[str, Path(description="矩阵名 · Name of the matrix")], asked: Annotated[MatrixQuery, Query()], serving: Asked,
    request: Request,
) -> Response:  # fmt: skip
    """One matrix of responsibility or coverage, as JSON, CSV or a sheet."""
    as_of = read_as_of(asked.as_of, "as_of")
    kind_of(name)
    etag = etag_of(serving, as_of)
    unchanged = unchanged_since(request, etag)
    if unchanged is not None:
        return unchanged
    answer = matrix(serving, name, as_of)
    if asked.format == "csv":
        return _file(matrix_csv(answer), _CSV, f"{name}.csv")
    if asked.format == "xlsx":
        stream = io.BytesIO()
        matrix_xlsx(answer, stream)
        return _file(stream.getvalue(), _XLSX, f"{name}.xlsx")
    return answered(answer, etag)


def _wanted(asked: BreakpointQuery) -> Wanted:
    return Wanted(asked.class_, asked.kind, asked.severity, asked.unit, asked.status)


def _file(content: bytes, media_type: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-cache"}
    return Response(content, media_type=media_type, headers=headers)
