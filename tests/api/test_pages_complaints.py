"""The pages about complaints over HTTP: search, the way to one complaint, its trace, and a verdict given by a form."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import httpx
import pytest

from api.app import create_app
from api.cli import run
from tests.api.conftest import WORLD, complaint, edge, node, write_lines
from tests.api.entry import Entry, copied, guarded, listening

AS_OF = "2026-03-31"
HTML = {"Accept": "text/html", "Accept-Language": "en"}


@pytest.fixture(scope="module")
def store(world: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The small world with evidence that can be weighed: an indicator in red, an upstream cause, a second category."""
    folder = tmp_path_factory.mktemp("pages")
    store = copied(world, folder)
    lines = [
        *WORLD[:3],
        node("Indicator", "KCI-T", name="试验指标", name_en="Test indicator", level="KCI", direction="higher", unit="%"),
        edge("MEASURED_BY", "ControlPoint:CP37", "Indicator:KCI-T"),
        node("Target", "T-T", value=99.0, warning=95.0),
        edge("OF", "Target:T-T", "Indicator:KCI-T"),
        node("Measurement", "V-T", value=90.0, period_start="2026-02-01", period_end="2026-03-01", event_at="2026-03-01T00:00:00.000000Z"),
        edge("OF", "Measurement:V-T", "Indicator:KCI-T"),
        edge("IN", "Measurement:V-T", "OrgUnit:P1"),
        *complaint("C900", "K-fee", text="宽带总是断线，装维人员没有回电"),
    ]  # fmt: skip
    file = write_lines(folder / "more.jsonl", lines)
    assert run(["ingest", str(file), "--store", store, "--json", "--source", "test"]) == 0
    return store


@pytest.fixture(scope="module")
def client(store: str) -> Iterator[httpx.Client]:
    with listening(create_app(store)) as base, httpx.Client(base_url=base, headers=HTML, timeout=30) as opened:
        yield opened


def shown(answer: httpx.Response) -> str:
    """The words of a page, one blank between them."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


def ids(answer: httpx.Response) -> list[str]:
    """The complaints of a list, in its order."""
    return [
        unquote(found)
        for found in re.findall(r'<th scope="row" class="narrow"><a href="/complaints/([^"]+)"', answer.text)
    ]


# ── search ──────────────────────────────────────────────────────────────────────────────────────────
def test_the_list_is_that_of_the_api(client: httpx.Client) -> None:
    over_api = client.get("/api/v1/complaints", params={"as_of": AS_OF}).json()["complaints"]
    page = client.get("/complaints", params={"as_of": AS_OF})
    assert page.status_code == 200
    assert len(ids(page)) == 13
    assert [f"Complaint:{id_}" for id_ in ids(page)] == [line["complaint"] for line in over_api]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"text": "装维"}, ["C900"]), ({"category": "说不清"}, ["区/1"]), ({"campaign": "M1", "text": "断线"}, ["C900"]),
        ({"unit": "HQ", "category": "K-odd"}, ["区/1"]), ({"since": "2026-03-06"}, []),
    ],
)  # fmt: skip
def test_what_is_asked_for_is_found(client: httpx.Client, query: dict[str, str], found: list[str]) -> None:
    page = client.get("/complaints", params=query)
    assert ids(page) == found
    for name in set(query) - {"as_of", "outcome"}:
        assert f'name="{name}" value="{query[name]}"' in page.text  # what was asked for stays in the form
    if not found:
        assert "No complaint here fits all of this." in page.text
        assert "Widen the days." in page.text


def test_an_outcome_is_that_of_the_traces(client: httpx.Client) -> None:
    outcome = {id_: client.get(f"/api/v1/complaints/{id_}/trace").json()["outcome"] for id_ in ("C001", "C011", "区/1")}
    for id_, own in outcome.items():
        assert id_ in ids(client.get("/complaints", params={"outcome": own}))
    other = next(name for name in ("no_internal_cause", "stage") if name not in outcome.values())
    assert not set(outcome) & set(ids(client.get("/complaints", params={"outcome": other})))


def test_the_id_of_a_complaint_leads_straight_to_it(client: httpx.Client) -> None:
    straight = client.get("/complaints", params={"text": " 区/1 ", "product": ""})
    assert (straight.status_code, straight.headers["location"]) == (303, "/complaints/%E5%8C%BA%2F1")
    by_htmx = client.get("/complaints", params={"text": "C001"}, headers={"HX-Request": "true"})
    assert by_htmx.headers["hx-redirect"] == "/complaints/C001"
    assert client.get(straight.headers["location"]).status_code == 200


def test_an_address_that_can_be_shared_has_no_empty_parts(client: httpx.Client) -> None:
    form = client.get(
        "/complaints", params={"text": "", "product": "", "outcome": "", "since": "", "until": "", "unit": "P1"}
    )
    assert (form.status_code, form.headers["location"]) == (303, "/complaints?unit=P1")


def test_a_name_that_is_not_stored_is_said_beside_the_form(client: httpx.Client) -> None:
    page = client.get("/complaints", params={"campaign": "夏季套", "text": "扣费"})
    assert page.status_code == 404
    assert "Did you mean 夏季套餐?" in shown(page)
    assert 'value="扣费"' in page.text
    assert client.get("/complaints", params={"text": "扣"}).status_code == 400
    assert client.get("/complaints", params={"since": "yesterday"}).status_code == 422
    assert client.get("/complaints", params={"nonsense": "1"}).status_code == 422


def test_pages_follow_each_other(client: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.pages.complaints.PAGE", 5)
    seen, address = [], "/complaints"
    for _ in range(3):
        page = client.get(address)
        seen += ids(page)
        (address,) = re.findall(r'href="([^"]+)" rel="next"', page.text) or [""]
        address = html.unescape(address)
    assert address == ""
    assert len(seen) == len(set(seen)) == 13


# ── the trace ───────────────────────────────────────────────────────────────────────────────────────
def test_a_trace_page_tells_what_the_trace_says(client: httpx.Client) -> None:
    answer = client.get("/api/v1/complaints/C001/trace", params={"as_of": AS_OF}).json()
    page = client.get("/complaints/C001", params={"as_of": AS_OF})
    words = shown(page)
    assert answer["explanation"]["en"] in words
    assert f"{answer['root']['probability'] * 100:.1f}%" in words
    terms = {term["name"]: term for term in answer["candidates"][0]["terms"]}
    assert terms["kci"]["facts"][0]["id"] == "Measurement:V-T"
    assert "Test indicator KCI-T : stood at 90% (2026-02-01 to 2026-03-01) · target 99" in words  # the facts in words
    assert "failed, yet released 2026-02-20" in words
    for weight in (f"× {2.718281828459045 ** terms[name]['value']:.4g}" for name in ("review", "kci")):
        assert weight in words
    for gap in answer["gaps"]:
        assert gap["message"]["en"] in words
    assert "/api/v1/maps?complaint=C001&amp;as_of=2026-03-31&amp;lang=en" in page.text
    assert "Post One" in words  # who answered then and in March


def test_the_owner_now_says_since_when(client: httpx.Client) -> None:
    now = shown(client.get("/complaints/C001", params={"as_of": "2026-08-01"}))
    assert "Post Two o2" in now
    assert "since 2026-07-01" in now
    assert "since" not in shown(client.get("/complaints/C001", params={"as_of": AS_OF})).partition("First contact")[0]


def test_both_languages_and_versions_of_the_numbers(client: httpx.Client) -> None:
    chinese = client.get("/complaints/C001", params={"parameters": "assumed-1"}, headers={"Accept-Language": "zh"})
    assert '<html lang="zh-CN">' in chinese.text
    assert "最先失守" in chinese.text
    assert client.get("/complaints/C001", params={"parameters": "no-such"}).status_code == 400
    missing = client.get("/complaints/NO-SUCH")
    assert missing.status_code == 404
    assert "NO-SUCH was not found" in shown(missing)
    assert client.get("/complaints/C001", params={"as_of": "never"}).status_code == 422


def test_what_if_tells_how_the_answer_changes(client: httpx.Client) -> None:
    page = client.get("/complaints/C001", params={"without": "Review:r1"})
    assert "Without " in shown(page)
    assert 'value="Review:r1" checked' in page.text
    refused = client.get("/complaints/C001", params={"without": "Review:none"})
    assert refused.status_code == 200
    assert "Review:none was not found" in shown(refused)


# ── a verdict ───────────────────────────────────────────────────────────────────────────────────────
def test_a_verdict_is_given_by_a_form_and_stands_on_the_page(client: httpx.Client) -> None:
    form = {
        "conclusion": "named",
        "control_point": "CP23",
        "subject": "Campaign:M1",
        "by": "岗位一",
        "reason": "配置 <b>错误</b>",
        "sampled": "dispute",
    }
    done = client.post("/complaints/C002/verdict", data=form)
    assert (done.status_code, done.headers["location"]) == (303, "/complaints/C002?said=added#verdicts")
    page = client.get("/complaints/C002")
    words = shown(page)
    assert "配置 <b>错误</b>" in words
    assert "<b>错误" not in page.text
    assert "intact" in words
    assert "Post One o1" in words.partition("Verdicts of people")[2]


def test_a_confirmation_is_the_answer_itself(client: httpx.Client) -> None:
    assert client.post("/complaints/C003/verdict", data={"conclusion": "confirm"}).status_code == 303
    row = shown(client.get("/complaints/C003")).partition("Verdicts of people")[2]
    assert " yes " in row


@pytest.mark.parametrize(
    ("form", "status", "told"),
    [
        ({}, 400, "no conclusion is chosen"), ({"conclusion": "named"}, 400, "no control point is given"),
        ({"conclusion": "named", "control_point": "CP-99"}, 404, "CP-99 was not found"),
        ({"conclusion": "unknown", "by": "nobody-known"}, 404, "nobody-known was not found"),
        ({"conclusion": "nonsense"}, 422, "conclusion"),
    ],
)  # fmt: skip
def test_what_cannot_be_taken_down_is_told_and_nothing_typed_is_lost(
    client: httpx.Client, form: dict[str, str], status: int, told: str
) -> None:
    page = client.post("/complaints/C004/verdict", data={**form, "reason": "我的理由"})
    assert page.status_code == status
    assert told in shown(page)
    if status != 422:
        assert ">我的理由</textarea>" in page.text
        assert "Nobody has judged this answer yet." in shown(page)
    assert client.post("/complaints/NO-SUCH/verdict", data={"conclusion": "confirm"}).status_code == 404


# ── who may see and do what ─────────────────────────────────────────────────────────────────────────
@pytest.fixture(scope="module")
def entry(store: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Entry]:
    folder: Path = tmp_path_factory.mktemp("guarded")
    with guarded(copied(store, folder)) as made:
        yield made


def test_a_viewer_looks_and_an_analyst_judges(entry: Entry) -> None:
    viewer, analyst = entry.client("viewer"), entry.client("analyst")
    assert "Store the verdict" not in viewer.get("/complaints/C001", headers=HTML).text
    assert "Store the verdict" in analyst.get("/complaints/C001", headers=HTML).text
    assert viewer.post("/complaints/C001/verdict", data={"conclusion": "confirm"}).status_code == 403
    assert analyst.post("/complaints/C001/verdict", data={"conclusion": "confirm"}).status_code == 303
    foreign = {"Sec-Fetch-Site": "cross-site"}
    assert analyst.post("/complaints/C001/verdict", data={"conclusion": "unknown"}, headers=foreign).status_code == 403


def test_a_user_of_a_unit_cannot_tell_that_other_complaints_are_there(entry: Entry) -> None:
    city = entry.client("city")
    assert ids(city.get("/complaints", headers=HTML)) == []
    assert city.get("/complaints", params={"text": "C001"}, headers=HTML).status_code == 200  # no way to it
    assert city.get("/complaints/C001", headers=HTML).status_code == 404
    assert city.post("/complaints/C001/verdict", data={"conclusion": "confirm"}).status_code == 404
    assert ids(entry.client("province").get("/complaints", headers=HTML)) != []


def test_every_look_at_a_text_and_every_verdict_is_written_down(entry: Entry) -> None:
    client = entry.client("analyst")
    client.get("/complaints/C005", headers=HTML)
    client.get("/complaints", params={"text": "装维"}, headers=HTML)
    client.post("/complaints/C005/verdict", data={"conclusion": "unknown", "reason": "装维"})
    events = [(event.who, event.action, event.target) for event in (one.event for one in entry.books.audit.entries())]
    for action, target in (
        ("complaint.read", "Complaint:C005"),
        ("complaint.search", "1"),
        ("verdict.give", "Complaint:C005"),
    ):
        assert ("analyst", action, target) in events
