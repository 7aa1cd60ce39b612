"""A small complete world, written out: a framework with what happened under it, which the tests edit one thing at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from graph.claims import content_hash
from graph.framework import Framework
from graph.records import EdgeRow, NodeRow, Ref, Revision, Tally
from graph.schema import KINDS
from queries.breakpoints import breakpoints
from queries.finding import BreakpointList
from queries.findings.traced import Guess, Traced
from tests.queries.breakpoints_subjects import SUBJECT_LINKS, SUBJECT_NODES

DAY = "2026-06-01"
BEFORE, AFTER = "2026-05-31", "2026-06-02"
NOW = "2026-06-01T08:00:00.000000Z"

NODES = {
    "Domain:D1": {"gated": True},
    "Domain:D2": {},
    "Stage:S1": {"function": "development"},
    "Stage:S2": {"function": "operation"},
    "Stage:S3": {},
    "ControlPoint:P1": {"name": "需求完整性", "name_en": "Complete needs"},
    "ControlPoint:P2": {"full_monitoring": True},
    "Gate:G1": {"gate_kind": "stage", "process": "会签", "division": "各负其责"},
    "Indicator:K1": {"level": "KCI", "domains": ("D1",)},
    "Indicator:K2": {"level": "KCI"},
    "Indicator:Q1": {"level": "KQI"},
    "Indicator:Q2": {"level": "KQI"},
    "Indicator:X1": {"level": "KPI"},
    **{f"Target:T-{i}": {"value": 95.0} for i in ("K1", "K2", "Q1", "Q2", "X1")},
    "OrgUnit:U0": {"tier": "hq"},
    "OrgUnit:U1": {"tier": "province", "name": "甲省", "name_en": "Province A"},
    **{f"Owner:{o}": {"party": "person"} for o in ("anna", "ben", "cho", "dan", "eva")},
    "Assignment:A1": {"role": "accountable"},
    "Assignment:A2": {"role": "accountable", "name": "甲省消费使用"},
    "Assignment:A-unit": {"role": "accountable"},
    "Assignment:G-acc": {"role": "accountable"},
    "Assignment:G-part": {"role": "participant"},
    **{f"Assignment:{role}-{u}": {"role": role} for role in ("head", "team", "liaison") for u in ("U0", "U1", "US")},
    "Rule:R1": {"holder": "unit", "priority": 10},
    "Policy:regulation": {"policy_kind": "regulation"},
    "Policy:process": {"policy_kind": "process"},
    "System:Y": {},
    "Monitor:M": {"monitor_kind": "survey", "moments": ("promotion", "订购", "use", "缴费", "unsubscribe")},
    "Category:C0": {},
    "Category:C1": {},
    **SUBJECT_NODES,
}
LINKS = """
Stage:S1 IN_DOMAIN Domain:D1
Stage:S2 IN_DOMAIN Domain:D2
Stage:S3 IN_DOMAIN Domain:D2
Stage:S3 DETAILED_BY Stage:S1
ControlPoint:P1 AT Stage:S1
ControlPoint:P2 AT Stage:S2
ControlPoint:P2 CAUSED_BY ControlPoint:P1
Gate:G1 GUARDS Stage:S1
Gate:G1 CHECKS ControlPoint:P1
ControlPoint:P1 MEASURED_BY Indicator:K1
ControlPoint:P2 MEASURED_BY Indicator:K2
Indicator:K1 ROLLS_UP_TO Indicator:Q1 0.5
Indicator:K2 ROLLS_UP_TO Indicator:Q1 0.5
Indicator:K2 ROLLS_UP_TO Indicator:Q2
Indicator:Q1 ROLLS_UP_TO Indicator:X1 0.6
Indicator:Q2 ROLLS_UP_TO Indicator:X1 0.4
Target:T-K1 OF Indicator:K1
Target:T-K2 OF Indicator:K2
Target:T-Q1 OF Indicator:Q1
Target:T-Q2 OF Indicator:Q2
Target:T-X1 OF Indicator:X1
OrgUnit:U1 PART_OF OrgUnit:U0
Owner:anna BELONGS_TO OrgUnit:U1
Owner:ben BELONGS_TO OrgUnit:U1
Owner:cho BELONGS_TO OrgUnit:U1
Assignment:A1 FOR ControlPoint:P1
Assignment:A1 HELD_BY Owner:anna
Assignment:A1 DEPUTY Owner:cho
Assignment:A2 FOR Domain:D2
Assignment:A2 HELD_BY Owner:ben
Assignment:A2 DEPUTY Owner:dan
Assignment:A-unit FOR Domain:D2
Assignment:A-unit HELD_BY OrgUnit:U1
Assignment:G-acc FOR Gate:G1
Assignment:G-acc HELD_BY Owner:ben
Assignment:G-acc DEPUTY Owner:dan
Assignment:G-part FOR Gate:G1
Assignment:G-part HELD_BY OrgUnit:U1
Rule:R1 FOR Stage:S1
Rule:R1 HELD_BY OrgUnit:U0
ControlPoint:P1 GOVERNED_BY Policy:regulation
ControlPoint:P1 GOVERNED_BY Policy:process
ControlPoint:P2 GOVERNED_BY Policy:regulation
ControlPoint:P2 GOVERNED_BY Policy:process
ControlPoint:P1 EMBEDDED_IN System:Y
ControlPoint:P2 EMBEDDED_IN System:Y
ControlPoint:P1 WATCHED_BY Monitor:M
ControlPoint:P2 WATCHED_BY Monitor:M
Category:C1 CHILD_OF Category:C0
Category:C0 POINTS_TO ControlPoint:P1 0.7
"""
UNITS = ("U0", "U1", "US")
CONFIRMED = "Category:C9 POINTS_TO ControlPoint:R1"


class World:
    """A framework that can be edited one thing at a time and says what was touched."""

    def __init__(self) -> None:
        self.nodes: dict[str, dict[str, object]] = {ref: dict(props) for ref, props in NODES.items()}
        self.edges: dict[str, dict[str, object]] = {}
        self.touched: set[str] = set()
        for line in (LINKS + SUBJECT_LINKS).split("\n"):
            source, _, rest = line.partition(" ")
            if source:
                edge_type, target, *weight = rest.split(" ")
                self.edges[f"{source} {edge_type} {target}"] = {"weight": float(weight[0])} if weight else {}
        for role in ("head", "team", "liaison"):
            for unit in UNITS:
                self.edges[f"Assignment:{role}-{unit} FOR OrgUnit:{unit}"] = {}
                self.edges[f"Assignment:{role}-{unit} HELD_BY Owner:eva"] = {}
        self.sources: dict[str, tuple[str, ...]] = {}
        source, _, target = CONFIRMED.split(" ")
        stamp = content_hash(self.row(source), self.row(target))
        self.edges[CONFIRMED] |= {"confirmed_at": NOW, "confirmed_hash": stamp}
        self.tallies = [tally(), *(tally("C9", f"{month}-15", 300) for month in MONTHS)]
        self.traces = [trace(f"X{number}") for number in range(4)]

    def set(self, what: str, **props: object) -> None:
        """Set properties of a node or edge; None takes one away."""
        store = self.edges if " " in what else self.nodes
        kept = store.get(what, {}) | props
        store[what] = {name: value for name, value in kept.items() if value is not None}
        self._touch(what)

    def drop(self, what: str) -> None:
        """Take a node with its edges, or an edge, away."""
        if " " in what:
            del self.edges[what]
        else:
            del self.nodes[what]
            for edge in [e for e in self.edges if what in (e.split(" ")[0], e.split(" ")[2])]:
                self.drop(edge)
        self._touch(what)

    def _touch(self, what: str) -> None:
        parts = what.split(" ")
        self.touched.add(parts[1] if len(parts) > 1 else what.partition(":")[0])

    def row(self, ref: str) -> NodeRow:
        return NodeRow(*Ref.parse(ref), self.nodes[ref])  # type: ignore[arg-type]

    def links(self) -> Iterator[EdgeRow]:
        for text, props in self.edges.items():
            source, edge_type, target = text.split(" ")
            yield EdgeRow(edge_type, Ref.parse(source), Ref.parse(target), props, self.sources.get(text, ("customer",)))  # type: ignore[arg-type]

    def framework(self) -> Framework:
        """The part that is compiled into memory."""

        def held(ref: Ref) -> bool:
            return KINDS[ref.kind].group == "framework"

        nodes = [row for row in map(self.row, self.nodes) if held(row.ref)]
        return Framework(nodes, [edge for edge in self.links() if held(edge.source)], 7, "Asia/Shanghai")


class AsSource:
    """A world as the list reads facts from it: rows and edges in the order in which a store streams them."""

    def __init__(self, world: World) -> None:
        self._rows: dict[str, list[NodeRow]] = {}
        self._links: dict[str, list[EdgeRow]] = {}
        for ref in sorted(world.nodes):
            row = world.row(ref)
            self._rows.setdefault(row.kind, []).append(row)
        for edge in sorted(world.links(), key=lambda e: (list(KINDS).index(e.source.kind), e.source, e.target)):
            self._links.setdefault(edge.type, []).append(edge)

    def nodes(self, kind: str, ids: Sequence[str] | None = None) -> Iterator[NodeRow]:
        return (row for row in self._rows.get(kind, ()) if ids is None or row.id in ids)

    def edges(
        self, edge_type: str, source_kind: str | None = None, *, at: Sequence[Ref] | None = None
    ) -> Iterator[EdgeRow]:
        return (
            edge for edge in self._links.get(edge_type, ())
            if source_kind in (None, edge.source.kind) and (at is None or edge.source in at or edge.target in at)
        )  # fmt: skip


MONTHS = ("2025-12", "2026-01", "2026-02", "2026-03", "2026-04", "2026-05")


def tally(category: str = "C1", day: str = DAY, complaints: int = 3) -> Tally:
    return Tally((), (category,), "U1", day, complaints, complaints)


def trace(complaint: str, category: str = "C9", day: str = "2026-05-20", outcome: str = "unknown", point: str = "R1") -> Traced:  # fmt: skip
    about = Ref("Product", "PR1")
    return Traced(complaint, day, (category,), ("CH1",), (about,), ("U1",), outcome, (Guess((point,), about, 0.4),))  # type: ignore[arg-type]


def listed(world: World, tallies: Iterable[Tally] | None = None, as_of: str = DAY) -> BreakpointList:
    return breakpoints(
        world.framework(), world.tallies if tallies is None else tallies, revision=Revision(7, 9), as_of=as_of, computed_at=NOW,
        facts=AsSource(world), traces=world.traces,
    )  # fmt: skip


def keys(found: BreakpointList) -> list[str]:
    return sorted(finding.key for finding in found.findings)
