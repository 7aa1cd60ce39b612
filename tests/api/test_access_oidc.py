"""Logins at an identity provider: a real small one on this machine, and everything that a bad one or a thief could try."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from api.access.guard import COOKIE
from graph.settings import settings
from tests.api.entry import Entry, copied, guarded

CLIENT, SECRET = "suyuan", "s3cret-of-the-client"
Claims = dict[str, Any]


class Provider:
    """An identity provider that signs with a key of its own; ``spoil`` changes what it signs, ``sign`` how."""

    def __init__(self) -> None:
        self.key = RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": "RS256"})
        self.claims: Claims = {"sub": "u-1", "roles": ["staff", "quality"], "unit": "*"}
        self.spoil: Callable[[Claims], Claims] = lambda claims: claims
        self.sign: Callable[[Claims], str] = self.signed
        self.codes: dict[str, dict[str, str]] = {}
        self.refused: list[str] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                answers = {"/.well-known/openid-configuration": outer.described(), "/keys": {"keys": [outer.key.as_dict(private=False)]}}  # fmt: skip
                self._answer(answers.get(self.path))

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                form = {name: values[0] for name, values in parse_qs(body).items()}
                self._answer(outer.exchanged(form, self.headers.get("Authorization", "")))

            def _answer(self, content: Any) -> None:
                self.send_response(200 if content is not None else 400)
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(json.dumps(content or {"error": "invalid_grant"}).encode())

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.issuer = f"http://127.0.0.1:{self.server.server_port}"

    def described(self) -> dict[str, str]:
        return {"issuer": self.issuer, "authorization_endpoint": f"{self.issuer}/authorize", "token_endpoint": f"{self.issuer}/token", "jwks_uri": f"{self.issuer}/keys"}  # fmt: skip

    def consent(self, address: str) -> str:
        """The user agrees: a code for what the address asks."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert (asked["response_type"], asked["client_id"], asked["code_challenge_method"]) == ("code", CLIENT, "S256")
        assert "openid" in asked["scope"]
        code = f"code{len(self.codes)}"
        self.codes[code] = asked
        return code

    def exchanged(self, form: dict[str, str], authorization: str) -> dict[str, str] | None:
        asked = self.codes.pop(form.get("code", ""), None)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest()).decode().rstrip("=")  # fmt: skip
        known = "Basic " + base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        if asked is None or challenge != asked["code_challenge"] or authorization != known or form["redirect_uri"] != asked["redirect_uri"]:  # fmt: skip
            return None
        at = int(time.time())
        claims = self.claims | {"iss": self.issuer, "aud": CLIENT, "iat": at, "exp": at + 300, "nonce": asked["nonce"]}
        return {"access_token": "x", "token_type": "Bearer", "id_token": self.sign(self.spoil(claims))}

    def signed(self, claims: Claims) -> str:
        return jwt.encode({"alg": "RS256", "kid": "one"}, claims, self.key)


@pytest.fixture(scope="module")
def running() -> Iterator[Provider]:
    made = Provider()
    thread = threading.Thread(target=made.server.serve_forever)
    thread.start()
    yield made
    made.server.shutdown()
    made.server.server_close()
    thread.join()


@pytest.fixture
def provider(running: Provider) -> Provider:
    running.spoil, running.sign = lambda claims: claims, running.signed
    running.claims = {"sub": "u-1", "roles": ["staff", "quality"], "unit": "*"}
    return running


@pytest.fixture(scope="module")
def entry(world: str, running: Provider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Entry]:
    folder = tmp_path_factory.mktemp("oidc")
    secret = folder / "secret"
    secret.write_text(SECRET + "\n", encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SUYUAN_OIDC_ISSUER", running.issuer)
        patch.setenv("SUYUAN_OIDC_CLIENT_ID", CLIENT)
        patch.setenv("SUYUAN_OIDC_CLIENT_SECRET_FILE", str(secret))
        patch.setenv("SUYUAN_OIDC_ROLES", json.dumps({"quality": "analyst", "lead": "manager", "root": "admin"}))
        patch.setenv("SUYUAN_OIDC_UNIT_CLAIM", "unit")
        settings.cache_clear()
        with guarded(copied(world, folder)) as made:
            yield made
    settings.cache_clear()


def begun(client: httpx.Client, next_: str = "/api/v1/matrices") -> str:
    """Where the login sends the browser."""
    answer = client.get("/login/oidc", params={"next": next_})
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def back(client: httpx.Client, provider: Provider, address: str, **changes: str) -> httpx.Response:
    asked = parse_qs(urlsplit(address).query)
    query = {"code": provider.consent(address), "state": asked["state"][0]} | changes
    return client.get("/login/oidc/back", params=query)


def through(entry: Entry, provider: Provider) -> httpx.Response:
    client = entry.client()
    return back(client, provider, begun(client))


def test_a_login(entry: Entry, provider: Provider) -> None:
    client = entry.client()
    answer = back(client, provider, begun(client))
    assert (answer.status_code, answer.headers["location"]) == (303, "/api/v1/matrices")
    assert client.get("/api/v1/matrices").status_code == 200
    assert client.get("/api/v1/imports/x").status_code == 403
    assert client.post("/api/v1/complaints/X404/verdict", json={"confirm": True}).status_code == 404
    assert "oidc:u-1" in client.get("/account").text
    assert "/login/oidc?next=" in entry.client().get("/login").text
    actions = [(found.event.who, found.event.action) for found in entry.books.audit.entries()]
    assert ("oidc:u-1", "login") in actions


def test_the_highest_role_counts_and_the_unit_confines(entry: Entry, provider: Provider) -> None:
    provider.claims |= {"sub": "u-2", "roles": ["quality", "lead"], "unit": "P1-C1"}
    assert through(entry, provider).status_code == 303
    user = entry.books.users.get("oidc:u-2")
    assert (user.role, user.unit) == ("manager", "P1-C1")
    provider.claims |= {"roles": "quality", "unit": "*"}
    assert through(entry, provider).status_code == 303
    user = entry.books.users.get("oidc:u-2")
    assert (user.role, user.unit) == ("analyst", None), "as it is said at the last login"


@pytest.mark.parametrize("roles", [[], ["staff"], "staff", None, {"quality": 1}, 7])
def test_who_has_no_role_does_not_come_in(entry: Entry, provider: Provider, roles: Any) -> None:
    provider.claims |= {"sub": "u-3", "roles": roles}
    answer = through(entry, provider)
    assert answer.status_code == 403
    assert COOKIE not in answer.headers.get("set-cookie", "")


def test_who_is_disabled_here_does_not_come_in(entry: Entry, provider: Provider) -> None:
    provider.claims |= {"sub": "u-4"}
    assert through(entry, provider).status_code == 303
    entry.books.users.set_active("oidc:u-4", active=False)
    assert through(entry, provider).status_code == 403


def test_a_name_at_the_provider_is_no_local_user(entry: Entry, provider: Provider) -> None:
    provider.claims |= {"sub": "admin"}
    assert through(entry, provider).status_code == 303
    assert entry.books.users.get("oidc:admin").role == "analyst"
    form = {"name": "oidc:admin", "password": ""}
    for password in ("", "None", "null"):
        assert entry.client().post("/login", data=form | {"password": password}).status_code in (401, 422)


SPOILT: dict[str, Callable[[Claims], Claims]] = {
    "another nonce": lambda c: c | {"nonce": "x"},
    "no nonce": lambda c: {k: v for k, v in c.items() if k != "nonce"},
    "another audience": lambda c: c | {"aud": "other"},
    "no audience": lambda c: {k: v for k, v in c.items() if k != "aud"},
    "two audiences and no azp": lambda c: c | {"aud": [CLIENT, "other"]},
    "for another party": lambda c: c | {"aud": [CLIENT, "other"], "azp": "other"},
    "another issuer": lambda c: c | {"iss": "https://evil.example"},
    "past": lambda c: c | {"exp": c["iat"] - 100, "iat": c["iat"] - 400},
    "no end": lambda c: {k: v for k, v in c.items() if k != "exp"},
    "from the future": lambda c: c | {"iat": c["iat"] + 3600},
    "not yet good": lambda c: c | {"nbf": c["iat"] + 3600},
    "nobody": lambda c: {k: v for k, v in c.items() if k != "sub"},
    "a name that is no text": lambda c: c | {"sub": 7},
    "no unit where units are told": lambda c: c | {"unit": None},
    "a unit that is no text": lambda c: c | {"unit": ["P1"]},
}


@pytest.mark.parametrize("what", SPOILT)
def test_claims_that_are_not_of_this_login_are_refused(entry: Entry, provider: Provider, what: str) -> None:
    provider.spoil = SPOILT[what]
    _refused(entry, provider)


def _unsigned(claims: Claims) -> str:
    def part(value: Claims) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    return f"{part({'alg': 'none'})}.{part(claims)}."


def _by_a_stranger(claims: Claims) -> str:
    return jwt.encode({"alg": "RS256", "kid": "one"}, claims, RSAKey.generate_key(2048))


def _with_the_public_key_as_secret(provider: Provider) -> Callable[[Claims], str]:
    pem = provider.key.as_pem(private=False)
    return lambda claims: jwt.encode({"alg": "HS256", "kid": "one"}, claims, OctKey.import_key(pem.replace(b"-----", b"")))  # fmt: skip


@pytest.mark.parametrize("how", ["unsigned", "stranger", "confused", "cut", "other", "empty"])
def test_signatures_that_are_none_are_refused(entry: Entry, provider: Provider, how: str) -> None:
    provider.sign = {
        "unsigned": _unsigned, "stranger": _by_a_stranger, "confused": _with_the_public_key_as_secret(provider),
        "cut": lambda claims: provider.signed(claims)[:-8], "empty": lambda _: "",
        "other": lambda claims: jwt.encode({"alg": "RS256", "kid": "two"}, claims, provider.key),
    }[how]  # fmt: skip
    _refused(entry, provider)


def _refused(entry: Entry, provider: Provider) -> None:
    before = entry.books.audit.verify().rows
    answer = through(entry, provider)
    assert answer.status_code == 400, answer.text
    assert COOKIE not in answer.headers.get("set-cookie", "")
    rows = [found.event.action for found in entry.books.audit.entries() if found.number > before]
    assert rows == ["login.failed"]


def test_a_login_begun_elsewhere_does_not_end_here(entry: Entry, provider: Provider) -> None:
    mine, theirs = entry.client(), entry.client()
    address = begun(theirs)
    assert back(mine, provider, address).status_code == 400, "this browser has not begun"
    begun(mine)
    assert back(mine, provider, address).status_code == 400, "nor this one"
    assert back(theirs, provider, address).status_code == 303


def test_a_state_is_good_once(entry: Entry, provider: Provider) -> None:
    client = entry.client()
    address = begun(client)
    state = client.cookies["suyuan_oidc"]
    assert back(client, provider, address).status_code == 303
    client.cookies.set("suyuan_oidc", state, domain="127.0.0.1", path="/login")
    assert back(client, provider, address).status_code == 400


@pytest.mark.parametrize("changes", [{"code": "stolen"}, {"code": ""}, {"state": ""}, {"state": "x"}, {"error": "access_denied", "code": ""}])  # fmt: skip
def test_what_comes_back_must_be_what_was_sent(entry: Entry, provider: Provider, changes: dict[str, str]) -> None:
    client = entry.client()
    assert back(client, provider, begun(client), **changes).status_code == 400


@pytest.mark.parametrize("next_", ["//evil.example", "https://evil.example"])
def test_it_leads_nowhere_else(entry: Entry, provider: Provider, next_: str) -> None:
    client = entry.client()
    assert back(client, provider, begun(client, next_)).headers["location"] == "/"


def test_without_a_provider_there_is_no_such_login(world: str, tmp_path: Path) -> None:
    with guarded(copied(world, tmp_path)) as entry:
        assert entry.client().get("/login/oidc").status_code == 400
        assert "/login/oidc" not in entry.client().get("/login").text


@pytest.mark.parametrize(("issuer", "described"), [("http://192.0.2.1", None), ("http://127.0.0.1:1", None), (None, "https://other.example")])  # fmt: skip
def test_a_provider_that_cannot_be_trusted_is_refused(
    world: str, tmp_path: Path, provider: Provider, monkeypatch: pytest.MonkeyPatch, issuer: str | None, described: str | None
) -> None:  # fmt: skip
    monkeypatch.setenv("SUYUAN_OIDC_ISSUER", issuer or provider.issuer)
    monkeypatch.setenv("SUYUAN_OIDC_CLIENT_ID", CLIENT)
    settings.cache_clear()
    if described is not None:
        monkeypatch.setattr(provider, "described", lambda: Provider.described(provider) | {"issuer": described})
    with guarded(copied(world, tmp_path)) as entry:
        assert entry.client().get("/login/oidc").status_code == 400
