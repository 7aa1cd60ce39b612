"""The default maps agree with each other and with the plan: the checks of the design's ``check.py`` on our copy."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from functools import cache
from pathlib import Path

import networkx as nx
import pytest

from ingest.catalogue import NO_INTERNAL_CAUSE, english, lexicon, plan_text, suggestions
from ingest.catalogue.tables import Row, rows

DATA = Path(__file__).resolve().parents[2] / "ingest" / "catalogue"
EMPTY_ALLOWED = {
    "categories": {"parent", "examples_zh"},
    "lexicon": {"notes"},
    "milestones": {"due", "predicate", "note_zh", "note_en"},
    "monitors": {"monitor_kind", "moments", "note_zh", "note_en", "clause_zh"},
    "org_units": {"tier", "line", "build_class"},
    "plan_coverage": {"remaining"},
    "policies": {"clause_zh"},
    "responsibility_defaults": {"covers_control_points"},
    "stages": {"customer_step"},
    "systems": {"capabilities", "due", "note_zh", "note_en"},
    "terms_en": {"code"},
}
CALLED_BY_REFERENCE = {"D2-S6", "D2-S7"}
"""Stages without points and gates of their own: the plan refers to domain 3 and to 退出."""


@cache
def by_code(name: str) -> dict[str, Row]:
    found = {row["code"]: row for row in rows(name)}
    assert len(found) == len(rows(name)), f"{name}: a code stands twice"
    return found


def points() -> set[str]:
    return set(by_code("control_points"))


@pytest.mark.parametrize("path", sorted(DATA.glob("*.csv")), ids=lambda path: path.stem)
def test_every_cell_that_must_be_filled_is(path: Path) -> None:
    table = rows(path.stem)
    assert table, path
    may_be_empty = EMPTY_ALLOWED.get(path.stem, set())
    empty = [
        (row.number, head) for row in table for head, cell in row.cells.items() if not cell and head not in may_be_empty
    ]
    assert empty == []
    assert "�" not in path.read_text(encoding="utf-8")


def test_nothing_looks_like_personal_data() -> None:
    pattern = re.compile(r"1[3-9]\d{9}|[\w.]+@[\w.]+")
    assert [path.name for path in sorted(DATA.glob("*.csv")) if pattern.search(path.read_text(encoding="utf-8"))] == []


def test_every_clause_stands_in_the_plan() -> None:
    for path in sorted(DATA.glob("*.csv")):
        for row in rows(path.stem):
            assert row.get("clause_zh") in plan_text(), (path.name, row.number)


def test_the_names_of_the_plan_stand_in_the_plan() -> None:
    for name in ("domains", "stages", "control_points", "indicators", "permissions"):
        missing = [row["code"] for row in rows(name) if row["basis"] == "plan" and row["name_zh"] not in plan_text()]
        assert missing == [], name


def test_control_points_are_the_plans_43_and_25_of_its_sentences() -> None:
    codes = {f"CP{n:02}" for n in range(1, 41)} | {"CPu1", "CPu2", "CPu3"}
    assert {code for code, row in by_code("control_points").items() if row["basis"] == "plan"} == codes
    assert Counter(row["basis"] for row in rows("control_points")) == {"plan": 43, "plan-derived": 25}
    per_stage = Counter(row["stage"] for row in rows("control_points") if row["quoted"] == "true")
    assert [per_stage[f"D1-S{n}"] for n in range(1, 8)] == [3, 2, 3, 3, 5, 0, 3]
    assert [per_stage[f"D2-S{n}"] for n in range(1, 8)] == [5, 2, 4, 6, 4, 0, 0]
    assert {row["stage"] for row in rows("control_points")} == set(by_code("stages")) - CALLED_BY_REFERENCE


def test_elements_come_in_both_languages() -> None:
    for row in rows("control_points"):
        zh, en = row.many("control_elements_zh"), row.many("control_elements_en")
        assert len(zh) == len(en), row["code"]
        assert 3 <= len(zh) <= 5, row["code"]


def test_a_regulatory_floor_names_its_regulation() -> None:
    for row in rows("control_points"):
        if row["standard_basis"] == "regulation":
            assert re.search(r"监管底线[^)]*：", row["standard_zh"]), row["code"]
            assert re.search(r"floor[^)]*:", row["standard_en"]), row["code"]


def test_indicators_and_their_targets() -> None:
    codes = {f"KCI{n:02}" for n in range(1, 22)} | {f"KQI{n:02}" for n in range(1, 15)} | {"KPI01", "KPI02"}
    assert {code for code, row in by_code("indicators").items() if row["basis"] == "plan"} == codes
    for code, row in by_code("indicators").items():
        assert code.startswith(row["level"])
        target, warning = float(row["target_default"]), float(row["warning_default"])
        assert warning <= target if row["direction"] == "higher" else warning >= target, code
        assert row["unit"] != "%" or 0 <= target <= 100, code


def test_every_point_has_a_primary_kci_and_every_kci_measures_something() -> None:
    indicators = by_code("indicators")
    assert {indicators[row["indicator"]]["level"] for row in rows("measured_by")} == {"KCI"}
    assert {row["control_point"] for row in rows("measured_by") if row["role"] == "primary"} == points()
    kcis = {code for code, row in indicators.items() if row["level"] == "KCI"}
    assert {row["indicator"] for row in rows("measured_by")} == kcis


def test_every_kci_reaches_a_kpi_level_by_level_and_weights_sum_to_one() -> None:
    indicators = by_code("indicators")
    into: dict[str, float] = defaultdict(float)
    up: dict[str, set[str]] = defaultdict(set)
    for row in rows("rolls_up_to"):
        lower, upper = indicators[row["from"]], indicators[row["to"]]
        assert (lower["level"], upper["level"]) in {("KCI", "KQI"), ("KQI", "KPI")}
        if row["basis"] == "plan-family":
            assert lower["basis"] == "plan"
            assert lower["domain"] in upper.many("domain")
        into[row["to"]] += float(row["weight"])
        up[row["from"]].add(row["to"])
    assert {code: round(total, 6) for code, total in into.items()} == dict.fromkeys(into, 1.0)
    assert set(into) == {code for code, row in indicators.items() if row["level"] != "KCI"}
    for code, row in indicators.items():
        if row["level"] == "KCI":
            assert any(up[kqi] for kqi in up[code]), code
        if row["level"] == "KQI":
            assert up[code] == {"KPI01" if int(code[3:]) <= 8 else "KPI02"}, code


def test_causes_are_acyclic_and_ours() -> None:
    graph = nx.DiGraph((row["effect"], row["cause"]) for row in rows("caused_by"))
    assert set(graph) == points()
    assert nx.is_directed_acyclic_graph(graph)
    assert nx.dag_longest_path_length(graph) == 15
    assert {row["basis"] for row in rows("caused_by")} == {"default"}
    assert all(0 < float(row["leak"]) <= 1 for row in rows("caused_by"))
    stage = {code: row["stage"] for code, row in by_code("control_points").items()}
    crossing = [row for row in rows("caused_by") if stage[row["effect"]] != stage[row["cause"]]]
    assert (len(rows("caused_by")), len(crossing)) == (140, 103)


def test_categories_form_a_tree_whose_leaves_point_somewhere() -> None:
    categories = by_code("categories")
    assert Counter(row["level"] for row in categories.values()) == {"1": 13, "2": 44, "3": 143}
    for code, row in categories.items():
        parent = categories.get(row["parent"])
        assert (parent is None) == (row["level"] == "1"), code
        assert parent is None or int(parent["level"]) == int(row["level"]) - 1, code
    leaves = {code for code, row in categories.items() if row["level"] == "3"}
    assert all(len(categories[code]["examples_zh"].split("；")) >= 2 for code in leaves)
    mass: dict[str, float] = defaultdict(float)
    for row in rows("points_to"):
        assert row["control_point"] in points() | {NO_INTERNAL_CAUSE}
        mass[row["category"]] += float(row["weight"])
    assert set(mass) == leaves
    assert max(mass.values()) <= 1 + 1e-9


def test_every_point_is_checked_and_every_stage_guarded() -> None:
    checked = {point for row in rows("gates") for point in row.many("checks")}
    guarded = {stage for row in rows("gates") for stage in row.many("guards")}
    assert checked == points()
    assert guarded == set(by_code("stages")) - {"D2-S6"}
    assert all(row["stage"] in row.many("guards") for row in rows("gates"))
    assert "100%" in by_code("gates")["RG-09"]["required_result"]


def test_every_point_has_one_rule_that_needs_no_condition() -> None:
    stated: dict[str, Counter[str]] = defaultdict(Counter)
    own = set()
    for row in rows("responsibility_defaults"):
        for point in row.many("covers_control_points"):
            assert point in points()
            if row["condition"] == "none":
                stated[point][row["priority"]] += 1
                own |= {point} if row["applies_to_kind"] == "control_point" else set()
    assert own == points()
    assert [point for point, priorities in stated.items() if max(priorities.values()) > 1] == []


def test_suggestions_cover_every_point_with_a_system_a_policy_and_a_monitor() -> None:
    found = defaultdict(set)
    for item in suggestions():
        found[item.edge].add(item.control_point)
        assert item.basis != "plan"  # a pair is never the plan's own word
    assert found == {"EMBEDDED_IN": points(), "GOVERNED_BY": points(), "WATCHED_BY": points()}
    codes = {"System": "systems", "Policy": "policies", "Monitor": "monitors"}
    assert {item.target.id for item in suggestions()} <= {code for name in codes.values() for code in by_code(name)}
    assert {item.target.id for item in suggestions() if item.target.kind == "System"} == set(by_code("systems"))
    for row in rows("embeddings"):  # the names in the two files are the same
        assert english(row["target_kind"], row["target_name_zh"]) == english(row["target_kind"], row["target_code"])


def test_the_lexicon_is_what_the_text_anchor_expects() -> None:
    assert len(lexicon()) == 600
    assert sum(term.gapped for term in lexicon()) == 115
    assert len({(term.text, term.control_point) for term in lexicon()}) == 600
    for term in lexicon():
        assert term.gapped == ("…" in term.text), term
        assert 0 < term.weight <= 1
        assert (term.polarity == "ext") == (term.control_point == NO_INTERNAL_CAUSE), term
        assert term.control_point in points() | {NO_INTERNAL_CAUSE}


def test_the_five_perception_moments_are_the_plans() -> None:
    assert by_code("monitors")["MN-05"].many("moments") == ("promotion", "order", "use", "pay", "unsubscribe")


def test_english_exists_for_every_recurring_word() -> None:
    for row in rows("indicators"):
        assert english("family", row["family_zh"])
        assert row["unit"] in ("%", "ms") or english("unit", row["unit"])
    for row in rows("channels"):
        assert english("channel_kind", row["kind_zh"])
    for row in rows("categories"):
        assert english("regulator_class", row["regulator_class"])
    with pytest.raises(KeyError):
        english("unit", "光年")


def test_predicates_come_from_the_closed_list() -> None:
    pattern = re.compile(r"no_findings:[a-z_]+|assessed|system_state")
    assert all(pattern.fullmatch(row["predicate"]) for row in rows("milestones") if row["predicate"])
