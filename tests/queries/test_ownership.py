"""Step 6: who answered then, who acts now, and the three parties."""

from __future__ import annotations

import pytest

from graph.case import StepFact
from graph.records import Ref

M = "Campaign:M"


@pytest.fixture
def named(world):
    """A complaint whose root is certain: V at S2 failed on M, run by U, a part of P, a part of HQ."""
    world.stage("S1", order=1).stage("S2", order=2, function="sales")
    world.point("V", "S2").points_to("K", {"V": 0.9})
    world.edge("PART_OF", "OrgUnit:U", "OrgUnit:P").edge("PART_OF", "OrgUnit:P", "OrgUnit:HQ")
    return world.subject(M, run_by=("U",), tier="provincial", promotes=("X", "Y"))


@pytest.fixture
def owner(ask):
    """(then, now) as holder ids; contested ones as a tuple, nobody as None."""

    def found(world, as_of="2026-06-30", **case):
        answer = ask(world, world.case(**{"about": [M], **case}), as_of=as_of)
        assert answer.outcome == "named"
        return tuple(holders(side) for side in (answer.owner.then, answer.owner.now))

    return found


def holders(side):
    if side is None:
        return None
    return (
        side.holder.split(":")[1] if hasattr(side, "holder") else tuple(h.holder.split(":")[1] for h in side.contested)
    )


def test_what_an_assignment_may_be_for(named, owner, ask):
    for via, target in (("domain", "Domain:D"), ("stage", "Stage:S2"), ("control_point", "ControlPoint:V")):
        named.assign(f"a-{via}", f"Owner:{via}", [target])  # each more specific than the last
        assert owner(named) == (via, via)
        assert ask(named, named.case(about=[M])).owner.now.via == via
    named.assign("a-subject", "Owner:subject", [M])
    assert owner(named) == ("subject", "subject")


def test_what_is_for_something_else_or_of_another_role_does_not_cover(named, owner):
    named.assign("a", "Owner:a", ["ControlPoint:W", "Stage:S1", "Campaign:N"]).assign(
        "b", "Owner:b", ["ControlPoint:V"], role="responsible"
    )
    assert owner(named) == (None, None)


@pytest.mark.parametrize(
    ("within", "more", "covers"),
    [
        ([M], {}, True), (["Campaign:N"], {}, False), (["Product:X"], {}, False),
        (["OrgUnit:U"], {}, True), (["OrgUnit:HQ"], {}, True), (["OrgUnit:Other"], {}, False), (["OrgUnit:P", "OrgUnit:Other"], {}, False),
        (["Channel:C"], {}, True), (["Channel:C2"], {}, False), ([M, "OrgUnit:P", "Channel:C"], {}, True), ([M, "OrgUnit:P", "Channel:C2"], {}, False),
        ([], {"tiers": ("provincial", "national")}, True), ([], {"tiers": ("national",)}, False),
        ([], {"segments": ("home", "consumer")}, True), ([], {"segments": ("home",)}, False),
        ([], {"function": "sales"}, True), ([], {"function": "service"}, False),
    ],
)  # fmt: skip
def test_every_scope_must_match(named, owner, within, more, covers):
    named.subject("Product:X", segment="home").subject("Product:Y", segment="consumer")
    named.assign("a", "Owner:a", ["Stage:S2"], within, **more)
    assert owner(named, channels=["C"]) == (("a", "a") if covers else (None, None))


def test_what_is_not_known_matches_nothing(named, owner):
    named.subject(M, run_by=()).subject("Product:X", segment="home")
    named.subjects[Ref.parse(M)].pop("tier")
    for i, (within, more) in enumerate(
        [(["OrgUnit:U"], {}), (["Channel:C"], {}), ([], {"tiers": ("provincial",)}), ([], {"segments": ("home",)})]
    ):  # the segment of Y is not known
        named.assign(f"a{i}", f"Owner:a{i}", ["ControlPoint:V"], within, **more)
    assert owner(named) == (None, None)


LADDER = [  # ever more specific
    ("Domain:D", []), ("Domain:D", ["Channel:C"]), ("Domain:D", ["OrgUnit:HQ"]), ("Domain:D", ["OrgUnit:P"]), ("Stage:S2", []),
    ("Stage:S2", ["OrgUnit:U"]), ("ControlPoint:V", []), ("ControlPoint:V", ["OrgUnit:HQ", "Channel:C"]), ("ControlPoint:V", ["OrgUnit:U"]),
    ("ControlPoint:V", ["OrgUnit:U", "Channel:C"]), ("Domain:D", [M]), ("ControlPoint:V", [M]),
]  # fmt: skip


@pytest.mark.parametrize("step", range(1, len(LADDER)))
def test_the_most_specific_wins(named, owner, step):
    for i, (target, within) in enumerate(LADDER[: step + 1]):
        named.assign(f"a{i:02}", f"Owner:o{i}", [target], within)
    assert owner(named, channels=["C"]) == (f"o{step}", f"o{step}")


def test_equal_right_of_different_holders_is_contested_and_of_the_same_one_is_not(named, owner):
    named.assign("a", "Owner:z", ["ControlPoint:V"]).assign("b", "Owner:y", ["ControlPoint:V"])
    assert owner(named) == (("y", "z"), ("y", "z"))
    named.assign("c", "Owner:y", ["ControlPoint:V"], ["OrgUnit:U"]).assign(
        "d", "Owner:y", ["ControlPoint:V"], ["OrgUnit:U"]
    )
    assert owner(named) == ("y", "y")


# ── time ─────────────────────────────────────────────────────────────────────────────────────────────
def reorganised(world):
    """o1 until 1 March 2026, o2 from then on, by the periods of one holding."""
    return world.assign("a", "Owner:o1", ["ControlPoint:V"], held={"valid_to": "2026-03-01"}).edge(
        "HELD_BY", "Assignment:a", "Owner:o2", valid_from="2026-03-01"
    )


def test_then_is_the_last_review_before_the_complaint(named, owner):
    reorganised(named).entry(M, "S2", "2026-03-05").review(M, "ControlPoint:V", "failed", "2026-02-27")
    assert owner(named) == ("o1", "o2")
    named.gate("G", "S2", ["V"]).review(M, "Gate:G", "failed", "2026-03-02").review(M, "Gate:G", "failed", "2026-03-16")
    assert owner(named) == ("o2", "o2")


def test_the_same_owner_then_and_now_is_told_once(named, ask):
    named.assign("a", "Owner:o", ["ControlPoint:V"])
    text = ask(named, named.case(about=[M])).explanation
    assert "责任方（2026-03-15 与 2026-06-30 相同）：“o”" in text.zh
    assert "Answerable, on 2026-03-15 as on 2026-06-30: “o”" in text.en


def test_else_then_is_the_entry_into_the_stage_else_the_complaint(named, owner):
    reorganised(named)
    assert owner(named) == ("o2", "o2")
    named.entry(M, "S2", "2026-02-01").entry(M, "S1", "2026-03-05")
    assert owner(named) == ("o1", "o2")


@pytest.mark.parametrize(("as_of", "now"), [("2026-02-28", "o1"), ("2026-03-01", "o2")])
def test_now_is_the_day_asked_about_in_the_local_zone(named, owner, as_of, now):
    assert owner(reorganised(named), as_of=as_of)[1] == now
    # 17:00 UTC on 28 February is 1 March in Shanghai
    assert owner(named, as_of="2026-02-28T17:00:00.000000Z")[1] == "o2"


@pytest.mark.parametrize("ended", ["assignment", "holding", "holder"])
def test_what_has_ended_gives_way_to_the_next_specific(named, owner, ended):
    end = {"valid_to": "2026-05-01"}
    named.assign("general", "Owner:deputy", ["Stage:S2"])
    named.assign(
        "a",
        "Owner:o",
        ["ControlPoint:V"],
        held=end if ended == "holding" else None,
        **(end if ended == "assignment" else {}),
    )
    if ended == "holder":
        named.node("Owner:o", **end)
    assert owner(named) == ("o", "deputy")


def test_a_deputy_is_not_a_second_holder(named, owner):
    named.assign("a", "Owner:o", ["ControlPoint:V"]).edge("DEPUTY", "Assignment:a", "Owner:d")
    named.node("Owner:o", valid_to="2026-05-01")
    assert owner(named) == ("o", None)


def test_an_assignment_nobody_holds_counts_as_absent(named, owner):
    named.assign("a", None, ["ControlPoint:V"]).assign("b", "Owner:b", ["Domain:D"])
    assert owner(named) == ("b", "b")


def test_the_unit_is_the_one_the_holder_belonged_to_on_the_day(named, ask):
    named.assign("a", "Owner:o", ["ControlPoint:V"]).review(M, "ControlPoint:V", "failed", "2026-02-01")
    named.edge("BELONGS_TO", "Owner:o", "OrgUnit:Old", valid_to="2026-03-01").edge(
        "BELONGS_TO", "Owner:o", "OrgUnit:New", valid_from="2026-03-01"
    )
    found = ask(named, named.case(about=[M])).owner
    assert (found.then.unit, found.now.unit) == ("OrgUnit:Old", "OrgUnit:New")


# ── fallback and nobody ──────────────────────────────────────────────────────────────────────────────
def test_the_head_of_the_unit_stands_in_and_is_labelled(named, ask):
    named.assign("h", "Owner:head", ["OrgUnit:U"], role="head").assign("h2", "Owner:above", ["OrgUnit:P"], role="head")
    answer = ask(named, named.case(about=[M]))
    assert answer.owner.now.model_dump() == {"holder": "Owner:head", "unit": None, "rule": None, "via": "unit_head"}
    assert "一把手" in answer.explanation.zh
    assert "head of the unit stands in" in answer.explanation.en
    named.assign("a", "Owner:a", ["Domain:D"])
    assert ask(named, named.case(about=[M])).owner.now.via == "domain"


def test_nobody_is_a_gap_that_is_said(named, ask):
    answer = ask(named, named.case(about=[M]))
    assert (answer.owner.then, answer.owner.now, answer.parties.root_owner) == (None, None, None)
    assert "责任空缺" in answer.explanation.zh
    assert "nobody" in answer.explanation.en
    assert "unowned_control" in {gap.kind for gap in answer.gaps}


def test_a_unit_that_holds_it_alone_is_named_and_must_appoint(named, ask):
    named.assign("a", "OrgUnit:P", ["ControlPoint:V"])
    answer = ask(named, named.case(about=[M]))
    assert (answer.owner.now.holder, answer.owner.now.unit) == ("OrgUnit:P", "OrgUnit:P")
    assert "尚须指定到人" in answer.explanation.zh


def test_where_nothing_is_named_there_is_no_owner(named, ask):
    named.assign("a", "Owner:a", ["ControlPoint:V", "Stage:S2", "Domain:D", M]).node("Category:K", null_rate=0.85)
    answer = ask(named, named.case(about=[M]))
    assert answer.outcome == "no_internal_cause"
    assert (answer.owner, answer.root) == (None, None)


def test_a_stage_or_domain_that_is_named_has_its_own_owner(named, ask):
    named.point("W", "S2").assign("v", "Owner:v", ["ControlPoint:V"]).assign("s", "Owner:s", ["Stage:S2"])
    named.edges[:] = [e for e in named.edges if e.type != "POINTS_TO"]
    named.points_to("K", {"V": 0.4, "W": 0.4})
    answer = ask(named, named.case(about=[M]))
    assert answer.outcome == "stage"
    assert answer.owner.now.holder == "Owner:s"


# ── the three parties ────────────────────────────────────────────────────────────────────────────────
def test_the_three_parties_are_kept_apart(named, ask):
    named.assign("a", "Owner:root", ["ControlPoint:V"])
    steps = [
        StepFact("s1", "routed", 1, "2026-03-16T00:00:00.000000Z", Ref("Owner", "first"), Ref("OrgUnit", "Desk")),
        StepFact("s2", "handled", 2, "2026-04-01T00:00:00.000000Z", Ref("Owner", "handler"), None),
        StepFact("s3", "closed", 3, "2026-08-01T00:00:00.000000Z", Ref("Owner", "closer"), None),
    ]
    case = named.case(about=[M], received_by=["OrgUnit:Shop", "Owner:first"], steps=steps)

    def parties(as_of):
        found = ask(named, case, as_of=as_of).parties
        return found.first_contact, found.current_handler, found.root_owner

    assert parties("2026-03-15") == ("Owner:first", "Owner:first", "Owner:root")
    assert parties("2026-03-20") == ("Owner:first", "OrgUnit:Desk", "Owner:root")
    assert parties("2026-06-30") == ("Owner:first", "Owner:handler", "Owner:root")
    assert parties("2026-12-31")[1] == "Owner:closer"
