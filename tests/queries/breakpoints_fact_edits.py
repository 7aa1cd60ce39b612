"""Single realistic edits of subjects, facts and maps of the complete world, each with exactly the findings it must give."""

from __future__ import annotations

from collections.abc import Callable

from tests.queries.breakpoints_subjects import value
from tests.queries.breakpoints_world import AFTER, DAY, MONTHS, World, tally, trace

NOON, NIGHT = "T04:00:00.000000Z", "T15:59:59.999999Z"
"""Noon in Shanghai, and the last moment of a day there."""


def both(*changes: Callable[[World], object]) -> Callable[[World], object]:
    return lambda world: [change(world) for change in changes]


def drop(*whats: str) -> Callable[[World], object]:
    return lambda world: [world.drop(what) for what in whats]


def put(what: str, **props: object) -> Callable[[World], object]:
    return lambda world: world.set(what, **props)


def move(before: str, after: str) -> Callable[[World], object]:
    return both(drop(before), put(after))


def on(what: str, day: str) -> Callable[[World], object]:
    return put(what, event_at=day if "T" in day else day + NOON)


def counts(category: str, numbers: dict[str, int]) -> Callable[[World], object]:
    """The monthly complaints of a category in place of the usual ones."""

    def change(world: World) -> None:
        world.tallies = [one for one in world.tallies if category not in one.categories]
        world.tallies += [tally(category, day, number) for day, number in numbers.items()]
        world.touched.add("Tally")

    return change


def rose(factor: float) -> Callable[[World], object]:
    return counts("C9", {f"{month}-15": int(300 * (factor if n >= 3 else 1)) for n, month in enumerate(MONTHS)})


def traced(*more: object) -> Callable[[World], object]:
    def change(world: World) -> None:
        world.traces += more  # type: ignore[arg-type]
        world.touched.add("Traced")

    return change


def steps(complaint: str, *hops: str, when: str = "2026-05-20") -> Callable[[World], object]:
    """Hand-overs of a ticket, each ``by>to``."""

    def change(world: World) -> None:
        world.set(f"Complaint:{complaint}", event_at=when + NOON)
        for n, hop in enumerate(hops):
            by, _, to = hop.partition(">")
            step = f"HandlingStep:{complaint}-{n}"
            world.set(step, event_at=when + NOON, seq=n, step="routed")
            world.set(f"{step} OF Complaint:{complaint}")
            world.set(f"{step} TO {to}")
            if by:
                world.set(f"{step} BY {by}")

    return change


def stale(indicator: str, *months: str) -> Callable[[World], object]:
    return drop(*(value(indicator, month) for month in months))


U0, U1, US = "OrgUnit:U0", "OrgUnit:U1", "OrgUnit:US"
PING_PONG = steps("H2", f"{U0}>{U1}", f"{U1}>{U0}", f"{U0}>{U1}", f"{U1}>{U0}")
RAISED = ("passed_ungated|Product:PR1",)
BELOW = ("live_below_100|Campaign:M1",)
GAP = ("tier_gap|Campaign:M1",)
SYNC = ("sync_missing|Campaign:M1|OrgUnit:U0|OrgUnit:US",)
EXIT = ("unsafe_exit|Product:PR1",)
SUSPECT = ("suspect_link|Category:C9|ControlPoint:R1",)
UNREACHED = ("unreached_complaints|Category:C9|OrgUnit:U1|Product:PR1",)
STALE = ("stale_measurement|Indicator:KR1",)
DECOUPLED = ("decoupled_indicator|Indicator:KR1",)
CUSTOMER = ("customer_first|OrgUnit:U1",)
CHOKE = ("accountability_choke|Owner:fay",)
DETECTION = ("detection_choke|ControlPoint:P2",)
PERMISSION = ("permission_gap|Category:C9",)

Change = Callable[[World], object]
FACT_EDITS: dict[str, tuple[Change, tuple[str, ...]]] = {
    # passed_ungated
    "gate review removed": (drop("Review:V1"), RAISED),
    "gate review not passed": (put("Review:V1", result="conditional"), RAISED),
    "gate waived": (put("Review:V1", result="waived"), ("review_unrecorded|Review:V1", *RAISED)),
    "gate waived on the record": (
        both(put("Review:V1", result="waived", reason="急"), put("Review:V1 BY Owner:ben")), RAISED
    ),
    "gate passed after the entry": (on("Review:V1", "2026-02-11"), RAISED),
    "gate passed at the moment of entry": (on("Review:V1", "2026-02-10"), RAISED),
    "gate passed a moment before": (on("Review:V1", "2026-02-10T03:59:59.999999Z"), ()),
    "a later review fails": (both(put("Review:V5", result="failed", event_at="2026-02-05" + NOON),
                                  put("Review:V5 OF Gate:GS"), put("Review:V5 ON Product:PR1")), RAISED),
    "its point passed in its place": (both(drop("Review:V1"), put("Review:V5", result="passed", event_at="2026-02-05" + NOON),
                                           put("Review:V5 OF ControlPoint:R1"), put("Review:V5 ON Product:PR1")), ()),
    "half the points pass by majority": (
        both(put("Gate:GS", pass_rule="majority"), put("ControlPoint:R3 AT Stage:T3"), put("Gate:GS CHECKS ControlPoint:R3"),
             drop("Review:V1"), put("Review:V5", result="passed", event_at="2026-02-05" + NOON),
             put("Review:V5 OF ControlPoint:R1"), put("Review:V5 ON Product:PR1")), RAISED),
    "gate does not apply to products": (
        both(drop("Review:V1"), move("Gate:GS CHECKS ControlPoint:R1", "Gate:GS CHECKS ControlPoint:R2")), ()
    ),
    "gate does not block": (both(drop("Review:V1"), put("Gate:GS", gate_kind="periodic")), ()),
    "entered tomorrow": (both(drop("Review:V1"), on("StageEntry:E2", AFTER)), ()),
    "entered in the day's last moment": (both(drop("Review:V1"), on("StageEntry:E2", DAY + NIGHT)), RAISED),
    "campaign entered before any review": (on("StageEntry:E4", "2026-02-15"), ("passed_ungated|Campaign:M1",)),
    "campaign's points passed in place of the gate": (drop("Review:V4"), ()),
    # live_below_100
    "no manual review": (drop("Review:M1-manual"), BELOW),
    "automatic review waived": (put("Review:M1-automatic", result="waived"), BELOW),
    "review without a mode": (put("Review:M1-manual", mode=None), BELOW),
    "latest manual failed": (both(put("Review:L", mode="manual", result="failed", event_at="2026-05-01" + NOON),
                                  put("Review:L OF ControlPoint:R2"), put("Review:L ON Campaign:M1")), BELOW),
    "live until tomorrow": (both(put("Campaign:M4", ends=AFTER), put("Assignment:M1-hq FOR Campaign:M4")), ("live_below_100|Campaign:M4",)),
    "live from today": (both(put("Campaign:M5", starts=DAY), put("Assignment:M1-hq FOR Campaign:M5")), ("live_below_100|Campaign:M5",)),
    # tier_gap
    "headquarters takes no part": (drop("Assignment:M1-hq"), GAP),
    "headquarters only reviews": (put("Assignment:M1-hq", role="reviewer"), GAP),
    "duty of headquarters ended": (put("Assignment:M1-hq", valid_to=DAY), GAP),
    "headquarters' holder left": (
        put("Owner:fay BELONGS_TO OrgUnit:UD", valid_to=DAY),
        ("dangling_owner|Assignment:AR1", "dangling_owner|Assignment:M1-hq", "no_deputy|Assignment:AR2", *(f"no_deputy|Assignment:{g}-acc" for g in ("GS", "GP", "GX"))),
    ),
    "province takes no part": (drop("Assignment:M-u1 FOR Campaign:M1"), GAP),
    "a department of the province does": (
        move("Assignment:M-u1 HELD_BY OrgUnit:U1", "Assignment:M-u1 HELD_BY Owner:anna"), ()
    ),
    "a province does not speak for headquarters": (move("Assignment:M1-hq HELD_BY Owner:fay", "Assignment:M1-hq HELD_BY Owner:anna"), GAP),
    "provincial without its province": (drop("Assignment:M-u1 FOR Campaign:M2"), ("tier_gap|Campaign:M2",)),
    "specialised without its company": (
        move("Assignment:M1-us FOR Campaign:M3", "Assignment:M-u1 FOR Campaign:M3"), ("tier_gap|Campaign:M3",)
    ),
    "company of a promoted product": (drop("Assignment:M1-us WITHIN Campaign:M1"), GAP),
    "no longer promoted": (both(drop("Assignment:M1-us WITHIN Campaign:M1"), drop("Campaign:M1 PROMOTES Product:PR1")), ()),
    # sync_missing
    "not acknowledged": (put("Sync:Y1", acknowledged_at=None), SYNC),
    "acknowledged tomorrow": (put("Sync:Y1", acknowledged_at=AFTER + NOON), SYNC),
    "sync removed": (drop("Sync:Y1"), SYNC),
    "sync on another campaign": (move("Sync:Y1 ON Campaign:M1", "Sync:Y1 ON Campaign:M2"), SYNC),
    "bound the other way": (
        both(drop("Sync:Y1"), move("OrgUnit:U0 MUST_SYNC OrgUnit:US", "OrgUnit:US MUST_SYNC OrgUnit:U0")), SYNC
    ),
    "not bound": (both(drop("Sync:Y1"), drop("OrgUnit:U0 MUST_SYNC OrgUnit:US")), ()),
    # suspect_link
    "end of a confirmed link renamed": (put("ControlPoint:R1", name="资费规则"), SUSPECT),
    "source of a confirmed link annotated": (put("Category:C9", note="合并"), SUSPECT),
    "confirmed both ways, and one changed": (
        both(put("ControlPoint:P1 CAUSED_BY ControlPoint:P2", confirmed_hash="x"), put("ControlPoint:P2 CAUSED_BY ControlPoint:P1", confirmed_hash="y")),
        ("cause_cycle|ControlPoint:P1|ControlPoint:P2", "suspect_link|ControlPoint:P1|ControlPoint:P2"),
    ),
    "confirmed again": (put("Category:C9 POINTS_TO ControlPoint:R1", confirmed_hash=None), ()),
    # products
    "nobody sells": (drop("Assignment:F-sales"), ("functions_incomplete|Product:PR1",)),
    "participates only": (put("Assignment:F-service", role="participant"), ("functions_incomplete|Product:PR1",)),
    "function duty ended": (put("Assignment:F-support", valid_to=DAY), ("functions_incomplete|Product:PR1",)),
    "new product": (put("Product:PR2"), ("functions_incomplete|Product:PR2",)),
    "no handling policy": (drop("Product:PR1 RULED_BY Policy:flow"), ("key_flow_missing|Product:PR1",)),
    "not a key business": (both(drop("Product:PR1 RULED_BY Policy:flow"), put("Product:PR1", key_business="none")), ()),
    # unsafe_exit
    "exit not reviewed": (drop("Review:V2"), EXIT),
    "exit reviewed too late": (on("Review:V2", "2026-04-02"), EXIT),
    "exit not yet begun": (both(drop("Review:V2"), on("StageEntry:E3", AFTER)), ()),
    # review_unrecorded
    "waiver without a reason": (put("Review:V3", reason=None), ("review_unrecorded|Review:V3",)),
    "waiver by nobody": (drop("Review:V3 BY Owner:ben"), ("review_unrecorded|Review:V3",)),
    "waiver of a point": (both(put("Review:V3", reason=None), move("Review:V3 OF Gate:GX", "Review:V3 OF ControlPoint:R3")), ()),
    # unreached_complaints
    "fifth trace without an end": (traced(trace("X4")), UNREACHED),
    "fifth trace named": (traced(trace("X4", outcome="named")), ()),
    "fifth trace of another category": (traced(trace("X4", category="C1")), ()),
    "fifth trace on the first of 90 days": (traced(trace("X4", day="2026-03-04")), UNREACHED),
    "fifth trace a day before": (traced(trace("X4", day="2026-03-03")), ()),
    "fifth trace tomorrow": (traced(trace("X4", day=AFTER)), ()),
    # stale_measurement
    "two months without values": (stale("KR1", "2026-04", "2026-05"), STALE),
    "one month without values": (stale("KR1", "2026-05"), ()),
    "only the month before last": (stale("KR1", "2026-03", "2026-05"), ()),
    "values of the running month only": (
        both(stale("KR1", "2026-03", "2026-04"), put(value("KR1", "2026-05"), period_start="2026-06-01", period_end="2026-07-01")), STALE
    ),
    "an empty measurement": (both(stale("KR1", "2026-04"), put(value("KR1", "2026-05"), value=None)), STALE),
    "quarterly indicator of last quarter": (stale("X2", "2026-04", "2026-05"), ()),
    "quarterly indicator without any": (stale("X2", "2026-03", "2026-04", "2026-05"), ("stale_measurement|Indicator:X2",)),
    # decoupled_indicator
    "complaints doubled under green": (rose(2), DECOUPLED),
    "complaints a tenth up": (rose(1.1), ()),
    "complaints doubled under red": (both(rose(2), put(value("KR1", "2026-04"), value=94.0)), ()),
    "complaints doubled, one month unmeasured": (both(rose(2), stale("KR1", "2026-04")), ()),
    "fewer than ten weighed complaints": (both(counts("C1", {}), counts("C9", {"2026-05-15": 12})), ()),
    "ten weighed complaints": (both(counts("C1", {}), counts("C9", {"2026-05-15": 13})), DECOUPLED),
    # customer_first
    "a monitor missed one": (put("Incident:I1", detected_by="customer"), CUSTOMER),
    "nobody says who detected it": (put("Incident:I1", detected_by=None), CUSTOMER),
    "an old incident counts": (on("Incident:I3", "2025-06-02"), CUSTOMER),
    "monitor's incident too old": (on("Incident:I1", "2025-06-01"), CUSTOMER),
    # chokes
    "second owner gone": (drop("Assignment:AR2"), CHOKE),
    "second owner is only a deputy": (put("Assignment:AR2", role="responsible"), CHOKE),
    "choke below a tenth": (both(drop("Assignment:AR2"), counts("C1", {DAY: 8101})), ("accountability_choke|Owner:anna",)),
    "two categories through one unchecked point": (
        both(put("Category:CA POINTS_TO ControlPoint:P2"), put("Category:CA"), put("Category:CB POINTS_TO ControlPoint:P2"), put("Category:CB")),
        DETECTION,
    ),
    "one category through it": (both(put("Category:CA POINTS_TO ControlPoint:P2"), put("Category:CA")), ()),
    "two categories through a checked point": (both(put("Category:CA POINTS_TO ControlPoint:R1"), put("Category:CA")), ()),
    # hand-overs
    "one step of the triangle gone": (
        drop("HandlingStep:H1-3"),
        ("single_handoff|OrgUnit:U0|OrgUnit:U1", "single_handoff|OrgUnit:U1", "single_handoff|OrgUnit:U1|OrgUnit:US"),
    ),
    "a unit at the end of one thread": (
        steps("H2", f"{U1}>OrgUnit:UD"), ("single_handoff|OrgUnit:U1", "single_handoff|OrgUnit:U1|OrgUnit:UD"),
    ),
    "two triangles at one unit": (
        both(put("OrgUnit:UE", valid_from="2020-01-01"), *(put(f"Assignment:{r}-UD FOR OrgUnit:UE") for r in ("head", "team", "liaison")),
             steps("H2", f"{U1}>OrgUnit:UD", "OrgUnit:UD>OrgUnit:UE", f"OrgUnit:UE>{U1}")),
        ("single_handoff|OrgUnit:U1",),
    ),
    "the only two units": (
        both(drop("HandlingStep:H1-2"), drop("HandlingStep:H1-3")), ("single_handoff|OrgUnit:U0|OrgUnit:U1",)
    ),
    "to and fro twice": (PING_PONG, ("ping_pong|Complaint:H2",)),
    "to and fro once": (steps("H2", f"{U0}>{U1}", f"{U1}>{U0}", f"{U0}>{US}", f"{US}>{U0}"), ()),
    "to and fro without saying by whom": (steps("H2", f"{U0}>{U1}", f">{U0}", f">{U1}", f">{U0}"), ("ping_pong|Complaint:H2",)),
    "to and fro between people of two units": (
        steps("H2", "Owner:anna>Owner:gus", "Owner:gus>Owner:ben", f"Owner:cho>{US}", "Owner:gus>Owner:anna"), ("ping_pong|Complaint:H2",)
    ),
    "to and fro tomorrow": (steps("H2", f"{U0}>{U1}", f"{U1}>{U0}", f"{U0}>{U1}", f"{U1}>{U0}", when=AFTER), ()),
    # permission_gap
    "no permission": (drop("OrgUnit:U1 MAY_DO Permission:PM"), PERMISSION),
    "permission of the channel itself": (move("OrgUnit:U1 MAY_DO Permission:PM", "Channel:CH1 MAY_DO Permission:PM"), ()),
    "permission for another category": (move("Permission:PM SETTLES Category:C8", "Permission:PM SETTLES Category:C1"), PERMISSION),
    "permission ended": (put("Permission:PM", valid_to=DAY), PERMISSION),
    "another unit runs the channel": (move("Channel:CH1 RUN_BY OrgUnit:U1", "Channel:CH1 RUN_BY OrgUnit:US"), PERMISSION),
    "raised 90 days ago": (both(drop("OrgUnit:U1 MAY_DO Permission:PM"), on("Complaint:H1", "2026-03-03")), ()),
    "raised on the first of 90 days": (both(drop("OrgUnit:U1 MAY_DO Permission:PM"), on("Complaint:H1", "2026-03-04")), PERMISSION),
    "not the hottest": (
        both(drop("OrgUnit:U1 MAY_DO Permission:PM"), counts("C1", {DAY: 901})), ("accountability_choke|Owner:anna",)
    ),
    "equally hot": (
        both(drop("OrgUnit:U1 MAY_DO Permission:PM"), counts("C1", {DAY: 900})), ("accountability_choke|Owner:anna", *PERMISSION)
    ),
    "nine complaints are not hot": (
        both(drop("OrgUnit:U1 MAY_DO Permission:PM"), counts("C1", {}), counts("C9", {"2026-05-15": 9})), ()
    ),
    # overdue
    "a unit not assessed": (drop("Assessment:S-U1"), ("overdue|Milestone:MS2",)),
    "assessed tomorrow": (on("Assessment:S-U1", AFTER), ("overdue|Milestone:MS2",)),
    "another unit not assessed": (drop("Assessment:S-U0"), ()),
    "any unit not assessed": (both(drop("Milestone:MS2 FOR OrgUnit:U1"), drop("Assessment:S-U0")), ("overdue|Milestone:MS2",)),
    "due today is not over": (both(drop("Assessment:S-U1"), put("Milestone:MS2", due=DAY)), ()),
    "a system lacks quality functions": (put("System:Y", state="lacks"), ("overdue|Milestone:MS3",)),
    "a system of another unit lacks them": (both(put("System:Y", state="lacks"), put("Milestone:MS3 FOR OrgUnit:U1"), put("System:Y RUN_BY OrgUnit:U0")), ()),
    "findings that should be gone": (both(PING_PONG, put("Milestone:MS1", due="2026-05-31")), ("overdue|Milestone:MS1", "ping_pong|Complaint:H2")),
    "findings of another unit": (both(PING_PONG, put("Milestone:MS1", due="2026-05-31"), put("Milestone:MS1 FOR OrgUnit:US")), ("ping_pong|Complaint:H2",)),
    "a milestone that says nothing known": (put("Milestone:MS2", predicate="all_is_well"), ()),
}  # fmt: skip

CLOSINGS: dict[str, Change] = {
    "assignment removed": both(
        put("Assignment:A7", role="accountable"), put("Assignment:A7 FOR Stage:S1"), put("Assignment:A7 HELD_BY Owner:anna"),
        put("Assignment:A7 DEPUTY Owner:cho")),
    "point not measured": put("ControlPoint:P1 MEASURED_BY Indicator:K2"),
    "gate review removed": both(
        put("Review:V5", result="passed", event_at="2026-02-09" + NOON), put("Review:V5 OF Gate:GS"), put("Review:V5 ON Product:PR1")),
    "no manual review": both(
        put("Review:N", mode="manual", result="passed", event_at=DAY + NOON), put("Review:N OF ControlPoint:R2"), put("Review:N ON Campaign:M1")),
    "headquarters takes no part": both(
        put("Assignment:N", role="participant"), put("Assignment:N FOR Campaign:M1"), put("Assignment:N HELD_BY OrgUnit:UD")),
    "province takes no part": both(
        put("Assignment:N", role="responsible"), put("Assignment:N WITHIN Campaign:M1"), put("Assignment:N HELD_BY Owner:ben")),
    "sync removed": both(
        put("Sync:N", event_at=DAY + NOON, acknowledged_at=DAY + NOON), put("Sync:N FROM OrgUnit:U0"), put("Sync:N TO OrgUnit:US"),
        put("Sync:N ON Campaign:M1")),
    "nobody sells": both(
        put("Assignment:N", role="responsible", function="sales"), put("Assignment:N FOR Stage:T1"),
        put("Assignment:N WITHIN Product:PR1"), put("Assignment:N HELD_BY Owner:gus")),
    "no handling policy": both(put("Policy:N"), put("Product:PR1 RULED_BY Policy:N")),
    "end of a confirmed link renamed": put("Category:C9 POINTS_TO ControlPoint:R1", confirmed_hash=None),
    "two months without values": put(value("KR1", "2026-03"), period_start="2026-05-01", period_end="2026-06-01"),
    "complaints doubled under green": put(value("KR1", "2026-04"), value=90.0),
    "a monitor missed one": put("Incident:I2", detected_by="monitor"),
    "second owner gone": both(
        put("Assignment:N", role="accountable", segments=("new",)), put("Assignment:N FOR ControlPoint:R1"),
        put("Assignment:N HELD_BY Owner:gus"), put("Assignment:N DEPUTY Owner:fay")),
    "two categories through one unchecked point": put("Gate:GP CHECKS ControlPoint:P2"),
    "one step of the triangle gone": steps("H3", f"{US}>{U0}"),
    "no permission": put("Channel:CH1 MAY_DO Permission:PM"),
    "a unit not assessed": both(put("Assessment:N"), put("Assessment:N FOR OrgUnit:U1")),
    "no deputy": put("Assignment:A1 DEPUTY Owner:dan"),
    "category leads nowhere": put("Category:C1 POINTS_TO ControlPoint:P1"),
    "weights above one": put("Indicator:K2 ROLLS_UP_TO Indicator:Q1", weight=0.498),
}  # fmt: skip
"""Edit → another way than undoing it to close the gap it makes."""
