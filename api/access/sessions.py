"""Sessions of people who logged in: kept on the server, named by a secret in a cookie, ended by time or by word."""

from __future__ import annotations

from api.access.accounts import User
from api.access.clock import later
from api.access.database import Database
from api.access.secrets_kept import digest_of, new_secret
from graph.settings import settings

_TOUCHED_EVERY = 60.0
"""Seconds between two notes that a session is in use: not every request writes."""


class Sessions:
    """The sessions in a file."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, user: User, at: str) -> str:
        """The secret of a new session; sessions past their time are forgotten by the way."""
        secret = new_secret()
        with self._database.writing() as db:
            db.execute("DELETE FROM sessions WHERE issued_at < ?", (_issued_after(at),))
            db.execute("INSERT INTO sessions VALUES (?, ?, ?, ?)", (digest_of(secret), user.name, at, at))
        return secret

    def user(self, secret: str, at: str) -> User | None:
        """Whose session it is, with the role they have now; None where it is none, past, or its user is disabled."""
        digest = digest_of(secret)
        with self._database.reading() as db:
            row = db.execute(
                "SELECT u.name, u.role, u.unit, u.created_at, s.seen_at FROM sessions s JOIN users u ON u.name = s.user"
                " WHERE s.digest = ? AND u.active AND s.issued_at >= ? AND s.seen_at >= ?",
                (digest, _issued_after(at), later(at, -settings().session_idle_minutes * 60)),
            ).fetchone()
        if row is None:
            return None
        name, role, unit, created_at, seen_at = row
        if seen_at < later(at, -_TOUCHED_EVERY):
            with self._database.writing() as db:
                db.execute("UPDATE sessions SET seen_at = max(seen_at, ?) WHERE digest = ?", (at, digest))
        return User(name, role, unit, True, created_at)

    def end(self, secret: str) -> None:
        """End one session."""
        with self._database.writing() as db:
            db.execute("DELETE FROM sessions WHERE digest = ?", (digest_of(secret),))


def _issued_after(at: str) -> str:
    return later(at, -settings().session_hours * 3600)
