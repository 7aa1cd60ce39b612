"""The one gate that every request passes: who asks, whether the address is open to them, from where, and how often."""

from __future__ import annotations

import logging
from urllib.parse import quote

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from api.access.auditing import address_of, event_of
from api.access.books import Books
from api.access.origin import is_foreign
from api.access.principal import LOCAL, NOBODY, Principal
from api.access.rates import Rates
from api.access.route_table import Declared, asked_for, declared_routes
from api.context import now
from api.errors import problem_response
from api.roles import ROLES, Role
from graph.errors import StoreError
from graph.text import Text

COOKIE = "suyuan_session"
_LOG = logging.getLogger("suyuan.guard")
_PROXIED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip")
"""Who asks through a proxy is not at this machine, although the proxy may be."""
_NO_BOOKS = Text("账户与审计现在不可用", "accounts and audit cannot be used now")
_MEND_BOOKS = Text("请管理员检查存储旁的 suyuan.access 文件夹", "Ask the administrator to look at the folder suyuan.access beside the store")  # fmt: skip
_SIGN_IN = Text("请先登录", "you are not logged in")
_HOW_TO_SIGN_IN = Text("网页请到 /login；程序请带 Authorization: Bearer 令牌", "People go to /login; programs send Authorization: Bearer TOKEN")  # fmt: skip


class Guard:
    """ASGI middleware: lets a request through with its principal in ``request.state``, or answers 401, 403 or 429."""

    def __init__(self, app: ASGIApp, owner: FastAPI, books: Books, rates: Rates, *, logins: bool) -> None:
        self._app, self._owner, self._books, self._rates, self._logins = app, owner, books, rates, logins
        self._table: tuple[Declared, ...] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection, or refuse it; there are no web sockets here."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return
        request = Request(scope)
        try:
            refused = await self._refuse(request)
        except StoreError as error:
            _LOG.error("%s", error.what.en)
            refused = problem_response(request, 503, "access_unavailable", _NO_BOOKS, _MEND_BOOKS)
        await (self._app if refused is None else refused)(scope, receive, send)

    async def _refuse(self, request: Request) -> Response | None:
        """The answer to a request that may not pass; None for one that may."""
        principal = self._principal(request) if self._logins else LOCAL
        request.state.principal = principal or NOBODY
        if self._logins:
            wait = self._rates.wait(request.state.principal.name, address_of(request))
            if wait:
                return too_many(request, wait)
        elif any(name in request.headers for name in _PROXIED):
            return problem_response(
                request, 403, "behind_a_proxy", Text("经代理访问须启用登录", "through a proxy, logins are needed"),
                Text("请管理员设 SUYUAN_LOGIN=required", "Ask the administrator to set SUYUAN_LOGIN=required"),
            )  # fmt: skip
        if is_foreign(request.method, request.headers):
            return problem_response(
                request, 403, "foreign_origin", Text("请求来自别的网站的页面", "the request comes from a page of another site"),
                Text("请从本系统的页面操作", "Act from the pages of this service"),
            )  # fmt: skip
        asked = asked_for(self._routes(), request.scope)
        if asked is None:
            return None  # the router says that there is no such address or method
        needed = ROLES.get(asked)
        if needed is None:
            _LOG.error("no role is declared for %s %s", *asked)
            return _forbidden(request, Text("这个地址没有声明角色", "no role is declared for this address"))
        return await self._check(request, principal, needed)

    async def _check(self, request: Request, principal: Principal | None, needed: Role) -> Response | None:
        if needed == "anyone":
            return None
        if principal is None:
            return _sign_in(request)
        if principal.may(needed) and not (needed == "admin" and principal.unit is not None):
            return None
        event = event_of(request, principal.name, "access.refused", f"{request.method} {request.url.path}")
        await run_in_threadpool(self._books.audit.add, event)
        return _forbidden(request, Text(f"需要角色 {needed}", f"the role {needed} is needed"))

    def _principal(self, request: Request) -> Principal | None:
        """Who asks: the user of a token where one is sent, else of a session; None where there is neither, or it is past."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        at = now()
        if scheme:
            return self._books.tokens.principal(token.strip(), at) if scheme.lower() == "bearer" else None
        secret = request.cookies.get(COOKIE)
        user = self._books.sessions.user(secret, at) if secret else None
        return user.principal if user is not None else None

    def _routes(self) -> tuple[Declared, ...]:
        if self._table is None:
            self._table = declared_routes(self._owner.routes)
        return self._table


def too_many(request: Request, wait: float) -> Response:
    """429 with the seconds to wait."""
    seconds = max(1, round(wait))
    response = problem_response(
        request, 429, "too_many_requests", Text("请求太频繁", "too many requests"),
        Text(f"请 {seconds} 秒后再试", f"Try again in {seconds} seconds"),
    )  # fmt: skip
    response.headers["Retry-After"] = str(seconds)
    return response


def _sign_in(request: Request) -> Response:
    """To a person the way to the login, to a program what it lacks."""
    if request.method in ("GET", "HEAD") and "text/html" in request.headers.get("accept", ""):
        place = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse(f"/login?next={quote(place, safe='')}", 303, {"Cache-Control": "no-store"})
    response = problem_response(request, 401, "login_needed", _SIGN_IN, _HOW_TO_SIGN_IN)
    response.headers["WWW-Authenticate"] = 'Bearer realm="suyuan"'
    return response


def _forbidden(request: Request, what: Text) -> Response:
    return problem_response(
        request, 403, "forbidden", what, Text("请联系管理员", "Ask an administrator"),
    )  # fmt: skip
