"""How sharp the scores should be: λ of each evidence group and T, by a ridge fit to what verdicts found true.

P(h) = softmax(β · prior + b_review · review + b_kci · kci) with β = 1/T and b = λ/T is a multinomial logit, linear in
θ = (β, b_review, b_kci). The fit minimises −Σ ln P(truth) + ridge/2 · |θ − θ0|² within bounds (β between 1/warmest and
1/coolest, b ≥ 0, so that a failed review never speaks for its own point's innocence) by projected Newton steps (Bertsekas 1982).
In these coordinates a group that no verdict heard keeps the likelihood ratios that were assumed, whatever T becomes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from queries.parameters import EvidenceNumbers, LearningNumbers

Array = npt.NDArray[np.float64]
_STEPS = 100
_HALVINGS = 40
_ENOUGH = 1e-10


class Example(NamedTuple):
    """One judged complaint: per hypothesis (prior, review, kci) with λ = 1, and which of them the verdict found true."""

    terms: tuple[tuple[float, float, float], ...]
    true: tuple[bool, ...]


class _Likelihood:
    """The penalised negative log likelihood of examples."""

    def __init__(self, examples: Sequence[Example], centre: Array, ridge: float) -> None:
        self._terms = np.array([row for example in examples for row in example.terms]).reshape(-1, 3)
        self._true = np.array([flag for example in examples for flag in example.true], dtype=bool)
        sizes = [len(example.terms) for example in examples]
        self._starts = np.concatenate(([0], np.cumsum(sizes)[:-1])).astype(int)
        self._of = np.repeat(np.arange(len(examples)), sizes)
        self._centre, self._ridge = centre, ridge

    def value(self, theta: Array) -> float:
        """Its value."""
        whole, true = self._logs(theta)
        apart = theta - self._centre
        return float(np.sum(whole - true) + self._ridge / 2 * apart @ apart)

    def slope(self, theta: Array) -> tuple[Array, Array]:
        """Its gradient, and a curvature that is never below its own and always positive definite."""
        logits = self._terms @ theta
        whole, true = self._logs(theta)
        all_p = np.exp(logits - whole[self._of])
        true_p = np.where(self._true, np.exp(logits - true[self._of]), 0.0)
        weighted = self._terms * all_p[:, None]
        means = np.add.reduceat(weighted, self._starts, axis=0)
        gradient = weighted.sum(0) - (self._terms * true_p[:, None]).sum(0) + self._ridge * (theta - self._centre)
        return gradient, weighted.T @ self._terms - means.T @ means + self._ridge * np.eye(3)

    def _logs(self, theta: Array) -> tuple[Array, Array]:
        """Per example ln Σ exp of all hypotheses and of the true ones."""
        logits = self._terms @ theta
        top = np.maximum.reduceat(logits, self._starts)
        masses = np.exp(logits - top[self._of])
        tops = np.maximum.reduceat(np.where(self._true, logits, -np.inf), self._starts)
        trues = np.where(self._true, np.exp(logits - tops[self._of]), 0.0)
        return (
            top + np.log(np.add.reduceat(masses, self._starts)),
            tops + np.log(np.add.reduceat(trues, self._starts)),
        )


def fit(examples: Sequence[Example], assumed: EvidenceNumbers, numbers: LearningNumbers) -> EvidenceNumbers:
    """λ and T that fit the examples, held to the assumed ones by the ridge; without examples the assumed ones.

    Args:
        examples: judged complaints; each has at least one true hypothesis.
        assumed: λ and T to start from and to be held to.
        numbers: the ridge and the bounds of T.
    """
    if not examples:
        return assumed
    cool = 1 / assumed.temperature
    centre = np.array([cool, assumed.review * cool, assumed.kci * cool])
    low = np.array([1 / numbers.warmest, 0.0, 0.0])
    high = np.array([1 / numbers.coolest, np.inf, np.inf])
    theta = _minimise(_Likelihood(examples, centre, numbers.ridge), np.clip(centre, low, high), low, high)
    beta, review, kci = (float(value) for value in theta)
    return assumed.model_copy(
        update={"temperature": round(1 / beta, 9), "review": round(review / beta, 9), "kci": round(kci / beta, 9)}
    )


def _minimise(goal: _Likelihood, theta: Array, low: Array, high: Array) -> Array:
    """Projected Newton: a coordinate at a bound that pushes outward rests, the others take a damped step."""
    value = goal.value(theta)
    for _ in range(_STEPS):
        gradient, curvature = goal.slope(theta)
        free = ~(((theta <= low) & (gradient > 0)) | ((theta >= high) & (gradient < 0)))
        step = np.zeros_like(theta)
        if free.any():
            step[free] = np.linalg.solve(curvature[np.ix_(free, free)], gradient[free])
        for halving in range(_HALVINGS):
            moved = np.clip(theta - step / 2**halving, low, high)
            reached = goal.value(moved)
            if reached < value:
                break
        else:
            break
        gained, theta, value = value - reached, moved, reached
        if gained < _ENOUGH:
            break
    return theta
