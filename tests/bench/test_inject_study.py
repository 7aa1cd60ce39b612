"""The study from end to end on small worlds: loaded through the intake, traced, counted beside baselines and ceilings, printed."""

from __future__ import annotations

import math

import numpy as np
import pytest

from bench.inject import JOINT, ONE, TRACE, aims, guesses, study, table
from bench.inject_scores import METRICS, Counted, figures
from bench.inject_world import World


@pytest.fixture(scope="module")
def small_study() -> tuple[list[str], dict[str, list[Counted]]]:
    """Two seeds of a few products."""
    return study([11, 12], products=10)


def test_every_way_of_guessing_is_counted_on_every_metric(
    small_study: tuple[list[str], dict[str, list[Counted]]],
) -> None:
    lines, counted = small_study
    assert len(lines) == 2
    assert list(counted) == [TRACE, ONE, JOINT, "most frequent cause", "symptom = cause", "random ancestor"]
    for name, of in counted.items():
        found = figures(of, draws=200)
        for metric in METRICS:
            if metric in found and not math.isnan(found[metric][0]):
                mean, low, high = found[metric]
                assert 0 <= mean <= 1
                assert low <= high
                assert low >= 0
                assert high <= 1, (name, metric)


def test_order_of_what_is_known_shows(small_study: tuple[list[str], dict[str, list[Counted]]]) -> None:
    """All of a subject's complaints tell more than one, the trace more than a lot drawn among ancestors."""
    at = {name: figures(of, draws=10)["AC@1"][0] for name, of in small_study[1].items()}
    assert at[JOINT] > at[ONE] > at["symptom = cause"]
    assert at[TRACE] > at["random ancestor"]


def test_printed_table_and_aims(small_study: tuple[list[str], dict[str, list[Counted]]]) -> None:
    counted = small_study[1]
    printed = table({name: figures(of, draws=50) for name, of in counted.items()})
    assert [line[:18].strip() for line in printed.splitlines()[1:]] == list(METRICS)
    assert all(name in printed.splitlines()[0] for name in counted)
    reached = {what: (aim, met, value) for what, aim, value, met in aims(counted)}
    assert {"precision", "coverage", "false accusations", "ECE"} <= set(reached)
    aim, met, value = reached["false accusations"]
    assert (aim, met) == ("≤ 0.1", value[0] <= 0.10)


def test_the_traced_guess_is_the_answers_themselves(small: World) -> None:
    """Named points are those of the answers, and each row is a whole distribution."""
    guess = guesses(small)[TRACE]
    assert np.allclose(guess.causes.sum(1), 1, atol=1e-6)
    points = len(small.frame.points)
    for row, named in zip(guess.causes, guess.named, strict=True):
        if named >= 0:
            assert int(row[:points].argmax()) == named
            assert row[named] >= 0.6 - 1e-9
