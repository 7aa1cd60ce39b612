"""The audit: every change and every look at a complaint's text is in it, its text is not, and no row can be changed unnoticed."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.access.audit_log import Event
from api.access.books import Books
from api.access.route_table import SAFE
from api.roles import ROLES
from graph.errors import StoreReadOnly
from tests.api.entry import PASSWORD, Entry, copied, guarded, listening

AT = "2026-03-01T08:00:00.000000Z"
SAME = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture(scope="module")
def entry(world: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Entry]:
    with guarded(copied(world, tmp_path_factory.mktemp("audit"))) as made:
        yield made


@pytest.fixture
def books(tmp_path: Path) -> Iterator[Books]:
    made = Books(f"sqlite:///{tmp_path / 'own.db'}")
    for number in range(1, 11):
        made.audit.add(Event(AT, f"user{number % 3}", "complaint.read", f"Complaint:C{number}", {"as": "trace"}, "r", "127.0.0.1"))  # fmt: skip
    yield made
    made.close()


def new(entry: Entry, after: int) -> list[tuple[str, str, str]]:
    """Who, what and on what, of the rows since a number."""
    return [(found.event.who, found.event.action, found.event.target) for found in entry.books.audit.entries() if found.number > after]  # fmt: skip


def count(entry: Entry) -> int:
    return entry.books.audit.verify().rows


# ── what is written down ────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("path", "action", "target"),
    [
        ("/api/v1/complaints/C001/trace", "complaint.read", "Complaint:C001"),
        ("/api/v1/maps?complaint=C001", "complaint.read", "Complaint:C001"),
        ("/api/v1/complaints?limit=2", "complaint.search", "2"),
    ],
)
def test_looks_at_texts(entry: Entry, path: str, action: str, target: str) -> None:
    before = count(entry)
    answer = entry.client("viewer").get(path)
    assert new(entry, before) == [("viewer", action, target)]
    (row,) = (found.event for found in entry.books.audit.entries() if found.number > before)
    assert row.address == "127.0.0.1"
    assert row.request == answer.headers["x-request-id"]
    if action == "complaint.search":
        assert row.detail["shown"] == "Complaint:C001 Complaint:C002"
    tag = answer.headers["etag"]
    assert entry.client("viewer").get(path, headers={"If-None-Match": tag}).status_code == 304
    assert len(new(entry, before)) == 2, "what a browser shows again from its own memory is a look as well"


def test_changes(entry: Entry) -> None:
    before = count(entry)
    assert entry.client("analyst").post("/api/v1/complaints/C001/verdict", json={"confirm": True}).status_code == 201
    key = entry.client("manager").get("/api/v1/breakpoints", params={"limit": 1}).json()["findings"][0]["key"]
    assert entry.client("manager").patch(f"/api/v1/breakpoints/{key}", json={"note": "x"}).status_code == 200
    sent = entry.client("admin").post("/api/v1/imports", params={"name": "OrgUnit.csv"}, content="id,name\nX1,甲\n".encode())  # fmt: skip
    assert sent.status_code == 202
    client = entry.browser("viewer")
    client.post("/account/tokens", data={"role": "viewer"}, headers=SAME)
    id_ = entry.books.tokens.all("viewer")[-1].id
    client.post(f"/account/tokens/{id_}/revoke", headers=SAME)
    client.post("/logout", headers=SAME)
    entry.client().post("/login", data={"name": "viewer", "password": "wrong"}, headers=SAME)
    assert entry.client("viewer").post("/api/v1/imports").status_code == 403
    assert new(entry, before) == [
        ("analyst", "verdict.give", "Complaint:C001"),
        ("manager", "case.change", key),
        ("admin", "import.submit", sent.json()["id"]),
        ("viewer", "login", "viewer"),
        ("viewer", "token.create", id_),
        ("viewer", "token.revoke", id_),
        ("viewer", "logout", "viewer"),
        ("viewer", "login.failed", "viewer"),
        ("viewer", "access.refused", "POST /api/v1/imports"),
    ]


def test_every_address_that_changes_something_is_known_here() -> None:
    """A new one needs an audit, and a line in the test above or in that of its page."""
    reading = {"/api/v1/trace", "/api/v1/gates/{id}/check"}
    api = {path for method, path in ROLES if method not in SAFE and path.startswith("/api/")} - reading
    assert api == {"/api/v1/complaints/{id}/verdict", "/api/v1/breakpoints/{key}", "/api/v1/imports"}


def test_no_text_of_a_complaint_is_in_it(entry: Entry) -> None:
    entry.client("viewer").get("/api/v1/complaints", params={"text": "多扣"})
    entry.client("viewer").post("/api/v1/trace", json={"event_at": "2026-03-05", "text": "多扣了钱"})
    entry.client("analyst").post("/api/v1/complaints/C002/verdict", json={"confirm": True, "reason": "多扣属实"})
    assert all("多扣" not in str(found) for found in entry.books.audit.entries())
    assert all(PASSWORD not in str(found) for found in entry.books.audit.entries())


def test_without_logins_it_is_the_local_user(world: str, tmp_path: Path) -> None:
    import httpx

    from api.app import create_app

    app = create_app(copied(world, tmp_path))
    with listening(app) as base:
        assert httpx.get(f"{base}/api/v1/complaints/C001/trace").status_code == 200
        assert [found.event.who for found in app.state.books.audit.entries()] == ["local"]


def test_what_cannot_be_written_down_is_not_answered(entry: Entry, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: Event) -> None:
        from graph.text import Text

        raise StoreReadOnly(Text("满", "full"), Text("清", "clear"))

    monkeypatch.setattr(entry.books.audit, "add", full)
    answer = entry.client("viewer").get("/api/v1/complaints/C001/trace")
    assert answer.status_code == 503
    assert "多扣" not in answer.text
    monkeypatch.setattr(entry.app.state, "logins", False)
    assert entry.client("viewer").get("/api/v1/complaints/C001/trace").status_code == 200


# ── that it stays ───────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("statement", ["UPDATE audit SET who = 'x' WHERE number = 3", "DELETE FROM audit WHERE number = 3", "DELETE FROM audit"])  # fmt: skip
def test_rows_are_not_changed_or_removed(books: Books, statement: str) -> None:
    with pytest.raises(sqlite3.IntegrityError, match="append-only"), books.database.writing() as db:
        db.execute(statement)
    assert books.audit.verify()[::2] == (10, None)


TAMPERING = {
    "UPDATE audit SET who = 'user9' WHERE number = 4": 4,
    "UPDATE audit SET target = 'Complaint:C5' WHERE number = 4": 4,
    "UPDATE audit SET at = '2026-03-01T08:00:00.000001Z' WHERE number = 4": 4,
    "UPDATE audit SET detail = '{}' WHERE number = 10": 10,
    "UPDATE audit SET chain = 'x' WHERE number = 1": 1,
    "DELETE FROM audit WHERE number = 1": 1,
    "DELETE FROM audit WHERE number = 5": 5,
    "DELETE FROM audit WHERE number = 10": 10,
    "DELETE FROM audit": 1,
    "UPDATE audit SET number = 99 WHERE number = 4; UPDATE audit SET number = 4 WHERE number = 5; UPDATE audit SET number = 5 WHERE number = 99": 4,
    "INSERT INTO audit SELECT number + 6, at, who, action, target, detail, request, address, chain FROM audit WHERE number = 5": 11,
}


@pytest.mark.parametrize(("statement", "broken_at"), TAMPERING.items())
def test_what_somebody_does_to_the_file_shows(books: Books, statement: str, broken_at: int) -> None:
    assert books.audit.verify().broken_at is None
    with sqlite3.connect(books.database.path) as db:
        db.executescript(f"DROP TRIGGER audit_stays; DROP TRIGGER audit_keeps; {statement}")
    db.close()
    assert books.audit.verify().broken_at == broken_at


def test_several_processes_write_one_chain(books: Books) -> None:
    others = [Books("") for _ in range(3)]

    def write(other: Books) -> None:
        for number in range(30):
            other.audit.add(Event(AT, "x", "y", str(number), {}, "", ""))

    for other in others:
        other.database.path = books.database.path
    threads = [threading.Thread(target=write, args=(other,)) for other in others]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for other in others:
        other.close()
    assert books.audit.verify()[::2] == (100, None)


def test_rows_are_found_by_person_and_time(books: Books) -> None:
    books.audit.add(Event("2026-03-02T00:00:00.000000Z", "user1", "login", "user1", {}, "", ""))
    assert [found.number for found in books.audit.entries(who="user1")] == [1, 4, 7, 10, 11]
    assert [found.number for found in books.audit.entries(since="2026-03-01T20:00:00.000000Z")] == [11]
