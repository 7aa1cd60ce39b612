"""The addresses of logging in and out, by password or at an identity provider."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import RedirectResponse

from api.access.accounts import User
from api.access.attempts import keys_of
from api.access.auditing import address_of, audit, note
from api.access.books import Books
from api.access.guard import COOKIE
from api.access.oidc import Oidc
from api.access.principal import principal_of
from api.context import now
from api.errors import problem_response
from api.pages.render import page
from api.pages.site import local
from graph.errors import UsageError
from graph.text import Text

router = APIRouter(include_in_schema=False)
_STATE_COOKIE = "suyuan_oidc"
_BACK = "/login/oidc/back"
_NO_STORE = {"Cache-Control": "no-store"}
Next = Annotated[str, Query(max_length=2000)]


@router.get("/login")
def login_page(request: Request, next: Next = "/") -> Response:
    """The form; who is in already goes on."""
    if principal_of(request).name:
        return RedirectResponse(local(next), 303, _NO_STORE)
    return _form(request, next)


@router.post("/login")
def login(
    request: Request, name: Annotated[str, Form(max_length=200)], password: Annotated[str, Form(max_length=1000)],
    next: Annotated[str, Form(max_length=2000)] = "/",
) -> Response:  # fmt: skip
    """Begin a session for a name and its password; wrong ones are told apart by nothing, not even by time."""
    books = _books(request)
    keys = keys_of(name, address_of(request))
    wait = books.attempts.begin(keys, now())
    if wait:
        note(request, name, "login.locked", name, {"seconds": f"{wait:.0f}"})
        return _form(request, next, name, wait=wait)
    user = books.users.check(name, password)
    if user is None:
        note(request, name, "login.failed", name)
        return _form(request, next, name, wrong=True)
    books.attempts.succeeded(keys)
    return _welcome(request, user, next)


@router.post("/logout")
def logout(request: Request) -> Response:
    """End the session on the server and in the browser."""
    secret = request.cookies.get(COOKIE)
    if secret:
        _books(request).sessions.end(secret)
        audit(request, "logout", principal_of(request).name)
    response = RedirectResponse("/login", 303, _NO_STORE | {"Clear-Site-Data": '"cache"'})
    response.delete_cookie(COOKIE, httponly=True, samesite="lax")
    return response


@router.get("/login/oidc")
def go_to_provider(request: Request, next: Next = "/") -> Response:
    """Send the browser to the identity provider."""
    begun = _oidc(request).begin(_back(request), local(next), now())
    response = RedirectResponse(begun.address, 303, _NO_STORE)
    response.set_cookie(
        _STATE_COOKIE, begun.state, max_age=600, path="/login", httponly=True, samesite="lax", secure=_is_secure(request)
    )  # fmt: skip
    return response


@router.get(_BACK)
def back_from_provider(
    request: Request, state: Annotated[str, Query(max_length=200)] = "", code: Annotated[str, Query(max_length=4000)] = "",
) -> Response:  # fmt: skip
    """Begin a session for whom the provider vouches, if this browser is the one that went there."""
    books, at = _books(request), now()
    try:
        if not state or request.cookies.get(_STATE_COOKIE) != state or not code:
            raise _not_begun()
        vouched = _oidc(request).finish(_back(request), code, state, at)
    except UsageError as error:
        note(request, "", "login.failed", "oidc", {"reason": error.what.en})
        raise
    user = books.users.vouched(vouched.name, vouched.role, vouched.unit, at) if vouched.role is not None else None
    if user is None:
        note(request, f"oidc:{vouched.name}", "login.failed", "oidc", {"reason": "no role, or disabled"})
        return problem_response(
            request, 403, "no_role", Text("这个账户在本系统没有角色，或已停用", "this account has no role here, or is disabled"),
            Text("请联系管理员", "Ask an administrator"),
        )  # fmt: skip
    response = _welcome(request, user, vouched.next)
    response.delete_cookie(_STATE_COOKIE, path="/login")
    return response


def _welcome(request: Request, user: User, next_: str) -> Response:
    books = _books(request)
    before = request.cookies.get(COOKIE)
    if before:
        books.sessions.end(before)
    secret = books.sessions.begin(user, now())
    note(request, user.name, "login", user.name)
    response = RedirectResponse(local(next_), 303, _NO_STORE)
    response.set_cookie(COOKIE, secret, httponly=True, samesite="lax", secure=_is_secure(request))
    return response


def _form(request: Request, next_: str, name: str = "", *, wrong: bool = False, wait: float = 0.0) -> Response:
    seconds = max(1, round(wait)) if wait else 0
    headers = _NO_STORE | ({"Retry-After": str(seconds)} if wait else {})
    headers |= {"WWW-Authenticate": 'Bearer realm="suyuan"'} if wrong else {}  # a 401 must say what would do
    context = {
        "next": local(next_), "name": name, "wrong": wrong, "wait": seconds, "provider": request.app.state.oidc is not None,
        "provider_address": f"/login/oidc?next={quote(local(next_), safe='')}",
    }  # fmt: skip
    return page(request, "login.html.j2", context, status=429 if wait else 401 if wrong else 200, headers=headers)


def _not_begun() -> UsageError:
    return UsageError(
        Text("这次登录不是从这个浏览器开始的，或已过期", "this login was not begun in this browser, or is past"),
        Text("请从登录页重新开始", "Begin again at the login page"),
    )


def _books(request: Request) -> Books:
    found: Books = request.app.state.books
    return found


def _oidc(request: Request) -> Oidc:
    found: Oidc | None = request.app.state.oidc
    if found is None:
        raise UsageError(
            Text("没有配置身份提供方", "no identity provider is configured"),
            Text("请用用户名和密码登录", "Log in with name and password"),
        )
    return found


def _is_secure(request: Request) -> bool:
    return request.url.scheme == "https"


def _back(request: Request) -> str:
    return f"{request.url.scheme}://{request.headers['host']}{_BACK}"
