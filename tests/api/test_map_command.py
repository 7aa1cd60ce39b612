"""``suyuan map`` and GET /maps draw the same part of the graph: one offline page, or its value."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.api.test_http import served

AS_OF = "2026-03-31"


@pytest.fixture(scope="module")
def client(world: str) -> Iterator[httpx.Client]:
    with served(world) as opened:
        yield opened


def nodes(answer: httpx.Response) -> set[str]:
    assert answer.status_code == 200, answer.text
    return {node["id"] for node in answer.json()["nodes"]}


@pytest.mark.parametrize(
    ("words", "query"),
    [
        ([], {}),
        (["--unit", "P1"], {"unit": "P1"}),
        (["--owner", "岗位一"], {"owner": "岗位一"}),
        (["--stage", "D2-S5"], {"stage": "D2-S5"}),
        (["--campaign", "M1"], {"campaign": "M1"}),
        (["--complaint", "C001"], {"complaint": "C001"}),
    ],
)
def test_the_page_is_that_of_the_command_line(
    suyuan: Any, world: str, client: httpx.Client, tmp_path: Path, words: list[str], query: dict[str, str]
) -> None:
    out = tmp_path / "map.html"
    assert suyuan("map", *words, "--out", str(out), "--as-of", AS_OF, store=world).code == 0
    page = client.get(
        "/api/v1/maps", params={"as_of": AS_OF, **query}, headers={"Accept": "text/html", "Accept-Language": "en"}
    )
    assert page.headers["content-type"].startswith("text/html")
    assert page.content == out.read_bytes()
    assert nodes(client.get("/api/v1/maps", params={"as_of": AS_OF, **query}))


def test_what_each_choice_shows(client: httpx.Client) -> None:
    everything = nodes(client.get("/api/v1/maps", params={"as_of": AS_OF}))
    assert {"ControlPoint:CP37", "Owner:o1", "OrgUnit:P1", "Indicator:KPI-S1"} & everything >= {
        "ControlPoint:CP37",
        "Owner:o1",
    }
    stage = nodes(client.get("/api/v1/maps", params={"as_of": AS_OF, "stage": "D2-S5"}))
    assert {ref for ref in stage if ref.startswith("ControlPoint:")} == {
        f"ControlPoint:CP{n}" for n in (37, 38, 39, 40)
    }
    owner = nodes(client.get("/api/v1/maps", params={"as_of": AS_OF, "owner": "o1"}))
    assert {ref for ref in owner if ref.startswith("ControlPoint:")} == {"ControlPoint:CP37"}
    later = nodes(client.get("/api/v1/maps", params={"as_of": "2026-08-01", "stage": "D2-S5"}))
    assert "Owner:o2" in later
    assert "Owner:o1" not in later
    trace = client.get("/api/v1/maps", params={"as_of": AS_OF, "complaint": "C001"}).json()
    assert trace["title"]["en"] == "Trace of complaint C001"
    assert any(edge["on_path"] for edge in trace["edges"])


@pytest.mark.parametrize(
    ("accept", "html"),
    [
        ("", False),
        ("*/*", False),
        ("application/json", False),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", True),
        ("text/html;q=0.5, application/json", False),
        ("text/html;q=x", False),
        ("application/json, text/html", False),
    ],
)
def test_the_form_is_chosen_by_accept_and_tagged_apart(client: httpx.Client, accept: str, html: bool) -> None:
    answer = client.get("/api/v1/maps", params={"as_of": AS_OF, "stage": "D2-S5"}, headers={"Accept": accept})
    assert answer.headers["content-type"].startswith("text/html") is html
    assert answer.headers["vary"] == "Accept, Accept-Language" + (", Accept-Encoding" if html else "")
    tag = answer.headers["etag"]
    again = client.get(
        "/api/v1/maps", params={"as_of": AS_OF, "stage": "D2-S5"}, headers={"Accept": accept, "If-None-Match": tag}
    )
    assert (again.status_code, again.content) == (304, b"")
    other = client.get(
        "/api/v1/maps", params={"as_of": AS_OF, "stage": "D2-S5"},
        headers={"Accept": "application/json" if html else "text/html", "If-None-Match": tag},
    )  # fmt: skip
    assert other.status_code == 200


@pytest.mark.parametrize(
    ("words", "query", "status"),
    [
        (["--unit", "nowhere"], {"unit": "nowhere"}, 404),
        (["--complaint", "C001", "--unit", "P1"], {"complaint": "C001", "unit": "P1"}, 400),
        (["--product", "X", "--campaign", "M1"], {"product": "X", "campaign": "M1"}, 400),
    ],
)
def test_refusals(
    suyuan: Any, world: str, client: httpx.Client, tmp_path: Path, words: list[str], query: dict[str, str], status: int
) -> None:
    out = tmp_path / "map.html"
    assert suyuan("map", *words, "--out", str(out), store=world).code == 2
    assert not out.exists()
    assert client.get("/api/v1/maps", params=query).status_code == status
    assert suyuan("map", "--out", str(tmp_path / "map.png"), store=world).code == 2
