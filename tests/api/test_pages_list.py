"""The overview and the pages of the breakpoint list over HTTP: statuses, redirects, files, decisions and who sees what."""

from __future__ import annotations

import csv
import html
import io
import re
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from api.app import create_app
from api.cli import run
from api.context import now, read_as_of
from api.listing.lists import Listing
from api.listing.matrices import material
from api.listing.summaries import Summaries, Summary
from api.serving import Serving, serving
from graph.records import Revision
from queries.matrices.leakage import leaked
from tests.api.conftest import complaint, write_lines
from tests.api.entry import Entry, copied, guarded, listening

HTML = {"Accept": "text/html", "Accept-Language": "zh-CN"}
DAY = "2026-03-10"
KEY = "unowned_control|ControlPoint:CP01"
PAGE = f"/breakpoints/{quote(KEY, safe='')}"


@pytest.fixture(scope="module")
def store(world: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The small world with a list of a day."""
    store = copied(world, tmp_path_factory.mktemp("list"))
    assert run(["breakpoints", "--store", store, "--as-of", DAY, "--json"]) == 0
    return store


@pytest.fixture(scope="module")
def client(store: str) -> Iterator[httpx.Client]:
    with listening(create_app(store)) as base, httpx.Client(base_url=base, headers=HTML, timeout=60) as opened:
        yield opened


@pytest.fixture(scope="module")
def entry(store: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Entry]:
    folder = tmp_path_factory.mktemp("guarded")
    own = copied(store, folder)
    assert run(["breakpoints", "--store", own, "--as-of", DAY, "--json"]) == 0
    with guarded(own) as made:
        yield made


def version(page: str) -> str:
    """The state for which the forms of a page are made."""
    found = re.search(r'name="version" value="(\w+)"', page)
    assert found is not None
    return found[1]


# ── overview ────────────────────────────────────────────────────────────────────────────────────────
def test_the_overview_has_the_figures_of_the_run(client: httpx.Client, store: str) -> None:
    """Outcomes and months that the run counted are those of the traces and the tallies."""
    page = client.get("/")
    assert page.status_code == 200
    with serving(store) as desk:
        kept = desk.listing.last()
        assert kept is not None
        assert kept.stands
        summary = desk.summaries.of(kept.answer)
        assert summary is not None
        assert sum(summary.outcome_counts(None).values()) == 12
        assert [tuple(month) for month in summary.by_month(None)] == [("2026-03", 12, 12)]
        assert summary.by_month({"P1-C1"}) == []
        stuff = material(desk, read_as_of(DAY))
        whole = leaked(stuff.view, stuff.traces())
        kept_leak = summary.leak(None)
        assert kept_leak.sums == pytest.approx(whole.sums, abs=1e-5)
        assert kept_leak.unexplained == pytest.approx(whole.unexplained, abs=1e-5)
    assert f"{kept.answer.counts.by_class['breakpoint']}</strong>" in page.text


def test_an_empty_store_is_told_what_comes_first(empty: str) -> None:
    with listening(create_app(empty)) as base, httpx.Client(base_url=base, headers=HTML, timeout=60) as client:
        page = client.get("/")
        assert page.status_code == 200
        assert "从这里开始" in page.text
        assert page.text.count('class="done"') == 0
        assert "还没有算过清单" in client.get("/breakpoints").text
        assert client.get(PAGE).status_code == 404
        for path in ("/breakpoints", "/catalogue", "/maps", "/matrices/four_axes"):
            assert client.get(path).status_code == 200, path


def test_a_list_that_no_longer_stands_is_shown_as_such(world: str, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    """Data moved on: the page shows the list before, at once, and never runs it by itself."""
    folder = tmp_path_factory.mktemp("moved")
    own = copied(world, folder)
    assert run(["breakpoints", "--store", own, "--as-of", DAY, "--json"]) == 0
    file = write_lines(folder / "more.jsonl", complaint("C900", "K-fee"))
    assert run(["ingest", str(file), "--store", own, "--json", "--source", "test"]) == 0

    def never(*_: object, **__: object) -> None:
        raise AssertionError("the list was computed by looking at it")

    monkeypatch.setattr(Listing, "_run", never)
    with listening(create_app(own)) as base, httpx.Client(base_url=base, headers=HTML, timeout=60) as client:
        for path in ("/", "/breakpoints", PAGE, "/catalogue", "/catalogue/ControlPoint/CP01"):
            assert client.get(path).status_code == 200, path
        assert "清单计算之后数据已有变化" in client.get("/").text
        monkeypatch.undo()
        answer = client.post("/breakpoints", data={"as_of": DAY, "next": "/?a=b"})
        assert (answer.status_code, answer.headers["location"]) == (303, "/?a=b")
        assert "清单计算之后数据已有变化" not in client.get("/").text
        assert client.post("/breakpoints", data={"as_of": DAY, "next": "https://elsewhere"}).headers["location"] == "/"


def test_nobody_waits_for_a_run_that_goes_on(store: str, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    """While the list is computed anew the pages show the one before."""
    own = copied(store, tmp_path_factory.mktemp("running"))
    assert run(["breakpoints", "--store", own, "--as-of", DAY, "--json"]) == 0
    begun, go_on, compute = threading.Event(), threading.Event(), Serving._compute

    def slow(*asked: Any) -> Any:
        begun.set()
        assert go_on.wait(30)
        return compute(*asked)

    monkeypatch.setattr(Serving, "_compute", slow)
    with serving(own) as desk:
        running = threading.Thread(target=desk.listing.get, args=(DAY, now()), kwargs={"refresh": True})
        running.start()
        try:
            assert begun.wait(30)
            with ThreadPoolExecutor(1) as beside:
                kept = beside.submit(desk.listing.last).result(timeout=10)
            assert kept is not None
            assert kept.stands
        finally:
            go_on.set()
            running.join()


# ── list ────────────────────────────────────────────────────────────────────────────────────────────
def test_the_address_holds_only_what_was_said(client: httpx.Client) -> None:
    answer = client.get("/breakpoints?class=&unit=&words=CP01&kind=unowned_control&status=")
    assert (answer.status_code, answer.headers["location"]) == (303, "/breakpoints?words=CP01&kind=unowned_control")


@pytest.mark.parametrize(
    ("query", "status"),
    [("kind=nope", 400), ("severity=9", 422), ("class=nope", 422), ("unit=nope", 404), ("after=nope", 400), ("as_of=2026", 422), ("x=1", 422)],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused(client: httpx.Client, query: str, status: int) -> None:
    answer = client.get(f"/breakpoints?{query}")
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("text/html")


def test_pages_hold_every_finding_once(client: httpx.Client) -> None:
    found: list[str] = []
    place = "/breakpoints?class=breakpoint"
    while place:
        page = client.get(place).text
        found += re.findall(r'<td><a href="/breakpoints/([^"]+)">', page)
        after = re.search(r'href="([^"]+)" rel="next"', page)
        place = html.unescape(after[1]) if after else ""
    keys = [row["key"] for row in csv.DictReader(io.StringIO(client.get("/breakpoints.csv?class=breakpoint").text[1:]))]
    assert [httpx.URL(f"/{one}").path[1:] for one in found] == keys
    assert len(keys) > 50
    large = client.get("/breakpoints?class=breakpoint&limit=500").text
    assert len(re.findall(r'<td><a href="/breakpoints/', large)) == len(keys)


def test_another_day_is_another_list(client: httpx.Client) -> None:
    """On 2026-08-01 the holder of a1 is another one; the newest list is left alone."""
    assert "2026-08-01" in client.get("/breakpoints?as_of=2026-08-01").text
    assert DAY in client.get("/breakpoints").text


def test_files_hold_what_the_page_shows(client: httpx.Client) -> None:
    query = "?kind=unowned_control&words=CP01"
    rows = list(csv.DictReader(io.StringIO(client.get(f"/breakpoints.csv{query}").text[1:])))
    assert [row["key"] for row in rows] == [KEY]
    book = client.get(f"/breakpoints.xlsx{query}")
    assert book.content[:2] == b"PK"
    assert "attachment" in book.headers["content-disposition"]


# ── decisions ───────────────────────────────────────────────────────────────────────────────────────
def test_a_decision_leads_back_to_the_finding(client: httpx.Client) -> None:
    before = client.get(PAGE).text
    answer = client.post(
        PAGE,
        data={"version": version(before), "status": "assigned", "assignee": "岗位一", "due": "2099-01-31", "note": ""},
    )
    assert (answer.status_code, answer.headers["location"]) == (303, f"{PAGE}#case")
    after = client.get(PAGE).text
    assert "2099-01-31" in after
    assert "/catalogue/Owner/o1" in after


def test_a_decision_for_a_past_state_is_shown_beside_the_newer_one(client: httpx.Client) -> None:
    old = version(client.get(PAGE).text)
    assert client.post(PAGE, data={"version": old, "note": "先"}).status_code == 303
    answer = client.post(PAGE, data={"version": old, "note": "后"})
    assert answer.status_code == 409
    assert "先" in answer.text
    assert 'value="后"' in answer.text
    newer = version(answer.text)
    assert newer != old
    assert client.post(PAGE, data={"version": newer, "note": "后"}).status_code == 303


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ({"status": "verified"}, 400), ({"status": "assigned", "assignee": "nope"}, 422), ({"status": "accepted", "reason": "r"}, 400),
        ({"status": "accepted", "reason": "r", "due": "2020-01-01"}, 400), ({"status": "accepted", "reason": "r", "due": "someday"}, 400),
        ({"measure": "m", "measure_status": "nope"}, 400),
    ],
)  # fmt: skip
def test_a_refusal_keeps_what_was_typed(client: httpx.Client, said: dict[str, str], status: int) -> None:
    before = client.get(PAGE).text
    answer = client.post(PAGE, data=said)
    assert answer.status_code == status, answer.text
    assert 'role="alert"' in answer.text
    if said.get("reason"):
        assert 'value="r"' in answer.text
    assert version(client.get(PAGE).text) == version(before), "nothing was written"


def test_measures_are_added_and_moved(client: httpx.Client) -> None:
    assert client.post(PAGE, data={"measure": "培训", "measure_due": "2099-02-01"}).status_code == 303
    assert client.post(PAGE, data={"measure": "培训", "measure_status": "done"}).status_code == 303
    page = client.get(PAGE).text
    assert page.count('name="measure" value="培训"') == 1
    assert "2099-02-01" in page
    assert "培训 (done)" in page


def test_a_key_that_is_none_is_not_found(client: httpx.Client) -> None:
    assert client.get("/breakpoints/unowned_control%7CControlPoint%3ANope").status_code == 404
    assert client.post("/breakpoints/nope", data={"note": "x"}).status_code == 404


# ── who may ─────────────────────────────────────────────────────────────────────────────────────────
def test_a_viewer_reads_and_a_manager_decides(entry: Entry) -> None:
    viewer, manager = (entry.client(name) for name in ("viewer", "manager"))
    seen = viewer.get(PAGE, headers=HTML).text
    assert '<form method="post"' not in seen
    assert viewer.post(PAGE, data={"note": "x"}).status_code == 403
    assert viewer.post("/breakpoints", data={}).status_code == 403
    assert '<form method="post"' in manager.get(PAGE, headers=HTML).text
    assert manager.post(PAGE, data={"note": "x"}).status_code == 303
    assert "manager" in viewer.get(PAGE, headers=HTML).text, "the history names who"


def test_who_is_confined_to_a_unit_sees_its_own(entry: Entry) -> None:
    """P1-C1 has neither findings nor complaints; P1 has both, and nobody reaches beyond by an address."""
    city, province = (entry.client(name) for name in ("city", "province"))
    whole = entry.client("viewer").get("/breakpoints.csv").text.count("\n")
    rows = list(csv.DictReader(io.StringIO(province.get("/breakpoints.csv").text[1:])))
    assert 0 < len(rows) < whole - 1
    assert {row["unit"] for row in rows} <= {"OrgUnit:P1", "OrgUnit:P1-C1"}
    assert city.get(PAGE, headers=HTML).status_code == 404
    assert city.post(PAGE, data={"note": "x"}).status_code == 404
    front = city.get("/", headers=HTML)
    assert front.status_code == 200
    assert "2026-03</th>" not in front.text, "no complaint of other units is counted"
    assert "2026-03</th>" in province.get("/", headers=HTML).text
    for path in ("/maps", "/catalogue", "/catalogue/ControlPoint/CP37", "/matrices/leakage?show=true"):
        assert city.get(path, headers=HTML).status_code == 200, path
    assert city.get("/catalogue/Review/r1", headers=HTML).status_code == 404


def test_figures_that_cannot_be_kept_cost_the_page_its_figures_and_not_the_run(tmp_path: Path) -> None:
    summary = Summary(as_of=DAY, outcomes=(), leaked=(), unexplained=(), months=(), last_day=None, reviewed=())
    (tmp_path / "summaries" / f"1.2.{DAY}.json.gz").mkdir(parents=True)
    Summaries(tmp_path).keep(Revision(1, 2), summary)
    assert [path.name for path in (tmp_path / "summaries").iterdir()] == [f"1.2.{DAY}.json.gz"]
