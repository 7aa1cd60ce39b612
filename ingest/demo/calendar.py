"""The demo's year: everything happens in 2025, in the zone of the province, and one reorganisation splits the year."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from random import Random

FIRST_DAY = date(2025, 1, 1)
LAST_DAY = date(2025, 12, 31)
REORGANISATION = date(2025, 7, 1)
"""The day on which holders change and units are merged."""
LAST_MONTH = 11
"""The last month with measurements: December's would be known only in the following year."""
_OFFSET = "+08:00"


def office_time(rng: Random, day: date) -> datetime:
    """A moment in the working hours of a day, to the minute."""
    return datetime.combine(day, time(9)) + timedelta(minutes=rng.randrange(9 * 60))


def customer_time(rng: Random, day: date) -> datetime:
    """A moment at which customers call: from 07:00 to 23:00, to the second."""
    return datetime.combine(day, time(7)) + timedelta(seconds=rng.randrange(16 * 3600))


def day_between(rng: Random, start: date, end: date) -> date:
    """A day of start ≤ day < end (start itself when that is empty)."""
    return start + timedelta(days=rng.randrange(max(1, (end - start).days)))


def in_year(day: date) -> date:
    """The day itself, or the nearest day of the demo's year."""
    return min(max(day, FIRST_DAY), LAST_DAY)


def month_start(month: int) -> date:
    """The first day of a month of the year (13: the day after the year's last)."""
    return date(FIRST_DAY.year, month, 1) if month <= 12 else date(FIRST_DAY.year + 1, 1, 1)


def written(moment: datetime) -> str:
    """A moment as it stands in the tables: local time with its offset, so that no zone setting can move it."""
    return moment.isoformat() + _OFFSET
