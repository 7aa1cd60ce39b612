"""The store on a Neo4j server against its rivals: where the server comes from, and which measurements there are.

The server is the one of ``tests/neo4j`` or that of ``SUYUAN_TEST_NEO4J`` (emptied again and again).
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote, urlsplit

from neo4j import Driver, GraphDatabase

from bench.measure import Figure
from bench.neo4j_import import importing
from bench.neo4j_load import empty, loading
from bench.neo4j_read import reading
from bench.neo4j_world import listing
from bench.plan import Plan
from graph.settings import settings


def available() -> bool:
    """Whether a server can be had: one is named, or the jars are there."""
    from tests.neo4j.server import JARS

    return bool(os.environ.get("SUYUAN_TEST_NEO4J")) or JARS.is_dir()


def run(plan: Plan) -> list[Figure]:
    """Loading, reading cases and tracing, reading the framework, the list over a world; the offline import of one of the plan's size, and what is asked of that."""
    with _server() as (url, driver):
        figures = [*loading(url, driver), *reading(url, driver), *listing(url, driver, plan)]
    return [*figures, *importing(plan)]


@contextmanager
def _server() -> Iterator[tuple[str, Driver]]:
    """The address of a server and a driver to it, with the settings that let the product in."""
    from tests.neo4j.server import Neo4jServer

    given = os.environ.get("SUYUAN_TEST_NEO4J", "")
    with tempfile.TemporaryDirectory() as folder:
        server = None
        if given:
            parts = urlsplit(given)
            url, user, password = (
                f"{parts.scheme}://{parts.hostname}:{parts.port}",
                unquote(parts.username or ""),
                unquote(parts.password or ""),
            )
        else:
            server = Neo4jServer(Path(folder) / "home", heap="1g")
            server.start()
            url, user, password = server.url, server.user, server.password
        os.environ["SUYUAN_NEO4J_USER"], os.environ["SUYUAN_NEO4J_PASSWORD"] = user, password
        settings.cache_clear()
        try:
            with GraphDatabase.driver(url, auth=(user, password), notifications_min_severity="OFF") as driver:
                yield url, driver
                empty(driver)
        finally:
            if server is not None:
                server.remove()
