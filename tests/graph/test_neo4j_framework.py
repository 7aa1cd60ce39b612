"""The framework read as a whole is what the scans of kinds and edges show, whatever an analyst drew beside it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from neo4j import Driver

from graph import errors
from graph.schema import EDGES, KINDS
from graph.stores.neo4j import Neo4jStore
from ingest import catalogue, pipeline
from tests.contract.notation import record


@pytest.fixture
def store(neo4j_url: str) -> Iterator[Neo4jStore]:
    made = Neo4jStore(neo4j_url, create=True)
    made.initialise()
    yield made
    made.close()


def scanned(store: Neo4jStore) -> tuple[list[str], list[str]]:
    """Every element of the framework by the scans, in full and in the order of its properties."""
    framework = {kind for kind, declared in KINDS.items() if declared.group == "framework"}
    nodes = [repr(row) for kind in sorted(framework) for row in store.nodes(kind)]
    edges = [repr(row) for name in EDGES for row in store.edges(name) if row.source.kind in framework]
    return sorted(nodes), sorted(edges)


def read(store: Neo4jStore) -> tuple[list[str], list[str]]:
    framework = store.framework()
    kinds = [kind for kind, declared in KINDS.items() if declared.group == "framework"]
    nodes = [repr(row) for kind in kinds for row in framework.nodes(kind).values()]
    return sorted(nodes), sorted(repr(edge) for name in EDGES for edge in framework.edges(name))


def test_neo4j_framework_is_what_the_scans_show(store: Neo4jStore, neo4j_driver: Driver) -> None:
    pipeline.load(store, catalogue.records(plan_only=False), source="catalogue")
    with store.session() as session:
        session.write([
            record({"node": "Owner:O1", "source": ["a", "b"]}),
            record({"node": "Assignment:A1", "edges": [["HELD_BY", "Owner:O1"], ["HELD_BY", "Owner:O1", {"valid_from": "2026-01-01", "valid_to": "2026-02-01"}]]}),
            record({"node": "Campaign:M1"}),
            record({"node": "Assignment:A2", "edges": [["FOR", "Campaign:M1"]], "source": "c"}),
        ])  # fmt: skip
    before = scanned(store)
    assert read(store) == before
    assert [len(part) > 100 for part in before] == [True, True]
    neo4j_driver.execute_query(
        "MATCH (p:ControlPoint {id: 'CP37'})-[e:CAUSED_BY]->() SET p:Important, p.seen = true, e.seen = true"
        " CREATE (p)-[:CAUSED_BY]->(:Person {name: 'x'}), (p)-[:LOOKS_LIKE]->(p)"
    )
    with store.session() as session:  # the framework is read anew
        session.write([record({"node": "Owner:O1", "props": {"name": "x"}})])
    nodes, edges = read(store)
    assert edges == before[1]
    assert len(nodes) == len(before[0])


def test_neo4j_framework_with_something_made_by_hand_says_what(store: Neo4jStore, neo4j_driver: Driver) -> None:
    with store.session() as session:
        session.write([record({"node": "ControlPoint:P1"}), record({"node": "ControlPoint:P2"})])
    neo4j_driver.execute_query("MATCH (a {id: 'P1'}), (b {id: 'P2'}) CREATE (a)-[:CAUSED_BY]->(b)")
    with pytest.raises(errors.StoreDamaged, match="CAUSED_BY"):
        store.framework()
