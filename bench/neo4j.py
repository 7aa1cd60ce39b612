"""The store on a Neo4j server, against a bare loader with the same driver, against ``RETURN 1``, and against reading the framework row by row.

The server is the one of ``tests/neo4j`` or that of ``SUYUAN_TEST_NEO4J`` (emptied again and again).
"""

from __future__ import annotations

import gc
import os
import random
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from neo4j import Driver, GraphDatabase, ManagedTransaction

from bench.ingest import LINKS, TEXT
from bench.measure import Figure, median, paired, percentile, seconds
from graph.errors import Where
from graph.framework import Framework
from graph.records import EdgeRow, NodeRow, Record, Ref
from graph.schema import EDGES, KINDS
from graph.segments import pieces
from graph.settings import settings
from graph.stores.neo4j import Neo4jStore
from graph.stores.neo4j_digest import digests
from ingest import catalogue, demo, pipeline
from ingest.run import ingest_paths
from queries.parameters import load_parameters
from queries.trace import trace

ROWS, BATCH, ROUNDS = 20_000, 5_000, 5
SEED, CASES = 2025, 1_000
MOMENT = "2026-01-01T00:00:00.000000Z"
_KIND_OF = {"ABOUT": "Campaign", "IN_CATEGORY": "Category", "HOME_UNIT": "OrgUnit"}
_CREATE = (
    "UNWIND $rows AS r CREATE (n:Complaint) SET n = r.props "
    + " ".join(
        f"CALL (n, r) {{ UNWIND r.{name} AS id MATCH (b:{kind} {{id: id}}) CREATE (n)-[e:{name}]->(b) SET e.sources = r.sources }}"
        for name, kind in _KIND_OF.items()
    )
).replace("SET n = r.props CALL", "SET n = r.props WITH n, r CALL", 1)


def available() -> bool:
    """Whether a server can be had: one is named, or the jars are there."""
    from tests.neo4j.server import JARS

    return bool(os.environ.get("SUYUAN_TEST_NEO4J")) or JARS.is_dir()


def run() -> list[Figure]:
    """Loading, reading cases and tracing, reading the framework."""
    with _server() as (url, driver):
        return [*_loading(url, driver), *_reading(url, driver)]


@contextmanager
def _server() -> Iterator[tuple[str, Driver]]:
    """The address of a server and a driver to it, with the settings that let the product in."""
    from tests.neo4j.server import Neo4jServer

    given = os.environ.get("SUYUAN_TEST_NEO4J", "")
    with tempfile.TemporaryDirectory() as folder:
        server = None
        if given:
            parts = urlsplit(given)
            url, user, password = f"{parts.scheme}://{parts.hostname}:{parts.port}", parts.username, parts.password
        else:
            server = Neo4jServer(Path(folder) / "home", heap="1g")
            server.start()
            url, user, password = server.url, server.user, server.password
        os.environ["SUYUAN_NEO4J_USER"], os.environ["SUYUAN_NEO4J_PASSWORD"] = user or "", password or ""
        settings.cache_clear()
        try:
            with GraphDatabase.driver(
                url, auth=(user or "", password or ""), notifications_min_severity="OFF"
            ) as driver:
                yield url, driver
                _empty(driver)
        finally:
            if server is not None:
                server.remove()


def _empty(driver: Driver, label: str = "") -> None:
    with driver.session() as session:
        session.run(f"MATCH (n{label}) CALL (n) {{ DETACH DELETE n }} IN TRANSACTIONS OF 10000 ROWS").consume()


# ── loading ───────────────────────────────────────────────────────────────────────────────────────────
def _records(seed: int) -> tuple[list[Record], list[list[Record]]]:
    """Units and campaigns, and complaints in batches with about 2.7 links each, of days that follow each other."""
    rng = random.Random(seed)
    where, sources = Where(), ("bench",)
    around = [Record(NodeRow("OrgUnit", f"U{n}", {}, sources), (), where) for n in range(31)]
    around += [Record(NodeRow("Campaign", f"M{n}", {}, sources), (), where) for n in range(300)]
    categories = sorted(r.node.id for r in catalogue.records(plan_only=False) if r.node and r.node.kind == "Category")
    complaints = []
    for n in range(ROWS):
        source = Ref("Complaint", f"T{seed}-{n:07}")
        moment = f"2025-{n * 12 // ROWS + 1:02}-{rng.randrange(1, 29):02}T{rng.randrange(24):02}:{rng.randrange(60):02}:00.000000Z"
        ends = {"ABOUT": f"M{rng.randrange(300)}", "IN_CATEGORY": rng.choice(categories)}
        if rng.random() < 0.7:
            ends["HOME_UNIT"] = f"U{rng.randrange(31)}"
        edges = tuple(EdgeRow(name, source, Ref(_KIND_OF[name], id_), {}, sources) for name, id_ in ends.items())
        props = {"event_at": moment, "recorded_at": moment, "text": TEXT, "status": "closed"}
        complaints.append(Record(NodeRow("Complaint", source.id, props, sources), edges, where, LINKS))
    return around, [complaints[at : at + BATCH] for at in range(0, ROWS, BATCH)]


def _bare_rows(batch: list[Record]) -> list[dict[str, Any]]:
    rows = []
    for record in batch:
        assert record.node is not None
        ends = {name: [e.target.id for e in record.edges if e.type == name] for name in _KIND_OF}
        props = {"id": record.node.id, **record.node.props, "sources": list(record.node.sources)}
        rows.append({"props": props, "sources": list(record.node.sources), **ends})
    return rows


def _full_rows(batch: list[Record]) -> list[dict[str, Any]]:
    """The same with all that our load leaves at a complaint: the digest and the pieces of its text."""
    digest_of = digests(batch)
    rows = _bare_rows(batch)
    for row in rows:
        row["props"]["_digest"] = digest_of[Ref("Complaint", row["props"]["id"])][0]
        row["props"]["_pieces"] = " ".join(pieces(row["props"]["text"]))
    return rows


def _loading(url: str, driver: Driver) -> list[Figure]:
    first, again, bare, full = [], [], [], []
    _empty(driver)
    store = Neo4jStore(url, create=True)
    store.initialise()
    pipeline.load(store, catalogue.records(plan_only=False), source="catalogue")

    def load(batches: list[list[Record]]) -> None:
        with store.session() as session:
            for batch in batches:
                session.write(batch)

    def load_bare(batches: list[list[dict[str, Any]]]) -> None:
        with driver.session() as session:
            for rows in batches:
                session.execute_write(lambda tx, rows=rows: tx.run(_CREATE, rows=rows).consume())  # type: ignore[misc]

    for seed in range(ROUNDS + 1):  # the first one makes the server warm
        around, batches = _records(seed)
        load([around])
        gc.collect()
        gc.freeze()  # what was made to be sent is not looked through again and again, on either side
        ours = seconds(lambda: load(batches))  # noqa: B023 (called at once)
        unchanged = seconds(lambda: load(batches))  # noqa: B023
        _empty(driver, ":Complaint")
        theirs = []
        for make in (_bare_rows, _full_rows):
            rows = [make(batch) for batch in batches]
            theirs.append(seconds(lambda: load_bare(rows)))  # noqa: B023
            _empty(driver, ":Complaint")
        gc.unfreeze()
        if seed:
            first.append(ours)
            again.append(unchanged)
            bare.append(theirs[0])
            full.append(theirs[1])
    store.close()
    ratio = median([b / f for f, b in zip(first, bare, strict=True)])
    fair = median([b / f for f, b in zip(first, full, strict=True)])
    rerun = median([f / a for f, a in zip(first, again, strict=True)])
    rates = {"complaints/s": f"{ROWS / median(first):,.0f}", "bare complaints/s": f"{ROWS / median(bare):,.0f}"}
    return [
        Figure("neo4j", "complaints/s of a new load with their links", ratio, "×", "a bare CREATE UNWIND loader with the same driver",
               "≥ 0.8", ratio >= 0.8, rates),
        Figure("neo4j", "the same, where the bare loader writes digests and the pieces of texts too", fair, "×", "a bare CREATE UNWIND loader of the same",
               detail={"bare complaints/s": f"{ROWS / median(full):,.0f}"}),
        Figure("neo4j", "speed of an unchanged rerun", rerun, "×", "the first load", "≥ 8", rerun >= 8,
               {"complaints/s": f"{ROWS / median(again):,.0f}"}),
    ]  # fmt: skip


# ── reading ───────────────────────────────────────────────────────────────────────────────────────────
def _reading(url: str, driver: Driver) -> list[Figure]:
    _empty(driver)
    store = Neo4jStore(url, create=True)
    store.initialise()
    pipeline.load(store, catalogue.records(plan_only=False), source="catalogue")
    with tempfile.TemporaryDirectory() as folder:
        ingest_paths(store, [demo.generate(Path(folder), SEED).tables])
    gc.collect()
    gc.freeze()
    figures = [*_cases(store, driver), _framework(store, driver)]
    gc.unfreeze()
    store.close()
    return figures


def _cases(store: Neo4jStore, driver: Driver) -> list[Figure]:
    framework, revision, parameters = store.framework(), store.revision(), load_parameters()
    ids = [row.id for row in store.nodes("Complaint")][:CASES]
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

    return [*against("one case, subjects remembered", cases), *against("one trace, the case read", traces)]


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
