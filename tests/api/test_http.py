"""The HTTP face answers with what the command line answers, says when nothing changed, and explains every refusal."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn

import api.routes.common
from api.app import create_app
from api.speaking import language

AS_OF = "2026-03-31"


@contextmanager
def served(store_url: str) -> Iterator[httpx.Client]:
    """The application behind a real server on a free port, and a client for it."""
    with socket.socket(proto=socket.IPPROTO_TCP) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()  # who comes before the server is up waits
        server = uvicorn.Server(uvicorn.Config(create_app(store_url), log_config=None))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            with httpx.Client(base_url=f"http://127.0.0.1:{listener.getsockname()[1]}", timeout=30) as client:
                yield client
        finally:
            server.should_exit = True
            thread.join()


@pytest.fixture(scope="module")
def client(world: str) -> Iterator[httpx.Client]:
    with served(world) as opened:
        yield opened


def _without_clock(answer: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in answer.items() if name not in ("computed_at", "next")}


# ── the same answers ────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("complaint", ["C001", "C011", "区/1"])
def test_a_trace_is_the_one_of_the_command_line(client: httpx.Client, suyuan: Any, world: str, complaint: str) -> None:
    over_http = client.get(f"/api/v1/complaints/{complaint}/trace", params={"as_of": AS_OF})
    assert over_http.status_code == 200
    assert over_http.headers["content-type"] == "application/json"
    assert over_http.json() == suyuan("trace", complaint, "--as-of", AS_OF, "--json", store=world).json


def _pages(client: httpx.Client, **query: Any) -> Iterator[dict[str, Any]]:
    while True:
        answer = client.get("/api/v1/breakpoints", params={"as_of": AS_OF, **query})
        assert answer.status_code == 200, answer.text
        yield answer.json()
        if answer.json()["next"] is None:
            return
        query["after"] = answer.json()["next"]


@pytest.mark.parametrize("limit", [1, 7, 50, 1000])
def test_pages_cover_exactly_the_list(client: httpx.Client, suyuan: Any, world: str, limit: int) -> None:
    query: dict[str, Any] = {"kind": "unmonitored"} if limit == 1 else {}
    words = ["--kind", "unmonitored"] if limit == 1 else []
    whole = suyuan("breakpoints", "--as-of", AS_OF, "--json", *words, store=world).json
    pages = list(_pages(client, limit=limit, **query))
    assert len(whole["findings"]) > 20
    assert [finding for page in pages for finding in page["findings"]] == whole["findings"]
    assert all(len(page["findings"]) == limit for page in pages[:-1])
    for page in pages:
        assert _without_clock(page) | {"findings": []} == _without_clock(whole) | {"findings": []}


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"class": "blind_spot"}, ["--class", "blind_spot"]),
        ({"class": ["risk", "blind_spot"], "severity": [1, 2]}, ["--class", "risk", "--class", "blind_spot", "--severity", "1", "--severity", "2"]),
        ({"kind": "unowned_control"}, ["--kind", "unowned_control"]),
        ({"unit": "P1"}, ["--unit", "P1"]),
        ({"unit": "甲省"}, ["--unit", "OrgUnit:P1"]),
    ],
)  # fmt: skip
def test_selections_are_those_of_the_command_line(
    client: httpx.Client, suyuan: Any, world: str, query: dict[str, Any], words: list[str]
) -> None:
    whole = suyuan("breakpoints", "--as-of", AS_OF, "--json", *words, store=world).json
    (page,) = _pages(client, limit=1000, **query)
    assert _without_clock(page) == _without_clock(whole)


def test_health(client: httpx.Client, suyuan: Any, world: str) -> None:
    for address in ("/health", "/api/v1/health"):
        answer = client.get(address)
        assert answer.status_code == 200
        assert answer.json()["status"] == "ok"
        assert answer.json()["revision"] == suyuan("doctor", "--json", store=world).json["revision"]


def test_the_description_is_complete_and_needs_nothing_from_outside(client: httpx.Client) -> None:
    described = client.get("/api/v1/openapi.json").json()
    operations = [operation for path in described["paths"].values() for operation in path.values()]
    assert {"/api/v1/complaints/{id}/trace", "/api/v1/breakpoints", "/api/v1/health"} <= set(described["paths"])
    assert all(operation["summary"] and operation["description"] for operation in operations)
    assert all(p["description"] for operation in operations for p in operation.get("parameters", []))
    assert client.get("/docs").status_code == 404
    assert client.get("/redoc").status_code == 404


# ── revisions ───────────────────────────────────────────────────────────────────────────────────────
ADDRESSES = ["/api/v1/complaints/C001/trace", "/api/v1/breakpoints"]


@pytest.mark.parametrize("address", ADDRESSES)
def test_nothing_is_sent_twice(client: httpx.Client, address: str) -> None:
    first = client.get(address)
    tag = first.headers["etag"]
    for held in (tag, f'"other", {tag}', tag.removeprefix("W/"), "*"):
        again = client.get(address, headers={"If-None-Match": held})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert client.get(address, headers={"If-None-Match": 'W/"0.0"'}).status_code == 200
    assert client.get(address, params={"as_of": AS_OF}).headers["etag"] != tag


def test_a_write_moves_the_tag_and_the_answer(suyuan: Any, tmp_path: Path, world: str) -> None:
    url = _copied(world, tmp_path)
    with served(url) as client:
        before = client.get("/api/v1/breakpoints", params={"kind": "no_deputy"})
        assert client.get("/api/v1/complaints/NEW/trace").status_code == 404
        _add(suyuan, url, tmp_path, "NEW")
        after = client.get(
            "/api/v1/breakpoints", params={"kind": "no_deputy"}, headers={"If-None-Match": before.headers["etag"]}
        )
        assert after.status_code == 200
        assert after.json()["revision"]["facts"] > before.json()["revision"]["facts"]
        assert client.get("/api/v1/complaints/NEW/trace").json()["complaint"] == "Complaint:NEW"
        owner = client.get("/api/v1/complaints/NEW/trace").json()["owner"]
        deputies = tmp_path / "deputy.jsonl"
        deputies.write_text(
            json.dumps({"type": "relationship", "label": "DEPUTY", "start": {"id": "Assignment:a1"}, "end": {"id": "Owner:o1"}, "properties": {}}),
            encoding="utf-8",
        )  # fmt: skip
        assert suyuan("ingest", str(deputies), store=url).code == 0
        mended = client.get("/api/v1/breakpoints", params={"kind": "no_deputy"}).json()
        assert mended["revision"]["framework"] > after.json()["revision"]["framework"]
        assert len(mended["findings"]) < len(before.json()["findings"])
        assert client.get("/api/v1/complaints/NEW/trace").json()["owner"] == owner


def test_many_threads_get_the_answers_of_one(client: httpx.Client) -> None:
    expected = client.get("/api/v1/complaints/C001/trace", params={"as_of": AS_OF}).content
    found: list[bytes] = []

    def ask() -> None:
        for _ in range(5):
            found.append(client.get("/api/v1/complaints/C001/trace", params={"as_of": AS_OF}).content)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [expected] * 20


# ── refusals ────────────────────────────────────────────────────────────────────────────────────────
def _problem(answer: Any, status: int, code: str) -> dict[str, Any]:
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert body["status"] == status
    assert body["code"] == code
    assert body["type"] == f"urn:suyuan:problem:{code}"
    assert all(body[name]["zh"] and body[name]["en"] for name in ("message", "mend"))
    return body


@pytest.mark.parametrize(
    ("address", "status", "code", "part"),
    [
        ("/api/v1/complaints/C01/trace", 404, "unknown_id", "Did you mean"),
        ("/api/v1/complaints/%00/trace", 400, "bad_request", "Check the id"),
        ("/api/v1/complaints/C001/trace?as_of=yesterday", 400, "bad_request", "2026-03-01"),
        ("/api/v1/breakpoints?kind=unownd_control", 400, "bad_request", "Did you mean unowned_control?"),
        ("/api/v1/breakpoints?unit=P1-C9", 404, "unknown_id", "Did you mean P1-C1?"),
        ("/api/v1/breakpoints?after=xyz", 400, "bad_request", "begin anew"),
        ("/api/v1/breakpoints?after=W10", 400, "bad_request", "begin anew"),
        ("/api/v1/nothing", 404, "not_found", "openapi.json"),
    ],
)
def test_refusals(client: httpx.Client, address: str, status: int, code: str, part: str) -> None:
    english = client.get(address, headers={"Accept-Language": "en-GB,zh;q=0.5"})
    body = _problem(english, status, code)
    assert part in body["mend"]["en"]
    assert (body["title"], body["detail"]) == (body["message"]["en"], body["mend"]["en"])
    assert english.headers["content-language"] == "en"
    chinese = client.get(address).json()
    assert (chinese["title"], chinese["detail"]) == (chinese["message"]["zh"], chinese["mend"]["zh"])


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("limit=0", "limit"), ("limit=1001", "limit"), ("limit=many", "limit"), ("severity=5", "severity"),
        ("class=brekpoint", "class"), ("serverity=3", "serverity"),
    ],
)  # fmt: skip
def test_unusable_parameters_are_named(client: httpx.Client, query: str, parameter: str) -> None:
    body = _problem(client.get(f"/api/v1/breakpoints?{query}"), 422, "invalid_parameters")
    (found,) = body["parameters"]
    assert parameter in found["message"]["zh"]
    assert parameter in found["message"]["en"]


def test_a_method_that_is_not_there(client: httpx.Client) -> None:
    answer = client.post("/api/v1/breakpoints")
    _problem(answer, 405, "method_not_allowed")
    assert answer.headers["allow"] == "GET"


@pytest.mark.parametrize(
    ("host", "status"),
    [("127.0.0.1:1", 200), ("LOCALHOST", 200), ("[::1]:8321", 200), ("evil.example", 421), ("127.0.0.1.evil.example:80", 421), ("", 421)],
)  # fmt: skip
def test_only_callers_who_name_this_machine_are_answered(client: httpx.Client, host: str, status: int) -> None:
    answer = client.get("/health", headers={"Host": host})
    assert answer.status_code == status
    if status != 200:
        _problem(answer, status, "unknown_host")


def test_a_store_that_comes_late(suyuan: Any, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'late.db'}"
    with served(url) as client:
        for address in (*ADDRESSES, "/health"):
            body = _problem(client.get(address), 503, "store_missing")
            assert str(tmp_path) not in json.dumps(body)
        assert suyuan("init", "--empty", store=url).code == 0
        assert client.get("/health").status_code == 200


def test_an_internal_error_tells_nothing_but_its_id(
    client: httpx.Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("secret")

    monkeypatch.setattr(api.routes.common, "page", broken)
    answer = client.get("/api/v1/breakpoints")
    body = _problem(answer, 500, "internal_error")
    assert "secret" not in answer.text
    assert body["reference"] in caplog.text
    assert "Traceback" not in caplog.text


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("", "zh"),
        ("en", "en"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("fr, en;q=0.5", "en"),
        ("fr", "zh"),
        ("EN-us", "en"),
    ],
)
def test_accept_language(header: str, expected: str) -> None:
    assert language(header) == expected


def _copied(url: str, folder: Path) -> str:
    copy = folder / "copy.db"
    copy.write_bytes(Path(url.removeprefix("sqlite:///")).read_bytes())
    return f"sqlite:///{copy}"


def _add(suyuan: Any, url: str, folder: Path, id_: str) -> None:
    lines = [
        {"type": "node", "id": f"Complaint:{id_}", "labels": ["Complaint"], "properties": {"id": id_, "event_at": "2026-03-06T00:00:00.000000Z"}},
        {"type": "relationship", "label": "IN_CATEGORY", "start": {"id": f"Complaint:{id_}"}, "end": {"id": "Category:K-fee"}, "properties": {}},
        {"type": "relationship", "label": "ABOUT", "start": {"id": f"Complaint:{id_}"}, "end": {"id": "Campaign:M1"}, "properties": {}},
    ]  # fmt: skip
    file = folder / "new.jsonl"
    file.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    assert suyuan("ingest", str(file), store=url).code == 0
