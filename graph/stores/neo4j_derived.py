"""Daily and monthly counts and laid-out values on a Neo4j server: internal nodes that no scan shows.

Counts are the sum of what each write added and took off: a node per write and day, per write and month, and per write and subject, with lists or a text, so that a load of
5,000 complaints makes some nodes instead of looking for 5,000 others. Where there are many such nodes they are folded into one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from neo4j import ManagedTransaction, Transaction

from graph.case import SeriesKey
from graph.stores.by_month import MonthCounts, of_months, packed, unpacked
from graph.stores.neo4j_schema import EPISODES, MONTH, TALLY, VALUE
from graph.stores.tallying import (
    SEPARATOR,
    DayChange,
    Laid,
    TallyChange,
    TallyKey,
    episodes_of_days,
    episodes_of_subjects,
)

_PART = "\x1e"
"""Between subjects, categories and unit in the text that names a count within its day."""
_FOLDED_AT = 64
"""Nodes of a day, or about a subject, that are folded into one."""
_MONTH_FOLDED_AT = 8
"""Nodes of a month that are: a month is read whole, and a load in order of time writes to it again and again."""
_ADD = (
    f"UNWIND $rows AS r CREATE (t:{TALLY} {{day: r[0], counted: r[1], complaints: r[2], episodes: r[3]}})"
    f" WITH DISTINCT r[0] AS day CALL (day) {{ MATCH (t:{TALLY} {{day: day}}) RETURN count(t) AS parts }}"
    " WITH day, parts WHERE parts >= $many RETURN collect(day) AS days"
)
_TAKE_OUT = (
    f"UNWIND $days AS day MATCH (t:{TALLY} {{day: day}}) WITH t, day, t.counted AS counted, t.complaints AS complaints, t.episodes AS episodes"
    " DELETE t RETURN day, counted, complaints, episodes"
)
TALLIES = (
    f"MATCH (t:{TALLY}) WHERE t.day >= $since AND t.day < $until WITH t.day AS day, collect([t.counted, t.complaints, t.episodes]) AS parts"
    " ORDER BY day LIMIT $limit RETURN day, parts"
)
"""``$since``, ``$until``, ``$limit`` → days in order, each with the parts that :func:`summed` adds up."""
_ADD_MONTHS = (
    f"UNWIND $rows AS r CREATE (m:{MONTH} {{month: r[0], counts: r[1]}})"
    f" WITH DISTINCT r[0] AS month CALL (month) {{ MATCH (m:{MONTH} {{month: month}}) RETURN count(m) AS parts }}"
    " WITH month, parts WHERE parts >= $many RETURN collect(month) AS months"
)
_TAKE_OUT_MONTHS = f"UNWIND $months AS month MATCH (m:{MONTH} {{month: month}}) WITH m, month, m.counts AS counts DELETE m RETURN month, collect(counts)"
MONTHS = f"MATCH (m:{MONTH}) WHERE m.month >= $since AND m.month < $until WITH m.month AS month, collect(m.counts) AS parts ORDER BY month LIMIT $limit RETURN month, parts"
"""``$since``, ``$until``, ``$limit`` → months in order, each with the texts that ``unpacked`` adds up."""
_ADD_EPISODES = (
    f"UNWIND $rows AS r CREATE (e:{EPISODES} {{about: r[0], subjects: r[1], days: r[2], categories: r[3], episodes: r[4]}})"
    f" WITH DISTINCT r[0] AS about CALL (about) {{ MATCH (e:{EPISODES} {{about: about}}) RETURN count(e) AS parts }}"
    " WITH about, parts WHERE parts >= $many RETURN collect(about) AS abouts"
)
_TAKE_OUT_EPISODES = (
    f"UNWIND $abouts AS about MATCH (e:{EPISODES} {{about: about}}) WITH e, about, e.subjects AS subjects, e.days AS days,"
    " e.categories AS categories, e.episodes AS episodes DELETE e RETURN about, subjects, days, categories, episodes"
)
COUNTED = (
    f"UNWIND $abouts AS about MATCH (e:{EPISODES} {{about: about}})"
    " RETURN collect([e.about, e.subjects, e.days, e.categories, e.episodes]) AS counted"
)
"""``$abouts`` → the parts of what was counted about these subjects: about, the whole set of subjects, and three lists of equal length."""
DELETE_VALUES = f"UNWIND $ids AS id MATCH (v:{VALUE} {{measurement: id}}) DELETE v"
PUT_VALUES = f"UNWIND $rows AS r CREATE (v:{VALUE}) SET v = r"

Counted = dict[TallyKey, list[int]]
"""By key, complaints and episodes."""


def move_tally(tx: ManagedTransaction | Transaction, change: TallyChange) -> None:
    """Add what a write adds to and takes off the daily and monthly counts."""
    _move_episodes(tx, change)
    _move_months(tx, change)
    rows = _rows(change)
    if not rows:
        return
    days: list[str] = tx.run(_ADD, rows=rows, many=_FOLDED_AT).single(strict=True)["days"]
    if days:
        folded: Counted = {}
        for day, *part in tx.run(_TAKE_OUT, days=days).values():
            summed(day, [part], folded)
        tx.run(_ADD, rows=_rows(folded), many=_FOLDED_AT).consume()


def _move_months(tx: ManagedTransaction | Transaction, change: TallyChange) -> None:
    rows = _month_rows(of_months(change))
    if not rows:
        return
    months: list[str] = tx.run(_ADD_MONTHS, rows=rows, many=_MONTH_FOLDED_AT).single(strict=True)["months"]
    if months:
        taken = tx.run(_TAKE_OUT_MONTHS, months=months).values()
        folded = _month_rows({month: unpacked(parts) for month, parts in taken})
        tx.run(_ADD_MONTHS, rows=folded, many=_MONTH_FOLDED_AT).consume()


def _month_rows(months: MonthCounts) -> list[list[str]]:
    """Months with anything to count, each with its text."""
    texts = ((month, packed(sets)) for month, sets in sorted(months.items()))
    return [[month, text] for month, text in texts if text is not None]


def _move_episodes(tx: ManagedTransaction | Transaction, change: TallyChange) -> None:
    counted = {("", ""): episodes_of_days(change), **episodes_of_subjects(change)}
    rows = _episode_rows(counted)
    if not rows:
        return
    abouts: list[str] = tx.run(_ADD_EPISODES, rows=rows, many=_FOLDED_AT).single(strict=True)["abouts"]
    if abouts:
        folded: dict[tuple[str, str], DayChange] = {}
        for about, subjects, *lists in tx.run(_TAKE_OUT_EPISODES, abouts=abouts).values():
            days = folded.setdefault((about, subjects), {})
            for day, categories, episodes in zip(*lists, strict=True):
                days[day, categories] = days.get((day, categories), 0) + episodes
        tx.run(_ADD_EPISODES, rows=_episode_rows(folded), many=_FOLDED_AT).consume()


def _episode_rows(counted: dict[tuple[str, str], DayChange]) -> list[list[Any]]:
    """About, subjects, and the days, categories and episodes as three lists, zeros left out."""
    rows: list[list[Any]] = []
    for (about, subjects), days in sorted(counted.items()):
        found = sorted((day, categories, episodes) for (day, categories), episodes in days.items() if episodes)
        if found:
            rows.append([about, subjects, *(list(column) for column in zip(*found, strict=True))])
    return rows


def _rows(change: TallyChange) -> list[list[Any]]:
    """Day by day the names of counts, and by how much their complaints and episodes change."""
    days: dict[str, list[list[Any]]] = {}
    for (day, *named), (complaints, episodes) in sorted(change.items()):
        if complaints or episodes:
            names, *numbers = days.setdefault(day, [[], [], []])
            names.append(named_count((day, *named)))
            numbers[0].append(complaints)
            numbers[1].append(episodes)
    return [[day, *lists] for day, lists in days.items()]


def named_count(key: Sequence[str]) -> str:
    """The text that names a count within its day: its subjects, categories and unit."""
    return _PART.join(key[1:])


def summed(day: str, parts: Iterable[Sequence[list[Any]]], into: Counted | None = None) -> Counted:
    """The counts of a day from its parts."""
    found: Counted = {} if into is None else into
    for counted, complaints, episodes in parts:
        for name, more, first in zip(counted, complaints, episodes, strict=True):
            subjects, categories, unit = name.split(_PART)
            known = found.setdefault((day, subjects, categories, unit), [0, 0])
            known[0] += more
            known[1] += first
    return found


def value_rows(rows: Iterable[Laid]) -> list[dict[str, Any]]:
    """What :data:`PUT_VALUES` takes."""
    return [
        {
            "key": series_name(key), "measurement": fact.id, "indicator": fact.indicator, "value": fact.value,
            "period_start": fact.period_start, "period_end": fact.period_end, "event_at": fact.event_at,
            "recorded_at": fact.recorded_at,
        }
        for key, fact in rows
    ]  # fmt: skip


def series_name(key: SeriesKey) -> str:
    """A series as one text: what its values are on and in."""
    return f"{key[0] or ''}{SEPARATOR}{key[1]}"
