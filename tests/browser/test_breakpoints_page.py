"""The breakpoint list in a real browser: filter, assign, accept, measure, download, all clicked through to the end."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from python_calamine import CalamineWorkbook

from tests.browser.site import FORMULA, IMAGE, VIEWS, Site, assert_accessible, assert_fits

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from tests.browser.conftest import Watch

pytestmark = pytest.mark.browser
ASSIGN, ACCEPT, ADD = (
    {"zh": "指派", "en": "Assign"},
    {"zh": "接受", "en": "Accept"},
    {"zh": "添加举措", "en": "Add a measure"},
)
POINT = {"zh": "CP01", "en": "CP02"}


def downloaded(page: Page, name: str) -> Path:
    """A file that a link gives."""
    with page.expect_download() as waiting:
        page.get_by_role("link", name=name).click()
    return waiting.value.path()


@pytest.mark.parametrize(("lang", "width", "height"), VIEWS)
def test_filter_assign_and_download(
    open_page: Callable[..., Page], site: Site, lang: str, width: int, height: int
) -> None:
    """From the whole list to one finding, into somebody's hands, and out as sheets that hold the same rows."""
    page = open_page(f"{site.url}/breakpoints", width, height, lang)
    whole = page.locator("#list .actions strong").inner_text()
    page.locator("select[name=kind]").select_option("unowned_control")
    page.wait_for_url("**kind=unowned_control*")
    page.locator("input[name=words]").fill(f"ControlPoint:{POINT[lang]}")
    page.locator("input[name=words]").press("Enter")
    page.wait_for_url(f"**words=*{POINT[lang]}*")
    assert "unit=" not in page.url, "the address that is shared holds only what was said"
    rows = page.locator("table.findings tbody tr")
    assert rows.count() == 1
    assert page.locator("#list .actions strong").inner_text() != whole
    assert_fits(page)
    assert_accessible(page)
    sheet = downloaded(page, {"zh": "下载工作簿", "en": "As a workbook"}[lang])
    cells = [cell for name in CalamineWorkbook.from_path(str(sheet)).sheet_names for row in CalamineWorkbook.from_path(str(sheet)).get_sheet_by_name(name).to_python() for cell in row]  # fmt: skip
    assert f"unowned_control|ControlPoint:{POINT[lang]}" in cells
    table = list(csv.DictReader(io.StringIO(downloaded(page, {"zh": "下载 CSV", "en": "As CSV"}[lang]).read_text("utf-8-sig"))))  # fmt: skip
    assert [row["key"] for row in table] == [f"unowned_control|ControlPoint:{POINT[lang]}"]

    rows.first.locator("td:nth-child(4) a").click()
    form = page.get_by_role("form", name=ASSIGN[lang])
    form.locator("input[name=assignee]").fill("岗位一")
    form.locator("input[name=due]").fill("2099-06-30")
    form.get_by_role("button", name=ASSIGN[lang]).click()
    page.wait_for_url("**#case")
    assert page.locator("#case dd a").first.inner_text().split()[0] == "o1"
    assert "2099-06-30" in page.locator("#case").inner_text()
    form = page.get_by_role("form", name=ADD[lang])
    form.locator("input[name=measure]").fill(f"{IMAGE}{FORMULA}")
    form.get_by_role("button").click()
    page.wait_for_load_state()
    row = page.get_by_role("row", name=IMAGE).first
    row.locator("select").select_option("in_progress")
    row.get_by_role("button").click()
    page.wait_for_load_state()
    assert page.locator("table").last.locator("tbody tr").count() >= 3
    assert_fits(page)
    assert_accessible(page)


def test_accepting_needs_a_reason_and_keeps_what_was_typed(
    open_page: Callable[..., Page], site: Site, watch: Watch
) -> None:
    """A refusal stands beside the form; with a reason and an end it is accepted."""
    page = open_page(f"{site.url}/breakpoints/{quote('unowned_control|ControlPoint:CP03', safe='')}")
    form = page.get_by_role("form", name="接受")
    form.locator("input[name=due]").fill("2099-12-31")
    with page.expect_response(lambda answer: answer.request.method == "POST") as answer:
        form.get_by_role("button").click()
    assert answer.value.status == 400
    assert "原因" in page.get_by_role("alert").inner_text()
    assert form.locator("input[name=due]").input_value() == "2099-12-31"
    form.locator("input[name=reason]").fill("停售")
    form.get_by_role("button").click()
    page.wait_for_url("**#case")
    assert "停售" in page.locator("#case").inner_text()
    watch.faults.remove("console Failed to load resource: the server responded with a status of 400 (Bad Request)")


def test_hostile_names_are_text(open_page: Callable[..., Page], site: Site) -> None:
    """What would run anywhere is read here, in the list, on the page of the finding and in its title."""
    page = open_page(f"{site.url}/breakpoints?words=CPX&kind=unowned_control")
    link = page.locator("table.findings tbody td:nth-child(4) a").first
    assert IMAGE in link.inner_text()
    assert "{{7*7}}" in link.inner_text()
    link.click()
    assert IMAGE in page.locator("h1").inner_text()
    assert_fits(page)


def test_works_without_scripts(site: Site, chromium: Browser) -> None:
    """The filter is a plain form: where nothing runs it gives the same."""
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site.url}/breakpoints")
    page.locator("select[name=kind]").select_option("unowned_control")
    page.locator("form.narrowed button[type=submit]").click()
    assert page.url == f"{site.url}/breakpoints?kind=unowned_control"
    context.close()
