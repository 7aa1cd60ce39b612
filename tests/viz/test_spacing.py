"""Boxes keep their distance and move no further than they must."""

from __future__ import annotations

from itertools import combinations, combinations_with_replacement, pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from viz.spacing import spaced, spaced_clear

plain = settings(derandomize=True, deadline=None, max_examples=150)


def cost(wishes: list[int], positions: tuple[int, ...] | list[int]) -> int:
    return sum((p - w) ** 2 for p, w in zip(positions, wishes, strict=True))


@plain
@given(st.lists(st.integers(-40, 140), max_size=30), st.integers(1, 25), st.integers(0, 50))
def test_order_distance_and_bounds_hold(wishes: list[int], row: int, spare: int) -> None:
    low, high = 5, 5 + max(len(wishes) - 1, 0) * row + spare
    positions = spaced(wishes, row, low, high)
    assert len(positions) == len(wishes)
    assert all(after - before >= row for before, after in pairwise(positions))
    assert all(low <= position <= high for position in positions)


@plain
@given(st.lists(st.integers(0, 12), min_size=1, max_size=4), st.integers(1, 3))
def test_no_other_arrangement_is_nearer_to_the_wishes(wishes: list[int], row: int) -> None:
    """Brute force over every whole-number arrangement; rounding a pool's mean costs at most a quarter px² a box."""
    high = 14
    shifted = combinations_with_replacement(range(high - (len(wishes) - 1) * row + 1), len(wishes))
    best = min(cost(wishes, [z + at * row for at, z in enumerate(zs)]) for zs in shifted)
    assert cost(wishes, spaced(wishes, row, 0, high)) <= best


def test_wishes_that_leave_room_are_granted() -> None:
    assert spaced([10, 60, 200], 23, 0, 300) == [10, 60, 200]
    assert spaced([], 23, 0, 100) == []


@plain
@given(
    st.lists(st.integers(0, 14), min_size=1, max_size=3),
    st.lists(st.integers(-1, 15), max_size=3),
    st.integers(1, 4),
    st.integers(0, 3),
)
def test_boxes_beside_lines_are_as_near_to_their_wishes_as_can_be(
    wishes: list[int], lines: list[int], row: int, clearance: int
) -> None:
    high = 14
    free = [y for y in range(high + 1) if all(abs(y - line) >= clearance for line in lines)]
    allowed = [
        ys for ys in combinations(free, len(wishes)) if all(after - before >= row for before, after in pairwise(ys))
    ]
    found = spaced_clear(wishes, lines, row, clearance, 0, high)
    if found is None:
        assert allowed == []
    else:
        assert tuple(found) in allowed
        assert cost(wishes, found) == min(cost(wishes, ys) for ys in allowed)
