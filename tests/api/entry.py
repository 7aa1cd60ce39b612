"""A guarded application over a copy of the small world, with a user and a token of every role."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

import httpx
import uvicorn
from fastapi import FastAPI

from api.access.books import Books
from api.app import create_app
from api.context import now
from api.roles import Role

PASSWORD = "correct horse battery"
ROLES_OF_USERS: tuple[Role, ...] = ("viewer", "analyst", "manager", "admin")


class Entry(NamedTuple):
    """The application behind a real server at a base address, its books, the store behind it and a token of each user by name."""

    app: FastAPI
    base: str
    books: Books
    store: str
    tokens: dict[str, str]
    opened: ExitStack

    def client(self, user: str | None = None) -> httpx.Client:
        """A program that sends a user's token, or none; redirects are looked at, not followed."""
        headers = {"Authorization": f"Bearer {self.tokens[user]}"} if user is not None else {}
        return self.opened.enter_context(httpx.Client(base_url=self.base, headers=headers, timeout=30))

    def browser(self, user: str, password: str = PASSWORD) -> httpx.Client:
        """A browser in which a user has logged in."""
        client = self.client()
        answer = client.post(
            "/login", data={"name": user, "password": password}, headers={"Sec-Fetch-Site": "same-origin"}
        )
        assert answer.status_code == 303, answer.text
        return client


def copied(url: str, folder: Path) -> str:
    """A copy of an embedded store of one's own."""
    copy = folder / "copy.db"
    copy.write_bytes(Path(url.removeprefix("sqlite:///")).read_bytes())
    return f"sqlite:///{copy}"


@contextmanager
def listening(app: FastAPI) -> Iterator[str]:
    """The base address of an application behind a real server on a free port."""
    with socket.socket(proto=socket.IPPROTO_TCP) as listener:  # else asyncio does not switch Nagle off
        listener.bind(("127.0.0.1", 0))
        listener.listen()  # who comes before the server is up waits
        server = uvicorn.Server(uvicorn.Config(app, log_config=None))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


@contextmanager
def guarded(store: str) -> Iterator[Entry]:
    """An application that demands logins, with users ``viewer`` … ``admin`` and ``city``, a manager confined to P1-C1."""
    app = create_app(store, logins=True)
    books: Books = app.state.books
    tokens: dict[str, str] = {}
    people: list[tuple[str, Role, str | None]] = [(role, role, None) for role in ROLES_OF_USERS]
    for name, role, unit in [*people, ("city", "manager", "P1-C1"), ("province", "manager", "P1")]:
        user = books.users.add(name, PASSWORD, role, unit, now())
        tokens[name] = books.tokens.create(user, role, "test", 1, now())[1]
    with listening(app) as base, ExitStack() as opened:
        yield Entry(app, base, books, store, tokens, opened)
