"""Any sequence of writes, by several sources, replaced or not, leaves every store as the plain oracle says."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from graph.errors import Where
from graph.records import EdgeRow, NodeRow, Record, Ref
from graph.schema import EDGES, KINDS
from graph.store import Store
from tests.contract.conftest import NewStore
from tests.contract.notation import monthly, tallies
from tests.contract.oracle import Oracle

COMPLAINTS = ["T1", "T2", "T3"]
LINKS = {"ABOUT": ["Campaign:M1", "Campaign:M2", "Product:M1"], "IN_CATEGORY": ["Category:K1", "Category:K2"],
         "HOME_UNIT": ["OrgUnit:U1", "OrgUnit:U2"], "REPEATS": ["Complaint:T1", "Complaint:T2"]}  # fmt: skip
MOMENTS = ["2025-12-31T15:00:00.000000Z", "2025-12-31T17:00:00.000000Z", "2026-01-02T00:00:00.000000Z"]


@st.composite
def records(draw: st.DrawFn) -> Record:
    sources = tuple(sorted(draw(st.sets(st.sampled_from("ab"), min_size=1))))
    where = Where("oracle", "", 1)
    kind = draw(st.sampled_from(["Complaint", "other", "edge", "dated"]))
    if kind == "other":
        ref = Ref.parse(
            draw(st.sampled_from([t for targets in LINKS.values() for t in targets if "Complaint" not in t]))
        )
        props: dict[str, Any] = draw(
            st.fixed_dictionaries({}, optional={"name": st.sampled_from(["甲", "乙"]), "note": st.just("丙")})
        )
        return Record(NodeRow(ref.kind, ref.id, props, sources), (), where)
    if kind == "dated":
        start = draw(st.sampled_from([{}, {"valid_from": "2025-01-01"}, {"valid_from": "2026-01-01"}]))
        until = draw(st.sampled_from([{}, {"valid_to": "2027-01-01"}]))
        node = NodeRow("OrgUnit", "U1", {}, sources)
        edge = EdgeRow("PART_OF", Ref("OrgUnit", "U1"), Ref("OrgUnit", "U2"), start | until, sources)
        return Record(node, (edge,), where, draw(st.sampled_from([(), ("PART_OF",)])))
    complaint = Ref("Complaint", draw(st.sampled_from(COMPLAINTS)))
    chosen = draw(st.lists(st.sampled_from([(n, t) for n, targets in LINKS.items() for t in targets]), unique=True, max_size=4,
                           min_size=1 if kind == "edge" else 0))  # fmt: skip
    edges = tuple(EdgeRow(name, complaint, Ref.parse(target), {}, sources) for name, target in chosen)
    if kind == "edge":
        return Record(None, edges[:1], where)
    owns = tuple(draw(st.sets(st.sampled_from(sorted(LINKS)))))
    return Record(
        NodeRow("Complaint", complaint.id, {"event_at": draw(st.sampled_from(MOMENTS))}, sources),
        edges,
        where,
        tuple(sorted(owns)),
    )


RUNS = st.lists(
    st.tuples(st.booleans(), st.sampled_from("ab"), st.lists(st.lists(records(), max_size=6), max_size=2)),
    min_size=1,
    max_size=4,
)


def test_store_equals_oracle(new_store: NewStore, example_count: int) -> None:
    @settings(
        max_examples=example_count,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.explicit, Phase.generate, Phase.shrink],
    )
    @given(runs=RUNS)
    def check(runs: list[tuple[bool, str, list[list[Record]]]]) -> None:
        _check(new_store(), runs)

    check()


def _check(store: Store, runs: list[tuple[bool, str, list[list[Record]]]]) -> None:
    oracle = Oracle()
    for replacing, source, batches in runs:
        with store.session(replacing=replacing) as session:
            written: list[Record] = []
            for batch in batches:
                outcomes = [str(o) for o in session.write(batch).outcomes]
                assert outcomes == oracle.write(batch, replacing)
                written += [record for record, outcome in zip(batch, outcomes, strict=True) if outcome != "missing_end"]
            if replacing:
                assert session.withdraw(source).removed == oracle.withdraw(source, written)
        stored = {tuple(row.ref): (dict(row.props), list(row.sources)) for kind in KINDS for row in store.nodes(kind)}
        for name in EDGES:
            for row in store.edges(name):
                props = {k: v for k, v in row.props.items() if k != "valid_from"}
                stored[oracle.key(row)] = (props, list(row.sources))
        assert stored == oracle.shown()
        assert tallies(store) == oracle.tallies()
        assert monthly(store) == oracle.monthly()
