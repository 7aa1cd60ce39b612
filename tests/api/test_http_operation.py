"""What operation and readers of the API rely on: ready, metrics, a complete description with working examples, a role for every route."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from pydantic import BaseModel, TypeAdapter

from api.app import create_app
from api.roles import ROLES
from api.routes.openapi import examples
from tests.api.test_http import _problem, served


@pytest.fixture(scope="module")
def client(world: str) -> Iterator[httpx.Client]:
    with served(world) as opened:
        yield opened


@pytest.fixture(scope="module")
def app(world: str) -> FastAPI:
    return create_app(world)


@pytest.fixture(scope="module")
def operations(app: FastAPI) -> dict[str, dict[str, Any]]:
    return {
        f"{method.upper()} {path}": operation
        for path, methods in app.openapi()["paths"].items()
        for method, operation in methods.items()
    }


def routes(app: FastAPI) -> Iterator[tuple[str, APIRoute]]:
    """Every documented route under its name in the tables."""
    from fastapi.openapi.utils import get_openapi

    named = {operation["operationId"]: f"{method.upper()} {path}"
             for path, methods in get_openapi(title="x", version="1", routes=app.routes)["paths"].items()
             for method, operation in methods.items()}  # fmt: skip
    for route in _flat(app.routes):
        if route.include_in_schema and route.unique_id in named:
            yield named[route.unique_id], route


def _flat(found: Any) -> Iterator[APIRoute]:
    for route in found:
        if isinstance(route, APIRoute):
            yield route
        inner = getattr(route, "original_router", None)
        if inner is not None:
            yield from _flat(inner.routes)


# ── roles and examples ──────────────────────────────────────────────────────────────────────────────
def test_every_operation_says_its_role(operations: dict[str, Any]) -> None:
    """That every route has one, and none is left over, is a test of tests/api/test_access_matrix.py."""
    roles = {f"{method} {path}": role for (method, path), role in ROLES.items()}
    assert {name: operation["x-role"] for name, operation in operations.items()} == {
        name: roles[name] for name in operations
    }


def test_what_changes_something_needs_more_than_looking() -> None:
    reading = {"/api/v1/trace", "/api/v1/gates/{id}/check"}
    for (method, path), role in ROLES.items():
        if method != "GET" and path not in reading and not path.startswith(("/login", "/logout", "/account")):
            assert role in ("analyst", "manager", "admin")


def test_every_operation_has_an_example_of_each_body(operations: dict[str, Any]) -> None:
    assert set(examples()) == set(operations)
    for name, operation in operations.items():
        for content in operation.get("requestBody", {}).get("content", {}).values():
            assert content["example"], name
        for status, answer in operation["responses"].items():
            if status.startswith("2"):
                assert all(content["example"] for content in answer.get("content", {}).values()), name


def test_examples_are_answers_of_their_models(app: FastAPI) -> None:
    checked = 0
    for name, route in routes(app):
        if route.response_model is not None:
            TypeAdapter(route.response_model).validate_python(examples()[name]["response"])
            checked += 1
    assert checked >= 15


@pytest.mark.parametrize("name", ["POST /api/v1/trace"])
def test_example_requests_work(client: httpx.Client, name: str) -> None:
    answer = client.post(name.removeprefix("POST "), json=examples()[name]["request"], params={"as_of": "2026-03-31"})
    assert answer.status_code == 200, answer.text
    assert answer.json()["outcome"] == examples()[name]["response"]["outcome"]


def test_bodies_are_closed(app: FastAPI) -> None:
    """A misspelt field is refused, not ignored."""
    for _, route in routes(app):
        for field in route.dependant.body_params:
            model = field.field_info.annotation
            if isinstance(model, type) and issubclass(model, BaseModel):
                assert model.model_config.get("extra") == "forbid", route.path


# ── the page ────────────────────────────────────────────────────────────────────────────────────────
def test_the_description_is_one_page_that_fetches_and_runs_nothing(
    client: httpx.Client, operations: dict[str, Any]
) -> None:
    answer = client.get("/api/v1/docs", headers={"Accept-Language": "en"})
    assert answer.status_code == 200
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert '<html lang="en">' in answer.text
    assert all(f"<code>{name}</code>" in answer.text for name in operations)
    assert "<script" not in answer.text
    assert re.findall(r"(?:src|href)=\"(?!#|/api/)[^\"]*", answer.text) == []
    assert answer.content == client.get("/api/v1/docs", headers={"Accept-Language": "en"}).content
    assert '<html lang="zh-CN">' in client.get("/api/v1/docs").text


# ── ready and metrics ───────────────────────────────────────────────────────────────────────────────
def test_ready_loads_the_framework(client: httpx.Client) -> None:
    for address in ("/ready", "/api/v1/ready"):
        answer = client.get(address)
        assert answer.status_code == 200
        assert answer.json()["revision"] == client.get("/health").json()["revision"]
        assert answer.headers["cache-control"] == "no-store"


def test_a_store_that_is_not_there_is_not_ready_and_down(tmp_path: Path) -> None:
    with served(f"sqlite:///{tmp_path / 'none.db'}") as client:
        _problem(client.get("/ready"), 503, "store_missing")
        text = client.get("/metrics").text
        assert "\nsuyuan_store_up 0.0\n" in text
        assert "suyuan_store_revision" not in text


def test_requests_are_counted_under_their_declared_address(client: httpx.Client) -> None:
    client.get("/api/v1/complaints/C001/trace")
    client.get("/api/v1/complaints/C404/trace")
    client.get("/api/v1/no/such/thing/4711")
    answer = client.get("/metrics")
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    text = answer.text
    route = 'method="GET",route="/api/v1/complaints/{id:path}/trace"'
    assert re.search(re.escape(f'suyuan_http_requests_total{{{route},status="200"}}') + r" \d+", text)
    assert re.search(re.escape(f'suyuan_http_requests_total{{{route},status="404"}}') + r" \d+", text)
    assert 'route="(none)",status="404"' in text
    assert "4711" not in text
    assert "C001" not in text
    assert "\nsuyuan_store_up 1.0\n" in text
    buckets = [
        int(n)
        for n in re.findall(
            r'suyuan_http_request_seconds_bucket\{le="[^"]+",' + re.escape(f"{route}}}") + r" (\d+)", text
        )
    ]
    assert buckets == sorted(buckets)
    assert buckets[-1] >= 2
    assert f"suyuan_http_request_seconds_count{{{route}}} {buckets[-1]}" in text


# ── questions ───────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("/api/v1/who/ControlPoint/CP37", ["who", "CP37"]),
        ("/api/v1/who/Campaign/M1", ["who", "Campaign:M1"]),
        ("/api/v1/indicators/CP37/chain", ["chain", "CP37"]),
    ],
)
def test_questions_are_those_of_the_command_line(
    client: httpx.Client, suyuan: Any, world: str, address: str, words: list[str]
) -> None:
    answer = client.get(address, params={"as_of": "2026-03-31"})
    assert answer.status_code == 200, answer.text
    assert answer.json() == suyuan(*words, "--as-of", "2026-03-31", "--json", store=world).json
    assert (
        client.get(
            address, params={"as_of": "2026-03-31"}, headers={"If-None-Match": answer.headers["etag"]}
        ).status_code
        == 304
    )


def test_the_framework_is_listed_page_by_page_and_node_by_node(client: httpx.Client, suyuan: Any, world: str) -> None:
    found, after = [], None
    while True:
        page = client.get(
            "/api/v1/framework/ControlPoint", params={"limit": 7} | ({"after": after} if after else {})
        ).json()
        found += [row["node"] for row in page["nodes"]]
        after = page["next"]
        if after is None:
            break
    assert found == sorted(set(found))
    assert len(found) == suyuan("stats", "--json", store=world).json["nodes"]["ControlPoint"]
    node = client.get("/api/v1/framework/ControlPoint/CP37").json()
    assert node["properties"]["name"] == "计费准确性"
    assert {("AT", "ControlPoint:CP37", "Stage:D2-S5"), ("FOR", "Assignment:a1", "ControlPoint:CP37")} <= {
        (link["type"], link["source"], link["target"]) for link in node["links"]
    }
    _problem(client.get("/api/v1/framework/Complaint"), 404, "unknown_id")
    _problem(client.get("/api/v1/framework/ControlPoint/CP999"), 404, "unknown_id")
    _problem(client.get("/api/v1/who/Complaint/C001"), 400, "bad_request")
