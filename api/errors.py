"""Which exception is which HTTP status: one table, answered as problem+json (RFC 9457) in both languages with a stable code."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.access.route_table import declared_routes, methods_of
from api.speaking import spoken
from api.trouble import trouble_id
from graph import errors
from graph.subgraph import Label
from graph.text import Text
from graph.values import clip

MEDIA_TYPE = "application/problem+json"
_LOG = logging.getLogger("suyuan.http")

STATUS: Mapping[type[errors.SuYuanError], tuple[int, str]] = {
    errors.UnknownId: (404, "unknown_id"),
    errors.DiskFull: (507, "no_space"),
    errors.UsageError: (400, "bad_request"),
    errors.InputError: (400, "bad_input"),
    errors.StoreMissing: (503, "store_missing"),
    errors.StoreLocked: (503, "store_locked"),
    errors.StoreReadOnly: (503, "store_read_only"),
    errors.StoreTooNew: (503, "store_too_new"),
    errors.StoreOutdated: (503, "store_outdated"),
    errors.StoreDamaged: (503, "store_damaged"),
    errors.StoreError: (503, "store_unavailable"),
    errors.SuYuanError: (500, "internal_error"),
}
"""Exception → status and code; a class that is not listed is answered as its nearest listed ancestor."""

_STORE_WHAT = Text("存储现在不可用", "the store cannot be used now")
_STORE_MEND = Text("请管理员运行 suyuan doctor", "Ask the administrator to run `suyuan doctor`")
_FULL_WHAT = Text("服务器磁盘已满，没有写入", "the disk of the server is full, nothing was written")
_FULL_MEND = Text("请管理员腾出空间后再试", "Try again once an administrator has made room")
_HTTP = {
    404: ("not_found", Text("没有这个地址", "there is no such address"), Text("可用地址见 /api/v1/openapi.json", "See /api/v1/openapi.json")),
    405: ("method_not_allowed", Text("这个地址不接受此方法", "the address does not take this method"), Text("可用方法见 Allow 头", "See the Allow header")),
}  # fmt: skip


class ParameterProblem(BaseModel):
    """One parameter of a request that cannot be used."""

    model_config = ConfigDict(frozen=True)
    parameter: str
    message: Label


class Problem(BaseModel):
    """A problem+json answer; ``title`` and ``detail`` are in the language asked for, ``message`` and ``mend`` in both."""

    model_config = ConfigDict(frozen=True)
    type: str = Field(description="urn:suyuan:problem:CODE")
    title: str
    status: int
    detail: str
    code: str = Field(description="稳定的代码 · Stable code for programs")
    message: Label = Field(description="出了什么问题 · What is wrong")
    mend: Label = Field(description="怎么办 · How to mend it")
    parameters: tuple[ParameterProblem, ...] = ()
    reference: str | None = Field(
        default=None, description="内部错误编号 · Id of an internal error, also in the server's log"
    )


def install(app: FastAPI) -> None:
    """Give an application these answers for every way a request can go wrong."""
    app.add_exception_handler(errors.SuYuanError, _ours)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_middleware(LastResort)


class LastResort:
    """ASGI middleware around everything: an unforeseen error is answered with its id and nothing of its content."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except Exception as error:  # noqa: BLE001 — the outermost edge of the HTTP face
            reference = trouble_id(error)
            _LOG.error(
                "internal error %s: %s", reference, type(error).__name__, exc_info=os.environ.get("SUYUAN_DEBUG") == "1"
            )
            if scope["type"] == "http" and not started:
                await _internal(Request(scope), reference)(scope, receive, send)


def _ours(request: Request, error: Exception) -> Response:
    assert isinstance(error, errors.SuYuanError)
    status, code = next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)
    if isinstance(error, errors.StoreError):
        # Its words hold paths of the server: they go to the log, not to the caller.
        _LOG.error("%s: %s", code, error.what.en)
        return problem_response(request, status, code, _STORE_WHAT, _STORE_MEND)
    if isinstance(error, errors.DiskFull):
        _LOG.error("%s: %s", code, error.what.en)
        return problem_response(request, status, code, _FULL_WHAT, _FULL_MEND)
    return problem_response(request, status, code, error.what, error.mend)


def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    found = tuple(_parameter(item) for item in error.errors())
    names = ", ".join(dict.fromkeys(item.parameter for item in found))
    return problem_response(
        request, 422, "invalid_parameters",
        Text(f"请求参数不可用：{names}", f"unusable parameters: {names}"),
        Text("请按 parameters 中的说明改正", "Correct them as `parameters` says"), found,
    )  # fmt: skip


def _parameter(item: Mapping[str, Any]) -> ParameterProblem:
    name = next(str(part) for part in reversed(item["loc"]) if isinstance(part, str))
    if item["type"] == "extra_forbidden":
        return ParameterProblem(
            parameter=name, message=Label(zh=f"没有参数 {name}", en=f"there is no parameter {name}")
        )
    value = clip(item.get("input"))
    return ParameterProblem(
        parameter=name,
        message=Label(zh=f"{name} 的值不可用：{value}", en=f"{name} has an unusable value: {value} ({item['msg']})"),
    )


def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    phrase = HTTPStatus(error.status_code).phrase
    code, what, mend = _HTTP.get(
        error.status_code,
        (
            phrase.lower().replace(" ", "_"),
            Text(f"请求失败（{error.status_code}）", phrase),
            Text("请核对请求", "Check the request"),
        ),
    )
    response = problem_response(request, error.status_code, code, what, mend)
    response.headers.update(error.headers or {})
    if error.status_code == 405:
        response.headers["Allow"] = ", ".join(methods_of(declared_routes(request.app.routes), request.scope))
    return response


def _internal(request: Request, reference: str) -> Response:
    return problem_response(
        request, 500, "internal_error", Text("服务器内部错误", "internal error"),
        Text(f"请把编号 {reference} 告诉管理员", f"Tell the administrator the reference {reference}"), reference=reference,
    )  # fmt: skip


def problem_response(
    request: Request, status: int, code: str, what: Text, mend: Text,
    parameters: Sequence[ParameterProblem] = (), reference: str | None = None,
) -> Response:  # fmt: skip
    """A problem+json answer in the language the caller asks for; a page for who opens one of the pages in a browser."""
    lang = spoken(request)
    problem = Problem(
        type=f"urn:suyuan:problem:{code}", title=what.in_(lang), status=status, detail=mend.in_(lang), code=code,
        message=Label(**what.as_dict()), mend=Label(**mend.as_dict()), parameters=tuple(parameters), reference=reference,
    )  # fmt: skip
    if _for_a_person(request):
        from api.pages.render import page  # draws with what stands above this module

        return page(
            request, "trouble.html.j2", {"problem": problem}, status=status, headers={"Cache-Control": "no-store"}
        )
    content = problem.model_dump_json(exclude_none=True).encode()
    return Response(content, status, {"Content-Language": lang, "Cache-Control": "no-store"}, MEDIA_TYPE)


def _for_a_person(request: Request) -> bool:
    return not request.url.path.startswith("/api/") and "text/html" in request.headers.get("accept", "")
