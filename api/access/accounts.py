"""The users of a service: local ones with a password, and those whom an identity provider vouches for."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from api.access.database import Database
from api.access.passwords import check_password, fits, hash_password, is_dated
from api.access.principal import RANKS, Principal
from api.roles import Role
from graph.errors import UnknownId, UsageError
from graph.text import Text

USER_ROLES: tuple[Role, ...] = tuple(role for role in RANKS if role != "anyone")
OUTSIDE = "oidc:"
"""How the names of users of an identity provider begin; a local name cannot hold a colon."""
_NAME = re.compile(r"[\w.@-]{1,64}\Z")


class User(NamedTuple):
    """Somebody who may come in; ``unit`` confines them to what is below it."""

    name: str
    role: Role
    unit: str | None
    active: bool
    created_at: str

    @property
    def principal(self) -> Principal:
        """Who they are to the rest of the program."""
        return Principal(self.name, self.role, self.unit)

    @property
    def local(self) -> bool:
        """Whether they come in with a password of ours."""
        return not self.name.startswith(OUTSIDE)


class Accounts:
    """The users in a file."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, name: str, password: str, role: Role, unit: str | None, at: str) -> User:
        """Take a local user in. Raises UsageError for a name that is taken or cannot be, and for a poor password."""
        if not _NAME.match(name):
            raise UsageError(
                Text(f"用户名不可用：{name[:64]!r}", f"not a user name: {name[:64]!r}"),
                Text("请用 1–64 个字母、数字、汉字或 . @ _ -", "Use 1–64 letters, digits or . @ _ -"),
            )
        _check_scope(role, unit)
        check_password(name, password)
        kept = hash_password(password)
        with self._database.writing() as db:
            if db.execute("SELECT 1 FROM users WHERE name = ?", (name,)).fetchone():
                raise UsageError(
                    Text(f"已有用户 {name}", f"there is a user {name} already"),
                    Text("请换一个名字；改密码用 suyuan user passwd", "Choose another name; `suyuan user passwd` changes a password"),
                )  # fmt: skip
            db.execute("INSERT INTO users VALUES (?, ?, ?, ?, 1, ?)", (name, kept, role, unit, at))
        return User(name, role, unit, True, at)

    def vouched(self, name: str, role: Role, unit: str | None, at: str) -> User | None:
        """The user of an identity provider with the role and unit it says now, taken in where new; None: an admin has disabled them."""
        name = OUTSIDE + name[:200]
        with self._database.writing() as db:
            db.execute(
                "INSERT INTO users VALUES (?, NULL, ?, ?, 1, ?) ON CONFLICT (name) DO UPDATE SET role = excluded.role, unit = excluded.unit",
                (name, role, unit, at),
            )
        found = self.get(name)
        return found if found.active else None

    def get(self, name: str) -> User:
        """A user by name. Raises UnknownId."""
        with self._database.reading() as db:
            row = db.execute(
                "SELECT name, role, unit, active, created_at FROM users WHERE name = ?", (name,)
            ).fetchone()
        if row is None:
            raise UnknownId(name, (user.name for user in self.all()))
        return _user(row)

    def all(self) -> list[User]:
        """Every user, by name."""
        with self._database.reading() as db:
            rows = db.execute("SELECT name, role, unit, active, created_at FROM users ORDER BY name").fetchall()
        return [_user(row) for row in rows]

    def has_admin(self) -> bool:
        """Whether an active user may do everything; without one nobody could take users in or out."""
        return any(user.active and user.role == "admin" and user.unit is None for user in self.all())

    def check(self, name: str, password: str) -> User | None:
        """The active local user of a name and password, else None; a hash of dated parameters is made anew."""
        with self._database.reading() as db:
            row = db.execute(
                "SELECT name, role, unit, active, created_at, password FROM users WHERE name = ?", (name,)
            ).fetchone()
        kept = row[5] if row is not None else None
        if not fits(kept, password) or kept is None or not row[3]:
            return None
        if is_dated(kept):
            self._keep(name, hash_password(password))
        return _user(row[:5])

    def set_password(self, name: str, password: str) -> None:
        """Change a password; every session of the user ends. Raises UnknownId, UsageError for a poor one or a user without."""
        user = self.get(name)
        if not user.local:
            raise UsageError(
                Text(f"{name} 由身份提供方登录，没有密码", f"{name} logs in at the identity provider and has no password here"),
                Text("请在身份提供方处修改", "Change it there"),
            )  # fmt: skip
        check_password(name, password)
        self._keep(name, hash_password(password))
        self._end_sessions(name)

    def set_active(self, name: str, *, active: bool) -> None:
        """Let a user in again, or out: then every session ends and no token works. Raises UnknownId."""
        self.get(name)
        with self._database.writing() as db:
            db.execute("UPDATE users SET active = ? WHERE name = ?", (int(active), name))
        if not active:
            self._end_sessions(name)

    def _keep(self, name: str, kept: str) -> None:
        with self._database.writing() as db:
            db.execute("UPDATE users SET password = ? WHERE name = ?", (kept, name))

    def _end_sessions(self, name: str) -> None:
        with self._database.writing() as db:
            db.execute("DELETE FROM sessions WHERE user = ?", (name,))


def _check_scope(role: Role, unit: str | None) -> None:
    if role == "admin" and unit is not None:
        raise UsageError(
            Text("管理员不能限定单位：导入涉及全部数据", "an admin cannot be confined to a unit: imports touch everything"),
            Text("请去掉 --unit，或改用 manager", "Leave --unit out, or make them a manager"),
        )  # fmt: skip


def _user(row: tuple[Any, ...]) -> User:
    name, role, unit, active, created_at = row
    return User(name, role, unit, bool(active), created_at)
