"""The derived tables of the embedded store: ``tally`` counts complaints by subjects and day, ``tally_month`` by month, ``series`` lays out values."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable
from zoneinfo import ZoneInfo

from graph.records import EdgeRow, Ref
from graph.stores.by_month import of_months, rows_of
from graph.stores.sqlite_rows import IN, array
from graph.stores.sqlite_tables import DERIVED, missing_parts
from graph.stores.tallying import (
    SEPARATOR,
    WATCHED,
    Fresh,
    Laid,
    TallyChange,
    episodes_of_days,
    laid_out,
    members,
    tally,
)

_WINDOW = 5_000

_COLUMNS = {
    "Complaint": ("event_at",),
    "Measurement": ("value", "period_start", "period_end", "event_at", "recorded_at"),
}
"""What of a fact the derived tables look at."""


def derived_from(connection: sqlite3.Connection, kind: str, ids: Collection[str]) -> dict[str, Fresh]:
    """The named facts that are stored, with those of their edges that something is derived from."""
    wanted = array(sorted(ids))
    columns = _COLUMNS[kind]
    edges: dict[str, list[EdgeRow]] = {}
    for name in sorted(WATCHED[kind]):
        sql = f'SELECT source, target_kind, target FROM "{kind}.{name}" WHERE source IN {IN}'
        for source, target_kind, target in connection.execute(sql, (wanted,)):
            edges.setdefault(source, []).append(EdgeRow(name, Ref(kind, source), Ref(target_kind, target), {}))
    sql = f"SELECT id, {', '.join(columns)} FROM {kind} WHERE id IN {IN}"
    return {
        id_: Fresh(
            {name: value for name, value in zip(columns, row, strict=True) if value is not None}, edges.get(id_, ())
        )
        for id_, *row in connection.execute(sql, (wanted,))
    }


def move_tally(connection: sqlite3.Connection, change: TallyChange) -> None:
    """Apply what was added and taken off; rows that reach zero vanish."""
    rows = sorted(
        (subjects, day, categories, unit, delta[0], delta[1])
        for (day, subjects, categories, unit), delta in change.items()
        if delta[0] or delta[1]
    )
    connection.executemany(
        "INSERT INTO tally VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
        " complaints = complaints + excluded.complaints, episodes = episodes + excluded.episodes",
        rows,
    )
    connection.executemany(
        "DELETE FROM tally WHERE subjects = ? AND day = ? AND categories = ? AND unit = ? AND complaints = 0",
        [row[:4] for row in rows if row[4] < 0],
    )
    days = sorted((*key, episodes) for key, episodes in episodes_of_days(change).items() if episodes)
    connection.executemany(
        "INSERT INTO tally_day VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET episodes = episodes + excluded.episodes", days
    )
    connection.executemany(
        "DELETE FROM tally_day WHERE day = ? AND categories = ? AND episodes = 0",
        [row[:2] for row in days if row[2] < 0],
    )
    _move_months(connection, change)
    several = sorted({row[0] for row in rows if SEPARATOR in row[0]})
    connection.executemany(
        "INSERT OR IGNORE INTO tally_member VALUES (?, ?)",
        [(member, subjects) for subjects in several for member in members(subjects)],
    )


def _move_months(connection: sqlite3.Connection, change: TallyChange) -> None:
    rows = rows_of(of_months(change))
    connection.executemany(
        "INSERT INTO tally_month VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
        " complaints = complaints + excluded.complaints, episodes = episodes + excluded.episodes",
        rows,
    )
    connection.executemany(
        "DELETE FROM tally_month WHERE month = ? AND categories = ? AND unit = ? AND complaints = 0",
        [row[:3] for row in rows if row[3] < 0],
    )


def build_anew(connection: sqlite3.Connection, zone: ZoneInfo) -> None:
    """Make the derived tables again from what is stored, window by window, inside the caller's transaction."""
    for table in DERIVED:
        connection.execute(f"DROP TABLE IF EXISTS {table}")
    for part in missing_parts(connection):
        connection.execute(part.statement)
    for kind in WATCHED:
        last = ""
        while ids := [
            id_
            for (id_,) in connection.execute(f"SELECT id FROM {kind} WHERE id > ? ORDER BY id LIMIT ?", (last, _WINDOW))
        ]:
            found, last = derived_from(connection, kind, ids), ids[-1]
            if kind == "Complaint":
                change: TallyChange = {}
                tally(change, found.values(), zone)
                move_tally(connection, change)
            else:
                lay_series(connection, (), [row for id_, fact in found.items() for row in laid_out(id_, fact)])


def lay_series(connection: sqlite3.Connection, stale: Collection[str], rows: Iterable[Laid]) -> None:
    """Take the places of stale measurements out and put places in."""
    if stale:
        connection.execute(f"DELETE FROM series WHERE id IN {IN}", (array(sorted(stale)),))
    connection.executemany(
        "INSERT OR REPLACE INTO series VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                str(subject) if subject else "", unit, fact.indicator, fact.period_end, fact.recorded_at, fact.id,
                fact.period_start, fact.event_at, fact.value,
            )
            for (subject, unit), fact in rows
        ],
    )  # fmt: skip
