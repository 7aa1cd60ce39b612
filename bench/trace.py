"""Tracing the demo province: one complaint at a time beside what a user would write, and in bulk beside the same formula on networkx."""

from __future__ import annotations

import sqlite3
import tempfile
import time
from functools import partial
from pathlib import Path

from bench.measure import Figure, median, paired, percentile, seconds
from bench.plain_trace import PlainTrace
from bench.plain_upstream import ByNetworkx, by_sql
from bench.plan import Plan
from graph.case import Case
from graph.framework import Framework
from graph.records import Revision
from graph.store import Store
from graph.stores import open_store
from ingest import catalogue, demo, pipeline
from ingest.run import ingest_paths
from queries.parameters import Parameters, load_parameters
from queries.scoring import score
from queries.trace import trace

AS_OF = "2026-01-01T00:00:00.000000Z"
ROUNDS = 3
FORMULA_ROUNDS = 3
SHORT, FULL = 1_000, 5_000
"""Complaints of the demo province that are traced."""
BAR = 2.0
"""Milliseconds."""


def demo_store(folder: Path, seed: int = Plan.seed) -> Store:
    """The default maps and the demo province in a new embedded store."""
    files = demo.generate(folder / "demo", seed)
    store = open_store(f"sqlite:///{folder / 'bench.db'}", create=True)
    store.initialise()
    pipeline.load(store, catalogue.records(plan_only=False), source="catalogue")
    ingest_paths(store, [files.tables])
    return store


def run(plan: Plan) -> list[Figure]:
    """Single traces with and without reading the case, bulk traces, and the formula alone, each beside its rivals."""
    with tempfile.TemporaryDirectory() as name:
        store = demo_store(Path(name), plan.seed)
        framework, revision = store.framework(), store.revision()
        parameters = load_parameters()
        cases = list(store.cases())[: plan.rounds(SHORT, FULL)]
        figures = [
            *_single(store, framework, revision, parameters, cases),
            *_beside(store, Path(name) / "bench.db", parameters, [case.id for case in cases]),
            *_bulk(framework, revision, parameters, cases),
        ]
        store.close()
    return figures


def _single(
    store: Store, framework: Framework, revision: Revision, parameters: Parameters, cases: list[Case]
) -> list[Figure]:
    whole, alone = [], []
    for _ in range(ROUNDS):
        for known in cases:
            start = time.perf_counter()
            (case,) = store.cases([known.id])
            read = time.perf_counter()
            trace(framework, case, revision=revision, as_of=AS_OF, parameters=parameters)
            end = time.perf_counter()
            whole.append((end - start) * 1000)
            alone.append((end - read) * 1000)
    first, later = whole[: len(cases)], whole[len(cases) :]
    detail = {
        "p50 ms": f"{median(later):.3f}",
        "trace alone p50/p99 ms": f"{median(alone[len(cases) :]):.3f}/{percentile(alone[len(cases) :], 0.99):.3f}",
        "first time p50/p99 ms (subjects not yet read)": f"{median(first):.3f}/{percentile(first, 0.99):.3f}",
    }
    p99 = percentile(later, 0.99)
    return [
        Figure(
            "trace",
            "one trace in process, the case read from the file, p99",
            p99,
            "ms",
            "",
            f"≤ {BAR:.0f}",
            p99 <= BAR,
            detail,
        )
    ]


def _beside(store: Store, file: Path, parameters: Parameters, ids: list[str]) -> list[Figure]:
    """One trace, its case read, against a recursive SQL statement and a networkx program that rank points; complaint by complaint in turn."""
    framework, revision = store.framework(), store.revision()
    connection = sqlite3.connect(file)
    program = ByNetworkx(connection, framework)

    def answer(id_: str) -> None:
        (case,) = store.cases([id_])
        trace(framework, case, revision=revision, as_of=AS_OF, parameters=parameters)

    ways = (answer, lambda id_: by_sql(connection, id_), program.first)
    times: list[list[float]] = []
    for lap in range(2):  # in the first one subjects are read
        for id_ in ids:
            assert by_sql(connection, id_) == program.first(id_), f"the rivals find something else for {id_}"
            taken = [seconds(partial(way, id_)) for way in ways]
            if lap:
                times.append(taken)
    connection.close()
    mine, sql, networkx = ([row[at] for row in times] for at in range(3))
    return [
        Figure("trace", "speed of one whole answer, the case read, p50", median(theirs) / median(mine), "×", rival,
               detail={"ms": f"{median(mine) * 1000:.2f}", "rival ms": f"{median(theirs) * 1000:.2f}"})
        for rival, theirs in (("one recursive SQL statement on the same file that ranks points", sql), ("a plain networkx program that ranks points", networkx))
    ]  # fmt: skip


def _bulk(framework: Framework, revision: Revision, parameters: Parameters, cases: list[Case]) -> list[Figure]:
    rival = PlainTrace(framework)

    def plain() -> None:
        for case in cases:
            rival.probabilities(case)

    def formula() -> None:
        for case in cases:
            score(framework, case, parameters)

    def answers() -> None:
        for case in cases:
            trace(framework, case, revision=revision, as_of=AS_OF, parameters=parameters)

    formula_pairs = paired(formula, plain, FORMULA_ROUNDS)
    answer_pairs = paired(answers, plain, ROUNDS)
    ratio = median([theirs / ours for ours, theirs in formula_pairs])
    whole = median([theirs / ours for ours, theirs in answer_pairs])
    against = "the same formula on a networkx DiGraph, one topological pass a complaint"
    rate = len(cases) / median([ours for ours, _ in formula_pairs])
    plain_rate = len(cases) / median([theirs for _, theirs in formula_pairs])
    return [
        Figure("trace", "bulk, hypotheses to outcome", ratio, "×", against, "≥ 10", ratio >= 10,
               {"complaints/s": f"{rate:,.0f}", "rival complaints/s": f"{plain_rate:,.0f}"}),
        Figure("trace", "bulk, whole answers with owners, chain, gaps, texts and picture", whole, "×",
               "the rival's bare probabilities", detail={"complaints/s": f"{len(cases) / median([o for o, _ in answer_pairs]):,.0f}"}),
    ]  # fmt: skip
