"""The whole demo province on a Neo4j server: every answer byte for byte that of the embedded store, and a second load that writes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from neo4j import Driver

from graph.store import Store
from graph.stores import open_store
from ingest import catalogue, demo, pipeline
from ingest.report import IngestReport
from ingest.run import ingest_paths
from tests.contract.answers import compare
from tests.graph.test_neo4j_store import last_transaction


@pytest.mark.slow
def test_the_demo_is_the_same_and_its_second_load_writes_nothing(
    neo4j_url: str, neo4j_driver: Driver, tmp_path: Path
) -> None:
    tables = demo.generate(tmp_path / "demo", 2025).tables

    def load(store: Store) -> list[IngestReport]:
        return [
            pipeline.load(store, catalogue.records(plan_only=False), source="catalogue"),
            ingest_paths(store, [tables], source="demo", again=True),
        ]

    stores = [open_store(url, create=True) for url in (neo4j_url, f"sqlite:///{tmp_path / 'demo.db'}")]
    for store in stores:
        store.initialise()
    reports = [load(store) for store in stores]
    assert reports[0] == reports[1]
    assert stores[0].counts().nodes["Complaint"] == 5000
    compare(*stores, tmp_path)
    before = last_transaction(neo4j_driver), stores[0].revision()
    again = load(stores[0])
    assert [(report.total.added, report.total.changed, report.total.refused) for report in again] == [(0, 0, 0)] * 2
    assert (last_transaction(neo4j_driver), stores[0].revision()) == before, "by the server's own bookmark"
    for store in stores:
        store.close()
