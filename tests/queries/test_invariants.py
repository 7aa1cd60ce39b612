"""The invariants of trace.md that concern steps 2 to 4, over random worlds."""

from __future__ import annotations

import math

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.queries import random_world

seeds = st.integers(0, 10**9)
many = settings(
    derandomize=True, deadline=None, max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def probabilities(answer):
    return {(c.hypothesis, c.control_point, c.subject): c.probability for c in answer.candidates}


@many
@given(seeds)
def test_probabilities_sum_to_one_and_shown_terms_to_the_score(new_world, ask, seed):
    world = random_world.fill(new_world(), seed)
    answer = ask(world, world.case(**world.asked))
    assert math.fsum(c.probability for c in answer.candidates) == pytest.approx(1, abs=1e-8)
    for candidate in answer.candidates:
        assert math.fsum(t.value for t in candidate.terms) == pytest.approx(candidate.score, abs=1e-8)
    assert math.fsum(a.probability for a in answer.anchors) == pytest.approx(1 if answer.anchors else 0, abs=1e-8)
    order = [round(-c.probability, 9) for c in answer.candidates]
    assert order == sorted(order)


@many
@given(seeds, st.integers(0, 7), st.booleans())
def test_a_failed_review_never_lowers_its_own_hypothesis(new_world, ask, seed, which, by_gate):
    world = random_world.fill(new_world(), seed)
    before = probabilities(ask(world, world.case(**world.asked)))
    hypotheses = sorted(key for key in before if key[2] and key[0] == "control_point")
    if not hypotheses:
        return
    _, point, subject = key = hypotheses[which % len(hypotheses)]
    gates = [str(e.source) for e in world.edges if e.type == "CHECKS" and str(e.target) == point]
    world.review(subject, gates[0] if by_gate and gates else point, "failed", random_world.day(149))
    after = probabilities(ask(world, world.case(**world.asked)))
    if by_gate and gates:  # the gate's review also raises the other points it checks: odds against the nulls then
        null = ("unmodelled", None, None)
        before, after = ({k: p / of[null] for k, p in of.items()} for of in (before, after))
    assert after[key] >= before[key] * (1 - 1e-6)


@many
@given(seeds)
def test_facts_after_the_complaint_change_nothing(new_world, ask, seed):
    world = random_world.fill(new_world(), seed)
    case = world.case(**world.asked)
    full = ask(world, case)
    made = case.event_at

    def known(facts):
        return [f for f in facts if f.event_at <= made and f.recorded_at <= made]

    for parts in world.subjects.values():
        parts["reviews"], parts["entries"] = known(parts["reviews"]), known(parts["entries"])
    world.series = {key: known(facts) for key, facts in world.series.items()}
    cut = ask(world, world.case(**world.asked))
    assert cut.model_dump_json() == full.model_dump_json()


@many
@given(seeds)
def test_relabelling_ids_does_not_change_the_answer(new_world, ask, seed):
    plain, renamed = (random_world.fill(new_world(), seed, prefix) for prefix in ("", "z"))

    def told(world):
        answer = ask(world, world.case(**world.asked))

        def same(ref):
            kind, _, id_ = (ref or ":").partition(":")
            return f"{kind}:{world.renamed.get(id_, id_)}"

        found = {(c.hypothesis, same(c.control_point), same(c.subject)): c.probability for c in answer.candidates}
        root = answer.root and tuple(
            same(x) for x in (answer.root.control_point, answer.root.stage, answer.root.domain, answer.root.subject)
        )
        return found, (answer.outcome, answer.reason, root)

    (found, outcome), (again, outcome_again) = told(plain), told(renamed)
    assert again == pytest.approx(found, abs=2e-9)
    assert outcome_again == outcome
