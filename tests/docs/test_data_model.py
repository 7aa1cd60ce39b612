"""The picture and the style sheet beside the recipes are what their generators write today, and show every kind."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from graph.schema import EDGES, KINDS
from viz import browser_style, model_picture
from viz.style import contrast

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs" / "cypher"
GENERATED = {"data-model.svg": "viz.model_picture", "style.grass": "viz.browser_style"}


@pytest.mark.parametrize("name", sorted(GENERATED))
@pytest.mark.parametrize("seed", ["0", "1"])
def test_the_file_is_what_its_generator_prints_under_any_hash_seed(name: str, seed: str) -> None:
    printed = subprocess.run(
        [sys.executable, "-m", GENERATED[name]],
        cwd=ROOT,
        env=os.environ | {"PYTHONHASHSEED": seed},
        capture_output=True,
        check=True,
    )
    assert (FOLDER / name).read_bytes() == printed.stdout, "run `make docs`"


def test_the_picture_shows_every_kind_and_every_edge_of_a_kind_to_itself() -> None:
    drawing = ElementTree.fromstring(model_picture.picture())
    texts = [text.text for text in drawing.iter("{http://www.w3.org/2000/svg}text")]
    for name, kind in KINDS.items():
        assert texts.count(name) == 1
        assert kind.zh in texts
    written = " ".join(text or "" for text in texts)
    for name, edge in EDGES.items():
        if any(source == target for source, target in edge.ends):
            assert name in written


def test_boxes_do_not_overlap() -> None:
    drawing = ElementTree.fromstring(model_picture.picture())
    boxes = [rect for rect in drawing.iter("{http://www.w3.org/2000/svg}rect") if rect.get("rx")]
    places = [tuple(float(rect.get(name, "")) for name in ("x", "y", "width", "height")) for rect in boxes]
    assert len(places) == len(KINDS)
    for n, (x, y, width, height) in enumerate(places):
        for other_x, other_y, *_ in places[n + 1 :]:
            assert abs(other_x - x) > width or abs(other_y - y) > height


@pytest.mark.parametrize("change", ["missing", "unknown"])
def test_a_kind_without_a_place_is_noticed(change: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if change == "missing":
        monkeypatch.delitem(model_picture._PLACES, "Gate")
    else:
        monkeypatch.setitem(model_picture._PLACES, "Nothing", (9, 9))
    with pytest.raises(KeyError, match=r"Gate|Nothing"):
        model_picture.picture()


def test_an_edge_that_the_vocabulary_lacks_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model_picture, "_LINES", "Gate CHECKS Stage")
    with pytest.raises(KeyError, match="Gate CHECKS Stage"):
        model_picture.picture()


def test_the_style_sheet_has_a_readable_rule_for_every_kind() -> None:
    rules = dict(re.findall(r"^node\.(\w+) \{\n(.*?)^\}$", browser_style.style_sheet(), re.M | re.S))
    assert list(rules) == list(KINDS)
    for rule in rules.values():
        said = dict(re.findall(r"^  ([\w-]+): (.+);$", rule, re.M))
        assert contrast(said["color"], said["text-color-internal"]) >= 4.5
        assert said["caption"] in ('"{name}"', '"{id}"')
    assert (
        len(
            {
                rules[kind]
                for kind in ("ControlPoint", "Complaint", "Indicator", "Owner", "OrgUnit", "Campaign", "System")
            }
        )
        == 7
    )
