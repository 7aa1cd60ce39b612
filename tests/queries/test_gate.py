"""A gate lets pass exactly what the breakpoint list would not find afterwards, and says what is unmet."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.errors import UnknownId, UsageError
from graph.records import Ref
from queries.gate import GateAnswer, gate_state
from tests.queries.breakpoints_world import DAY, AsSource, World, keys, listed

M1, PR1 = Ref("Campaign", "M1"), Ref("Product", "PR1")
RESULTS = ("passed", "conditional", "failed", "waived")
MODES = ("automatic", "manual")


def state(world: World, subject: Ref = M1, *, as_of: str = DAY, stage: str | None = None) -> GateAnswer:
    return gate_state(world.framework(), AsSource(world), subject, as_of=as_of, stage=stage)


def review(world: World, name: str, of: str, on: str, result: str, day: str, mode: str = "manual") -> None:
    world.set(
        f"Review:{name}",
        event_at=f"{day}T04:00:00.000000Z",
        recorded_at=f"{day}T04:00:00.000000Z",
        result=result,
        mode=mode,
    )
    world.set(f"Review:{name} OF {of}")
    world.set(f"Review:{name} ON {on}")


def found(world: World, kind: str, subject: str) -> bool:
    return f"{kind}|{subject}" in keys(listed(world))


def gate(answer: GateAnswer, id_: str) -> object:
    (one,) = [check for check in answer.gates if check.gate == f"Gate:{id_}"]
    return one


def test_a_campaign_with_everything_passed_may_go() -> None:
    answer = state(World())
    assert answer.allowed
    assert [(check.gate, check.due, check.passed, check.unmet) for check in answer.gates] == [
        ("Gate:GP", True, True, ())
    ]
    assert answer.explanation.zh
    assert "has passed all 1" in answer.explanation.en


@pytest.mark.parametrize("result", RESULTS[1:])
@pytest.mark.parametrize("mode", MODES)
def test_one_hundred_per_cent_wants_both_reviews_and_no_waiver(mode: str, result: str) -> None:
    world = World()
    review(world, "later", "ControlPoint:R2", "Campaign:M1", result, "2026-03-01", mode)
    answer = state(world)
    assert not answer.allowed
    (unmet,) = answer.gates[0].unmet
    assert (unmet.of, unmet.mode, unmet.state) == ("ControlPoint:R2", mode, result)
    assert found(world, "live_below_100", "Campaign:M1")


def test_a_review_that_is_not_there_is_missing() -> None:
    world = World()
    world.drop("Review:M1-automatic")
    (unmet,) = state(world).gates[0].unmet
    assert (unmet.mode, unmet.state) == ("automatic", "missing")


def test_what_comes_after_the_day_does_not_count() -> None:
    world = World()
    review(world, "later", "ControlPoint:R2", "Campaign:M1", "failed", "2026-06-02")
    assert state(world).allowed
    assert not state(world, as_of="2026-06-02").allowed


REVIEW = st.tuples(
    st.sampled_from(("ControlPoint:R2", "Gate:GP")), st.sampled_from(RESULTS), st.sampled_from(MODES), st.integers(1, 28)
)  # fmt: skip


@settings(derandomize=True, deadline=None, max_examples=40)
@given(st.lists(REVIEW, max_size=5))
def test_the_launch_gate_is_the_list_before_the_fact(reviews: list[tuple[str, str, str, int]]) -> None:
    """M1 is live on the day: the list finds live_below_100 exactly where the gate would not have let it go."""
    world = World()
    for n, (of, result, mode, day) in enumerate(reviews):
        review(world, f"x{n}", of, "Campaign:M1", result, f"2026-03-{day:02}", mode)
    assert state(world).allowed is not found(world, "live_below_100", "Campaign:M1")


@settings(derandomize=True, deadline=None, max_examples=40)
@given(
    st.lists(
        st.tuples(st.sampled_from(("ControlPoint:R1", "Gate:GS")), st.sampled_from(RESULTS), st.integers(1, 9)),
        max_size=4,
    )
)
def test_entering_a_stage_is_the_list_before_the_fact(reviews: list[tuple[str, str, int]]) -> None:
    """PR1 entered T2 on 2026-02-10: passed_ungated exactly where the question of the day before says no."""
    world = World()
    world.drop("Review:V0")
    world.drop("Review:V1")
    for n, (of, result, day) in enumerate(reviews):
        review(world, f"x{n}", of, "Product:PR1", result, f"2026-02-{day:02}")
    assert state(world, PR1, as_of="2026-02-09", stage="T2").allowed is not found(
        world, "passed_ungated", "Product:PR1"
    )


@pytest.mark.parametrize("passed", [True, False])
def test_an_exit_gate_is_due_for_the_stage_it_guards(passed: bool) -> None:
    world = World()
    if not passed:
        world.drop("Review:V2")
        world.drop("Review:V3")
    answer = state(world, PR1, as_of="2026-03-31", stage="T3")
    assert answer.allowed is passed
    assert gate(answer, "GX").due  # type: ignore[attr-defined]
    assert found(world, "unsafe_exit", "Product:PR1") is not passed
    assert not gate(state(world, PR1, as_of="2026-03-31"), "GX").due  # type: ignore[attr-defined]


def test_gates_of_the_stages_reached_stay_due() -> None:
    world = World()
    review(world, "again", "Gate:GS", "Product:PR1", "failed", "2026-05-20")
    answer = state(world, PR1)
    assert not answer.allowed
    assert [(unmet.of, unmet.state) for unmet in gate(answer, "GS").unmet] == [  # type: ignore[attr-defined]
        ("Gate:GS", "failed"), ("ControlPoint:R1", "missing"),
    ]  # fmt: skip


def test_a_gate_that_checks_no_point_of_the_kind_does_not_apply() -> None:
    assert {check.gate for check in state(World(), PR1).gates} == {"Gate:GS", "Gate:GX"}


def test_refusals() -> None:
    with pytest.raises(UsageError):
        state(World(), Ref("Stage", "T1"))
    with pytest.raises(UnknownId):
        state(World(), Ref("Campaign", "M99"))
    with pytest.raises(UnknownId):
        state(World(), stage="T9")
