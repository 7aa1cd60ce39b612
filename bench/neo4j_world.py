"""The breakpoint list on a Neo4j server, over a made world, beside naive Cypher kind by kind."""

from __future__ import annotations

from neo4j import Driver

from bench import world
from bench.measure import Figure, median, seconds
from bench.neo4j_load import empty
from bench.plan import Plan
from graph.store import Store
from graph.stores.neo4j import Neo4jStore
from queries.findings.facts import Facts
from queries.findings.search import Search
from queries.findings.tallied import Tallied

COMPLAINTS = 10_000
FRAME = 2_000
"""Nodes of the made framework."""
ROUNDS = 3
DAY = "2025-12-31"
_OPEN = "coalesce({0}.valid_from, '') <= $day AND $day < coalesce({0}.valid_to, '9999-12-31')"
NAIVE = {
    "control_unmeasured": "MATCH (p:ControlPoint) WHERE NOT (p)-[:MEASURED_BY]->() RETURN p.id",
    "unmonitored": "MATCH (p:ControlPoint) WHERE NOT (p)-[:WATCHED_BY]->() RETURN p.id",
    "system_missing": "MATCH (p:ControlPoint) WHERE NOT (p)-[:EMBEDDED_IN]->() RETURN p.id",
    "kci_without_kqi": "MATCH (k:Indicator {level: 'KCI'}) WHERE NOT EXISTS { (k)-[:ROLLS_UP_TO*1..9]->(:Indicator {level: 'KQI'}) } RETURN k.id",
    "kqi_without_kpi": "MATCH (k:Indicator {level: 'KQI'}) WHERE NOT EXISTS { (k)-[:ROLLS_UP_TO*1..9]->(:Indicator {level: 'KPI'}) } RETURN k.id",
    "dangling_owner": f"MATCH (a:Assignment)-[h:HELD_BY]->(o) WHERE {_OPEN.format('a')} AND {_OPEN.format('h')} AND o.valid_to <= $day RETURN a.id",
    "review_unrecorded": "MATCH (r:Review {result: 'waived'})-[:OF]->(:Gate) WHERE r.reason IS NULL OR NOT (r)-[:BY]->() RETURN r.id",
    "unmapped_category": "MATCH (k:Category) WHERE NOT EXISTS { (k)-[:CHILD_OF*0..9]->(:Category)-[:POINTS_TO]->() }"
    " AND EXISTS { (k)<-[:IN_CATEGORY]-(:Complaint) } RETURN k.id",
}  # fmt: skip
"""Kind of the breakpoint list → what a user would write for it."""


def listing(url: str, driver: Driver, plan: Plan) -> list[Figure]:
    """Each kind by itself, over a world loaded anew; of one size, for naive Cypher takes long enough there."""
    empty(driver)
    store = Neo4jStore(url, create=True)
    world.fill(store, world.Shape(COMPLAINTS, plan.seed, frame=FRAME))
    figures = _kinds(store, driver)
    store.close()
    return figures


def _kinds(store: Store, driver: Driver) -> list[Figure]:
    """Each kind by itself, the framework at hand as a server has it; equal numbers of findings asserted."""
    framework = store.framework()
    taken: dict[str, list[tuple[float, float]]] = {kind: [] for kind in NAIVE}
    for _ in range(ROUNDS + 1):  # the first one makes the server warm
        tallied = Tallied(store.tallies(), DAY)
        for kind, statement in NAIVE.items():
            search = Search(framework, DAY, tallied, facts=Facts(store, DAY, framework.zone))
            sizes: list[int] = []
            mine = seconds(lambda: sizes.append(len(search.found(kind) or ())))  # noqa: B023 (called at once)
            theirs = seconds(lambda: sizes.append(len(_rows(driver, statement))))  # noqa: B023
            assert sizes[0] == sizes[1] > 0, f"{kind}: {sizes[0]} findings, naive Cypher {sizes[1]}"
            taken[kind].append((mine, theirs))
    ratios = {kind: median([theirs / mine for mine, theirs in pairs[1:]]) for kind, pairs in taken.items()}
    detail = {kind: f"{ratio:.1f} ×" for kind, ratio in ratios.items()}
    whole = median(
        [sum(taken[k][n][1] for k in NAIVE) / sum(taken[k][n][0] for k in NAIVE) for n in range(1, ROUNDS + 1)]
    )
    return [Figure("neo4j", f"speed of {len(NAIVE)} kinds of the breakpoint list, one by one", whole, "×", "naive Cypher per kind, equal findings", detail=detail)]  # fmt: skip


def _rows(driver: Driver, statement: str) -> list[object]:
    with driver.session() as session:
        return session.execute_read(lambda tx: list(tx.run(statement, day=DAY)))
