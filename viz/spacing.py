"""Boxes in one column moved as little as possible from where they would like to be, so that none overlaps another."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def spaced(wishes: Sequence[float], row: int, low: int, high: int) -> list[int]:
    """Whole-number positions, in the given order, at least ``row`` apart, within ``low``…``high``, closest to the wishes.

    Minimises Σ (y_i − wish_i)² subject to y_{i+1} − y_i ≥ row: with z_i = y_i − i·row this is isotonic regression,
    solved exactly by pooling adjacent violators in O(n) (Ayer et al. 1955; Barlow et al. 1972, "Statistical Inference
    under Order Restrictions", ch. 1); clamping an isotonic fit to bounds keeps it optimal within them. Rounding the z
    keeps their order, hence the distance. Wishes and bounds are in px; needs high − low ≥ (n − 1) · row.
    """
    pools: list[tuple[float, int]] = []  # (mean, size) of neighbouring boxes that move as one
    for index, wish in enumerate(wishes):
        mean, size = wish - index * row, 1
        while pools and pools[-1][0] > mean:
            before, count = pools.pop()
            mean, size = (before * count + mean * size) / (count + size), count + size
        pools.append((mean, size))
    top = high - (len(wishes) - 1) * row
    positions: list[int] = []
    for mean, size in pools:
        base = round(min(max(mean, low), top))
        for _ in range(size):
            positions.append(base + len(positions) * row)
    return positions


def spaced_clear(
    wishes: Sequence[float], lines: Sequence[float], row: int, clearance: int, low: int, high: int
) -> list[int] | None:
    """Like :func:`spaced`, and each position at least ``clearance`` from every line; None where there is no room for that.

    Exact, by dynamic programming over the whole-number heights: O(boxes · (high − low)).
    """
    heights = np.arange(low, high + 1)
    blocked = np.zeros(len(heights), dtype=bool)
    for line in lines:
        blocked |= np.abs(heights - line) < clearance
    costs: list[np.ndarray] = []
    for wish in wishes:
        cost = np.where(blocked, np.inf, (heights - wish) ** 2.0)
        if costs:
            cost[row:] += np.minimum.accumulate(costs[-1])[: len(heights) - row]
            cost[:row] = np.inf
        costs.append(cost)
    positions: list[int] = []
    end = len(heights)
    for cost in reversed(costs):
        at = int(np.argmin(cost[:end]))
        if not np.isfinite(cost[at]):
            return None
        positions.append(low + at)
        end = at - row + 1
    return positions[::-1]
