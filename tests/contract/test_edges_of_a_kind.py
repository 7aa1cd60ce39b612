"""Edges of a type can be asked for by the kind they start at, without walking past all the others."""

from __future__ import annotations

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
