"""λ and T: the fit is the minimum of its penalised likelihood, finds known sharpness again, and keeps what nothing was heard of."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from queries.learning_fit import Example, fit
from queries.parameters import EvidenceNumbers, Parameters


def examples(seed: int, size: int, review: float, kci: float, temperature: float) -> list[Example]:
    """Complaints whose truth is drawn from softmax((prior + λ·evidence) / T) with known λ and T."""
    rnd = random.Random(seed)
    found = []
    for _ in range(size):
        terms = tuple(
            (math.log(rnd.uniform(0.02, 1)), rnd.choice([0.0, 0.0, 1.39, -0.36]), rnd.choice([0.0, 1.1, -0.51]))
            for _ in range(rnd.randrange(2, 7))
        )
        weights = [math.exp((p + review * r + kci * k) / temperature) for p, r, k in terms]
        (true,) = rnd.choices(range(len(terms)), weights)
        found.append(Example(terms, tuple(n == true for n in range(len(terms)))))
    return found


def loss(given_: list[Example], numbers: EvidenceNumbers, ridge: float) -> float:
    """What the fit promises to minimise, written out."""
    total = 0.0
    for terms, true in given_:
        masses = [math.exp((p + numbers.review * r + numbers.kci * k) / numbers.temperature) for p, r, k in terms]
        total -= math.log(sum(m for m, t in zip(masses, true, strict=True) if t) / sum(masses))
    beta = 1 / numbers.temperature
    return total + ridge / 2 * sum((b - 1) ** 2 for b in (beta, numbers.review * beta, numbers.kci * beta))


@settings(derandomize=True, deadline=None, max_examples=20)
@given(st.integers(0, 10_000))
def test_no_step_in_any_direction_is_better(parameters: Parameters, seed: int) -> None:
    rnd = random.Random(seed)
    drawn = examples(seed, 40, rnd.uniform(0, 2), rnd.uniform(0, 2), rnd.uniform(0.4, 3))
    found = fit(drawn, parameters.evidence, parameters.learning)
    least = loss(drawn, found, parameters.learning.ridge)
    for _ in range(30):
        other = found.model_copy(
            update={
                "review": max(0.0, found.review + rnd.gauss(0, 0.05)), "kci": max(0.0, found.kci + rnd.gauss(0, 0.05)),
                "temperature": found.temperature * math.exp(rnd.gauss(0, 0.05)),
            }
        )  # fmt: skip
        assert loss(drawn, other, parameters.learning.ridge) >= least - 1e-9


@pytest.mark.parametrize(("review", "kci", "temperature"), [(1.0, 1.0, 1.0), (1.5, 0.5, 2.0), (0.8, 1.2, 0.6)])
def test_known_sharpness_is_found_again(parameters: Parameters, review: float, kci: float, temperature: float) -> None:
    found = fit(examples(3, 4000, review, kci, temperature), parameters.evidence, parameters.learning)
    assert found.temperature == pytest.approx(temperature, rel=0.1)
    assert found.review == pytest.approx(review, abs=0.15)
    assert found.kci == pytest.approx(kci, abs=0.15)


def test_few_verdicts_move_little(parameters: Parameters) -> None:
    few, many = (fit(examples(3, size, 1, 1, 3), parameters.evidence, parameters.learning) for size in (5, 2000))
    assert abs(few.temperature - 1) < 0.2
    assert many.temperature > 2


def test_evidence_that_misleads_is_silenced_not_turned_round(parameters: Parameters) -> None:
    terms = ((-1.0, 1.39, 0.0), (-1.0, 0.0, 0.0))
    found = fit([Example(terms, (False, True))] * 500, parameters.evidence, parameters.learning)
    assert found.review == 0


def test_a_temperature_stays_within_its_bounds(parameters: Parameters) -> None:
    sure = [Example(((-0.1, 0.0, 0.0), (-3.0, 0.0, 0.0)), (True, False))] * 50_000
    wrong = [Example(((-0.1, 0.0, 0.0), (-3.0, 0.0, 0.0)), (False, True))] * 500
    assert fit(sure, parameters.evidence, parameters.learning).temperature >= 0.2
    assert fit(wrong, parameters.evidence, parameters.learning).temperature == 5


def test_what_was_not_heard_keeps_its_likelihood_ratio(parameters: Parameters) -> None:
    drawn = [Example(tuple((p, r, 0.0) for p, r, _ in e.terms), e.true) for e in examples(5, 400, 1, 1, 2)]
    found = fit(drawn, parameters.evidence, parameters.learning)
    assert found.temperature > 1.3
    assert found.kci / found.temperature == pytest.approx(1, abs=1e-6)


def test_without_examples_nothing_moves(parameters: Parameters) -> None:
    assert fit([], parameters.evidence, parameters.learning) == parameters.evidence


def test_any_of_several_true_hypotheses_will_do(parameters: Parameters) -> None:
    terms = ((-1.0, 1.39, 0.0), (-1.0, 1.39, 0.0), (-1.0, 0.0, 0.0))
    both = fit([Example(terms, (True, True, False))] * 100, parameters.evidence, parameters.learning)
    assert both.review / both.temperature > 1
