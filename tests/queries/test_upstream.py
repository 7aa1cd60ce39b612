"""Step 2: the pass upstream against path sums, a dense solve, and an enumeration of ways."""

from __future__ import annotations

import itertools
import math
import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from queries.parameters import StopNumbers
from queries.upstream import Upstream

NUMBERS = StopNumbers(usual=0.5, lowest=0.05)
seeds = st.integers(0, 10**9)
settings.register_profile("upstream", derandomize=True, deadline=None, max_examples=60)
PROFILE = settings.get_profile("upstream")


def random_causes(seed, size, *, cyclic):
    rnd = random.Random(seed)
    causes, stops = [], []
    for v in range(size):
        ends = [c for c in range(size) if cyclic or c > v]
        chosen = rnd.sample(ends, min(len(ends), rnd.randrange(0, 4)))
        causes.append([(c, rnd.choice([0.0, 0.2, 1.0, rnd.random()])) for c in sorted(chosen)])
        stops.append(rnd.choice([None, 0.0, 0.01, 1.0, rnd.random()]))
    return causes, stops


def stated(causes, stops):
    """(stop, share of each cause) by the words of trace.md."""
    shares = []
    for of in causes:
        total = sum(w for _, w in of)
        shares.append({c: w / total for c, w in of if w} if total else {})
    return [
        1.0 if not share else max(0.05, 0.5 if s is None else s) for s, share in zip(stops, shares, strict=True)
    ], shares


def ways(shares, stop, v, so_far=1.0, path=()):
    yield (*path, v), so_far * stop[v]
    for cause, share in shares[v].items():
        yield from ways(shares, stop, cause, so_far * (1 - stop[v]) * share, (*path, v))


@settings(PROFILE)
@given(seeds, st.integers(1, 9))
def test_the_pass_equals_the_sum_over_all_paths_of_an_acyclic_graph(seed, size):
    causes, stops = random_causes(seed, size, cyclic=False)
    stop, shares = stated(causes, stops)
    upstream = Upstream(causes, stops, NUMBERS)
    for anchor in range(size):
        sums = dict.fromkeys(range(size), 0.0)
        best = dict.fromkeys(range(size), 0.0)
        for path, probability in ways(shares, stop, anchor):
            sums[path[-1]] += probability
            best[path[-1]] = max(best[path[-1]], probability)
        row = dict(upstream.row(anchor))
        assert math.isclose(sum(row.values()), 1, abs_tol=1e-12)
        for point, total in sums.items():
            assert math.isclose(row.get(point, 0.0), total, abs_tol=1e-12)
            if total:
                shown = upstream.path(anchor, point)
                chance = stop[point] * math.prod((1 - stop[a]) * shares[a][b] for a, b in itertools.pairwise(shown))
                assert math.isclose(chance, best[point], rel_tol=1e-9)  # the most probable way, not just any


@settings(PROFILE)
@given(seeds, st.integers(1, 12))
def test_the_pass_equals_a_dense_solve_on_cyclic_graphs(seed, size):
    causes, stops = random_causes(seed, size, cyclic=True)
    stop, shares = stated(causes, stops)
    weights = np.array([[share.get(c, 0.0) for c in range(size)] for share in shares])
    sigma = np.diag(stop)
    whole = np.linalg.inv(np.eye(size) - (np.eye(size) - sigma) @ weights) @ sigma
    upstream = Upstream(causes, stops, NUMBERS)
    for anchor in range(size):
        row = dict(upstream.row(anchor))
        assert [row.get(v, 0.0) for v in range(size)] == pytest.approx(whole[anchor], abs=1e-10)


def test_a_cycle_and_a_loop_are_legal():
    upstream = Upstream([[(1, 1.0)], [(0, 0.5), (1, 0.5)]], [None, None], NUMBERS)
    row = dict(upstream.row(0))
    assert sum(row.values()) == pytest.approx(1)
    assert row[0] == pytest.approx(0.6)  # solved by hand: 6/5 and 4/5 visits, each stopping at 0.5
    assert row[1] == pytest.approx(0.4)


def test_between_holds_every_point_on_any_way():
    upstream = Upstream([[(1, 1.0), (2, 1.0)], [(3, 1.0)], [(3, 1.0)], [], [(3, 1.0)]], [None] * 5, NUMBERS)
    assert upstream.between(0, 3) == {0, 1, 2, 3}
    assert upstream.between(1, 3) == {1, 3}
