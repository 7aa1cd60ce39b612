"""The site as people open it: a real server over a small world with hostile texts in it, and what every page must be.

The world is that of the API tests with a list computed for one day. Tests change it; none may count on what another one decided.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest
from axe_playwright_python.sync_playwright import Axe

from api.cli import run
from graph.settings import settings
from tests.api.conftest import FAILED_REVIEW, WORLD, complaint, edge, node, write_lines
from tests.api.service import running

if TYPE_CHECKING:
    from playwright.sync_api import Page

DAY = "2026-03-10"
"""The day of the list."""
VIEWS = [("zh", 1366, 768), ("en", 1920, 1080)]
"""Language and size of the window in which a task is clicked through."""
EVERY_VIEW = [(lang, width, height) for width, height in ((1366, 768), (1920, 1080)) for lang in ("zh", "en")]
IMAGE = "<img src=x onerror=alert(1)>"
HOSTILE = f"{IMAGE}{{{{7*7}}}}');DROP TABLE node;--\u202etxt.exe\u202c"
FORMULA = '=HYPERLINK("http://127.0.0.1/x","y")'
LONG = "长" * 50_000 + "x" * 50_000
HOSTILE_WORLD = [
    node("ControlPoint", "CPX", name=HOSTILE, name_en=f"{HOSTILE} en", covers=LONG),
    edge("AT", "ControlPoint:CPX", "Stage:D2-S5"),
    node("ControlPoint", "CPF", name=FORMULA),
    edge("AT", "ControlPoint:CPF", "Stage:D2-S5"),
    node("OrgUnit", "UX", name=HOSTILE, tier="city"),
    edge("PART_OF", "OrgUnit:UX", "OrgUnit:P1"),
    node("Owner", "ox", name=f"{IMAGE}{FORMULA}", party="role"),
    edge("BELONGS_TO", "Owner:ox", "OrgUnit:UX"),
    node("Category", "KX", name=HOSTILE),
    edge("POINTS_TO", "Category:KX", "ControlPoint:CPX", weight=1.0),
    node("Campaign", "MX", name=HOSTILE, tier="provincial", edition=LONG),
    edge("RUN_BY", "Campaign:MX", "OrgUnit:UX"),
    edge("ABOUT", "Complaint:CX1", "Campaign:MX"),
    *complaint("CX1", "KX", text=f"{HOSTILE}{FORMULA}"),
    *complaint("CX2", "KX", text=f"{HOSTILE}{LONG}"),
]
"""Names and texts that would run, break a sheet or push a page apart where anything is careless."""


class Site(NamedTuple):
    """A running site: its address, and the URL of its store."""

    url: str
    store: str


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The site, once for all tests of a run."""
    with open_site(tmp_path_factory.mktemp("site")) as opened:
        yield opened


@pytest.fixture(scope="module")
def untouched_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site of a module's own, for tests that count on the list of DAY being the newest."""
    with open_site(tmp_path_factory.mktemp("site")) as opened:
        yield opened


@contextmanager
def open_site(folder: Path) -> Iterator[Site]:
    """A running site in a folder."""
    store = f"sqlite:///{folder / 'site.db'}"
    settings.cache_clear()
    assert run(["init", "--store", store, "--json"]) == 0
    lines = [*WORLD, *FAILED_REVIEW, *HOSTILE_WORLD]
    for number in range(1, 11):
        lines += complaint(f"C{number:03}", "K-fee")
    lines += complaint("C011", None, text="<b>您好</b>") + complaint("区/1", "K-odd")
    file = write_lines(folder / "world.jsonl", lines)
    assert run(["ingest", str(file), "--store", store, "--json", "--source", "test"]) == 0
    assert run(["breakpoints", "--store", store, "--as-of", DAY, "--out", str(folder / "list.csv")]) == 0
    with running(store, folder / "log", workers=1) as service:
        yield Site(service.url, store)


def assert_accessible(page: Page) -> None:
    """No violation that axe finds."""
    page.wait_for_load_state()
    found = Axe().run(page).response["violations"]
    assert [(one["id"], [where["html"][:200] for where in one["nodes"]][:3]) for one in found] == []


def assert_fits(page: Page) -> None:
    """The page itself scrolls down only: what is wider scrolls in a box of its own."""
    page.wait_for_load_state()
    wide, window = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    assert wide <= window
