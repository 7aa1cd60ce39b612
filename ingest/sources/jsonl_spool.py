"""A temporary database in which the lines of an interchange file are put in order: nodes with the edges that may go with them, then the others."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from typing import NamedTuple

_TABLES = """
    PRAGMA journal_mode = OFF;
    PRAGMA synchronous = OFF;
    CREATE TABLE nodes (rank INTEGER, id TEXT, line INTEGER, body TEXT);
    CREATE TABLE locals (local TEXT PRIMARY KEY, rank INTEGER, id TEXT, line INTEGER) WITHOUT ROWID;
    CREATE TABLE relationships (
        type INTEGER, start_local TEXT, start_rank INTEGER, start_id TEXT, end_local TEXT, end_rank INTEGER, end_id TEXT,
        line INTEGER, body TEXT);
    CREATE TABLE beside (type INTEGER, rank INTEGER, PRIMARY KEY (type, rank)) WITHOUT ROWID;
"""
_SORTED = """
    CREATE INDEX nodes_in_order ON nodes (rank, id, line);
    CREATE TABLE edges AS SELECT
        r.type AS type, coalesce(s.rank, r.start_rank) AS start_rank, coalesce(s.id, r.start_id) AS start_id,
        coalesce(e.rank, r.end_rank) AS end_rank, coalesce(e.id, r.end_id) AS end_id, r.line AS line, r.body AS body, 0 AS with_node
        FROM relationships AS r LEFT JOIN locals AS s ON s.local = r.start_local LEFT JOIN locals AS e ON e.local = r.end_local;
    DROP TABLE relationships;
    UPDATE edges SET with_node = 1 WHERE EXISTS (SELECT 1 FROM beside AS b WHERE b.type = edges.type AND b.rank = start_rank)
        AND EXISTS (SELECT 1 FROM nodes AS n WHERE n.rank = start_rank AND n.id = start_id);
    CREATE INDEX edges_with_nodes ON edges (start_rank, start_id, type, end_rank, end_id, line) WHERE with_node;
    CREATE INDEX edges_in_order ON edges (type, start_rank, start_id, end_rank, end_id, line) WHERE NOT with_node;
"""


class End(NamedTuple):
    """An end as a relationship names it: the id in the file, and the rank and id that it means if no node line has that id."""

    local: str
    rank: int | None
    id: str | None


class NodeLine(NamedTuple):
    """A node line: the rank of its kind, its id, its line number, the line."""

    rank: int
    id: str
    line: int
    body: str


class EdgeLine(NamedTuple):
    """A relationship line with the rank of its type and its ends resolved; a rank is None where nothing is known by that id."""

    type: int
    start_rank: int | None
    start_id: str | None
    end_rank: int | None
    end_id: str | None
    line: int
    body: str


class Spool:
    """Lines go in in any order, ``sort`` is called once, lines come out in order; closing deletes everything."""

    def __init__(self) -> None:
        self._db = sqlite3.connect("", isolation_level=None)  # an empty name: a private file that vanishes on close
        self._db.executescript(_TABLES)
        self._db.execute("BEGIN")

    def close(self) -> None:
        """Delete the temporary database."""
        self._db.close()

    def add_node(self, node: NodeLine, local: str) -> int | None:
        """Keep a node line; when the file used its local id before, leave it out and return the line that did."""
        if self._db.execute(
            "INSERT OR IGNORE INTO locals VALUES (?, ?, ?, ?)", (local, node.rank, node.id, node.line)
        ).rowcount:
            self._db.execute("INSERT INTO nodes VALUES (?, ?, ?, ?)", node)
            return None
        return int(self._db.execute("SELECT line FROM locals WHERE local = ?", (local,)).fetchone()[0])

    def add_edge(self, edge_type: int, start: End, end: End, line: int, body: str) -> None:
        """Keep a relationship line of the type with this rank."""
        self._db.execute(
            "INSERT INTO relationships VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", (edge_type, *start, *end, line, body)
        )

    def sort(self, beside: Iterable[tuple[int, int]]) -> None:
        """Resolve ends and put everything in order.

        Args:
            beside: ranks of edge types, each with that of a kind: such edges go with their start where the file holds its line.
        """
        self._db.executemany("INSERT INTO beside VALUES (?, ?)", beside)
        self._db.executescript(_SORTED)  # commits first, by itself

    def nodes(self, rank: int) -> Iterator[NodeLine]:
        """The nodes of a kind by id, then line."""
        return map(
            NodeLine._make,
            self._db.execute("SELECT rank, id, line, body FROM nodes WHERE rank = ? ORDER BY id, line", (rank,)),
        )

    def edges_with_nodes(self, rank: int) -> Iterator[EdgeLine]:
        """The edges that go with the nodes of a kind, by start, type, end, line."""
        return map(
            EdgeLine._make,
            self._db.execute(
                "SELECT type, start_rank, start_id, end_rank, end_id, line, body FROM edges WHERE with_node AND start_rank = ?"
                " ORDER BY start_id, type, end_rank, end_id, line",
                (rank,),
            ),
        )

    def edges(self, edge_type: int) -> Iterator[EdgeLine]:
        """The other edges of a type by start, end, line; unresolved ones first."""
        rows = self._db.execute(
            "SELECT type, start_rank, start_id, end_rank, end_id, line, body FROM edges WHERE type = ? AND NOT with_node"
            " ORDER BY start_rank, start_id, end_rank, end_id, line",
            (edge_type,),
        )
        return map(EdgeLine._make, rows)
