"""The rules of what stores derive: how complaints are counted by day, and how measured values are laid out.

Both follow from the facts alone. An engine keeps the results in its own way, in the transaction that changes what they follow from.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from graph.case import SeriesKey, ValueFact
from graph.records import EdgeRow, Ref
from graph.values import Props, local_day

DERIVED_VERSION = 3
"""Moves with every change of a rule of this module or of the layout of what is derived: an engine builds its derived tables anew on upgrade."""
SEPARATOR = "\x1f"
"""Between the members of a set written into one text; ids cannot hold it (control characters are refused)."""
TALLIED_EDGES = frozenset({"ABOUT", "IN_CATEGORY", "HOME_UNIT", "REPEATS"})
"""The edges of a complaint that its daily count looks at."""
SERIES_EDGES = frozenset({"OF", "ON", "IN"})
"""The edges of a measurement that its place in a series looks at."""
WATCHED = {"Complaint": TALLIED_EDGES, "Measurement": SERIES_EDGES}
"""Kind that something is derived from → the edges of it that matter."""

TallyKey = tuple[str, str, str, str]
"""day, subjects, categories, unit; the members of a set sorted and joined by :data:`SEPARATOR`"""
TallyChange = dict[TallyKey, list[int]]
"""By how much the complaints and episodes of a count change."""
DayChange = dict[tuple[str, str], int]
"""day, categories → by how much the episodes change"""


class Fresh(NamedTuple):
    """A node with its outgoing edges: all that what derives from it needs."""

    props: Props
    edges: Sequence[EdgeRow]


class Laid(NamedTuple):
    """A measured value in its place: what it is on and in, and the fact."""

    key: SeriesKey
    fact: ValueFact


def tally(change: TallyChange, complaints: Iterable[Fresh], zone: ZoneInfo, sign: int = 1) -> None:
    """Add what complaints contribute to the daily counts, or with sign −1 take it off.

    An episode is a complaint that repeats no other; of several home units the first in id order counts; days are days of the zone.
    """
    for props, edges in complaints:
        event_at = props.get("event_at")
        if event_at:
            _tally_one(change, str(event_at), edges, zone, sign)


def _tally_one(change: TallyChange, event_at: str, edges: Sequence[EdgeRow], zone: ZoneInfo, sign: int) -> None:
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
    key = (local_day(event_at, zone), _member_set(subjects), _member_set(categories), unit)
    known = change.get(key)
    if known is None:
        change[key] = [sign, episode]
    else:
        known[0] += sign
        known[1] += episode


def episodes_of_days(change: TallyChange) -> DayChange:
    """By how much the episodes of all subjects together change."""
    found: DayChange = {}
    for (day, _, categories, _), (_, episodes) in change.items():
        if episodes:
            found[day, categories] = found.get((day, categories), 0) + episodes
    return found


def episodes_of_subjects(change: TallyChange) -> dict[tuple[str, str], DayChange]:
    """(one of the subjects, all of them) → by how much the episodes about this set change; a set stands under each of its members."""
    found: dict[tuple[str, str], DayChange] = {}
    for (day, subjects, categories, _), (_, episodes) in change.items():
        if episodes:
            for member in members(subjects):
                days = found.setdefault((member, subjects), {})
                days[day, categories] = days.get((day, categories), 0) + episodes
    return found


def _member_set(members: list[str]) -> str:
    if len(members) == 1:
        return members[0]
    return SEPARATOR.join(sorted(set(members)))


@lru_cache(maxsize=65536)  # the same sets come again and again
def members(joined: str) -> tuple[str, ...]:
    """The members of a set that was written into one text."""
    return tuple(joined.split(SEPARATOR)) if joined else ()


@lru_cache(maxsize=65536)
def subjects_of(joined: str) -> tuple[Ref, ...]:
    """The same of a set of subjects."""
    return tuple(map(Ref.parse, members(joined)))


def laid_out(id_: str, measurement: Fresh) -> Iterator[Laid]:
    """Every place of a measured value: each indicator it is OF × each subject it is ON (or none) × each unit it is IN (or none)."""
    props = measurement.props
    if "value" not in props:
        return
    ends: dict[str, list[Ref]] = {"OF": [], "ON": [], "IN": []}
    for edge in measurement.edges:
        if edge.type in ends:
            ends[edge.type].append(edge.target)
    value = float(props["value"])  # type: ignore[arg-type]  # declared a number
    event_at = str(props["event_at"])
    for indicator in ends["OF"]:
        fact = ValueFact(
            id_, indicator.id, value, str(props.get("period_start", "")), str(props.get("period_end", "")), event_at,
            str(props.get("recorded_at", event_at)),
        )  # fmt: skip
        subjects: list[Ref] | list[None] = ends["ON"] or [None]
        for subject in subjects:
            for unit in [ref.id for ref in ends["IN"]] or [""]:
                yield Laid((subject, unit), fact)


def series_order(fact: ValueFact) -> tuple[str, str, str, str]:
    """The order of the values of one series: by indicator, then oldest first."""
    return fact.indicator, fact.period_end, fact.recorded_at, fact.id
