"""What a complaint's words say: spelling, templates, gaps, denial, precedence, abstention."""

from __future__ import annotations

import math
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.errors import InputError
from queries.texts import LexiconTerm, TextAnchorer
from queries.texts.lexicon import NO_INTERNAL_CAUSE, Lexicon
from queries.texts.normalise import Normaliser
from queries.texts.rules import load_rules

RULES = load_rules()
TERMS = (
    LexiconTerm("没…提醒", "CP21", 0.65, "neg"), LexiconTerm("未提醒", "CP21", 0.65, "neg"), LexiconTerm("提醒", "CP21", 0.25, "neu"),
    LexiconTerm("乱扣费", "CP37", 0.6, "neg"), LexiconTerm("扣费", "CP37", 0.25, "neu"), LexiconTerm("没…同意", "CP27", 0.65, "neg"),
    LexiconTerm("没信号", "NW-01", 0.6, "neg"), LexiconTerm("服务态度", "D3-04", 0.65, "neg"), LexiconTerm("断网", "NW-02", 0.6, "neg"),
    LexiconTerm("诈骗电话", NO_INTERNAL_CAUSE, 0.65, "ext"), LexiconTerm("营销电话", "CP25", 0.6, "neg"), LexiconTerm("退…不掉/不了", "CP29", 0.6, "neg"),
    LexiconTerm("到账", "CP30", 0.4, "neg"), LexiconTerm("充值…没到账", "CP40", 0.7, "neg"), LexiconTerm("<权益>…没到", "CP30", 0.6, "neg"),
)  # fmt: skip
READER = TextAnchorer(TERMS, RULES, {"网速慢": {"CP34": 0.4, "NW-03": 0.2}})


def points(text: str) -> list[str]:
    return list(READER.probabilities(text).probabilities)


@pytest.mark.parametrize(
    ("text", "point"),
    [
        ("到期没有任何提醒就续费了", "CP21"), ("到期沒有提醒", "CP21"), ("到期 未 提醒", "CP21"), ("到期未曾给我提醒", "CP21"),
        ("亂扣費", "CP37"), ("乱　扣 费", "CP37"), ("退了八天都退不掉", "CP29"), ("退了八天都退不了", "CP29"),
        ("送的红包一直没到", "CP30"), ("收訊不好，家裡沒信號", "NW-01"),
    ],
)  # fmt: skip
def test_one_spelling_finds_the_term_however_it_is_written(text: str, point: str) -> None:
    assert points(text)[0] == point


@pytest.mark.parametrize(
    "text",
    [
        "没有人给我打过电话，也谈不上提醒", "没收到。提醒", "我需要提醒", "普通一句话", "", "扣费", "？！", "没一二三四五六七八九提醒",
        "没有乱扣费", "不是没信号，是别的", "服务态度很好", "服务态度倒是挺好的", "并不是乱扣费",
    ],
)  # fmt: skip
def test_topics_denials_praise_and_too_wide_gaps_do_not_anchor(text: str) -> None:
    assert READER.probabilities(text).abstains


@pytest.mark.parametrize("text", ["是不是乱扣费", "你们这不是乱扣费吗", "有没有乱扣费你们自己查"])
def test_a_question_is_no_denial(text: str) -> None:
    assert points(text) == ["CP37"]


def test_the_longest_match_wins_over_what_lies_inside_it() -> None:
    reading = READER.probabilities("昨天充值一百没到账")
    assert [said.term for said in reading.evidence] == ["充值…没到账"]
    assert list(reading.probabilities) == ["CP40"]


def test_what_is_said_before_a_but_counts_less() -> None:
    plain = READER.probabilities("家里没信号，另外乱扣费").probabilities
    conceded = READER.probabilities("家里没信号，但是乱扣费").probabilities
    assert conceded["CP37"] > plain["CP37"]
    assert conceded["NW-01"] < plain["NW-01"]


def test_no_consent_comes_before_the_fee() -> None:
    both = READER.probabilities("没经我同意，还乱扣费").probabilities
    assert next(iter(both)) == "CP27"
    assert both["CP27"] > 2 * both["CP37"]


def test_words_that_point_outside_are_kept_apart() -> None:
    reading = READER.probabilities("天天接到诈骗电话")
    assert reading.no_internal_cause > 0.5
    assert not reading.probabilities


def test_a_category_named_in_the_text_speaks_for_its_points() -> None:
    reading = READER.probabilities("分类：网速慢")
    assert list(reading.probabilities) == ["CP34", "NW-03"]
    assert {said.term for said in reading.evidence} == {"网速慢"}


def test_the_evidence_is_the_words_as_written() -> None:
    (said,) = READER.probabilities("到期沒有給我提醒").evidence
    assert said.words == "沒有…提醒"


def test_templates_are_taken_out_and_the_form_is_told() -> None:
    order = "受理渠道：热线断网；活动名称：乱扣费专项；投诉内容：家里没信号。请核实处理"
    reading = READER.probabilities(order)
    assert reading.form == "投诉工单"
    assert list(reading.probabilities) == ["NW-01"]
    assert READER.probabilities("【受理渠道】热线断网【客户诉求】家里没信号").form == "投诉工单"
    assert points("【受理渠道】热线断网【客户诉求】家里没信号") == ["NW-01"]
    assert points("【老客户专享】没有乱扣费，立即办理！用户称家里断网") == ["NW-02"]


def test_rules_come_from_a_file_and_faults_name_the_field(tmp_path: Path) -> None:
    file = tmp_path / "rules.yaml"
    shipped = (Path(__file__).parents[2] / "queries" / "texts" / "reading.yaml").read_text(encoding="utf-8")
    file.write_text(shipped.replace("请核实处理\n", "请看看\n"), encoding="utf-8")
    assert "请看看" in load_rules(file).phrases
    file.write_text(shipped.replace("conceded: 0.5", "conceded: 5"), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_rules(file)
    assert caught.value.where.field == "numbers.conceded"


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.text(alphabet="没有提醒乱扣费断网同意，。！不是但退掉了充值到账【】：\n a１沒", max_size=40))
def test_shares_sum_to_one_and_words_stand_in_the_text(text: str) -> None:
    reading = READER.probabilities(text)
    total = math.fsum(reading.probabilities.values()) + reading.no_internal_cause + reading.elsewhere
    assert total == pytest.approx(1)
    for said in reading.evidence:
        assert all(piece in text for piece in said.words.split("…"))
    assert reading == READER.probabilities(text)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.text(alphabet="没有提醒乱扣费断网。退掉了充值到账", max_size=25))
def test_matches_equal_a_plain_search(text: str) -> None:
    """Every plain term is found exactly where ``in`` finds it, unless a longer match of at least its weight covers it."""
    normalise = Normaliser({})
    plain = [term for term in TERMS if "…" not in term.text and "<" not in term.text]
    spelt = normalise(text)
    for term in plain:
        alone = Lexicon([term], normalise).matches(spelt)
        assert bool(alone) == (normalise(term.text).text in spelt.text)


def test_hostile_text_costs_little() -> None:
    rng = random.Random(7)
    long = "".join(rng.choice("没提醒退不掉充值，【：") for _ in range(20_000))
    assert READER.probabilities(long) == READER.probabilities(long)


def test_a_customers_terms_replace_shipped_ones() -> None:
    own = TextAnchorer((*TERMS, LexiconTerm("断网", "NW-02", 0.05, "neg")), RULES)
    assert own.probabilities("断网").abstains


def test_a_class_nobody_declared_is_refused() -> None:
    with pytest.raises(InputError, match="unknown class <nope>"):
        TextAnchorer([LexiconTerm("<nope>坏了", "CP31", 0.5, "neg")], RULES)
