"""How much a subject's earlier complaints concentrate on a point: the factor of step 1 of the trace, and what it was counted from."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple
from weakref import WeakKeyDictionary
from zoneinfo import ZoneInfo

from graph.case import Case, Counted, EpisodeFact
from graph.values import local_day
from queries.parameters import ConcentrationNumbers
from queries.view import View


class Concentration(NamedTuple):
    """conc(a) of one point with its counts."""

    factor: float
    at_point: float
    """n_sa: the subject's episodes on the point, a sum of shares and so not necessarily whole."""
    of_subject: int
    """n_s: the subject's episodes of the 90 days."""
    base: float
    """p_a: the point's share of the episodes of all subjects."""


class Concentrated(NamedTuple):
    """conc(a) of the points of one complaint."""

    factors: dict[int, float]
    counts: dict[int, tuple[float, float]]
    """n_sa and p_a by point."""
    of_subject: int

    def at(self, point: int) -> Concentration:
        """The factor of a point with its counts."""
        at_point, base = self.counts[point]
        return Concentration(self.factors[point], at_point, self.of_subject, base)


def concentration_factor(at_point: float, of_subject: float, base: float, numbers: ConcentrationNumbers) -> float:
    """conc(a): how much more of a subject's complaints fall on a point than of all complaints, clipped.

    Args:
        at_point: n_sa, the subject's episodes on the point.
        of_subject: n_s, the subject's episodes.
        base: p_a, the point's share over all subjects, above 0.
        numbers: pseudo-count and bounds.
    """
    ratio = (at_point + numbers.k * base) / (of_subject + numbers.k) / base
    return min(numbers.highest, max(numbers.lowest, ratio))


class Concentrations:
    """The factors under one view of the framework; what a window adds up to is worked out once.

    Args:
        view: which categories point where.
        numbers: pseudo-count and bounds.
        zone: the zone whose days are counted.
    """

    def __init__(self, view: View, numbers: ConcentrationNumbers, zone: ZoneInfo) -> None:
        self._view = view
        self._numbers = numbers
        self._zone = zone
        self._shares: dict[tuple[str, ...], dict[int, float]] = {}
        self._totals: WeakKeyDictionary[Counted, tuple[dict[int, float], int]] = WeakKeyDictionary()

    def of(self, case: Case, points: Iterable[int]) -> Concentrated | None:
        """The factor of each point; None where nothing was counted about the complaint's subjects, so that every factor is 1.

        The complaint's own episode is left out of both counts.
        """
        episodes = case.episodes
        if not episodes.about.by_categories:
            return None
        at_all, of_all = self._total(episodes.all)
        own = [
            first for first in episodes.own if episodes.since <= local_day(first.event_at, self._zone) < episodes.until
        ]
        about = set(case.about)
        mine = [first for first in own if not about.isdisjoint(first.about)]
        at_subject, of_subject = self._total(episodes.about)
        of_subject -= len(mine)
        if of_subject <= 0:
            return None
        room = of_all - len(own) + len(self._view.points)
        factors, counts = {}, {}
        for point in points:
            n_sa, n_a = at_subject.get(point, 0.0), at_all.get(point, 0.0)
            if own:
                n_sa = max(0.0, n_sa - self._counted_on(point, mine))
                n_a = max(0.0, n_a - self._counted_on(point, own))
            base = (n_a + 1) / room
            factors[point] = concentration_factor(n_sa, of_subject, base, self._numbers)
            counts[point] = (n_sa, base)
        return Concentrated(factors, counts, of_subject)

    def shares(self, categories: tuple[str, ...]) -> dict[int, float]:
        """How an episode with these categories is divided among points: each category's weights normalised, the categories equally."""
        found = self._shares.get(categories)
        if found is None:
            found = {}
            for id_ in categories:
                category = self._view.categories.get(id_)
                pointings = category.pointings if category is not None else ()
                total = math.fsum(pointing.weight for pointing in pointings)
                for pointing in pointings:
                    share = pointing.weight / total / len(categories)
                    found[pointing.point] = found.get(pointing.point, 0.0) + share
            self._shares[categories] = found
        return found

    def _total(self, counted: Counted) -> tuple[dict[int, float], int]:
        """By point the episodes of a window, and how many there are; those of one window serve every complaint that it comes before."""
        known = self._totals.get(counted)
        if known is None:
            at: dict[int, float] = {}
            for categories, number in counted.by_categories.items():
                for point, share in self.shares(categories).items():
                    at[point] = at.get(point, 0.0) + number * share
            known = self._totals[counted] = (at, sum(counted.by_categories.values()))
        return known

    def _counted_on(self, point: int, firsts: Sequence[EpisodeFact]) -> float:
        return math.fsum(self.shares(first.categories).get(point, 0.0) for first in firsts)
