"""What a replacing session on the embedded store has asserted, in a temporary table that dies with the connection."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from typing import Any

from graph.records import Record
from graph.stores.sqlite_rows import IN
from graph.stores.sqlite_sources import SourceSets
from graph.stores.sqlite_tables import EdgeTable, NodeTable


class Seen:
    """Keys and source sets of the nodes and edges that were written."""

    def __init__(self, connection: sqlite3.Connection, sources: SourceSets) -> None:
        self._db = connection
        self._sources = sources
        connection.execute(
            "CREATE TEMP TABLE seen(tbl TEXT, k1 TEXT, k2 TEXT, k3 TEXT, k4 TEXT, sources INTEGER,"
            " PRIMARY KEY(tbl, k1, k2, k3, k4, sources)) WITHOUT ROWID"
        )

    def add(self, records: Iterable[Record]) -> None:
        """Remember the nodes and edges of records that were written."""
        rows: list[tuple[Any, ...]] = []
        number = self._sources.number
        for record in records:
            if record.node is not None:
                rows.append((record.node.kind, record.node.id, "", "", "", number(record.node.sources)))
            rows += [
                (f"{edge.source.kind}.{edge.type}", edge.source.id, edge.target.kind, edge.target.id, edge.valid_from,
                 number(edge.sources))
                for edge in record.edges
            ]  # fmt: skip
        self._db.executemany("INSERT OR IGNORE INTO temp.seen VALUES (?, ?, ?, ?, ?, ?)", rows)

    def unseen(self, table: NodeTable | EdgeTable, source: str) -> tuple[str, tuple[Any, ...]]:
        """The condition (on alias ``t``) for what a source asserts in a table and did not assert in this session, with its arguments."""
        holding = json.dumps(self._sources.holding(source))
        compared = [*(f't."{name}"' for name in table.keys), "''", "''", "''"][:4]
        match = " AND ".join(f"s.k{n} = {key}" for n, key in enumerate(compared, 1))
        where = (
            f"t.sources IN {IN} AND NOT EXISTS (SELECT 1 FROM temp.seen s"
            f" WHERE s.tbl = ? AND {match} AND s.sources IN {IN})"
        )
        return where, (holding, table.name, holding)
