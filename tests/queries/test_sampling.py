"""Random sampling for review: the same for the same seed, proportional by unit, every complaint equally likely."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from queries.sampling import lot, sample, shares

PEOPLE = [(f"C{n:04}", f"U{n % 7 if n % 3 else 0}") for n in range(1000)]


@pytest.mark.parametrize("stratified", [True, False])
def test_same_seed_same_sample_whatever_the_order(stratified: bool) -> None:
    first = sample(PEOPLE, 50, 7, stratified=stratified)
    assert sample(PEOPLE[::-1], 50, 7, stratified=stratified) == first
    assert sample(PEOPLE, 50, 8, stratified=stratified) != first
    assert (len(first.drawn), first.population) == (50, 1000)
    assert list(first.drawn) == sorted(set(first.drawn) & set(PEOPLE))


def test_the_smallest_lots_are_drawn() -> None:
    wanted = sorted(sorted(PEOPLE, key=lambda one: lot(3, one[0]))[:40])
    assert list(sample(PEOPLE, 40, 3, stratified=False).drawn) == wanted


def test_units_get_their_part() -> None:
    counts = Counter(unit for _, unit in PEOPLE)
    drawn = Counter(one.unit for one in sample(PEOPLE, 100, 1, stratified=True).drawn)
    assert all(abs(drawn[unit] - count / 10) < 1 for unit, count in counts.items())


@pytest.mark.parametrize("stratified", [True, False])
def test_every_complaint_is_drawn_about_as_often(stratified: bool) -> None:
    few = PEOPLE[:40]
    times = Counter(one.complaint for seed in range(600) for one in sample(few, 10, seed, stratified=stratified).drawn)
    assert sum(times.values()) == 6000
    assert all(100 < times[complaint] < 200 for complaint, _ in few)


def test_more_than_there_are() -> None:
    assert len(sample(PEOPLE[:5], 9, 0, stratified=True).drawn) == 5
    assert sample([], 9, 0, stratified=True) == ((), 0)


@settings(derandomize=True, deadline=None, max_examples=100)
@given(
    st.dictionaries(st.text("ABCDE", min_size=1, max_size=2), st.integers(1, 50), min_size=1),
    st.integers(0, 120),
    st.integers(),
)
def test_shares_add_up_and_are_never_off_by_one(counts: dict[str, int], size: int, seed: int) -> None:
    found = shares(counts, size, seed)
    total = sum(counts.values())
    assert sum(found.values()) == min(size, total)
    for name, count in counts.items():
        assert abs(found[name] - min(size, total) * count / total) < 1
        assert 0 <= found[name] <= count
    assert shares(dict(reversed(counts.items())), size, seed) == found
