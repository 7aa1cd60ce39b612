"""The part of the complete world that has products, campaigns and facts: a third domain in which nothing is amiss."""

from __future__ import annotations

from itertools import pairwise

_POINTS = {"R1": ("T1", "product"), "R2": ("T1", "campaign"), "R3": ("T3", "product")}
_INDICATORS = ("K1", "K2", "Q1", "Q2", "X1", "KR1", "KR2", "KR3", "Q3", "X2")
_MONTHS = ("2026-03", "2026-04", "2026-05", "2026-06")
_GATES = {"GS": ("stage", "T1", "R1"), "GP": ("pre_launch", "T1", "R2"), "GX": ("exit", "T3", "R3")}
FUNCTIONS = ("development", "operation", "support", "sales", "service")


def _moment(day: str) -> str:
    return f"{day}T04:00:00.000000Z"


def _fact(day: str, **props: object) -> dict[str, object]:
    return {"event_at": _moment(day), "recorded_at": _moment(day), **props}


def _review(day: str, result: str = "passed", **props: object) -> dict[str, object]:
    return _fact(day, result=result, **props)


def value(indicator: str, month: str) -> str:
    """The reference of an indicator's value of a month."""
    return f"Measurement:{indicator}-{month}"


SUBJECT_NODES: dict[str, dict[str, object]] = {
    "Domain:D3": {},
    "Stage:T1": {},
    "Stage:T2": {},
    "Stage:T3": {},
    **{f"ControlPoint:{point}": {"subject_kind": kind} for point, (_, kind) in _POINTS.items()},
    **{
        f"Gate:{gate}": {"gate_kind": kind, "pass_rule": "all_passed", "process": "会签", "division": "各负其责"}
        for gate, (kind, _, _) in _GATES.items()
    },
    **{f"Indicator:{i}": {"level": "KCI", "direction": "higher"} for i in ("KR1", "KR2", "KR3")},
    "Indicator:Q3": {"level": "KQI", "period": "month"},
    "Indicator:X2": {"level": "KPI", "period": "quarter"},
    **{f"Target:T-{i}": {"value": 95.0} for i in ("KR1", "KR2", "KR3", "Q3", "X2")},
    "OrgUnit:US": {"tier": "specialised"},
    "OrgUnit:UD": {"tier": "hq"},
    **{f"Owner:{o}": {"party": "person"} for o in ("fay", "gus")},
    "Assignment:AR1": {"role": "accountable", "segments": ("home",)},
    "Assignment:AR2": {"role": "accountable", "segments": ("business",)},
    **{f"Assignment:{gate}-acc": {"role": "accountable"} for gate in _GATES},
    **{f"Assignment:{gate}-part": {"role": "participant"} for gate in _GATES},
    **{f"Assignment:F-{f}": {"role": "responsible", "function": f} for f in FUNCTIONS},
    "Assignment:M1-hq": {"role": "responsible"},
    "Assignment:M1-us": {"role": "participant"},
    "Assignment:M-u1": {"role": "participant"},
    **{f"Assignment:{role}-UD": {"role": role} for role in ("head", "team", "liaison")},
    "Policy:rules": {"policy_kind": "regulation"},
    "Policy:flow": {"policy_kind": "process"},
    "Monitor:N": {"monitor_kind": "full"},
    "Category:C8": {},
    "Category:C9": {},
    "Channel:CH1": {},
    "Permission:PM": {},
    "Milestone:MS1": {"due": "2026-06-01", "predicate": "no_findings:ping_pong"},
    "Milestone:MS2": {"due": "2026-05-31", "predicate": "assessed"},
    "Milestone:MS3": {"due": "2026-05-31", "predicate": "system_state"},
    "Milestone:MS4": {"due": "2026-05-31"},
    # subjects
    "Product:PR1": {"name": "流量包", "key_business": "5g", "segment": "home"},
    "Campaign:M1": {"tier": "national", "starts": "2026-06-01", "ends": "2026-06-02"},
    "Campaign:M2": {"tier": "provincial", "starts": "2026-01-01", "ends": "2026-12-31"},
    "Campaign:M3": {"tier": "specialised", "starts": "2026-01-01"},
    "Campaign:M4": {"tier": "national", "starts": "2026-01-01", "ends": "2026-06-01"},
    "Campaign:M5": {"tier": "national", "starts": "2026-06-02"},
    "Campaign:M6": {"tier": "national"},
    # facts
    "StageEntry:E1": _fact("2026-01-10"),
    "StageEntry:E2": _fact("2026-02-10"),
    "StageEntry:E3": _fact("2026-04-01"),
    "StageEntry:E4": _fact("2026-05-10"),
    "Review:V1": _review("2026-02-01"),
    "Review:V0": _review("2026-01-20", "failed"),
    "Review:V2": _review("2026-03-20"),
    "Review:V3": _review("2026-03-10", "waived", reason="试点"),
    "Review:V4": _review("2026-05-01"),
    **{
        f"Review:{m}-{mode}": _review("2026-02-20", mode=mode)
        for m in ("M1", "M2", "M3")
        for mode in ("automatic", "manual")
    },
    "Sync:Y1": _fact("2026-05-02", acknowledged_at=_moment("2026-05-03")),
    "Incident:I1": _fact("2025-06-02", detected_by="monitor"),
    "Incident:I2": _fact("2026-05-05", detected_by="customer"),
    "Incident:I3": _fact("2025-06-01", detected_by="customer"),
    **{f"Assessment:S-{u}": {"assessment_kind": "self", "event_at": _moment("2026-05-04")} for u in ("U0", "U1", "US", "UD")},
    "Complaint:H1": _fact("2026-05-15"),
    **{f"HandlingStep:H1-{n}": _fact(f"2026-05-{15 + n}", step="routed", seq=n) for n in (1, 2, 3)},
    **{
        value(i, month): _fact(f"{after}-01", value=96.0, period_start=f"{month}-01", period_end=f"{after}-01")
        for i in _INDICATORS
        for month, after in pairwise(_MONTHS)
    },
}  # fmt: skip

SUBJECT_LINKS = "\n".join(
    (
        "",
        *(f"Stage:{stage} IN_DOMAIN Domain:D3" for stage in ("T1", "T2", "T3")),
        "Stage:T1 NEXT Stage:T2",
        "Stage:T2 NEXT Stage:T3",
        *(f"ControlPoint:{point} AT Stage:{stage}" for point, (stage, _) in _POINTS.items()),
        "Stage:T2 DETAILED_BY Stage:T1",
        *(
            f"ControlPoint:{point} {link}"
            for point in _POINTS
            for link in (
                "GOVERNED_BY Policy:rules", "GOVERNED_BY Policy:flow", "EMBEDDED_IN System:Y", "WATCHED_BY Monitor:N",
                f"MEASURED_BY Indicator:K{point}",
            )
        ),
        "Indicator:KR1 ROLLS_UP_TO Indicator:Q3 0.5",
        "Indicator:KR2 ROLLS_UP_TO Indicator:Q3 0.25",
        "Indicator:KR3 ROLLS_UP_TO Indicator:Q3 0.25",
        "Indicator:Q3 ROLLS_UP_TO Indicator:X2 1",
        *(f"Target:T-{i} OF Indicator:{i}" for i in ("KR1", "KR2", "KR3", "Q3", "X2")),
        *(
            f"Gate:{gate} {link}"
            for gate, (_, stage, point) in _GATES.items()
            for link in (f"GUARDS Stage:{stage}", f"CHECKS ControlPoint:{point}")
        ),
        *(
            f"Assignment:{gate}-{part}"
            for gate in _GATES
            for part in (
                f"acc FOR Gate:{gate}", "acc HELD_BY Owner:gus", "acc DEPUTY Owner:fay", f"part FOR Gate:{gate}",
                "part HELD_BY OrgUnit:U1",
            )
        ),
        "OrgUnit:UD PART_OF OrgUnit:U0",
        *(
            f"Assignment:{role}-UD {link}"
            for role in ("head", "team", "liaison")
            for link in ("FOR OrgUnit:UD", "HELD_BY Owner:eva")
        ),
        "Owner:fay BELONGS_TO OrgUnit:UD",
        "Owner:gus BELONGS_TO OrgUnit:US",
        *(
            f"Assignment:{a} {link}"
            for a, owner, deputy in (("AR1", "fay", "gus"), ("AR2", "gus", "fay"))
            for link in ("FOR Domain:D3", f"HELD_BY Owner:{owner}", f"DEPUTY Owner:{deputy}")
        ),
        *(f"Assignment:F-{f} {link}" for f in FUNCTIONS for link in ("FOR Product:PR1", "HELD_BY OrgUnit:US")),
        "Assignment:M1-hq FOR Campaign:M1",
        "Assignment:M1-hq HELD_BY Owner:fay",
        "Assignment:M1-us FOR Stage:T1",
        "Assignment:M1-us WITHIN Campaign:M1",
        "Assignment:M1-us FOR Campaign:M3",
        "Assignment:M1-us HELD_BY OrgUnit:US",
        "Assignment:M-u1 FOR Campaign:M1",
        "Assignment:M-u1 FOR Campaign:M2",
        "Assignment:M-u1 HELD_BY OrgUnit:U1",
        "OrgUnit:U0 MUST_SYNC OrgUnit:US",
        "Milestone:MS2 FOR OrgUnit:U1",
        "Category:C9 CHILD_OF Category:C8",
        "Category:C9 POINTS_TO ControlPoint:R1 0.8",
        "Channel:CH1 RUN_BY OrgUnit:U1",
        "OrgUnit:U1 MAY_DO Permission:PM",
        "Permission:PM SETTLES Category:C8",
        # subjects
        "Product:PR1 RUN_BY OrgUnit:US",
        "Product:PR1 RULED_BY Policy:flow",
        "Campaign:M1 RUN_BY OrgUnit:U0",
        "Campaign:M1 LANDS_IN OrgUnit:U1",
        "Campaign:M1 PROMOTES Product:PR1",
        "Campaign:M2 RUN_BY OrgUnit:U1",
        "Campaign:M3 RUN_BY OrgUnit:US",
        "Campaign:M3 PROMOTES Product:PR1",
        "Campaign:M4 RUN_BY OrgUnit:U0",
        # facts
        *(
            f"StageEntry:{entry} {link}"
            for entry, stage, subject in (("E1", "T1", "Product:PR1"), ("E2", "T2", "Product:PR1"), ("E3", "T3", "Product:PR1"),
                                          ("E4", "T2", "Campaign:M1"))
            for link in (f"OF Stage:{stage}", f"ON {subject}")
        ),
        *(
            f"Review:{review} {link}"
            for review, gate, subject in (("V0", "GS", "Product:PR1"), ("V1", "GS", "Product:PR1"), ("V2", "GX", "Product:PR1"),
                                          ("V3", "GX", "Product:PR1"), ("V4", "GP", "Campaign:M1"))
            for link in (f"OF Gate:{gate}", f"ON {subject}")
        ),
        "Review:V3 BY Owner:ben",
        *(
            f"Review:{m}-{mode} {link}"
            for m in ("M1", "M2", "M3")
            for mode in ("automatic", "manual")
            for link in ("OF ControlPoint:R2", f"ON Campaign:{m}")
        ),
        "Sync:Y1 FROM OrgUnit:US",
        "Sync:Y1 TO OrgUnit:U0",
        "Sync:Y1 ON Campaign:M1",
        "Incident:I1 AFFECTS OrgUnit:U1",
        "Incident:I2 AFFECTS OrgUnit:U1",
        "Incident:I3 AFFECTS OrgUnit:U1",
        *(f"Assessment:S-{u} FOR OrgUnit:{u}" for u in ("U0", "U1", "US", "UD")),
        "Complaint:H1 IN_CATEGORY Category:C9",
        "Complaint:H1 RAISED_VIA Channel:CH1",
        *(
            f"HandlingStep:H1-{n} {link}"
            for n, by, to in ((1, "OrgUnit:U0", "OrgUnit:U1"), (2, "OrgUnit:U1", "OrgUnit:US"), (3, "Owner:gus", "OrgUnit:U0"))
            for link in ("OF Complaint:H1", f"BY {by}", f"TO {to}")
        ),
        *(f"{value(i, month)} OF Indicator:{i}" for i in _INDICATORS for month in _MONTHS[:-1]),
    )
)  # fmt: skip
