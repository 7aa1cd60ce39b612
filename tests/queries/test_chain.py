"""Step 7: the way from a control point up to satisfaction, alone and in a trace."""

from __future__ import annotations

import pytest

from graph.errors import UnknownId
from queries.chain import chain, chain_above

DAY = "2026-06-30"
M = "Campaign:M"


@pytest.fixture
def chained(world):
    world.stage("S").point("V", "S").points_to("K", {"V": 0.9}).kci("V", "KCI1").kci("V", "KCI2", target=None)
    for lower, upper, weight in (("KCI1", "KQI1", 0.4), ("KCI2", "KQI1", 0.6), ("KQI1", "KPI1", 1.0)):
        world.edge("ROLLS_UP_TO", f"Indicator:{lower}", f"Indicator:{upper}", weight=weight, basis="default")
    world.node("Indicator:KQI1", level="KQI", direction="higher").node(
        "Indicator:KPI1", level="KPI", direction="higher"
    )
    return world.goal("KQI1", 90).subject(M, run_by=("U",))


def test_the_links_with_their_weights_and_basis(chained):
    found = chain(chained.framework(), "V", as_of=DAY)
    assert [link.model_dump(by_alias=True) for link in found.chain][1:4] == [
        {"from": "ControlPoint:V", "to": "Indicator:KCI2", "basis": "default", "weight": None},
        {"from": "Indicator:KCI1", "to": "Indicator:KQI1", "basis": "default", "weight": 0.4},
        {"from": "Indicator:KCI2", "to": "Indicator:KQI1", "basis": "default", "weight": 0.6},
    ]
    assert [(i.id, i.level, i.target) for i in found.indicators] == [
        ("Indicator:KCI1", "KCI", 98), ("Indicator:KCI2", "KCI", None), ("Indicator:KQI1", "KQI", 90), ("Indicator:KPI1", "KPI", None),
    ]  # fmt: skip
    assert "KPI：KPI1" in found.explanation.zh


def test_a_cycle_of_roll_ups_ends(chained):
    chained.edge("ROLLS_UP_TO", "Indicator:KPI1", "Indicator:KCI1", weight=1.0)
    found = chain(chained.framework(), "V", as_of=DAY)
    assert len(found.indicators) == 4
    assert "rollup_cycle" in {gap.kind for gap in found.gaps}


def test_a_point_that_nothing_measures_is_a_gap(world):
    found = chain(world.point("V").framework(), "V", as_of=DAY)
    assert (found.chain, found.indicators) == ((), ())
    assert "control_unmeasured" in {gap.kind for gap in found.gaps}
    assert "没有指标" in found.explanation.zh


def test_an_indicator_that_has_ended_is_left_out(chained):
    chained.node("Indicator:KCI2", valid_to="2026-01-01")
    assert {i.id for i in chain(chained.framework(), "V", as_of=DAY).indicators} == {
        "Indicator:KCI1",
        "Indicator:KQI1",
        "Indicator:KPI1",
    }


def test_an_indicator_tells_what_it_measures_and_the_rest_of_the_way(chained):
    framework = chained.framework()
    found = chain_above(framework, "KCI1", as_of=DAY)
    assert (found.control_point, found.indicator, found.measures) == (None, "Indicator:KCI1", ("ControlPoint:V",))
    whole = chain(framework, "V", as_of=DAY)
    assert found.chain == tuple(link for link in whole.chain if link.from_ in ("Indicator:KCI1", "Indicator:KQI1"))
    assert [i.id for i in found.indicators] == ["Indicator:KQI1", "Indicator:KPI1"]
    assert "衡量控制点：" in found.explanation.zh
    top = chain_above(framework, "KPI1", as_of=DAY)
    assert (top.chain, top.measures) == ((), ())
    assert "no control point directly" in top.explanation.en
    with pytest.raises(UnknownId, match="KCI9"):
        chain_above(framework, "KCI9", as_of=DAY)


def test_an_unknown_point_names_a_near_one(chained):
    with pytest.raises(UnknownId, match="Vv"):
        chain(chained.framework(), "Vv", as_of=DAY)


def test_a_trace_shows_the_latest_values_for_its_subject_and_unit_as_known_at_the_complaint(chained, ask):
    chained.value("KCI1", 90, "2026-02-01", "2026-03-01", on=M).value("KCI1", 99, "2026-03-01", "2026-04-01", on=M)
    chained.value("KQI1", 95, "2026-02-01", "2026-03-01", unit="U").value("KPI1", 7, "2026-02-01", "2026-03-01")
    answer = ask(chained, chained.case(about=[M]))
    assert [(i.id.split(":")[1], i.value, i.target, i.state) for i in answer.indicators] == [
        ("KCI1", 90, 98, "red"), ("KCI2", None, None, None), ("KQI1", 95, 90, "green"), ("KPI1", 7, None, None),
    ]  # fmt: skip
    assert {(link.from_, link.to) for link in answer.chain} >= {
        ("ControlPoint:V", "Indicator:KCI1"),
        ("Indicator:KQI1", "Indicator:KPI1"),
    }
