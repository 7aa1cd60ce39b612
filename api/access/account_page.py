"""The page of one's own account: who am I here, my tokens, my password."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Path, Request, Response
from fastapi.responses import RedirectResponse

from api.access.accounts import USER_ROLES, User
from api.access.attempts import keys_of
from api.access.auditing import address_of, audit
from api.access.books import Books
from api.access.guard import COOKIE
from api.access.principal import LOCAL, principal_of
from api.context import now
from api.errors import problem_response
from api.pages.render import page
from api.roles import Role
from graph.errors import UsageError
from graph.text import Text

router = APIRouter(include_in_schema=False)
_NO_STORE = {"Cache-Control": "no-store"}


@router.get("/account")
def account(request: Request) -> Response:
    """Who I am, what I may do, and my tokens."""
    return _shown(request)


@router.post("/account/tokens")
def create_token(
    request: Request, role: Annotated[Role, Form()], label: Annotated[str, Form(max_length=100)] = "",
    days: Annotated[int, Form()] = 90,
) -> Response:  # fmt: skip
    """A token for a program of mine; its text is on this one answer and nowhere else."""
    user = _me(request)
    try:
        token, written = _books(request).tokens.create(user, role, label, days, now())
    except UsageError as error:
        return _shown(request, trouble=error)
    audit(request, "token.create", token.id, {"user": user.name, "role": token.role, "until": token.expires_at})
    return _shown(request, written=written)


@router.post("/account/tokens/{id}/revoke")
def revoke_token(request: Request, id: Annotated[str, Path(max_length=40)]) -> Response:
    """End one of my tokens."""
    token = _books(request).tokens.revoke(id, now(), _me(request).name)
    audit(request, "token.revoke", token.id, {"user": token.user})
    return RedirectResponse("/account", 303, _NO_STORE)


@router.post("/account/password")
def change_password(
    request: Request, present: Annotated[str, Form(max_length=1000)], password: Annotated[str, Form(max_length=1000)],
    again: Annotated[str, Form(max_length=1000)],
) -> Response:  # fmt: skip
    """Change my password; all my sessions end, and a new one begins here."""
    books, user = _books(request), _me(request)
    keys = keys_of(user.name, address_of(request))
    wait = books.attempts.begin(keys, now())
    try:
        if wait:
            raise _refused(Text(f"请 {wait:.0f} 秒后再试", f"try again in {wait:.0f} seconds"))
        if books.users.check(user.name, present) is None:
            audit(request, "password.refused", user.name)
            raise _refused(Text("现在的密码不对", "the present password is wrong"))
        books.attempts.succeeded(keys)
        if password != again:
            raise _refused(Text("两次输入的新密码不同", "the new password was typed in two ways"))
        books.users.set_password(user.name, password)
    except UsageError as error:
        return _shown(request, trouble=error)
    audit(request, "password.change", user.name)
    response = RedirectResponse("/account", 303, _NO_STORE)
    secret = books.sessions.begin(user, now())
    response.set_cookie(COOKIE, secret, httponly=True, samesite="lax", secure=request.url.scheme == "https")
    return response


def _shown(request: Request, *, written: str | None = None, trouble: UsageError | None = None) -> Response:
    principal = principal_of(request)
    if principal is LOCAL:
        return problem_response(
            request, 404, "no_logins", Text("本服务不需要登录，没有账户", "this service asks for no login: there are no accounts"),
            Text("设 SUYUAN_LOGIN=required 启用登录", "SUYUAN_LOGIN=required switches logins on"),
        )  # fmt: skip
    at, user = now(), _me(request)
    tokens = [(token, token.works(at)) for token in _books(request).tokens.all(user.name)]
    roles = USER_ROLES[: USER_ROLES.index(user.role) + 1]
    context = {"user": user, "tokens": tokens, "roles": roles, "written": written, "trouble": trouble}
    return page(request, "account.html.j2", context, status=400 if trouble is not None else 200, headers=_NO_STORE)


def _me(request: Request) -> User:
    """The user behind a session; what a token lets in may not make more tokens or change a password."""
    if "authorization" in request.headers or principal_of(request) is LOCAL:
        raise _refused(Text("这里只接受网页登录", "this takes a login in a browser"))
    return _books(request).users.get(principal_of(request).name)


def _refused(what: Text) -> UsageError:
    return UsageError(what, Text("请改正后再试", "Correct it and try again"))


def _books(request: Request) -> Books:
    found: Books = request.app.state.books
    return found
