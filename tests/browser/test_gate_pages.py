"""Gates and campaigns in a real browser: find one, see what keeps it, check it for a stage, go on to its finding and complaints."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tests.browser.site import VIEWS, Site, assert_accessible, assert_fits

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("lang", "width", "height"), VIEWS)
def test_a_campaign_is_found_checked_and_followed(
    open_page: Callable[..., Page], site: Site, lang: str, width: int, height: int
) -> None:
    page = open_page(f"{site.url}/gates", width, height, lang)
    assert_fits(page)
    assert_accessible(page)
    page.locator("#subject").press_sequentially("夏季")
    page.locator("#subject-names option").first.wait_for(state="attached")
    page.locator("#subject").fill("Campaign:M1")
    page.keyboard.press("Enter")
    page.wait_for_url("**/campaigns/M1")
    page.evaluate("() => { window.stayed = true; }")
    assert {"zh": "不能放行", "en": "may not go on"}[lang] in page.locator("p.lead").inner_text()
    before = page.locator("#gate-section tbody").inner_text()
    page.locator("#stage").select_option("D2-S3")
    page.wait_for_url("**?stage=D2-S3")
    page.wait_for_function("(before) => document.querySelector('#gate-section tbody').innerText !== before", arg=before)
    assert page.evaluate("() => window.stayed")
    page.locator("iframe.map").scroll_into_view_if_needed()  # it is loaded when it comes into view
    page.frame_locator("iframe.map").locator("#surface canvas").wait_for()
    assert_fits(page)
    assert_accessible(page)
    page.get_by_role("link", name={"zh": "涉及它的全部投诉", "en": "All complaints about it"}[lang]).click()
    page.wait_for_url("**/complaints?campaign=M1")
    assert page.locator("tbody tr").count() > 5


def test_a_finding_about_it_is_one_click_away(open_page: Callable[..., Page], site: Site) -> None:
    page = open_page(f"{site.url}/campaigns/M1", 1366, 768)
    finding = page.locator("section[aria-labelledby=findings] tbody a").first
    message = finding.inner_text()
    finding.click()
    assert message in page.locator("main").inner_text()
