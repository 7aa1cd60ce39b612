"""Uploads in a real browser: a file with bad rows, its progress, its report and its refused rows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.site import IMAGE, VIEWS, Site, assert_accessible, assert_fits

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("lang", "width", "height"), VIEWS)
def test_bad_rows_come_back(
    open_page: Callable[..., Page], site: Site, tmp_path: Path, lang: str, width: int, height: int
) -> None:
    """Checked first, which shows what would change; then loaded, with the refused row to take home."""
    file = tmp_path / "Channel.csv"
    file.write_text(f"id,name,valid_from\nCH-{lang},{IMAGE},\nCH-{lang}2,坏,not-a-day\n", encoding="utf-8")
    page = open_page(f"{site.url}/imports", width, height, lang)
    assert_fits(page)
    assert_accessible(page)
    for dry in (True, False):
        page.goto(f"{site.url}/imports")
        page.locator("input[type=file]").set_input_files(file)
        page.locator("input[name=source]").fill(f"browser {lang}")
        page.locator("input[name=dry_run]").set_checked(dry)
        page.locator("form.upload button").click()
        page.wait_for_url("**/imports/*")
        page.wait_for_selector("#job h2", timeout=30_000)
        row = page.locator("#job tbody tr", has_text="Channel").first.inner_text().split("\t")
        assert [cell.strip() for cell in row[1:]] == ["2", "1", "0", "0", "1"]
        assert page.get_attribute("#job", "hx-trigger") is None, "a job that ended is not asked for again"
        assert (IMAGE in page.locator("#job").inner_text()) == dry
    assert_fits(page)
    assert_accessible(page)
    with page.expect_download() as waiting:
        page.locator("#job .notice a").click()
    rejects = waiting.value.path().read_text("utf-8-sig")
    assert f"CH-{lang}2" in rejects
    assert "valid_from" in rejects
    page.goto(f"{site.url}/imports")
    assert page.locator("tbody tr", has_text="Channel.csv").count() >= 2


def test_a_hostile_file_name_is_text(open_page: Callable[..., Page], site: Site, tmp_path: Path) -> None:
    """The name of an upload is shown, whatever it is."""
    file = tmp_path / "<img src=x onerror=alert(1)>.csv"
    file.write_text("id\n1\n", encoding="utf-8")
    page = open_page(f"{site.url}/imports")
    page.locator("input[type=file]").set_input_files(file)
    page.locator("form.upload button").click()
    page.wait_for_url("**/imports/*")
    page.wait_for_selector("#job [role=alert], #job h2", timeout=30_000)
    assert page.locator("h1").inner_text() == file.name
    assert page.locator("img").count() == 0
