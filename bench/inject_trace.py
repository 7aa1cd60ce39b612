"""Loads an injected world through the real intake into a real store and traces every complaint as the product does."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.inject_tables import write_world
from bench.inject_world import World
from graph.framework import Framework
from graph.store import Store
from graph.stores import open_store
from ingest.run import ingest_paths
from queries.answers import TraceAnswer
from queries.parameters import load_parameters
from queries.trace import trace

AS_OF = "2026-01-01T00:00:00.000000Z"


@contextmanager
def stored(world: World) -> Iterator[Store]:
    """A store that holds the world's records and no other framework; every row must be taken."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_world(world, folder / "world")
        store = open_store(f"sqlite:///{folder / 'world.db'}", create=True)
        try:
            store.initialise()
            report = ingest_paths(store, [folder / "world"])
            assert report.total.refused == 0, report
            yield store
        finally:
            store.close()


def answers(store: Store, framework: Framework | None = None) -> Iterator[TraceAnswer]:
    """The answer for every complaint, in id order; under another framework than the stored one where given."""
    known, revision, parameters = framework or store.framework(), store.revision(), load_parameters()
    for case in store.cases():
        yield trace(known, case, revision=revision, as_of=AS_OF, parameters=parameters)
