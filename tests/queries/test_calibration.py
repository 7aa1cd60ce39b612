"""The calibration report: bands and ECE against a plain recount, and every reason why nothing may be claimed."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from queries.calibration import Promise, calibration, counts_for, reliability
from queries.learning import Lesson, learn
from queries.parameters import Learned, Parameters, Votes
from queries.verdicts import Judged, ruling

UNTIL = "2026-12-31T00:00:00.000000Z"


@settings(derandomize=True, deadline=None, max_examples=100)
@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=60))
def test_bands_and_error_are_those_of_a_plain_recount(rows: list[tuple[float, bool]]) -> None:
    bands, ece = reliability([Promise(p, right, False) for p, right in rows])
    assert [band.from_ for band in bands] == [n / 10 for n in range(10)]
    assert sum(band.n for band in bands) == len(rows)
    expected = 0.0
    for band in bands:
        inside = [(p, r) for p, r in rows if band.from_ <= p < band.to or (band.to == 1 and p == 1)]
        if inside:
            mean, right = sum(p for p, _ in inside) / len(inside), sum(r for _, r in inside) / len(inside)
            assert (band.n, band.promised, band.right) == (
                len(inside),
                pytest.approx(mean, abs=1e-8),
                pytest.approx(right, abs=1e-8),
            )
            expected += abs(mean - right) * len(inside) / len(rows)
    assert ece == pytest.approx(expected, abs=1e-8)


def test_without_any_promise_there_is_no_error() -> None:
    bands, ece = reliability([])
    assert ece is None
    assert {(band.n, band.promised, band.right) for band in bands} == {(0, None, None)}


@pytest.fixture
def simple(world: Any) -> Any:
    """A category that points at A with .9 and states no null rate: A is named at once, with 0.8."""
    return world.stage("S").point("A", "S").point("B", "S").points_to("K", {"A": 0.9})


def lesson(world: Any, n: int, point: str, sampled: str = "random", moment: str = "2026-05-01T00:00:00.000000Z") -> Lesson:  # fmt: skip
    verdict = ruling(
        f"C{n}", outcome="named" if point else "unknown", control_point=point, subject="", by="", sampled=sampled,
        event_at=moment, reason="", answer="{}",
    )  # fmt: skip
    drawn = moment if sampled == "random" else ""
    return Lesson(world.case(id_=f"C{n}"), Judged(verdict, moment, drawn, sampled == "dispute"))


def test_two_hundred_good_ones_are_needed(simple: Any, parameters: Parameters) -> None:
    lessons = [lesson(simple, n, "A" if n % 5 else "B") for n in range(200)]
    framework = simple.framework()
    few = calibration(framework, lessons[:199], parameters, UNTIL)
    assert (few.calibration, few.reason, few.n, few.claim()) == ("uncalibrated", "too_few", 199, None)
    enough = calibration(framework, lessons, parameters, UNTIL)
    assert (enough.calibration, enough.reason, enough.ece) == ("calibrated", None, 0)
    assert (enough.named, enough.named_right) == (200, 160)
    claim = enough.claim()
    assert claim is not None
    assert (claim.n, claim.error, claim.parent) == (200, 0, "assumed-1")


def test_a_large_error_is_no_calibration(simple: Any, parameters: Parameters) -> None:
    lessons = [lesson(simple, n, "A" if n % 2 else "B") for n in range(300)]
    report = calibration(simple.framework(), lessons, parameters, UNTIL)
    assert (report.calibration, report.reason, report.ece) == ("uncalibrated", "too_far_off", 0.3)


@pytest.mark.parametrize("sampled", ["dispute", "routine", ""])
def test_only_randomly_sampled_verdicts_count(simple: Any, parameters: Parameters, sampled: str) -> None:
    lessons = [lesson(simple, n, "A" if n % 5 else "B", sampled) for n in range(300)]
    assert calibration(simple.framework(), lessons, parameters, UNTIL).n == 0


def test_what_was_learned_from_does_not_count(simple: Any, parameters: Parameters) -> None:
    lessons = [lesson(simple, n, "A" if n % 5 else "B", moment=f"2026-05-{1 + n % 28:02}T00:00:00.000000Z") for n in range(300)]  # fmt: skip
    middle = "2026-05-14T12:00:00.000000Z"
    framework = simple.framework()
    learned = learn(framework, [one for one in lessons if one.found.verdict.event_at <= middle], parameters, middle)
    report = calibration(framework, lessons, learned, UNTIL)
    assert report.n == sum(one.found.verdict.event_at > middle for one in lessons) < 200
    assert report.since == "2026-05-14T00:00:00.000000Z"
    corrected = lesson(simple, 1, "A", moment="2026-06-01T00:00:00.000000Z").found._replace(first=report.since)
    assert not counts_for(corrected, learned)


def test_complaints_that_nobody_could_decide_are_told_apart(simple: Any, parameters: Parameters) -> None:
    report = calibration(simple.framework(), [lesson(simple, 1, ""), lesson(simple, 2, "A")], parameters, UNTIL)
    assert (report.n, report.undecided) == (1, 1)


def test_an_answer_says_calibrated_only_under_a_version_that_may(simple: Any, parameters: Parameters, ask: Any) -> None:  # fmt: skip
    lessons = [lesson(simple, n, "A" if n % 5 else "B") for n in range(200)]
    claim = calibration(simple.framework(), lessons, parameters, UNTIL).claim()
    may = parameters.model_copy(update={"calibrated": claim})
    assert ask(simple).calibration == "uncalibrated"
    assert ask(simple, parameters=may).calibration == "calibrated"
    learned = Learned(until=UNTIL, last=UNTIL, parent="x", verdicts={}, causes={}, stop={}, no_internal_cause={}, unmodelled=Votes(hits=0, misses=0))  # fmt: skip
    assert ask(simple, parameters=parameters.model_copy(update={"learned": learned})).calibration == "uncalibrated"
