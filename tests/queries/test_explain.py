"""The paragraph: what it says, in both languages, and that no sentence outlives its fact."""

from __future__ import annotations

import re

import pytest

from graph.case import NO_EPISODES
from tests.queries.conftest import counted

M = "Campaign:M1"


def told_world(world, without=()):
    """A complaint with every fact the paragraph can tell, less some."""

    def given(fact):
        return fact not in without

    world.stage("S1", "D", 1, name="营销上线", name_en="Campaign go-live").stage(
        "S2", "D", 2, name="业务使用", name_en="Use"
    )
    world.node("Domain:D", name="消费使用过程", name_en="Consumption")
    world.point("CP23", "S1", name="上线配置一致性", name_en="Launch configuration").point(
        "CP37", "S2", name="计费准确性", name_en="Charging accuracy"
    )
    world.points_to("K", {"CP37": 0.75, "CP23": 0.05}).node("Category:K", name="月费不符", name_en="Monthly fee")
    world.caused_by("CP37", {"CP23": 1}).node("Gate:RG", name="上线审核", name_en="Launch audit")
    world.node("OrgUnit:P", name="甲省公司", name_en="Province A").node(
        "Owner:o1", name="张某", name_en="Ms Zhang"
    ).node("Owner:o2", name="李某", name_en="Mr Li")
    world.edge("BELONGS_TO", "Owner:o1", "OrgUnit:P").subject(M, name="校园套餐", name_en="Campus plan", run_by=("P",))
    if given("gate"):
        world.gate("RG", "S1", ["CP23"])
    if given("review"):
        world.review(M, "ControlPoint:CP23", "waived", "2026-02-01")
    world.kci("CP23", "KCI7", name="配置一致率", name_en="Configuration match").kci("CP37", "KCI9", name="计费差错")
    if given("measurement"):
        world.value("KCI7", 91.257, "2026-02-01", "2026-03-01", on=M)
    if given("other measurement"):
        world.value("KCI9", 90, "2026-02-01", "2026-03-01", on=M)
    if given("roll-up"):
        world.edge("ROLLS_UP_TO", "Indicator:KCI7", "Indicator:KQI8", weight=1.0, basis="default").node(
            "Indicator:KQI8", level="KQI", name="资费匹配"
        )
    if given("owner"):
        world.assign("a", "Owner:o1", ["ControlPoint:CP23"], held={"valid_to": "2026-03-01"})
        world.edge("HELD_BY", "Assignment:a", "Owner:o2", valid_from="2026-03-01")
    received = ["OrgUnit:P"] if given("received_by") else []
    world.points_to("K2", {"CP37": 0.5})
    earlier = counted({"K2": 12}, {"K2": 13, "K3": 50}) if given("history") else NO_EPISODES
    return world, world.case(about=[M], received_by=received, home=["P"], episodes=earlier)


FACTS = {
    "review": ("评审结论为豁免", "was reviewed on 2026-02-01: waived"),
    "measurement": ("“配置一致率”（KCI7）（2026-02-01 – 2026-03-01）为 91.26，目标 98，红", "stood at 91.26 in 2026-02-01 – 2026-03-01 against a target of 98: red"),
    "other measurement": ("途中另有控制点也有失效迹象：“计费准确性”（CP37）", "show signs of failure too: “Charging accuracy” (CP37)"),
    "gate": ("最早应拦住它的评审点是“上线审核”（RG）", "The earliest gate that should have caught it is “Launch audit” (RG)"),
    "roll-up": ("“资费匹配”（KQI8）", "Indicators it bears on"),
    "owner": ("当时（2026-02-01）的责任方：甲省公司“张某”（o1）", "Answerable then (2026-02-01): “Ms Zhang” (o1) of Province A"),
    "history": ("此前 90 天营销案“校园套餐”（M1）共有投诉 12 起，约 12 起落在“计费准确性”（CP37）", "12 complaints were about campaign “Campus plan” (M1); about 12 of them fall on"),
    "received_by": ("首问负责方与当前处理方都是“甲省公司”（P）", "First contact and current handler: “Province A” (P)"),
}  # fmt: skip


def test_a_named_answer_is_told_in_full(world, ask):
    text = ask(*told_world(world)).explanation
    for zh, en in FACTS.values():
        assert zh in text.zh
        assert en in text.en
    assert text.zh.startswith("投诉 C1（2026-03-15）涉及营销案“校园套餐”（M1），分类为“月费不符”（K）。")
    assert text.en.startswith(
        "Complaint C1 of 2026-03-15 is about campaign “Campus plan” (M1) and falls under “Monthly fee” (K)."
    )
    assert (
        "最先失效的是控制点“上线配置一致性”（CP23）（在“消费使用过程”（D）·“营销上线”（S1）），对象为营销案“校园套餐”（M1），概率 "
        in text.zh
    )
    assert "现在（2026-06-30）：“李某”（o2）" in text.zh
    assert "假设值（版本 assumed-1），未经校准；所用链路中有" in text.zh
    assert "assumed numbers (version assumed-1) and are not calibrated" in text.en


@pytest.mark.parametrize("fact", FACTS)
def test_no_sentence_outlives_its_fact(new_world, ask, fact):
    text = ask(*told_world(new_world(), without=(fact,))).explanation
    zh, en = FACTS[fact]
    assert zh not in text.zh
    assert en not in text.en
    for other in {"review", "measurement"} - {fact}:  # the rest stands
        assert FACTS[other][0] in text.zh


def test_figures_in_the_paragraph_are_those_of_the_answer(world, ask):
    answer = ask(*told_world(world))
    share = f"{answer.root.probability * 100:.1f}%"
    assert f"概率 {share}" in answer.explanation.zh
    assert f"with probability {share}" in answer.explanation.en


@pytest.mark.parametrize(
    ("points_to", "rate", "zh", "en"),
    [
        ({}, None, "没有起因代码", "there is no cause code"),
        ({"V": 0.2}, None, "模型尚未覆盖的原因", "a cause the maps do not cover"),
        ({"V": 0.42, "W": 0.42}, None, "相差不足以下结论", "too close to call"),
        ({"V": 0.5, "W": 0.3}, None, "证据不足以指认任何一处", "does not suffice"),
        ({"V": 0.1}, 0.8, "结论：非内部原因", "no internal cause, with probability"),
    ],
)
def test_what_is_not_known_is_said_with_its_reason(world, ask, points_to, rate, zh, en):
    world.stage("S1", "D1").stage("S2", "D2").point("V", "S1").point("W", "S2").points_to("K", points_to)
    if rate:
        world.node("Category:K", null_rate=rate)
    answer = ask(world)
    assert answer.root is None
    assert zh in answer.explanation.zh
    assert en in answer.explanation.en
    assert "责任方" not in answer.explanation.zh


def test_a_named_point_without_evidence_says_that_it_has_none(world, ask):
    world.stage("S").point("V", "S").points_to("K", {"V": 0.9})
    assert "没有评审或指标证据" in ask(world).explanation.zh


def test_a_complaint_that_names_nothing_says_so(world, ask):
    answer = ask(world, world.case(categories=[]))
    assert answer.explanation.en.startswith("Complaint C1 of 2026-03-15 names neither a subject nor a category.")


def test_the_paragraph_has_no_leftovers(world, ask):
    text = ask(*told_world(world)).explanation
    for piece in (text.zh, text.en):
        assert not re.search(r"None|\{|\}|。。|\.\.|  |，，|Kind|Ref\(", piece)
