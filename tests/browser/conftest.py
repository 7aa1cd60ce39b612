"""A real Chromium that watches each page it opens: whatever reaches for the network, complains or pops up fails the test.

Where Chromium or playwright is absent the browser tests are skipped, unless SUYUAN_REQUIRE_BROWSER=1: then they fail.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn
from urllib.parse import urlsplit

import pytest

from graph.subgraph import Subgraph
from graph.text import Lang
from tests.browser.site import site, untouched_site  # noqa: F401 — the fixtures of every page

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Route

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "map_sample.json"
NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)


@dataclass
class Watch:
    """What a page did that it must not: requests beyond its own file and 127.0.0.1, errors, policy violations, dialogs."""

    faults: list[str] = field(default_factory=list)

    def over(self, page: Page) -> None:
        """Start watching a page; requests to elsewhere are recorded and cut off."""
        page.route("**/*", self._route)
        page.on("websocket", lambda socket: self.faults.append(f"websocket {socket.url}"))
        page.on(
            "console",
            lambda message: (
                self.faults.append(f"console {message.text}") if message.type in ("error", "warning") else None
            ),
        )
        page.on("pageerror", lambda error: self.faults.append(f"error {error}"))
        page.on("popup", lambda popup: self.faults.append(f"popup {popup.url}"))

        def dialog(box: object) -> None:
            self.faults.append(f"dialog {box.message}")  # type: ignore[attr-defined]
            box.dismiss()  # type: ignore[attr-defined]

        page.on("dialog", dialog)

    def _route(self, route: Route) -> None:
        address = urlsplit(route.request.url)
        itself = address.scheme == "file" and route.request.is_navigation_request()
        if itself or address.scheme in ("data", "blob") or address.hostname == "127.0.0.1":
            route.continue_()
        else:
            self.faults.append(f"request {route.request.url}")
            route.abort()


def _no_browser(reason: str) -> NoReturn:
    if os.environ.get("SUYUAN_REQUIRE_BROWSER") == "1":
        pytest.fail(f"{reason}, and SUYUAN_REQUIRE_BROWSER=1 demands a browser")
    pytest.skip(f"{reason}; set SUYUAN_REQUIRE_BROWSER=1 to make this a failure")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The machine's Chromium, started once."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        _no_browser("playwright is not installed")
    executable = next((found for name in NAMES if (found := shutil.which(name))), None)
    if executable is None:
        _no_browser("no Chromium on this machine (apt-get install chromium fonts-noto-cjk)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture
def watch() -> Watch:
    """What the pages of this test did wrong; checked when the test ends."""
    return Watch()


@pytest.fixture
def open_page(chromium: Browser, watch: Watch) -> Iterator[Callable[..., Page]]:
    """Open an address in a fresh, watched page: ``open_page(url, width=1680, height=1000, lang="zh")``; any fault fails the test at its end."""
    opened = []

    def open_(url: str, width: int = 1680, height: int = 1000, lang: Lang = "zh") -> Page:
        locale = "zh-CN" if lang == "zh" else "en-GB"
        page = chromium.new_page(viewport={"width": width, "height": height}, locale=locale, accept_downloads=True)
        opened.append(page)
        watch.over(page)
        page.goto(url)
        return page

    yield open_
    for page in opened:
        page.close()
    assert watch.faults == []


@pytest.fixture
def open_html(open_page: Callable[..., Page], tmp_path: Path) -> Callable[..., Page]:
    """Write bytes to a file and open that file: ``open_html(html, width=…, height=…)``."""

    def open_(html: bytes, **size: int) -> Page:
        file = tmp_path / "page.html"
        file.write_bytes(html)
        return open_page(file.as_uri(), **size)

    return open_


@pytest.fixture(scope="session")
def sample() -> Subgraph:
    """A trace of 114 nodes over the plan's control points of domain 2 and 3 (people, figures and complaint are invented)."""
    return Subgraph.model_validate_json(GOLDEN.read_bytes())
