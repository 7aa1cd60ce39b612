"""Tokens by which programs come in on behalf of a user: shown once, kept as digests, never mightier than their user."""

from __future__ import annotations

import hmac
import re
import secrets
from typing import NamedTuple

from api.access.accounts import USER_ROLES, User
from api.access.clock import later
from api.access.database import Database
from api.access.principal import Principal, lesser
from api.access.secrets_kept import digest_of, new_secret
from api.roles import Role
from graph.errors import UnknownId, UsageError
from graph.text import Text
from graph.values import clip

LONGEST_DAYS = 366
_FORM = re.compile(r"sy_([0-9a-f]{12})_([\w-]{20,100})\Z", re.ASCII)
_NOTED_EVERY = 60.0
"""Seconds between two notes of the last use."""


class Token(NamedTuple):
    """What is known of a token; its secret is not."""

    id: str
    user: str
    role: Role
    label: str
    created_at: str
    expires_at: str
    used_at: str | None
    revoked_at: str | None

    def works(self, at: str) -> bool:
        """Whether it opens anything at a moment, its user permitting."""
        return self.revoked_at is None and at < self.expires_at


class Tokens:
    """The tokens in a file."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(self, user: User, role: Role, label: str, days: int, at: str) -> tuple[Token, str]:
        """A new token and the text to hand over, which cannot be had again.

        Raises UsageError for a role beyond the user's, or a time that is too long.
        """
        if role not in USER_ROLES or lesser(role, user.role) != role:
            raise UsageError(
                Text(f"令牌的角色不能高于用户的（{user.role}）", f"a token cannot have more than its user's role ({user.role})"),
                Text(f"可用：{'、'.join(USER_ROLES)}，至多 {user.role}", f"It is one of {', '.join(USER_ROLES)}, up to {user.role}"),
            )  # fmt: skip
        if not 1 <= days <= LONGEST_DAYS:
            raise UsageError(
                Text(f"有效期须为 1–{LONGEST_DAYS} 天", f"a token lasts 1 to {LONGEST_DAYS} days"),
                Text("请改正天数", "Correct the number of days"),
            )
        id_, secret = secrets.token_hex(6), new_secret()
        made = Token(id_, user.name, role, clip(label.strip() or id_, 100), at, later(at, days * 86400), None, None)
        with self._database.writing() as db:
            db.execute(
                "INSERT INTO tokens VALUES (?, ?, ?, ?, ?, ?, ?, NULL, NULL)",
                (id_, digest_of(secret), user.name, role, made.label, at, made.expires_at),
            )
        return made, f"sy_{id_}_{secret}"

    def principal(self, written: str, at: str) -> Principal | None:
        """Whom a token lets in: its user, with the lesser of both roles; None where it opens nothing."""
        form = _FORM.match(written)
        if form is None:
            return None
        with self._database.reading() as db:
            row = db.execute(
                "SELECT t.digest, t.role, t.used_at, u.name, u.role, u.unit FROM tokens t JOIN users u ON u.name = t.user"
                " WHERE t.id = ? AND u.active AND t.revoked_at IS NULL AND t.expires_at > ?",
                (form[1], at),
            ).fetchone()
        if row is None or not hmac.compare_digest(row[0], digest_of(form[2])):
            return None
        if row[2] is None or row[2] < later(at, -_NOTED_EVERY):
            with self._database.writing() as db:
                db.execute("UPDATE tokens SET used_at = ? WHERE id = ?", (at, form[1]))
        return Principal(row[3], lesser(row[1], row[4]), row[5])

    def all(self, user: str | None = None) -> list[Token]:
        """The tokens of everybody or of one, oldest first."""
        with self._database.reading() as db:
            rows = db.execute(
                "SELECT id, user, role, label, created_at, expires_at, used_at, revoked_at FROM tokens"
                " WHERE ? IS NULL OR user = ? ORDER BY created_at, id",
                (user, user),
            ).fetchall()
        return [Token(*row) for row in rows]

    def revoke(self, id_: str, at: str, user: str | None = None) -> Token:
        """End a token, of anybody or only of one user. Raises UnknownId."""
        found = next((token for token in self.all(user) if token.id == id_), None)
        if found is None:
            raise UnknownId(id_, (token.id for token in self.all(user)))
        with self._database.writing() as db:
            db.execute("UPDATE tokens SET revoked_at = coalesce(revoked_at, ?) WHERE id = ?", (at, id_))
        return found
