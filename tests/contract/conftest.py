"""The stores under contract: every test here runs on each of them; a case never names one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from graph.store import Store
from graph.stores import open_store


def _sqlite(folder: Path) -> str:
    return f"sqlite:///{folder / 'contract.db'}"


BACKENDS: dict[str, Callable[[Path], str]] = {"sqlite": _sqlite}


@pytest.fixture(params=sorted(BACKENDS))
def new_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], Store]]:
    """Makes empty, initialised stores of one backend."""
    made: list[Store] = []

    def make() -> Store:
        folder = tmp_path / f"store{len(made)}"
        folder.mkdir()
        store = open_store(BACKENDS[request.param](folder), create=True)
        store.initialise()
        made.append(store)
        return store

    yield make
    for store in made:
        store.close()


@pytest.fixture
def store(new_store: Callable[[], Store]) -> Store:
    """One empty store."""
    return new_store()
