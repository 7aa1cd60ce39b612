"""The test of a rise against exact sums, and on simulated series: few false ones under no effect, and a doubled rate is seen."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest

from queries.findings.statistics import discoveries, incomplete_beta, rise


def tail(least: int, of: int, chance: Fraction) -> float:
    """P(X ≥ least) of a binomial, in whole numbers."""
    return float(sum(math.comb(of, k) * chance**k * (1 - chance) ** (of - k) for k in range(least, of + 1)))


@pytest.mark.parametrize(("later_days", "earlier_days", "ratio"), [(91, 91, "6/5"), (92, 89, "6/5"), (31, 28, "1")])
def test_the_probability_of_a_rise_is_the_exact_binomial_tail(later_days: int, earlier_days: int, ratio: str) -> None:
    share = Fraction(ratio) * later_days
    for later, earlier in ((1, 0), (5, 5), (12, 3), (30, 12), (3, 30), (80, 60)):
        exact = tail(later, later + earlier, share / (share + earlier_days))
        assert rise(later, earlier, later_days, earlier_days, float(Fraction(ratio))) == pytest.approx(exact, rel=1e-9)
    assert rise(0, 12, 90, 90, 1.2) == 1.0


def test_a_small_probability_means_a_lower_bound_above_the_ratio() -> None:
    """Clopper–Pearson: the bound is the ratio at which the observed rise just has probability 0.05."""
    for later, earlier in ((30, 10), (24, 12), (60, 40), (15, 0)):
        low, high = 0.0, 1000.0
        for _ in range(200):
            middle = (low + high) / 2
            low, high = (middle, high) if rise(later, earlier, 90, 90, middle) < 0.05 else (low, middle)
        assert (low > 1.2) == (rise(later, earlier, 90, 90, 1.2) < 0.05)


def test_the_beta_function_between_whole_numbers_and_at_its_ends() -> None:
    grid = (np.arange(200_000) + 0.5) / 200_000
    for a, b, x in ((2.5, 3.25, 0.4), (10.8, 4.2, 0.7), (7.4, 90.3, 0.05)):
        density = grid ** (a - 1) * (1 - grid) ** (b - 1)
        assert incomplete_beta(a, b, x) == pytest.approx(density[grid < x].sum() / density.sum(), abs=1e-4)
    assert (incomplete_beta(2, 3, 0.0), incomplete_beta(2, 3, 1.0)) == (0.0, 1.0)


def test_many_tests_are_judged_together() -> None:
    """The textbook step-up: 0.039 stands above its own line, and takes what is below with it only if a later one stands."""
    assert discoveries({"a": 0.001, "b": 0.008, "c": 0.039, "d": 0.041, "e": 0.9}, 0.05) == {"a", "b"}
    assert discoveries({"a": 0.02, "b": 0.03, "c": 0.04}, 0.05) == {"a", "b", "c"}
    assert discoveries({"a": 0.05}, 0.05) == {"a"}
    assert discoveries({"a": 0.051}, 0.05) == set()
    assert discoveries({}, 0.05) == set()


KCIS, RUNS, SEED = 50, 400, 20260601


def runs(rates: np.ndarray, ratios: np.ndarray, seed: int) -> list[set[int]]:
    """In each run, which KCIs stand when the complaints of two times 91 days come at these rates, the later times a ratio."""
    chance = np.random.default_rng(seed)
    found = []
    for _ in range(RUNS):
        earlier, later = chance.poisson(rates), chance.poisson(rates * ratios)
        tested = {
            str(i): rise(float(later[i]), float(earlier[i]), 91, 91, 1.2) if later[i] + earlier[i] >= 10 else 1.0
            for i in range(len(rates))
        }
        found.append({int(name) for name in discoveries(tested, 0.05)})
    return found


def test_the_false_discovery_rate_is_kept_under_no_effect() -> None:
    """Under no effect every finding is false, so that the rate is the share of runs with any; also where nothing rose by more than 1.2."""
    rates = np.linspace(3, 150, KCIS)
    assert sum(map(bool, runs(rates, np.ones(KCIS), SEED))) / RUNS <= 0.05
    assert sum(map(bool, runs(rates, np.full(KCIS, 1.2), SEED + 1))) / RUNS <= 0.05


def test_weighed_complaints_keep_it_too() -> None:
    """A complaint that counts 0.3 varies less than a third of one: the test errs on the safe side."""
    chance = np.random.default_rng(SEED + 4)
    false = 0
    for _ in range(RUNS):
        earlier, later = (0.3 * chance.poisson(np.linspace(40, 400, KCIS)) for _ in range(2))
        false += bool(
            discoveries({str(i): rise(float(later[i]), float(earlier[i]), 91, 91, 1.0) for i in range(KCIS)}, 0.05)
        )
    assert false / RUNS <= 0.05


def test_the_false_discovery_rate_is_kept_among_true_ones() -> None:
    rates, ratios = np.full(KCIS, 60.0), np.where(np.arange(KCIS) < 10, 2.0, 1.0)
    shares = [len([i for i in found if i >= 10]) / max(1, len(found)) for found in runs(rates, ratios, SEED + 2)]
    assert sum(shares) / RUNS <= 0.05


def test_a_doubled_rate_is_seen() -> None:
    """Power for one doubled KCI among fifty: 100 complaints a quarter are seen nine times in ten, 60 every other time, 20 hardly ever."""
    power = {}
    for rate in (20.0, 60.0, 100.0):
        ratios = np.where(np.arange(KCIS) == 0, 2.0, 1.0)
        power[rate] = sum(0 in found for found in runs(np.full(KCIS, rate), ratios, SEED + 3)) / RUNS
    assert power[100.0] >= 0.8
    assert power[60.0] >= 0.4
    assert power[20.0] < power[60.0] < power[100.0]
