"""The addresses of the HTTP API: each parses its parameters, asks one question and returns the answer with its revision."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from api.access.auditing import audit
from api.access.scope import desk_of
from api.context import AsOf, now, read_as_of
from api.errors import MEDIA_TYPE, Problem
from api.health import Health
from api.listing.selection import Wanted
from api.routes.paging import BreakpointPage, page
from api.serving import Serving
from queries.answers import TraceAnswer
from queries.finding import FindingClass, FindingStatus

DEFAULT_LIMIT = 100
MAX_LIMIT = 1000

router = APIRouter()


Asked = Annotated[Serving, Depends(desk_of)]


def problems(**codes: str) -> dict[int | str, dict[str, Any]]:
    """The documentation of error answers: ``_404="…"`` and so on."""
    return {
        int(code.removeprefix("_")): {"description": text, "model": Problem, "content": {MEDIA_TYPE: {}}}
        for code, text in codes.items()
    }


STORE_PROBLEM = "存储不可用 · The store cannot be used"
NOT_MODIFIED: dict[int | str, dict[str, Any]] = {
    304: {"description": "自该修订以来没有变化 · Unchanged since that revision"}
}


class DatedQuery(BaseModel):
    """The parameters that every dated answer takes."""

    model_config = ConfigDict(extra="forbid")
    as_of: str | None = Field(default=None, description="日期（当日结束时）；默认现在 · A date (its end); default: now")


class TraceQuery(DatedQuery):
    """The parameters of a trace."""

    parameters: str | None = Field(
        default=None, description="参数版本；默认现行版本 · Version of the numbers; default: the one in force"
    )


class BreakpointQuery(DatedQuery):
    """The parameters of the breakpoint list; several values of one are alternatives."""

    class_: list[FindingClass] = Field(default=[], alias="class", description="断点、盲点或风险 · Class of finding")
    kind: list[str] = Field(default=[], description="种类 · Kind of finding")
    severity: list[Annotated[int, Field(ge=1, le=4)]] = Field(default=[], description="严重度 1–4 · Severity")
    unit: str | None = Field(
        default=None, description="单位及其下级：编号或名称 · A unit and those below it, by id or name"
    )
    status: list[FindingStatus] = Field(default=[], description="处置状态 · Status of the case")
    limit: int = Field(default=DEFAULT_LIMIT, ge=1, le=MAX_LIMIT, description="每页条数 · Findings on a page")
    after: str | None = Field(default=None, description="上一页的 next · The `next` of the page before")


@router.get(
    "/api/v1/complaints/{id:path}/trace", summary="溯源 · Trace one complaint", response_model=TraceAnswer,
    responses=NOT_MODIFIED | problems(_404="没有这个投诉 · No such complaint", _422="参数不可用 · Unusable parameters", _503=STORE_PROBLEM),
)  # fmt: skip
def trace_of(
    id: Annotated[str, Path(description="投诉编号 · Id of the complaint")],
    asked: Annotated[TraceQuery, Query()], serving: Asked, request: Request,
) -> Response:  # fmt: skip
    """The control point that failed first, its owner then and now, the indicator chain, the evidence and the alternatives."""
    as_of = read_as_of(asked.as_of, "as_of")
    etag = etag_of(serving, as_of, asked.parameters)
    response = unchanged_since(request, etag) or answered(serving.trace(id, as_of, asked.parameters), etag)
    audit(request, "complaint.read", f"Complaint:{id}", {"as": "trace"})
    return response


@router.get(
    "/api/v1/breakpoints", summary="断点清单 · Breakpoint list", response_model=BreakpointPage,
    responses=NOT_MODIFIED | problems(_404="没有这个单位 · No such unit", _422="参数不可用 · Unusable parameters", _503=STORE_PROBLEM),
)  # fmt: skip
def list_breakpoints(asked: Annotated[BreakpointQuery, Query()], serving: Asked, request: Request) -> Response:
    """Where the path from a complaint to its owner breaks, is blind or hangs by one thread, gravest first."""
    as_of = read_as_of(asked.as_of, "as_of")
    etag = etag_of(serving, as_of)
    unchanged = unchanged_since(request, etag)
    if unchanged is not None:
        return unchanged
    wanted = Wanted(asked.class_, asked.kind, asked.severity, asked.unit, asked.status)
    selected = serving.breakpoints(as_of, now(), wanted)
    return answered(page(selected, asked.limit, asked.after), etag)


@router.get("/health", include_in_schema=False)
@router.get(
    "/api/v1/health", summary="健康检查 · Health", response_model=Health, responses=problems(_503=STORE_PROBLEM),
)  # fmt: skip
def health(serving: Asked) -> Response:
    """Whether the store answers, and at which revision."""
    content = Health.of(serving.store.revision()).model_dump_json()
    return Response(content, media_type="application/json", headers={"Cache-Control": "no-store"})


def etag_of(serving: Serving, as_of: AsOf, version: str | None = None) -> str:
    """The revision as a weak validator: both counters, the parameters, the day answered for and the unit that alone may be seen.

    Read before the answer is made, so that an answer is never older than its tag.
    """
    revision = serving.snapshot().revision
    within = f".{quote(serving.scope)}" if serving.scope is not None else ""
    return f'W/"{revision.framework}.{revision.facts}.{serving.numbers(version).version}.{as_of.day}{within}"'


def unchanged_since(request: Request, etag: str) -> Response | None:
    """304 when the caller already holds the answer of this revision."""
    held = [tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")]
    return Response(status_code=304, headers={"ETag": etag}) if etag.removeprefix("W/") in held or "*" in held else None


def answered(answer: BaseModel, etag: str) -> Response:
    """The answer as JSON with its tag."""
    content = answer.model_dump_json(by_alias=True)
    return Response(
        content, media_type="application/json", headers={"ETag": etag, "Cache-Control": "private, no-cache"}
    )
