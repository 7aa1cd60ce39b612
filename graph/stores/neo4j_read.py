"""Reading a Neo4j server: revision, framework, scans by key, counts, tallies, search; cases are in ``neo4j_cases.py``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from neo4j import ManagedTransaction, Transaction

from graph.errors import StoreMissing
from graph.framework import Framework
from graph.records import Counts, EdgeRow, NodeRow, Period, Ref, Revision, Tally
from graph.schema import EDGES, KINDS
from graph.segments import SEARCHED, Question
from graph.stores import neo4j_cypher as cypher
from graph.stores.by_month import rows_of, unpacked
from graph.stores.neo4j_connection import Connection
from graph.stores.neo4j_derived import MONTHS, TALLIES, summed
from graph.stores.neo4j_framework import read_framework
from graph.stores.neo4j_schema import META, search_index
from graph.stores.places import EDGE_PLACES, NODE_PLACES, EdgePlace, NodePlace, source_kinds, touching
from graph.stores.tallying import members, subjects_of
from graph.text import Text
from graph.values import Value

WINDOW = 5_000
"""Nodes, or edges' sources, read in one transaction: memory stays bounded and each window can be read again."""
_REVISION = f"MATCH (m:{META} {{id: 'store'}}) RETURN m.framework AS framework, m.facts AS facts"
# A writer of the framework moves its counter first, and so holds this lock until all it wrote can be seen; adding nothing takes the lock too.
_HOLD_FRAMEWORK = f"MATCH (m:{META} {{id: 'store'}}) SET m += {{}} WITH m RETURN m.framework AS framework"
Transacting = ManagedTransaction | Transaction


class Neo4jReader:
    """Questions to a server; remembers the framework until its counter moves."""

    def __init__(self, connection: Connection, timezone: str) -> None:
        self._connection = connection
        self._timezone = timezone
        self._framework: Framework | None = None

    # ── revision and framework ────────────────────────────────────────────────────────────────────
    def revision(self) -> Revision:
        """The two counters."""
        return self._connection.read(revision_of)

    def framework(self, revision: int | None = None) -> Framework:
        """The whole framework; read anew only when its counter moved from the one remembered (or said to be current)."""
        known = self._framework
        current = self.revision().framework if revision is None else revision
        if known is None or known.revision < current:
            known = self._framework = self._connection.write(self._read_framework)
        return known

    def _read_framework(self, tx: Transacting) -> Framework:
        row = tx.run(_HOLD_FRAMEWORK).single()
        if row is None:
            raise not_initialised(self._connection.where)
        nodes, edges = read_framework(tx)
        return Framework(nodes, edges, row["framework"], self._timezone)

    # ── scans ─────────────────────────────────────────────────────────────────────────────────────
    def nodes(self, kind: str, ids: Sequence[str] | None, question: Question | None) -> Iterator[NodeRow]:
        """Nodes of a kind in id order."""
        place = NODE_PLACES[kind]
        if question is not None:
            named = self._candidates(kind, question)
            ids = named if ids is None else sorted(set(named) & set(ids))
        if ids is None:
            statement = f"MATCH (n:`{kind}`) WHERE n.id > $last WITH n ORDER BY n.id LIMIT $limit RETURN collect({cypher.node_columns(place)}) AS rows"
            found = (row for rows in self._windows(statement) for row in rows)
        else:
            found = (row for rows in self._named(place, sorted(set(ids))) for row in rows)
        rows = (_node(place, row) for row in found)
        if question is None:
            yield from rows
        else:
            yield from (row for row in rows if question.found_in(str(row.props[SEARCHED[kind]])))

    def _candidates(self, kind: str, question: Question) -> list[str]:
        asked = " AND ".join(f'"{piece}"' for piece in question.pieces)
        statement = "CALL db.index.fulltext.queryNodes($index, $asked) YIELD node RETURN node.id AS id ORDER BY id"

        # Loads do not wait for the index, searches do.
        self._connection.values("CALL db.index.fulltext.awaitEventuallyConsistentIndexRefresh()")
        return [id_ for (id_,) in self._connection.values(statement, index=search_index(kind), asked=asked)]

    def _named(self, place: NodePlace, ids: list[str]) -> Iterator[list[list[Any]]]:
        for at in range(0, len(ids), WINDOW):
            (rows,) = self._connection.values(cypher.read_nodes(place), ids=ids[at : at + WINDOW])[0]
            yield sorted(rows, key=lambda row: row[0])

    def edges(
        self, edge_type: str, source_kind: str | None = None, at: Sequence[Ref] | None = None
    ) -> Iterator[EdgeRow]:
        """Edges of a type, source kinds in schema order (or the one named), then by source id, target kind and id, valid_from.

        With ``at`` those that touch one of its nodes.
        """
        for source in source_kinds(edge_type, source_kind):
            place = EDGE_PLACES[edge_type, source]
            if at is not None:
                found = {_place_of(row): row for row in self._touching(place, at)}
                yield from (_edge(place, found[key]) for key in sorted(found))
                continue
            statement = (
                f"MATCH (a:`{source}`) WHERE a.id > $last AND EXISTS {{ (a)-[:`{edge_type}`]->() }} WITH a ORDER BY a.id LIMIT $limit"
                f" MATCH (a)-[e:`{edge_type}`]->(b) RETURN collect({cypher.edge_columns(place)}) AS rows"
            )
            for rows in self._windows(statement):
                yield from (_edge(place, row) for row in sorted(rows, key=_place_of))

    def _touching(self, place: EdgePlace, at: Sequence[Ref]) -> Iterator[list[Any]]:
        """The rows of edges of a place that start or end at one of some nodes; one that does both comes twice."""
        for end, kind, ids in touching(place, at):
            statement = cypher.read_edges_at(place, end, kind)
            for first in range(0, len(ids), WINDOW):
                (rows,) = self._connection.values(statement, ids=ids[first : first + WINDOW])[0]
                yield from rows

    def _windows(self, statement: str) -> Iterator[list[list[Any]]]:
        """The rows of a statement window by window, each beginning after the greatest first column of the one before."""
        last = ""
        while True:
            (rows,) = self._connection.values(statement, last=last, limit=WINDOW)[0]
            if not rows:
                return
            yield rows
            last = max(row[0] for row in rows)

    def counts(self) -> Counts:
        """Nodes by kind and edges by type, empty ones left out; internal ones are not of the schema."""
        nodes = " UNION ALL ".join(
            f"MATCH (n:`{kind}`) RETURN 'n' AS sort, '{kind}' AS name, count(n) AS number" for kind in KINDS
        )
        edges = " UNION ALL ".join(
            f"MATCH ()-[e:`{name}`]->() RETURN 'e' AS sort, '{name}' AS name, count(e) AS number" for name in EDGES
        )
        rows = self._connection.values(f"{nodes} UNION ALL {edges}")
        return Counts(
            {name: number for sort, name, number in rows if sort == "n" and number},
            {name: number for sort, name, number in rows if sort == "e" and number},
        )

    def tallies(self, since: str, until: str, per: Period) -> Iterator[Tally]:
        """Complaint counts for since ≤ day < until by day, subjects, categories, unit; or for since ≤ month < until by month, categories, unit."""
        return self._daily(since, until) if per == "day" else self._monthly(since, until)

    def _daily(self, since: str, until: str) -> Iterator[Tally]:
        for day, parts in self._periods(TALLIES, since, until):
            for (_, subjects, categories, unit), (complaints, episodes) in sorted(summed(day, parts).items()):
                if complaints:
                    yield Tally(subjects_of(subjects), members(categories), unit, day, complaints, episodes)

    def _monthly(self, since: str, until: str) -> Iterator[Tally]:
        for month, parts in self._periods(MONTHS, since, until):
            for _, categories, unit, complaints, episodes in rows_of({month: unpacked(parts)}):
                if complaints:
                    yield Tally((), members(categories), unit, month, complaints, episodes)

    def _periods(self, statement: str, since: str, until: str) -> Iterator[list[Any]]:
        """Days or months in order, each with the parts of its counts."""
        while True:
            periods = self._connection.values(statement, since=since, until=until, limit=_PERIODS)
            yield from periods
            if len(periods) < _PERIODS:
                return
            since = periods[-1][0] + "\0"


_PERIODS = 31


def revision_of(tx: Transacting) -> Revision:
    """The two counters."""
    row = tx.run(_REVISION).single()
    if row is None:
        raise not_initialised("Neo4j")
    return Revision(row["framework"], row["facts"])


def not_initialised(where: str) -> StoreMissing:
    """There is no store of ours in the database."""
    return StoreMissing(
        Text(f"存储尚未初始化：{where}", f"the store is not initialised: {where}"),
        Text("请先运行 suyuan init", "Run `suyuan init` first"),
    )


def _place_of(row: Sequence[Any]) -> tuple[str, ...]:
    """What rows of edges are ordered by; an end that somebody else made may have no id."""
    return tuple(part or "" for part in row[:4])


def _node(place: NodePlace, row: Sequence[Any]) -> NodeRow:
    return NodeRow(place.kind, row[0], cypher.props_of(place, row[3:]), cypher.sources_of(place, row[:1], row[1]))


def _edge(place: EdgePlace, row: Sequence[Any]) -> EdgeRow:
    props: dict[str, Value] = {"valid_from": row[3]} if row[3] else {}
    props |= cypher.props_of(place, row[6:])
    sources = cypher.sources_of(place, row[:4], row[4])
    return EdgeRow(place.type, Ref(place.source_kind, row[0]), Ref(row[1], row[2]), props, sources)
