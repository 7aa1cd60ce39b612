"""Logging in, staying in, being kept out: sessions, waits after failures, foreign pages, tokens, and how often one may ask."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from argon2 import PasswordHasher

import api.access.guard
import api.access.pages
from api.access.attempts import FREE_BY_ACCOUNT, Attempts, keys_of
from api.access.books import Books
from api.access.clock import later
from api.access.guard import COOKIE
from api.access.passwords import check_password
from api.app import create_app
from api.context import now
from graph.errors import UnknownId, UsageError
from graph.settings import settings
from tests.api.entry import PASSWORD, Entry, copied, guarded, listening

AT = "2026-03-01T08:00:00.000000Z"
SAME = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture(scope="module")
def entry(world: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Entry]:
    with guarded(copied(world, tmp_path_factory.mktemp("login"))) as made:
        yield made


@pytest.fixture(scope="module")
def logged_in(entry: Entry) -> httpx.Client:
    return entry.browser("analyst")


@pytest.fixture(scope="module")
def open_house(entry: Entry) -> Iterator[httpx.Client]:
    """A service that asks for no login, on this machine."""
    with listening(create_app(entry.store)) as base, httpx.Client(base_url=base, timeout=30) as client:
        yield client


@pytest.fixture
def books(tmp_path: Path) -> Iterator[Books]:
    made = Books(f"sqlite:///{tmp_path / 'own.db'}")
    made.users.add("anna", PASSWORD, "manager", None, AT)
    yield made
    made.close()


@pytest.fixture
def calm(entry: Entry) -> None:
    """No failures are remembered."""
    with entry.books.database.writing() as db:
        db.execute("DELETE FROM attempts")


def sign_in(client: httpx.Client, name: str, password: str, **form: str) -> httpx.Response:
    return client.post("/login", data={"name": name, "password": password, **form}, headers=SAME)


# ── sessions ────────────────────────────────────────────────────────────────────────────────────────
def test_in_and_out(entry: Entry, calm: None) -> None:
    client = entry.client()
    assert client.get("/account", headers={"Accept": "text/html"}).headers["location"] == "/login?next=%2Faccount"
    answer = sign_in(client, "viewer", PASSWORD, next="/api/v1/matrices?as_of=2026-03-31")
    assert (answer.status_code, answer.headers["location"]) == (303, "/api/v1/matrices?as_of=2026-03-31")
    cookie = answer.headers["set-cookie"]
    assert re.search(r"; HttpOnly", cookie)
    assert re.search(r"; SameSite=lax", cookie, re.I)
    assert "Secure" not in cookie
    secret = client.cookies[COOKIE]
    assert len(secret) >= 43
    assert client.get("/api/v1/matrices").status_code == 200
    assert client.get("/login").headers["location"] == "/"
    assert client.post("/logout", headers=SAME).status_code == 303
    assert COOKIE not in client.cookies
    assert entry.client().get("/api/v1/matrices", headers={"Cookie": f"{COOKIE}={secret}"}).status_code == 401


def test_the_secret_of_a_session_is_not_kept(entry: Entry, calm: None) -> None:
    secret = entry.browser("viewer").cookies[COOKIE]
    raw = b"".join(path.read_bytes() for path in entry.books.database.path.parent.iterdir())
    assert secret.encode() not in raw
    assert entry.tokens["viewer"].rpartition("_")[2].encode() not in raw
    assert PASSWORD.encode() not in raw
    assert entry.books.database.path.stat().st_mode & 0o777 == 0o600
    assert entry.books.database.path.parent.stat().st_mode & 0o777 == 0o700


def test_a_login_ends_the_session_before_it(entry: Entry, calm: None) -> None:
    client = entry.browser("viewer")
    planted = client.cookies[COOKIE]
    assert sign_in(client, "analyst", PASSWORD).status_code == 303
    assert client.cookies[COOKIE] != planted
    assert entry.client().get("/api/v1/matrices", headers={"Cookie": f"{COOKIE}={planted}"}).status_code == 401


def test_over_https_the_cookie_is_secure(entry: Entry, calm: None) -> None:
    forwarded = SAME | {"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.9"}
    answer = entry.client().post("/login", data={"name": "viewer", "password": PASSWORD}, headers=forwarded)
    assert "; Secure" in answer.headers["set-cookie"]
    assert answer.headers["strict-transport-security"].startswith("max-age=")
    assert "strict-transport-security" not in entry.client().get("/login").headers
    assert any(found.event.address == "203.0.113.9" for found in entry.books.audit.entries())


def test_sessions_end_by_time(books: Books) -> None:
    anna = books.users.get("anna")
    secret = books.sessions.begin(anna, AT)
    assert books.sessions.user(secret, later(AT, 3599)) == anna
    assert books.sessions.user(secret, later(AT, 3599 + 3601)) is None, "not used for an hour"
    at = AT
    secret = books.sessions.begin(anna, at)
    for _ in range(14):
        at = later(at, 3000)
        assert books.sessions.user(secret, at) is not None
    assert books.sessions.user(secret, later(AT, 12 * 3600 + 1)) is None, "used all the time, but for twelve hours"


def test_sessions_end_with_the_password_and_with_the_user(books: Books) -> None:
    anna = books.users.get("anna")
    secret, other = books.sessions.begin(anna, AT), books.sessions.begin(anna, AT)
    books.users.set_password("anna", "quite another phrase")
    assert (books.sessions.user(secret, AT), books.sessions.user(other, AT)) == (None, None)
    secret = books.sessions.begin(anna, AT)
    token = books.tokens.create(anna, "viewer", "", 1, AT)[1]
    books.users.set_active("anna", active=False)
    assert books.sessions.user(secret, AT) is None
    assert books.tokens.principal(token, AT) is None
    assert books.users.check("anna", "quite another phrase") is None
    books.users.set_active("anna", active=True)
    assert books.sessions.user(secret, AT) is None, "a session that ended stays ended"


def test_a_session_that_is_past_is_refused_at_the_door(entry: Entry, calm: None, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    client = entry.browser("viewer")
    monkeypatch.setattr(api.access.guard, "now", lambda: later(now(), 3700))
    assert client.get("/api/v1/matrices").status_code == 401


def test_changing_the_password(entry: Entry, calm: None) -> None:
    entry.books.users.add("berta", PASSWORD, "viewer", None, AT)
    client, other = entry.browser("berta"), entry.browser("berta")
    form = {"present": PASSWORD, "password": "a brand new phrase", "again": "a brand new phrase"}
    for change in ({"present": "wrong"}, {"again": "not the same at all"}, {"password": "short", "again": "short"}):
        assert client.post("/account/password", data=form | change, headers=SAME).status_code == 400
    assert client.post("/account/password", data=form, headers=SAME).status_code == 303
    assert other.get("/api/v1/matrices").status_code == 401
    assert client.get("/api/v1/matrices").status_code == 200
    assert sign_in(entry.client(), "berta", PASSWORD).status_code == 401
    assert sign_in(entry.client(), "berta", "a brand new phrase").status_code == 303


# ── where one goes on to ────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    "next_",
    ["//evil.example", "https://evil.example/", "/\\evil.example", "\\\\evil.example", "/\t/evil.example", "javascript:alert(1)", "evil.example",
     "///evil.example", "/%0d%0aSet-Cookie:x=1\r\nX: y", " //evil.example", ""],
)  # fmt: skip
def test_a_login_leads_nowhere_else(entry: Entry, calm: None, next_: str) -> None:
    answer = sign_in(entry.client(), "viewer", PASSWORD, next=next_)
    assert answer.headers["location"] == "/"
    assert entry.browser("viewer").get("/login", params={"next": next_}).headers["location"] == "/"
    assert 'name="next" value="/"' in entry.client().get("/login", params={"next": next_}).text


# ── failures ────────────────────────────────────────────────────────────────────────────────────────
def test_an_account_has_to_wait_after_failures_and_is_told_how_long(
    entry: Entry, calm: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, at = entry.client(), now()
    monkeypatch.setattr(api.access.pages, "now", lambda: at)
    for _ in range(FREE_BY_ACCOUNT):
        assert sign_in(client, "analyst", "wrong").status_code == 401
    answer = sign_in(client, "analyst", PASSWORD)
    assert answer.status_code == 429, "the right one has to wait as well"
    assert int(answer.headers["retry-after"]) >= 1
    assert answer.headers["retry-after"] in answer.text
    assert sign_in(client, "Analyst", "wrong").status_code == 429, "whatever the case of the name"
    assert sign_in(client, "viewer", PASSWORD).status_code == 303, "nobody else has to"
    monkeypatch.setattr(api.access.pages, "now", lambda: later(at, 1.1))
    assert sign_in(client, "analyst", PASSWORD).status_code == 303
    assert sign_in(client, "analyst", "wrong").status_code == 401, "all is forgotten"


def test_waits_grow_and_end(books: Books) -> None:
    keys, at, waits = keys_of("anna", "198.51.100.1"), AT, []
    for _ in range(25):
        wait = books.attempts.begin(keys, at)
        waits.append(wait)
        at = later(at, wait + 0.001 if wait else 0.0)
    told = [round(wait) for wait in waits if wait]
    assert told[:5] == [1, 2, 4, 8, 16]
    assert max(told) <= 900
    assert books.attempts.begin(keys_of("anna", "198.51.100.2"), later(at, 2 * 86400)) == 0.0


def test_an_address_has_to_wait_whatever_the_account(books: Books) -> None:
    waits = [books.attempts.begin(keys_of(f"user{n}", "198.51.100.1"), AT) for n in range(30)]
    assert waits[:20] == [0.0] * 20
    assert waits[20] > 0
    assert books.attempts.begin(keys_of("user99", "198.51.100.2"), AT) == 0.0


def test_two_processes_count_together_and_many_at_once_do_not_slip_through(books: Books) -> None:
    others = [Books("") for _ in range(4)]
    for other in others:
        other.database.path = books.database.path
    passed: list[float] = []

    def try_(attempts: Attempts) -> None:
        passed.extend(attempts.begin(keys_of("anna", "198.51.100.1"), AT) for _ in range(10))

    threads = [threading.Thread(target=try_, args=(other.attempts,)) for other in others]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert passed.count(0.0) == FREE_BY_ACCOUNT
    for other in others:
        other.close()


def test_time_does_not_tell_which_names_there_are(books: Books) -> None:
    def taken(name: str) -> float:
        best = 9.0
        for _ in range(5):
            began = time.perf_counter()
            assert books.users.check(name, "not the password") is None
            best = min(best, time.perf_counter() - began)
        return best

    taken("nobody")
    known, unknown = taken("anna"), taken("nobody")
    assert 0.5 < known / unknown < 2.0
    assert unknown > 0.005, "a hash was made for nobody, too"


def test_answers_do_not_tell_which_names_there_are(entry: Entry, calm: None) -> None:
    def told(name: str) -> tuple[int, str]:
        answer = sign_in(entry.client(), name, "not the password")
        return answer.status_code, answer.text.replace(name, "NAME")

    assert told("viewer") == told("nobody")


@pytest.mark.parametrize("name", ['"><img src=x onerror=alert(1)>', "{{7*7}}", "');DROP TABLE users;--", "=HYPERLINK(1)", "\u202eevil", "a" * 200])  # fmt: skip
def test_names_that_are_no_names_do_nothing(entry: Entry, calm: None, name: str) -> None:
    answer = sign_in(entry.client(), name, "not the password")
    assert answer.status_code == 401
    assert "<img" not in answer.text
    assert "49" not in answer.text.partition("<main")[2]
    assert len(entry.books.users.all()) >= 6
    last = list(entry.books.audit.entries())[-1]
    assert (last.event.action, last.event.who) == ("login.failed", name)


# ── passwords ───────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("password", ["short", "123456789", "1234567890", "Password123", "anna123456"[:9], "qwertyuiop", "aaaaaaaaaab", "woaini1314", "x" * 257])  # fmt: skip
def test_poor_passwords_are_refused(password: str) -> None:
    with pytest.raises(UsageError):
        check_password("anna", password)


@pytest.mark.parametrize("name", ["administrator1", "a.long.name@example"])
def test_a_name_is_no_password(name: str) -> None:
    for password in (name, name.upper(), name[::-1], name * 2):
        with pytest.raises(UsageError):
            check_password(name, password)


@pytest.mark.parametrize("password", ["correct horse battery", "云南省投诉溯源系统第一版", "Tr0ub4dor&3x"])
def test_good_ones_are_not(password: str) -> None:
    check_password("anna", password)


def test_a_hash_of_dated_parameters_is_made_anew(books: Books) -> None:
    def kept() -> str:
        with books.database.reading() as db:
            return str(db.execute("SELECT password FROM users WHERE name = 'anna'").fetchone()[0])

    assert kept().startswith("$argon2id$")
    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    with books.database.writing() as db:
        db.execute("UPDATE users SET password = ?", (weak,))
    assert books.users.check("anna", "wrong") is None
    assert kept() == weak
    assert books.users.check("anna", PASSWORD) is not None
    assert kept() != weak
    assert books.users.check("anna", PASSWORD) is not None


@pytest.mark.parametrize("name", ["", "a b", "oidc:anna", "a/b", "x" * 65, "a\n", "<b>", "anna"])
def test_names_that_cannot_be(books: Books, name: str) -> None:
    with pytest.raises(UsageError):
        books.users.add(name, PASSWORD, "viewer", None, AT)


def test_an_admin_is_not_confined(books: Books) -> None:
    with pytest.raises(UsageError):
        books.users.add("boss", PASSWORD, "admin", "P1", AT)
    assert not books.users.has_admin()


# ── tokens ──────────────────────────────────────────────────────────────────────────────────────────
def test_a_token_is_never_mightier_than_its_user(books: Books) -> None:
    anna = books.users.get("anna")
    with pytest.raises(UsageError):
        books.tokens.create(anna, "admin", "", 1, AT)
    token, written = books.tokens.create(anna, "manager", "", 1, AT)
    found = books.tokens.principal(written, AT)
    assert found is not None
    assert found.role == "manager"
    with books.database.writing() as db:
        db.execute("UPDATE users SET role = 'viewer', unit = 'P1'")
    found = books.tokens.principal(written, AT)
    assert found is not None
    assert (found.role, found.unit) == ("viewer", "P1"), "it is less the moment its user is"
    assert books.tokens.all()[0].used_at == AT
    assert books.tokens.principal(written, later(AT, 86400)) is None
    books.tokens.revoke(token.id, AT)
    assert books.tokens.principal(written, AT) is None
    with pytest.raises(UnknownId):
        books.tokens.revoke(token.id, AT, "somebody else")


@pytest.mark.parametrize("days", [0, -1, 367, 10**9])
def test_tokens_end(books: Books, days: int) -> None:
    with pytest.raises(UsageError):
        books.tokens.create(books.users.get("anna"), "viewer", "", days, AT)


def test_tokens_on_the_page_of_the_account(entry: Entry, calm: None) -> None:
    client = entry.browser("analyst")
    answer = client.post("/account/tokens", data={"role": "viewer", "label": "<b>bot</b>", "days": "7"}, headers=SAME)
    (written,) = re.findall(r"<code>(sy_[\w-]+)</code>", answer.text)
    assert "<b>bot</b>" not in answer.text
    program = httpx.Client(base_url=entry.base, headers={"Authorization": f"Bearer {written}"})
    with program:
        assert program.get("/api/v1/matrices").status_code == 200
        assert program.post("/api/v1/complaints/C001/verdict", json={"confirm": True}).status_code == 403
        assert program.post("/account/tokens", data={"role": "viewer"}).status_code == 400, "a token makes no tokens"
        assert written not in client.get("/account").text
        assert client.post("/account/tokens", data={"role": "admin"}, headers=SAME).status_code == 400
        assert client.post("/account/tokens", data={"role": "king"}, headers=SAME).status_code == 422
        id_ = written.split("_")[1]
        assert entry.browser("viewer").post(f"/account/tokens/{id_}/revoke", headers=SAME).status_code == 404
        assert client.post(f"/account/tokens/{id_}/revoke", headers=SAME).status_code == 303
        assert program.get("/api/v1/matrices").status_code == 401


# ── pages of other sites ────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("headers", "passes"),
    [
        ({}, True),
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Sec-Fetch-Site": "none"}, True),
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Sec-Fetch-Site": "same-site"}, False),
        ({"sec-fetch-SITE": "Cross-Site"}, False),
        ({"Sec-Fetch-Site": ""}, False),
        ({"Origin": "{base}"}, True),
        ({"Origin": "https://evil.example"}, False),
        ({"Origin": "null"}, False),
        ({"Origin": ""}, False),
        ({"Origin": "{base}.evil.example"}, False),
        ({"Origin": "http://127.0.0.1:1"}, False),
        ({"Origin": "{base}", "Sec-Fetch-Site": "cross-site"}, False),
    ],
)
def test_pages_of_other_sites_change_nothing(
    logged_in: httpx.Client, open_house: httpx.Client, headers: dict[str, str], passes: bool
) -> None:
    for client in (logged_in, open_house):
        base = str(client.base_url).rstrip("/")
        sent = {name: value.format(base=base) for name, value in headers.items()}
        answer = client.post("/api/v1/complaints/C404/verdict", json={"confirm": True}, headers=sent)
        assert answer.status_code == (404 if passes else 403)
        assert answer.json()["code"] == ("unknown_id" if passes else "foreign_origin")
        assert client.get("/api/v1/matrices", headers=sent).status_code == 200, (
            "looking is open to links from elsewhere"
        )


def test_answers_tell_the_browser_what_to_keep_to(entry: Entry) -> None:
    for path in ("/login", "/api/v1/complaints", "/nothing", "/static/suyuan.css"):
        headers = entry.client().get(path).headers
        policy = headers["content-security-policy"]
        assert "unsafe" not in policy
        assert {"default-src 'none'", "script-src 'self'", "base-uri 'none'", "frame-ancestors 'self'"} <= set(policy.split("; "))  # fmt: skip
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
    assert "style-src 'unsafe-inline'" in entry.client().get("/api/v1/docs").headers["content-security-policy"]
    assert "content-security-policy" in entry.client().get("/health", headers={"Host": "evil.example"}).headers


# ── how often ───────────────────────────────────────────────────────────────────────────────────────
def test_too_many_requests(world: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUYUAN_RATE_LIMIT", "5/minute")
    monkeypatch.setenv("SUYUAN_RATE_LIMIT_ANONYMOUS", "3/minute")
    settings.cache_clear()
    with guarded(copied(world, tmp_path)) as entry:
        found = [entry.client("viewer").get("/api/v1/matrices").status_code for _ in range(6)]
        assert found == [200] * 5 + [429]
        assert entry.client("analyst").get("/api/v1/matrices").status_code == 200
        answers = [entry.client().get("/health") for _ in range(4)]
        assert [answer.status_code for answer in answers] == [200] * 3 + [429]
        assert 1 <= int(answers[-1].headers["retry-after"]) <= 60
        assert answers[-1].json()["code"] == "too_many_requests"


def test_a_bound_that_is_none_is_refused(world: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUYUAN_RATE_LIMIT", "often")
    settings.cache_clear()
    with pytest.raises(UsageError, match="SUYUAN_RATE_LIMIT"):
        create_app(world, logins=True)
