"""``suyuan user``: who may log in — taken in, listed, given another password, let out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from pydantic import BaseModel, ConfigDict

from api.access.accounts import USER_ROLES
from api.access.local_audit import note_here
from api.access.opening import books_of
from api.context import JsonOption, invocation, now
from api.roles import Role
from api.serving import serving
from api.terminal import output
from graph.errors import UsageError
from graph.text import Text

NAME = "user"
HELP = Text("登录用户：添加、列出、改密码、停用", "Users who log in: add, list, change the password, disable")
NameArgument = Annotated[str, typer.Argument(metavar="NAME", help=str(Text("用户名", "Name of the user")))]
PasswordOption = Annotated[
    Path | None,
    typer.Option(
        "--password-file", metavar="FILE", help=str(Text("从文件首行读密码；默认在终端询问", "Read the password from the first line of a file; default: ask at the terminal"))
    ),
]  # fmt: skip


class UserLine(BaseModel):
    """A user as a list shows it."""

    model_config = ConfigDict(frozen=True)
    name: str
    role: Role
    unit: str | None
    active: bool
    created_at: str


class UserList(BaseModel):
    """Every user, by name."""

    model_config = ConfigDict(frozen=True)
    users: tuple[UserLine, ...]


def add(
    context: typer.Context, name: NameArgument,
    role: Annotated[str, typer.Option("--role", help=str(Text("viewer、analyst、manager 或 admin", "viewer, analyst, manager or admin")))],
    unit: Annotated[str | None, typer.Option("--unit", metavar="UNIT", help=str(Text("只看这个单位及其下级", "See this unit and those below it only")))] = None,
    password_file: PasswordOption = None,
) -> None:  # fmt: skip
    """Take a user in."""
    call = invocation(context)
    known = read_role(role)
    with serving(call.store_url) as desk:
        scope = desk.find(unit, ("OrgUnit",)).id if unit is not None else None
    with books_of(call.store_url) as books:
        user = books.users.add(name, _password(password_file), known, scope, now())
        note_here(books, "user.add", name, {"role": role, "unit": scope or ""})
    output.say(Text(f"已添加 {user.name}（{user.role}）", f"Added {user.name} ({user.role})").in_(call.lang))


def list_(context: typer.Context, as_json: JsonOption = False) -> None:
    """List the users."""
    call = invocation(context)
    with books_of(call.store_url) as books:
        lines = tuple(UserLine(**user._asdict()) for user in books.users.all())
    if as_json:
        output.print_json(UserList(users=lines))
        return
    headings = (
        Text("用户", "User"),
        Text("角色", "Role"),
        Text("单位", "Unit"),
        Text("状态", "State"),
        Text("添加于", "Added"),
    )
    states = {True: Text("启用", "active"), False: Text("停用", "disabled")}
    rows = [(line.name, line.role, line.unit, states[line.active].in_(call.lang), line.created_at) for line in lines]
    output.print_table(Text("用户", "Users"), headings, rows, call.lang)


def passwd(context: typer.Context, name: NameArgument, password_file: PasswordOption = None) -> None:
    """Give a user another password; their sessions end."""
    call = invocation(context)
    with books_of(call.store_url) as books:
        books.users.get(name)
        books.users.set_password(name, _password(password_file))
        note_here(books, "password.change", name)
    output.say(
        Text(f"{name} 的密码已更改，会话已结束", f"The password of {name} is changed, their sessions are ended").in_(
            call.lang
        )
    )


def disable(
    context: typer.Context, name: NameArgument,
    undo: Annotated[bool, typer.Option("--undo", help=str(Text("重新启用", "Let them in again")))] = False,
) -> None:  # fmt: skip
    """Let a user out: sessions end, tokens stop working."""
    call = invocation(context)
    with books_of(call.store_url) as books:
        books.users.set_active(name, active=undo)
        note_here(books, "user.enable" if undo else "user.disable", name)
        alone = not books.users.has_admin()
    told = Text(f"已启用 {name}", f"Enabled {name}") if undo else Text(f"已停用 {name}", f"Disabled {name}")
    output.say(told.in_(call.lang))
    if alone:
        output.say(Text("注意：已没有启用的管理员", "Note: no active admin is left").in_(call.lang))


COMMANDS: tuple[tuple[str, Callable[..., None], Text], ...] = (
    ("add", add, Text("添加用户", "Take a user in")),
    ("list", list_, Text("列出用户", "List the users")),
    ("passwd", passwd, Text("改密码，并结束其会话", "Change a password and end the sessions")),
    ("disable", disable, Text("停用，或以 --undo 重新启用", "Let a user out, or in again with --undo")),
)
"""Name, function and help of each command of the group."""


def read_role(text: str) -> Role:
    """The role a person means. Raises UsageError."""
    found = next((role for role in USER_ROLES if role == text), None)
    if found is None:
        raise UsageError(
            Text(f"没有角色 {text}", f"there is no role {text}"),
            Text(f"可用：{'、'.join(USER_ROLES)}", f"It is one of: {', '.join(USER_ROLES)}"),
        )
    return found


def _password(file: Path | None) -> str:
    """The password of a file's first line, or typed twice without being shown."""
    if file is None:
        asked = Text("密码", "Password").in_("zh") + " / Password"
        return str(typer.prompt(asked, hide_input=True, confirmation_prompt=True, err=True))
    try:
        with file.open(encoding="utf-8") as lines:
            return lines.readline().rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            Text(f"无法读取密码文件：{file}", f"the password file cannot be read: {file}"),
            Text("请检查路径和权限", "Check its path and rights"),
        ) from error
