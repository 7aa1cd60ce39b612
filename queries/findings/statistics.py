"""Whether complaints rose by more than chance: the exact conditional test of two Poisson rates, and many such tests at once.

Given their sum n, the first of two Poisson counts is binomial with p = r·t₁ / (r·t₁ + t₀) under a rate ratio r (Przyborowski and
Wilenski 1940). Its upper tail is a regularised incomplete beta function, which also serves weighted counts: a complaint
that points to a place with weight w ≤ 1 adds w, whose variance w² is at most w, so that the test errs on the safe side.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

_TINY = 1e-300
_EPSILON = 1e-15
_ROUNDS = 10_000


def rise(later: float, earlier: float, later_days: int, earlier_days: int, ratio: float) -> float:
    """The probability of a count at least as large as ``later`` if the rate ratio were no more than ``ratio``.

    It is below α exactly where the one-sided 1 − α lower bound (Clopper–Pearson) of the rate ratio lies above ``ratio``.

    Args:
        later, earlier: counts, also weighted ones.
        later_days, earlier_days: over how many days each was counted.
        ratio: the rate ratio not to be believed without proof.
    """
    if later <= 0:
        return 1.0
    chance = ratio * later_days / (ratio * later_days + earlier_days)
    return incomplete_beta(later, earlier + 1, chance)


def incomplete_beta(a: float, b: float, x: float) -> float:
    """The regularised incomplete beta function I_x(a, b) for a, b > 0 and 0 ≤ x ≤ 1.

    Lentz's evaluation of the continued fraction DLMF 8.17.22, on the side where it converges quickly.
    """
    if x <= 0 or x >= 1:
        return float(x >= 1)
    front = math.exp(
        math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    )  # fmt: skip
    if x < (a + 1) / (a + b + 2):
        return front * _fraction(a, b, x) / a
    return 1 - front * _fraction(b, a, 1 - x) / b


def _fraction(a: float, b: float, x: float) -> float:
    c, d = 1.0, 1 / _not_zero(1 - (a + b) * x / (a + 1))
    value = d
    for m in range(1, _ROUNDS):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        step = 1.0
        for term in (even, odd):
            d, c = 1 / _not_zero(1 + term * d), _not_zero(1 + term / c)
            step = c * d
            value *= step
        if abs(step - 1) < _EPSILON:
            break
    return value


def _not_zero(value: float) -> float:
    return value if abs(value) > _TINY else _TINY


def discoveries(probabilities: Mapping[str, float], rate: float) -> set[str]:
    """The tests that stand when all are looked at together, at a false discovery rate (Benjamini and Hochberg 1995).

    Args:
        probabilities: of every test made, by its name; one that was not made counts as 1.
        rate: the share of false ones among those that stand, at most.
    """
    ranked = sorted(probabilities, key=lambda name: (probabilities[name], name))
    count = max(
        (rank for rank, name in enumerate(ranked, 1) if probabilities[name] <= rate * rank / len(ranked)), default=0
    )
    return set(ranked[:count])
