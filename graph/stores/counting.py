"""Episodes counted over windows of days: what the engines keep day by day, as sums that any window can be read from."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from zoneinfo import ZoneInfo

from graph.case import COUNTED_DAYS, Counted, EpisodeFact, Episodes
from graph.records import Ref
from graph.stores.tallying import members
from graph.values import days_before, local_day

NUMBERS_KEPT = 2_000_000
"""Numbers about subjects that are kept, some 100 MB; beyond that the subjects give way that were not asked for the longest."""
_DAYS_KEPT = 1024
_WINDOWS_KEPT = 2048
"""Windows about subjects that are remembered: complaints come mostly in the order of time, many of a day about the same campaign."""
Look = Callable[[list[str]], Iterable[tuple[EpisodeFact, Sequence[str]]]]
"""Ids → complaints, each with what it repeats."""


class Sums:
    """Episodes by day and set of categories, added up so that a window costs two look-ups a set.

    Args:
        rows: day, categories (joined), episodes; a pair may come several times, and in any order.
    """

    def __init__(self, rows: Iterable[Sequence[object]]) -> None:
        by_day: dict[str, dict[str, int]] = {}
        for day, categories, episodes in rows:
            days = by_day.setdefault(str(categories), {})
            days[str(day)] = days.get(str(day), 0) + int(episodes)  # type: ignore[call-overload]  # an engine's own integer
        self._sums: list[tuple[tuple[str, ...], list[str], list[int]]] = []
        for categories, days in sorted(by_day.items()):
            running, total = [0], 0
            ordered = sorted(days)
            for day in ordered:
                total += days[day]
                running.append(total)
            self._sums.append((members(categories), ordered, running))
        self.size = sum(len(days) for _, days, _ in self._sums)

    def within(self, since: str, until: str) -> Counted:
        """The episodes of since ≤ day < until by set of categories, sets without any left out."""
        found: dict[tuple[str, ...], int] = {}
        for categories, days, running in self._sums:
            episodes = running[bisect_left(days, until)] - running[bisect_left(days, since)]
            if episodes:
                found[categories] = episodes
        return Counted(found)


class Counting:
    """Answers what was counted before a complaint; what it looks up is kept until it is told to forget.

    Args:
        zone: the zone whose days are counted.
        about: looks up the sums of the episodes about any of some subjects.
        everything: looks up the sums of all episodes.
    """

    def __init__(
        self, zone: ZoneInfo, about: Callable[[tuple[Ref, ...]], Sums], everything: Callable[[], Sums]
    ) -> None:
        self._zone = zone
        self._about = about
        self._everything = everything
        self._sums: dict[tuple[Ref, ...], Sums] = {}
        self._all: Sums | None = None
        self._days: dict[str, Counted] = {}
        self._windows: dict[tuple[tuple[Ref, ...], str], Counted] = {}
        self._size = 0

    def forget(self) -> None:
        """The store moved."""
        self._sums.clear()
        self._days.clear()
        self._windows.clear()
        self._all, self._size = None, 0

    def before(self, event_at: str, about: tuple[Ref, ...], own: tuple[EpisodeFact, ...]) -> Episodes:
        """The episodes of the whole days before the day of a complaint."""
        until = local_day(event_at, self._zone)
        since = days_before(until, COUNTED_DAYS)
        everything = self._days.get(until)
        if everything is None:
            if self._all is None:
                self._all = self._everything()
            if len(self._days) >= _DAYS_KEPT:
                self._days.clear()
            everything = self._days[until] = self._all.within(since, until)
        window = self._windows.get((about, until))
        if window is None:
            if len(self._windows) >= _WINDOWS_KEPT:
                self._windows.clear()
            window = self._windows[about, until] = self._subject(about).within(since, until)
        return Episodes(since, until, window, everything, own)

    def _subject(self, about: tuple[Ref, ...]) -> Sums:
        if not about:
            return _NONE
        sums = self._sums.pop(about, None)
        if sums is None:
            sums = self._about(about)
            self._size += sums.size
            while self._sums and self._size > NUMBERS_KEPT:
                self._size -= self._sums.pop(next(iter(self._sums))).size
        self._sums[about] = sums  # the last one asked for stands last
        return sums


_NONE = Sums(())


def own_episodes(repeating: Mapping[str, Sequence[str]], look: Look) -> dict[str, tuple[EpisodeFact, ...]]:
    """For complaints that repeat others the first ones of their chains, in id order; looked up a link at a time, for ways through a web are too many.

    Args:
        repeating: the complaints, each with what it repeats.
        look: looks up complaints by id, each with what it repeats; one that is not stored is left out.
    """
    repeats, facts, asked = dict(repeating), dict[str, EpisodeFact](), set(repeating)
    ends = {target for targets in repeating.values() for target in targets}
    while unknown := ends - asked:
        asked |= unknown
        for fact, targets in look(sorted(unknown)):
            facts[fact.id], repeats[fact.id] = fact, targets
            ends.update(targets)
    return {id_: tuple(facts[first] for first in _firsts(repeats, id_) if first in facts) for id_ in repeating}


def _firsts(repeats: Mapping[str, Sequence[str]], id_: str) -> tuple[str, ...]:
    """The complaints at the ends of the chains of repeats that start at one, in id order; none where the chains run in circles.

    Args:
        repeats: what each complaint repeats.
        id_: a complaint that repeats others.
    """
    found, seen, waiting = set(), {id_}, list(repeats.get(id_, ()))
    while waiting:
        there = waiting.pop()
        if there in seen:
            continue
        seen.add(there)
        further = repeats.get(there, ())
        waiting += further
        if not further:
            found.add(there)
    return tuple(sorted(found))
