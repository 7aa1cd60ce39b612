"""A small healthy store with something of everything that an integrity check looks at, for any engine."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

from graph.records import Record
from graph.store import Store
from graph.stores import open_store
from ingest.export import export
from tests.contract.notation import record

Step = Callable[[object], None]


def silent(_step: object) -> None:
    """Where nobody wants to know what is looked at next."""


def records(complaints: int = 60) -> list[Record]:
    """A framework, subjects, facts with all their edges, dated and undated, of one source and of two."""
    rnd = random.Random(9)
    found: list[dict[str, object]] = [
        {"node": "Domain:D1", "props": {"order": 1, "gated": True}},
        {"node": "Stage:S1", "edges": [["IN_DOMAIN", "Domain:D1"]]},
        {"node": "Policy:Z1", "props": {"policy_kind": "standard", "version": "1"}},
        {"node": "Indicator:I1", "props": {"level": "KQI", "domains": ["产品", "营销"]}},
        {"node": "ControlPoint:CP1", "props": {"stop": 0.4, "elements": ["a'b", "c"]},
         "edges": [["AT", "Stage:S1"], ["GOVERNED_BY", "Policy:Z1"], ["MEASURED_BY", "Indicator:I1", {"role": "primary"}]]},
        {"node": "ControlPoint:CP2", "edges": [["CAUSED_BY", "ControlPoint:CP1", {"weight": 0.3, "confirmed_at": "2026-01-01T00:00:00.000000Z"}]]},
        {"node": "OrgUnit:U1", "props": {"name": "甲省", "tier": "province"}},
        {"node": "OrgUnit:U2", "edges": [["PART_OF", "OrgUnit:U1", {"valid_from": "2026-01-01", "valid_to": "2027-01-01"}], ["PART_OF", "OrgUnit:U1"]]},
        {"node": "Owner:o1", "edges": [["BELONGS_TO", "OrgUnit:U1"]]},
        {"node": "Channel:H1", "props": {"channel_kind": "营业厅"}},
        {"node": "Category:K1", "edges": [["POINTS_TO", "ControlPoint:CP1", {"weight": 0.9}]]},
        {"node": "Category:K2"},
        {"node": "Product:P1", "props": {"segment": "home"}},
        {"node": "Campaign:M1", "props": {"starts": "2026-01-01", "name": "夏季"}, "edges": [["RUN_BY", "OrgUnit:U1"], ["PROMOTES", "Product:P1"]]},
        {"node": "Campaign:M2", "edges": [["RUN_BY", "OrgUnit:U2"]]},
        # a second source with words of its own on the same nodes and edges
        {"node": "Campaign:M1", "props": {"name": "夏季套餐", "edition": "2"}, "edges": [["RUN_BY", "OrgUnit:U1", {"clause": "三"}]], "source": "b"},
        {"node": "OrgUnit:U2", "edges": [["PART_OF", "OrgUnit:U1", {"valid_from": "2026-01-01", "clause": "一"}]], "source": "b"},
        {"node": "StageEntry:E1", "props": {"event_at": "2026-01-01T00:00:00.000000Z"}, "edges": [["OF", "Stage:S1"], ["ON", "Campaign:M1"]]},
    ]  # fmt: skip
    for n in range(8):
        at = f"2026-01-{n + 1:02}T00:00:00.000000Z"
        edges: list[list[str]] = [["OF", "Indicator:I1"]]
        edges += [["ON", "Campaign:M1"]] if n % 2 else []
        edges += [["IN", "OrgUnit:U1"]] if n % 3 else []
        props = {"value": n / 7, "event_at": at, "period_end": at[:10]}
        found.append({"node": f"Measurement:V{n}", "props": props, "edges": edges})
    for n in range(complaints):
        at = f"2026-02-{n % 9 + 1:02}T0{n % 8}:00:00.000000Z"
        edges = [["ABOUT", "Campaign:M1"]] if n % 3 else [["ABOUT", "Campaign:M1"], ["ABOUT", "Product:P1"]]
        edges += [["IN_CATEGORY", f"Category:K{n % 2 + 1}"], ["HOME_UNIT", "OrgUnit:U1"]]
        edges += [["RAISED_VIA", "Channel:H1"]]
        edges += [["REPEATS", f"Complaint:T{n - 1:03}"]] if n % 7 == 6 else []
        props = {
            "event_at": at,
            "recorded_at": at,
            "text": rnd.choice(["套餐多扣费", "宽带不通", "5G 资费不清"]) + str(n),
        }
        found.append({"node": f"Complaint:T{n:03}", "props": props, "edges": edges})
    return [record({"source": "a", **one}) for one in found]


def fill(store: Store, complaints: int = 60) -> None:
    """Write the world and let the full text be indexed."""
    with store.session() as session:
        for at in range(0, complaints + 30, 16):
            session.write(records(complaints)[at : at + 16])
    assert any(store.nodes("Complaint", text="套餐"))


def exported(store: Store, folder: Path) -> bytes:
    """Everything a store holds, as it is exported into a folder."""
    export(store, folder / "all.jsonl")
    return (folder / "all.jsonl").read_bytes()


def exported_from(url: str, folder: Path) -> bytes:
    """The same of the store at an address."""
    store = open_store(url)
    found = exported(store, folder)
    store.close()
    return found


def half_written(store: Store, batch: int) -> list[str]:
    """What is there in part of tables loaded in whole batches: rows of a batch, edges of a complaint, counts of a day.

    Args:
        store: what ``write_tables`` makes was loaded into it, up to some batch.
        batch: rows of a batch, by which each table can be divided.
    """
    counts = store.counts()
    complaints = counts.nodes.get("Complaint", 0)
    found = [f"{kind}: {number}" for kind, number in counts.nodes.items() if number % batch]
    found += [f"{name}: {number} of {complaints}" for name, number in counts.edges.items() if number != complaints]
    counted = sum(tally.complaints for tally in store.tallies())
    return found if counted == complaints else [*found, f"counted: {counted} of {complaints}"]
