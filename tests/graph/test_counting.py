"""What is kept of counts is bounded, and what gives way is what was not asked for the longest; the counts of all complaints stay."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from graph.records import Ref
from graph.stores import counting
from graph.stores.counting import Counting, Sums

ROWS = [(f"2025-01-{day:02}", "A", 1) for day in range(1, 5)]
"""Four numbers about every subject."""


class Looks:
    """Counts about subjects, and what was looked up for them."""

    def __init__(self) -> None:
        self.about: list[str] = []
        self.everything = 0
        self.counting = Counting(ZoneInfo("Asia/Shanghai"), self._about, self._everything)

    def _about(self, about: tuple[Ref, ...]) -> Sums:
        self.about.append(about[0].id)
        return Sums(ROWS)

    def _everything(self) -> Sums:
        self.everything += 1
        return Sums(ROWS)

    def ask(self, subject: str, day: int) -> None:
        """Ask what was counted before a complaint of a day; of four days, the later ones have all four episodes before them."""
        found = self.counting.before(f"2025-01-{day:02}T04:00:00.000000Z", (Ref("Campaign", subject),), ())
        assert found.about.by_categories == found.all.by_categories == {("A",): min(4, day - 1)}


def test_the_subject_not_asked_for_the_longest_gives_way_and_the_others_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "NUMBERS_KEPT", 8)
    looks = Looks()
    for day, subject in enumerate("ABACAB", start=6):  # a day of its own each time, so that no window is known
        looks.ask(subject, day)
    assert looks.about == ["A", "B", "C", "B"]
    assert looks.everything == 1


def test_a_window_that_is_known_needs_no_subject(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "NUMBERS_KEPT", 4)
    looks = Looks()
    for subject in "ABAB":
        looks.ask(subject, 6)
    assert looks.about == ["A", "B"]
    looks.counting.forget()
    looks.ask("A", 6)
    assert looks.about == ["A", "B", "A"]
    assert looks.everything == 2


def test_a_subject_larger_than_the_bound_is_kept_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "NUMBERS_KEPT", 3)
    looks = Looks()
    for day, subject in enumerate("AAB", start=6):
        looks.ask(subject, day)
    assert looks.about == ["A", "B"]
