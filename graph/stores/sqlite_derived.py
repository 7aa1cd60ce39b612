"""The derived tables of the embedded store, kept in the transaction that changes what they derive from.

``tally`` counts complaints by day, set of subjects, set of categories and home unit; ``series`` lays out measured values by
what they are on and in. Both can be computed from the facts alone, and are, by the same code, in a check.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from graph.records import EdgeRow, Ref
from graph.stores.sqlite_read import SEPARATOR
from graph.values import Props, local_day

TALLIED_EDGES = frozenset({"ABOUT", "IN_CATEGORY", "HOME_UNIT", "REPEATS"})
SERIES_EDGES = frozenset({"OF", "ON", "IN"})
_IN = "(SELECT value FROM json_each(?))"

TallyKey = tuple[str, str, str, str]
"""day, subjects, categories, unit"""
TallyChange = dict[TallyKey, list[int]]
"""By how much a row's complaints and episodes change."""


class Fresh(NamedTuple):
    """A node new in this batch with its outgoing edges: what derives from it needs no look into the file."""

    props: Props
    edges: Sequence[EdgeRow]


class Derived:
    """Keeps ``tally`` and ``series`` true for one connection."""

    def __init__(self, connection: sqlite3.Connection, timezone: str) -> None:
        self._db = connection
        self._zone = ZoneInfo(timezone)

    # ── complaints by day ─────────────────────────────────────────────────────────────────────────
    def tally_stored(self, change: TallyChange, complaints: Iterable[str], sign: int) -> None:
        """Add what stored complaints contribute, or with sign −1 take it off."""
        wanted = json.dumps(sorted(complaints), ensure_ascii=False)
        moments = dict(self._db.execute(f"SELECT id, event_at FROM Complaint WHERE id IN {_IN}", (wanted,)))
        links: dict[str, list[EdgeRow]] = {id_: [] for id_ in moments}
        for name in sorted(TALLIED_EDGES):
            sql = f'SELECT source, target_kind, target FROM "Complaint.{name}" WHERE source IN {_IN}'
            for source, kind, target in self._db.execute(sql, (wanted,)):
                if source in links:
                    links[source].append(EdgeRow(name, Ref("Complaint", source), Ref(kind, target), {}))
        for id_, edges in links.items():
            if moments[id_]:
                self._tally_one(change, str(moments[id_]), edges, sign)

    def tally_fresh(self, change: TallyChange, complaints: Iterable[Fresh]) -> None:
        """Add what new complaints contribute."""
        for fresh in complaints:
            if "event_at" in fresh.props:
                self._tally_one(change, str(fresh.props["event_at"]), fresh.edges, 1)

    def _tally_one(self, change: TallyChange, event_at: str, edges: Sequence[EdgeRow], sign: int) -> None:
        subjects: list[str] = []
        categories: list[str] = []
        unit, episode = "", sign
        for name, _, target, _, _ in edges:
            if name == "ABOUT":
                subjects.append(f"{target[0]}:{target[1]}")
            elif name == "IN_CATEGORY":
                categories.append(target[1])
            elif name == "HOME_UNIT":
                unit = min(unit, target[1]) if unit else target[1]
            elif name == "REPEATS":
                episode = 0
        key = (local_day(event_at, self._zone), _member_set(subjects), _member_set(categories), unit)
        known = change.get(key)
        if known is None:
            change[key] = [sign, episode]
        else:
            known[0] += sign
            known[1] += episode

    def move_tally(self, change: TallyChange) -> None:
        """Apply what was added and taken off; rows that reach zero vanish."""
        rows = [(*key, *delta) for key, delta in sorted(change.items()) if delta[0] or delta[1]]
        self._db.executemany(
            "INSERT INTO tally VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
            " complaints = complaints + excluded.complaints, episodes = episodes + excluded.episodes",
            rows,
        )
        emptied = [key for key, delta in change.items() if delta[0] < 0]
        self._db.executemany(
            "DELETE FROM tally WHERE day = ? AND subjects = ? AND categories = ? AND unit = ? AND complaints = 0",
            emptied,
        )

    # ── measured values ───────────────────────────────────────────────────────────────────────────
    def refresh_series(self, measurements: Iterable[str]) -> None:
        """Lay stored measurements out anew (removed ones disappear)."""
        wanted = json.dumps(sorted(measurements), ensure_ascii=False)
        self._db.execute(f"DELETE FROM series WHERE id IN {_IN}", (wanted,))
        found: dict[str, Props] = {}
        edges: dict[str, list[EdgeRow]] = {}
        columns = ("value", "period_start", "period_end", "event_at", "recorded_at")
        sql = f"SELECT id, {', '.join(columns)} FROM Measurement WHERE id IN {_IN}"
        for id_, *row in self._db.execute(sql, (wanted,)):
            found[id_] = {name: value for name, value in zip(columns, row, strict=True) if value is not None}
        for name in sorted(SERIES_EDGES):
            sql = f'SELECT source, target_kind, target FROM "Measurement.{name}" WHERE source IN {_IN}'
            for source, kind, target in self._db.execute(sql, (wanted,)):
                edges.setdefault(source, []).append(EdgeRow(name, Ref("Measurement", source), Ref(kind, target), {}))
        self.add_series({id_: Fresh(props, edges.get(id_, ())) for id_, props in found.items()})

    def add_series(self, measurements: dict[str, Fresh]) -> None:
        """Lay measurements out that have no rows yet."""
        rows = [row for id_, fresh in measurements.items() for row in _series_rows(id_, fresh)]
        self._db.executemany("INSERT OR REPLACE INTO series VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)


def _member_set(members: list[str]) -> str:
    if len(members) == 1:
        return members[0]
    return SEPARATOR.join(sorted(set(members)))


def _series_rows(id_: str, fresh: Fresh) -> Iterator[tuple[Any, ...]]:
    props = fresh.props
    if "value" not in props:
        return
    ends: dict[str, list[Ref]] = {"OF": [], "ON": [], "IN": []}
    for edge in fresh.edges:
        if edge.type in ends:
            ends[edge.type].append(edge.target)
    for indicator in ends["OF"]:
        for subject in [str(ref) for ref in ends["ON"]] or [""]:
            for unit in [ref.id for ref in ends["IN"]] or [""]:
                yield (
                    subject, unit, indicator.id, props.get("period_end", ""), props.get("recorded_at", props["event_at"]), id_,
                    props.get("period_start", ""), props["event_at"], props["value"],
                )  # fmt: skip
