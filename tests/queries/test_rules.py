"""Step 6 where nobody is assigned: which responsibility rules hold, and whom they lead to."""

from __future__ import annotations

import pytest

from graph.records import Ref
from graph.rules import RULE_ATTRIBUTES, read_condition
from graph.schema import KINDS
from queries.rules import holds
from queries.scene import Scene
from queries.who import who

M = "Campaign:M"


@pytest.fixture
def named(world):
    """V failed on campaign M, provincial, run by U in city line; it promotes X and Y, run by the specialised company SP."""
    world.stage("S2", order=2, function="sales").point("V", "S2").points_to("K", {"V": 0.9})
    world.node("OrgUnit:U", tier="province", build_class="market_expansion").node("OrgUnit:SP", tier="specialised")
    world.node("OrgUnit:H", tier="city", build_class="fighting").edge("PART_OF", "OrgUnit:H", "OrgUnit:U")
    world.node("OrgUnit:D", tier="specialised", build_class="capability_support")
    world.node("OrgUnit:MK", tier="hq", line="市场").node("OrgUnit:BS", tier="hq", line="政企")
    world.edge("RUN_BY", "Channel:CH", "OrgUnit:D")
    for product in ("X", "Y"):
        world.subject(f"Product:{product}", run_by=("SP",), segment="consumer", network=False)
    return world.subject(M, run_by=("U",), tier="provincial", promotes=("X", "Y"), lands_in=("U", "L"))


def rule(world, id_, when=(), holder="unit", to=("ControlPoint:V",), held=("OrgUnit:MK",), priority=1, **props):
    world.node(f"Rule:{id_}", when=tuple(when), holder=holder, priority=priority, **props)
    for target in to:
        world.edge("FOR", f"Rule:{id_}", target)
    for unit in held if holder == "unit" else ():
        world.edge("HELD_BY", f"Rule:{id_}", unit)
    return world


@pytest.fixture
def owner(ask):
    """The owner now as (units, rules, via); contested ones in order; None: nobody."""

    def found(world, about=(M,), **case):
        answer = ask(world, world.case(about=about, received_by=["OrgUnit:D"], channels=["CH"], home=["H"], **case))
        assert answer.outcome == "named"
        now = answer.owner.now
        if now is None:
            return None
        held = now.contested if hasattr(now, "contested") else (now,)
        return [one.holder.split(":")[1] for one in held], [one.rule for one in held], {one.via for one in held}

    return found


HOLDING = [
    "product.segment=consumer", "product.segment in home|consumer", "product.network=false", "campaign.tier=provincial",
    "campaign.promotes_specialised=true", "complaint.has_unit=true", "channel.operator_tier=specialised",
    "runner.build_class=market_expansion", "handler.build_class=capability_support", "unit.build_class=fighting",
]  # fmt: skip
FAILING = [
    "product.segment=home", "product.network=true", "campaign.tier in national|specialised", "campaign.promotes_specialised=false",
    "complaint.has_unit=false", "channel.operator_tier=province", "runner.build_class=fighting", "handler.build_class=fighting",
    "unit.build_class=market_expansion", "indicator.domain=D",
]  # fmt: skip


@pytest.mark.parametrize("condition", HOLDING)
def test_a_condition_that_holds(named, owner, condition):
    assert owner(rule(named, "R", [condition])) == (["MK"], ["Rule:R"], {"rule"})


@pytest.mark.parametrize("condition", FAILING)
def test_a_condition_that_does_not_hold(named, owner, condition):
    assert owner(rule(named, "R", [condition])) is None


def test_every_attribute_is_tried_both_ways():
    tried = {read_condition(text).attribute for text in HOLDING}
    assert tried | {"indicator.domain"} == set(RULE_ATTRIBUTES) == {read_condition(text).attribute for text in FAILING}


@pytest.mark.parametrize(
    "condition",
    [f"{name}={value}" for name, values in RULE_ATTRIBUTES.items() for value in values or ("D",)],
)
def test_a_condition_about_something_unknown_does_not_hold(world, condition):
    unknown = Scene(subject=None)
    assert holds(read_condition(condition), world.framework(), unknown, "2026-01-01") is False


def test_all_conditions_must_hold(named, owner):
    rule(named, "R", ["campaign.tier=provincial", "product.segment=home"])
    assert owner(named) is None


def test_product_conditions_of_a_campaign_ask_that_all_promoted_products_agree(named, owner):
    rule(named, "R", ["product.segment=consumer"])
    named.subject("Product:Y", segment="home")
    assert owner(named) is None
    named.subjects[Ref.parse("Product:Y")].pop("segment")
    assert owner(named) is None
    named.subject(M, promotes=())
    assert owner(named) is None


def test_a_rule_may_be_for_the_point_its_stage_its_domain_or_the_subject(named, owner):
    for target in ("ControlPoint:V", "Stage:S2", "Domain:D", M):
        world_rule = f"R-{target.split(':')[0]}"
        rule(named, world_rule, to=(target,), priority=9)
    assert owner(named)[1] == ["Rule:R-Campaign"]  # four of equal priority lead to one unit: not contested
    rule(named, "other", to=("ControlPoint:W", "Stage:S1", "Campaign:N"), held=("OrgUnit:BS",), priority=99)
    assert owner(named)[0] == ["MK"]


def test_the_highest_priority_wins_and_equal_ones_are_contested(named, owner):
    rule(named, "low", held=("OrgUnit:BS",), priority=1)
    rule(named, "high", held=("OrgUnit:MK",), priority=2)
    assert owner(named) == (["MK"], ["Rule:high"], {"rule"})
    rule(named, "equal", held=("OrgUnit:BS",), priority=2)
    assert owner(named) == (["BS", "MK"], ["Rule:equal", "Rule:high"], {"rule"})


@pytest.mark.parametrize(
    ("holder", "units"),
    [
        ("unit", ["MK"]), ("runner", ["U"]), ("landing", ["U"]), ("home_unit", ["H"]), ("channel_operator", ["D"]),
        ("receiving_unit", ["D"]), ("headquarters_line", ["MK"]),
    ],
)  # fmt: skip
def test_whom_a_rule_leads_to(named, owner, holder, units):
    assert owner(rule(named, "R", holder=holder)) == (units, ["Rule:R"], {"rule"})


def test_the_holders_tried_are_those_of_the_schema():
    tried = {"unit", "runner", "landing", "home_unit", "channel_operator", "receiving_unit", "headquarters_line"}
    assert set(KINDS["Rule"].properties["holder"].choices) == tried


def test_the_headquarters_line_of_business_segments_is_the_business_line(named, owner):
    named.subject("Product:X", segment="business").subject("Product:Y", segment="business")
    assert owner(rule(named, "R", holder="headquarters_line"))[0] == ["BS"]
    named.subject("Product:Y", segment="home")
    assert owner(named)[0] == ["MK"]


def test_where_the_concerned_unit_is_no_landing_unit_all_of_them_are_contested(named, owner):
    named.subject(M, lands_in=("L1", "L2")).node("OrgUnit:L1").node("OrgUnit:L2")
    assert owner(rule(named, "R", holder="landing"))[0] == ["L1", "L2"]


def test_a_rule_that_leads_to_nobody_gives_way_to_the_next(named, owner):
    named.subject(M, run_by=())
    rule(named, "first", holder="runner", priority=9)
    rule(named, "second", priority=1)
    assert owner(named) == (["MK"], ["Rule:second"], {"rule"})


def test_a_rule_or_unit_that_is_not_valid_on_the_day_leads_nowhere(named, ask):
    rule(named, "R", valid_from="2026-04-01")
    answer = ask(named, named.case(about=[M]))
    assert (answer.owner.then, answer.owner.now.rule) == (None, "Rule:R")
    named.node("OrgUnit:MK", valid_to="2026-05-01")
    assert ask(named, named.case(about=[M])).owner.now is None


def test_an_assignment_beats_every_rule_and_a_rule_beats_the_head(named, owner):
    named.assign("head", "Owner:boss", ["OrgUnit:H"], role="head")
    assert owner(named) == (["boss"], [None], {"unit_head"})
    rule(named, "R")
    assert owner(named) == (["MK"], ["Rule:R"], {"rule"})
    named.assign("a", "Owner:a", ["Domain:D"])
    assert owner(named) == (["a"], [None], {"domain"})


def test_an_indicator_is_of_one_of_the_domains_a_rule_names(world):
    world.node("Indicator:I", domains=("D1", "D2"), level="KQI").node("OrgUnit:MK")
    rule(world, "R", ["indicator.domain=D2"], to=("Indicator:I",))
    answer = who(world.framework(), Ref("Indicator", "I"), as_of="2026-01-01")
    assert (answer.owner.rule, answer.must_appoint) == ("Rule:R", ("OrgUnit:MK",))
    assert "by responsibility rule R" in answer.explanation.en
    rule(world, "R", ["indicator.domain=D3"], to=())
    assert who(world.framework(), Ref("Indicator", "I"), as_of="2026-01-01").owner is None
