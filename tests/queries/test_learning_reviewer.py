"""A simulated reviewer whose truths come from known parameters: learning moves the numbers towards them, on complaints not learned from."""

from __future__ import annotations

import math
import random
from typing import Any

from queries.calibration import calibration
from queries.learned import causes_of, null_rate, stops_of
from queries.learning import Lesson, learn, true_of
from queries.parameters import Parameters
from queries.scoring import score
from queries.verdicts import Judged, ruling
from queries.view import view_on

UNTIL = "2026-06-30T15:59:59.999999Z"
CAUSES = {"A": {"B": 0.5, "C": 0.5}, "B": {"D": 0.5, "E": 0.5}, "C": {"E": 0.5, "F": 0.5}}
TRUE_CAUSES = {"A": {"B": 0.9, "C": 0.1}, "B": {"D": 0.2, "E": 0.8}, "C": {"E": 0.7, "F": 0.3}}
TRUE_STOP = {"A": 0.15, "B": 0.7, "C": 0.3}
TRUE_NULL = 0.3


def filled(world: Any) -> Any:
    """Six points; the default maps know where failures travel but not how often."""
    for point in "ABCDEF":
        world.stage(f"S{point}", order=ord(point)).point(point, f"S{point}")
    for effect, causes in CAUSES.items():
        world.caused_by(effect, causes)
    return world.points_to("K", {"A": 0.7, "C": 0.1}).node("Category:K", null_rate=0.1)


def truths(world: Any, seed: int, size: int, month: int) -> list[Lesson]:
    """Complaints with verdicts that know what really happened."""
    rnd = random.Random(seed)
    found = []
    for number in range(size):
        case = world.case(id_=f"C{month}-{number:04}")
        point = ""
        if rnd.random() >= TRUE_NULL:
            (point,) = rnd.choices(["A", "C"], [0.7, 0.1])
            while point in TRUE_STOP and rnd.random() >= TRUE_STOP[point]:
                causes = TRUE_CAUSES[point]
                (point,) = rnd.choices(list(causes), list(causes.values()))
        moment = f"2026-{month:02}-{1 + number % 28:02}T{number // 28 % 24:02}:00:00.000000Z"
        verdict = ruling(
            case.id, outcome="named" if point else "no_internal_cause", control_point=point, subject="", by="",
            sampled="random", event_at=moment, reason="", answer="{}",
        )  # fmt: skip
        found.append(Lesson(case, Judged(verdict, moment, moment, False)))
    return found


def distance(world: Any, numbers: Parameters) -> float:
    """How far causes, stops and the null rate are from the truth, summed."""
    view = view_on(world.framework(), "2026-03-15")
    total = abs(null_rate("K", 0.1, numbers) - TRUE_NULL)
    for point, causes, stop in zip(view.points, causes_of(view, numbers), stops_of(view, numbers), strict=True):
        whole = sum(weight for _, weight in causes)
        total += sum(abs(weight / whole - TRUE_CAUSES[point.id][view.points[c].id]) for c, weight in causes)
        if point.id in TRUE_STOP:
            total += abs((0.5 if stop is None else stop) - TRUE_STOP[point.id])
    return total


def surprise(world: Any, numbers: Parameters, lessons: list[Lesson]) -> float:
    """Mean −ln P(truth)."""
    framework, total = world.framework(), 0.0
    for case, found in lessons:
        scored = score(framework, case, numbers)
        shares = [one.probability for one in scored.hypotheses]
        shares += [scored.no_internal_cause.probability, scored.unmodelled.probability]
        total -= math.log(sum(p for p, true in zip(shares, true_of(scored, found), strict=True) if true))
    return total / len(lessons)


def test_learning_moves_towards_the_truth_and_predicts_what_it_has_not_seen(world: Any, parameters: Parameters) -> None:
    framework = filled(world).framework()
    ahead = truths(world, 99, 400, 8)
    versions = [parameters] + [
        learn(framework, truths(world, 1, size, 6), parameters, UNTIL) for size in (30, 150, 600)
    ]
    distances = [distance(world, numbers) for numbers in versions]
    assert distances == sorted(distances, reverse=True)
    assert distances[-1] < 0.4 * distances[0]
    surprises = [surprise(world, numbers, ahead) for numbers in versions]
    assert surprises == sorted(surprises, reverse=True)
    assert surprises[-1] < surprises[0] - 0.1


def test_learned_numbers_are_calibrated_ahead_where_the_assumed_ones_are_not(
    world: Any, parameters: Parameters
) -> None:
    framework = filled(world).framework()
    learned = learn(framework, truths(world, 1, 600, 6), parameters, UNTIL)
    ahead = truths(world, 99, 400, 8)
    before, after = (calibration(framework, ahead, numbers, UNTIL) for numbers in (parameters, learned))
    assert (before.n, after.n) == (400, 400)
    assert before.ece is not None
    assert after.ece is not None
    assert after.ece < 0.1 < before.ece
    assert (before.calibration, before.reason) == ("uncalibrated", "too_far_off")
    assert (after.calibration, after.reason) == ("calibrated", None)


def test_temperature_is_not_fitted_to_what_it_has_seen(world: Any, parameters: Parameters) -> None:
    """Few verdicts, many shares: priors that had seen their own verdicts would make T promise too much (0.87 on average here)."""
    framework = filled(world).framework()
    learned = [learn(framework, truths(world, seed, 40, 6), parameters, UNTIL) for seed in range(6)]
    assert sum(numbers.evidence.temperature for numbers in learned) / 6 > 0.95
