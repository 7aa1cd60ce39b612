"""The missing fact that would decide: what it says must be what the trace says once the fact is there."""

from __future__ import annotations

import pytest

M = "Campaign:M"


@pytest.fixture
def undecided(world):
    world.stage("S1", "D1", 1).stage("S2", "D2", 2)
    world.point("V", "S1").point("W", "S2").points_to("K", {"V": 0.45, "W": 0.4})
    world.gate("GV", "S1", ["V"]).kci("W", "I")
    return world.subject(M)


def by_fact(answer):
    return {(n.fact, n.control_point): n for n in answer.next_evidence}


def test_what_would_follow_is_what_follows(undecided, ask):
    before = ask(undecided, undecided.case(about=[M]))
    assert before.outcome == "unknown"
    review = by_fact(before)["review", "ControlPoint:V"]
    assert (review.of, review.subject) == (("Gate:GV",), M)
    kci = by_fact(before)["kci", "ControlPoint:W"]
    assert kci.of == ("Indicator:I",)
    undecided.review(M, "Gate:GV", "failed", "2026-03-01")
    after = ask(undecided, undecided.case(about=[M]))
    assert (after.outcome, after.candidates[0].control_point) == (
        review.would[0].outcome,
        review.would[0].control_point,
    )
    assert after.candidates[0].probability == pytest.approx(review.would[0].probability, abs=1e-8)
    assert review.would[0].value == "failed"
    undecided.subjects[next(iter(undecided.subjects))]["reviews"].clear()
    undecided.value("I", 99, "2026-02-01", "2026-03-01", on=M)
    after = ask(undecided, undecided.case(about=[M]))
    (found,) = [c.probability for c in after.candidates if c.control_point == "ControlPoint:W"]
    assert (kci.would[1].value, kci.would[1].outcome) == ("green", after.outcome)
    assert found == pytest.approx(kci.would[1].probability, abs=1e-8)


def test_a_fact_that_would_decide_comes_first(undecided, ask):
    first = ask(undecided, undecided.case(about=[M])).next_evidence[0]
    assert (first.fact, first.would[0].outcome) == ("review", "named")


def test_facts_that_are_there_or_cannot_be_had_are_not_asked_for(undecided, ask):
    undecided.value("I", 96, "2026-02-01", "2026-03-01", on=M).review(M, "ControlPoint:V", "passed", "2026-03-01")
    assert by_fact(ask(undecided, undecided.case(about=[M]))) == {}
    # without a subject there is no review to be had, but a value for the unit may be
    assert [n.fact for n in ask(undecided, undecided.case()).next_evidence] == ["kci"]


def test_a_decided_answer_asks_for_nothing(world, ask):
    world.stage("S").point("V", "S").points_to("K", {"V": 0.9}).gate("G", "S", ["V"]).subject(M)
    answer = ask(world, world.case(about=[M]))
    assert (answer.outcome, answer.next_evidence) == ("named", ())
