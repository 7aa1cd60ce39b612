"""Full text: whatever a text holds is found, whoever keeps it, and a question too short is refused."""

from __future__ import annotations

import string

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph.errors import UsageError
from graph.segments import Question
from graph.store import Store
from tests.contract.conftest import NewStore
from tests.contract.notation import record

TEXTS = {
    "T1": "办理5G套餐时说每月38元，账上却扣了58元。",
    "T2": "退订不成功；客服说“已退”，还在扣费 AND OR NOT (a+b)",
    "T3": "ＡＢＣ套餐, Straße, naïve café",
    "T4": "套，餐；餐套",
    "T5": "𠮷野家𠮷野",
}


def _written(store: Store, texts: dict[str, str]) -> Store:
    moment = "2026-01-01T00:00:00.000000Z"
    with store.session() as session:
        session.write(
            [
                record({"node": f"Complaint:{id_}", "props": {"event_at": moment, "text": text}})
                for id_, text in texts.items()
            ]
        )
        session.write([record({"node": "Complaint:Z", "props": {"event_at": moment}})])
    return store


def _found(store: Store, question: str) -> list[str]:
    return [row.id for row in store.nodes("Complaint", text=question)]


@pytest.mark.parametrize(
    ("question", "ids"),
    [
        ("套餐", ["T1", "T3"]),
        ("5g套餐", ["T1"]),
        ("餐套", ["T4"]),
        ("套餐 abc", ["T3"]),
        ("abc 套餐 5g", []),
        ("STRASSE", ["T3"]),
        ("straß", []),
        ("and", ["T2"]),
        ("not OR", ["T2"]),
        ('扣费 "not" (', ["T2"]),
        ("扣费* +38", []),
        ("38", ["T1"]),
        ("caf*é", []),
        ("𠮷野家", ["T5"]),
        ("野家𠮷", ["T5"]),
        ("已退 还在扣费", ["T2"]),
        ("～不成功～", ["T2"]),
    ],
)
def test_a_question_finds_the_texts_that_hold_its_words(store: Store, question: str, ids: list[str]) -> None:
    assert _found(_written(store, TEXTS), question) == ids


@pytest.mark.parametrize("question", ["", "退", " 退 ", "a", "。，", "套餐 退", "38 元"])
def test_a_question_of_one_character_is_refused(store: Store, question: str) -> None:
    with pytest.raises(UsageError):
        _found(store, question)


def test_only_complaints_have_a_full_text(store: Store) -> None:
    with pytest.raises(UsageError):
        list(store.nodes("Campaign", text="套餐"))


def test_hits_follow_what_is_written(store: Store) -> None:
    _written(store, TEXTS)
    assert _found(store, "套餐") == ["T1", "T3"]
    moment = "2026-01-01T00:00:00.000000Z"
    with store.session(replacing=True) as session:
        session.write(
            [
                record({"node": "Complaint:T1", "props": {"event_at": moment, "text": "宽带断网"}}),
                record({"node": "Complaint:T4", "props": {"event_at": moment, "text": "换了套餐"}}),
            ]
        )
        session.withdraw("a")
    assert _found(store, "套餐") == ["T4"]
    assert _found(store, "宽带断网") == ["T1"]
    assert _found(store, "扣了") == []
    assert [row.id for row in store.nodes("Complaint", ["T1", "T9"], text="宽带")] == ["T1"]
    assert list(store.nodes("Complaint", ["T4"], text="宽带")) == []


def test_the_hits_are_those_that_reading_every_text_finds(new_store: NewStore, example_count: int) -> None:
    store = _written(new_store(), {})
    letters = st.sampled_from("退费套餐流量𠮷ＡaBß3８ 　，。*\"'+-()" + string.punctuation)
    texts = st.text(letters, max_size=12)
    numbers = iter(range(10**9))

    @settings(max_examples=example_count, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(said=st.lists(texts, min_size=1, max_size=5), asked=texts)
    def check(said: list[str], asked: str) -> None:
        ids = [f"H{next(numbers):06}" for _ in said]
        records = [
            {"node": f"Complaint:{id_}", "props": {"event_at": "2026-01-01T00:00:00.000000Z", "text": text}}
            for id_, text in zip(ids, said, strict=True)
        ]
        with store.session() as session:
            session.write([record(each) for each in records])
        try:
            question = Question(asked)
        except UsageError:
            return
        there = {row.id: str(row.props["text"]) for row in store.nodes("Complaint") if "text" in row.props}
        assert _found(store, asked) == sorted(id_ for id_, text in there.items() if question.found_in(text))

    check()
