"""The addresses of complaints: search, a person's verdict, and the trace of a complaint that is not stored."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from api.access.auditing import audit, shown_ids
from api.access.scope import check_units
from api.context import read_as_of
from api.routes.common import (
    DEFAULT_LIMIT,
    MAX_LIMIT,
    NOT_MODIFIED,
    STORE_PROBLEM,
    Asked,
    DatedQuery,
    TraceQuery,
    answered,
    etag_of,
    problems,
    unchanged_since,
)
from api.rows import ComplaintRow, trace_row
from api.searching import ComplaintPage, Sought, search_complaints
from api.verdicts import Opinion, VerdictAnswer, give
from queries.answers import Outcome, TraceAnswer
from queries.verdicts import Conclusion, Sampled

router = APIRouter(tags=["complaints"])
_DAY = r"^\d{4}-\d{2}-\d{2}$"


class ComplaintQuery(DatedQuery):
    """What complaints are sought; everything given must hold."""

    text: str | None = Field(
        default=None, max_length=200, description="内容中的词，至少两个字 · Words of the text, two characters at least"
    )
    product: str | None = Field(default=None, description="产品：编号或名称 · A product, by id or name")
    campaign: str | None = Field(default=None, description="营销案：编号或名称 · A campaign, by id or name")
    unit: str | None = Field(
        default=None, description="归属单位及其下级 · The home unit or one below it, by id or name"
    )
    category: str | None = Field(default=None, description="类目及其下级 · The category or one below it, by id or name")
    outcome: Outcome | None = Field(
        default=None, description="溯源结论；逐条溯源，一页可能不满 · Outcome of the trace; a page may be short"
    )
    since: str | None = Field(default=None, pattern=_DAY, description="自哪天（含） · First day")
    until: str | None = Field(default=None, pattern=_DAY, description="到哪天（含） · Last day")
    limit: int = Field(default=DEFAULT_LIMIT, ge=1, le=MAX_LIMIT, description="每页条数 · Complaints on a page")
    after: str | None = Field(default=None, description="上一页的 next · The `next` of the page before")


class StatedVerdict(BaseModel):
    """A confirmation (``confirm``) or what is right instead: a control point, or an outcome without one."""

    model_config = ConfigDict(extra="forbid")
    confirm: bool = Field(default=False, description="溯源结论正确 · The answer is right")
    outcome: Conclusion | None = Field(
        default=None, description="没有控制点时的结论 · The conclusion where no point is named"
    )
    control_point: str | None = Field(
        default=None, description="实际最先失守的控制点 · The point that really failed first"
    )
    subject: str | None = Field(default=None, description="失守所在的产品、营销案或单位 · What it failed on, Kind:id")
    by: str | None = Field(default=None, description="谁裁定：责任人编号 · Who says so, an owner")
    reason: str | None = Field(default=None, max_length=10_000, description="理由 · Why")
    sampled: Sampled = Field(default="routine", description="怎样抽到的 · How the complaint was drawn")


@router.get(
    "/api/v1/complaints", summary="检索投诉 · Search complaints", response_model=ComplaintPage,
    responses=NOT_MODIFIED | problems(_400="检索条件不成立 · Not a search that can be made", _404="没有这个编号 · No such id", _422="参数不可用 · Unusable parameters", _503=STORE_PROBLEM),
)  # fmt: skip
def find_complaints(asked: Annotated[ComplaintQuery, Query()], serving: Asked, request: Request) -> Response:
    """Stored complaints in id order, by text, product, campaign, unit, category, day and outcome."""
    as_of = read_as_of(asked.as_of, "as_of")
    etag = etag_of(serving, as_of)
    unchanged = unchanged_since(request, etag)
    if unchanged is not None:
        audit(request, "complaint.search", "unchanged")
        return unchanged
    sought = Sought(**asked.model_dump(include=set(Sought._fields)))
    found = search_complaints(serving, sought, as_of, asked.limit, asked.after)
    audit(request, "complaint.search", f"{len(found.complaints)}", {"shown": shown_ids(found)})
    return answered(found, etag)


@router.post(
    "/api/v1/complaints/{id:path}/verdict", summary="裁定 · Give a verdict", response_model=VerdictAnswer, status_code=201,
    responses=problems(_400="裁定不成立 · Not a verdict that can be given", _404="没有这个编号 · No such id", _422="参数不可用 · Unusable parameters", _503=STORE_PROBLEM)
    | {200: {"description": "同一裁定已有 · The very same verdict is stored already", "model": VerdictAnswer}},
)  # fmt: skip
def give_verdict(
    id: Annotated[str, Path(description="投诉编号 · Id of the complaint")],
    stated: StatedVerdict, asked: Annotated[TraceQuery, Query()], serving: Asked, request: Request,
) -> Response:  # fmt: skip
    """Confirm or correct the trace as it stands now; the answer is frozen beside the verdict."""
    as_of = read_as_of(asked.as_of, "as_of")
    given = give(serving, id, Opinion(**stated.model_dump()), as_of, asked.parameters)
    audit(request, "verdict.give", given.complaint, {"verdict": given.verdict, "stored": given.stored})
    response = answered(given, etag_of(serving, as_of, asked.parameters))
    response.status_code = 201 if given.stored == "added" else 200
    return response


@router.post(
    "/api/v1/trace", summary="溯源未入库的投诉 · Trace a complaint that is not stored", response_model=TraceAnswer,
    responses=problems(_400="这一行不成立 · Not a row that can be meant", _404="没有这个编号 · No such id", _422="参数不可用 · Unusable parameters", _503=STORE_PROBLEM),
)  # fmt: skip
def trace_unstored(
    row: ComplaintRow, asked: Annotated[TraceQuery, Query()], serving: Asked, request: Request
) -> Response:
    """The answer the complaint would get if it were loaded; nothing is stored."""
    check_units(request, row.HOME_UNIT)
    as_of = read_as_of(asked.as_of, "as_of")
    return answered(trace_row(serving, row, as_of, asked.parameters), etag_of(serving, as_of, asked.parameters))
