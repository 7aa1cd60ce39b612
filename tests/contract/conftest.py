"""The stores under contract: every test here runs on each of them; a case never names one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

from graph.store import Store
from graph.stores import open_store
from tests.neo4j.fixtures import empty

NewStore = Callable[[], Store]


def _in_a_file(request: pytest.FixtureRequest) -> Callable[[], str]:
    folder: Path = request.getfixturevalue("tmp_path")
    numbers = count()
    return lambda: f"sqlite:///{folder / f'contract{next(numbers)}.db'}"


def _on_a_server(request: pytest.FixtureRequest) -> Callable[[], str]:
    url, driver = request.getfixturevalue("neo4j_url"), request.getfixturevalue("neo4j_driver")

    def emptied() -> str:
        empty(driver)
        return str(url)

    return emptied


BACKENDS: dict[str, Callable[[pytest.FixtureRequest], Callable[[], str]]] = {
    "sqlite": _in_a_file,
    "neo4j": _on_a_server,
}
"""Name → what makes the addresses of empty stores."""
EXAMPLES = {"sqlite": 200, "neo4j": 25}
"""How many examples a property test tries: a server takes its time."""
PARAMETERS = [pytest.param(name, marks=[pytest.mark.neo4j] if name == "neo4j" else []) for name in sorted(BACKENDS)]


@pytest.fixture(params=PARAMETERS)
def new_store(request: pytest.FixtureRequest) -> Iterator[NewStore]:
    """Makes empty, initialised stores of one backend; making another one closes the one before."""
    addresses = BACKENDS[request.param](request)
    made: list[Store] = []

    def make() -> Store:
        while made:
            made.pop().close()
        store = open_store(addresses(), create=True)
        store.initialise()
        made.append(store)
        return store

    yield make
    while made:
        made.pop().close()


@pytest.fixture
def example_count(request: pytest.FixtureRequest) -> int:
    """How many examples of a property to try on the backend of ``new_store``."""
    return EXAMPLES[request.node.callspec.params["new_store"]]


@pytest.fixture
def store(new_store: NewStore) -> Store:
    """One empty store."""
    return new_store()


@pytest.fixture
def reference(tmp_path: Path) -> Iterator[Store]:
    """Another empty store, a file, to compare with."""
    store = open_store(f"sqlite:///{tmp_path / 'reference.db'}", create=True)
    store.initialise()
    yield store
    store.close()
