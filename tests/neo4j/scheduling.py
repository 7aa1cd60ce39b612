"""Marks the tests that use a Neo4j server and keeps them on one worker: a Community server has one database, and each test empties it.

A worker tells the others nothing of a test but its name, so a test on Neo4j says ``neo4j`` in its name, its file's or its parameter's.
(``--dist loadgroup`` is meant for this: pytest-xdist 3.8 with pytest 9.2 scatters the groups without a word.)
"""

from __future__ import annotations

from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

MARK = "neo4j"
OWN = "own_server"
"""In the name of a test that starts a server of its own and needs no other: it may run beside those on the shared one."""
_NEEDS_IT = ("neo4j_server", "new_neo4j_server")


class OneWorkerForNeo4j(LoadScopeScheduling):  # type: ignore[misc]
    """Hands every test to whichever worker is free, those on Neo4j all to one."""

    def _split_scope(self, nodeid: str) -> str:
        return MARK if MARK in nodeid and OWN not in nodeid else nodeid


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> OneWorkerForNeo4j | None:
    """Our scheduling instead of xdist's usual one; another that was asked for stays."""
    return OneWorkerForNeo4j(config, log) if config.getoption("dist") == "load" else None


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what asks for the server; refuse a test that does without saying so in its name."""
    for item in items:
        if any(name in getattr(item, "fixturenames", ()) for name in _NEEDS_IT):
            item.add_marker(MARK)
    unnamed = [item.nodeid for item in items if item.get_closest_marker(MARK) and MARK not in item.nodeid]
    if unnamed:
        raise pytest.UsageError(
            f"these tests use a Neo4j server and must say {MARK} in their names: {', '.join(unnamed)}"
        )
