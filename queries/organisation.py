"""Which units lie above which on a day, level by level."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable

from graph.framework import Framework, valid_on
from queries.per_framework import PerFramework


class Organisation:
    """The PART_OF edges of a framework; what was asked is remembered by the periods in which they stay the same."""

    def __init__(self, framework: Framework) -> None:
        edges = tuple(framework.edges("PART_OF"))
        self._dates = sorted(
            {str(edge.props[end]) for edge in edges for end in ("valid_from", "valid_to") if end in edge.props}
        )
        self._edges = edges
        self._above: dict[int, dict[str, tuple[str, ...]]] = {}
        self._levels: dict[tuple[int, tuple[str, ...]], tuple[tuple[str, ...], ...]] = {}

    def levels(self, units: tuple[str, ...], day: str) -> tuple[tuple[str, ...], ...]:
        """The units themselves, then those they are part of on the day, then those above these, …; cycle-safe."""
        period = bisect_right(self._dates, day)
        found = self._levels.get((period, units))
        if found is None:
            found = self._levels[period, units] = tuple(self._climb(self._parents(period, day), units))
        return found

    def depth(self, unit: str, day: str) -> int:
        """How many levels a unit has from the top, itself counted: 1 for one that is part of nothing."""
        return len(self.levels((unit,), day))

    def _parents(self, period: int, day: str) -> dict[str, tuple[str, ...]]:
        if period not in self._above:
            above: dict[str, list[str]] = {}
            for edge in self._edges:
                if valid_on(edge.props, day):
                    above.setdefault(edge.source.id, []).append(edge.target.id)
            self._above[period] = {unit: tuple(parents) for unit, parents in above.items()}
        return self._above[period]

    @staticmethod
    def _climb(parents: dict[str, tuple[str, ...]], units: tuple[str, ...]) -> Iterable[tuple[str, ...]]:
        layer, seen = tuple(sorted(set(units))), set(units)
        while layer:
            yield layer
            layer = tuple(sorted({up for low in layer for up in parents.get(low, ())} - seen))
            seen |= set(layer)


organisation = PerFramework(Organisation)
