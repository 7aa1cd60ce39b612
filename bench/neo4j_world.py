"""A made world on a Neo4j server: the breakpoint list beside naive Cypher kind by kind, and complaints by control point, month and unit."""

from __future__ import annotations

from neo4j import Driver, ManagedTransaction

from bench import world
from bench.aggregation import Counts, ours, pointing
from bench.measure import Figure, median, percentile, seconds
from bench.neo4j_load import empty
from bench.plan import Plan
from graph.framework import Framework
from graph.store import Store
from graph.stores.neo4j import Neo4jStore
from queries.findings.facts import Facts
from queries.findings.search import Search
from queries.findings.tallied import Tallied
from queries.parameters import load_parameters
from queries.trace import trace

SHORT, FULL = 20_000, 1_000_000
FRAME = 2_000
"""Nodes of the made framework."""
ROUNDS = 3
DAY = "2025-12-31"
AIM, FLAT = 20, 1.5
_TRACED = 300
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
_SUMS = """
MATCH (c:Complaint)-[:IN_CATEGORY]->(:Category)-[:POINTS_TO]->(p:ControlPoint)
OPTIONAL MATCH (c)-[:HOME_UNIT]->(u:OrgUnit)
WITH p.id AS point, coalesce(u.id, '') AS unit, datetime({datetime: datetime(c.event_at), timezone: $zone}) AS at, c
RETURN point, at.year AS year, at.month AS month, unit, count(DISTINCT c) AS complaints
"""


def list_and_sums(url: str, driver: Driver, plan: Plan) -> list[Figure]:
    """A world of the plan's size loaded anew, and everything asked of it."""
    empty(driver)
    store = Neo4jStore(url, create=True)
    shape = world.Shape(plan.largest(SHORT, FULL), plan.seed, frame=FRAME)
    world.fill(store, shape)
    figures = [*_kinds(store, driver), _sums(store, driver, shape), *_degrees(store, driver)]
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


def _sums(store: Store, driver: Driver, shape: world.Shape) -> Figure:
    framework = store.framework()
    points = pointing(framework)
    ratios, mine, theirs = [], [], []
    for lap in range(ROUNDS + 1):  # the first one makes the server warm
        found: list[Counts] = []
        a = seconds(lambda: found.append(ours(points, store.tallies())))  # noqa: B023 (called at once)
        b = seconds(lambda: found.append(_by_cypher(driver, framework)))  # noqa: B023
        assert found[0] == found[1], "the daily counts and Cypher count differently"
        if lap:
            ratios.append(b / a)
            mine.append(a)
            theirs.append(b)
    speed = median(ratios)
    return Figure("neo4j", f"speed of complaints by control point, month and unit over {shape.complaints:,}", speed, "×", "Cypher over the same data",
                  f"≥ {AIM}", speed >= AIM, {"ms": f"{median(mine) * 1000:.0f}", "Cypher ms": f"{median(theirs) * 1000:.0f}"})  # fmt: skip


def _by_cypher(driver: Driver, framework: Framework) -> Counts:
    def ask(tx: ManagedTransaction) -> Counts:
        return {(point, f"{year}-{month:02}", unit): number for point, year, month, unit, number in tx.run(_SUMS, zone=str(framework.zone))}  # fmt: skip

    with driver.session() as session:
        return session.execute_read(ask)


def _degrees(store: Store, driver: Driver) -> list[Figure]:
    """One trace about the heaviest campaign and about the lightest ones: the server never walks from a campaign to its complaints."""
    sql = "MATCH (m:Campaign)<-[:ABOUT]-(c:Complaint) WITH m, count(c) AS n, collect(c.id)[..300] AS ids ORDER BY n RETURN n, ids"
    with driver.session() as session:
        about = session.run(sql).values()
    most, heavy = about[-1]
    light = [ids[0] for _, ids in about[:_TRACED]]
    at_heavy, at_light = (_traced(store, (ids * _TRACED)[:_TRACED]) for ids in (heavy, light))
    ratio = percentile(at_heavy, 0.99) / percentile(at_light, 0.99)
    return [
        Figure("neo4j", f"p99 of one trace about the heaviest campaign ({most:,} complaints)", ratio, "×", f"that about the lightest ({about[0][0]:,})",
               f"≤ {FLAT}", ratio <= FLAT, {"p50 ms": f"{median(at_heavy):.2f} against {median(at_light):.2f}"})
    ]  # fmt: skip


def _traced(store: Store, ids: list[str]) -> list[float]:
    """Milliseconds of each trace, its case read, subjects known."""
    framework, revision, parameters = store.framework(), store.revision(), load_parameters()

    def one(id_: str) -> None:
        (case,) = store.cases([id_])
        trace(framework, case, revision=revision, as_of=f"{DAY}T00:00:00.000000Z", parameters=parameters)

    for id_ in dict.fromkeys(ids):
        one(id_)
    return [seconds(lambda: one(id_)) * 1000 for id_ in ids]  # noqa: B023 (called at once)
