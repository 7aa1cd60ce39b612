"""From a search to a verdict in a real browser: find a complaint, read why, judge it; and that hostile texts stay texts."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tests.browser.site import EVERY_VIEW, IMAGE, VIEWS, Site, assert_accessible, assert_fits

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.conftest import Watch

pytestmark = pytest.mark.browser
WORDS = {
    "zh": {"text": "编号，或内容中的词", "search": "查询", "given": "裁定已保存", "another": "最先失守的是另一个控制点", "point": "控制点", "who": "裁定人（责任人，可不填）",
           "reason": "理由", "store": "提交裁定", "leave": "推算", "without": "假如没有", "refused": "没有找到 CP-99", "verdicts": "人工裁定"},
    "en": {"text": "Id, or words of the text", "search": "Search", "given": "The verdict is stored", "another": "Another control point failed first", "point": "Control point",
           "who": "Who judges (an owner, may be empty)", "reason": "Reason", "store": "Store the verdict", "leave": "Work it out", "without": "Without ", "refused": "CP-99 was not found",
           "verdicts": "Verdicts of people"},
}  # fmt: skip


@pytest.mark.parametrize(("lang", "width", "height"), VIEWS)
def test_a_complaint_is_found_read_and_judged(
    open_page: Callable[..., Page], watch: Watch, site: Site, lang: str, width: int, height: int
) -> None:
    words, complaint = WORDS[lang], {"zh": "C001", "en": "C002"}[lang]
    page = open_page(f"{site.url}/complaints", width, height, lang)
    page.get_by_label(words["text"]).fill("多扣")
    page.get_by_role("button", name=words["search"], exact=True).click()
    page.wait_for_url("**/complaints?text=%E5%A4%9A%E6%89%A3")  # the selection is in the address, without a reload
    page.get_by_role("link", name=complaint, exact=True).click()
    # read it: the answer on top, the map with its search, what speaks for it
    assert "CP37" in page.locator("p.lead").inner_text()
    assert "× 4" in page.locator("section[aria-labelledby=evidence] tbody").first.inner_text()
    frame = page.frame_locator("iframe.map")
    frame.locator("#surface canvas").wait_for()
    frame.get_by_role("searchbox").fill("CP37")
    assert "1" in frame.locator("#hits").inner_text()
    # judge it
    page.get_by_label(words["another"]).check()
    page.get_by_label(words["point"], exact=True).fill("CP-99")
    page.get_by_label(words["reason"], exact=True).fill("配置错误")
    page.get_by_role("button", name=words["store"]).click()
    assert words["refused"] in page.get_by_role("alert").inner_text()
    assert page.get_by_label(words["reason"], exact=True).input_value() == "配置错误"
    assert all("404" in fault for fault in watch.faults)  # Chromium notes the status of the refusal in its console
    watch.faults.clear()
    page.get_by_label(words["point"], exact=True).fill("CP23")
    page.get_by_label(words["who"]).fill("o1")
    page.get_by_role("button", name=words["store"]).click()
    assert words["given"] in page.get_by_role("status").inner_text()
    row = page.locator("section[aria-labelledby=verdicts] tbody tr")
    assert row.count() == 1
    assert "CP23" in row.inner_text()
    assert "配置错误" in row.inner_text()
    assert_fits(page)


@pytest.mark.parametrize(("lang", "width", "height"), EVERY_VIEW)
def test_is_accessible_and_fits(open_page: Callable[..., Page], site: Site, lang: str, width: int, height: int) -> None:
    page = open_page(f"{site.url}/complaints/C005?without=Review:r1", width, height, lang)
    page.frame_locator("iframe.map").locator("#surface canvas").wait_for()
    assert_fits(page)
    assert_accessible(page)


def test_what_if_changes_the_answer_in_place(open_page: Callable[..., Page], site: Site) -> None:
    page = open_page(f"{site.url}/complaints/C006", 1366, 768)
    page.evaluate("() => { window.stayed = true; }")
    page.get_by_role("checkbox").first.check()
    page.get_by_role("button", name=WORDS["zh"]["leave"]).click()
    page.locator("#changed .notice").wait_for()
    assert page.locator("#changed").inner_text().startswith(WORDS["zh"]["without"])
    assert page.evaluate("() => window.stayed")
    assert "without=Review%3Ar1" in page.url


def test_everything_is_reached_by_keyboard(open_page: Callable[..., Page], site: Site) -> None:
    """Tab to the search, type an id, land on the complaint, jump to the form, choose and send: no mouse."""
    page = open_page(f"{site.url}/complaints", 1366, 768)
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.id") == "text"
    page.keyboard.type("C007")
    page.keyboard.press("Enter")
    page.wait_for_url("**/complaints/C007")
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("() => document.activeElement.getAttribute('href')") == "#verdict":
            break
    page.keyboard.press("Enter")
    for _ in range(8):
        page.keyboard.press("Tab")
        if page.evaluate("() => document.activeElement.name") == "conclusion":
            break
    page.keyboard.press("Space")
    for _ in range(8):
        page.keyboard.press("Tab")
        if page.evaluate("() => document.activeElement.type") == "submit":
            break
    page.keyboard.press("Enter")
    page.wait_for_url("**/complaints/C007?said=added#verdicts")
    assert page.get_by_role("status").is_visible()


@pytest.mark.parametrize(
    ("place", "lang"),
    [
        ("complaints/CX1", "zh"), ("complaints/CX1", "en"), ("complaints/CX2", "zh"), ("complaints?category=KX", "en"), ("who/ControlPoint/CPX", "zh"),
        ("chain/CPX", "en"), ("chain/CPF", "zh"), ("campaigns/MX", "zh"), ("campaigns/MX", "en"), ("who", "en"), ("gates?subject=%3Cimg", "zh"),
    ],
)  # fmt: skip
def test_hostile_texts_stay_texts(open_page: Callable[..., Page], site: Site, place: str, lang: str) -> None:
    """Nothing in them runs, is worked out or breaks the page; dialogs and refused scripts fail the test by themselves."""
    page = open_page(f"{site.url}/{place}", 1366, 768, lang)
    if page.locator("iframe.map").count():
        page.locator("iframe.map").scroll_into_view_if_needed()  # it is loaded when it comes into view
        page.frame_locator("iframe.map").locator("#surface canvas").wait_for()
    page.wait_for_load_state("networkidle")
    assert page.locator("img").count() == 0
    said = page.locator("body").inner_text()
    assert "49" not in said.partition("{{7*7}}")[0][-40:]
    if place != "chain/CPF":
        assert IMAGE in said
    assert_fits(page)


def test_a_long_text_scrolls_in_its_own_box(open_page: Callable[..., Page], site: Site) -> None:
    page = open_page(f"{site.url}/complaints/CX2", 1366, 768)
    words = page.locator(".words")
    assert len(words.inner_text()) > 100_000
    box = words.bounding_box()
    assert box is not None
    assert box["height"] < 400
    assert page.evaluate("() => document.documentElement.scrollHeight") < 8_000


def test_a_verdict_with_a_hostile_reason_is_text(open_page: Callable[..., Page], site: Site) -> None:
    page = open_page(f"{site.url}/complaints/C008", 1366, 768)
    page.get_by_label("无法判断").check()
    page.get_by_label("理由", exact=True).fill(f"{IMAGE}{{{{7*7}}}}=HYPERLINK(\u202e)")
    page.get_by_role("button", name=WORDS["zh"]["store"]).click()
    row = page.locator("section[aria-labelledby=verdicts] tbody tr")
    assert IMAGE in row.inner_text()
    assert page.locator("img").count() == 0


def test_prints_without_forms(open_page: Callable[..., Page], site: Site) -> None:
    page = open_page(f"{site.url}/complaints/C005", 1366, 768)
    page.emulate_media(media="print")
    assert page.locator("p.lead").is_visible()
    assert page.locator("#alternatives").is_visible()
    assert page.locator("details.whole p").is_visible()  # what is folded on the screen is not on paper
    for hidden in ("header.site", "form.verdict", "iframe.map", ".jump"):
        assert not page.locator(hidden).first.is_visible()
