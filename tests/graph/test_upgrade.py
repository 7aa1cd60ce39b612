"""Stores that an older or a newer SuYuan made, or that lost something: what opening them says, and what ``initialise`` makes of them."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from neo4j import Driver

from graph import errors
from graph.settings import settings
from graph.store import Store
from graph.stores import neo4j_upkeep, open_store, upkeep
from graph.stores.neo4j import Neo4jStore
from tests.contract.notation import record, tallies
from tests.graph.test_neo4j_faults import Cut
from tests.graph.test_neo4j_store import complaints, last_transaction

T0 = "2026-01-01T00:00:00.000000Z"
LATER = "2026-02-03T00:00:00.000000Z"


class Place(NamedTuple):
    """A store with something in it, and ways to do to it what no program of this version does."""

    url: str
    spoil: Callable[[], None]
    """Make everything derived wrong."""
    note_rule: Callable[[str, int], None]
    """Note another version of a rule."""
    lose: Callable[[], str]
    """Take away something that the schema needs; its name."""


def _in_a_file(request: pytest.FixtureRequest) -> Place:
    path: Path = request.getfixturevalue("tmp_path") / "a.db"

    def execute(script: str) -> None:
        connection = sqlite3.connect(path)
        connection.executescript(script)
        connection.close()

    def lose() -> str:
        execute('DROP TABLE "Complaint.NAMES"')
        return "Complaint.NAMES"

    spoiled = (
        "UPDATE tally SET complaints = 9; DELETE FROM tally_day; UPDATE tally_month SET episodes = 9; UPDATE series SET value = 9;"
        "UPDATE searched SET id = 'T2' || id; UPDATE meta SET value = '1' WHERE key = 'search_current'"
    )
    return Place(
        f"sqlite:///{path}",
        lambda: execute(spoiled),
        lambda rule, version: execute(f"INSERT OR REPLACE INTO meta VALUES ('rule.{rule}', '{version}')"),
        lose,
    )


def _on_a_server(request: pytest.FixtureRequest) -> Place:
    url, driver = request.getfixturevalue("neo4j_url"), request.getfixturevalue("neo4j_driver")

    def spoil() -> None:
        driver.execute_query("MATCH (t:_Tally) SET t.complaints = [x IN t.complaints | 9]")
        driver.execute_query('MATCH (m:_Month) SET m.counts = \'{"":{"":[7,9]}}\'')
        driver.execute_query("MATCH (e:_Episodes) DELETE e")
        driver.execute_query("MATCH (v:_Value) SET v.value = 9.0")
        driver.execute_query("MATCH (c:Complaint) SET c._pieces = 'x', c._digest = 'of another rule'")

    def note_rule(rule: str, version: int) -> None:
        driver.execute_query(f"MATCH (m:_SuYuan {{id: 'store'}}) SET m.{rule}_rule = $version", version=version)

    def lose() -> str:
        driver.execute_query("DROP CONSTRAINT suyuan_Complaint_id")
        return "UNIQUENESS (:Complaint {id})"

    return Place(str(url), spoil, note_rule, lose)


PLACES = {"sqlite": _in_a_file, "neo4j": _on_a_server}
PARAMETERS = [pytest.param(name, marks=[pytest.mark.neo4j] if name == "neo4j" else []) for name in sorted(PLACES)]


@pytest.fixture(params=PARAMETERS)
def place(request: pytest.FixtureRequest) -> Iterator[Place]:
    settings.cache_clear()
    found = PLACES[request.param](request)
    store = open_store(found.url, create=True)
    store.initialise()
    fill(store)
    store.close()
    yield found
    settings.cache_clear()


def fill(store: Store) -> None:
    with store.session() as session:
        session.write([record({"node": "Campaign:M1"}), record({"node": "Indicator:K1"}), *complaints(7)])
        measured = {"value": 1.5, "event_at": T0}
        session.write([
            record({"node": "Complaint:T9", "props": {"event_at": LATER, "text": "宽带装机慢"}, "edges": [["ABOUT", "Campaign:M1"], ["REPEATS", "Complaint:T1"]]}),
            record({"node": "Measurement:V1", "props": measured, "edges": [["OF", "Indicator:K1"], ["ON", "Campaign:M1"]]}),
        ])  # fmt: skip
    assert [row.id for row in store.nodes("Complaint", text="宽带")] == ["T9"]


def derived(store: Store) -> dict[str, Any]:
    """What a store answers from what it derives."""
    return {
        "counts": tallies(store),
        "months": list(store.tallies(per="month")),
        "values": [fact.value for case in store.cases() for facts in case.series.values() for fact in facts],
        "found": {text: [row.id for row in store.nodes("Complaint", text=text)] for text in ("退费", "宽带", "装机")},
    }


def state(url: str) -> dict[str, Any]:
    """What a store answers (all its content would cost a server, which plans anew after every change of its indexes, ten seconds)."""
    store = open_store(url)
    try:
        return {
            **derived(store),
            "revision": store.revision(),
            "held": store.counts(),
            "rows": list(store.nodes("Complaint")),
        }
    finally:
        store.close()


def outdated(url: str) -> list[str]:
    """What opening a store complains of, in English; every complaint is in both languages and says how it is mended."""
    with pytest.raises(errors.StoreOutdated) as caught:
        open_store(url)
    assert "suyuan init" in caught.value.message("zh")
    assert all(part for lacking in caught.value.lacking for text in lacking for part in (text.zh, text.en))
    assert all("suyuan init" in lacking.mend.en for lacking in caught.value.lacking)
    return [lacking.what.en for lacking in caught.value.lacking]


def upgrade(url: str) -> bool:
    store = open_store(url, create=True)
    try:
        done = store.initialise()
        assert not store.initialise()
        return done
    finally:
        store.close()


@pytest.mark.parametrize("rules", [["derived"], ["search"]])
def test_what_other_rules_derived_is_made_anew_and_nothing_else_moves(
    place: Place, rules: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(neo4j_upkeep, "_WINDOW", 3)
    before = state(place.url)
    place.spoil()
    spoiled = state(place.url)
    assert [spoiled[name] != before[name] for name in ("counts", "months", "values", "found")] == [True] * 4
    for rule in rules:
        place.note_rule(rule, 0)
    assert len(outdated(place.url)) == len(rules)
    assert upgrade(place.url)
    made_of = {"counts": "derived", "months": "derived", "values": "derived", "found": "search"}
    now = state(place.url)
    for name, value in now.items():
        assert value == (spoiled if name in made_of and made_of[name] not in rules else before)[name], name


def test_counting_goes_on_from_what_was_made_anew(place: Place) -> None:
    place.spoil()
    place.note_rule("derived", 0)
    upgrade(place.url)
    store = open_store(place.url)
    with store.session(replacing=True) as session:
        session.write([record({"node": "Campaign:M1"}), *complaints(3)])
        session.withdraw("a")
    assert tallies(store) == [["2026-01-01", ["Campaign:M1"], [], "", 3, 3]]
    store.close()


def test_what_is_lost_is_named_and_made_again(place: Place) -> None:
    before = state(place.url)
    lost = place.lose()
    (said,) = outdated(place.url)
    assert lost in said
    assert upgrade(place.url)
    assert state(place.url) == before


@pytest.mark.parametrize(("rule", "version"), [("derived", 99), ("invented_later", 1)])
def test_what_a_newer_program_keeps_is_refused(place: Place, rule: str, version: int) -> None:
    """Also a thing this program knows nothing of: it would not keep it true while it writes."""
    place.note_rule(rule, version)
    for create in (False, True):
        with pytest.raises(errors.StoreTooNew) as caught:
            open_store(place.url, create=create)
        assert rule in caught.value.message("zh")
        assert "Upgrade suyuan" in caught.value.message("en")


def test_an_older_schema_is_named_with_both_versions(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upkeep, "SCHEMA_VERSION", 7)
    assert any("7 is needed" in said for said in outdated(place.url))


def test_an_emptied_table_in_the_place_of_a_lost_one_is_filled(tmp_path: Path) -> None:
    place = _in_a_file_of(tmp_path)
    before = state(place)
    connection = sqlite3.connect(tmp_path / "a.db")
    connection.execute("DROP TABLE tally")
    connection.commit()
    connection.close()
    assert outdated(place) == ["missing: tally"]
    assert upgrade(place)
    assert state(place) == before


def _in_a_file_of(folder: Path) -> str:
    url = f"sqlite:///{folder / 'a.db'}"
    store = open_store(url, create=True)
    store.initialise()
    fill(store)
    store.close()
    return url


# ── on a server alone ─────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def filled_neo4j(neo4j_url: str) -> str:
    store = open_store(neo4j_url, create=True)
    store.initialise()
    fill(store)
    store.close()
    return neo4j_url


def test_neo4j_digests_of_another_rule_are_dropped_and_a_rerun_still_writes_nothing(
    filled_neo4j: str, neo4j_driver: Driver
) -> None:
    neo4j_driver.execute_query("MATCH (m:_SuYuan {id: 'store'}) SET m.digest_rule = 0")
    assert outdated(filled_neo4j) == ["the digests of records were made by another version of their rule"]
    assert upgrade(filled_neo4j)
    assert neo4j_driver.execute_query("MATCH (n) WHERE n._digest IS NOT NULL RETURN count(n)").records[0][0] == 0
    before = last_transaction(neo4j_driver)
    store = open_store(filled_neo4j)
    with store.session() as session:
        assert {str(outcome) for outcome in session.write(complaints(7)).outcomes} == {"unchanged"}
    store.close()
    assert last_transaction(neo4j_driver) == before


def test_neo4j_constraint_of_our_name_on_another_property_counts_as_missing(
    filled_neo4j: str, neo4j_driver: Driver
) -> None:
    before = state(filled_neo4j)
    neo4j_driver.execute_query("DROP CONSTRAINT suyuan_Stage_id")
    neo4j_driver.execute_query("CREATE CONSTRAINT suyuan_Stage_id FOR (n:Stage) REQUIRE n.name IS UNIQUE")
    try:
        with pytest.raises(errors.StoreOutdated) as caught:
            open_store(filled_neo4j)
        (lacking,) = caught.value.lacking
        assert "suyuan_Stage_id" in lacking.what.zh
        store = open_store(filled_neo4j, create=True)
        with pytest.raises(errors.StoreDamaged) as refused:
            store.initialise()
        store.close()
        for mend in (lacking.mend, refused.value.mend):
            assert "DROP CONSTRAINT `suyuan_Stage_id`" in mend.en
    finally:
        neo4j_driver.execute_query("DROP CONSTRAINT suyuan_Stage_id")
    assert upgrade(filled_neo4j)
    assert state(filled_neo4j) == before


def test_neo4j_index_of_an_older_version_gives_way(filled_neo4j: str, neo4j_driver: Driver) -> None:
    before = state(filled_neo4j)
    neo4j_driver.execute_query("DROP INDEX suyuan_Complaint_text")
    neo4j_driver.execute_query("CREATE FULLTEXT INDEX suyuan_Complaint_text FOR (n:Complaint) ON EACH [n.text]")
    assert outdated(filled_neo4j) == ["missing: FULLTEXT (:Complaint {_pieces})"]
    assert upgrade(filled_neo4j)
    assert state(filled_neo4j) == before


def test_neo4j_commits_of_an_upgrade_whose_answers_are_lost_count_once(
    filled_neo4j: str, neo4j_driver: Driver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(neo4j_upkeep, "_WINDOW", 3)
    before = state(filled_neo4j)
    neo4j_driver.execute_query("MATCH (m:_SuYuan {id: 'store'}) SET m.derived_rule = 0")
    cut = Cut(int(filled_neo4j.rpartition(":")[2]))
    store = Neo4jStore(f"bolt://127.0.0.1:{cut.port}", create=True)
    fill_window = neo4j_upkeep._count

    def losing(*arguments: Any) -> None:
        fill_window(*arguments)
        cut.losing = 1 if cut.losing == 0 and not lost else cut.losing
        lost.append(True)

    lost: list[bool] = []
    monkeypatch.setattr(neo4j_upkeep, "_count", losing)
    assert store.initialise()
    store.close()
    cut.close()
    assert lost
    assert state(filled_neo4j) == before


def test_neo4j_writers_wait_for_an_upgrade(
    filled_neo4j: str, neo4j_driver: Driver, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = open_store(filled_neo4j)
    neo4j_driver.execute_query("MATCH (m:_SuYuan {id: 'store'}) SET m.derived_rule = 0")
    told: list[str] = []
    count = neo4j_upkeep._count

    def interrupted(*arguments: Any) -> None:
        with pytest.MonkeyPatch.context() as impatient:
            impatient.setenv("SUYUAN_NEO4J_TRANSACTION_TIMEOUT", "1")
            settings.cache_clear()
            with pytest.raises(errors.StoreLocked) as caught, writer.session() as session:
                session.write(complaints(9))
            told.append(caught.value.what.en)
        settings.cache_clear()
        count(*arguments)

    monkeypatch.setattr(neo4j_upkeep, "_count", interrupted)
    assert upgrade(filled_neo4j)
    assert told
    with writer.session() as session:
        session.write(complaints(9))
    writer.close()
    assert sum(row[4] for row in state(filled_neo4j)["counts"]) == 10
