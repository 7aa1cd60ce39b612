"""Responsibility defaults as rules: conditions in the closed list, one holder each, FOR what they cover."""

from __future__ import annotations

import pytest

from graph.records import Record, Ref
from graph.rules import read_condition, unreadable_condition
from ingest.catalogue import records
from ingest.catalogue.rules import conditions


@pytest.fixture(scope="module")
def rules() -> dict[str, Record]:
    return {item.node.id: item for item in records(False) if item.node is not None and item.node.kind == "Rule"}


@pytest.mark.parametrize(
    ("text", "when"),
    [
        ("none", ()),
        ("campaign.tier=national", ("campaign.tier=national",)),
        ("product.segment in (C,H,N)", ("product.segment in consumer|home|new",)),
        ("product.segment=B", ("product.segment=business",)),
        ("product.is_network=true", ("product.network=true",)),
        ("product.run_by.class=产品支撑类", ("runner.build_class=product_support",)),
        ("unit.class=主战", ("unit.build_class=fighting",)),
        (
            "campaign.tier=provincial AND campaign.promotes.run_by.kind=specialised",
            ("campaign.tier=provincial", "campaign.promotes_specialised=true"),
        ),
        (
            "campaign.tier=national AND complaint.province!=null",
            ("campaign.tier=national", "complaint.has_unit=true"),
        ),
        (
            "campaign.tier=specialised AND channel.operator.kind=province",
            ("campaign.tier=specialised", "channel.operator_tier=province"),
        ),
        (
            "indicator.domain in (D1,D2) AND product.segment=B",
            ("indicator.domain in D1|D2", "product.segment=business"),
        ),
    ],
)
def test_a_condition_is_translated(text: str, when: tuple[str, ...]) -> None:
    assert conditions(text) == when
    assert [unreadable_condition(condition) for condition in when] == [None] * len(when)


def test_an_unknown_condition_is_not_guessed() -> None:
    with pytest.raises(ValueError, match="weather"):
        conditions("weather=rain")


def test_every_condition_is_on_the_closed_list(rules: dict[str, Record]) -> None:
    assert len(rules) == 56
    for item in rules.values():
        assert item.node is not None
        for condition in item.node.props.get("when", ()):  # type: ignore[union-attr]
            assert unreadable_condition(condition) is None
            assert read_condition(condition) is not None


def test_a_rule_is_held_by_a_unit_or_by_whoever_the_case_tells(rules: dict[str, Record]) -> None:
    units = {item.node.ref for item in records(False) if item.node is not None and item.node.kind == "OrgUnit"}
    for item in rules.values():
        assert item.node is not None
        held = [edge.target for edge in item.edges if edge.type == "HELD_BY"]
        assert len(held) == (item.node.props["holder"] == "unit"), item.node.id
        assert set(held) <= units
    assert rules["RD-001"].node.props["holder"] == "headquarters_line"  # type: ignore[union-attr]
    assert rules["RD-005"].node.props["holder"] == "landing"  # type: ignore[union-attr]
    assert [e.target.id for e in rules["RD-041"].edges if e.type == "HELD_BY"] == ["O16-1"]


@pytest.mark.parametrize(
    ("rule", "targets"),
    [
        ("RD-005", {Ref("ControlPoint", p) for p in ("CP23", "CP27", "CP28", "CP29", "CP30")}),
        ("RD-015", {Ref("Stage", s) for s in ("D3-S1", "D3-S2", "D3-S3")}),
        ("RD-064", {Ref("Domain", "D3")}),
        ("RD-073", {Ref("Indicator", "KPI01")}),
        ("RD-080", {Ref("System", f"S{n:02}") for n in range(1, 18)}),
    ],
)
def test_a_rule_is_for_what_it_covers(rules: dict[str, Record], rule: str, targets: set[Ref]) -> None:
    assert {edge.target for edge in rules[rule].edges if edge.type == "FOR"} == targets


def test_an_indicator_rule_names_the_indicators_of_its_domains_only(rules: dict[str, Record]) -> None:
    domain3 = {edge.target.id for edge in rules["RD-071"].edges if edge.type == "FOR"}
    assert {"KCI16", "KQI14", "KCIx12"} <= domain3
    assert not domain3 & {"KCI01", "KQI08", "KPI02"}


def test_no_rule_is_empty(rules: dict[str, Record]) -> None:
    assert [name for name, item in rules.items() if not any(edge.type == "FOR" for edge in item.edges)] == []
