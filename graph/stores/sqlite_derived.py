"""The derived tables of the embedded store: ``tally`` counts complaints by day, ``series`` lays out measured values."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable

from graph.records import EdgeRow, Ref
from graph.stores.sqlite_rows import IN, array
from graph.stores.tallying import WATCHED, Fresh, Laid, TallyChange

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
    rows = [(*key, *delta) for key, delta in sorted(change.items()) if delta[0] or delta[1]]
    connection.executemany(
        "INSERT INTO tally VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
        " complaints = complaints + excluded.complaints, episodes = episodes + excluded.episodes",
        rows,
    )
    emptied = [key for key, delta in change.items() if delta[0] < 0]
    connection.executemany(
        "DELETE FROM tally WHERE day = ? AND subjects = ? AND categories = ? AND unit = ? AND complaints = 0", emptied
    )


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
