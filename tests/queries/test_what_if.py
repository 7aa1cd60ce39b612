"""How an answer changes without a node, an edge or a fact."""

from __future__ import annotations

import pytest

from graph.errors import UnknownId, UsageError
from graph.records import Ref, Revision
from queries.taking_out import EdgeKey, read_element, without
from queries.trace import trace
from queries.whatif import what_if
from tests.queries import random_world

M, AS_OF = "Campaign:M", "2026-06-30T00:00:00.000000Z"


@pytest.fixture
def proved(world):
    """V is named on a failed review and a red KCI; W, its cause, has nothing against it."""
    world.stage("S1", order=1).stage("S2", order=2).point("W", "S1").point("V", "S2").points_to("K", {"V": 0.8})
    world.caused_by("V", {"W": 1}).gate("G", "S2", ["V"]).kci("V", "I")
    world.subject(M, run_by=("U",)).review(M, "Gate:G", "failed", "2026-03-01")
    world.value("I", 90, "2026-02-01", "2026-03-01", on=M)
    return world.assign("a", "Owner:o", ["ControlPoint:V"])


@pytest.fixture
def ask_without(parameters):
    def asked(world, *elements, case=None):
        return what_if(
            world.framework(), case or world.case(about=[M]), [read_element(e) for e in elements],
            revision=Revision(1, 1), as_of=AS_OF, parameters=parameters,
        )  # fmt: skip

    return asked


def review_of(world):
    return f"Review:{world.subjects[Ref.parse(M)]['reviews'][0].id}"


def test_without_its_proofs_the_point_is_no_longer_named(proved, ask_without):
    value = f"Measurement:{proved.series[Ref.parse(M), ''][0].id}"
    both = ask_without(proved, review_of(proved), value)
    assert both.before.outcome == "named"
    assert both.after.outcome != "named"
    assert both.changes == ("outcome", "root", "owner", "probabilities")
    assert both.without == (review_of(proved), value)
    first = both.moved[0]
    assert (first.control_point, first.before > first.after) == ("ControlPoint:V", True)
    assert [round(-abs(m.after - m.before), 9) for m in both.moved] == sorted(
        round(-abs(m.after - m.before), 9) for m in both.moved
    )
    assert "结论由控制点“V”变为" in both.explanation.zh
    assert "the conclusion changes from control point “V” to" in both.explanation.en


def test_one_proof_less_moves_probabilities_and_keeps_the_conclusion(proved, ask_without):
    one = ask_without(proved, review_of(proved))
    assert one.changes == ("probabilities",)
    assert "结论不变，仍为控制点“V”" in one.explanation.zh
    assert (one.after.candidates[0].terms[1].value, one.before.candidates[0].terms[1].value > 0) == (0, True)


def test_the_answers_are_those_of_the_two_worlds(proved, ask_without, parameters):
    both = ask_without(proved, "ControlPoint:V-CAUSED_BY->ControlPoint:W")
    assert "ControlPoint:W" in {c.control_point for c in both.before.candidates}
    proved.edges = [e for e in proved.edges if e.type != "CAUSED_BY"]
    known = {"revision": Revision(1, 1), "as_of": AS_OF, "parameters": parameters}
    assert both.after == trace(proved.framework(), proved.case(about=[M]), **known)


@pytest.mark.parametrize(
    ("element", "changes"),
    [
        ("Assignment:a", ("owner",)), ("Owner:o", ("owner",)), ("Assignment:a-HELD_BY->Owner:o", ("owner",)),
        ("Category:K", ("outcome", "root", "owner", "probabilities")), ("Gate:G-CHECKS->ControlPoint:V", ("probabilities",)),
        ("Complaint:C1-IN_CATEGORY->Category:K", ("outcome", "root", "owner", "probabilities")),
        (M, ("root", "probabilities")), (f"Complaint:C1-ABOUT->{M}", ("root", "probabilities")), (f"{M}-RUN_BY->OrgUnit:U", ()),
    ],
)  # fmt: skip
def test_what_each_kind_of_element_changes(proved, ask_without, element, changes):
    assert set(changes) <= set(ask_without(proved, element).changes)
    if not changes:
        assert ask_without(proved, element).changes == ()


@pytest.mark.parametrize("seed", range(12))
def test_a_world_without_an_element_is_the_world_that_never_had_it(new_world, ask, seed):
    world = random_world.fill(new_world(), seed)
    framework, case = world.framework(), world.case(**world.asked)
    reviews = [(ref, r) for ref, parts in world.subjects.items() for r in parts["reviews"]]
    edges = [e for e in world.edges if e.type in ("CAUSED_BY", "POINTS_TO", "CHECKS", "MEASURED_BY")]
    for ref, review in reviews[:3]:
        thinner, reduced = without(framework, case, [Ref("Review", review.id)])
        kept = world.subjects[ref]["reviews"]
        world.subjects[ref]["reviews"] = [r for r in kept if r.id != review.id]
        assert ask(world, world.case(**world.asked)) == trace_of(ask, world, thinner, reduced)
        world.subjects[ref]["reviews"] = kept
    for edge in edges[:4]:
        thinner, reduced = without(framework, case, [EdgeKey(edge.source, edge.type, edge.target)])
        kept = world.edges
        world.edges = [e for e in kept if (e.type, e.source, e.target) != (edge.type, edge.source, edge.target)]
        assert ask(world, world.case(**world.asked)) == trace_of(ask, world, thinner, reduced)
        world.edges = kept


def trace_of(ask, world, framework, case):
    class Thinner(type(world)):
        def framework(self):
            return framework

    return ask(Thinner(), case)


@pytest.mark.parametrize("element", ["Review:nobody", "ControlPoint:V-CAUSED_BY->ControlPoint:V", "ControlPoint:W9"])
def test_an_element_that_is_not_there(proved, ask_without, element):
    with pytest.raises(UnknownId) as caught:
        ask_without(proved, element)
    assert element in caught.value.message("zh")


@pytest.mark.parametrize(
    "text", ["", "R1", "Nothing:R1", "Review:", "ControlPoint:V-OWNS->ControlPoint:W", "Complaint:C1"]
)
def test_what_cannot_be_meant(proved, ask_without, text):
    with pytest.raises(UsageError):
        ask_without(proved, text)
