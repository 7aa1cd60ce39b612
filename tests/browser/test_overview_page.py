"""The first page in a real browser: what it tells, in both languages and sizes, and that it is light, accessible and quiet."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tests.browser.site import DAY, VIEWS, Site, assert_accessible, assert_fits

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("lang", "width", "height"), VIEWS)
def test_tells_the_state_and_leads_on(
    open_page: Callable[..., Page], untouched_site: Site, lang: str, width: int, height: int
) -> None:
    """Coverage, findings, leakage, trend and outcomes stand there; a figure leads to what it counts."""
    page = open_page(f"{untouched_site.url}/", width, height, lang)
    assert page.locator("html").get_attribute("lang") == {"zh": "zh-CN", "en": "en"}[lang]
    assert DAY in page.locator(".age").inner_text()
    row = page.locator("table.stages tbody tr", has_text={"zh": "计费收费", "en": "Charging"}[lang])
    assert "1/6" in row.inner_text()  # one of six points has an owner
    assert page.locator("svg.trend rect").count() == 2
    figures = page.get_by_role("row", name="2026-03").inner_text().split()
    assert figures == ["2026-03", "14", "0"]
    assert_fits(page)
    assert_accessible(page)
    count = int(page.locator("a.tile strong").first.inner_text())
    page.locator("a.tile").first.click()
    assert f"{count}" in page.locator("#list .actions strong").inner_text()


@pytest.mark.parametrize("path", ["/", "/breakpoints?limit=500", "/maps", "/catalogue", "/matrices/raci_owners"])
def test_is_light(open_page: Callable[..., Page], untouched_site: Site, path: str) -> None:
    """Everything a page brings along, the frame of a map as well, stays within a megabyte."""
    page = open_page("about:blank")
    sizes: list[int] = []
    page.on("requestfinished", lambda request: sizes.append(request.sizes()["responseBodySize"]))
    page.goto(f"{untouched_site.url}{path}", wait_until="networkidle")
    assert 0 < sum(sizes) < 1_000_000


def test_leakage_is_the_matrix(open_page: Callable[..., Page], untouched_site: Site) -> None:
    """The same complaints as the traces of 90 days, framed on the diagonal."""
    page = open_page(f"{untouched_site.url}/")
    cell = page.locator(".matrix td.own.heat-5")
    assert cell.count() == 1
    assert float(cell.inner_text()) > 5
