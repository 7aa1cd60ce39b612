"""Every ink can be read, meaning never hangs on colour alone, every word exists in both languages."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import get_args

import pytest

from graph.schema import EDGES, KINDS
from graph.subgraph import Column, Mark, SubgraphEdge, SubgraphNode
from viz import style, words
from viz.grid import ORDER

TEMPLATES = Path(style.__file__).parent / "templates"


@pytest.mark.parametrize("tier", get_args(Column))
def test_text_can_be_read_on_every_fill_plain_and_dimmed(tier: Column) -> None:
    hue = style.HUES[tier]
    dimmed = style.tint(hue.fill, 0.45)
    for ink, ground in (
        (style.TEXT, hue.fill),
        (hue.ink, "#ffffff"),
        (hue.ink, hue.fill),
        (style.DIM_TEXT, dimmed),
        (style.RED, hue.fill),
    ):
        assert style.contrast(ink, ground) >= 4.5, (ink, ground)


def test_contrast_is_that_of_the_standard() -> None:
    assert style.contrast("#000000", "#ffffff") == pytest.approx(21)
    assert style.contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_white_on_the_root_and_on_a_pressed_button_can_be_read() -> None:
    assert style.contrast("#ffffff", style.RED) >= 4.5
    assert style.contrast("#ffffff", style.BLUE) >= 4.5
    assert style.contrast(style.RED, style.RED_FILL) >= 4.5


def test_every_mark_but_the_path_has_a_sign_of_its_own(node: Callable[..., SubgraphNode]) -> None:
    signs = [style.sign(node("C:1", marks=[mark])) for mark in get_args(Mark) if mark != "path"]
    assert "" not in signs
    assert len(set(signs)) == len(signs)
    assert style.sign(node("C:1")) == ""
    assert style.sign(node("C:1", marks=["root", "gap", "anchor"])) == "✕● "


def test_every_tier_and_mark_has_a_place_and_words() -> None:
    assert set(ORDER) == set(get_args(Column)) == set(style.HUES) == set(words.TIERS) == set(words.STEPS)
    assert set(words.MARKS) == set(get_args(Mark))


def test_every_kind_link_and_basis_of_the_schema_is_named_in_both_languages() -> None:
    chinese = re.compile(r"[\u4e00-\u9fff]")
    labels = [words.kind_name(kind) for kind in KINDS]
    edges = [SubgraphEdge(type=name, source="a", target="b") for name in (*EDGES, "RESPONSIBLE_FOR")]
    labels += [words.link_name(edge) for edge in edges]
    bases = KINDS["ControlPoint"].properties["basis"].choices
    labels += [words.basis_name(SubgraphEdge(type="AT", source="a", target="b", basis=basis)) for basis in bases]
    assert all(chinese.search(label.zh) and not chinese.search(label.en) and label.en for label in labels)


def test_what_the_schema_does_not_know_is_shown_as_it_is() -> None:
    unknown = SubgraphEdge(type="新关系", source="a", target="b", basis="传闻")
    assert words.link_name(unknown).en == "新关系"
    assert words.basis_name(unknown).zh == "传闻"
    assert words.kind_name("Widget").zh == "Widget"


def test_the_scripts_and_the_page_use_no_word_that_does_not_exist_and_no_word_is_idle() -> None:
    text = "\n".join(path.read_text(encoding="utf-8") for path in sorted(TEMPLATES.iterdir()))
    used = {key for key in words.TEXTS if re.search(rf"""["']{key}["']|texts\.{key}\b""", text)}
    assert used == set(words.TEXTS)
    assert set(re.findall(r'say\("(\w+)"\)', text)) <= set(words.TEXTS)
