"""Edges of a type can be asked for by the kind they start at or by the nodes they touch, without walking past all the others."""

from __future__ import annotations

from graph.records import Ref
from graph.schema import EDGES
from graph.store import Store
from tests.contract.notation import record

MOMENT = "2026-01-01T00:00:00.000000Z"


def test_edges_of_one_kind_are_the_part_of_all_that_starts_there(store: Store) -> None:
    with store.session() as session:
        session.write([record({"node": f"Complaint:C{n}", "props": {"event_at": MOMENT}}) for n in range(3)])
        session.write([record({"node": "ControlPoint:CP1", "props": {}})])
        session.write(
            [record({"node": f"Verdict:V{n}", "props": {}, "edges": [["OF", f"Complaint:C{n}"], ["NAMES", "ControlPoint:CP1"]]}) for n in (1, 0)]
        )  # fmt: skip
        session.write(
            [record({"node": "HandlingStep:H", "props": {"event_at": MOMENT}, "edges": [["OF", "Complaint:C2"]]})]
        )
    everything = list(store.edges("OF"))
    assert [edge.source.id for edge in everything] == ["H", "V0", "V1"]
    assert list(store.edges("OF", "Verdict")) == everything[1:]
    assert list(store.edges("OF", "HandlingStep")) == everything[:1]
    assert [str(edge.source) for edge in store.edges("NAMES", "Verdict")] == ["Verdict:V0", "Verdict:V1"]
    assert list(store.edges("NAMES", "Complaint")) == list(store.edges("OF", "Review")) == []


def test_edges_at_some_nodes_are_the_part_of_all_that_starts_or_ends_there(store: Store) -> None:
    with store.session() as session:
        session.write([record({"node": f"OrgUnit:U{n}", "props": {}, "edges": [["PART_OF", f"OrgUnit:U{n - 1}"]] if n else []}) for n in range(4)])  # fmt: skip
        session.write([record({"node": f"Product:{name}", "props": {}, "edges": [["RUN_BY", f"OrgUnit:{unit}"] for unit in units]})
                       for name, units in (("P1", ("U1", "U2")), ("P2", ("U2",)), ("U1", ("U3",)))])  # fmt: skip
        session.write([record({"node": "Campaign:M1", "props": {}, "edges": [["RUN_BY", "OrgUnit:U1"], ["PROMOTES", "Product:P1"]]})])  # fmt: skip
    nodes = [Ref("OrgUnit", f"U{n}") for n in range(4)] + [Ref("Product", "P1"), Ref("Product", "U1"), Ref("Campaign", "M1"), Ref("Owner", "P1")]  # fmt: skip
    seen = 0
    for edge_type in ("PART_OF", "RUN_BY", "PROMOTES"):
        for kind in (None, *EDGES[edge_type].sources):
            everything = list(store.edges(edge_type, kind))
            for chosen in [[node] for node in nodes] + [nodes[1:3], nodes[3:7], nodes, []]:
                part = [edge for edge in everything if edge.source in chosen or edge.target in chosen]
                assert list(store.edges(edge_type, kind, at=chosen)) == part
                seen += len(part)
    assert seen > 50
