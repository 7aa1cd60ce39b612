"""Repeats: the rule against a plain reading of it, in step with the data, never against other sources; near copies of texts."""

from __future__ import annotations

import random
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as bounded
from hypothesis import strategies as st

from graph.errors import Where
from graph.records import EdgeRow, NodeRow, Record, Ref
from graph.store import Store
from ingest.pipeline import load
from ingest.repeats import SOURCE, link_repeats
from ingest.repeats_similar import runs_of, similar_texts

Load = Callable[..., None]


def complaint(id_: str, day: int, customer: str, *categories: str, text: str = "", repeats: str = "") -> Record:
    props: dict[str, str] = {"event_at": f"2026-01-{day:02}T00:00:00.000000Z"}
    props |= {name: value for name, value in (("customer", customer), ("text", text)) if value}
    ref = Ref("Complaint", id_)
    edges = [EdgeRow("IN_CATEGORY", ref, Ref("Category", name), {}, ("desk",)) for name in categories]
    edges += [EdgeRow("REPEATS", ref, Ref("Complaint", repeats), {}, ("desk",))] if repeats else []
    return Record(NodeRow("Complaint", id_, props, ("desk",)), tuple(edges), Where())


@pytest.fixture
def desk(store: Store) -> Load:
    def run(*records: Record) -> None:
        categories = [Record(NodeRow("Category", name, {}, ("desk",)), (), Where()) for name in "KLM"]
        report = load(store, [*categories, *records], source="desk", replace=True)
        assert report.total.refused == 0

    return run


def linked(store: Store) -> set[tuple[str, str]]:
    return {(edge.source.id, edge.target.id) for edge in store.edges("REPEATS") if edge.sources == (SOURCE,)}


def test_the_same_customer_in_the_same_category_within_the_days(store: Store, desk: Load) -> None:
    desk(
        complaint("a", 1, "u", "K"), complaint("b", 8, "u", "K", "L"), complaint("c", 20, "u", "L"), complaint("d", 21, "u", "M"),
        complaint("e", 9, "v", "K"), complaint("f", 10, "", "K"),
    )  # fmt: skip
    report = link_repeats(store, days=7)
    assert linked(store) == {("b", "a")}
    assert report.total.added == 1
    link_repeats(store, days=12)
    assert linked(store) == {("b", "a"), ("c", "b")}


def test_again_changes_nothing_and_what_no_longer_holds_is_withdrawn(store: Store, desk: Load) -> None:
    desk(complaint("a", 1, "u", "K"), complaint("b", 2, "u", "K"))
    link_repeats(store)
    again = link_repeats(store)
    assert (again.total.added, again.total.changed, again.removed) == (0, 0, {})
    desk(complaint("a", 1, "u", "K"), complaint("b", 2, "u", "L"))  # it was in another category after all
    dry = link_repeats(store, dry_run=True)
    assert (dry.removed, linked(store)) == ({"REPEATS": 1}, {("b", "a")})
    assert link_repeats(store).removed == {"REPEATS": 1}
    assert linked(store) == set()


def test_what_another_source_states_stands_and_no_circle_is_made(store: Store, desk: Load) -> None:
    desk(complaint("a", 1, "u", "K", repeats="c"), complaint("b", 2, "u", "K"), complaint("c", 3, "u", "K"))
    report = link_repeats(store)
    said = {note.en for note in report.notes}
    assert linked(store) == {("b", "a")}  # c → b would lead round: b → a → c
    assert any("circle" in note for note in said)
    assert [(e.source.id, e.target.id) for e in store.edges("REPEATS") if e.sources == ("desk",)] == [("a", "c")]


def test_bare_masks_are_nobody(store: Store, desk: Load) -> None:
    desk(
        complaint("a", 1, "〔手机号〕", "K"),
        complaint("b", 2, "〔手机号〕", "K"),
        complaint("c", 1, "〔手机号abcdefg〕", "K"),
        complaint("d", 2, "〔手机号abcdefg〕", "K"),
    )
    link_repeats(store)
    assert linked(store) == {("d", "c")}


CASES = st.lists(
    st.tuples(st.integers(1, 28), st.sampled_from("uv"), st.sets(st.sampled_from("KL"), min_size=1)),
    min_size=1,
    max_size=9,
)


@bounded(max_examples=40, derandomize=True, deadline=None)
@given(cases=CASES, days=st.integers(0, 20))
def test_against_a_plain_reading_of_the_rule(
    cases: list[tuple[int, str, set[str]]], days: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    from graph.stores import open_store

    store = open_store(f"sqlite:///{tmp_path_factory.mktemp('plain')}/s.db", create=True)
    store.initialise()
    rows = [(f"c{n}", day, customer, categories) for n, (day, customer, categories) in enumerate(cases)]
    categories = [Record(NodeRow("Category", name, {}, ("desk",)), (), Where()) for name in "KL"]
    load(
        store,
        [*categories, *(complaint(id_, day, customer, *sorted(names)) for id_, day, customer, names in rows)],
        source="desk",
    )
    link_repeats(store, days=days)
    expected = set()
    for id_, day, customer, names in rows:
        earlier = [
            (d, i) for i, d, c, n in rows if c == customer and n & names and (d, i) < (day, id_) and day - d <= days
        ]
        if earlier:
            expected.add((id_, max(earlier)[1]))
    found = linked(store)
    store.close()
    assert found == expected


# ── texts ─────────────────────────────────────────────────────────────────────────────────────────
WORDS = [
    "话费",
    "套餐",
    "宽带",
    "流量",
    "扣费",
    "投诉",
    "客服",
    "营业厅",
    "合约",
    "退订",
    "短信",
    "漫游",
    "信号",
    "停机",
    "充值",
    "发票",
    "积分",
    "携号",
    "转网",
    "光猫",
    "安装",
    "迁移",
    "故障",
    "网速",
    "提醒",
]


def sentence(chance: random.Random, words: int = 30) -> str:
    return "".join(chance.choice(WORDS) + chance.choice("我你他的了在是，。") for _ in range(words))


def test_near_copies_are_proposed_and_nothing_is_written(store: Store, desk: Load) -> None:
    chance = random.Random(3)
    texts = {f"t{n:03}": sentence(chance) for n in range(120)}
    texts["x1"] = texts["t000"] + "谢谢！"
    texts["x2"] = " ".join(texts["t001"]).upper()  # blanks between the characters are nothing
    texts["x3"] = texts["t002"][:10]  # too short to say anything
    desk(*(complaint(id_, 1, "", "K", text=text) for id_, text in texts.items()))
    before = store.revision()
    found = similar_texts(store, likeness=0.8)
    assert [(pair.first, pair.second) for pair in found] == [("t001", "x2"), ("t000", "x1")]
    assert found[0].likeness == 1.0
    assert store.revision() == before


def test_likeness_is_the_share_of_runs_in_common(store: Store, desk: Load) -> None:
    chance = random.Random(5)
    base = [sentence(chance, 60) for _ in range(25)]
    texts: dict[str, str] = {}
    for number, text in enumerate(base):
        texts[f"a{number:02}"] = text
        texts[f"b{number:02}"] = text[: len(text) * 9 // 10] + sentence(chance, 2)
    desk(*(complaint(id_, 1, "", "K", text=text) for id_, text in texts.items()))
    found = {(pair.first, pair.second): pair.likeness for pair in similar_texts(store, likeness=0.7)}
    ids = sorted(texts)
    expected = {}
    for at, first in enumerate(ids):
        for second in ids[at + 1 :]:
            mine, other = set(runs_of(texts[first]).tolist()), set(runs_of(texts[second]).tolist())
            alike = len(mine & other) / len(mine | other)
            if alike >= 0.7:
                expected[first, second] = round(alike, 9)
    assert len(expected) >= 20
    assert found == expected


def test_a_form_sent_a_thousand_times_does_not_make_a_million_pairs(store: Store, desk: Load) -> None:
    form = sentence(random.Random(9))
    desk(*(complaint(f"f{n:04}", 1, "", "K", text=form) for n in range(300)))
    found = similar_texts(store)
    assert len(found) == 299
    assert {pair.first for pair in found} == {"f0000"}


def test_runs_of_a_short_text() -> None:
    assert runs_of("太短").size == 0
    assert runs_of("１２３４ＡＢＣＤ１２３４").tolist() == runs_of("1234abcd 1234").tolist()
    assert np.all(np.diff(runs_of("电信投诉电信投诉电信投诉").astype(np.int64)) > 0)
