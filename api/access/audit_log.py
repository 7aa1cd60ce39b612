"""The record of what was done and looked at: only ever added to, each row chained to the one before by SHA-256."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from api.access.database import Database

START = hashlib.sha256(b"suyuan audit").hexdigest()
"""What the first row is chained to."""


class Event(NamedTuple):
    """Something that somebody did; it never holds the text of a complaint."""

    at: str
    who: str
    action: str
    target: str
    detail: Mapping[str, str]
    request: str
    address: str


class Entry(NamedTuple):
    """An event as it stands in the record."""

    number: int
    event: Event
    chain: str


class Verified(NamedTuple):
    """What a check of the whole record found."""

    rows: int
    head: str
    """The last link: who notes it elsewhere can later prove that nothing up to it was changed."""
    broken_at: int | None
    """The number of the first row that is not as it was written, or is missing; None: all are."""


class AuditLog:
    """The record in a file."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, event: Event) -> None:
        """Write an event down; it is there for every process when this returns. Raises StoreReadOnly."""
        detail = _canonical(dict(event.detail))
        with self._database.writing() as db:
            last = db.execute("SELECT number, chain FROM audit ORDER BY number DESC LIMIT 1").fetchone()
            number, before = (last[0] + 1, last[1]) if last is not None else (1, START)
            row = (number, event.at, event.who, event.action, event.target, detail, event.request, event.address)
            db.execute("INSERT INTO audit VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", (*row, _link(before, row)))

    def entries(self, since: str = "", who: str | None = None) -> Iterator[Entry]:
        """The record from a moment on, of everybody or of one, oldest first."""
        last = 0
        while True:
            with self._database.reading() as db:
                rows = db.execute(
                    "SELECT number, at, who, action, target, detail, request, address, chain FROM audit"
                    " WHERE number > ? AND at >= ? AND (? IS NULL OR who = ?) ORDER BY number LIMIT 1000",
                    (last, since, who, who),
                ).fetchall()
            if not rows:
                return
            for number, at, name, action, target, detail, request, address, chain in rows:
                yield Entry(number, Event(at, name, action, target, json.loads(detail), request, address), chain)
            last = rows[-1][0]

    def verify(self) -> Verified:
        """Follow the chain from the first row to the last: every change, gap, swap and lost end shows."""
        before, expected, broken = START, 1, None
        with self._database.reading() as db:
            for number, *values, chain in db.execute(
                "SELECT number, at, who, action, target, detail, request, address, chain FROM audit ORDER BY number"
            ):
                if number != expected or chain != _link(before, (number, *values)):
                    broken = expected
                    break
                before, expected = chain, number + 1
            said = db.execute("SELECT seq FROM sqlite_sequence WHERE name = 'audit'").fetchone()
        if broken is None and (said[0] if said is not None else 0) != expected - 1:
            broken = expected
        return Verified(expected - 1, before, broken)


def _link(before: str, row: tuple[object, ...]) -> str:
    return hashlib.sha256(f"{before}\n{_canonical(row)}".encode()).hexdigest()


def _canonical(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
