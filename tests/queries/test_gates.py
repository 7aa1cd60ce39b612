"""Step 5: the earliest gate that should have caught it, and its state."""

from __future__ import annotations

import pytest

M = "Campaign:M"


@pytest.fixture
def traced(world):
    """V at S2 is the certain root; it hurts at A (S4), on the way lies B (S3); everything looks at campaigns."""
    for n in range(1, 6):
        world.stage(f"S{n}", order=n)
    world.point("V", "S2").point("B", "S3", stop=0.05).point("A", "S4", stop=0.05).point("Q", "S2").point(
        "P", "S3", "product"
    )
    world.points_to("K", {"A": 0.9}).caused_by("A", {"B": 1}).caused_by("B", {"V": 1})
    return world.subject(M).review(M, "ControlPoint:V", "failed", "2026-01-10")


@pytest.fixture
def gate(ask):
    def found(world, **case):
        answer = ask(world, world.case(**{"about": [M], **case}))
        assert answer.root.control_point == "ControlPoint:V"
        return answer.earliest_gate and (answer.earliest_gate.gate, answer.earliest_gate.state)

    return found


def test_none_is_defined(traced, gate):
    traced.gate("G5", "S5", ["Q"])  # neither checks nor guards what lies between
    assert gate(traced) == (None, "none_defined")


def test_the_first_in_stage_order_at_or_after_the_root(traced, gate):
    traced.gate("G4", "S4", ["A"])
    assert gate(traced) == ("Gate:G4", "missing")
    traced.gate("G3", "S3", ["B"])
    assert gate(traced) == ("Gate:G3", "missing")
    traced.gate("G1", "S1", ["V"])  # stands before the root's stage
    assert gate(traced) == ("Gate:G3", "missing")
    traced.gate("G2", None, ["V"])  # guards nothing: stands where its point does
    assert gate(traced) == ("Gate:G2", "failed_but_released")


def test_a_gate_that_only_guards_a_stage_on_the_way_counts_if_it_looks_at_such_a_subject(traced, gate):
    traced.gate("G3", "S3", ["P"])  # checks product points only
    assert gate(traced) == (None, "none_defined")
    traced.gate("G3b", "S3", ["Q"])
    assert gate(traced) == ("Gate:G3b", "missing")


@pytest.mark.parametrize(
    ("result", "state"),
    [
        ("failed", "failed_but_released"),
        ("waived", "waived"),
        ("passed", "passed_wrongly"),
        ("conditional", "passed_wrongly"),
    ],
)
def test_the_state_after_its_latest_review_before_the_complaint(traced, gate, result, state):
    traced.gate("G3", "S3", ["B"]).review(M, "Gate:G3", "passed", "2026-01-01")
    traced.review(M, "Gate:G3", result, "2026-02-01").review(M, "Gate:G3", "passed", "2026-03-20")
    assert gate(traced) == ("Gate:G3", state)


@pytest.mark.parametrize(
    ("results", "rule", "state"),
    [
        (["passed", "passed", None], "all_passed", "missing"), (["passed", "passed", None], "majority", "passed_wrongly"),
        (["passed", "passed", "passed"], "all_passed", "passed_wrongly"), (["passed", "failed", None], "all_passed", "failed_but_released"),
        (["waived", "passed", "passed"], "all_passed", "waived"), ([None, None, None], "all_passed", "missing"),
    ],
)  # fmt: skip
def test_without_a_review_of_its_own_those_of_its_points_add_up_by_its_rule(traced, gate, results, rule, state):
    traced.point("B2", "S3").point("B3", "S3").gate("G3", "S3", ["B", "B2", "B3", "P"], pass_rule=rule)
    for point, result in zip(["B", "B2", "B3"], results, strict=True):
        if result:
            traced.review(M, f"ControlPoint:{point}", result, "2026-01-10")
    assert gate(traced) == ("Gate:G3", state)


def test_a_gate_that_had_ended_does_not_count(traced, gate):
    traced.gate("G3", "S3", ["B"], valid_to="2026-01-01")
    assert gate(traced) == (None, "none_defined")


def test_without_a_subject_there_was_nothing_to_look_at(world, ask):
    world.stage("S").point("V", "S").points_to("K", {"V": 0.9}).gate("G", "S", ["V"])
    answer = ask(world)
    assert (answer.outcome, answer.earliest_gate) == ("named", None)
