"""Loading a Neo4j server: a new load against a bare loader with the same driver, and a rerun against the first load."""

from __future__ import annotations

import gc
import random
import tempfile
from pathlib import Path
from typing import Any

from neo4j import Driver

from bench import world
from bench.measure import Figure, median, seconds
from bench.world import LINKS, TEXT
from graph.errors import Where
from graph.records import EdgeRow, NodeRow, Record, Ref
from graph.segments import pieces
from graph.stores.neo4j import Neo4jStore
from graph.stores.neo4j_digest import digests
from ingest import catalogue, pipeline
from ingest.run import ingest_paths

ROWS, BATCH, ROUNDS = 20_000, 5_000, 3
_CREATE = (
    "UNWIND $rows AS r CREATE (n:Complaint) SET n = r.props "
    + " ".join(
        f"CALL (n, r) {{ UNWIND r.{name} AS id MATCH (b:{kind} {{id: id}}) CREATE (n)-[e:{name}]->(b) SET e.sources = r.sources }}"
        for name, kind in LINKS.items()
    )
).replace("SET n = r.props CALL", "SET n = r.props WITH n, r CALL", 1)


def empty(driver: Driver, label: str = "") -> None:
    """Delete every node, or those of a label."""
    with driver.session() as session:
        session.run(f"MATCH (n{label}) CALL (n) {{ DETACH DELETE n }} IN TRANSACTIONS OF 10000 ROWS").consume()


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
        edges = tuple(EdgeRow(name, source, Ref(LINKS[name], id_), {}, sources) for name, id_ in ends.items())
        props = {"event_at": moment, "recorded_at": moment, "text": TEXT, "status": "closed"}
        complaints.append(Record(NodeRow("Complaint", source.id, props, sources), edges, where, tuple(LINKS)))
    return around, [complaints[at : at + BATCH] for at in range(0, ROWS, BATCH)]


def _bare_rows(batch: list[Record]) -> list[dict[str, Any]]:
    rows = []
    for record in batch:
        assert record.node is not None
        ends = {name: [e.target.id for e in record.edges if e.type == name] for name in LINKS}
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


def loading(url: str, driver: Driver) -> list[Figure]:
    """A new load, and an unchanged rerun."""
    first, again, bare, full = [], [], [], []
    empty(driver)
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
        empty(driver, ":Complaint")
        theirs = []
        for make in (_bare_rows, _full_rows):
            rows = [make(batch) for batch in batches]
            theirs.append(seconds(lambda: load_bare(rows)))  # noqa: B023
            empty(driver, ":Complaint")
        gc.unfreeze()
        if seed:
            first.append(ours)
            again.append(unchanged)
            bare.append(theirs[0])
            full.append(theirs[1])
    recognised = _again(store)
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
        recognised,
        Figure("neo4j", "the same, every row compared (--again), reading aside", rerun, "×", "the first load",
               detail={"complaints/s": f"{ROWS / median(again):,.0f}"}),
    ]  # fmt: skip


def _again(store: Neo4jStore) -> Figure:
    """A table loaded through the whole intake, and the same again: the store knows it."""
    shape = world.Shape(ROWS, ROUNDS + 1)
    maps = list(world.maps_of(shape))
    pipeline.load(store, world.around(shape, maps), source="world")
    with tempfile.TemporaryDirectory() as name:
        table = Path(name) / "Complaint.csv"
        world.write_table(table, shape, maps)
        first, again = (seconds(lambda: ingest_paths(store, [table])) for _ in range(2))
    return Figure("neo4j", f"speed of an unchanged second load of a table of {ROWS:,} complaints", first / again, "×", "the first load", "≥ 8", first / again >= 8,
                  {"seconds": f"{again:.3f} after {first:.1f}"})  # fmt: skip
