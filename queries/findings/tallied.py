"""What the daily complaint counts say up to a day: which categories are in use, and how many complaints each had in some days."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from graph.records import Tally
from graph.values import days_before

RECENT_DAYS = 90
"""Days over which complaints are counted, the day looked at being the last of them."""


class Tallied:
    """The counts by day and set of categories.

    Args:
        tallies: the daily counts in any order; read once.
        as_of: the day, ``YYYY-MM-DD``; later ones are left out.
    """

    def __init__(self, tallies: Iterable[Tally], as_of: str) -> None:
        self._counts: dict[tuple[str, ...], Counter[str]] = {}
        for tally in tallies:
            if tally.day <= as_of and tally.complaints:
                self._counts.setdefault(tally.categories, Counter())[tally.day] += tally.complaints
        self._sets: dict[str, list[tuple[str, ...]]] = {}
        for categories in sorted(self._counts):
            for category in dict.fromkeys(categories):
                self._sets.setdefault(category, []).append(categories)
        self.in_use = frozenset(self._sets)
        """The categories that have complaints."""
        since = days_before(as_of, RECENT_DAYS - 1)
        self.recent: Counter[str] = Counter()
        """Category → the complaints of the last 90 days that have it."""
        self.recent_shares: dict[str, float] = {}
        """The same, a complaint of several categories counting in equal parts for each."""
        self.recent_total = 0
        """All complaints of the last 90 days, those without a category included."""
        for categories, days in sorted(self._counts.items()):
            count = sum(number for day, number in days.items() if day >= since)
            self.recent_total += count
            for category in dict.fromkeys(categories) if count else ():
                self.recent[category] += count
                self.recent_shares[category] = self.recent_shares.get(category, 0.0) + count / len(set(categories))

    def weighed(self, weights: Mapping[str, float], start: str, end: str) -> float:
        """The complaints of start ≤ day < end, each with the mean weight of its categories."""
        concerned = {categories for category in weights for categories in self._sets.get(category, ())}
        total = 0.0
        for categories in sorted(concerned):
            weight = sum(weights.get(category, 0.0) for category in categories) / len(categories)
            total += weight * sum(n for day, n in self._counts[categories].items() if start <= day < end)
        return total
