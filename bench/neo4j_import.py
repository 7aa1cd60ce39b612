"""The first load of an empty Neo4j server: the offline import tool, export and indexes included, beside our own online loader; and what is asked of the server then.

``python -m bench.neo4j_import [COMPLAINTS]`` measures it by itself.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from neo4j import GraphDatabase

from bench import world
from bench.kept import kept
from bench.measure import Figure, seconds
from bench.neo4j_scale import at_scale
from bench.plan import Plan
from graph.records import Counts
from graph.settings import settings
from graph.store import Store
from graph.stores import open_store
from graph.stores.neo4j_import import ARGUMENTS, write_import

if TYPE_CHECKING:
    from tests.neo4j.server import Neo4jServer

SHORT, FULL = 20_000, 1_000_000
ONLINE = 100_000
"""Complaints of the largest world that is loaded online: a million would take some ten minutes, at the same pace."""
AIM = 1.5
_HEAP, _PAGES = ("1g", "5g"), ("128m", "4g")
"""Java heap and page cache of a server for worlds up to :data:`ONLINE`, and of one for larger ones: the graph fits either."""


class _Loaded(NamedTuple):
    """What a load put there, and the seconds of each of its parts."""

    counts: Counts
    took: dict[str, float]

    @property
    def elements(self) -> int:
        """Nodes and edges."""
        return sum(self.counts.nodes.values()) + sum(self.counts.edges.values())

    @property
    def pace(self) -> float:
        """Nodes and edges a second."""
        return self.elements / sum(self.took.values())


def importing(plan: Plan) -> list[Figure]:
    """A world loaded through the tool, counts compared with the store it came from; what is asked of it there; the online loader in a server of its own.

    Starting a server is in neither time. The tool's comprises the files it reads, the tool, and constraints and indexes made afterwards.
    Where the world is larger than :data:`ONLINE` the online loader gets a smaller one, and paces are compared.
    """
    shape = world.Shape(plan.largest(SHORT, FULL), plan.seed)
    with tempfile.TemporaryDirectory() as name:
        by_tool, figures = _through_the_tool(Path(name), shape)
    smaller = world.Shape(min(shape.complaints, ONLINE), plan.seed)
    with tempfile.TemporaryDirectory() as name:
        online = _online(Path(name), smaller)
    assert smaller != shape or online.counts == by_tool.counts
    ratio = by_tool.pace / online.pace
    detail = {part: f"{took:.1f} s" for part, took in by_tool.took.items()}
    for loaded, who in ((by_tool, "nodes and edges"), (online, "online loader: nodes and edges")):
        detail[who] = f"{loaded.elements:,} in {sum(loaded.took.values()):.1f} s"
    what = f"speed of a first load of {shape.complaints:,} complaints through the import tool, nodes and edges a second"
    return [
        Figure("neo4j", what, ratio, "×", f"our own online loader, {smaller.complaints:,} complaints", f"≥ {AIM}", ratio >= AIM, detail),
        *figures,
    ]  # fmt: skip


def _through_the_tool(folder: Path, shape: world.Shape) -> tuple[_Loaded, list[Figure]]:
    source = open_store(kept(shape).url)
    took = {"files": seconds(lambda: write_import(source, folder / "files"))}
    counts = source.counts()
    source.close()
    server = _server(folder / "tool", shape)
    try:
        took["tool"] = seconds(
            lambda: server.administer("database", "import", "full", "neo4j", f"@{ARGUMENTS}", folder=folder / "files")
        )
        server.start()
        store = _entered(server)
        took["constraints and indexes"] = seconds(store.initialise)
        assert store.counts() == counts
        with GraphDatabase.driver(server.url, auth=(server.user, server.password), notifications_min_severity="OFF") as driver:  # fmt: skip
            figures = at_scale(store, driver, shape)
        store.close()
    finally:
        server.remove()
    return _Loaded(counts, took), figures


def _online(folder: Path, shape: world.Shape) -> _Loaded:
    server = _server(folder / "online", shape)
    try:
        server.start()
        store = _entered(server)
        took = {"online": seconds(lambda: world.fill(store, shape))}
        counts = store.counts()
        store.close()
    finally:
        server.remove()
    return _Loaded(counts, took)


def _server(home: Path, shape: world.Shape) -> Neo4jServer:
    from tests.neo4j.server import Neo4jServer

    large = shape.complaints > ONLINE
    return Neo4jServer(home, heap=_HEAP[large], config={"server.memory.pagecache.size": _PAGES[large]})


def _entered(server: Neo4jServer) -> Store:
    os.environ["SUYUAN_NEO4J_USER"], os.environ["SUYUAN_NEO4J_PASSWORD"] = server.user, server.password
    settings.cache_clear()
    return open_store(server.url, create=True)


if __name__ == "__main__":
    for figure in importing(Plan(complaints=int(sys.argv[1]) if len(sys.argv) > 1 else None)):
        print(f"{figure.what}: {figure.value:.2f} {figure.unit} {figure.rival} {figure.detail}")
