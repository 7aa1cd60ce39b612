"""The search for complaints in a real browser: completed names, paging and sharing, empty results, both languages."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tests.browser.site import VIEWS, Site, assert_accessible, assert_fits

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("lang", "width", "height"), VIEWS)
def test_is_accessible_and_fits(open_page: Callable[..., Page], site: Site, lang: str, width: int, height: int) -> None:
    page = open_page(f"{site.url}/complaints?outcome=named", width, height, lang)
    assert page.locator("tbody tr").count() > 5
    assert {"zh": "指明控制点", "en": "control point named"}[lang] in page.locator("tbody tr").first.inner_text()
    assert_fits(page)
    assert_accessible(page)


def test_names_are_completed_and_the_list_follows(open_page: Callable[..., Page], site: Site) -> None:
    page = open_page(f"{site.url}/complaints", 1366, 768)
    page.evaluate("() => { window.stayed = true; }")
    page.get_by_label("营销案").press_sequentially("夏季")
    page.locator("#campaign-names option[value=M1]").wait_for(state="attached")
    page.get_by_label("营销案").fill("M1")
    page.get_by_label("溯源结论").select_option("unknown")  # a choice asks at once, without the button
    page.wait_for_url("**/complaints?campaign=M1&outcome=unknown")
    page.locator("#results .outcome-unknown").first.wait_for()
    assert page.evaluate("() => window.stayed")
    shared = open_page(page.url, 1366, 768)
    assert shared.get_by_label("溯源结论").input_value() == "unknown"
    assert shared.get_by_label("营销案").input_value() == "M1"


def test_nothing_found_says_what_to_try(open_page: Callable[..., Page], site: Site) -> None:
    page = open_page(f"{site.url}/complaints", 1366, 768, "en")
    page.get_by_label("Id, or words of the text").fill("星际旅行")
    page.keyboard.press("Enter")
    page.get_by_text("No complaint here fits all of this.").wait_for()
    assert page.get_by_text("Try fewer or other words").is_visible()
    page.get_by_role("link", name="Begin anew with all complaints").click()
    page.wait_for_url("**/complaints")
    assert page.locator("tbody tr").count() > 5
