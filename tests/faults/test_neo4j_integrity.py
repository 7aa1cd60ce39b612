"""A mutation study of ``suyuan doctor --deep`` on a real server: a healthy store is corrupted in one way, and exactly that is told."""

from __future__ import annotations

import pytest
from neo4j import Driver

from graph.errors import StoreLocked
from graph.stores import forget_derived, integrity, open_store
from graph.stores.faults import CHECKS, SHOWN
from tests.contract.notation import record
from tests.faults.world import fill, silent

MUTATIONS: dict[str, tuple[str, str, str, str]] = {
    # name → check, place, what corrupts, what puts it right again
    "a value out of bounds": ("value", "ControlPoint", "MATCH (n:ControlPoint {id: 'CP1'}) SET n.stop = 2.0", "MATCH (n:ControlPoint {id: 'CP1'}) SET n.stop = 0.4"),
    "a value of another type": ("value", "OrgUnit", "MATCH (n:OrgUnit {id: 'U1'}) SET n.tier = 7", "MATCH (n:OrgUnit {id: 'U1'}) SET n.tier = 'province'"),
    "a value that is no choice": ("value", "OrgUnit", "MATCH (n:OrgUnit {id: 'U1'}) SET n.tier = 'planet'", "MATCH (n:OrgUnit {id: 'U1'}) SET n.tier = 'province'"),
    "an id that is a number": ("value", "Channel", "CREATE (:Channel {id: 7, sources: ['a']})", "MATCH (n:Channel {id: 7}) DELETE n"),
    "no id at all": ("value", "Channel", "CREATE (:Channel {sources: ['a']})", "MATCH (n:Channel) WHERE n.id IS NULL DELETE n"),
    "a moment without its fraction": ("value", "StageEntry", "MATCH (n:StageEntry) SET n.event_at = '2026-01-01T00:00:00Z'", "MATCH (n:StageEntry) SET n.event_at = '2026-01-01T00:00:00.000000Z'"),
    "a list of numbers": ("value", "Indicator", "MATCH (n:Indicator) SET n.domains = [1]", "MATCH (n:Indicator) SET n.domains = ['产品', '营销']"),
    "a dated edge that does not say since when": ("value", "Owner.BELONGS_TO", "MATCH (:Owner)-[e:BELONGS_TO]->() REMOVE e.valid_from", "MATCH (:Owner)-[e:BELONGS_TO]->() SET e.valid_from = ''"),
    "a weight above one": ("value", "Category.POINTS_TO", "MATCH (:Category)-[e:POINTS_TO]->() SET e.weight = 2.0", "MATCH (:Category)-[e:POINTS_TO]->() SET e.weight = 0.9"),
    "a node without sources": ("source", "Product", "MATCH (n:Product) SET n.sources = []", "MATCH (n:Product) SET n.sources = ['a']"),
    "an edge without sources": ("source", "Campaign.PROMOTES", "MATCH ()-[e:PROMOTES]->() REMOVE e.sources", "MATCH ()-[e:PROMOTES]->() SET e.sources = ['a']"),
    "an edge between kinds it may not join": ("ends", "PROMOTES", "MATCH (a:Product), (b:Channel {id: 'H1'}) CREATE (a)-[:PROMOTES {sources: ['a']}]->(b)", "MATCH (:Product)-[e:PROMOTES]->() DELETE e"),
    "an edge that is there twice": ("twice", "Campaign.PROMOTES", "MATCH (a)-[:PROMOTES]->(b) CREATE (a)-[:PROMOTES {sources: ['a']}]->(b)", "MATCH ()-[e:PROMOTES]->() WITH e LIMIT 1 DELETE e"),
    "a node of two kinds": ("kinds", "Channel", "MATCH (n:Channel {id: 'H1'}) SET n:_Other:Permission", "MATCH (n:Channel {id: 'H1'}) REMOVE n:_Other:Permission"),
    "a claim that says otherwise": ("claims", "Campaign", "MATCH (n:Campaign {id: 'M1'}) SET n.name = '冬季'", "MATCH (n:Campaign {id: 'M1'}) SET n.name = '夏季套餐'"),
    "claims that are no JSON": ("claims", "OrgUnit.PART_OF", "MATCH (:OrgUnit)-[e:PART_OF]->() WHERE e._claims IS NOT NULL SET e.was = e._claims, e._claims = '{'", "MATCH (:OrgUnit)-[e:PART_OF]->() WHERE e.was IS NOT NULL SET e._claims = e.was REMOVE e.was"),
    "a digest of what has two sources": ("digest", "Campaign", "MATCH (n:Campaign {id: 'M1'}) SET n._digest = 'x'", "MATCH (n:Campaign {id: 'M1'}) REMOVE n._digest"),
    "a count too high": ("tally", "tally", "MATCH (t:_Tally {day: '2026-02-01'}) WITH t LIMIT 1 SET t.complaints = [t.complaints[0] + 1] + t.complaints[1..]", ""),
    "counts of a day that are gone": ("tally", "tally", "MATCH (t:_Tally {day: '2026-02-02'}) DELETE t", ""),
    "a count of a month too high": ("months", "tally_month", "MATCH (m:_Month) WITH m LIMIT 1 CREATE (:_Month {month: m.month, counts: '{\"K9\":{\"\":[1,0]}}'})", ""),
    "counts of a month that are none": ("months", "tally_month", "MATCH (m:_Month) WITH m LIMIT 1 SET m.counts = '[1]'", ""),
    "counts of months that are gone": ("months", "tally_month", "MATCH (m:_Month) DELETE m", ""),
    "episodes of all subjects": ("episodes", "tally_day", "MATCH (e:_Episodes {about: ''}) WITH e LIMIT 1 SET e.episodes = [e.episodes[0] + 1] + e.episodes[1..]", ""),
    "episodes of one subject": ("episodes", "_Episodes", "MATCH (e:_Episodes {about: 'Product:P1'}) WITH e LIMIT 1 DELETE e", ""),
    "a measured value": ("series", "series", "MATCH (v:_Value {measurement: 'V1'}) SET v.value = v.value + 0.001", ""),
    "a value laid out twice": ("series", "series", "MATCH (v:_Value {measurement: 'V1'}) WITH v LIMIT 1 CREATE (w:_Value) SET w = properties(v)", ""),
    "a value of no measurement": ("series", "_Value", "CREATE (:_Value {measurement: 'nope', key: 'x'})", ""),
    "pieces of another text": ("search", "Complaint", "MATCH (c:Complaint {id: 'T005'}) SET c._pieces = '套餐'", ""),
    "a counter at zero": ("counters", "meta", "MATCH (m:_SuYuan {id: 'store'}) SET m.was = m.facts, m.facts = 0", "MATCH (m:_SuYuan {id: 'store'}) SET m.facts = m.was REMOVE m.was"),
    "no turn to take": ("note", "_SuYuan", "MATCH (m:_SuYuan {id: 'turn'}) DELETE m", "CREATE (:_SuYuan {id: 'turn'})"),
    "a note that cannot be read": ("note", "_SuYuan", "MATCH (m:_SuYuan {id: 'store'}) SET m.unmasked = '{'", "MATCH (m:_SuYuan {id: 'store'}) REMOVE m.unmasked"),
}  # fmt: skip
"""An empty mend: the store's own, ``suyuan init --rebuild``."""


@pytest.fixture
def made(neo4j_url: str) -> str:
    store = open_store(neo4j_url, create=True)
    store.initialise()
    fill(store)
    store.close()
    return neo4j_url


def rounds() -> list[list[str]]:
    """The mutations in as few rounds as can be told apart by check and place: each look has its price on a server."""
    found: list[list[str]] = []
    for name, (check, place, *_) in MUTATIONS.items():
        free = (r for r in found if all(MUTATIONS[other][:2] != (check, place) for other in r))
        fits = next(free, None)
        if fits is None:
            found.append([name])
        else:
            fits.append(name)
    return found


@pytest.mark.slow
def test_each_corruption_is_told_and_nothing_else_on_neo4j(made: str, neo4j_driver: Driver) -> None:
    assert list(integrity(made, silent)) == []
    for names in rounds():
        for name in names:
            neo4j_driver.execute_query(MUTATIONS[name][2])
        found = list(integrity(made, silent))
        assert sorted(fault[:2] for fault in found) == sorted(MUTATIONS[name][:2] for name in names)
        assert all(1 <= len(fault.examples) <= SHOWN for fault in found)
        for name in names:
            if MUTATIONS[name][3]:
                neo4j_driver.execute_query(MUTATIONS[name][3])
        forget_derived(made)
        store = open_store(made, create=True)
        assert store.initialise()
        store.close()
    assert list(integrity(made, silent)) == []
    assert {check for check, *_ in MUTATIONS.values()} == set(CHECKS) - {"pages", "end", "orphan claims", "members"}


def test_a_write_meanwhile_is_said_on_neo4j(made: str) -> None:
    """What was read then is no one state: without this check a load would look like a fault."""
    writer = open_store(made)

    def write(_step: object) -> None:
        with writer.session() as session:
            session.write([record({"node": "Channel:H2"})])

    with pytest.raises(StoreLocked, match="changed while"):
        list(integrity(made, write))
    writer.close()
    assert list(integrity(made, silent)) == []
