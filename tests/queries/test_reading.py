"""A complaint's text speaks where neither a cause code nor a category says where it hurts, and is otherwise not heard."""

from __future__ import annotations

import pytest

from queries.reading import read
from queries.texts import LexiconTerm, TextAnchorer
from queries.texts.rules import load_rules

M = "Campaign:M"
TEXT = "办的时候讲好的，可是月月乱扣费，问了两次都说查不出来。"


@pytest.fixture
def anchorer():
    terms = (("乱扣费", "V"), ("信号差", "W"), ("天书", "GONE"))
    return lambda: TextAnchorer([LexiconTerm(term, point, 0.9, "neg") for term, point in terms], load_rules())


@pytest.fixture
def known(world):
    world.stage("S1").point("V", "S1").point("W", "S1").points_to("K", {"W": 0.8}).node("Category:KX")
    return world.subject(M)


def heard(world, ask, anchorer, **case):
    return ask(
        world, read(world.framework(), world.case(about=[M], **{"categories": [], "text": TEXT, **case}), anchorer)
    )


def test_where_nothing_else_points_the_text_does(known, ask, anchorer):
    answer = heard(known, ask, anchorer)
    (anchor,) = answer.anchors
    assert (anchor.control_point, anchor.basis, anchor.words) == ("ControlPoint:V", "default", ("乱扣费",))
    assert anchor.evidence == ("Complaint:C1",)
    open_ = {c.hypothesis: c.probability for c in answer.candidates}
    assert open_["no_internal_cause"] == pytest.approx(0.1, abs=1e-6)
    assert "没有分类指向控制点；从投诉文字（“乱扣费”）看，客户感知受损于“V”" in answer.explanation.zh
    assert "by its text (“乱扣费”)" in answer.explanation.en
    said = read(known.framework(), known.case(categories=[], text=TEXT), anchorer).said
    assert open_["control_point"] == pytest.approx(
        min(said.probabilities["V"], 0.8), abs=1e-6
    )  # what it leaves open stays open


@pytest.mark.parametrize("case", [{"categories": ["K"]}, {"names": ["W"]}, {"categories": ["K", "KX"]}])
def test_where_something_points_the_text_is_not_heard(known, ask, anchorer, case):
    answer = heard(known, ask, anchorer, **case)
    assert answer == ask(known, known.case(about=[M], **{"categories": [], "text": TEXT, **case}))
    assert {a.control_point for a in answer.anchors} == {"ControlPoint:W"}


def test_a_category_that_points_nowhere_lets_the_text_speak(known, ask, anchorer):
    assert heard(known, ask, anchorer, categories=["KX"]).anchors[0].control_point == "ControlPoint:V"


@pytest.mark.parametrize("text", ["", "你好", "这简直是天书"])
def test_a_text_that_says_nothing_usable_changes_nothing(known, ask, anchorer, text):
    answer = heard(known, ask, anchorer, text=text)
    assert (answer.anchors, answer.reason) == ((), "no_anchor")


def test_a_point_that_had_ended_is_not_heard(known, ask, anchorer):
    known.node("ControlPoint:V", valid_to="2026-03-01")
    assert heard(known, ask, anchorer).anchors == ()


def test_in_a_framework_of_ones_own_the_shipped_words_are_not_about_its_points(known, anchorer):
    framework, case = known.framework(), known.case(about=[M], categories=[], text=TEXT)
    assert read(framework, case, anchorer).said is not None
    assert read(framework, case, anchorer, source="catalogue") is case
