"""Every word of the pages is there in Chinese, nothing is left of words that went, and what is filled in is the same on both sides."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

from tests.api.conftest import ROOT

LOCALE = ROOT / "api" / "locale"
PLACE = re.compile(r"%\((\w+)\)[sd]")


def said() -> set[str]:
    """Every msgid of the templates and modules of pages, as ``make messages`` collects them."""
    with (LOCALE / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)
    below = [(pattern.removeprefix("api/"), method) for pattern, method in methods]
    chosen = {pattern.removeprefix("api/"): option for pattern, option in options.items()}
    found: set[str] = set()
    for _, _, message, *_ in extract_from_dir(str(ROOT / "api"), below, chosen):
        found |= {message} if isinstance(message, str) else set(message)
    return found


@pytest.fixture(scope="module")
def catalogue() -> Catalog:
    with (LOCALE / "zh.po").open("rb") as file:
        return read_po(file, locale="zh")


def messages(catalogue: Catalog) -> Iterator[tuple[str, str]]:
    """Every message with its translation."""
    for message in catalogue:
        if message.id:
            yield str(message.id), str(message.string)


def test_words_were_collected() -> None:
    assert len(said()) > 100
    assert {"Overview", "Compute the list anew"} <= said()


def test_the_catalogue_holds_every_word_and_no_other(catalogue: Catalog) -> None:
    """`make messages` brings them together."""
    known = {english for english, _ in messages(catalogue)}
    assert sorted(said() - known) == []
    assert sorted(known - said()) == []
    assert list(catalogue.obsolete) == []


def test_every_word_is_translated(catalogue: Catalog) -> None:
    assert [english for english, chinese in messages(catalogue) if not chinese] == []


def test_what_is_filled_in_is_the_same(catalogue: Catalog) -> None:
    """A place of a translation that the page does not fill is an error when the page is drawn."""
    different = [
        english
        for english, chinese in messages(catalogue)
        if chinese and sorted(PLACE.findall(english)) != sorted(PLACE.findall(chinese))
    ]
    assert different == []


def test_marks_are_the_same(catalogue: Catalog) -> None:
    """A message may hold elements: they come as they are, so a translation holds the same."""
    mark = re.compile(r"</?\w+[^>]*>")
    assert [e for e, c in messages(catalogue) if c and sorted(mark.findall(e)) != sorted(mark.findall(c))] == []
