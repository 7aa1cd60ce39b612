"""What a replacing session on a Neo4j server has asserted: digests in a temporary file of this process, for they may be millions."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from hashlib import blake2b

from graph.records import Record
from graph.stores.places import EdgePlace, NodePlace


class Seen:
    """Elements with the sources that asserted them."""

    def __init__(self) -> None:
        self._db = sqlite3.connect(
            "", isolation_level=None
        )  # an empty name: a temporary file that goes with the connection
        self._db.execute("CREATE TABLE seen(digest BLOB PRIMARY KEY) WITHOUT ROWID")

    def add(self, records: Iterable[Record]) -> None:
        """Remember the nodes and edges of records that were written."""
        rows: list[bytes] = []
        for record in records:
            node = record.node
            if node is not None:
                rows += [_digest(node.kind, (node.id,), source) for source in node.sources]
            for edge in record.edges:
                key = (edge.source.id, edge.target.kind, edge.target.id, edge.valid_from)
                rows += [_digest(f"{edge.source.kind}.{edge.type}", key, source) for source in edge.sources]
        self._db.execute("BEGIN")
        self._db.executemany("INSERT OR IGNORE INTO seen VALUES (?)", ((row,) for row in rows))
        self._db.execute("COMMIT")

    def unseen(
        self, place: NodePlace | EdgePlace, source: str, keys: Iterable[Sequence[str]]
    ) -> Iterator[Sequence[str]]:
        """Those of the keys of a place that were not asserted by a source in this session."""
        for key in keys:
            known = self._db.execute("SELECT 1 FROM seen WHERE digest = ?", (_digest(place.name, key, source),))
            if known.fetchone() is None:
                yield key

    def close(self) -> None:
        """Forget all of it."""
        self._db.close()


def _digest(place: str, key: Sequence[str], source: str) -> bytes:
    return blake2b("\x1f".join((place, source, *key)).encode(), digest_size=16).digest()
