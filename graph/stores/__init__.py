"""Where the graph is kept: one store per URL scheme, all under the contract of ``graph/store.py``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from graph.errors import UsageError
from graph.store import Store
from graph.stores.faults import Fault, Step
from graph.text import Text

if TYPE_CHECKING:
    from graph.stores.neo4j import Neo4jStore
    from graph.stores.sqlite import SqliteStore

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
    return _store(url, create)


def integrity(url: str, step: Step) -> Iterator[Fault]:
    """Everything that is wrong with the store behind a URL, looked at in full; in bounded memory, minutes for millions of complaints.

    Args:
        url: where the graph is kept.
        step: is told what is looked at next.

    Raises:
        StoreError: the store cannot be opened or read; on a server also when somebody wrote meanwhile.
    """
    store = _store(url, create=False)
    try:
        yield from store.faults(step)
    finally:
        store.close()


def forget_derived(url: str) -> None:
    """Let the next ``initialise`` of the store behind a URL make anew everything that it derives from its facts; raises as :func:`open_store`."""
    store = _store(url, create=False)
    try:
        store.forget_derived()
    finally:
        store.close()


def _store(url: str, create: bool) -> SqliteStore | Neo4jStore:
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
