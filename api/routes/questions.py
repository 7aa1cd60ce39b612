"""The addresses of questions about the framework: who, chain, gates, maps, and its nodes as they stand."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import Field

from api.access.auditing import audit
from api.access.scope import scoped_unit
from api.compressing import compressed
from api.context import now, read_as_of
from api.drawing import MapWanted, draw_map
from api.framework_listing import FrameworkNode, FrameworkPage, list_kind, node_of
from api.gates import check_gates
from api.routes.common import (
    DEFAULT_LIMIT,
    MAX_LIMIT,
    NOT_MODIFIED,
    STORE_PROBLEM,
    Asked,
    DatedQuery,
    answered,
    etag_of,
    problems,
    unchanged_since,
)
from api.speaking import spoken
from graph.subgraph import Subgraph
from queries.answers import ChainAnswer, WhoAnswer
from queries.gate import GateAnswer

router = APIRouter(tags=["framework"])
_PROBLEMS = problems(_400="问题不成立 · Not a question that can be asked", _404="没有这个编号 · No such id", _422="参数不可用 · Unusable parameters", _503=STORE_PROBLEM)  # fmt: skip
_HTML = "text/html; charset=utf-8"
_MAP: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/html": {}}, "description": "图 · The map, as a value or as one offline page by Accept"}
}
IdPath = Annotated[str, Path(description="编号或名称 · Id or name")]


class GateQuery(DatedQuery):
    """What is about to happen."""

    stage: str | None = Field(default=None, description="将要进入的环节；默认看上线和已到的环节 · The stage it is about to enter; default: the launch and the stages reached")  # fmt: skip


class MapQuery(DatedQuery):
    """What a map shows; everything given must hold together."""

    unit: str | None = Field(default=None, description="单位及其下级 · A unit and those below it")
    owner: str | None = Field(default=None, description="责任人 · An owner")
    stage: str | None = Field(default=None, description="环节 · A stage")
    product: str | None = Field(default=None, description="产品 · A product")
    campaign: str | None = Field(default=None, description="营销案 · A campaign")
    complaint: str | None = Field(default=None, description="一条投诉的溯源图 · The trace of a complaint")
    format: Literal["json", "html"] | None = Field(
        default=None,
        description="格式；默认按 Accept · Format; default: by Accept, which a link that downloads cannot say",
    )
    lang: Literal["zh", "en"] | None = Field(
        default=None, description="网页先显示的语言 · The language the page starts in"
    )


class FrameworkQuery(DatedQuery):
    """A page of the nodes of a kind."""

    limit: int = Field(default=DEFAULT_LIMIT, ge=1, le=MAX_LIMIT, description="每页条数 · Nodes on a page")
    after: str | None = Field(default=None, description="上一页的 next · The `next` of the page before")


@router.get(
    "/api/v1/who/{kind}/{id:path}", summary="由谁负责 · Who answers for it", response_model=WhoAnswer, responses=NOT_MODIFIED | _PROBLEMS,
)  # fmt: skip
def who_answers(
    kind: Annotated[str, Path(description="种类，如 ControlPoint · Kind")], id: IdPath, asked: Annotated[DatedQuery, Query()],
    serving: Asked, request: Request,
) -> Response:  # fmt: skip
    """The owner with the rule, every duty that bears on it, and the units that must appoint somebody."""
    as_of = read_as_of(asked.as_of, "as_of")
    etag = etag_of(serving, as_of)
    return unchanged_since(request, etag) or answered(serving.who(f"{kind}:{id}", as_of), etag)


@router.get(
    "/api/v1/indicators/{id:path}/chain", summary="指标链 · Indicator chain", response_model=ChainAnswer, responses=NOT_MODIFIED | _PROBLEMS,
)  # fmt: skip
def indicator_chain(id: IdPath, asked: Annotated[DatedQuery, Query()], serving: Asked, request: Request) -> Response:
    """KCI → KQI → KPI above an indicator or a control point, with weights, basis, targets and gaps."""
    as_of = read_as_of(asked.as_of, "as_of")
    etag = etag_of(serving, as_of)
    return unchanged_since(request, etag) or answered(serving.chain(id, as_of), etag)


@router.post(
    "/api/v1/gates/{id:path}/check", summary="能否放行 · May it go on", response_model=GateAnswer,
    responses=_PROBLEMS | {409: {"description": "不能放行：答案列出未满足的评审 · It may not: the answer lists the unmet reviews", "model": GateAnswer}},
)  # fmt: skip
def check_gate(id: IdPath, asked: Annotated[GateQuery, Query()], serving: Asked) -> Response:
    """200 when every gate that is due lets the product or campaign pass, else 409 with what is unmet; another system can block on it."""
    as_of = read_as_of(asked.as_of, "as_of")
    answer = check_gates(serving, id, as_of, asked.stage)
    response = answered(answer, etag_of(serving, as_of))
    response.status_code = 200 if answer.allowed else 409
    return response


@router.get(
    "/api/v1/maps",
    summary="责任地图 · Responsibility map",
    response_model=Subgraph,
    responses=NOT_MODIFIED | _PROBLEMS | _MAP,
)
def responsibility_maps(asked: Annotated[MapQuery, Query()], serving: Asked, request: Request) -> Response:
    """The control points of a scope with holders, units, indicators and breakpoint marks; ``Accept: text/html`` gives the page."""
    as_of = read_as_of(asked.as_of, "as_of")
    as_page = asked.format == "html" if asked.format is not None else prefers_html(request.headers.get("accept", ""))
    etag = etag_of(serving, as_of).replace('W/"', 'W/"html.' if as_page else 'W/"')
    wanted = MapWanted(**asked.model_dump(include=set(MapWanted._fields)))
    if wanted.complaint is None:
        wanted = wanted._replace(unit=scoped_unit(request, wanted.unit))
    else:
        audit(request, "complaint.read", f"Complaint:{wanted.complaint}", {"as": "map"})
    unchanged = unchanged_since(request, etag)
    if unchanged is not None:
        return _by_accept(unchanged)
    picture = draw_map(serving, wanted, as_of, now())
    if not as_page:
        return _by_accept(answered(Subgraph.model_validate(picture.__dict__), etag))
    from viz.page import page_policy, render  # brings the drawing library with it: only who draws pays for that

    lang = asked.lang or spoken(request)
    policy = f"{page_policy()}; frame-ancestors 'self'"  # the page's own, not the stricter one of every other answer
    headers = {
        "ETag": etag,
        "Cache-Control": "private, no-cache",
        "Content-Language": lang,
        "Content-Security-Policy": policy,
    }
    return compressed(request, Response(render(picture, lang), media_type=_HTML, headers=headers))


@router.get(
    "/api/v1/framework/{kind}", summary="框架：某类节点 · Framework: the nodes of a kind", response_model=FrameworkPage,
    responses=NOT_MODIFIED | _PROBLEMS,
)  # fmt: skip
def framework_kind(
    kind: Annotated[str, Path(description="种类，如 ControlPoint · Kind")], asked: Annotated[FrameworkQuery, Query()], serving: Asked,
    request: Request,
) -> Response:  # fmt: skip
    """The nodes of a kind valid on the day, in id order."""
    as_of = read_as_of(asked.as_of, "as_of")
    etag = etag_of(serving, as_of)
    unchanged = unchanged_since(request, etag)
    return unchanged or answered(
        list_kind(serving.snapshot().framework, kind, as_of.day, asked.limit, asked.after), etag
    )


@router.get(
    "/api/v1/framework/{kind}/{id:path}", summary="框架：一个节点及其关系 · Framework: a node and its links", response_model=FrameworkNode,
    responses=NOT_MODIFIED | _PROBLEMS,
)  # fmt: skip
def framework_node(
    kind: Annotated[str, Path(description="种类，如 ControlPoint · Kind")], id: IdPath, asked: Annotated[DatedQuery, Query()],
    serving: Asked, request: Request,
) -> Response:  # fmt: skip
    """A node with its properties and every link of the framework from and to it."""
    as_of = read_as_of(asked.as_of, "as_of")
    etag = etag_of(serving, as_of)
    unchanged = unchanged_since(request, etag)
    return unchanged or answered(node_of(serving, f"{kind}:{id}"), etag)


def prefers_html(accept: str) -> bool:
    """Whether an ``Accept`` header ranks HTML before JSON (RFC 9110, 12.5.1); nothing said, or either as good, is JSON."""
    html, json, html_at, json_at = 0.0, 0.0, 0, 0
    for at, part in enumerate(accept.split(",")):
        media, *parameters = (word.strip().lower() for word in part.split(";"))
        quality = next((_quality(word[2:]) for word in parameters if word.startswith("q=")), 1.0)
        if media in ("text/html", "application/xhtml+xml") and quality > html:
            html, html_at = quality, at
        if media in ("application/json", "application/*") and quality > json:
            json, json_at = quality, at
    return html > json or (html == json > 0 and html_at < json_at)


def _quality(text: str) -> float:
    try:
        return min(max(float(text), 0.0), 1.0)
    except ValueError:
        return 0.0


def _by_accept(response: Response) -> Response:
    """Say to caches that the answer depends on what was accepted."""
    response.headers["Vary"] = "Accept, Accept-Language"
    return response
