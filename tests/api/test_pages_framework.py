"""The pages about duties, indicator chains and gates over HTTP, and the names that their fields complete."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

import httpx
import pytest

from api.app import create_app
from api.cli import run
from tests.api.conftest import edge, node, write_lines
from tests.api.entry import copied, listening
from tests.api.test_pages_complaints import HTML, shown

AS_OF = "2026-03-31"


@pytest.fixture(scope="module")
def store(world: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The small world with a product, a stage entry, reviews of a gate, and a list of a day."""
    folder = tmp_path_factory.mktemp("pages")
    store = copied(world, folder)
    lines = [
        node("Product", "P9", name="家庭宽带", segment="home", network=True),
        edge("RUN_BY", "Product:P9", "OrgUnit:P1"),
        edge("PROMOTES", "Campaign:M1", "Product:P9"),
        node("StageEntry", "E1", event_at="2026-02-21T02:00:00.000000Z"),
        edge("OF", "StageEntry:E1", "Stage:D2-S2"),
        edge("ON", "StageEntry:E1", "Campaign:M1"),
    ]
    file = write_lines(folder / "more.jsonl", lines)
    assert run(["ingest", str(file), "--store", store, "--json", "--source", "test"]) == 0
    assert run(["breakpoints", "--store", store, "--as-of", AS_OF, "--json"]) == 0
    return store


@pytest.fixture(scope="module")
def client(store: str) -> Iterator[httpx.Client]:
    with listening(create_app(store)) as base, httpx.Client(base_url=base, headers=HTML, timeout=30) as opened:
        yield opened


# ── who ─────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("target", "place"),
    [("CP37", "/who/ControlPoint/CP37"), ("夏季套餐", "/who/Campaign/M1"), ("Stage:D2-S1", "/who/Stage/D2-S1"), ("甲省", "/who/OrgUnit/P1")],
)  # fmt: skip
def test_a_name_leads_to_who_answers(client: httpx.Client, target: str, place: str) -> None:
    found = client.get("/who", params={"target": target, "as_of": AS_OF})
    assert (found.status_code, found.headers["location"]) == (303, f"{place}?as_of={AS_OF}")
    page = client.get(found.headers["location"])
    assert page.status_code == 200
    assert client.get(f"/api/v1{place}", params={"as_of": AS_OF}).json()["explanation"]["en"] in shown(page)


def test_who_answered_before_and_after_a_change(client: httpx.Client) -> None:
    before, after = (
        shown(client.get("/who/ControlPoint/CP37", params={"as_of": day})) for day in ("2026-06-30", "2026-07-01")
    )
    assert "Post One" in before
    assert "Post Two" in after
    assert "Post One" not in after


def test_a_part_of_a_name_offers_what_is_near(client: httpx.Client) -> None:
    near = client.get("/who", params={"target": "夏季"})
    assert near.status_code == 200
    assert 'href="/who/Campaign/M1"' in near.text
    nothing = client.get("/who", params={"target": "zzzz"})
    assert nothing.status_code == 404
    assert "zzzz was not found" in shown(nothing)
    assert client.get("/who/Owner/o1").status_code == 400  # nobody answers for a person
    assert client.get("/who/ControlPoint/CP-99").status_code == 404
    assert client.get("/who/ControlPoint/CP37?as_of=soon").status_code == 422


def test_every_control_point_can_be_chosen(client: httpx.Client) -> None:
    points = re.findall(r'href="/who/ControlPoint/([^"]+)"', client.get("/who").text)
    assert len(points) == len(set(points)) == len(client.get("/api/v1/framework/ControlPoint").json()["nodes"])


# ── names ───────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("kind", "typed", "first"),
    [("ControlPoint", "cp37", "CP37"), ("Campaign", "套餐", "M1"), ("Owner", "post two", "o2"), ("answered-for", "CP37", "ControlPoint:CP37"), ("subjects", "宽带", "Product:P9")],
)  # fmt: skip
def test_a_field_completes_what_is_typed(client: httpx.Client, kind: str, typed: str, first: str) -> None:
    options = client.get(f"/names/{kind}", params={"whatever the field is called": typed})
    values = re.findall(r'<option value="([^"]*)"', options.text)
    assert values[0] == first
    assert len(values) <= 20


def test_names_of_facts_are_not_offered(client: httpx.Client) -> None:
    assert client.get("/names/Complaint", params={"q": "C001"}).status_code == 404
    assert "<option" not in client.get("/names/Owner", params={"q": "  "}).text


# ── chain ───────────────────────────────────────────────────────────────────────────────────────────
def test_a_chain_is_drawn_and_listed(client: httpx.Client) -> None:
    answer = client.get("/api/v1/indicators/CP23/chain", params={"as_of": AS_OF}).json()
    page = client.get("/chain/CP23", params={"as_of": AS_OF})
    assert answer["explanation"]["en"] in shown(page)
    assert page.text.count("<rect") == 1 + len(answer["indicators"])
    assert page.text.count("<path") == len(answer["chain"])
    weights = [f"{link['weight']:g}" for link in answer["chain"] if link["weight"] is not None]
    assert weights
    assert all(f"· {weight})" in page.text for weight in weights)
    for gap in answer["gaps"]:
        assert gap["message"]["en"] in shown(page)
    assert client.get("/chain/CP-99").status_code == 404


def test_the_chain_above_an_indicator_begins_in_its_column(client: httpx.Client) -> None:
    answer = client.get("/api/v1/indicators/KQI06/chain", params={"as_of": AS_OF}).json()
    page = client.get("/chain/KQI06", params={"as_of": AS_OF})
    assert answer["explanation"]["en"] in shown(page)
    assert re.findall(r'<text class="column"[^>]*>([^<]+)<', page.text) == ["KQI", "KPI"]
    assert page.text.count("<path") == len(answer["chain"]) >= 1


# ── gates ───────────────────────────────────────────────────────────────────────────────────────────
def test_a_campaign_page_is_what_the_gate_check_says(client: httpx.Client) -> None:
    found = client.get("/gates", params={"subject": "夏季套餐"})
    assert (found.status_code, found.headers["location"]) == (303, "/campaigns/M1")
    page = client.get("/campaigns/M1", params={"as_of": AS_OF})
    answer = client.post("/api/v1/gates/M1/check", params={"as_of": AS_OF}).json()
    words = shown(page)
    assert not answer["allowed"]
    assert f"may not go on {answer['explanation']['en']}" in words
    section = page.text.partition('id="gate-section"')[2].partition("</section>")[0]
    unmet = [one for gate in answer["gates"] for one in gate["unmet"]]
    assert section.count("/catalogue/ControlPoint/") + section.count("/catalogue/Gate/") == len(unmet) + len(
        answer["gates"]
    )
    for fact in (
        "Province One P1",
        "家庭宽带 P9",
        "provincial",
        "2026-01-01",
        "2026-02-21 10:00",
        "CP37 manual failed",
    ):
        assert fact in words  # who runs it, what it promotes, its tier, its start, the stage it entered, its review


def test_the_stage_that_is_asked_about_is_checked(client: httpx.Client) -> None:
    page = client.get("/campaigns/M1", params={"as_of": AS_OF, "stage": "D2-S3"})
    answer = client.post("/api/v1/gates/M1/check", params={"as_of": AS_OF, "stage": "D2-S3"}).json()
    assert answer["explanation"]["en"] in shown(page)
    assert '<option value="D2-S3" selected>' in page.text
    refused = client.get("/campaigns/M1", params={"stage": "no-such-stage"})
    assert refused.status_code == 200
    assert "no-such-stage was not found" in shown(refused)


def test_complaints_by_month_lead_to_them(client: httpx.Client) -> None:
    page = client.get("/campaigns/M1", params={"as_of": AS_OF})
    (address,) = re.findall(r'href="(/complaints\?campaign=M1&amp;since=[^"]+)"', page.text)
    assert html.unescape(address) == "/complaints?campaign=M1&since=2026-03-01&until=2026-03-31"
    assert "2026-03 12 12" in shown(page)
    assert shown(client.get(html.unescape(address))).count("夏季套餐 M1") == 12


def test_a_product_page_and_its_findings(client: httpx.Client) -> None:
    page = client.get("/products/P9", params={"as_of": AS_OF})
    words = shown(page)
    assert "夏季套餐 M1" in words
    findings = client.get("/api/v1/breakpoints", params={"as_of": AS_OF, "limit": "1000"}).json()["findings"]
    about = [one for one in findings if "Product:P9" in one["nodes"]]
    assert f"Findings about it {len(about)}" in words
    assert client.get("/products/NONE").status_code == 404
    assert client.get("/campaigns/P9").status_code == 404


def test_what_went_on_without_gates_stands_on_the_gate_page(client: httpx.Client) -> None:
    findings = client.get("/api/v1/breakpoints", params={"as_of": AS_OF, "limit": "1000"}).json()["findings"]
    ungated = [one for one in findings if one["kind"] == "passed_ungated"]
    assert ungated
    words = shown(client.get("/gates"))
    assert all(one["message"]["en"] in words for one in ungated)
    assert client.get("/gates", params={"subject": "zzzz"}).status_code == 404
