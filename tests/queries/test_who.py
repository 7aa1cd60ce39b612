"""Who answers for something, without a complaint."""

from __future__ import annotations

import pytest

from graph.case import Subject
from graph.errors import UnknownId, UsageError
from graph.records import Ref
from queries.who import who

DAY = "2026-06-30"


@pytest.fixture
def duties(world):
    world.stage("S").point("V", "S").node("ControlPoint:V", name="计费准确性", name_en="Charging accuracy")
    world.assign("a", "Owner:acc", ["ControlPoint:V"], ["OrgUnit:U"]).edge("DEPUTY", "Assignment:a", "Owner:dep")
    world.edge("DEPUTY", "Assignment:a", "Owner:gone", valid_to="2026-01-01").edge(
        "DEPUTY", "Assignment:a", "Owner:ended"
    ).node("Owner:ended", valid_to="2026-01-01")
    world.assign("b", "Owner:dom", ["Domain:D"]).assign("r", "Owner:resp", ["Stage:S"], role="responsible")
    world.assign("h", "Owner:head", ["OrgUnit:U"], role="head").edge("BELONGS_TO", "Owner:acc", "OrgUnit:U")
    return world


def test_without_a_subject_scoped_duties_are_listed_and_do_not_answer(duties):
    found = who(duties.framework(), Ref("ControlPoint", "V"), as_of=DAY)
    assert (found.owner.holder, found.owner.via) == ("Owner:dom", "domain")
    assert [(d.role, d.holder, d.via, d.scope) for d in found.duties] == [
        ("accountable", "Owner:acc", "control_point", ("OrgUnit:U",)),
        ("accountable", "Owner:dom", "domain", ()),
        ("responsible", "Owner:resp", "stage", ()),
    ]
    assert found.duties[0].deputies == ("Owner:dep",)  # those who are still there


def test_with_a_subject_the_duty_for_its_unit_answers(duties):
    subject = Subject(Ref("Campaign", "M"), {}, run_by=("U",))
    found = who(duties.framework(), Ref("ControlPoint", "V"), as_of=DAY, subject=subject)
    assert found.owner.model_dump() == {
        "holder": "Owner:acc",
        "unit": "OrgUnit:U",
        "rule": None,
        "via": "control_point",
    }
    assert "“计费准确性”（V）" in found.explanation.zh
    assert "“Charging accuracy” (V)" in found.explanation.en


@pytest.mark.parametrize("day", ["2025-12-31", "2026-01-01"])
def test_it_is_asked_for_a_day(duties, day):
    duties.node("Assignment:b", valid_from="2026-01-01")
    owner = who(duties.framework(), Ref("Stage", "S"), as_of=day).owner
    assert (owner is not None) is (day == "2026-01-01")


@pytest.mark.parametrize("target", ["Gate:G", "Indicator:I", "Channel:C", "System:Y", "Category:K"])
def test_what_stands_at_no_stage(world, target):
    world.node(target).assign("a", "Owner:a", [target])
    assert who(world.framework(), Ref.parse(target), as_of=DAY).owner.holder == "Owner:a"


def test_a_unit_answers_through_its_head(duties):
    assert who(duties.framework(), Ref("OrgUnit", "U"), as_of=DAY).owner.via == "unit_head"


def test_a_product_or_campaign_is_asked_about_itself(duties):
    duties.assign("p", "Owner:p", ["Product:X"])
    assert who(duties.framework(), Ref("Product", "X"), as_of=DAY).owner.holder == "Owner:p"
    subject = Subject(Ref("Campaign", "M"), {}, run_by=("U",))
    assert who(duties.framework(), Ref("Campaign", "M"), as_of=DAY, subject=subject).owner.via == "unit_head"


def test_nobody_and_the_unit_that_must_appoint(world):
    world.point("V").assign("a", "OrgUnit:U", ["ControlPoint:V"]).point("W")
    found = who(world.framework(), Ref("ControlPoint", "V"), as_of=DAY)
    assert found.must_appoint == ("OrgUnit:U",)
    assert "须由“U”指定到人" in found.explanation.zh
    assert "must appoint a person" in found.explanation.en
    nobody = who(world.framework(), Ref("ControlPoint", "W"), as_of=DAY)
    assert (nobody.owner, nobody.duties, nobody.must_appoint) == (None, (), ())
    assert "无人" in nobody.explanation.zh
    world.assign("b", "Owner:o", ["ControlPoint:V"])
    assert who(world.framework(), Ref("ControlPoint", "V"), as_of=DAY).must_appoint == ()


def test_what_cannot_be_asked_is_refused(world):
    world.point("CP37")
    with pytest.raises(UnknownId, match="CP73"):
        who(world.framework(), Ref("ControlPoint", "CP73"), as_of=DAY)
    with pytest.raises(UsageError):
        who(world.framework(), Ref("Complaint", "C1"), as_of=DAY)
