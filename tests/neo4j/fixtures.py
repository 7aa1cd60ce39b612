"""Fixtures of a real Neo4j: one server a test run, emptied before each test (``scheduling.py`` sees to it that they run in turn).

Where the server comes from: ``SUYUAN_TEST_NEO4J=neo4j://USER:PASSWORD@HOST:PORT``, an empty database that the tests may do with as
they like; else the jars of ``tests/neo4j/pom.xml``. Where neither can be had the tests are skipped, with
``SUYUAN_REQUIRE_NEO4J=1`` (``make test`` sets it under ``CI=true``) they fail.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple, NoReturn, Protocol
from urllib.parse import unquote, urlsplit

import pytest
from neo4j import Driver, GraphDatabase

from graph.settings import settings
from tests.neo4j.server import JARS, ROOT, Neo4jServer

GIVEN = os.environ.get("SUYUAN_TEST_NEO4J", "")
REQUIRED = os.environ.get("SUYUAN_REQUIRE_NEO4J") == "1"
"""Read once, at the start: some tests run without the machine's settings."""

NewServer = Callable[..., Neo4jServer]


class Address(Protocol):
    """Where a server is and who may enter."""

    @property
    def url(self) -> str:
        """Address with scheme, as ``--store`` takes it."""
        ...

    @property
    def user(self) -> str:
        """Name of the account."""
        ...

    @property
    def password(self) -> str:
        """Its password."""
        ...


class Given(NamedTuple):
    """A server that somebody else runs."""

    url: str
    user: str
    password: str


@pytest.fixture(scope="session")
def neo4j_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Address]:
    """The server of this run; whoever wants to stop or kill one takes ``new_neo4j_server``."""
    if GIVEN:
        yield _given(GIVEN)
        return
    _ensure_jars()
    server = Neo4jServer(tmp_path_factory.mktemp("neo4j") / "home", quick=True)
    try:
        server.start()
        yield server
    finally:
        server.remove()


@pytest.fixture
def new_neo4j_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NewServer]:
    """Makes servers of the test's own, soon up, to be killed, frozen, or set up otherwise: ``new_neo4j_server(heap="512m", config={…})``.

    ``prepare`` is called with the server before it is started.
    """
    _ensure_jars()
    made: list[Neo4jServer] = []

    def make(*, prepare: Callable[[Neo4jServer], object] = lambda _server: None, **options: object) -> Neo4jServer:
        server = Neo4jServer(tmp_path_factory.mktemp("neo4j") / "home", **{"quick": True, **options})  # type: ignore[arg-type]
        made.append(server)
        prepare(server)
        server.start()
        return server

    yield make
    for server in made:
        server.remove()


@pytest.fixture
def neo4j_driver(neo4j_server: Address) -> Iterator[Driver]:
    """The official driver on the server of this run, to look at what is stored."""
    with GraphDatabase.driver(neo4j_server.url, auth=(neo4j_server.user, neo4j_server.password)) as driver:
        yield driver


@pytest.fixture
def neo4j_url(request: pytest.FixtureRequest, neo4j_server: Address, neo4j_driver: Driver) -> Iterator[str]:
    """The address of an empty database, with the settings that let the product in; indexes and constraints stay from test to test."""
    assert request.node.get_closest_marker("neo4j") is not None, "mark the test (or its parameter) neo4j"
    empty(neo4j_driver)
    with entered(neo4j_server):
        yield neo4j_server.url


@pytest.fixture
def bare_neo4j_url(neo4j_url: str, neo4j_driver: Driver) -> str:
    """The address of a database without data, indexes and constraints: what ``suyuan init`` finds on a new server."""
    drop_schema(neo4j_driver)
    return neo4j_url


def empty(driver: Driver) -> None:
    """Delete every node and edge; in parts, for a large graph in one transaction would not fit the memory of one."""
    with driver.session() as session:
        session.run("MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 10000 ROWS").consume()


def drop_schema(driver: Driver) -> None:
    """Drop every constraint, then every index but the two of labels and types."""
    for what, listing in (
        ("CONSTRAINT", "SHOW CONSTRAINTS YIELD name"),
        ("INDEX", "SHOW INDEXES YIELD name, type WHERE type <> 'LOOKUP'"),
    ):
        for record in driver.execute_query(listing).records:
            driver.execute_query(f"DROP {what} `{record['name']}`")


def environment(server: Address) -> dict[str, str]:
    """The variables with which a process of the product gets into a server."""
    return {"SUYUAN_NEO4J_USER": server.user, "SUYUAN_NEO4J_PASSWORD": server.password}


@contextmanager
def entered(server: Address) -> Iterator[None]:
    """Let the product of this process into a server while the block runs."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment(server).items():
            patch.setenv(name, value)
        settings.cache_clear()
        yield
    settings.cache_clear()


def _given(url: str) -> Given:
    """The server named by SUYUAN_TEST_NEO4J; refused when it holds anything, for the tests empty it."""
    parts = urlsplit(url)
    said = all((parts.username, parts.password, parts.hostname))
    assert said, "write SUYUAN_TEST_NEO4J=neo4j://USER:PASSWORD@HOST:PORT"
    given = Given(
        f"{parts.scheme}://{parts.hostname}:{parts.port or 7687}",
        unquote(parts.username or ""),
        unquote(parts.password or ""),
    )
    with GraphDatabase.driver(given.url, auth=(given.user, given.password)) as driver:
        held = driver.execute_query("MATCH (n) RETURN count(n)").records[0][0]
        assert held == 0, f"SUYUAN_TEST_NEO4J holds {held} nodes: give the tests an empty database"
    return given


def _ensure_jars() -> None:
    """Have the server's jars, fetched by ``scripts/neo4j.sh`` where Java and Maven are there; else skip, or fail where they must be."""
    if shutil.which("java") is None:
        _unavailable("Java is not installed: scripts/neo4j.sh says how to get it")
    if shutil.which("mvn") is not None:  # then the script installs nothing
        done = subprocess.run(["sh", str(ROOT / "scripts" / "neo4j.sh")], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            _unavailable(f"scripts/neo4j.sh: {done.stderr.strip()}")
    if not JARS.is_dir():
        _unavailable("the jars of Neo4j are not there: scripts/neo4j.sh fetches them")


def _unavailable(reason: str) -> NoReturn:
    if REQUIRED:
        pytest.fail(reason)
    pytest.skip(reason)
