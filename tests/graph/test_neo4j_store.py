"""The store on a Neo4j server as a server's: opening, upgrading, writers in turn, readers of one state, what a rerun costs."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from neo4j import Driver

from graph import errors
from graph.records import EdgeRow, NodeRow, Record, Ref
from graph.settings import settings
from graph.stores import open_store
from graph.stores.neo4j import Neo4jStore
from graph.stores.neo4j_schema import parts
from tests.contract.notation import content, record, tallies

T0 = "2026-01-01T00:00:00.000000Z"


@pytest.fixture
def store(neo4j_url: str) -> Iterator[Neo4jStore]:
    made = Neo4jStore(neo4j_url, create=True)
    made.initialise()
    yield made
    made.close()


def last_transaction(driver: Driver) -> object:
    """Which transaction was the last to change anything, by the server's own bookmark."""
    with driver.session() as session:
        session.run("RETURN 1").consume()
        return session.last_bookmarks().raw_values


def complaints(count: int, text: str = "退费") -> list[Record]:
    return [
        record({"node": f"Complaint:T{n}", "props": {"event_at": T0, "text": text}, "edges": [["ABOUT", "Campaign:M1"]], "owns": ["ABOUT"]})
        for n in range(count)
    ]  # fmt: skip


# ── addresses and opening ─────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    "address",
    [
        "neo4j://",
        "neo4j+x://h",
        "bolt:h",
        "neo4j://user:secret@h:1",
        "neo4j://h:1/db",
        "neo4j://h:port",
        "neo4j://h?x=1",
    ],
)
def test_an_address_that_cannot_be_one_is_refused_and_no_password_is_shown(address: str) -> None:
    with pytest.raises(errors.UsageError) as caught:
        open_store(address)
    assert "secret" not in caught.value.message("en") + caught.value.message("zh")


def test_a_password_file_that_cannot_be_read_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    monkeypatch.setenv("SUYUAN_NEO4J_PASSWORD_FILE", str(tmp_path / "none"))
    settings.cache_clear()
    with pytest.raises(errors.UsageError, match="none"):
        settings().neo4j_secret()
    (tmp_path / "none").write_text("a b\n", encoding="utf-8")
    assert settings().neo4j_secret() == "a b"
    settings.cache_clear()


def test_an_empty_database_asks_for_init_and_is_made_once(bare_neo4j_url: str, neo4j_driver: Driver) -> None:
    with pytest.raises(errors.StoreMissing) as caught:
        open_store(bare_neo4j_url)
    assert "suyuan init" in caught.value.message("en")
    made = Neo4jStore(bare_neo4j_url, create=True)
    assert len(made.missing()) == len(parts())
    assert made.initialise()
    before = last_transaction(neo4j_driver)
    assert not made.initialise()
    assert made.missing() == []
    assert last_transaction(neo4j_driver) == before
    assert (made.revision(), made.counts()) == ((0, 0), ({}, {}))
    made.close()


def test_somebody_elses_data_are_left_alone(neo4j_url: str, neo4j_driver: Driver) -> None:
    neo4j_driver.execute_query("CREATE (:Person {name: 'x'})")
    before = last_transaction(neo4j_driver)
    for create in (False, True):
        with pytest.raises((errors.StoreDamaged, errors.StoreMissing)):
            open_store(neo4j_url, create=create)
    assert last_transaction(neo4j_driver) == before


def test_what_the_server_lost_is_named_and_made_again(store: Neo4jStore, neo4j_url: str, neo4j_driver: Driver) -> None:
    neo4j_driver.execute_query("DROP CONSTRAINT suyuan_Complaint_id")
    neo4j_driver.execute_query("DROP INDEX suyuan_Complaint_text")
    assert [part.text for part in store.missing()] == [
        "UNIQUENESS (:Complaint {id})",
        "FULLTEXT (:Complaint {_pieces})",
    ]
    with pytest.raises(errors.StoreOutdated):
        open_store(neo4j_url)
    with store.session() as session:
        session.write([record({"node": "Campaign:M1"})])
    again = open_store(neo4j_url, create=True)
    assert again.initialise()
    assert content(again)["nodes"] == {"Campaign:M1": {"sources": ["a"]}}
    again.close()
    open_store(neo4j_url).close()


def test_a_name_taken_by_something_else_is_noticed(bare_neo4j_url: str, neo4j_driver: Driver) -> None:
    neo4j_driver.execute_query("CREATE CONSTRAINT suyuan_Stage_id FOR (n:Stage) REQUIRE n.name IS UNIQUE")
    made = open_store(bare_neo4j_url, create=True)
    with pytest.raises(errors.StoreDamaged, match=r"Stage \{id\}"):
        made.initialise()
    made.close()
    neo4j_driver.execute_query("DROP CONSTRAINT suyuan_Stage_id")


@pytest.mark.parametrize(("change", "error"), [("m.schema_version = 99", errors.StoreTooNew), ("m.schema_version = 0", errors.StoreOutdated),
                                               ("m.timezone = 'UTC'", errors.StoreError)])  # fmt: skip
def test_another_version_or_zone_is_refused(
    store: Neo4jStore, neo4j_url: str, neo4j_driver: Driver, change: str, error: type[Exception]
) -> None:
    neo4j_driver.execute_query(f"MATCH (m:_SuYuan {{id: 'store'}}) SET {change}")
    with pytest.raises(error):
        open_store(neo4j_url)


# ── writing ───────────────────────────────────────────────────────────────────────────────────────────
def test_an_unchanged_rerun_writes_nothing_by_the_servers_own_count(store: Neo4jStore, neo4j_driver: Driver) -> None:
    batches = [
        [
            record({"node": "Campaign:M1"}),
            record({"node": "Stage:S1", "source": ["a", "b"]}),
            record({"node": "ControlPoint:P1"}),
        ],
        [record({"from": "ControlPoint:P1", "edges": [["AT", "Stage:S1"]]})],
        complaints(50),
        [record({"node": "Complaint:T1", "props": {"event_at": T0, "severity": "高"}, "source": "b"})],
    ]
    for batch in batches:
        with store.session() as session:
            session.write(batch)
    before, revision = last_transaction(neo4j_driver), store.revision()
    neo4j_driver.execute_query("MATCH (m:_SuYuan {id: 'turn'}) SET m.tried = true")
    assert last_transaction(neo4j_driver) != before, "what changes something shows"
    before = last_transaction(neo4j_driver)
    for replacing in (False, True):
        with store.session(replacing=replacing) as session:
            for batch in batches:
                assert {str(outcome) for outcome in session.write(batch).outcomes} == {"unchanged"}
            if replacing:
                assert not session.withdraw("a").removed
    store.framework()
    list(store.cases())
    assert list(store.nodes("Complaint", text="退费"))
    with store.session(rehearse=True) as session:
        session.write(complaints(60))
    assert (last_transaction(neo4j_driver), store.revision()) == (before, revision)


def test_nothing_internal_shows(store: Neo4jStore, neo4j_driver: Driver) -> None:
    with store.session() as session:
        session.write([record({"node": "Campaign:M1"}), record({"node": "Indicator:K1"}), *complaints(3)])
        measured = {
            "node": "Measurement:V1",
            "props": {"event_at": T0, "value": 1.5},
            "edges": [["OF", "Indicator:K1"], ["ON", "Campaign:M1"]],
        }
        session.write([record(measured)])
    labels = {
        row["label"] for row in neo4j_driver.execute_query("MATCH (n) UNWIND labels(n) AS label RETURN label").records
    }
    assert {"_SuYuan", "_Tally", "_Month", "_Value", "Complaint"} <= labels
    said = content(store)
    assert set(store.counts().nodes) == {"Campaign", "Indicator", "Complaint", "Measurement"}
    assert not [
        name
        for element in (*said["nodes"].values(), *said["edges"].values())
        for name in element
        if name.startswith("_")
    ]
    (case,) = store.cases(["T1"])
    assert [fact.value for fact in case.series[Ref("Campaign", "M1"), ""]] == [1.5]


def test_labels_and_relationships_of_an_analyst_do_no_harm(store: Neo4jStore, neo4j_driver: Driver) -> None:
    with store.session() as session:
        session.write([record({"node": "Campaign:M1"}), *complaints(3)])
    before = content(store)
    neo4j_driver.execute_query(
        "MATCH (c:Complaint {id: 'T1'}), (m:Campaign) SET c:Seen, m:Important CREATE (c)-[:LOOKS_LIKE]->(m)"
    )
    assert content(store) == before
    with store.session(replacing=True) as session:
        session.write([record({"node": "Campaign:M1"})])
        assert session.withdraw("a").removed == {"Complaint": 3, "ABOUT": 3}
    assert content(store)["nodes"] == {"Campaign:M1": {"sources": ["a"]}}


def test_days_written_to_often_are_counted_alike(store: Neo4jStore, neo4j_driver: Driver) -> None:
    with store.session() as session:
        session.write([record({"node": "Campaign:M1"})])
        for n, each in enumerate(complaints(150)):
            session.write([each])
            assert tallies(store) == [["2026-01-01", ["Campaign:M1"], [], "", n + 1, n + 1]]
    parts_of_day = neo4j_driver.execute_query("MATCH (t:_Tally) RETURN count(t)").records[0][0]
    assert parts_of_day < 70
    assert [(month, number) for *_, month, number, _ in store.tallies(per="month")] == [("2026-01", 150)]
    assert neo4j_driver.execute_query("MATCH (m:_Month) RETURN count(m)").records[0][0] < 10


def test_writers_take_turns(store: Neo4jStore, neo4j_url: str) -> None:
    """Several writers of the same rows: each row is added once, and nothing is lost or doubled."""
    with store.session() as session:
        session.write([record({"node": "Campaign:M1"})])
    added: list[int] = []

    def write(name: str) -> None:
        mine = Neo4jStore(neo4j_url)
        with mine.session() as session:
            for start in range(0, 120, 20):
                outcomes = session.write(complaints(120)[start : start + 20]).outcomes
                added.append(sum(str(outcome) == "added" for outcome in outcomes))
                session.write([record({"node": "Campaign:M1", "props": {"note": name}, "source": name})])
        mine.close()

    _together([lambda name=name: write(name) for name in "xyz"])  # type: ignore[misc]
    assert sum(added) == 120
    assert store.counts().nodes["Complaint"] == store.counts().edges["ABOUT"] == 120
    assert tallies(store) == [["2026-01-01", ["Campaign:M1"], [], "", 120, 120]]
    assert content(store)["nodes"]["Campaign:M1"]["sources"] == ["a", "x", "y", "z"]


def test_no_reader_sees_half_of_a_framework_change(store: Neo4jStore, neo4j_url: str) -> None:
    """Two links that are always changed together are always seen together."""
    points = [Ref("ControlPoint", f"P{n}") for n in range(2)]

    def change(number: int) -> list[Record]:
        return [
            Record(None, (EdgeRow("AT", point, Ref("Stage", "S1"), {"clause": str(number)}, ("a",)),), errors.Where())
            for point in points
        ]

    with store.session() as session:
        session.write([Record(NodeRow(*ref, {}, ("a",)), (), errors.Where()) for ref in (Ref("Stage", "S1"), *points)])
        session.write(change(0))
    stop = threading.Event()
    torn: list[object] = []
    seen: set[object] = set()

    def read() -> None:
        mine = Neo4jStore(neo4j_url)
        while not stop.is_set():
            clauses = {edge.props["clause"] for edge in mine.framework().edges("AT")}
            seen.update(clauses)
            if len(clauses) > 1:
                torn.append(clauses)
        mine.close()

    def write() -> None:
        try:
            with store.session() as session:
                for number in range(1, 150):
                    session.write(change(number))
        finally:
            stop.set()

    _together([write, read, read])
    assert torn == []
    assert len(seen) > 10


def _together(works: list[Callable[[], None]]) -> None:
    failed: list[BaseException] = []

    def run(work: Callable[[], None]) -> None:
        try:
            work()
        except BaseException as error:
            failed.append(error)
            raise

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
