"""Where the graph is kept: one store per URL scheme, all under the contract of ``graph/store.py``."""

from __future__ import annotations

from graph.errors import UsageError
from graph.store import Store
from graph.text import Text

NEO4J_SCHEMES = ("neo4j", "neo4j+s", "neo4j+ssc", "bolt", "bolt+s", "bolt+ssc")
"""With ``+s`` encrypted and verified, with ``+ssc`` encrypted and unverified; ``neo4j`` finds its way in a cluster, ``bolt`` asks one member."""


def open_store(url: str, *, create: bool = False) -> Store:
    """The store behind a URL: ``sqlite:///relative.db``, ``sqlite:////absolute.db`` or ``neo4j://host:port``.

    Args:
        url: where the graph is kept.
        create: accept that nothing is there yet (``suyuan init``); ``initialise`` then makes it.

    Raises:
        UsageError: the URL names no store we know.
        StoreError: the store is missing, damaged, of another version, on a network file system, not to be reached or not ours to open.
    """
    scheme, separator, rest = url.partition("://")
    if separator and scheme == "sqlite" and rest.startswith("/") and len(rest) > 1:
        from graph.stores.sqlite import SqliteStore

        return SqliteStore(rest[1:], create=create)
    if separator and scheme in NEO4J_SCHEMES and rest:
        from graph.stores.neo4j import Neo4jStore

        return Neo4jStore(url, create=create)
    raise UsageError(
        Text(f"看不懂存储地址：{url}", f"not a store address: {url}"),
        Text(
            "请写 sqlite:///路径，例如 sqlite:///suyuan.db，或 neo4j://主机:7687",
            "Write sqlite:///PATH, for example sqlite:///suyuan.db, or neo4j://HOST:7687",
        ),
    )
