"""The page of responsibility maps in a real browser: open, search, drill down, follow a mark to its finding, take the file along."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.site import DAY, FORMULA, IMAGE, VIEWS, Site, assert_accessible, assert_fits

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("lang", "width", "height"), VIEWS)
def test_from_the_whole_map_to_a_finding(
    open_page: Callable[..., Page], untouched_site: Site, lang: str, width: int, height: int
) -> None:
    """The whole, one stage of it, a box found by its id, and the page of what marks it."""
    page = open_page(f"{untouched_site.url}/maps", width, height, lang)
    assert page.locator("input[name=as_of]").input_value() == DAY
    assert_fits(page)
    page.locator("aside details").first.get_by_role("link", name={"zh": "计费收费", "en": "Charging"}[lang]).click()
    page.wait_for_url("**stage=D2-S5*")
    frame = page.frame_locator("iframe.map")
    frame.locator("#search").fill("CP38")
    frame.locator("#search").press("Enter")
    assert "CP38" in frame.locator("#panel").inner_text()
    table = page.locator("table.holders-table")
    assert "CP38" in table.inner_text()
    assert_accessible(page)
    marked = (
        page.locator("aside section")
        .first.locator("li", has_text={"zh": "计费准确性", "en": "Charging accuracy"}[lang])
        .first
    )
    marked.locator("ul a").first.click()
    page.wait_for_url("**/breakpoints/*")
    assert "CP37" in page.locator("h1").inner_text()


def test_the_download_opens_from_a_stick(open_page: Callable[..., Page], untouched_site: Site, tmp_path: Path) -> None:
    """One HTML file with the same map, drawn without the server."""
    page = open_page(f"{untouched_site.url}/maps?stage=D2-S5")
    with page.expect_download() as waiting:
        page.locator("a[download]").click()
    file = tmp_path / "map.html"
    waiting.value.save_as(file)
    alone = open_page(file.as_uri())
    alone.locator("#search").fill("CP37")
    alone.locator("#search").press("Enter")
    assert "CP37" in alone.locator("#panel").inner_text()


def test_names_are_offered_while_typing(open_page: Callable[..., Page], untouched_site: Site) -> None:
    """A part of a name is enough to find the unit."""
    page = open_page(f"{untouched_site.url}/maps")
    page.locator("input[name=unit]").press_sequentially("甲省")
    page.wait_for_selector("#units option[value=P1]", state="attached")
    page.locator("input[name=unit]").fill("P1")
    page.locator("form.filters button[type=submit]").click()
    page.wait_for_url("**unit=P1*")
    assert "甲省" in page.locator(".lead-in").inner_text()


def test_hostile_names_are_text_on_the_map(open_page: Callable[..., Page], untouched_site: Site) -> None:
    """The picture, its panel and the table beside it show the text as it is."""
    page = open_page(f"{untouched_site.url}/maps?stage=D2-S5")
    table = page.locator("table.holders-table").inner_text()
    assert IMAGE in table
    assert FORMULA in table
    frame = page.frame_locator("iframe.map")
    frame.locator("#search").fill("CPX")
    frame.locator("#search").press("Enter")
    assert IMAGE in frame.locator("#panel").inner_text()
    assert frame.locator("img").count() == page.locator("img").count() == 0


def test_what_is_not_there_is_told(open_page: Callable[..., Page], untouched_site: Site, watch: object) -> None:
    """An unknown unit leaves the form with what was typed, and says so."""
    page = open_page(f"{untouched_site.url}/maps?unit=%3Cb%3ENope")
    assert "<b>Nope" in page.get_by_role("alert").inner_text()
    assert page.locator("input[name=unit]").input_value() == "<b>Nope"
    watch.faults.remove("console Failed to load resource: the server responded with a status of 404 (Not Found)")  # type: ignore[attr-defined]
