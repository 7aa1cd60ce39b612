"""Single realistic edits of the complete framework, each with exactly the findings it must give."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from tests.queries.breakpoints_world import AFTER, BEFORE, DAY, NOW, World


class Edit(NamedTuple):
    """An edit and the keys of the findings it must give."""

    change: Callable[[World], object]
    expected: tuple[str, ...]


def second_owner(
    world: World, within: str = "", second: str = "ben", for_: str = "ControlPoint:P1", **props: object
) -> None:
    world.set("Assignment:A9", role="accountable", **props)
    world.set(f"Assignment:A9 FOR {for_}")
    holder = second if ":" in second else f"Owner:{second}"
    world.set(f"Assignment:A9 HELD_BY {holder}")
    if holder.startswith("Owner:"):
        world.set("Assignment:A9 DEPUTY Owner:dan")
    if within:
        world.set(f"Assignment:A9 WITHIN {within}")


def both(*changes: Callable[[World], object]) -> Callable[[World], object]:
    return lambda world: [change(world) for change in changes]


def drop(what: str) -> Callable[[World], object]:
    return lambda world: world.drop(what)


def put(what: str, **props: object) -> Callable[[World], object]:
    return lambda world: world.set(what, **props)


def default_link(world: World, edge: str, sources: tuple[str, ...], **props: object) -> None:
    world.set(edge, basis="default", **props)
    world.sources[edge] = sources


UNOWNED = "unowned_control|ControlPoint:P1"
CONFLICT = ("owner_conflict|Assignment:A1|Assignment:A9|ControlPoint:P1",)
EDITS: dict[str, Edit] = {
    # unowned_control
    "assignment removed": Edit(drop("Assignment:A1"), (UNOWNED,)),
    "assignment ended today": Edit(put("Assignment:A1", valid_to=DAY), (UNOWNED,)),
    "assignment ends tomorrow": Edit(put("Assignment:A1", valid_to=AFTER), ()),
    "assignment begins today": Edit(put("Assignment:A1", valid_from=DAY), ()),
    "assignment begins tomorrow": Edit(put("Assignment:A1", valid_from=AFTER), (UNOWNED,)),
    "holding ended": Edit(put("Assignment:A1 HELD_BY Owner:anna", valid_to=DAY), (UNOWNED,)),
    "holding begins today": Edit(put("Assignment:A1 HELD_BY Owner:anna", valid_from=DAY), ()),
    "holder taken away": Edit(drop("Assignment:A1 HELD_BY Owner:anna"), (UNOWNED,)),
    "only responsible": Edit(put("Assignment:A1", role="responsible"), (UNOWNED,)),
    "held by a unit alone": Edit(
        both(drop("Assignment:A1 HELD_BY Owner:anna"), put("Assignment:A1 HELD_BY OrgUnit:U1")), (UNOWNED,)
    ),
    "domain duty removed": Edit(drop("Assignment:A2"), ("unowned_control|ControlPoint:P2",)),
    "domain duty for another function": Edit(
        put("Assignment:A2", function="sales"), ("unowned_control|ControlPoint:P2",)
    ),
    "domain duty for this function": Edit(put("Assignment:A2", function="operation"), ()),
    "stage duty instead": Edit(
        both(drop("Assignment:A1 FOR ControlPoint:P1"), put("Assignment:A1 FOR Stage:S1")), ()
    ),
    "duty within a unit": Edit(put("Assignment:A1 WITHIN OrgUnit:U1"), ()),
    "rule removed": Edit(drop("Rule:R1"), ()),
    "domain of the duty ended": Edit(put("Domain:D2", valid_to=DAY), ("unowned_control|ControlPoint:P2",)),
    # dangling_owner
    "holder ended today": Edit(put("Owner:anna", valid_to=DAY), ("dangling_owner|Assignment:A1",)),
    "holder ends tomorrow": Edit(put("Owner:anna", valid_to=AFTER), ()),
    "holder left": Edit(put("Owner:anna BELONGS_TO OrgUnit:U1", valid_to=DAY), ("dangling_owner|Assignment:A1",)),
    "holder moved": Edit(
        both(put("Owner:anna BELONGS_TO OrgUnit:U1", valid_to=DAY), put("Owner:anna BELONGS_TO OrgUnit:U0", valid_from=DAY)),
        (),
    ),
    "holder never belonged": Edit(drop("Owner:anna BELONGS_TO OrgUnit:U1"), ()),
    "unit ended": Edit(
        put("OrgUnit:U1", valid_to=DAY),
        (*(f"dangling_owner|Assignment:{held}" for held in ("A-unit", "G-part", "GS-part", "GP-part", "GX-part", "M-u1")),
         "permission_gap|Category:C9", "single_handoff|OrgUnit:U0|OrgUnit:US"),
    ),
    "ended holder of an ended duty": Edit(
        both(put("Owner:anna", valid_to=DAY), put("Assignment:A1", valid_to=DAY)), (UNOWNED,)
    ),
    # owner_conflict
    "second owner": Edit(second_owner, CONFLICT),
    "second owner from later": Edit(lambda w: second_owner(w, valid_from="2027-01-01"), CONFLICT),
    "second owner until today": Edit(lambda w: second_owner(w, valid_to=DAY), ()),
    "second owner until tomorrow": Edit(lambda w: second_owner(w, valid_to=AFTER), CONFLICT),
    "successor": Edit(both(put("Assignment:A1", valid_to=AFTER), lambda w: second_owner(w, valid_from=AFTER)), ()),
    "same owner twice": Edit(lambda w: second_owner(w, second="anna"), ()),
    "second owner elsewhere": Edit(lambda w: second_owner(w, within="OrgUnit:U1"), ()),
    "both within one unit": Edit(
        both(put("Assignment:A1 WITHIN OrgUnit:U1"), lambda w: second_owner(w, within="OrgUnit:U1")), CONFLICT
    ),
    "other segments": Edit(
        both(put("Assignment:A1", segments=("home",)), lambda w: second_owner(w, segments=("business", "new"))), ()
    ),
    "a segment in common": Edit(
        both(put("Assignment:A1", segments=("home", "new")), lambda w: second_owner(w, segments=("business", "new"))),
        CONFLICT,
    ),
    "all segments against one": Edit(lambda w: second_owner(w, segments=("business",)), CONFLICT),
    "other tiers": Edit(
        both(put("Assignment:A1", tiers=("national",)), lambda w: second_owner(w, tiers=("provincial",))), ()
    ),
    "other functions": Edit(
        both(put("Assignment:A1", function="development"), lambda w: second_owner(w, function="service")), ()
    ),
    "a unit above the owner's": Edit(lambda w: second_owner(w, second="OrgUnit:U0"), ()),
    "a unit that is not the owner's": Edit(
        both(put("Owner:anna BELONGS_TO OrgUnit:U1", valid_to=DAY), put("Owner:anna BELONGS_TO OrgUnit:U0", valid_from=DAY),
             lambda w: second_owner(w, second="OrgUnit:U1")),
        CONFLICT,
    ),
    "two units": Edit(
        lambda w: second_owner(w, second="OrgUnit:U0", for_="Domain:D2"),
        ("owner_conflict|Assignment:A-unit|Assignment:A9|Domain:D2",),
    ),
    # indicators
    "point not measured": Edit(drop("ControlPoint:P1 MEASURED_BY Indicator:K1"), ("control_unmeasured|ControlPoint:P1",)),
    "KCI cut off": Edit(
        both(drop("Indicator:K1 ROLLS_UP_TO Indicator:Q1"), put("Indicator:K2 ROLLS_UP_TO Indicator:Q1", weight=1.0)),
        ("kci_without_kqi|Indicator:K1",),
    ),
    "one of two ways cut": Edit(
        both(drop("Indicator:K2 ROLLS_UP_TO Indicator:Q1"), put("Indicator:K1 ROLLS_UP_TO Indicator:Q1", weight=1.0)), ()
    ),
    "KQI cut off": Edit(
        both(drop("Indicator:Q2 ROLLS_UP_TO Indicator:X1"), put("Indicator:Q1 ROLLS_UP_TO Indicator:X1", weight=1.0)),
        ("kqi_without_kpi|Indicator:Q2",),
    ),
    "KQI not fed": Edit(drop("Indicator:K2 ROLLS_UP_TO Indicator:Q2"), ("indicator_unfed|Indicator:Q2",)),
    "KQI fed by itself alone": Edit(
        both(drop("Indicator:K2 ROLLS_UP_TO Indicator:Q2"), put("Indicator:Q2 ROLLS_UP_TO Indicator:Q2")),
        ("indicator_unfed|Indicator:Q2", "rollup_cycle|Indicator:Q2"),
    ),
    "circle of two": Edit(
        put("Indicator:X1 ROLLS_UP_TO Indicator:Q1", weight=0.0), ("rollup_cycle|Indicator:Q1|Indicator:X1",)
    ),
    "self-loop": Edit(put("Indicator:Q1 ROLLS_UP_TO Indicator:Q1", weight=0.0), ("rollup_cycle|Indicator:Q1",)),
    "KCI straight to the KPI": Edit(
        put("Indicator:K1 ROLLS_UP_TO Indicator:X1", weight=0.0), ("level_skipped|Indicator:K1|Indicator:X1",)
    ),
    "weights above one": Edit(put("Indicator:K1 ROLLS_UP_TO Indicator:Q1", weight=0.502), ("weights_broken|Indicator:Q1",)),
    "weights within tolerance": Edit(put("Indicator:K1 ROLLS_UP_TO Indicator:Q1", weight=0.501), ()),
    "a stated weight taken away": Edit(
        put("Indicator:K1 ROLLS_UP_TO Indicator:Q1", weight=None), ("weights_broken|Indicator:Q1",)
    ),
    "target removed": Edit(drop("Target:T-K1"), ("no_target|Indicator:K1",)),
    "target ended today": Edit(put("Target:T-X1", valid_to=DAY), ("no_target|Indicator:X1",)),
    "target without a value": Edit(put("Target:T-Q2", value=None), ("no_target|Indicator:Q2",)),
    "unused indicator needs no target": Edit(put("Indicator:spare"), ()),
    # stages and gates
    "stage not detailed": Edit(drop("Stage:S3 DETAILED_BY Stage:S1"), ("stage_uncontrolled|Stage:S3",)),
    "last point of a stage moved": Edit(
        both(drop("ControlPoint:P2 AT Stage:S2"), put("ControlPoint:P2 AT Stage:S3")), ("stage_uncontrolled|Stage:S2",)
    ),
    "gate does not block": Edit(put("Gate:G1", gate_kind="periodic"), ("gate_incomplete|Stage:S1",)),
    "stage not guarded": Edit(drop("Gate:G1 GUARDS Stage:S1"), ("gate_incomplete|Stage:S1",)),
    "domain newly gated": Edit(
        put("Domain:D2", gated=True), ("gate_incomplete|Stage:S2", "gate_incomplete|Stage:S3")
    ),
    "gate without division": Edit(put("Gate:G1", division=None), ("gate_incomplete|Gate:G1",)),
    "gate without process": Edit(put("Gate:G1", process=None), ("gate_incomplete|Gate:G1",)),
    "gate without participant": Edit(drop("Assignment:G-part HELD_BY OrgUnit:U1"), ("gate_incomplete|Gate:G1",)),
    "gate without accountable": Edit(drop("Assignment:G-acc"), ("gate_incomplete|Gate:G1",)),
    "gate checks nothing": Edit(drop("Gate:G1 CHECKS ControlPoint:P1"), ("gate_incomplete|Gate:G1",)),
    # embedding and watching
    "no regulation": Edit(drop("ControlPoint:P1 GOVERNED_BY Policy:regulation"), ("policy_missing|ControlPoint:P1",)),
    "regulation ended": Edit(
        put("Policy:regulation", valid_to=DAY), ("policy_missing|ControlPoint:P1", "policy_missing|ControlPoint:P2")
    ),
    "no process": Edit(drop("ControlPoint:P2 GOVERNED_BY Policy:process"), ("process_missing|ControlPoint:P2",)),
    "no system": Edit(drop("ControlPoint:P2 EMBEDDED_IN System:Y"), ("system_missing|ControlPoint:P2",)),
    "not watched": Edit(drop("ControlPoint:P1 WATCHED_BY Monitor:M"), ("unmonitored|ControlPoint:P1",)),
    "moment lost": Edit(put("Monitor:M", moments=("推广", "订购", "使用", "退订")), ("moment_blind|pay",)),
    # organisation
    "no project team": Edit(drop("Assignment:team-U1"), ("unit_roles_missing|OrgUnit:U1",)),
    "head without a holder": Edit(drop("Assignment:head-U0 HELD_BY Owner:eva"), ("unit_roles_missing|OrgUnit:U0",)),
    "new unit": Edit(put("OrgUnit:U2"), ("unit_roles_missing|OrgUnit:U2",)),
    "new unit from tomorrow": Edit(put("OrgUnit:U2", valid_from=AFTER), ()),
    "no deputy": Edit(drop("Assignment:A1 DEPUTY Owner:cho"), ("no_deputy|Assignment:A1",)),
    "deputy left": Edit(put("Owner:cho BELONGS_TO OrgUnit:U1", valid_to=DAY), ("no_deputy|Assignment:A1",)),
    "deputy ended": Edit(put("Owner:cho", valid_to=BEFORE), ("no_deputy|Assignment:A1",)),
    "deputy not yet there": Edit(put("Owner:cho", valid_from=AFTER), ("no_deputy|Assignment:A1",)),
    "deputising ended": Edit(put("Assignment:A1 DEPUTY Owner:cho", valid_to=DAY), ("no_deputy|Assignment:A1",)),
    "own deputy": Edit(
        both(drop("Assignment:A1 DEPUTY Owner:cho"), put("Assignment:A1 DEPUTY Owner:anna")), ("no_deputy|Assignment:A1",)
    ),
    # maps
    "category leads nowhere": Edit(drop("Category:C0 POINTS_TO ControlPoint:P1"), ("unmapped_category|Category:C1",)),
    "category without parent": Edit(drop("Category:C1 CHILD_OF Category:C0"), ("unmapped_category|Category:C1",)),
    "category points itself": Edit(
        both(drop("Category:C1 CHILD_OF Category:C0"), put("Category:C1 POINTS_TO ControlPoint:P2")), ()
    ),
    "mutual causes": Edit(
        put("ControlPoint:P1 CAUSED_BY ControlPoint:P2"), ("cause_cycle|ControlPoint:P1|ControlPoint:P2",)
    ),
    "own cause": Edit(put("ControlPoint:P1 CAUSED_BY ControlPoint:P1"), ()),
    "default cause": Edit(
        lambda w: default_link(w, "ControlPoint:P2 CAUSED_BY ControlPoint:P1", ("catalogue",)), ("unconfirmed_default|CAUSED_BY",)
    ),
    "default cause asserted": Edit(
        lambda w: default_link(w, "ControlPoint:P2 CAUSED_BY ControlPoint:P1", ("catalogue", "ops")), ()
    ),
    "default cause confirmed": Edit(
        lambda w: default_link(w, "ControlPoint:P2 CAUSED_BY ControlPoint:P1", ("catalogue",), confirmed_at=NOW), ()
    ),
    "default placement is no map": Edit(lambda w: default_link(w, "ControlPoint:P1 AT Stage:S1", ("catalogue",)), ()),
}  # fmt: skip
