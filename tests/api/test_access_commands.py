"""Users, tokens and the audit at the command line, and when ``serve`` demands a login."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from api.access.books import Books
from api.access.gatekeeping import demanded, host_names
from api.context import now
from graph.settings import settings
from tests.api.entry import copied


@pytest.fixture
def store(world: str, tmp_path: Path) -> str:
    return copied(world, tmp_path)


@pytest.fixture
def books(store: str) -> Iterator[Books]:
    made = Books(store)
    yield made
    made.close()


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "password"
    path.write_text("correct horse battery\nnot this line\n", encoding="utf-8")
    return str(path)


def test_a_user_from_the_first_day_to_the_last(
    suyuan: Any, store: str, books: Books, file: str, tmp_path: Path
) -> None:
    assert (
        suyuan("user", "add", "anna", "--role", "manager", "--unit", "甲省", "--password-file", file, store=store).code
        == 0
    )
    assert books.users.check("anna", "correct horse battery") is not None
    (line,) = suyuan("user", "list", "--json", store=store).json["users"]
    assert (line["name"], line["role"], line["unit"], line["active"]) == ("anna", "manager", "P1", True)
    session = books.sessions.begin(books.users.get("anna"), now())
    other = tmp_path / "other"
    other.write_text("quite another phrase", encoding="utf-8")
    assert suyuan("user", "passwd", "anna", "--password-file", str(other), store=store).code == 0
    assert books.users.check("anna", "quite another phrase") is not None
    assert books.sessions.user(session, now()) is None
    assert suyuan("user", "disable", "anna", store=store).code == 0
    assert books.users.check("anna", "quite another phrase") is None
    assert suyuan("user", "disable", "anna", "--undo", store=store).code == 0
    assert books.users.check("anna", "quite another phrase") is not None
    actions = [found.event.action for found in books.audit.entries()]
    assert actions == ["user.add", "password.change", "user.disable", "user.enable"]
    assert all(found.event.who.startswith("cli:") for found in books.audit.entries())


def test_a_password_is_typed_twice_and_not_shown(suyuan: Any, store: str, books: Books, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    asked: dict[str, Any] = {}

    def prompt(text: str, **options: Any) -> str:
        asked.update(options)
        return "typed at the terminal"

    monkeypatch.setattr(typer, "prompt", prompt)
    assert suyuan("user", "add", "berta", "--role", "viewer", store=store).code == 0
    assert asked == {"hide_input": True, "confirmation_prompt": True, "err": True}
    assert books.users.check("berta", "typed at the terminal") is not None


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (["add", "anna", "--role", "king"], "viewer, analyst, manager, admin"),
        (["add", "a b", "--role", "viewer"], "letters"),
        (["add", "anna", "--role", "admin", "--unit", "P1"], "--unit"),
        (["add", "anna", "--role", "viewer", "--unit", "P99"], ""),
        (["add", "anna", "--role", "viewer", "--password", "x"], "no option --password"),
        (["passwd", "nobody"], ""),
        (["disable", "nobody"], ""),
    ],
)
def test_what_cannot_be_meant_is_refused(suyuan: Any, store: str, file: str, words: list[str], part: str) -> None:
    extra = ["--password-file", file] if words[0] != "disable" else []
    done = suyuan("user", *words, *extra, store=store)
    assert done.code == 2
    assert part in done.err
    assert suyuan("user", "list", "--json", store=store).json["users"] == []


def test_poor_passwords_and_files_that_are_not_there(suyuan: Any, store: str, tmp_path: Path) -> None:
    poor = tmp_path / "poor"
    poor.write_text("1234567890\n", encoding="utf-8")
    for path in (poor, tmp_path / "none"):
        assert suyuan("user", "add", "anna", "--role", "viewer", "--password-file", str(path), store=store).code == 2


def test_tokens(suyuan: Any, store: str, books: Books, file: str) -> None:
    suyuan("user", "add", "anna", "--role", "analyst", "--password-file", file, store=store)
    made = suyuan("token", "create", "anna", "--role", "viewer", "--label", "夜间任务", "--days", "7", store=store)
    assert made.code == 0
    found = books.tokens.principal(made.out.strip(), now())
    assert found is not None
    assert (found.name, found.role) == ("anna", "viewer")
    (line,) = suyuan("token", "list", "--json", store=store).json["tokens"]
    assert line["label"] == "夜间任务"
    assert made.out.strip() not in suyuan("token", "list", store=store).out
    assert suyuan("token", "create", "anna", "--role", "admin", store=store).code == 2
    assert suyuan("token", "create", "nobody", store=store).code == 2
    assert suyuan("token", "revoke", line["id"], store=store).code == 0
    assert books.tokens.principal(made.out.strip(), now()) is None
    assert suyuan("token", "revoke", "0" * 12, store=store).code == 2


def test_the_audit(suyuan: Any, store: str, books: Books, file: str) -> None:
    suyuan("user", "add", "anna", "--role", "analyst", "--password-file", file, store=store)
    suyuan("token", "create", "anna", store=store)
    rows = suyuan("audit", "--json", store=store).json["rows"]
    assert [row["action"] for row in rows] == ["user.add", "token.create"]
    assert suyuan("audit", "--json", "--who", "nobody", store=store).json["rows"] == []
    assert suyuan("audit", "--json", "--since", "2999-01-01", store=store).json["rows"] == []
    assert "user.add" in suyuan("audit", store=store).out
    whole = suyuan("audit", "--verify", store=store)
    assert (whole.code, "2 rows" in whole.out) == (0, True)
    with sqlite3.connect(books.database.path) as db:
        db.executescript("DROP TRIGGER audit_stays; UPDATE audit SET who = 'x' WHERE number = 1")
    db.close()
    broken = suyuan("audit", "--verify", "--json", store=store)
    assert (broken.code, broken.json["broken_at"]) == (1, 1)


def test_without_a_store_there_are_no_users(suyuan: Any, tmp_path: Path) -> None:
    assert suyuan("user", "list", store=f"sqlite:///{tmp_path / 'none.db'}").code == 3
    assert not (tmp_path / "none.access").exists()


# ── when logins are demanded ────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("host", "login", "expected"),
    [("127.0.0.1", "", False), ("localhost", "", False), ("::1", "", False), ("127.0.0.7", "", False), ("127.0.0.1", "required", True),
     ("0.0.0.0", "", True), ("::", "", True), ("192.0.2.7", "", True), ("::ffff:192.0.2.7", "", True), ("example.org", "", True)],
)  # fmt: skip
def test_every_address_but_loopback_demands_logins(host: str, login: str, expected: bool, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    monkeypatch.setenv("SUYUAN_LOGIN", login)
    settings.cache_clear()
    assert demanded(host) is expected


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7"])
def test_serve_does_not_open_a_house_without_a_key(suyuan: Any, store: str, books: Books, file: str, host: str) -> None:
    done = suyuan("serve", "--host", host, "--port", "0", store=store)
    assert done.code == 2
    assert "user add" in done.err
    suyuan("user", "add", "boss", "--role", "admin", "--password-file", file, store=store)
    suyuan("user", "disable", "boss", store=store)
    assert suyuan("serve", "--host", host, "--port", "0", store=store).code == 2, (
        "an admin who is disabled opens nothing"
    )


def test_names_of_the_service(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUYUAN_HOSTS", "suyuan.example.org, 10.0.0.7 ,")
    settings.cache_clear()
    assert host_names() == ("suyuan.example.org", "10.0.0.7")
