"""Complaints over HTTP: searched, judged, and traced without being stored."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from graph.stores import open_store
from tests.api.test_http import _copied, _problem, served

AS_OF = "2026-03-31"
ROW = {"id": "C001", "event_at": "2026-03-05T10:00:00+08:00", "text": "多扣了 <b>10</b> 元", "ABOUT": ["M1"], "HOME_UNIT": "P1", "IN_CATEGORY": "K-fee"}  # fmt: skip


@pytest.fixture(scope="module")
def client(world: str) -> Iterator[httpx.Client]:
    with served(world) as opened:
        yield opened


def found(client: httpx.Client, **query: Any) -> list[str]:
    """Every page of a search."""
    ids: list[str] = []
    while True:
        answer = client.get("/api/v1/complaints", params={"as_of": AS_OF, **query})
        assert answer.status_code == 200, answer.text
        assert len(answer.json()["complaints"]) <= query.get("limit", 100)
        ids += [line["complaint"] for line in answer.json()["complaints"]]
        if answer.json()["next"] is None:
            return ids
        query["after"] = answer.json()["next"]


FEES = [f"Complaint:C{n:03}" for n in range(1, 11)]
ALL = [*FEES, "Complaint:C011", "Complaint:区/1"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, ALL),
        ({"limit": 1}, ALL),
        ({"limit": 5}, ALL),
        ({"category": "K-fee"}, FEES),
        ({"category": "多收费", "limit": 3}, FEES),
        ({"category": "K-odd"}, ["Complaint:区/1"]),
        ({"campaign": "夏季套餐"}, ALL),
        ({"unit": "HQ"}, ALL),
        ({"unit": "P1-C1"}, []),
        ({"text": "多扣"}, [*FEES, "Complaint:区/1"]),
        ({"text": "您好"}, ["Complaint:C011"]),
        ({"text": "退订"}, []),
        ({"since": "2026-03-05", "until": "2026-03-05"}, ALL),
        ({"since": "2026-03-06"}, []),
        ({"outcome": "named", "limit": 4}, FEES),
        ({"outcome": "unknown"}, ["Complaint:C011", "Complaint:区/1"]),
        ({"category": "K-fee", "unit": "P1", "text": "多扣", "outcome": "unknown"}, []),
    ],
)
def test_search(client: httpx.Client, query: dict[str, Any], expected: list[str]) -> None:
    ids = found(client, **query)
    if "outcome" in query:  # by what each trace says, whatever that is
        traced = {
            id_: client.get(f"/api/v1/complaints/{id_.partition(':')[2]}/trace", params={"as_of": AS_OF}).json()
            for id_ in ALL
        }
        inside = FEES if "category" in query else ALL
        expected = [id_ for id_ in inside if traced[id_]["outcome"] == query["outcome"]]
    assert ids == expected


def test_a_line_tells_what_a_list_shows(client: httpx.Client) -> None:
    (line,) = client.get("/api/v1/complaints", params={"limit": 1}).json()["complaints"]
    assert line == {
        "complaint": "Complaint:C001", "event_at": "2026-03-05T02:00:00.000000Z", "day": "2026-03-05", "excerpt": "多扣了 <b>10</b> 元",
        "categories": ["Category:K-fee"], "about": ["Campaign:M1"], "units": ["OrgUnit:P1"], "channels": [], "status": None,
        "severity": None, "outcome": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ({"product": "nothing"}, 404, "unknown_id"),
        ({"text": "费"}, 400, "bad_request"),
        ({"after": "x"}, 400, "bad_request"),
        ({"after": "W1tb" * 2000}, 400, "bad_request"),
        ({"as_of": "0001-01-01"}, 400, "bad_request"),
        ({"since": "March"}, 422, "invalid_parameters"),
        ({"limit": 1001}, 422, "invalid_parameters"),
        ({"outcome": "guilty"}, 422, "invalid_parameters"),
        ({"colour": "red"}, 422, "invalid_parameters"),
    ],
)
def test_search_refusals(client: httpx.Client, query: dict[str, Any], status: int, code: str) -> None:
    _problem(client.get("/api/v1/complaints", params=query), status, code)


def test_nothing_is_sent_twice(client: httpx.Client) -> None:
    tag = client.get("/api/v1/complaints").headers["etag"]
    assert client.get("/api/v1/complaints", headers={"If-None-Match": tag}).status_code == 304


# ── a complaint that is not stored ──────────────────────────────────────────────────────────────────
def test_a_row_gets_the_answer_of_the_stored_complaint_and_nothing_is_stored(client: httpx.Client, world: str) -> None:
    with_store = open_store(world)
    before = with_store.revision(), with_store.counts()
    stored = client.get("/api/v1/complaints/C001/trace", params={"as_of": AS_OF}).json()
    answer = client.post("/api/v1/trace", json=ROW, params={"as_of": AS_OF})
    assert answer.status_code == 200, answer.text
    assert answer.json() == stored
    assert stored["outcome"] != "unknown"
    assert (with_store.revision(), with_store.counts()) == before
    with_store.close()


def test_a_row_without_id_or_category_is_read_by_its_text(client: httpx.Client) -> None:
    row = {"event_at": "2026-03-05", "text": "账单金额和实际不符，话费多扣了"}
    answer = client.post("/api/v1/trace", json=row, params={"as_of": AS_OF}).json()
    assert answer["complaint"] == "Complaint:(unsaved)"
    assert any(anchor["words"] for anchor in answer["anchors"])


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"event_at": None}, 422, "invalid_parameters"),
        ({"event_at": "yesterday"}, 400, "bad_request"),
        ({"id": "\x00"}, 400, "bad_request"),
        ({"status": "sleeping"}, 400, "bad_request"),
        ({"IN_CATEGORY": ["K-none"]}, 404, "unknown_id"),
        ({"ABOUT": ["Stage:D1-S1"]}, 400, "bad_request"),
        ({"COLOUR": "red"}, 422, "invalid_parameters"),
        ({"text": "长" * 200_001}, 422, "invalid_parameters"),
        ({"ABOUT": ["M1"] * 101}, 422, "invalid_parameters"),
    ],
)
def test_rows_that_cannot_be_meant(client: httpx.Client, change: dict[str, Any], status: int, code: str) -> None:
    _problem(client.post("/api/v1/trace", json=ROW | change), status, code)


def test_a_body_that_is_no_json(client: httpx.Client) -> None:
    _problem(
        client.post("/api/v1/trace", content=b"{", headers={"Content-Type": "application/json"}),
        422,
        "invalid_parameters",
    )


# ── verdicts ────────────────────────────────────────────────────────────────────────────────────────
def test_a_verdict_is_stored_once_and_is_that_of_the_command_line(suyuan: Any, world: str, tmp_path: Path) -> None:
    url = _copied(world, tmp_path)
    with served(url) as client:
        stated = {
            "control_point": "CP37",
            "subject": "Campaign:M1",
            "by": "o1",
            "reason": "资费配置有误",
            "sampled": "dispute",
        }
        first = client.post("/api/v1/complaints/C001/verdict", json=stated, params={"as_of": AS_OF})
        assert (first.status_code, first.json()["stored"]) == (201, "added")
        again = client.post("/api/v1/complaints/C001/verdict", json=stated, params={"as_of": AS_OF})
        assert (again.status_code, again.json()["stored"]) == (200, "unchanged")
    (line,) = suyuan("verdicts", "--json", store=url).json["verdicts"]
    assert {name: first.json()[name] for name in line} == line


@pytest.mark.parametrize(
    ("id_", "stated", "status"),
    [
        ("C001", {}, 400),
        ("C001", {"confirm": True, "outcome": "unmodelled"}, 400),
        ("C001", {"control_point": "CP99"}, 404),
        ("C999", {"confirm": True}, 404),
        ("C001", {"confirm": "perhaps"}, 422),
    ],
)
def test_verdicts_that_cannot_be_given(client: httpx.Client, id_: str, stated: dict[str, Any], status: int) -> None:
    answer = client.post(f"/api/v1/complaints/{id_}/verdict", json=stated, params={"as_of": AS_OF})
    assert answer.status_code == status
