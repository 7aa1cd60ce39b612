"""The vocabulary is complete and unambiguous: names, headings, choices, ends and the rules that one row must keep."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator

import pytest

from graph import schema
from graph.rules import RULE_ATTRIBUTES, read_condition, unreadable_condition
from graph.schema import EDGES, KINDS
from graph.schema_types import Property

BASIS = ("plan", "derived", "default", "customer", "learned")


def every_property() -> Iterator[tuple[str, Property]]:
    """Each property with the kind or edge that carries it."""
    for name, declared in [*KINDS.items(), *EDGES.items()]:
        for prop in declared.properties.values():
            yield name, prop


def repeated(names: Iterator[str]) -> list[str]:
    """The names that occur more than once, compared without case."""
    return sorted(name for name, count in Counter(name.casefold() for name in names).items() if count > 1)


def test_kinds_and_edges_have_names_of_their_own_in_both_languages() -> None:
    """A file stem or sheet name says which kind or edge a table holds: none may mean two."""
    names = [name for pair in ((k.name, k.zh) for k in KINDS.values()) for name in pair]
    names += [name for pair in ((e.name, e.zh) for e in EDGES.values()) for name in pair]
    assert repeated(iter(names)) == []


@pytest.mark.parametrize("kind", KINDS)
def test_no_heading_of_a_table_means_two_columns(kind: str) -> None:
    """Properties under all their names and the link columns of a kind share one heading line."""
    headings = [name for p in KINDS[kind].properties.values() for name in {name.casefold() for name in p.names}]
    links = [e for e in EDGES.values() if kind in e.sources]
    headings += [name for edge in links for name in (edge.name, edge.zh)]
    assert repeated(iter(headings)) == []


@pytest.mark.parametrize("edge", EDGES)
def test_no_heading_of_an_edge_table_means_two_columns(edge: str) -> None:
    headings = [name for p in EDGES[edge].properties.values() for name in {name.casefold() for name in p.names}]
    assert repeated(iter([*headings, "from", "to"])) == []


def test_every_choice_has_a_chinese_label_or_is_a_code_of_its_own() -> None:
    """Indicator levels are read as KCI, KQI, KPI in both languages; every other closed list is labelled in full."""
    unlabelled = {(owner, p.name) for owner, p in every_property() if p.choices and len(p.labels) != len(p.choices)}
    assert unlabelled == {("Indicator", "level")}
    doubled = [(o, p.name) for o, p in every_property() if len(set(p.labels)) != len(p.labels)]
    assert doubled == []


def test_every_kind_edge_and_property_is_described_in_both_languages() -> None:
    wrong_kinds = [
        k.name
        for k in KINDS.values()
        if k.zh.isascii() or k.model.about_zh.isascii() or not (k.model.__doc__ or "").strip()
    ]
    wrong_edges = [
        e.name
        for e in EDGES.values()
        if e.zh.isascii() or e.about.zh.isascii() or not e.about.en or not e.about.en.isascii()
    ]
    assert wrong_kinds + wrong_edges == []
    chinese_is_missing = [(owner, p.name) for owner, p in every_property() if p.zh.isascii() or not p.en]
    assert chinese_is_missing == []


def test_ends_are_kinds_and_each_pair_stands_once() -> None:
    for edge in EDGES.values():
        assert {name for end in edge.ends for name in end} <= KINDS.keys(), edge.name
        assert len(set(edge.ends)) == len(edge.ends), edge.name


def test_needed_edges_start_at_the_kind_that_needs_them() -> None:
    needs = {name: kind.model.needs for name, kind in KINDS.items() if kind.model.needs}
    assert needs == {
        "Review": ("OF", "ON"), "StageEntry": ("OF", "ON"), "Measurement": ("OF",), "HandlingStep": ("OF",), "Sync": ("FROM", "TO", "ON"),
    }  # fmt: skip
    assert all(kind in EDGES[edge].sources for kind, edges in needs.items() for edge in edges)


def test_bounds_keep_shares_between_zero_and_one() -> None:
    bounded = {(owner, p.name): (p.ge, p.le) for owner, p in every_property() if p.ge is not None or p.le is not None}
    shares = {
        ("ControlPoint", "stop"),
        ("Category", "null_rate"),
        *((edge, "weight") for edge in ("ROLLS_UP_TO", "CAUSED_BY", "POINTS_TO")),
    }
    assert bounded == dict.fromkeys(shares, (0.0, 1.0)) | {("MUST_SYNC", "within_hours"): (0.0, None)}


def test_the_json_schema_holds_every_kind_edge_and_property_with_its_choices() -> None:
    document = schema.json_schema()
    json.dumps(document)
    assert list(document["$defs"]) == [*KINDS, *EDGES]
    for name, declared in [*KINDS.items(), *EDGES.items()]:
        definition = document["$defs"][name]
        assert set(definition["properties"]) == set(declared.properties)
        assert definition["additionalProperties"] is False
    assert document["$defs"]["Complaint"]["required"] == ["id"]
    level = document["$defs"]["Indicator"]["properties"]["level"]
    assert level["anyOf"][0]["enum"] == ["KCI", "KQI", "KPI"]
    assert document["$defs"]["AT"]["x-ends"] == [["ControlPoint", "Stage"]]


class TestRowRules:
    """What schema.md refuses about one row, beyond the types of its values."""

    @staticmethod
    def reasons(kind: str, **props: object) -> list[str]:
        """The reasons for refusing a row, in English."""
        return [reason.en for check in schema.row_checks(kind) if (reason := check(props)) is not None]  # type: ignore[arg-type]

    @pytest.mark.parametrize("kind", [name for name, kind in KINDS.items() if kind.group == "fact"])
    def test_a_fact_has_a_time_and_is_not_known_before_it_happens(self, kind: str) -> None:
        early, late = "2026-03-01T00:00:00.000000Z", "2026-03-01T00:00:00.000001Z"
        assert self.reasons(kind) != []
        assert self.reasons(kind, event_at=late, recorded_at=early) != []
        assert self.reasons(kind, event_at=early, recorded_at=late) == []
        assert self.reasons(kind, event_at=early, recorded_at=early) == []
        assert self.reasons(kind, event_at=early) == []

    def test_periods_run_forwards(self) -> None:
        when = "2026-03-01T00:00:00.000000Z"
        assert self.reasons("Measurement", event_at=when, period_start="2026-03-01", period_end="2026-02-01") != []
        assert self.reasons("Measurement", event_at=when, period_start="2026-02-01", period_end="2026-03-01") == []
        assert self.reasons("Owner", valid_from="2026-03-01", valid_to="2026-02-01") != []
        assert self.reasons("Owner", valid_from="2026-03-01") == []
        dated = [edge.name for edge in EDGES.values() if edge.dated]
        assert dated == ["HELD_BY", "DEPUTY", "BELONGS_TO", "PART_OF"]
        for name, edge in EDGES.items():
            found = [
                check({"valid_from": "2026-03-01", "valid_to": "2026-02-01"}) for check in schema.edge_checks(edge)
            ]
            assert any(found) == (name in dated)

    def test_a_rule_with_an_unreadable_condition_is_refused(self) -> None:
        assert self.reasons("Rule", when=("product.segment=consumer", "campaign.tier in national|provincial")) == []
        assert self.reasons("Rule", when=("product.segment=consumer", "product.colour=red")) != []


class TestConditions:
    def test_both_forms_are_read(self) -> None:
        assert read_condition("product.segment=consumer") == ("product.segment", ("consumer",))
        assert read_condition(" campaign.tier in national | provincial ") == (
            "campaign.tier",
            ("national", "provincial"),
        )

    @pytest.mark.parametrize("attribute", RULE_ATTRIBUTES)
    def test_every_listed_attribute_takes_its_values_and_no_other(self, attribute: str) -> None:
        allowed = RULE_ATTRIBUTES[attribute] or ("D1",)
        assert unreadable_condition(f"{attribute} in {'|'.join(allowed)}") is None
        other = unreadable_condition(f"{attribute}=other")
        assert (other is None) == (RULE_ATTRIBUTES[attribute] == ())

    @pytest.mark.parametrize(
        "text",
        ["", "product.segment", "product.segment==consumer", "product.segment=a b", "= x", "a in", "__import__('os')"],
    )
    def test_anything_else_is_refused_with_a_reason(self, text: str) -> None:
        reason = unreadable_condition(text)
        assert reason is not None
        assert reason.zh
        assert reason.en

    def test_a_misspelt_attribute_is_answered_with_the_near_one(self) -> None:
        reason = unreadable_condition("product.segmant=consumer")
        assert reason is not None
        assert "product.segment" in reason.zh
        assert "product.segment" in reason.en

    def test_the_choices_of_rule_attributes_are_those_of_the_properties_they_test(self) -> None:
        for attribute, (kind, name) in {
            "product.segment": ("Product", "segment"), "campaign.tier": ("Campaign", "tier"), "channel.operator_tier": ("OrgUnit", "tier"),
            "runner.build_class": ("OrgUnit", "build_class"), "handler.build_class": ("OrgUnit", "build_class"), "unit.build_class": ("OrgUnit", "build_class"),
        }.items():  # fmt: skip
            assert RULE_ATTRIBUTES[attribute] == KINDS[kind].properties[name].choices
