"""The rivals of the trace on a Neo4j server: what a user would write in Cypher, carefully in one statement, or as rows of paths.

Neither works out probabilities: the careful one ranks control points by reviews and distance, the rows of paths let Python multiply the shares.
"""

from __future__ import annotations

from typing import Any

from neo4j import ManagedTransaction

_ANCHORS = """
CALL (c) {
  MATCH way = (c)-[:IN_CATEGORY]->(:Category)-[:CHILD_OF*0..9]->(k:Category)
  WHERE EXISTS { (k)-[:POINTS_TO]->() }
  WITH k ORDER BY length(way) LIMIT 1
  MATCH (k)-[:POINTS_TO]->(a:ControlPoint)
  RETURN a
  UNION
  MATCH (c)-[:NAMES]->(a:ControlPoint)
  RETURN a
}
"""
_UPSTREAM = """
CALL (c) {
  MATCH (c)-[:ABOUT]->(s)<-[:ON]-(r:Review)-[:OF]->(p:ControlPoint)
  WHERE r.event_at < c.event_at
  WITH p, r ORDER BY r.event_at DESC
  WITH p.id AS point, head(collect(r.result)) AS result
  RETURN collect([point, result]) AS reviews
}
MATCH (a)-[causes:CAUSED_BY*0..12]->(o:ControlPoint)
WITH c, reviews, o, min(size(causes)) AS steps
WITH c, o, steps, head([x IN reviews WHERE x[0] = o.id | x[1]]) AS review
ORDER BY CASE review WHEN 'failed' THEN 0 WHEN 'waived' THEN 1 WHEN 'conditional' THEN 2 ELSE 3 END, steps, o.id
"""
_OWNERS = """
CALL (c, o) {
  OPTIONAL MATCH (o)<-[:FOR]-(:Assignment {role: 'accountable'})-[held:HELD_BY]->(w)
  WHERE coalesce(held.valid_from, '') <= c.event_at AND c.event_at < coalesce(held.valid_to, '9999')
  RETURN collect(w.id) AS owners
}
"""
CAREFUL = f"MATCH (c:Complaint {{id: $id}}) {_ANCHORS} {_UPSTREAM} LIMIT 5 {_OWNERS} RETURN o.id, o.name, steps, review, owners"
"""One statement a complaint: labels everywhere, reviews read once, each point once, owners of the first five alone."""
CAREFUL_BATCH = (
    f"UNWIND $ids AS id MATCH (c:Complaint {{id: id}}) CALL (c) {{ WITH c {_ANCHORS} {_UPSTREAM} LIMIT 5 {_OWNERS}"
    " RETURN collect([o.id, o.name, steps, review, owners]) AS found } RETURN c.id, found"
).replace("{ WITH c \n", "{ \n")
"""The same for many complaints at once."""
PATH_ROWS = """
MATCH (c:Complaint {id: $id})-[:IN_CATEGORY]->(:Category)-[says:POINTS_TO]->(a:ControlPoint)
MATCH path = (a)-[:CAUSED_BY*0..12]->(o:ControlPoint)
OPTIONAL MATCH (c)-[:ABOUT]->(s)<-[:ON]-(r:Review)-[:OF]->(o)
OPTIONAL MATCH (o)<-[:FOR]-(:Assignment)-[:HELD_BY]->(w)
RETURN o.id, says.weight, [n IN nodes(path) | n.stop], [e IN relationships(path) | e.weight], r.result, r.event_at, w.id
"""
"""A row for every path, as a first attempt looks."""


def careful(tx: ManagedTransaction, id_: str) -> list[list[Any]]:
    """The first five control points of one complaint."""
    return tx.run(CAREFUL, id=id_).values()


def careful_batch(tx: ManagedTransaction, ids: list[str]) -> list[list[Any]]:
    """The first five control points of each of many complaints."""
    return tx.run(CAREFUL_BATCH, ids=ids).values()


def by_path_rows(tx: ManagedTransaction, id_: str) -> dict[str, float]:
    """Control point → weight, summed over the rows of all paths."""
    found: dict[str, float] = {}
    for point, says, stops, weights, _, _, _ in tx.run(PATH_ROWS, id=id_).values():
        share = float(says or 1.0)
        for stop, weight in zip(stops, weights, strict=False):
            share *= (1 - (0.5 if stop is None else stop)) * (weight or 1.0)
        found[point] = found.get(point, 0.0) + share
    return found
