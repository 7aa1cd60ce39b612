"""The addresses of the HTTP API: each parses its parameters, asks one question and returns the answer with its revision."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from api.context import AsOf, now, read_as_of
from api.errors import MEDIA_TYPE, Problem
from api.health import Health
from api.paging import BreakpointPage, page
from api.selection import Wanted
from api.serving import Serving, parameters
from queries.answers import TraceAnswer
from queries.finding import FindingClass

DEFAULT_LIMIT = 100
MAX_LIMIT = 1000

router = APIRouter()


def _serving(request: Request) -> Serving:
    found: Serving = request.app.state.serving
    return found


Asked = Annotated[Serving, Depends(_serving)]


def _problems(**codes: str) -> dict[int | str, dict[str, Any]]:
    """The documentation of error answers: ``_404="…"`` and so on."""
    return {
        int(code.removeprefix("_")): {"description": text, "model": Problem, "content": {MEDIA_TYPE: {}}}
        for code, text in codes.items()
    }


_STORE = "存储不可用 · The store cannot be used"
_NOT_MODIFIED: dict[int | str, dict[str, Any]] = {
    304: {"description": "自该修订以来没有变化 · Unchanged since that revision"}
}


class TraceQuery(BaseModel):
    """The parameters of a trace."""

    model_config = ConfigDict(extra="forbid")
    as_of: str | None = Field(default=None, description="日期（当日结束时）；默认现在 · A date (its end); default: now")


class BreakpointQuery(TraceQuery):
    """The parameters of the breakpoint list; several values of one are alternatives."""

    class_: list[FindingClass] = Field(default=[], alias="class", description="断点、盲点或风险 · Class of finding")
    kind: list[str] = Field(default=[], description="种类 · Kind of finding")
    severity: list[Annotated[int, Field(ge=1, le=4)]] = Field(default=[], description="严重度 1–4 · Severity")
    unit: str | None = Field(
        default=None, description="单位及其下级：编号或名称 · A unit and those below it, by id or name"
    )
    limit: int = Field(default=DEFAULT_LIMIT, ge=1, le=MAX_LIMIT, description="每页条数 · Findings on a page")
    after: str | None = Field(default=None, description="上一页的 next · The `next` of the page before")


@router.get(
    "/api/v1/complaints/{id:path}/trace", summary="溯源 · Trace one complaint", response_model=TraceAnswer,
    responses=_NOT_MODIFIED | _problems(_404="没有这个投诉 · No such complaint", _422="参数不可用 · Unusable parameters", _503=_STORE),
)  # fmt: skip
def trace_of(
    id: Annotated[str, Path(description="投诉编号 · Id of the complaint")],
    asked: Annotated[TraceQuery, Query()], serving: Asked, request: Request,
) -> Response:  # fmt: skip
    """The control point that failed first, its owner then and now, the indicator chain, the evidence and the alternatives."""
    as_of = read_as_of(asked.as_of, "as_of")
    etag = _etag(serving, as_of)
    return _unchanged(request, etag) or _answered(serving.trace(id, as_of), etag)


@router.get(
    "/api/v1/breakpoints", summary="断点清单 · Breakpoint list", response_model=BreakpointPage,
    responses=_NOT_MODIFIED | _problems(_404="没有这个单位 · No such unit", _422="参数不可用 · Unusable parameters", _503=_STORE),
)  # fmt: skip
def list_breakpoints(asked: Annotated[BreakpointQuery, Query()], serving: Asked, request: Request) -> Response:
    """Where the path from a complaint to its owner breaks, is blind or hangs by one thread, gravest first."""
    as_of = read_as_of(asked.as_of, "as_of")
    etag = _etag(serving, as_of)
    unchanged = _unchanged(request, etag)
    if unchanged is not None:
        return unchanged
    wanted = Wanted(asked.class_, asked.kind, asked.severity, asked.unit)
    selected = serving.breakpoints(as_of, now(), wanted)
    return _answered(page(selected, asked.limit, asked.after), etag)


@router.get("/health", include_in_schema=False)
@router.get(
    "/api/v1/health", summary="健康检查 · Health", response_model=Health, responses=_problems(_503=_STORE),
)  # fmt: skip
def health(serving: Asked) -> Response:
    """Whether the store answers, and at which revision."""
    content = Health.of(serving.store.revision()).model_dump_json()
    return Response(content, media_type="application/json", headers={"Cache-Control": "no-store"})


def _etag(serving: Serving, as_of: AsOf) -> str:
    """The revision as a weak validator: both counters, the parameters and the day answered for.

    Read before the answer is made, so that an answer is never older than its tag.
    """
    revision = serving.snapshot().revision
    return f'W/"{revision.framework}.{revision.facts}.{parameters().version}.{as_of.day}"'


def _unchanged(request: Request, etag: str) -> Response | None:
    """304 when the caller already holds the answer of this revision."""
    held = [tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")]
    return Response(status_code=304, headers={"ETag": etag}) if etag.removeprefix("W/") in held or "*" in held else None


def _answered(answer: BaseModel, etag: str) -> Response:
    content = answer.model_dump_json(by_alias=True)
    return Response(
        content, media_type="application/json", headers={"ETag": etag, "Cache-Control": "private, no-cache"}
    )
