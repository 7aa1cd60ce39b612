"""The first load of an empty Neo4j server: the offline import tool, export and indexes included, beside our own online loader; a world of any size.

``python -m bench.neo4j_import [COMPLAINTS]`` measures it by itself.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from bench import world
from bench.measure import Figure, seconds
from bench.plan import Plan
from graph.settings import settings
from graph.store import Store
from graph.stores import open_store
from graph.stores.neo4j_import import ARGUMENTS, write_import

if TYPE_CHECKING:
    from tests.neo4j.server import Neo4jServer

SHORT, FULL = 20_000, 1_000_000
AIM = 1.5


def importing(plan: Plan) -> list[Figure]:
    """The same world loaded through both, each into a server of its own; equal counts asserted.

    Starting a server is in neither time. The tool's comprises the files it reads, the tool, and constraints and indexes made afterwards.
    """
    from tests.neo4j.server import Neo4jServer

    shape = world.Shape(plan.largest(SHORT, FULL), plan.seed)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = world.make(folder, shape)
        took = {"files": seconds(lambda: write_import(source, folder / "files"))}
        servers = [Neo4jServer(folder / home, heap="1g") for home in ("tool", "online")]
        try:
            tool, online = servers
            took["tool"] = seconds(
                lambda: tool.administer("database", "import", "full", "neo4j", f"@{ARGUMENTS}", folder=folder / "files")
            )
            tool.start()
            store = _entered(tool)
            took["constraints and indexes"] = seconds(store.initialise)
            counts = store.counts()
            store.close()
            tool.stop()
            online.start()
            store = _entered(online)
            slow = seconds(lambda: world.fill(store, shape))
            assert store.counts() == counts == source.counts()
            store.close()
        finally:
            for server in servers:
                server.remove()
            source.close()
    ratio = slow / sum(took.values())
    detail = {name: f"{one:.1f} s" for name, one in {**took, "online loader": slow}.items()}
    detail |= {"nodes": f"{sum(counts.nodes.values()):,}", "edges": f"{sum(counts.edges.values()):,}"}
    what = f"speed of a first load of {shape.complaints:,} complaints through the import tool"
    return [Figure("neo4j", what, ratio, "×", "our own online loader", f"≥ {AIM}", ratio >= AIM, detail)]


def _entered(server: Neo4jServer) -> Store:
    os.environ["SUYUAN_NEO4J_USER"], os.environ["SUYUAN_NEO4J_PASSWORD"] = server.user, server.password
    settings.cache_clear()
    return open_store(server.url, create=True)


if __name__ == "__main__":
    for figure in importing(Plan(complaints=int(sys.argv[1]) if len(sys.argv) > 1 else None)):
        print(f"{figure.what}: {figure.value:.2f} {figure.unit} {figure.rival} {figure.detail}")
