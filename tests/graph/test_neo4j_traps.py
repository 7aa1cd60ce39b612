"""The traps of Neo4j that have cost others their data or their patience, each sprung on purpose; docs/neo4j.md lists them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from neo4j import Driver, ManagedTransaction

from graph import errors
from graph.case import Case
from graph.records import Ref
from graph.schema import KINDS
from graph.store import Store
from graph.stores import open_store
from graph.stores.neo4j_schema import parts
from ingest import pipeline
from ingest.export import export
from ingest.readers import MAX_ID
from ingest.run import ingest_paths
from tests.contract.foreign import SOURCE, foreign_world
from tests.contract.notation import content, record, tallies
from tests.graph.test_neo4j_store import T0, complaints

CAMPAIGN = {"node": "Campaign:M1"}
POINT: list[dict[str, Any]] = [{"node": "Stage:S1"}, {"node": "ControlPoint:P1", "edges": [["AT", "Stage:S1"]]}]


@pytest.fixture
def store(neo4j_url: str) -> Iterator[Store]:
    made = open_store(neo4j_url, create=True)
    made.initialise()
    yield made
    made.close()


def write(store: Store, *texts: dict[str, Any], replacing: bool = False) -> list[str]:
    with store.session(replacing=replacing) as session:
        return [str(outcome) for outcome in session.write(list(map(record, texts))).outcomes]


def number(driver: Driver, statement: str) -> int:
    return int(driver.execute_query(statement).records[0][0])


# ── ends and duplicates ───────────────────────────────────────────────────────────────────────────────
def test_a_missing_end_is_reported_and_never_drops_a_row(store: Store, neo4j_driver: Driver) -> None:
    """A MATCH that finds no end makes no edge and no error; an end that a session has seen may be gone by hand."""
    with store.session() as session:
        assert [str(o) for o in session.write([record(CAMPAIGN), *complaints(2)]).outcomes] == ["added"] * 3
        neo4j_driver.execute_query("MATCH (m:Campaign) DETACH DELETE m")
        report = session.write(complaints(4)[2:])
    assert [str(outcome) for outcome in report.outcomes] == ["missing_end"] * 2
    assert set(report.missing.values()) == {(Ref("Campaign", "M1"),)}
    assert store.counts().nodes == {"Complaint": 2}


def test_an_edge_that_is_there_twice_stops_the_write(store: Store, neo4j_driver: Driver) -> None:
    """What is written is counted: more, or fewer, than was sent means that somebody else was at it, and nothing is written."""
    write(store, CAMPAIGN, {"node": "Complaint:T0", "props": {"event_at": T0}, "edges": [["ABOUT", "Campaign:M1"]]})
    neo4j_driver.execute_query("MATCH (c:Complaint)-[e:ABOUT]->(m) CREATE (c)-[f:ABOUT]->(m) SET f = e")
    moved = {"node": "Complaint:T0", "props": {"event_at": T0}, "edges": [["ABOUT", "Campaign:M2"]], "owns": ["ABOUT"]}
    with pytest.raises(errors.StoreDamaged, match="1 places to write, 2 found"):
        write(store, {"node": "Campaign:M2"}, moved)
    assert store.counts().nodes == {"Campaign": 1, "Complaint": 1}


def test_a_row_that_comes_twice_in_a_batch_makes_one_edge(store: Store, neo4j_driver: Driver) -> None:
    twice = {"node": "Complaint:T0", "props": {"event_at": T0}, "edges": [["ABOUT", "Campaign:M1"]]}
    assert write(store, CAMPAIGN, twice, twice, {**twice, "source": "b"}) == ["added", "added", "unchanged", "changed"]
    assert number(neo4j_driver, "MATCH (:Complaint)-[e:ABOUT]->(:Campaign) RETURN count(e)") == 1
    assert tallies(store) == [["2026-01-01", ["Campaign:M1"], [], "", 1, 1]]


# ── what an analyst does by hand ──────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    "made",
    [
        "CREATE (:Stage {id: 1})",
        "CREATE (:Stage {name: 'x'})",
        "CREATE (:Complaint {id: 'by hand'})",
        "MATCH (c:Complaint), (m:Campaign) CREATE (c)-[:ABOUT]->(m)",
        "MATCH (p:ControlPoint) CREATE (p)-[:AT]->(:Stage {id: 2})",
    ],
)
def test_what_somebody_made_under_names_of_ours_is_named_with_its_remedy(
    store: Store, neo4j_driver: Driver, neo4j_url: str, tmp_path: Path, made: str
) -> None:
    """No constraint of the Community edition keeps such things out."""
    write(
        store,
        CAMPAIGN,
        *POINT,
        {"node": "Complaint:T0", "props": {"event_at": T0}, "edges": [["ABOUT", "Campaign:M1"]]},
    )
    before = content(store)
    neo4j_driver.execute_query(made)
    other = open_store(neo4j_url)

    def read() -> None:
        other.framework()
        export(other, tmp_path / "all.jsonl")

    with pytest.raises(errors.StoreDamaged, match="SuYuan did not write") as caught:
        read()
    remedy = re.search(r"MATCH .* DELETE \w", caught.value.mend.en)
    assert remedy is not None
    neo4j_driver.execute_query(remedy[0])
    neo4j_driver.execute_query("MATCH (n:Stage) WHERE n.sources IS NULL DETACH DELETE n")
    read()
    assert content(other) == before
    other.close()


# ── ids ───────────────────────────────────────────────────────────────────────────────────────────────
def test_an_id_is_a_text_whatever_a_file_says(store: Store, neo4j_driver: Driver, tmp_path: Path) -> None:
    """1 and '1' would be two nodes under a unique constraint, and a node without id as many as one likes."""
    lines = [
        {"type": "node", "id": f"Campaign:{id_}", "labels": ["Campaign"], "properties": {"id": id_}} for id_ in (1, "2")
    ]
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    (tmp_path / "Campaign.csv").write_text("id,name\n1,一\n2,二\n,三\n", encoding="utf-8")
    ingest_paths(store, [tmp_path / "a.jsonl"], source="a")
    report = ingest_paths(store, [tmp_path / "Campaign.csv"], source="b", rejects=tmp_path / "refused.csv")
    assert (report.total.added, report.total.changed, report.total.refused) == (0, 2, 1)
    assert sorted(neo4j_driver.execute_query("MATCH (n:Campaign) RETURN collect(n.id)").records[0][0]) == ["1", "2"]


def test_the_longest_ids_fit_the_indexes(store: Store) -> None:
    """An indexed value over eight kilobytes fails its transaction: no id is that long, nor the two of a series together."""
    end = "𠮷" * MAX_ID  # four bytes each
    series = {"node": f"Measurement:{end}", "props": {"event_at": T0, "value": 1.0},
              "edges": [["OF", f"Indicator:{end}"], ["ON", f"Campaign:{end}"], ["IN", f"OrgUnit:{end}"]]}  # fmt: skip
    complaint = {"node": f"Complaint:{end}", "props": {"event_at": T0},
                 "edges": [["ABOUT", f"Campaign:{end}"], ["HOME_UNIT", f"OrgUnit:{end}"]]}  # fmt: skip
    ends = [{"node": f"{kind}:{end}"} for kind in ("Indicator", "Campaign", "OrgUnit")]
    assert write(store, *ends, series, complaint) == ["added"] * 5
    (case,) = store.cases([end])
    assert isinstance(case, Case)
    assert [fact.value for fact in case.series[Ref("Campaign", end), end]] == [1.0]
    assert [tally.complaints for tally in store.tallies()] == [1]


def test_the_longest_words_can_be_found(store: Store) -> None:
    """Lucene refuses a term of over 32 kilobytes and cuts long ones: neither stops a row, nor hides one."""
    write(store, {"node": "Complaint:T0", "props": {"event_at": T0, "text": f"套餐 {'w' * 50_000} 退费"}})
    for question in ("w" * 50_000, "退费"):
        assert [row.id for row in store.nodes("Complaint", text=question)] == ["T0"]
    assert list(store.nodes("Complaint", text="w" * 49_999)) == []


def test_no_index_is_of_several_properties() -> None:
    """A composite index serves only lookups by all of its properties, and wants a hint."""
    assert [part.text for part in parts() if len(part.properties) != 1] == []


# ── statements ────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.slow
def test_no_statement_scans_everything_merges_edges_or_reads_files(
    store: Store, neo4j_driver: Driver, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """By the server's own plans, over all that is said while a world is loaded, asked everything, and in part taken back."""
    said: dict[str, None] = {}
    run = ManagedTransaction.run

    def noting(tx: ManagedTransaction, query: str, *arguments: Any, **named: Any) -> Any:
        said[query] = None
        return run(tx, query, *arguments, **named)

    monkeypatch.setattr(ManagedTransaction, "run", noting)
    world = foreign_world(1)
    pipeline.load(store, world, source=SOURCE)
    pipeline.load(store, world[::2], source=SOURCE, replace=True)
    export(store, tmp_path / "all.jsonl")
    list(store.cases())
    list(store.tallies())
    list(store.nodes("Complaint", text="退费"))
    assert len(said) > 150
    assert not [query for query in said if re.search(r"LOAD +CSV|MERGE [^(]*\([^)]*\)-", query)]
    scanned = [
        (query, operator)
        for query in list(said)
        for operator in _plan(neo4j_driver, query)
        if _too_much(query, operator)
    ]
    assert scanned == []
    labels = "|".join(f"`{kind}`" for kind in KINDS)
    assert number(neo4j_driver, f"MATCH (n:{labels}) WHERE NOT n.id IS :: STRING NOT NULL RETURN count(n)") == 0


def _plan(driver: Driver, query: str) -> Iterator[str]:
    """The names of the operators by which the server would answer a query."""
    waiting = [driver.execute_query(f"EXPLAIN {query}").summary.plan]
    while waiting:
        plan = waiting.pop()
        if plan is not None:
            yield plan["operatorType"].partition("@")[0]
            waiting += plan.get("children", ())


def _too_much(query: str, operator: str) -> bool:
    if "AllNodesScan" in operator or "AllRelationshipsScan" in operator:
        return True
    return "LabelScan" in operator and ("$ids" in query or "$rows" in query)
