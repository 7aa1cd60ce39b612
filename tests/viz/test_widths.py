"""Texts are clipped to a width that their drawn form will not exceed."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from viz.widths import advance, clip, one_line, shorten

plain = settings(derandomize=True, deadline=None, max_examples=150)


@pytest.mark.parametrize(
    ("text", "em"),
    [("", 0.0), ("控制点", 3.0), ("ＡＢ", 2.0), ("▲", 1.0), ("e\u0301", 0.53), ("iii", 0.9), ("a\u200bb", 1.12)],
)
def test_east_asian_characters_take_one_em_and_marks_none(text: str, em: float) -> None:
    assert advance(text) == pytest.approx(em)


def test_a_text_that_fits_is_unchanged_and_one_that_does_not_ends_in_an_ellipsis() -> None:
    assert clip("计费准确性", 5.0) == "计费准确性"
    assert clip("计费准确性", 4.9) == "计费准…"
    assert clip("Charging accuracy", 4.0).endswith("…")


@plain
@given(st.text(max_size=60), st.floats(min_value=1, max_value=30))
def test_a_clipped_text_is_never_wider_than_its_room(text: str, em: float) -> None:
    clipped = clip(text, em)
    assert advance(clipped) <= em + 1e-9
    assert clipped == text or text.startswith(clipped[:-1])


@plain
@given(st.text(max_size=80))
def test_one_line_has_no_breaks_controls_or_marks_that_reorder(text: str) -> None:
    line = one_line(text + "\u202e\u2066\n\r\x00x")
    assert line.endswith("x")
    assert not set(line) & set("\n\r\t\x00\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")
    assert "  " not in line


def test_a_shortened_text_tells_how_long_the_whole_is() -> None:
    assert shorten("abc", 3).zh == "abc"
    cut = shorten("x" * 100_000, 2_000)
    assert cut.zh == "x" * 2_000 + "…（全文共 100000 字）"
    assert cut.en == "x" * 2_000 + "… (100000 characters in all)"
