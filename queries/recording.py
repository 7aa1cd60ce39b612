"""Whether a unit keeps its records: the share of the reviews to be expected of its subjects that are there, for step 3 of the trace."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple
from weakref import WeakKeyDictionary
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from graph.case import Recorded, Runner
from graph.values import day_start, days_before
from queries.view import SUBJECT_KIND, Point, View

ENTERED_DAYS = 365
"""How many days before a complaint's day the entries count that reviews are expected of."""
_NEVER = "9999-12-31T23:59:59.999999Z"
_Moments = NDArray[np.datetime64]


class Kept(NamedTuple):
    """How many reviews were to be expected, and how many of them were on record."""

    expected: int
    recorded: int

    def at_least(self, share: float) -> bool:
        """Whether the recorded make up a share of the expected; of none, any share is there."""
        return self.recorded >= share * self.expected


class _Expected(NamedTuple):
    """One row a subject, checked point and entry of the point's stage."""

    entered: _Moments
    known: _Moments
    """When the entry was known."""
    again: _Moments
    """When the stage was entered the next time: from then on that entry stands for the pair."""
    reviewed: _Moments
    """Since when a review is on record; never, where none is."""


class Records:
    """What units keep on record, under one view of the framework; each unit is laid out once.

    Args:
        view: which points are checked, and where they stand.
        zone: the zone whose days are counted.
    """

    def __init__(self, view: View, zone: ZoneInfo) -> None:
        self._zone = zone
        self._checked: dict[tuple[str, str], list[Point]] = {}
        for point in view.points:
            if point.stage is not None:
                for kind in sorted(point.expected_of):
                    self._checked.setdefault((kind, point.stage), []).append(point)
        self._laid_out: WeakKeyDictionary[Runner, _Expected] = WeakKeyDictionary()

    def kept(self, runners: Iterable[Runner], moment: str, day: str) -> Kept:
        """Of the checked points of stages that the units' subjects entered in the 365 days before a day, how many had a review known before a moment.

        Args:
            runners: the units' records.
            moment: the complaint's; nothing known only later counts.
            day: the complaint's day, which is not part of the 365.
        """
        start, end = day_start(days_before(day, ENTERED_DAYS), self._zone), day_start(day, self._zone)
        since, until, now = np.array([start[:-1], end[:-1], moment[:-1]], dtype="datetime64[us]")
        expected = recorded = 0
        for runner in runners:
            rows = self._rows(runner)
            due = (rows.entered >= since) & (rows.entered < until) & (rows.known < now) & (rows.again >= until)
            expected += int(np.count_nonzero(due))
            recorded += int(np.count_nonzero(due & (rows.reviewed < now)))
        return Kept(expected, recorded)

    def _rows(self, runner: Runner) -> _Expected:
        found = self._laid_out.get(runner)
        if found is None:
            columns = list(zip(*(row for subject in runner.subjects for row in self._of(subject)), strict=True))
            found = self._laid_out[runner] = _Expected(
                *(np.array(column, dtype="datetime64[us]") for column in columns or [()] * 4)
            )
        return found

    def _of(self, subject: Recorded) -> Iterator[tuple[str, str, str, str]]:
        kind = SUBJECT_KIND[subject.ref.kind]
        later: dict[str, str] = {}
        for entry in reversed(subject.entries):  # oldest first: seen from behind, the next one is known already
            for point in self._checked.get((kind, entry.stage), ()):
                known = [subject.reviewed[of] for of in point.review_sources if of in subject.reviewed]
                moments = (
                    entry.event_at, max(entry.event_at, entry.recorded_at), later.get(entry.stage, _NEVER), min(known, default=_NEVER),
                )  # fmt: skip
                yield tuple(moment[:-1] for moment in moments)  # type: ignore[misc]  # four of them; numpy reads no zone
            later[entry.stage] = entry.event_at
