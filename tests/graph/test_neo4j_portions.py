"""A batch sent to a Neo4j server in portions, the next one made ready while the server works: one transaction still, the same graph, and all of it or none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from neo4j import Driver

from graph import errors
from graph.records import Record, Revision
from graph.store import Store
from graph.stores import neo4j_creating, open_store
from graph.stores.neo4j import Neo4jStore
from graph.stores.neo4j_backing import Neo4jBacking
from tests.contract.notation import content, record, tallies

pytestmark = pytest.mark.neo4j
AROUND = [
    *(record({"node": f"Campaign:M{n}"}) for n in range(3)),
    *(record({"node": f"OrgUnit:U{n}"}) for n in range(2)),
    record({"node": "Category:K1", "props": {"name": "资费"}}),
]


@pytest.fixture
def store(neo4j_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Neo4jStore]:
    """A store that sends two rows at once, so that a dozen rows are several portions and a rest."""
    monkeypatch.setattr(neo4j_creating, "PORTION", 2)
    made = Neo4jStore(neo4j_url, create=True)
    made.initialise()
    yield made
    made.close()


def complaint(n: int, *, source: str = "a", **more: str) -> Record:
    """About one campaign or two, with a home unit or without, each third repeating the one before: every sort of portion."""
    edges: list[list[str]] = [["ABOUT", f"Campaign:M{n % 3}"], ["IN_CATEGORY", "Category:K1"]]
    edges += [["ABOUT", "Campaign:M0"]] if n % 3 == 1 else []
    edges += [["HOME_UNIT", f"OrgUnit:U{n % 2}"]] if n % 4 else []
    edges += [["REPEATS", f"Complaint:T{n - 1:02}"]] if n % 3 == 2 else []
    props = {"event_at": f"2026-01-{n % 28 + 1:02}T08:00:00.000000Z", "text": f"退费{n}", **more}
    return record({"node": f"Complaint:T{n:02}", "props": props, "edges": edges, "source": source})


def write(store: Store, records: Sequence[Record]) -> list[str]:
    with store.session() as session:
        return [outcome.value for outcome in session.write(records).outcomes]


def test_portions_leave_the_graph_that_one_piece_leaves(store: Neo4jStore, tmp_path: Path) -> None:
    """New rows of one source and of two, some with a property that others lack, then rows that change and rows that come anew."""
    first = [complaint(n, **({"status": "closed"} if n == 5 else {})) for n in range(11)]
    first += [complaint(n, source="b") for n in (2, 7)]
    second = [*(complaint(n, text="改了") for n in range(3, 8)), *(complaint(n) for n in range(8, 18))]
    plain = open_store(f"sqlite:///{tmp_path / 'plain.db'}", create=True)
    plain.initialise()
    for batch in (AROUND, first, second):
        assert write(store, batch) == write(plain, batch)
        assert (content(store), tallies(store)) == (content(plain), tallies(plain))
        assert store.revision() == plain.revision()
    plain.close()


@pytest.mark.parametrize("lost", [1, 2])
def test_an_end_that_a_portion_does_not_find_undoes_them_all(
    store: Neo4jStore, neo4j_driver: Driver, lost: int
) -> None:
    """Somebody deletes a campaign by hand while a session believes it there: portions before and after it have found all of theirs."""
    rows = [complaint(n) for n in range(0, 60, 3)]  # about M0 alone
    rows[7] = record({"node": "Complaint:X", "edges": [["ABOUT", f"Campaign:M{lost}"]]})
    with store.session() as session:
        session.write(AROUND)
        session.write([record({"node": "Complaint:T99", "edges": [["ABOUT", f"Campaign:M{lost}"]]})])  # now known
        neo4j_driver.execute_query(f"MATCH (m:Campaign {{id: 'M{lost}'}}) DETACH DELETE m")
        before = store.counts(), store.revision()
        with pytest.raises(errors.StoreDamaged, match="places to write"):
            session.write(rows)
        assert (store.counts(), store.revision()) == before
        assert session.write([row for row in rows if row is not rows[7]]).missing == {}
    assert store.counts().nodes["Complaint"] == 20


def test_what_was_sent_is_seen_by_nobody_before_its_end(
    store: Neo4jStore, neo4j_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = open_store(neo4j_url)
    write(store, AROUND)
    seen: list[tuple[Revision, int]] = []

    def look() -> tuple[Revision, int]:
        return other.revision(), other.counts().nodes.get("Complaint", 0)

    settle = Neo4jBacking.settle

    def looking(backing: Neo4jBacking) -> None:
        seen.append(look())
        settle(backing)
        seen.append(look())

    monkeypatch.setattr(Neo4jBacking, "settle", looking)
    before = other.revision()
    write(store, [complaint(n) for n in range(11)])
    assert seen == [(before, 0), (before, 0)]
    assert look() == (before._replace(facts=before.facts + 1), 11)
    other.close()
