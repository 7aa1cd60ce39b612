"""What indicators showed: the latest value known before a moment for a subject and its units, its target, and its state."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from graph.case import Subject, ValueFact
from graph.records import Ref
from graph.values import day_start, local_day
from queries.answers import State
from queries.subjects import Concerned
from queries.view import Goal, View, prevails

_PERIOD_DAYS = (
    (("day", "daily", "日", "天"), 1), (("week", "weekly", "周"), 7), (("quarter", "quarterly", "季", "季度"), 92),
    (("year", "yearly", "annual", "年", "年度"), 366),
)  # fmt: skip
_MONTH = 31
_NO_UNIT = ("",)
_NEVER = "9999-12-31T23:59:59.999999Z"
_HELD = 200_000
"""Values whose order is remembered; beyond that all are forgotten."""
_MOMENTS = 500_000
"""Moments at which remembered places change; beyond that all are forgotten."""
_WORST_FIRST: tuple[State | None, ...] = ("red", "amber", None, "green")


class Reading(NamedTuple):
    """A value with its target and state; ``stale``: older than the periods it may serve as evidence for."""

    fact: ValueFact
    goal: Goal | None
    state: State | None
    stale: bool


class _Dated:
    """A value with its place in time; until when it is fresh is worked out when first asked for."""

    __slots__ = ("age", "expires", "fact", "reading")

    def __init__(self, fact: ValueFact, end: str) -> None:
        self.fact = fact
        self.age = (end, fact.period_start, fact.recorded_at)
        self.expires = ""
        self.reading: Reading | None = None
        """The last reading it gave, which serves again while target and freshness are the same."""


Levels = tuple[tuple[str, ...], ...]
"""Units level by level: first choice first, equally near ones together."""
Indexed = dict[str, list[_Dated]]
"""Indicator → its values in one series, the newest period last."""


class ReadingRules:
    """How values become readings on one view of the framework; remembers the order of the series it has seen.

    Args:
        view: the framework on a day.
        zone: in which the ends of periods are meant.
        stale_periods: how many of its own periods a value stays fresh.
    """

    def __init__(self, view: View, zone: ZoneInfo, stale_periods: float) -> None:
        self.view = view
        self._zone = zone
        self._stale_periods = stale_periods
        self._goals: dict[Levels, dict[str, Goal]] = {}
        self._seen: dict[int, tuple[tuple[ValueFact, ...], Indexed]] = {}
        self._held = 0
        self._known: dict[tuple[Levels, tuple[tuple[int, ...], ...]], Places] = {}
        self._moments = 0

    def indexed(self, series: tuple[ValueFact, ...]) -> Indexed:
        """A series by indicator. Cases share series, so that one is put in order once for all complaints that look at it."""
        seen = self._seen.get(id(series))
        if seen is not None and seen[0] is series:
            return seen[1]
        found: Indexed = {}
        for fact in series:
            found.setdefault(fact.indicator, []).append(
                _Dated(fact, fact.period_end or local_day(fact.event_at, self._zone))
            )
        for dated in found.values():
            dated.sort(key=lambda one: one.age)
        if self._held > _HELD:
            self._seen, self._held = {}, 0
        self._seen[id(series)] = (series, found)
        self._held += len(series)
        return found

    def places(self, series: Sequence[Sequence[tuple[ValueFact, ...]]], levels: Levels) -> Places:
        """Where to look in some series for a unit's place in the organisation; the same for all complaints that share them."""
        key = (levels, tuple(tuple(map(id, place)) for place in series))
        known = self._known.get(key)
        if known is not None and all(
            mine is theirs for here, there in zip(known.series, series, strict=True) for mine, theirs in zip(here, there, strict=True)
        ):  # fmt: skip
            return known
        if self._moments > _MOMENTS:
            self._known, self._moments = {}, 0
        found = self._known[key] = Places(self, series, self.goals_in(levels))
        self._moments += found.size
        return found

    def goals_in(self, levels: Levels) -> dict[str, Goal]:
        """Indicator → the target that serves a unit: its own, else that of the nearest unit above that has one, else the general one.

        Of several equally near the latest, then the stricter.
        """
        found = self._goals.get(levels)
        if found is None:
            found = {}
            for units in levels:
                nearer = set(found)
                for unit in units:
                    for indicator, goal in self.view.goals.get(unit, {}).items():
                        direction = self.view.directions.get(indicator, 0)
                        if indicator not in nearer and (
                            indicator not in found or prevails(goal, found[indicator], direction)
                        ):
                            found[indicator] = goal
            self._goals[levels] = found  # only once complete: other threads read it
        return found

    def reading(self, indicator: str, dated: Sequence[_Dated], goal: Goal | None, moment: str) -> Reading:
        """The reading that values of one newest period give; of several the worst counts."""
        if len(dated) > 1:
            direction = self.view.directions.get(indicator, 0)
            dated = sorted(
                dated, key=lambda one: (_WORST_FIRST.index(state_of(one.fact.value, goal, direction)), one.fact.id)
            )
        worst = dated[0]
        stale, known = moment > self.expiry(worst), worst.reading
        if known is None or known.goal is not goal or known.stale is not stale:
            state = state_of(worst.fact.value, goal, self.view.directions.get(indicator, 0))
            known = worst.reading = Reading(worst.fact, goal, state, stale)
        return known

    def expiry(self, dated: _Dated) -> str:
        """The moment after which a value is stale."""
        if not dated.expires:
            dated.expires = self._expiry(dated.fact, dated.age[0])
        return dated.expires

    def _expiry(self, fact: ValueFact, last_day: str) -> str:
        """The moment after which a value is older than so many of its own periods."""
        end = date.fromisoformat(last_day)
        length = (end - date.fromisoformat(fact.period_start)).days if fact.period_start else 0
        if length <= 0:
            length = _days(self.view.periods.get(fact.indicator, ""))
        try:
            return day_start((end + timedelta(days=self._stale_periods * length)).isoformat(), self._zone)
        except OverflowError:  # a period that ends with the calendar
            return _NEVER


class Table:
    """What the indicators showed for a subject in its place of the organisation, as known before a moment."""

    def __init__(
        self, rules: ReadingRules, moment: str, places: Sequence[Sequence[Indexed]], goals: dict[str, Goal]
    ) -> None:
        self._rules = rules
        self._moment = moment
        self._places = places
        self._found: dict[str, Reading | None] = {}
        self.goals = goals
        """Indicator → the target that serves the subject's unit."""

    def reading(self, indicator: str) -> Reading | None:
        """The newest value of an indicator with its target and state, from the first place that has any."""
        if indicator in self._found:
            return self._found[indicator]
        found = None
        for place in self._places:
            dated = self._newest([indexed[indicator] for indexed in place if indicator in indexed])
            if dated:
                found = self._rules.reading(indicator, dated, self.goals.get(indicator), self._moment)
                break
        self._found[indicator] = found
        return found

    def _newest(self, series: Sequence[Sequence[_Dated]]) -> list[_Dated]:
        """The values of the newest period recorded before the moment, in any of some series of equal right."""
        moment = self._moment
        newest: list[_Dated] = []
        for values in series:
            for one in reversed(values):
                if newest and one.age < newest[0].age:
                    break
                if one.fact.recorded_at < moment and one.fact.event_at < moment:
                    if newest and one.age > newest[0].age:
                        newest = []
                    newest.append(one)
        return newest


class Places:
    """Where to look for values, first choice first; its tables serve every complaint between two moments at which anything changes.

    Args:
        rules: how values become readings.
        series: the series of each choice; those of equally near units together.
        goals: indicator → the target that serves the unit.
    """

    def __init__(
        self, rules: ReadingRules, series: Sequence[Sequence[tuple[ValueFact, ...]]], goals: dict[str, Goal]
    ) -> None:
        self.series = series
        self._rules = rules
        self._goals = goals
        self._indexed = [[rules.indexed(values) for values in place] for place in series]
        # A table looks at a moment only to see what was known before it and what had expired by then.
        self._changes = sorted(
            {
                change
                for place in self._indexed
                for indexed in place
                for values in indexed.values()
                for one in values
                for change in (max(one.fact.recorded_at, one.fact.event_at), rules.expiry(one))
            }
        )
        self._tables: dict[int, Table] = {}

    def table(self, moment: str) -> Table:
        """The table of what was known before a moment."""
        period = bisect_left(self._changes, moment)
        found = self._tables.get(period)
        if found is None:
            found = self._tables[period] = Table(self._rules, moment, self._indexed, self._goals)
        return found

    @property
    def size(self) -> int:
        """How many moments it tells apart."""
        return len(self._changes) + 1


class Readings:
    """The tables of one complaint: what was known about its subjects and units before it was made."""

    def __init__(self, rules: ReadingRules, concerned: Concerned) -> None:
        self._rules = rules
        self._moment = concerned.case.event_at
        self._series = concerned.case.series
        self._measured = {on for on, _ in self._series}
        self._concerned = concerned
        self._tables: dict[tuple[Ref | None, Levels], Table] = {}

    def table(self, subject: Subject | None) -> Table:
        """What to read for a subject: values for it and its unit, else for the unit, else for it alone.

        A unit without any is served by the nearest unit above it that has one; last come values without a unit.
        """
        levels = (*self._concerned.levels(subject), _NO_UNIT)
        # subjects without values of their own share the table of their units
        on = subject.ref if subject is not None and subject.ref in self._measured else None
        table = self._tables.get((on, levels))
        if table is None:
            places = self._rules.places(tuple(self._places(on, levels)), levels)
            table = self._tables[on, levels] = places.table(self._moment)
        return table

    def _places(self, on: Ref | None, levels: Levels) -> Iterator[tuple[tuple[ValueFact, ...], ...]]:
        """The series to look in, first choice first; those of equally near units together."""
        for units in levels:
            for place in (on, None) if on is not None else (None,):
                present = tuple(values for unit in units if (values := self._series.get((place, unit))))
                if present:
                    yield present


def state_of(value: float, goal: Goal | None, direction: int) -> State | None:
    """green: target met (equality meets) · amber: missed, warning level kept · red: warning level missed, or the target where there is none.

    None where there is no target or nothing says which direction is better.
    """
    if goal is None or direction == 0:
        return None
    if direction * value >= direction * goal.value:
        return "green"
    kept = goal.warning is not None and direction * value >= direction * goal.warning
    return "amber" if kept else "red"


def _days(period: str) -> int:
    """Days in a period given by name; a month where it says nothing we know."""
    for names, days in _PERIOD_DAYS:
        if period.strip().lower() in names:
            return days
    return _MONTH
