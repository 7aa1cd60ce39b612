"""Who answers, and the indicator chain, in a real browser: from a part of a name to the answer, and what it looks like."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tests.browser.site import VIEWS, Site, assert_accessible, assert_fits

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("lang", "width", "height"), VIEWS)
def test_a_name_leads_to_who_answers_and_on(
    open_page: Callable[..., Page], site: Site, lang: str, width: int, height: int
) -> None:
    page = open_page(f"{site.url}/who", width, height, lang)
    assert_fits(page)
    assert_accessible(page)
    field = page.locator("#target")
    field.press_sequentially("计费准确")
    page.locator("#target-names option[value='ControlPoint:CP37']").wait_for(state="attached")
    field.fill("ControlPoint:CP37")
    page.keyboard.press("Enter")
    page.wait_for_url("**/who/ControlPoint/CP37")
    assert {"zh": "岗位二", "en": "Post Two"}[lang] in page.locator("dl.keys").inner_text()
    assert_fits(page)
    assert_accessible(page)
    page.locator("#day").fill("2026-06-30")
    page.locator("form:has(#day) button").click()
    page.wait_for_url("**?as_of=2026-06-30")
    assert {"zh": "岗位一", "en": "Post One"}[lang] in page.locator("dl.keys").inner_text()
    page.get_by_role("link", name={"zh": "它的指标链", "en": "Its indicator chain"}[lang]).click()
    assert (
        page.locator("figure.chain-picture svg g.box").count()
        == page.locator("table").first.locator("tbody tr").count() + 1
    )
    assert_fits(page)
    assert_accessible(page)


def test_the_names_of_the_picture_stay_in_their_boxes(open_page: Callable[..., Page], site: Site) -> None:
    for lang in ("zh", "en"):
        page = open_page(f"{site.url}/chain/CP37", 1366, 768, lang)
        widths = page.evaluate(
            "() => [...document.querySelectorAll('g.box text')].map((text) => text.getComputedTextLength())"
        )
        assert widths
        assert max(widths) <= 232
