"""A complete framework has no finding; one realistic edit gives exactly its kind on exactly its nodes."""

from __future__ import annotations

import random
from collections.abc import Callable
from itertools import combinations

import pytest

from graph.schema import EDGES
from graph.schema import KINDS as NODE_KINDS
from queries.breakpoints import KINDS, findings_touching
from tests.queries.breakpoints_edits import EDITS as FRAMEWORK_EDITS
from tests.queries.breakpoints_edits import Edit, both, drop, put, second_owner
from tests.queries.breakpoints_fact_edits import CLOSINGS, FACT_EDITS
from tests.queries.breakpoints_world import AFTER, DAY, World, keys, listed, tally, trace

EDITS = FRAMEWORK_EDITS | {name: Edit(*edit) for name, edit in FACT_EDITS.items()}


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
    known = {*NODE_KINDS, *EDGES, "Tally", "Traced"}
    assert {name for predicate in KINDS.values() for name in predicate.reads} <= known


INTERPLAY = {"second owner gone", "second owner is only a deputy", "complaints doubled under green", "ten weighed complaints",
             "two categories through one unchecked point", "the only two units", "two triangles at one unit", "equally hot", "not the hottest",
             "choke below a tenth"}  # fmt: skip
"""Edits whose findings are shares of a whole, which another edit may move."""


def test_two_edits_give_the_findings_of_both() -> None:
    """Pairs of edits of different things, sampled: as many as the kinds allow, each kind at least once with another."""
    single = {name: edit for name, edit in EDITS.items() if len(edit.expected) == 1 and name not in INTERPLAY}
    by_kind: dict[str, list[str]] = {}
    for name in single:
        by_kind.setdefault(single[name].expected[0].partition("|")[0], []).append(name)
    chance = random.Random(6)
    pairs = [
        (chance.choice(by_kind[one]), chance.choice(by_kind[other])) for one, other in combinations(sorted(by_kind), 2)
    ]
    tried = 0
    for one, other in chance.sample(pairs, 150):
        worlds = [World(), World(), World()]
        changed = [
            _changed(world, edits) for world, edits in zip(worlds, ((one,), (other,), (one, other)), strict=True)
        ]
        if changed[0] & changed[1]:  # both edit the same thing: the second one has the last word
            continue
        tried += 1
        assert keys(listed(worlds[2])) == sorted(single[one].expected + single[other].expected), (one, other)
    assert tried > 120


def _changed(world: World, names: tuple[str, ...]) -> set[str]:
    before = dict(world.nodes) | dict(world.edges)
    for name in names:
        EDITS[name].change(world)
    after = dict(world.nodes) | dict(world.edges)
    return {what for what in before.keys() | after.keys() if before.get(what) != after.get(what)}


@pytest.mark.parametrize("name", CLOSINGS)
def test_closing_the_gap_takes_the_finding_away(name: str) -> None:
    """Closed in another way than by undoing the edit: what is asked for counts, not how it once was."""
    world = World()
    EDITS[name].change(world)
    assert keys(listed(world)) != []
    CLOSINGS[name](world)
    assert keys(listed(world)) == []


def test_an_unmapped_category_takes_its_unreached_complaints_under_it() -> None:
    world = World()
    drop("Category:C9 POINTS_TO ControlPoint:R1")(world)
    world.traces += [trace("X4")]
    found = {f.key: f for f in listed(world).findings}
    derived, cause = "unreached_complaints|Category:C9|OrgUnit:U1|Product:PR1", "unmapped_category|Category:C9"
    assert {derived, cause} <= set(found)
    assert found[derived].folded_under == cause
    assert found[cause].folded_under is None
    assert listed(world).counts.by_kind["unreached_complaints"] == 1


def test_a_unit_that_all_must_pass_is_told_under_its_bridge() -> None:
    world = World()
    EDITS["a unit at the end of one thread"].change(world)
    folded = {f.key: f.folded_under for f in listed(world).findings}
    assert folded == {
        "single_handoff|OrgUnit:U1": "single_handoff|OrgUnit:U1|OrgUnit:UD", "single_handoff|OrgUnit:U1|OrgUnit:UD": None,
    }  # fmt: skip


def test_key_business_and_what_is_overdue_weigh_one_more() -> None:
    def severities(*names: str) -> dict[str, int]:
        world = World()
        for name in names:
            EDITS[name].change(world)
        world.traces = []
        return {f.kind: f.severity for f in listed(world).findings}

    assert severities("nobody sells") == {"functions_incomplete": 3}
    assert severities("new product") == {"functions_incomplete": 2}
    assert severities("headquarters takes no part") == {"tier_gap": 4}
    assert severities("provincial without its province") == {"tier_gap": 3}
    assert severities("to and fro twice") == {"ping_pong": 2}
    assert severities("findings that should be gone") == {"ping_pong": 3, "overdue": 2}
    assert severities("findings of another unit") == {"ping_pong": 2}


def test_the_trace_sees_the_same_findings_from_the_other_side() -> None:
    for name, edit in FRAMEWORK_EDITS.items():
        world = World()
        edit.change(world)
        framework = world.framework()
        named = [f for f in listed(world).findings if f.nodes and not _needs_more_than_a_framework(f.kind)]
        touching = findings_touching(framework, [str(node) for f in named for node in f.nodes], DAY)
        assert sorted(f.key for f in touching) == sorted(f.key for f in named), name
        assert findings_touching(framework, ["System:Y"], DAY) == [], name


def _needs_more_than_a_framework(kind: str) -> bool:
    predicate = KINDS[kind]
    return predicate.needs_facts or (kind != "unmapped_category" and "Tally" in predicate.reads)


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
    assert {f.unit for f in listed(world).findings if f.kind == "dangling_owner"} == {"OrgUnit:U0"}


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
    assert "“Complete needs” (P1)" in finding.message.en
    assert "“Province A” (U1)" in finding.message.en


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
