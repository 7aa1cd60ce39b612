"""What indicators showed in their last whole periods: whether any value came, and whether all of them were green."""

from __future__ import annotations

from graph.records import Ref
from graph.values import Props, days_before, local_day
from queries.answers import State
from queries.findings.facts import Facts
from queries.findings.indicators import in_use, of_level
from queries.findings.periods import Period, whole_periods
from queries.findings.view import View
from queries.indicators import state_of
from queries.organisation import organisation
from queries.view import Goal, prevails, view_on

PERIODS = 6
"""The last three whole periods and the three before."""
_NO_UNIT = (None,)
_SHOWN = 3
"""Periods whose values are looked at."""


class Measured:
    """The values of indicators in their last three whole periods, of whatever subject and unit.

    A value belongs to the period that its last day falls in: the day before its ``period_end``, else the day of the event.

    Those of indicators in use and of every KCI.
    """

    def __init__(self, view: View) -> None:
        self._view = view
        self._framework_view = view_on(view.framework, view.as_of)
        self._organisation = organisation(view.framework)
        self.periods: dict[Ref, tuple[Period, ...]] = {}
        """Indicator → its last six whole periods, the newest first."""
        for indicator in sorted({*in_use(view), *of_level(view, "KCI")}):
            period = str(view.props(indicator).get("period", ""))
            self.periods[indicator] = whole_periods(period, view.as_of, PERIODS)
        self._states: dict[tuple[Ref, int], set[State | None]] = {}
        for row, ends in view.facts.past("Measurement", "OF", "IN"):
            value = row.props.get("value")
            if isinstance(value, int | float):
                self._add(view.facts, row.props, float(value), ends["OF"], ends["IN"])

    def _add(self, facts: Facts, props: Props, value: float, of: list[Ref], units: list[Ref]) -> None:
        end, start = str(props.get("period_end", "")), str(props.get("period_start", ""))
        last = max(days_before(end, 1), start) if end else local_day(str(props["event_at"]), facts.zone)
        for indicator in of:
            for place, period in enumerate(self.periods.get(indicator, ())[:_SHOWN]):
                if period.start <= last < period.end:
                    states = self._states.setdefault((indicator, place), set())
                    direction = self._framework_view.directions.get(indicator.id, 0)
                    states |= {state_of(value, self._goal(indicator, unit), direction) for unit in units or _NO_UNIT}

    def any_in_last_two(self, indicator: Ref) -> bool:
        """Whether a value came for one of the last two whole periods."""
        return any((indicator, place) in self._states for place in range(2))

    def green(self, indicator: Ref) -> bool:
        """Whether each of the last three whole periods has values, and all of them are green."""
        return all(self._states.get((indicator, place)) == {"green"} for place in range(_SHOWN))

    def _goal(self, indicator: Ref, unit: Ref | None) -> Goal | None:
        """The target that serves a unit: its own, else that of the nearest above that has one, else the general one."""
        view = self._framework_view
        levels = self._organisation.levels((unit.id,), self._view.as_of) if unit is not None else ()
        for level in (*levels, ("",)):
            best: Goal | None = None
            for near in level:
                goal = view.goals.get(near, {}).get(indicator.id)
                if goal is not None and (best is None or prevails(goal, best, view.directions.get(indicator.id, 0))):
                    best = goal
            if best is not None:
                return best
        return None
