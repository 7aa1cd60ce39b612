"""Role × address: every declared address is open to exactly those the table of roles says, by whatever trick it is asked for."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from fastapi import FastAPI

from api.access.principal import RANKS
from api.access.route_table import declared_routes
from api.app import create_app
from api.roles import ROLES
from graph.errors import StoreReadOnly
from graph.text import Text
from tests.api.entry import Entry, copied, guarded, listening

FILLED = {"{id}": "C001", "{key}": "unowned_control|ControlPoint:CP1", "{kind}": "ControlPoint", "{name}": "raci", "{lang}": "en"}  # fmt: skip


@pytest.fixture(scope="module")
def entry(world: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Entry]:
    with guarded(copied(world, tmp_path_factory.mktemp("matrix"))) as made:
        yield made


def address(path: str) -> str:
    """An address as declared with something in every place."""
    for place, value in FILLED.items():
        path = path.replace(place, value)
    assert "{" not in path, f"say in FILLED what stands for a place of {path}"
    return path + "/suyuan.css" if path == "/static" else path


def test_the_table_of_roles_is_the_table_of_routes(entry: Entry) -> None:
    declared = {key for route in declared_routes(entry.app.routes) for key in route.rules()}
    assert sorted(declared - set(ROLES)) == [], "routes without a role"
    assert sorted(set(ROLES) - declared) == [], "roles without a route"


@pytest.mark.parametrize(("method", "path"), sorted(ROLES))
def test_each_role_gets_what_the_table_says(entry: Entry, method: str, path: str) -> None:
    needed = ROLES[method, path]
    for user in (None, "viewer", "analyst", "manager", "admin"):
        answer = entry.client(user).request(method, address(path))
        if needed == "anyone":
            assert answer.status_code not in (401, 403), (user, answer.text)
        elif user is None:
            assert answer.status_code == 401, answer.text
            assert answer.headers["www-authenticate"].startswith("Bearer")
            assert answer.json()["code"] == "login_needed"
        elif RANKS[user] < RANKS[needed]:  # type: ignore[index]  # users are called as their roles
            assert (answer.status_code, answer.json()["code"]) == (403, "forbidden"), user
        else:
            assert answer.status_code not in (401, 403), (user, answer.text)


@pytest.mark.parametrize(("method", "path"), sorted(key for key, role in ROLES.items() if role == "admin"))
def test_what_touches_everything_is_closed_to_who_is_confined(entry: Entry, method: str, path: str) -> None:
    with entry.books.database.writing() as db:  # as an identity provider may say it
        db.execute("UPDATE users SET role = 'admin' WHERE name = 'city'")
        db.execute("UPDATE tokens SET role = 'admin' WHERE user = 'city'")
    assert entry.client("city").request(method, address(path)).status_code == 403


@pytest.mark.parametrize("logins", [True, False])
def test_a_route_without_a_role_is_closed_to_everybody(entry: Entry, logins: bool) -> None:
    app: FastAPI = create_app(entry.store, logins=logins)

    @app.get("/forgotten")
    def forgotten() -> str:
        return "secret"

    with listening(app) as base:
        answer = httpx.get(f"{base}/forgotten", headers={"Authorization": f"Bearer {entry.tokens['admin']}"})
    assert answer.status_code == 403
    assert "secret" not in answer.text


def test_head_is_no_way_round(entry: Entry) -> None:
    assert entry.client().head("/api/v1/complaints/C001/trace").status_code in (401, 405)
    assert entry.client().head("/static/suyuan.css").status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "//api/v1/complaints/C001/trace", "/api/v1/./complaints/C001/trace", "/api/v1/docs/../complaints/C001/trace",
        "/api/v1/docs/..%2fcomplaints/C001/trace", "/API/v1/complaints/C001/trace", "/api/v1/complaints/C001/trace/",
        "/api/v1/complaints/C001%2ftrace", "/static/../api/v1/complaints/C001/trace", "/static/%2e%2e/api/v1/complaints",
        "/api/v1/complaints;x=/docs", "/api/v1/complaints/C001/trace%00", "/login/../api/v1/complaints",
        "/static/..%2f..%2fapp.py", "/static/%2e%2e%2f%2e%2e%2froles.py",
    ],
)  # fmt: skip
def test_no_spelling_of_an_address_lets_a_stranger_in(entry: Entry, path: str) -> None:
    answer = entry.client().get(path)
    assert answer.status_code in (307, 401, 404)
    assert "control_point" not in answer.text
    assert "from __future__" not in answer.text


@pytest.mark.parametrize("header", ["X-HTTP-Method-Override", "X-Method-Override", "X-HTTP-Method", "x-original-url", "X-Rewrite-URL"])  # fmt: skip
def test_no_header_turns_one_request_into_another(entry: Entry, header: str) -> None:
    value = "/api/v1/docs" if "url" in header.lower() else "GET"
    assert entry.client().post("/api/v1/imports", headers={header: value}).status_code == 401
    assert entry.client("viewer").post("/api/v1/imports", headers={header: value}).status_code == 403
    assert entry.client("viewer").get("/api/v1/imports/x?_method=GET", headers={header: value}).status_code == 403


@pytest.mark.parametrize("value", ["bearer {}", "BEARER {}", "Bearer   {}"])
def test_names_of_headers_and_schemes_have_no_case(entry: Entry, value: str) -> None:
    sent = {"aUTHORIZATION": value.format(entry.tokens["viewer"])}
    assert entry.client().get("/api/v1/matrices", headers=sent).status_code == 200


@pytest.mark.parametrize("value", ["Basic dmlld2VyOng=", "Bearer", "Bearer x", "Bearer sy_000000000000_" + "x" * 43, "Token {}", "{}"])  # fmt: skip
def test_what_is_no_token_of_ours_opens_nothing(entry: Entry, value: str) -> None:
    sent = {"Authorization": value.format(entry.tokens["viewer"])}
    assert entry.client().get("/api/v1/matrices", headers=sent).status_code == 401


def test_without_logins_everybody_at_this_machine_is_the_admin(world: str, tmp_path_factory: pytest.TempPathFactory) -> None:  # fmt: skip
    app = create_app(copied(world, tmp_path_factory.mktemp("open")))
    with listening(app) as base, httpx.Client(base_url=base) as client:
        assert client.get("/api/v1/imports/nothing").status_code == 404
        assert client.get("/api/v1/complaints").status_code == 200
        assert client.get("/account").status_code == 404
        for header in ("X-Forwarded-For", "x-real-IP", "Forwarded", "X-Forwarded-Host"):
            through = client.get("/api/v1/complaints", headers={header: "192.0.2.1"})
            assert (through.status_code, through.json()["code"]) == (403, "behind_a_proxy")


def test_books_that_cannot_be_used_open_nothing(entry: Entry, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise StoreReadOnly(Text("坏", "broken"), Text("修", "mend it"))

    monkeypatch.setattr(entry.books.tokens, "principal", broken)
    answer = entry.client("admin").get("/api/v1/complaints")
    assert (answer.status_code, answer.json()["code"]) == (503, "access_unavailable")
    assert "broken" not in answer.text
