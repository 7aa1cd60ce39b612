"""What the Cypher recipes are tried on beside the plan: the command line's small world, and for each recipe cases to find and to leave."""

from __future__ import annotations

from tests.api.conftest import FAILED_REVIEW, WORLD, complaint, edge, node

DAY = "2026-06-01"
END_OF_DAY = "2026-06-01T15:59:59.999999Z"
"""The last microsecond of the day in Asia/Shanghai."""

_PEOPLE = [
    node("OrgUnit", "P2", name="乙省", tier="province"),
    edge("PART_OF", "OrgUnit:P2", "OrgUnit:HQ"),
    node("Owner", "left", name="已离任", party="person"),
    edge("BELONGS_TO", "Owner:left", "OrgUnit:P1-C1", valid_to="2026-02-01"),
    node("Owner", "ended", name="已撤销", party="role", valid_to="2026-03-01"),
    node("Owner", "moved", name="已调动", party="person"),
    edge("BELONGS_TO", "Owner:moved", "OrgUnit:P1", valid_to="2026-03-01"),
    edge("BELONGS_TO", "Owner:moved", "OrgUnit:P2", valid_from="2026-03-01"),
    node("Assignment", "a-left", role="accountable"),
    edge("FOR", "Assignment:a-left", "ControlPoint:CP20"),
    edge("HELD_BY", "Assignment:a-left", "Owner:left"),
    node("Assignment", "a-ended", role="participant"),
    edge("FOR", "Assignment:a-ended", "Stage:D2-S5"),
    edge("HELD_BY", "Assignment:a-ended", "Owner:ended"),
    node("Assignment", "a-moved", role="reviewer"),
    edge("FOR", "Assignment:a-moved", "Domain:D2"),
    edge("HELD_BY", "Assignment:a-moved", "Owner:moved"),
    edge("DEPUTY", "Assignment:a-moved", "Owner:o1"),
    edge("DEPUTY", "Assignment:a-moved", "Owner:ended"),
    node("Assignment", "a-unit", role="accountable", segments=["consumer", "home"], tiers=["provincial"]),
    edge("FOR", "Assignment:a-unit", "Stage:D2-S5"),
    edge("HELD_BY", "Assignment:a-unit", "OrgUnit:P1"),
    edge("WITHIN", "Assignment:a-unit", "Campaign:M1"),
    node("Assignment", "a-past", role="team", valid_to="2026-01-01"),
    edge("FOR", "Assignment:a-past", "OrgUnit:P1"),
    edge("HELD_BY", "Assignment:a-past", "OrgUnit:P1"),
]


def _review(id_: str, of: str, campaign: str, result: str, day: str, **props: str) -> list[dict[str, object]]:
    return [
        node("Review", id_, result=result, event_at=f"{day}T02:00:00.000000Z", **props),
        edge("OF", f"Review:{id_}", of),
        edge("ON", f"Review:{id_}", f"Campaign:{campaign}"),
    ]


def _campaign(id_: str, starts: str, ends: str) -> list[dict[str, object]]:
    return [
        node("Campaign", id_, name=f"营销案{id_}", starts=starts, ends=ends),
        edge("RUN_BY", f"Campaign:{id_}", "OrgUnit:P1"),
    ]


_CAMPAIGNS = [
    *(line for id_ in ("M-good", "M-bad", "M-mended", "M-none") for line in _campaign(id_, "2026-04-01", "2026-12-31")),
    *_campaign("M-over", "2025-01-01", "2025-12-31"),
    *_campaign("M-later", "2026-09-01", "2026-12-31"),
    *_review("g1", "Gate:RG-09", "M-good", "passed", "2026-03-20"),
    *_review("g2", "Gate:RG-09", "M-bad", "passed", "2026-03-10"),
    *_review("g3", "Gate:RG-09", "M-bad", "failed", "2026-03-20", reason="资费未公示"),
    *_review("g4", "Gate:RG-09", "M-mended", "failed", "2026-03-10"),
    *_review("g5", "Gate:RG-09", "M-mended", "conditional", "2026-03-20"),
    *_review("g6", "Gate:RG-09", "M-none", "passed", "2026-07-01"),  # after the day
    *_review("g7", "Gate:RG-09", "M-later", "failed", "2026-05-20"),  # failed, but not live yet
    node("StageEntry", "e1", event_at="2026-04-02T00:00:00.000000Z"),
    edge("OF", "StageEntry:e1", "Stage:D2-S2"),
    edge("ON", "StageEntry:e1", "Campaign:M-bad"),
    node("Product", "P-1", name="套餐", segment="consumer"),
    edge("PROMOTES", "Campaign:M1", "Product:P-1"),
    edge("LANDS_IN", "Campaign:M1", "OrgUnit:P1-C1"),
    node("Incident", "i1", incident_kind="surge", event_at="2026-03-06T00:00:00.000000Z"),
    edge("AFFECTS", "Incident:i1", "Campaign:M1"),
]

_SYNC = [
    edge("MUST_SYNC", "OrgUnit:P1", "OrgUnit:P2", within_hours=24.0),
    *(
        line
        for id_, campaign, acknowledged in (
            ("y1", "M-good", "2026-04-01T20:00:00.000000Z"),
            ("y2", "M-bad", "2026-04-03T20:00:00.000000Z"),
            ("y3", "M-mended", None),
        )
        for line in (
            node("Sync", id_, event_at="2026-04-01T02:00:00.000000Z", **({"acknowledged_at": acknowledged} if acknowledged else {})),
            edge("FROM", f"Sync:{id_}", "OrgUnit:P1"),
            edge("TO", f"Sync:{id_}", "OrgUnit:P2"),
            edge("ON", f"Sync:{id_}", f"Campaign:{campaign}"),
        )
    ),
]  # fmt: skip


def _steps(complaint_id: str, to: list[str]) -> list[dict[str, object]]:
    lines: list[dict[str, object]] = []
    for seq, ref in enumerate(to, 1):
        id_ = f"{complaint_id}-{seq}"
        lines += [
            node("HandlingStep", id_, step="routed", seq=seq, event_at="2026-03-06T03:00:00.000000Z"),
            edge("OF", f"HandlingStep:{id_}", f"Complaint:{complaint_id}"),
            edge("TO", f"HandlingStep:{id_}", ref),
        ]
    return lines


_HANDLING = [
    *_steps("C001", ["OrgUnit:P1", "OrgUnit:P2", "OrgUnit:P1", "OrgUnit:P2"]),  # two returns
    *_steps("C002", ["OrgUnit:P1", "OrgUnit:P2", "OrgUnit:HQ"]),  # onward only
    *_steps("C003", ["OrgUnit:P2", "OrgUnit:P2"]),  # chased, never away
    *_steps("C004", ["OrgUnit:P2", "OrgUnit:P1", "Owner:moved"]),  # back to P2, where the person belongs by then
]

_CATEGORIES = [
    node("Category", "K-below", name="多收月费"),
    edge("CHILD_OF", "Category:K-below", "Category:K-fee"),
    node("Category", "K-odd-below", name="更说不清"),
    edge("CHILD_OF", "Category:K-odd-below", "Category:K-odd"),
    node("Category", "K-quiet", name="无人投诉"),
]

_COMPLAINTS = [
    *(line for n in range(1, 11) for line in complaint(f"C{n:03}", "K-fee")),
    *complaint("C011", None),
    *complaint("C012", "K-odd"),
    *complaint("C013", "K-below"),
    *complaint("C014", "K-odd-below"),
    *complaint("C015", "K-odd-below"),
    edge("NAMES", "Complaint:C013", "ControlPoint:CP20"),
    node("Complaint", "C016", event_at="2026-02-28T17:00:00.000000Z"),  # already March in Asia/Shanghai
    edge("IN_CATEGORY", "Complaint:C016", "Category:K-fee"),
    node("Complaint", "C017", event_at="2026-02-28T15:00:00.000000Z"),  # still February there
    edge("IN_CATEGORY", "Complaint:C017", "Category:K-fee"),
    edge("IN_CATEGORY", "Complaint:C017", "Category:K-below"),
]

_WATCH = [
    edge("WATCHED_BY", "ControlPoint:CP37", "Monitor:MN-04"),
    edge("EMBEDDED_IN", "ControlPoint:CP37", "System:S17"),
    edge("GOVERNED_BY", "ControlPoint:CP37", "Policy:PL-08"),
]

_CONFIRMED = [
    edge("CAUSED_BY", "ControlPoint:CP37", "ControlPoint:CP20", basis="default", weight=0.35),  # another source says so, too
    edge("POINTS_TO", "Category:A0101", "ControlPoint:CP23", basis="default", weight=0.15,
         confirmed_at="2026-05-01T00:00:00.000000Z"),
]  # fmt: skip

LINES = [
    *WORLD, *FAILED_REVIEW, *_PEOPLE, *_CAMPAIGNS, *_SYNC, *_CATEGORIES, *_COMPLAINTS, *_HANDLING, *_WATCH, *_CONFIRMED,
]  # fmt: skip
"""Graph interchange lines, to be loaded over the plan."""
