"""The whole periods that lie behind a day, by the period of an indicator."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from typing import NamedTuple

_MONTHS = {
    **dict.fromkeys(("month", "monthly", "月", "月度"), 1), **dict.fromkeys(("quarter", "quarterly", "季", "季度"), 3),
    **dict.fromkeys(("year", "yearly", "annual", "年", "年度"), 12),
}  # fmt: skip
_DAYS = {**dict.fromkeys(("day", "daily", "日", "天"), 1), **dict.fromkeys(("week", "weekly", "周"), 7)}


class Period(NamedTuple):
    """A span of days: ``start`` belongs to it, ``end`` does not."""

    start: str
    end: str

    @property
    def days(self) -> int:
        """How many days it has."""
        return (date.fromisoformat(self.end) - date.fromisoformat(self.start)).days


def whole_periods(period: str, as_of: str, count: int) -> tuple[Period, ...]:
    """The last periods that ended on the day or before it, the newest first; fewer where the calendar begins.

    Calendar months, quarters and years, weeks from Monday, single days; a period that is absent or that nobody knows is a month.

    Args:
        period: as an Indicator states it, empty for none.
        as_of: the day, ``YYYY-MM-DD``; a period is half-open, so that one that ends on the day is over.
        count: how many.
    """
    name, day = period.strip().lower(), date.fromisoformat(as_of)
    ends = [_back(name, day, number) for number in range(count + 1)]
    dates = [end.isoformat() for end in ends if end is not None]
    return tuple(Period(start, end) for end, start in pairwise(dates))


def _back(name: str, day: date, number: int) -> date | None:
    """The day on which the period runs in which the day lies began, and so many periods before."""
    if name in _DAYS:
        length = _DAYS[name]
        ordinal = day.toordinal() - (day.weekday() if length == 7 else 0) - length * number
        return date.min + timedelta(days=ordinal - 1) if ordinal >= 1 else None
    length = _MONTHS.get(name, 1)
    months = (day.year * 12 + day.month - 1) // length * length - length * number
    return date(months // 12, months % 12 + 1, 1) if months >= 12 else None
