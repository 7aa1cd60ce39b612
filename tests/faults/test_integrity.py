"""A mutation study of ``suyuan doctor --deep`` on a file: a healthy store is corrupted in one way, and exactly that is told."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from graph.errors import StoreDamaged
from graph.stores import forget_derived, integrity, open_store
from graph.stores.faults import CHECKS, SHOWN, Fault
from tests.contract.notation import record
from tests.faults.world import fill, silent

MUTATIONS: dict[str, tuple[str, str, str]] = {
    "a value out of bounds": ("value", "ControlPoint", "UPDATE ControlPoint SET stop = 2 WHERE id = 'CP1'"),
    "a value that is no choice": ("value", "OrgUnit", "UPDATE OrgUnit SET tier = 'planet' WHERE id = 'U1'"),
    "an empty text": ("value", "Channel", "UPDATE Channel SET channel_kind = ''"),
    "an empty id": ("value", "Channel", "INSERT INTO Channel(id, sources) VALUES ('', 1)"),
    "a list that is no JSON": ("value", "Indicator", "UPDATE Indicator SET domains = '[\"a'"),
    "a list of numbers": ("value", "Indicator", "UPDATE Indicator SET domains = '[1]'"),
    "a boolean of seven": ("value", "Domain", "UPDATE Domain SET gated = 7"),
    "a date in words": ("value", "Campaign", "UPDATE Campaign SET starts = '2026-1-1' WHERE id = 'M2'"),
    "a moment without its fraction": ("value", "StageEntry", "UPDATE StageEntry SET event_at = '2026-01-01T00:00:00Z'"),
    "a fact without a time": ("value", "StageEntry", "UPDATE StageEntry SET event_at = NULL"),
    "recorded before it happened": ("value", "Complaint", "UPDATE Complaint SET recorded_at = '2020-01-01T00:00:00.000000Z' WHERE id = 'T001'"),
    "valid until before since": ("value", "Owner.BELONGS_TO", "UPDATE \"Owner.BELONGS_TO\" SET valid_from = '2026-02-01', valid_to = '2026-01-01'"),
    "a period that begins in words": ("value", "Owner.BELONGS_TO", "UPDATE \"Owner.BELONGS_TO\" SET valid_from = 'soon'"),
    "a dated edge of a type without dates": ("value", "Category.POINTS_TO", "UPDATE \"Category.POINTS_TO\" SET valid_from = '2026-01-01'"),
    "a node whose sources are nowhere": ("source", "Product", "UPDATE Product SET sources = 99"),
    "an edge whose sources are nowhere": ("source", "Campaign.PROMOTES", "UPDATE \"Campaign.PROMOTES\" SET sources = 99"),
    "a set of no sources": ("source", "source_set", "INSERT INTO source_set VALUES (77, '[]')"),
    "a set of sources that is no JSON": ("source", "source_set", "INSERT INTO source_set VALUES (77, 'a')"),
    "a set of sources out of order": ("source", "source_set", "INSERT INTO source_set VALUES (77, '[\"z\", \"a\"]')"),
    "an edge to a node that is gone": ("end", "ControlPoint.GOVERNED_BY", "DELETE FROM Policy"),
    "an edge from a node that is gone": ("end", "Owner.BELONGS_TO", "DELETE FROM Owner"),
    "an edge to a kind it may not lead to": ("ends", "Complaint.RAISED_VIA", "UPDATE \"Complaint.RAISED_VIA\" SET target_kind = 'Product', target = 'P1' WHERE source = 'T001'"),
    "a claim that says otherwise": ("claims", "Campaign", "UPDATE claim SET props = '{\"name\": \"冬季\"}' WHERE tbl = 'Campaign' AND source = 'b'"),
    "a claim that is gone": ("claims", "Campaign", "DELETE FROM claim WHERE tbl = 'Campaign' AND source = 'b'"),
    "a claim of an edge that is gone": ("claims", "OrgUnit.PART_OF", "DELETE FROM claim WHERE tbl = 'OrgUnit.PART_OF' AND source = 'a'"),
    "a claim of nothing": ("orphan claims", "Product", "INSERT INTO claim VALUES ('Product', 'nope', 'a', 0, '{}')"),
    "a claim of what has one source": ("orphan claims", "Product", "INSERT INTO claim VALUES ('Product', 'P1', 'a', 0, '{}')"),
    "a claim of no edge": ("orphan claims", "Campaign.RUN_BY", "INSERT INTO claim VALUES ('Campaign.RUN_BY', '[\"M1\", \"OrgUnit\", \"U9\", \"\"]', 'a', 0, '{}')"),
    "a claim of what is no key": ("orphan claims", "Campaign.RUN_BY", "INSERT INTO claim VALUES ('Campaign.RUN_BY', 'M1', 'a', 0, '{}')"),
    "a claim in no table": ("orphan claims", "claim", "INSERT INTO claim VALUES ('Nowhere', 'x', 'a', 0, '{}')"),
    "a count too high": ("tally", "tally", "UPDATE tally SET complaints = complaints + 1 WHERE day = '2026-02-01'"),
    "a count that is gone": ("tally", "tally", "DELETE FROM tally WHERE day = '2026-02-02'"),
    "a complaint that was never counted": ("tally", "tally", "INSERT INTO Complaint(id, event_at, sources) VALUES ('X', '2026-03-01T00:00:00.000000Z', 1); INSERT INTO tally_day VALUES ('2026-03-01', '', 1); INSERT INTO tally_month VALUES ('2026-03', '', '', 1, 1)"),
    "episodes of a day": ("episodes", "tally_day", "UPDATE tally_day SET episodes = episodes + 1 WHERE day = '2026-02-01'"),
    "a count of a month too high": ("months", "tally_month", "UPDATE tally_month SET complaints = complaints + 1 WHERE month = '2026-02'"),
    "a count of a month that is gone": ("months", "tally_month", "DELETE FROM tally_month"),
    "a set that is not found by a member": ("members", "tally_member", "DELETE FROM tally_member WHERE member = 'Product:P1'"),
    "a set that is found by a stranger": ("members", "tally_member", "INSERT INTO tally_member SELECT 'Product:P', subjects FROM tally_member LIMIT 1"),
    "a measured value": ("series", "series", "UPDATE series SET value = value + 0.001 WHERE id = 'V1'"),
    "a place of a value that is gone": ("series", "series", "DELETE FROM series WHERE id = 'V3'"),
    "a text that the index lost": ("search", "Complaint", "DELETE FROM searched WHERE id = 'T005'"),
    "a text that is gone": ("search", "Complaint", "INSERT INTO searched VALUES (900, 'Complaint', 'nope')"),
    "an index that was emptied": ("search", "Complaint", "INSERT INTO search(search) VALUES ('delete-all')"),
    "a counter at zero": ("counters", "meta", "UPDATE meta SET value = '0' WHERE key = 'facts'"),
    "a note that cannot be read": ("note", "meta", "INSERT INTO meta VALUES ('unmasked', '{')"),
}  # fmt: skip
DERIVED = {"tally", "months", "episodes", "members", "series", "search"}


@pytest.fixture(scope="module")
def healthy(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("healthy") / "healthy.db"
    store = open_store(f"sqlite:///{path}", create=True)
    store.initialise()
    fill(store)
    store.close()
    return path.read_bytes()


@pytest.fixture
def url(healthy: bytes, tmp_path: Path) -> str:
    (tmp_path / "store.db").write_bytes(healthy)
    return f"sqlite:///{tmp_path / 'store.db'}"


def corrupt(url: str, script: str) -> None:
    connection = sqlite3.connect(url.removeprefix("sqlite:///"))
    connection.executescript(script)
    connection.close()


def look(url: str) -> list[Fault]:
    return list(integrity(url, silent))


def test_a_healthy_store_is_told_healthy_and_says_what_is_looked_at(url: str) -> None:
    steps: list[object] = []
    assert list(integrity(url, steps.append)) == []
    assert len(steps) == 6


@pytest.mark.parametrize("name", MUTATIONS)
def test_each_corruption_is_told_and_nothing_else(url: str, name: str) -> None:
    check, place, script = MUTATIONS[name]
    corrupt(url, script)
    (found,) = look(url)
    assert (found.check, found.place) == (check, place)
    assert found.found >= 1
    assert 1 <= len(found.examples) <= SHOWN
    assert found.place in found.what.zh
    assert found.place in found.what.en
    assert "suyuan" in found.mend.en or "backup" in found.mend.en


@pytest.mark.parametrize("name", [name for name, (check, _, _) in MUTATIONS.items() if check in DERIVED])
def test_what_is_derived_is_made_anew_on_request(url: str, name: str) -> None:
    """The mend that is told: ``suyuan init --rebuild``."""
    corrupt(url, MUTATIONS[name][2])
    forget_derived(url)
    store = open_store(url, create=True)
    assert store.initialise()
    assert any(store.nodes("Complaint", text="套餐"))
    store.close()
    assert look(url) == []


def test_every_check_is_shown_to_find_something() -> None:
    """Of those of an embedded store; pages are in ``test_corrupt_file.py``, the rest in ``test_neo4j_integrity.py``."""
    assert {check for check, _, _ in MUTATIONS.values()} == set(CHECKS) - {"pages", "twice", "kinds", "digest"}


@pytest.mark.parametrize(
    "script",
    [
        "UPDATE meta SET value = 'many' WHERE key = 'facts'",
        "DELETE FROM meta WHERE key = 'framework'",
        "DELETE FROM meta WHERE key = 'timezone'",
    ],
)
def test_a_store_that_does_not_know_its_own_state_is_refused(url: str, script: str) -> None:
    """When it is opened: every answer would begin with what is not there."""
    corrupt(url, script)
    with pytest.raises(StoreDamaged, match="damaged"):
        open_store(url)


def test_many_faults_are_counted_and_few_are_shown(url: str) -> None:
    corrupt(url, "UPDATE Complaint SET severity = ''")
    (found,) = look(url)
    assert (found.found, len(found.examples)) == (60, SHOWN)
    assert found.what.en.endswith("…)")


def test_a_load_beside_it_does_no_harm(url: str) -> None:
    """It looks at one state of the file, and a writer need not wait."""
    faults: Iterator[Fault] = integrity(url, lambda _step: corrupt(url, "UPDATE tally SET complaints = complaints + 1"))
    assert list(faults) == []
    assert [fault.check for fault in look(url)] == ["tally"]


def test_a_link_confirmed_anew_by_one_of_two_sources_is_whole(tmp_path: Path) -> None:
    """Its stamp belongs to the claim that confirms: the deep look once found the old stamp there."""
    url = f"sqlite:///{tmp_path / 'confirmed.db'}"
    store = open_store(url, create=True)
    store.initialise()
    for source, day, name in (("a", 1, "x"), ("b", 2, "x"), ("a", 3, "y")):
        caused = ["CAUSED_BY", "ControlPoint:A", {"confirmed_at": f"2026-01-0{day}T00:00:00.000000Z"}]
        with store.session() as session:
            session.write([
                record({"node": "ControlPoint:A", "source": source}),
                record({"node": "ControlPoint:B", "props": {"name": name}, "edges": [caused], "source": source}),
            ])  # fmt: skip
    store.close()
    assert look(url) == []
