"""The catalogue and the matrices in a real browser, and what holds of every page of this half of the site."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tests.browser.site import EVERY_VIEW, FORMULA, IMAGE, LONG, VIEWS, Site, assert_accessible, assert_fits

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
PAGES = (
    "/", "/breakpoints", "/breakpoints/unowned_control%7CControlPoint%3ACPX", "/maps", "/imports", "/catalogue",
    "/catalogue/ControlPoint", "/catalogue/ControlPoint/CPX", "/catalogue/ControlPoint/CP37",
    "/catalogue/OrgUnit/UX", "/catalogue/Owner/ox", "/catalogue/Review/r1", "/matrices/raci_owners", "/matrices/indicator_chain",
    "/matrices/leakage?show=true",
)  # fmt: skip
LARGE = ("/", "/breakpoints", "/maps", "/imports", "/catalogue", "/catalogue/ControlPoint", "/matrices/indicator_chain", "/matrices/leakage?show=true")  # fmt: skip
"""Pages that axe looks at in tests of their own, or that are one of the others with more rows."""


@pytest.mark.parametrize(("lang", "width", "height"), EVERY_VIEW)
def test_every_page_fits_and_runs_nothing(
    open_page: Callable[..., Page], site: Site, lang: str, width: int, height: int
) -> None:
    """No sideways scrolling, nothing over a megabyte, no element that hostile names could have made."""
    page = open_page("about:blank", width, height, lang)
    for path in PAGES:
        answer = page.goto(f"{site.url}{path}")
        assert answer is not None
        assert answer.status == 200
        assert len(answer.body()) < 500_000, path
        assert_fits(page)
        assert page.locator("img").count() == 0
        assert "49');DROP" not in page.content()


@pytest.mark.parametrize("path", [path for path in PAGES if path not in LARGE])
def test_every_page_is_accessible(open_page: Callable[..., Page], site: Site, path: str) -> None:
    """axe finds nothing."""
    assert_accessible(open_page(f"{site.url}{path}", 1366, 768))


@pytest.mark.parametrize(("lang", "width", "height"), VIEWS)
def test_from_the_process_to_who_answers(
    open_page: Callable[..., Page], site: Site, lang: str, width: int, height: int
) -> None:
    """Stage, control point, the edge that brought it there, its owner: every step a link."""
    page = open_page(f"{site.url}/catalogue", width, height, lang)
    if lang == "zh":
        assert_accessible(page)
    page.get_by_role("link", name={"zh": "CP37 计费准确性", "en": "CP37 Charging accuracy"}[lang]).click()
    page.wait_for_url("**/catalogue/ControlPoint/CP37")
    assert {"zh": "方案原文", "en": "plan"}[lang] in page.locator("dl.facts").inner_text()
    page.get_by_role("link", name="a1").first.click()
    page.wait_for_url("**/catalogue/Assignment/a1")
    held = page.locator("tbody", has_text="HELD_BY")
    assert held.locator("tr").count() == 2
    assert held.locator("tr.past").count() == 1, "of two holders one is not there on the day"
    held.get_by_role("link", name="o2").click()
    page.wait_for_url("**/catalogue/Owner/o2")


def test_a_kind_is_searched_while_typing(open_page: Callable[..., Page], site: Site) -> None:
    """The table follows what is typed, and so does the address."""
    page = open_page(f"{site.url}/catalogue/ControlPoint")
    page.locator("input[name=words]").press_sequentially("计费准确")
    page.wait_for_url("**words=*")
    page.wait_for_function("document.querySelectorAll('#rows tbody tr').length === 1")
    assert "CP37" in page.locator("#rows tbody").inner_text()


def test_a_matrix_of_traces_comes_after_its_page(open_page: Callable[..., Page], site: Site) -> None:
    """The page is there at once; the table follows."""
    page = open_page(f"{site.url}/matrices/leakage")
    page.wait_for_selector("#matrix table")
    assert page.locator("#matrix td.own.heat-5").count() == 1


def test_hostile_nodes_are_text(open_page: Callable[..., Page], site: Site) -> None:
    """A name that would run and a text of 100 kB are read, the long one in a box of its own."""
    page = open_page(f"{site.url}/catalogue/ControlPoint/CPX")
    assert IMAGE in page.locator("h1").inner_text()
    assert LONG[:3000] in page.locator("dl.facts").inner_text()
    page.goto(f"{site.url}/catalogue/ControlPoint?words=HYPERLINK")
    assert FORMULA in page.locator("#rows tbody").inner_text()
