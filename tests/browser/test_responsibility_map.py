"""A responsibility map in a real browser: drawn in view at both sizes, marks and details there, deaf to hostile names."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from queries.maps import MapScope, responsibility_map
from tests.queries.breakpoints_world import DAY, World, listed
from viz.page import render

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

HOSTILE = "<img src=x onerror=alert(1)>{{7*7}}');DROP\u202e"
MARKS = "() => Object.fromEntries(Picture.nodes.map((node) => [node.id, node.marks]))"


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize(("width", "height"), [(1366, 768), (1920, 1080)])
def test_a_map_is_drawn_with_its_marks(open_html: Callable[..., Page], lang: str, width: int, height: int) -> None:
    world = World()
    world.set("ControlPoint:R1", name=HOSTILE, name_en=HOSTILE)
    for assignment in ("AR1", "AR2"):
        world.drop(f"Assignment:{assignment}")
    picture = responsibility_map(world.framework(), MapScope(), as_of=DAY, findings=listed(world).findings)
    page = open_html(render(picture, lang), width=width, height=height)  # type: ignore[arg-type]
    marks = page.evaluate(MARKS)
    assert marks["ControlPoint:R1"] == ["gap"]
    assert marks["ControlPoint:P1"] == []
    page.fill("#search", "R1")
    page.press("#search", "Enter")
    panel = page.locator("#panel").inner_text()
    assert "unowned_control|ControlPoint:R1" in panel
    assert "{{7*7}}" in panel
    assert page.locator("#panel img").count() == 0
