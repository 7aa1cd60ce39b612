"""Full text of complaints in the embedded store: SQLite's FTS5 over the pieces of ``graph/segments.py``, brought up to date by whoever searches.

Loading pays nothing for it: a text that is new or changed merely has no number in ``searched`` yet. The next search numbers and indexes what has none,
or, where it may not write, reads those texts one by one. The index keeps pieces and numbers only (contentless, without positions): what it
finds is looked at again in the rows, so that pieces of texts that are gone do no harm. Pieces are written as ASCII, so that the tokenizer, made for
the Unicode of another year, cannot cut them.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

from graph.segments import SEARCHED, Question, pieces
from graph.stores.slot import Slot
from graph.stores.sqlite_rows import IN, array

_AT_ONCE = 5_000
"""Texts indexed in one transaction: writers need not wait long."""
_UNNUMBERED = "NOT EXISTS (SELECT 1 FROM searched t WHERE t.kind = ? AND t.id = k.id)"


def note_texts(connection: sqlite3.Connection, slot: Slot) -> None:
    """Part of a write: the texts that a slot of a searched kind changes lose their numbers, and the index is no longer current."""
    if slot.touched:
        touched = array(key for key in (*slot.changed, *slot.gone) if key in slot.stored)
        connection.execute(f"DELETE FROM searched WHERE kind = ? AND id IN {IN}", (slot.place.name, touched))
        connection.execute("UPDATE meta SET value = '0' WHERE key = 'search_current'")


def forget_texts(connection: sqlite3.Connection) -> None:
    """Part of an upgrade: empty the index, for another rule made it; the next search fills it."""
    connection.execute("INSERT INTO search(search) VALUES ('delete-all')")
    connection.execute("DELETE FROM searched")
    connection.execute("UPDATE meta SET value = '0' WHERE key = 'search_current'")


def catch_up(connection: sqlite3.Connection) -> None:
    """Index the texts that have no number; does nothing while another process writes, where nobody may, or within a reading."""
    if connection.in_transaction:
        return
    try:
        for kind, name in SEARCHED.items():
            last: str | None = ""
            while last is not None and not _current(connection):
                with _at_once(connection):
                    last = _index_some(connection, kind, name, last)
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_READONLY):
            raise


def candidates(connection: sqlite3.Connection, kind: str, question: Question) -> Iterator[str]:
    """The ids of a kind whose texts may answer a question: those with every piece of it, and those not indexed."""
    asked = " AND ".join(term(piece) for piece in question.pieces)
    sql = "SELECT t.id FROM search JOIN searched t ON t.n = search.rowid WHERE search MATCH ? AND t.kind = ?"
    yield from (id_ for (id_,) in connection.execute(sql, (asked, kind)))
    if not _current(connection):
        sql = f'SELECT k.id FROM "{kind}" k WHERE k."{SEARCHED[kind]}" IS NOT NULL AND {_UNNUMBERED}'
        yield from (id_ for (id_,) in connection.execute(sql, (kind,)))


def _current(connection: sqlite3.Connection) -> bool:
    row: tuple[str] | None = connection.execute("SELECT value FROM meta WHERE key = 'search_current'").fetchone()
    return row == ("1",)


@contextmanager
def _at_once(connection: sqlite3.Connection) -> Iterator[None]:
    """A write transaction, or none at all when it cannot begin now."""
    (patience,) = connection.execute("PRAGMA busy_timeout").fetchone()
    connection.execute("PRAGMA busy_timeout = 0")
    try:
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")
    finally:
        connection.execute(f"PRAGMA busy_timeout = {patience}")


def _index_some(connection: sqlite3.Connection, kind: str, name: str, last: str) -> str | None:
    """Index some texts after an id; the id of the last of them, None when there are no more."""
    sql = f'SELECT k.id, k."{name}" FROM "{kind}" k WHERE k.id > ? AND k."{name}" IS NOT NULL AND {_UNNUMBERED} ORDER BY k.id LIMIT ?'
    rows: list[tuple[str, str]] = connection.execute(sql, (last, kind, _AT_ONCE)).fetchall()
    first: int = connection.execute("SELECT coalesce(max(n), 0) + 1 FROM searched").fetchone()[0]
    numbered = list(enumerate(rows, first))
    connection.executemany("INSERT INTO searched VALUES (?, ?, ?)", [(n, kind, id_) for n, (id_, _) in numbered])
    connection.executemany(
        "INSERT INTO search(rowid, pieces) VALUES (?, ?)",
        [(n, " ".join(map(term, pieces(text)))) for n, (_, text) in numbered],
    )
    if len(rows) == _AT_ONCE:
        return rows[-1][0]
    connection.execute("UPDATE meta SET value = '1' WHERE key = 'search_current'")
    return None


@lru_cache(maxsize=65536)
def term(piece: str) -> str:
    """A piece as one ASCII word that is no operator of the query language: plain ones in small letters, others by their code units."""
    return piece if piece.isascii() else "u" + piece.encode("utf-16-be").hex()
