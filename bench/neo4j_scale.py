"""What stays fast on a Neo4j server however many complaints it holds: single traces, those about the heaviest campaign, sums by control point, month and unit."""

from __future__ import annotations

from collections.abc import Mapping

from neo4j import Driver, ManagedTransaction

from bench import world
from bench.aggregation import Counts, ours, pointing
from bench.measure import Figure, median, percentile, seconds
from bench.neo4j_read import CASES, traced
from graph.store import Store
from queries.parameters import load_parameters
from queries.trace import trace

ROUNDS = 3
AIM, FLAT = 20, 1.5
MOMENT = "2025-12-31T00:00:00.000000Z"
_TRACED = 300
_SUMS = """
MATCH (c:Complaint)-[:IN_CATEGORY]->(k:Category)
OPTIONAL MATCH (c)-[:HOME_UNIT]->(u:OrgUnit)
WITH c, k.id AS category, coalesce(u.id, '') AS unit, datetime({datetime: datetime(c.event_at), timezone: $zone}) AS at
UNWIND $points[category] AS point
RETURN point, at.year AS year, at.month AS month, unit, count(DISTINCT c) AS complaints
"""
"""The moment of a complaint is worked out once, and Python says what points where, as it does for every rival of these sums."""
_BUSIEST = "MATCH (m:Campaign) WITH m, COUNT { (m)<-[:ABOUT]-() } AS n WHERE n > 0 RETURN m.id, n ORDER BY n, m.id"
_ABOUT = "MATCH (m:Campaign {id: $id})<-[:ABOUT]-(c:Complaint) RETURN c.id LIMIT $limit"


def at_scale(store: Store, driver: Driver, shape: world.Shape) -> list[Figure]:
    """Everything asked of a world that the server holds; complaints from the first to the last."""
    ids = [f"T{n * shape.complaints // CASES:08}" for n in range(CASES)]
    return [
        *traced(store, driver, ids, f"{shape.complaints:,} complaints"),
        _degrees(store, driver),
        _sums(store, driver, shape),
    ]


def _sums(store: Store, driver: Driver, shape: world.Shape) -> Figure:
    framework = store.framework()
    points, zone = pointing(framework), str(framework.zone)
    ratios, mine, theirs = [], [], []
    for lap in range(ROUNDS + 1):  # the first one makes the server warm
        found: list[Counts] = []
        a = seconds(lambda: found.append(ours(points, store.tallies(per="month"))))  # noqa: B023 (called at once)
        b = seconds(lambda: found.append(_by_cypher(driver, points, zone)))  # noqa: B023
        assert found[0] == found[1], "the monthly counts and Cypher count differently"
        if lap:
            ratios.append(b / a)
            mine.append(a)
            theirs.append(b)
    speed = median(ratios)
    return Figure("neo4j", f"speed of complaints by control point, month and unit over {shape.complaints:,}", speed, "×", "Cypher over the same data",
                  f"≥ {AIM}", speed >= AIM, {"ms": f"{median(mine) * 1000:.0f}", "Cypher ms": f"{median(theirs) * 1000:.0f}", "cells": f"{len(found[0]):,}"})  # fmt: skip


def _by_cypher(driver: Driver, points: Mapping[str, tuple[str, ...]], zone: str) -> Counts:
    told = {category: list(of) for category, of in points.items()}

    def ask(tx: ManagedTransaction) -> Counts:
        return {(point, f"{year}-{month:02}", unit): number for point, year, month, unit, number in tx.run(_SUMS, zone=zone, points=told)}  # fmt: skip

    with driver.session() as session:
        return session.execute_read(ask)


def _degrees(store: Store, driver: Driver) -> Figure:
    """One trace about the heaviest campaign and about the lightest ones: the server never walks from a campaign to its complaints."""
    with driver.session() as session:
        campaigns = session.run(_BUSIEST).values()

        def about(campaign: str, limit: int) -> list[str]:
            return [id_ for (id_,) in session.run(_ABOUT, id=campaign, limit=limit).values()]

        (heaviest, most), (_, least) = campaigns[-1], campaigns[0]
        heavy = about(heaviest, _TRACED)
        light = [about(id_, 1)[0] for id_, _ in campaigns[:_TRACED]]
    at_heavy, at_light = (_traced(store, (ids * _TRACED)[:_TRACED]) for ids in (heavy, light))
    ratio = percentile(at_heavy, 0.99) / percentile(at_light, 0.99)
    return Figure("neo4j", f"p99 of one trace about the heaviest campaign ({most:,} complaints)", ratio, "×", f"that about the lightest ({least:,})",
                  f"≤ {FLAT}", ratio <= FLAT, {"p50 ms": f"{median(at_heavy):.2f} against {median(at_light):.2f}"})  # fmt: skip


def _traced(store: Store, ids: list[str]) -> list[float]:
    """Milliseconds of each trace, its case read, subjects known."""
    framework, revision, parameters = store.framework(), store.revision(), load_parameters()

    def one(id_: str) -> None:
        (case,) = store.cases([id_])
        trace(framework, case, revision=revision, as_of=MOMENT, parameters=parameters)

    for id_ in dict.fromkeys(ids):
        one(id_)
    return [seconds(lambda: one(id_)) * 1000 for id_ in ids]  # noqa: B023 (called at once)
