"""Every kind, property and edge of the design's vocabulary is declared, with its ends: the page copied into a table here.

The table stands in the test so that the check also runs where the design pages are not at hand; where they are,
a second test compares the names in the page with the table, so that neither drifts from the other.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from graph.schema import EDGES, KINDS

PAGE = Path(__file__).resolve().parents[3] / "shared" / "design" / "schema.md"
EVERY_NODE = "id name name_en note note_en basis clause"
PERIOD = "valid_from valid_to"
FACT = "event_at recorded_at"
REASONED = "note note_en confirmed_at confirmed_by confirmed_hash"
HELD_TARGETS = "ControlPoint Stage Domain Gate Indicator Product Campaign Channel System OrgUnit Category"

FRAMEWORK = {
    "Domain": "order gated",
    "Stage": "order customer_step function",
    "ControlPoint": "covers covers_en elements elements_en standard standard_en standard_basis subject_kind quoted full_monitoring stop",
    "Gate": "gate_kind pass_rule required_result required_result_en responsible_role participant_roles process process_en division",
    "Indicator": "level domains family family_en definition definition_en unit period direction external_ref",
    "Target": "value warning",
    "OrgUnit": "tier line build_class",
    "Owner": "party title",
    "Assignment": "role function segments tiers",
    "Rule": "when holder responsible participants priority",
    "Policy": "policy_kind version",
    "System": "capabilities state due",
    "Monitor": "monitor_kind moments",
    "Channel": "channel_kind",
    "Category": "examples regulator_class null_rate",
    "Permission": "action limit batch",
    "Milestone": "predicate due",
}
SUBJECTS = {"Product": "segment network brand key_business", "Campaign": "tier edition starts ends"}
FACTS = {
    "Complaint": "text severity status closed_at escalation_level customer",
    "HandlingStep": "step seq level due reason",
    "Review": "result mode edition reason",
    "Measurement": "value period_start period_end",
    "StageEntry": "",
    "Sync": "direction due acknowledged_at",
    "Incident": "incident_kind detected_by level",
}
RESULTS = {
    "FindingCase": "status due",
    "Measure": "",
    "Verdict": "outcome reason event_at sampled",
    "Assessment": "assessment_kind event_at",
}
CHOICES = {
    ("Stage", "function"): "development operation support sales service",
    ("ControlPoint", "subject_kind"): "product campaign handling",
    ("Gate", "gate_kind"): "stage go_live pre_launch exit periodic permission sampling",
    ("Gate", "pass_rule"): "all_passed majority",
    ("Indicator", "level"): "KCI KQI KPI",
    ("Indicator", "direction"): "higher lower",
    ("OrgUnit", "tier"): "hq province specialised city",
    ("OrgUnit", "build_class"): "fighting product_support market_expansion capability_support",
    ("Owner", "party"): "person role",
    ("Assignment", "role"): "accountable responsible participant reviewer monitor head team liaison",
    ("Rule", "holder"): "unit runner landing home_unit channel_operator receiving_unit headquarters_line",
    ("Policy", "policy_kind"): "regulation process standard",
    ("System", "state"): "has_quality_functions lacks",
    ("Monitor", "monitor_kind"): "dial_test walk_through experience full survey",
    ("Product", "segment"): "consumer home business new",
    ("Product", "key_business"): "none three_brands 5g number_portability",
    ("Campaign", "tier"): "national provincial specialised",
    ("Complaint", "status"): "acknowledged rejected pending held in_progress cancelled closed resolved",
    ("HandlingStep", "step"): "received routed returned handled chased supervised replied closed reopened",
    ("Review", "result"): "passed conditional failed waived",
    ("Review", "mode"): "automatic manual",
    ("Incident", "incident_kind"): "mass_complaint public_opinion group_fault surge",
    ("Incident", "detected_by"): "monitor customer",
    ("Verdict", "sampled"): "random dispute routine",
    ("Assessment", "assessment_kind"): "self peer headquarters",
}
ENDS = {
    "IN_DOMAIN": "Stage > Domain",
    "NEXT": "Stage > Stage",
    "DETAILED_BY": "Stage > Stage",
    "AT": "ControlPoint > Stage",
    "GUARDS": "Gate > Stage",
    "CHECKS": "Gate > ControlPoint",
    "MEASURED_BY": "ControlPoint > Indicator",
    "ROLLS_UP_TO": "Indicator > Indicator",
    "CAUSED_BY": "ControlPoint > ControlPoint",
    "HELD_BY": "Assignment > Owner OrgUnit; Rule > OrgUnit",
    "DEPUTY": "Assignment > Owner",
    "FOR": f"Assignment Rule > {HELD_TARGETS}; Milestone Assessment > OrgUnit",
    "WITHIN": "Assignment > Product Campaign OrgUnit Channel",
    "BELONGS_TO": "Owner > OrgUnit",
    "PART_OF": "OrgUnit > OrgUnit",
    "RUN_BY": "Product Campaign Channel System > OrgUnit",
    "LANDS_IN": "Campaign > OrgUnit",
    "EMBEDDED_IN": "ControlPoint > System",
    "GOVERNED_BY": "ControlPoint > Policy",
    "WATCHED_BY": "ControlPoint > Monitor",
    "RULED_BY": "Channel Product OrgUnit > Policy",
    "MAY_DO": "Channel OrgUnit > Permission",
    "SETTLES": "Permission > Category",
    "PROMOTES": "Campaign > Product",
    "MUST_SYNC": "OrgUnit > OrgUnit",
    "CHILD_OF": "Category > Category",
    "POINTS_TO": "Category > ControlPoint",
    "ABOUT": "Complaint > Product Campaign",
    "IN_CATEGORY": "Complaint > Category",
    "RAISED_VIA": "Complaint > Channel",
    "REPEATS": "Complaint > Complaint",
    "HOME_UNIT": "Complaint > OrgUnit",
    "RECEIVED_BY": "Complaint > Owner OrgUnit",
    "NAMES": "Complaint Verdict > ControlPoint",
    "PART_OF_INCIDENT": "Complaint > Incident",
    "OF": "Target Measurement > Indicator; HandlingStep Verdict > Complaint; Review > Gate ControlPoint; StageEntry > Stage",
    "IN": "Target Measurement > OrgUnit",
    "ON": "Review Verdict > Product Campaign OrgUnit; Measurement > Product Campaign Channel; StageEntry > Product Campaign;"
    " Sync > Campaign Product Incident",
    "BY": "HandlingStep > Owner OrgUnit; Review Verdict > Owner",
    "TO": "HandlingStep > Owner OrgUnit; Sync > OrgUnit",
    "FROM": "Sync > OrgUnit",
    "AFFECTS": "Incident > Product Campaign OrgUnit Channel",
    "ADDRESSES": "Measure > FindingCase",
    "ASSIGNED_TO": "Measure FindingCase > Owner OrgUnit",
}
EDGE_PROPERTIES = {
    **dict.fromkeys(["HELD_BY", "DEPUTY", "BELONGS_TO", "PART_OF"], PERIOD),
    "MEASURED_BY": f"{REASONED} role",
    **dict.fromkeys(["ROLLS_UP_TO", "CAUSED_BY", "POINTS_TO"], f"{REASONED} weight"),
    "MUST_SYNC": "within_hours",
}


def declared(kind: str) -> set[str]:
    """The property names of a kind."""
    return set(KINDS[kind].properties)


@pytest.mark.parametrize(
    ("group", "kinds", "common"),
    [
        ("framework", FRAMEWORK, f"{EVERY_NODE} {PERIOD}"),
        ("subject", SUBJECTS, EVERY_NODE),
        ("fact", FACTS, f"{EVERY_NODE} {FACT}"),
        ("result", RESULTS, EVERY_NODE),
    ],
)
def test_every_kind_of_the_page_is_declared_in_its_group_with_its_properties(
    group: str, kinds: dict[str, str], common: str
) -> None:
    assert [name for name, kind in KINDS.items() if kind.group == group] == list(kinds)
    missing = {
        kind: absent for kind, own in kinds.items() if (absent := set(f"{common} {own}".split()) - declared(kind))
    }
    assert missing == {}


def test_choices_are_those_of_the_page() -> None:
    assert {key: " ".join(KINDS[key[0]].properties[key[1]].choices) for key in CHOICES} == CHOICES


def test_a_complaint_may_say_reported_at_for_event_at() -> None:
    assert "reported_at" in KINDS["Complaint"].properties["event_at"].names


def test_every_edge_of_the_page_is_declared_with_exactly_its_ends_and_properties() -> None:
    def pairs(text: str) -> set[tuple[str, str]]:
        sides = (part.split(">") for part in text.split(";"))
        return {
            (source, target) for sources, targets in sides for source in sources.split() for target in targets.split()
        }

    assert EDGES.keys() == ENDS.keys()
    wrong = {
        name: (edge.ends, pairs(ENDS[name])) for name, edge in EDGES.items() if set(edge.ends) != pairs(ENDS[name])
    }
    assert wrong == {}
    carried = {name: set(edge.properties) - {"basis", "clause"} for name, edge in EDGES.items()}
    assert {name: names for name, names in carried.items() if names} == {
        name: set(names.split()) for name, names in EDGE_PROPERTIES.items()
    }


@pytest.mark.skipif(not PAGE.exists(), reason="the design pages are not beside this repository")
def test_the_table_above_says_what_the_page_says() -> None:
    page = PAGE.read_text(encoding="utf-8")
    framework, rest = page.split("## Framework", 1)[1].split("## Subjects", 1)
    kinds = re.findall(r"^\| (?!kind)(\w+) \|", framework, re.M)
    assert kinds == list(FRAMEWORK)
    assert re.findall(r"^\| (?!kind)(\w+) \|", rest.split("## Results")[0], re.M) == [*SUBJECTS, *FACTS]

    edge_rows = rest.split("## Edges", 1)[1].split("\n\n", 1)[0]
    named = {
        name
        for cell in re.findall(r"^\| ([^|]+) \|", edge_rows, re.M)
        for name in re.findall(r"\b[A-Z]{2}[A-Z_]*\b", cell)
    }
    assert named == set(ENDS)

    words = set(re.findall(r"\w+", page.replace("required_result(_en)", "required_result required_result_en").replace("process(_en)", "process process_en").replace("family(_en)", "family family_en").replace("definition(_en)", "definition definition_en")))  # fmt: skip
    listed = {
        word
        for own in [*FRAMEWORK.values(), *SUBJECTS.values(), *FACTS.values(), *RESULTS.values(), *CHOICES.values()]
        for word in own.split()
    }
    assert listed - words == set()
