"""``suyuan token``: tokens by which programs come in on behalf of a user."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import typer
from pydantic import BaseModel, ConfigDict

from api.access.local_audit import note_here
from api.access.opening import books_of
from api.commands.user import read_role
from api.context import JsonOption, invocation, now
from api.terminal import output
from graph.text import Text

NAME = "token"
HELP = Text("程序用的令牌：创建、列出、吊销", "Tokens for programs: create, list, revoke")


class TokenLine(BaseModel):
    """A token as a list shows it; its secret is not kept anywhere."""

    model_config = ConfigDict(frozen=True)
    id: str
    user: str
    role: str
    label: str
    created_at: str
    expires_at: str
    used_at: str | None
    revoked_at: str | None


class TokenList(BaseModel):
    """The tokens, oldest first."""

    model_config = ConfigDict(frozen=True)
    tokens: tuple[TokenLine, ...]


def create(
    context: typer.Context,
    user: Annotated[str, typer.Argument(metavar="USER", help=str(Text("属于哪个用户", "Whose it is")))],
    role: Annotated[str, typer.Option("--role", help=str(Text("至多为用户的角色", "At most the user's role")))] = "viewer",
    label: Annotated[str, typer.Option("--label", help=str(Text("用途", "What it is for")))] = "",
    days: Annotated[int, typer.Option("--days", help=str(Text("有效天数，至多 366", "Days it lasts, 366 at most")))] = 90,
) -> None:  # fmt: skip
    """Print a new token, this once."""
    call = invocation(context)
    with books_of(call.store_url) as books:
        token, written = books.tokens.create(books.users.get(user), read_role(role), label, days, now())
        note_here(books, "token.create", token.id, {"user": user, "role": role, "until": token.expires_at})
    output.print_text(written)
    output.say(Text("令牌只显示这一次。", "The token is shown this once.").in_(call.lang))


def list_(
    context: typer.Context,
    user: Annotated[str | None, typer.Option("--user", help=str(Text("只列某个用户的", "Of one user only")))] = None,
    as_json: JsonOption = False,
) -> None:
    """List the tokens."""
    call = invocation(context)
    with books_of(call.store_url) as books:
        tokens = books.tokens.all(user)
    if as_json:
        output.print_json(TokenList(tokens=tuple(TokenLine(**token._asdict()) for token in tokens)))
        return
    at = now()
    headings = (
        Text("令牌", "Token"), Text("用户", "User"), Text("角色", "Role"), Text("用途", "For"), Text("有效至", "Until"), Text("上次使用", "Last used"),
        Text("状态", "State"),
    )  # fmt: skip
    states = {True: Text("有效", "good"), False: Text("失效", "ended")}
    rows = [
        (t.id, t.user, t.role, t.label, t.expires_at, t.used_at, states[t.works(at)].in_(call.lang)) for t in tokens
    ]
    output.print_table(Text("令牌", "Tokens"), headings, rows, call.lang)


def revoke(
    context: typer.Context, id: Annotated[str, typer.Argument(metavar="TOKEN", help=str(Text("令牌的编号", "Id of the token")))]
) -> None:  # fmt: skip
    """End a token."""
    call = invocation(context)
    with books_of(call.store_url) as books:
        token = books.tokens.revoke(id, now())
        note_here(books, "token.revoke", token.id, {"user": token.user})
    output.say(Text(f"已吊销 {token.id}", f"Revoked {token.id}").in_(call.lang))


COMMANDS: tuple[tuple[str, Callable[..., None], Text], ...] = (
    ("create", create, Text("为用户创建令牌", "Create a token for a user")),
    ("list", list_, Text("列出令牌", "List the tokens")),
    ("revoke", revoke, Text("吊销令牌", "End a token")),
)
"""Name, function and help of each command of the group."""
