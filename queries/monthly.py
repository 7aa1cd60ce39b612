"""How many complaints hurt at each control point, by month and home unit, from the monthly counts of a store."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple, Protocol

from graph.framework import Framework
from graph.records import Period, Tally
from graph.values import days_before
from queries.view import view_on

_LAST = "9999-12-30"
"""The last day that has one after it."""


class Counting(Protocol):
    """What counts are read from: a store."""

    def tallies(self, since: str, until: str, *, per: Period = "day") -> Iterator[Tally]:
        """Daily or monthly counts for since ≤ day or month < until."""
        ...


class Place(NamedTuple):
    """Where and when complaints hurt; no point and no unit are empty texts."""

    point: str
    month: str
    unit: str


class Number(NamedTuple):
    """How many complaints there were, and how many of them repeat no other."""

    complaints: int
    episodes: int


def pointing(framework: Framework, day: str) -> dict[str, tuple[str, ...]]:
    """Category → the control points it points to on a day, itself or through the nearest category above that points anywhere.

    As the trace reads it (``queries/view.py``); categories that lead nowhere are left out.
    """
    view = view_on(framework, day)
    found = {
        id_: tuple(sorted({view.points[pointing.point].id for pointing in category.pointings}))
        for id_, category in view.categories.items()
    }
    return {id_: points for id_, points in found.items() if points}


def by_point(points: Mapping[str, tuple[str, ...]], counts: Iterable[Tally]) -> dict[Place, Number]:
    """Complaints by control point, month and unit; a complaint counts once at each point that any of its categories leads to.

    Args:
        points: what :func:`pointing` says.
        counts: of days or months, in any parts that add up.

    Returns:
        The places with complaints; those whose categories lead nowhere (or that have none) stand at no point.
    """
    of_set: dict[tuple[str, ...], tuple[str, ...]] = {}
    sums: dict[tuple[str, str, str], list[int]] = {}
    for _, categories, unit, day, complaints, episodes in counts:
        reached = of_set.get(categories)
        if reached is None:
            reached = of_set[categories] = _reached(points, categories)
        month = day[:7]
        for point in reached:
            key = (point, month, unit)
            known = sums.get(key)
            if known is None:
                sums[key] = [complaints, episodes]
            else:
                known[0] += complaints
                known[1] += episodes
    return {Place(*key): Number(*numbers) for key, numbers in sums.items()}


def _reached(points: Mapping[str, tuple[str, ...]], categories: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(point for category in categories for point in points.get(category, ()))) or ("",)


def months_until(day: str, many: int) -> list[str]:
    """So many months, the last being that of a day, newest first."""
    last = 12 * int(day[:4]) + int(day[5:7]) - 1
    return [f"{number // 12:04}-{number % 12 + 1:02}" for number in range(last, last - many, -1)]


def counts_until(store: Counting, day: str, since: str) -> Iterator[Tally]:
    """The monthly counts from a month on; of the month of a day only what happened up to it.

    Where something happened later in that month, its daily counts are read instead.

    Args:
        store: where complaints are counted.
        day: the last day that counts, ``YYYY-MM-DD``.
        since: the first month, ``YYYY-MM``.
    """
    month, ends = day[:7], f"{day[:5]}{int(day[5:7]) + 1:02}"  # the end of December sorts where it should
    tomorrow = days_before(min(day, _LAST), -1)
    if any(True for _ in store.tallies(tomorrow, f"{ends}-01")):
        yield from store.tallies(since, month, per="month")
        yield from store.tallies(f"{month}-01", tomorrow)
    else:
        yield from store.tallies(since, ends, per="month")
