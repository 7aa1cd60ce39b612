"""Reading from a Neo4j server: cases and traces against ``RETURN 1`` and against Cypher, the framework against reading it row by row."""

from __future__ import annotations

import gc
import tempfile
import time
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any

from neo4j import Driver, ManagedTransaction

from bench.measure import Figure, median, paired, percentile, seconds
from bench.neo4j_cypher_trace import by_path_rows, careful, careful_batch
from bench.neo4j_load import empty
from graph.errors import Where
from graph.framework import Framework
from graph.records import EdgeRow, NodeRow, Record, Ref
from graph.schema import EDGES, KINDS
from graph.settings import settings
from graph.store import Store
from graph.stores.neo4j import Neo4jStore
from ingest import catalogue, demo, pipeline
from ingest.run import ingest_paths
from queries.parameters import load_parameters
from queries.scoring import score
from queries.trace import trace

SEED, CASES, ROUNDS = 2025, 1_000, 3
PATH_CASES = 100
"""Complaints that are traced by rows of paths, which take their time."""
MOMENT = "2026-01-01T00:00:00.000000Z"


def reading(url: str, driver: Driver) -> list[Figure]:
    """Cases, traces one by one and in bulk, and the framework."""
    empty(driver)
    store = Neo4jStore(url, create=True)
    store.initialise()
    pipeline.load(store, catalogue.records(plan_only=False), source="catalogue")
    with tempfile.TemporaryDirectory() as folder:
        ingest_paths(store, [demo.generate(Path(folder), SEED).tables])
    gc.collect()
    gc.freeze()
    ids = [row.id for row in islice(store.nodes("Complaint"), CASES)]
    figures = [*traced(store, driver, ids, "the demo province"), _framework(store, driver)]
    gc.unfreeze()
    store.close()
    return figures


def traced(store: Store, driver: Driver, ids: list[str], where: str) -> list[Figure]:
    """Cases and traces of some complaints of a store, named in words, beside ``RETURN 1`` and Cypher on the same server."""
    return [*_cases(store, driver, ids, where), *_rivals(store, driver, ids, where)]


def _cases(store: Store, driver: Driver, ids: list[str], where: str) -> list[Figure]:
    framework, revision, parameters = store.framework(), store.revision(), load_parameters()
    ones, cases, traces = [], [], []
    with driver.session() as session:
        for lap in range(3):  # the first lap reads subjects and makes the server warm
            for id_ in ids:
                start = time.perf_counter()
                session.execute_read(_one)
                asked = time.perf_counter()
                (case,) = store.cases([id_])
                read = time.perf_counter()
                trace(framework, case, revision=revision, as_of=MOMENT, parameters=parameters)
                end = time.perf_counter()
                if lap:
                    ones.append(asked - start)
                    cases.append(read - asked)
                    traces.append(end - asked)

    def against(what: str, taken: list[float]) -> list[Figure]:
        p50, p99 = median(taken) / median(ones), percentile(taken, 0.99) / percentile(ones, 0.99)
        detail = {"p50/p99 ms": f"{median(taken) * 1000:.2f}/{percentile(taken, 0.99) * 1000:.2f}",
                  "RETURN 1 p50/p99 ms": f"{median(ones) * 1000:.2f}/{percentile(ones, 0.99) * 1000:.2f}"}  # fmt: skip
        return [
            Figure("neo4j", f"{what}, p50", p50, "×", "RETURN 1 in a managed transaction", "≤ 2", p50 <= 2, detail),
            Figure("neo4j", f"{what}, p99", p99, "×", "RETURN 1 in a managed transaction", "≤ 3", p99 <= 3),
        ]

    return [
        *against(f"one case of {where}, subjects remembered", cases),
        *against(f"one trace of {where}, the case read", traces),
    ]


def _rivals(store: Store, driver: Driver, ids: list[str], where: str) -> list[Figure]:
    """Single traces and a batch against Cypher on the same server; both sides in turn, complaint by complaint."""
    framework, revision, parameters = store.framework(), store.revision(), load_parameters()

    def answer(id_: str) -> None:
        (case,) = store.cases([id_])
        trace(framework, case, revision=revision, as_of=MOMENT, parameters=parameters)

    def answers() -> None:
        for case in store.cases(ids):
            trace(framework, case, revision=revision, as_of=MOMENT, parameters=parameters)

    def formula() -> None:
        for case in store.cases(ids):
            score(framework, case, parameters)

    with driver.session() as session:

        def ask(work: Callable[..., Any], argument: object) -> Callable[[], object]:
            return lambda: session.execute_read(work, argument)

        times: list[tuple[float, float]] = []
        slow: list[tuple[float, float]] = []
        for lap in range(2):  # the first lap makes both sides warm
            found = [paired(lambda: answer(id_), ask(careful, id_), 1)[0] for id_ in ids]  # noqa: B023 (called at once)
            rows = [paired(lambda: answer(id_), ask(by_path_rows, id_), 1)[0] for id_ in ids[:: len(ids) // PATH_CASES]]  # noqa: B023
            if lap:
                times, slow = found, rows
        batches = [(seconds(formula), seconds(answers), seconds(ask(careful_batch, ids))) for _ in range(ROUNDS + 1)][
            1:
        ]
    mine, theirs = ([pair[side] for pair in times] for side in (0, 1))
    single = median(theirs) / median(mine)
    paths = median([theirs / mine for mine, theirs in slow])
    bulk = median([theirs / mine for mine, _, theirs in batches])
    whole = median([theirs / mine for _, mine, theirs in batches])
    against = "one careful Cypher statement that ranks control points by reviews and distance"
    return [
        Figure("neo4j", f"speed of one trace of {where}, the case read, p50", single, "×", against, "≥ 1", single >= 1,
               {"p50 ms": f"{median(mine) * 1000:.2f}", "Cypher p50 ms": f"{median(theirs) * 1000:.2f}"}),
        Figure("neo4j", f"speed of one trace of {where}, the case read", paths, "×", "Cypher that answers a row for every path", "≥ 20", paths >= 20,
               {"Cypher p50 ms": f"{median([theirs for _, theirs in slow]) * 1000:.1f}"}),
        Figure("neo4j", f"speed of {len(ids):,} traces of {where}, cases read, hypotheses to outcome", bulk, "×", "the careful Cypher for all of them in one statement",
               "≥ 3", bulk >= 3, {"ms": f"{median([mine for mine, _, _ in batches]) * 1000:.0f}", "Cypher ms": f"{median([t for *_, t in batches]) * 1000:.0f}"}),
        Figure("neo4j", "the same, whole answers with owners, chain, gaps, texts and picture", whole, "×", "the same Cypher"),
    ]  # fmt: skip


def _one(tx: ManagedTransaction) -> None:
    tx.run("RETURN 1").consume()


def _framework(store: Neo4jStore, driver: Driver) -> Figure:
    zone = settings().timezone

    def by_rows() -> None:
        nodes, edges = [], []
        with driver.session() as session:
            for kind in (name for name, kind in KINDS.items() if kind.group == "framework"):
                for id_, props in session.run(f"MATCH (n:{kind}) RETURN n.id, properties(n)").values():
                    nodes.append(NodeRow(kind, id_, props))
                for name in (name for name, edge in EDGES.items() if kind in edge.sources):
                    statement = f"MATCH (a:{kind})-[e:{name}]->(b) RETURN a.id, labels(b)[0], b.id, properties(e)"
                    for start, end_kind, end, props in session.run(statement).values():
                        edges.append(EdgeRow(name, Ref(kind, start), Ref(end_kind, end), props))
        Framework(nodes, edges, 0, zone)

    shares, taken = [], []
    for lap in range(ROUNDS + 1):  # the first lap makes the server warm
        with store.session() as session:  # moves the counter: the framework must be read anew
            session.write([Record(NodeRow("Domain", "bench", {"note": str(lap)}, ("bench",)), (), Where())])
        ((mine, theirs),) = paired(store.framework, by_rows, 1)
        if lap:
            shares.append(mine / theirs)
            taken.append(mine)
    ratio = median(shares)
    return Figure(
        "neo4j", "the framework fetched and compiled", ratio, "×", "the same rows fetched kind by kind as maps, and compiled",
        "≤ 0.33", ratio <= 1 / 3, {"ms": f"{median(taken) * 1000:.0f}"},
    )  # fmt: skip
