"""A complete framework has no finding; one realistic edit gives exactly its kind on exactly its nodes."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from graph.schema import EDGES
from graph.schema import KINDS as NODE_KINDS
from queries.breakpoints import KINDS, findings_touching
from tests.queries.breakpoints_edits import EDITS, both, drop, put, second_owner
from tests.queries.breakpoints_world import AFTER, DAY, World, keys, listed, tally


def test_a_complete_framework_has_no_finding() -> None:
    found = listed(World())
    assert keys(found) == []
    assert set(found.counts.by_class.values()) == {0}
    assert set(found.counts.by_kind.values()) == {0}
    assert list(found.counts.by_kind) == list(KINDS)


@pytest.mark.parametrize("name", EDITS)
def test_an_edit_gives_exactly_its_findings(name: str) -> None:
    world, edit = World(), EDITS[name]
    edit.change(world)
    found = listed(world)
    assert keys(found) == sorted(edit.expected)
    for finding in found.findings:
        assert world.touched & set(KINDS[finding.kind].reads), (
            f"{finding.kind} does not say that it reads what was edited"
        )


def test_every_kind_has_an_edit_that_gives_it_alone() -> None:
    alone = {edit.expected[0].partition("|")[0] for edit in EDITS.values() if len(edit.expected) == 1}
    assert set(KINDS) - alone == set()


def test_what_a_kind_reads_is_in_the_schema() -> None:
    known = {*NODE_KINDS, *EDGES, "Tally"}
    assert {name for predicate in KINDS.values() for name in predicate.reads} <= known


def test_two_edits_give_the_findings_of_both() -> None:
    single = {name: edit for name, edit in EDITS.items() if len(edit.expected) == 1}
    picked = ["no project team", "point not measured", "moment lost", "weights above one", "no regulation", "mutual causes",
              "default cause", "stage not detailed", "gate without division", "deputy ended", "category leads nowhere"]  # fmt: skip
    for index, one in enumerate(picked):
        for other in picked[index + 1 :]:
            world = World()
            single[one].change(world)
            single[other].change(world)
            assert keys(listed(world)) == sorted(single[one].expected + single[other].expected), (one, other)


def test_the_trace_sees_the_same_findings_from_the_other_side() -> None:
    for name, edit in EDITS.items():
        world = World()
        edit.change(world)
        framework = world.framework()
        named = [f for f in listed(world).findings if f.nodes]
        touching = findings_touching(framework, [str(node) for f in named for node in f.nodes], DAY)
        assert touching == named, name
        assert findings_touching(framework, ["System:Y"], DAY) == [], name


def test_who_should_act_is_named() -> None:
    def acting(change: Callable[[World], object]) -> tuple[str | None, str | None]:
        world = World()
        change(world)
        (finding,) = listed(world).findings
        return finding.unit, finding.owner

    assert acting(drop("Assignment:A1")) == ("OrgUnit:U0", None)  # the rule for the stage names the unit
    assert acting(drop("Assignment:A2")) == ("OrgUnit:U1", None)  # the unit's own duty for the domain
    assert acting(both(drop("Assignment:A1"), drop("Rule:R1"))) == (None, None)
    assert acting(drop("ControlPoint:P1 MEASURED_BY Indicator:K1")) == ("OrgUnit:U1", "Owner:anna")
    assert acting(put("Owner:anna", valid_to=DAY)) == ("OrgUnit:U1", "Owner:cho")
    assert acting(put("Owner:anna BELONGS_TO OrgUnit:U1", valid_to=DAY)) == ("OrgUnit:U1", "Owner:cho")
    assert acting(second_owner) == ("OrgUnit:U1", None)
    assert acting(drop("Assignment:team-U1")) == ("OrgUnit:U1", "Owner:eva")
    assert acting(put("Gate:G1", division=None)) == ("OrgUnit:U1", "Owner:ben")
    assert acting(put("Monitor:M", moments=("推广", "订购", "使用", "退订"))) == (None, None)


def test_the_unit_of_one_who_moved_is_the_new_one_and_an_ended_unit_gives_the_one_above() -> None:
    world = World()
    world.set("Owner:anna BELONGS_TO OrgUnit:U1", valid_to=DAY)
    world.set("Owner:anna BELONGS_TO OrgUnit:U0", valid_from=DAY)
    world.drop("ControlPoint:P1 MEASURED_BY Indicator:K1")
    assert [(f.unit, f.owner) for f in listed(world).findings] == [("OrgUnit:U0", "Owner:anna")]
    world.set("Owner:anna BELONGS_TO OrgUnit:U1", valid_to=None)
    world.set("Owner:anna BELONGS_TO OrgUnit:U0", valid_from="2025-01-01", valid_to="2025-07-01")
    assert [f.unit for f in listed(world).findings] == ["OrgUnit:U1"]
    world = World()
    world.set("OrgUnit:U1", valid_to=DAY)
    assert {f.unit for f in listed(world).findings} == {"OrgUnit:U0"}


def test_of_several_rules_the_one_that_holds_most_widely_names_the_unit() -> None:
    world = World()
    world.drop("Assignment:A1")
    world.set("Rule:R1", when=("product.network=true", "campaign.tier=national"), priority=90)
    for unit, when, priority in (
        ("U2", ("product.segment=business",), 80),
        ("U3", ("product.segment in home|new",), 70),
    ):
        world.set(f"OrgUnit:{unit}")
        world.set(f"Rule:R-{unit}", holder="unit", when=when, priority=priority)
        world.set(f"Rule:R-{unit} FOR ControlPoint:P1")
        world.set(f"Rule:R-{unit} HELD_BY OrgUnit:{unit}")
    units = [f.unit for f in listed(world).findings if f.kind == "unowned_control"]
    assert units == ["OrgUnit:U3"]
    world.set("Rule:R1", when=None, priority=1)
    assert [f.unit for f in listed(world).findings if f.kind == "unowned_control"] == ["OrgUnit:U0"]


def test_messages_name_things_in_both_languages() -> None:
    world = World()
    world.drop("Assignment:A1")
    world.set("Rule:R1 HELD_BY OrgUnit:U1")
    world.drop("Rule:R1 HELD_BY OrgUnit:U0")
    (finding,) = listed(world).findings
    assert "“需求完整性”（P1）" in finding.message.zh
    assert "“甲省”（U1）" in finding.message.zh
    assert '"Complete needs" (P1)' in finding.message.en
    assert '"Province A" (U1)' in finding.message.en


def test_a_category_is_in_use_through_complaints_up_to_the_day() -> None:
    world = World()
    world.drop("Category:C0 POINTS_TO ControlPoint:P1")
    assert keys(listed(world, [tally(day=DAY)])) == ["unmapped_category|Category:C1"]
    assert keys(listed(world, [tally(day=AFTER)])) == []
    assert keys(listed(world, [tally(complaints=0)])) == []
    assert keys(listed(world, [])) == []


def test_full_monitoring_weighs_more() -> None:
    world = World()
    world.drop("Monitor:M")
    found = {f.key: f.severity for f in listed(world).findings if f.kind == "unmonitored"}
    assert found == {"unmonitored|ControlPoint:P1": 2, "unmonitored|ControlPoint:P2": 3}
