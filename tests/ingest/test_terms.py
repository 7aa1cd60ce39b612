"""Terms beside the lexicon: the shipped additions keep its rules, a customer's file is checked row by row."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from graph.errors import InputError
from ingest.catalogue import NO_INTERNAL_CAUSE, lexicon
from ingest.catalogue.example_texts import category_shares, example_texts
from ingest.catalogue.tables import rows
from ingest.catalogue.terms import additions, read_terms
from queries.texts.rules import load_rules

HEAD = "term_zh,match,control_point,weight,polarity\n"
POINTS = {row["code"] for row in rows("control_points")} | {NO_INTERNAL_CAUSE}


def test_the_additions_speak_of_points_of_the_catalogue_and_say_why() -> None:
    assert len(additions()) > 1000
    classes = load_rules().classes
    for term in additions():
        assert term.control_point in POINTS
        assert 0 < term.weight < 1
        assert term.note
        assert (term.polarity == "ext") == (term.control_point == NO_INTERNAL_CAUSE)
        assert set(re.findall(r"<(\w+)>", term.text)) <= set(classes)
    pairs = [(term.text, term.control_point) for term in (*lexicon(), *additions())]
    assert len(pairs) - len(set(pairs)) < 40  # an addition may restate a term of the lexicon at another weight


def test_the_example_texts_speak_of_points_of_the_catalogue() -> None:
    labels = {label for _, label in example_texts()}
    assert labels <= POINTS | {"NOTHING"}
    assert len(labels) > 50
    assert set().union(*category_shares().values()) <= POINTS


def test_a_customers_file_is_read(tmp_path: Path) -> None:
    file = tmp_path / "own.csv"
    file.write_text("\ufeff" + HEAD + "超级会员…没到/没给,gap,CP30,0.7,neg\n", encoding="utf-8")
    (term,) = read_terms(file)
    assert (term.text, term.gapped, term.control_point, term.weight) == ("超级会员…没到/没给", True, "CP30", 0.7)


@pytest.mark.parametrize(
    ("content", "row", "field"),
    [
        ("term_zh,match\n", 1, "control_point"),
        (HEAD + ",plain,CP30,0.5,neg\n", 2, "term_zh"),
        (HEAD + "…没到,gap,CP30,0.5,neg\n", 2, "term_zh"),
        (HEAD + "没到/,plain,CP30,0.5,neg\n", 2, "term_zh"),
        (HEAD + "没到,plain,,0.5,neg\n", 2, "control_point"),
        (HEAD + "没到,plain,CP30,1,neg\n", 2, "weight"),
        (HEAD + "没到,plain,CP30,much,neg\n", 2, "weight"),
        (HEAD + "没到,plain,CP30,nan,neg\n", 2, "weight"),
        (HEAD + "没到,plain,CP30,0.5,bad\n", 2, "polarity"),
    ],
)
def test_a_row_that_cannot_be_meant_names_its_place(tmp_path: Path, content: str, row: int, field: str) -> None:
    file = tmp_path / "own.csv"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_terms(file)
    assert (caught.value.where.row, caught.value.where.field) == (row, field)


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b'term_zh,match,control_point,weight,polarity\n"a'])
def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "own.csv"
    file.write_bytes(content)
    with pytest.raises(InputError):
        read_terms(file)
    with pytest.raises(InputError):
        read_terms(tmp_path / "absent.csv")
