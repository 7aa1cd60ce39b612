"""A seeded framework of any size with products, campaigns and facts, as the breakpoint list reads it, without a store."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

from graph.framework import Framework
from graph.records import EdgeRow, NodeRow, Ref, Tally
from graph.schema import KINDS
from graph.values import Value

DAY = "2026-06-01"
SHARES = {
    "Stage": 0.005, "ControlPoint": 0.22, "Gate": 0.02, "Indicator": 0.12, "Target": 0.1, "OrgUnit": 0.01, "Owner": 0.05,
    "Assignment": 0.16, "Policy": 0.01, "System": 0.01, "Monitor": 0.01, "Category": 0.08, "Channel": 0.005, "Product": 0.02,
    "Campaign": 0.03, "Review": 0.08, "StageEntry": 0.04, "HandlingStep": 0.03,
}  # fmt: skip
"""Kind → its share of all nodes."""
_LEVELS = ("KCI", "KCI", "KCI", "KCI", "KQI", "KQI", "KPI")
_ROLES = ("accountable", "accountable", "accountable", "responsible", "participant", "head", "team", "liaison")
_MOMENT = "T04:00:00.000000Z"


class ListWorld:
    """The world as framework, source of facts and daily counts; about ten edges a node.

    Args:
        size: how many nodes.
        seed: the same seed gives the same world.
    """

    def __init__(self, size: int, seed: int) -> None:
        self._seed = seed
        self._chance = random.Random(seed)
        self._nodes: dict[str, list[NodeRow]] = {}
        self._edges: dict[tuple[str, str], dict[tuple[str, Ref], EdgeRow]] = {}
        self._counts = {kind: max(2, int(share * size)) for kind, share in SHARES.items()}
        self._nodes["Domain"] = [NodeRow("Domain", f"D{i}", {"gated": i == 0}) for i in range(3)]
        for kind, count in self._counts.items():
            self._nodes[kind] = [NodeRow(kind, f"{kind[:2]}{i:06d}", self._props(kind, i)) for i in range(count)]
        self._process()
        self._chain()
        self._people()
        self._happened()
        self._rows = {key: [edge for _, edge in sorted(found.items())] for key, found in self._edges.items()}
        self._edges.clear()
        self.nodes_made = sum(map(len, self._nodes.values()))
        self.edges_made = sum(map(len, self._rows.values()))

    # ── as the list reads it ──────────────────────────────────────────────────────────────────────
    def framework(self) -> Framework:
        """The part that is compiled into memory, built anew."""
        nodes = [row for kind, rows in self._nodes.items() if KINDS[kind].group == "framework" for row in rows]
        edges = [edge for (_, kind), rows in self._rows.items() if KINDS[kind].group == "framework" for edge in rows]
        return Framework(nodes, edges, 1, "Asia/Shanghai")

    def nodes(self, kind: str, ids: Sequence[str] | None = None) -> Iterator[NodeRow]:
        """Rows of a kind in id order."""
        wanted = None if ids is None else frozenset(ids)
        return (row for row in self._nodes.get(kind, ()) if wanted is None or row.id in wanted)

    def edges(
        self, edge_type: str, source_kind: str | None = None, *, at: Sequence[Ref] | None = None
    ) -> Iterator[EdgeRow]:
        """Edges of a type in the order of their sources, all or those at some nodes."""
        wanted = None if at is None else frozenset(at)
        for kind in KINDS if source_kind is None else (source_kind,):
            for row in self._rows.get((edge_type, kind), ()):
                if wanted is None or row.source in wanted or row.target in wanted:
                    yield row

    def tallies(self) -> list[Tally]:
        """A handful of complaints a day for every category over half a year of Mondays."""
        weeks = [f"2026-{1 + w // 4:02d}-{1 + 7 * (w % 4):02d}" for w in range(20)]
        chance = random.Random(self._seed)
        return [Tally((), (row.id,), "", week, chance.randint(1, 9), 1) for row in self._nodes["Category"] for week in weeks]  # fmt: skip

    # ── how it is made ────────────────────────────────────────────────────────────────────────────
    def _props(self, kind: str, number: int) -> dict[str, Value]:
        chance = self._chance
        made: dict[str, dict[str, Value]] = {
            "ControlPoint": {"subject_kind": ("product", "campaign")[number % 2]},
            "Gate": {"gate_kind": "pre_launch" if number < 2 else ("stage", "go_live", "exit")[number % 3], "process": "x", "division": "x"},
            "Indicator": {"level": _LEVELS[number % len(_LEVELS)], "direction": "higher"},
            "Target": {"value": 95.0},
            "OrgUnit": {"tier": ("hq", "province", "specialised", "city")[number % 4]},
            "Owner": {"party": "person"},
            "Assignment": {"role": _ROLES[number % len(_ROLES)]},
            "Policy": {"policy_kind": ("regulation", "process")[number % 2]},
            "Product": {"segment": "home"},
            "Campaign": {"tier": ("national", "provincial", "specialised")[number % 3], "starts": "2026-01-01", "ends": "2026-12-31"},
            "Review": {"event_at": f"2026-{1 + number % 5:02d}-10{_MOMENT}", "result": "passed", "mode": ("automatic", "manual")[number % 2]},
            "StageEntry": {"event_at": f"2026-{1 + number % 5:02d}-20{_MOMENT}"},
            "HandlingStep": {"event_at": f"2026-05-{1 + number % 28:02d}{_MOMENT}", "seq": number % 7},
        }  # fmt: skip
        props = made.get(kind, {})
        if kind == "Assignment" and chance.random() < 0.2:
            props["valid_to"] = f"2026-{chance.randint(1, 12):02d}-01"
        return props

    def _link(self, edge_type: str, source: Ref, target: Ref, **props: Value) -> None:
        known = self._edges.setdefault((edge_type, source.kind), {})
        known[source.id, target] = EdgeRow(edge_type, source, target, props, ("bench",))

    def _any(self, kind: str) -> Ref:
        return self._chance.choice(self._nodes[kind]).ref

    def _each(self, edge_type: str, kind: str, target: str, times: int) -> None:
        """Every node of a kind linked to some of another, a hundredth of them to none: the gaps."""
        for row in self._nodes[kind]:
            for _ in range(times if self._chance.random() > 0.01 else 0):
                self._link(edge_type, row.ref, self._any(target))

    def _process(self) -> None:
        for row in self._nodes["Stage"]:
            self._link("IN_DOMAIN", row.ref, self._any("Domain"))
        for before, after in zip(self._nodes["Stage"], self._nodes["Stage"][1:], strict=False):
            self._link("NEXT", before.ref, after.ref)
        points = self._nodes["ControlPoint"]
        self._each("AT", "ControlPoint", "Stage", 1)
        for place, row in enumerate(points):
            for _ in range(12):  # causes lie a little upstream; one in fifty goes back
                other = place - self._chance.randint(1, 50) if self._chance.random() > 0.02 else place + self._chance.randint(1, 20)  # fmt: skip
                if 0 <= other < len(points):
                    self._link("CAUSED_BY", row.ref, points[other].ref, weight=0.1)
        self._each("GUARDS", "Gate", "Stage", 1)
        self._each("CHECKS", "Gate", "ControlPoint", 15)
        for edge_type, kind, times in (("GOVERNED_BY", "Policy", 6), ("EMBEDDED_IN", "System", 3), ("WATCHED_BY", "Monitor", 3)):  # fmt: skip
            self._each(edge_type, "ControlPoint", kind, times)

    def _chain(self) -> None:
        self._each("MEASURED_BY", "ControlPoint", "Indicator", 3)
        by_level = {
            level: [r.ref for r in self._nodes["Indicator"] if r.props["level"] == level] for level in set(_LEVELS)
        }
        for lower, upper in (("KCI", "KQI"), ("KQI", "KPI")):
            for ref in by_level[lower]:
                for _ in range(6):
                    self._link("ROLLS_UP_TO", ref, self._chance.choice(by_level[upper]))
        self._each("OF", "Target", "Indicator", 1)
        self._each("POINTS_TO", "Category", "ControlPoint", 8)
        for place, row in enumerate(self._nodes["Category"][1:], start=1):
            self._link("CHILD_OF", row.ref, self._nodes["Category"][place // 10].ref)

    def _people(self) -> None:
        for place, row in enumerate(self._nodes["OrgUnit"][1:], start=1):
            self._link("PART_OF", row.ref, self._nodes["OrgUnit"][place // 8].ref)
        self._each("BELONGS_TO", "Owner", "OrgUnit", 1)
        self._each("HELD_BY", "Assignment", "Owner", 1)
        self._each("DEPUTY", "Assignment", "Owner", 1)
        points = [row.ref for row in self._nodes["ControlPoint"]]
        for place, row in enumerate(self._nodes["Assignment"]):
            for step in range(8):
                if row.props["role"] in ("head", "team", "liaison"):
                    self._link("FOR", row.ref, self._any("OrgUnit"))
                elif row.props["role"] == "accountable":  # each its own points: conflicts are rare
                    self._link("FOR", row.ref, points[(place * 3 + step) % len(points)])
                else:
                    self._link("FOR", row.ref, self._chance.choice(points))
            if row.props["role"] == "participant":
                self._link("FOR", row.ref, self._any("Gate"))
                self._link("FOR", row.ref, self._any("Campaign"))
        for _ in range(len(self._nodes["OrgUnit"]) // 4):
            self._link("MUST_SYNC", self._any("OrgUnit"), self._any("OrgUnit"))

    def _happened(self) -> None:
        for kind in ("Product", "Campaign", "Channel"):
            self._each("RUN_BY", kind, "OrgUnit", 1)
        self._each("PROMOTES", "Campaign", "Product", 1)
        self._each("LANDS_IN", "Campaign", "OrgUnit", 2)
        for number, row in enumerate(self._nodes["Review"]):
            self._link("OF", row.ref, self._any("ControlPoint"))
            self._link("ON", row.ref, self._any(("Product", "Campaign")[number % 2]))
        for number, row in enumerate(self._nodes["StageEntry"]):
            self._link("OF", row.ref, self._any("Stage"))
            self._link("ON", row.ref, self._any(("Product", "Campaign")[number % 2]))
        complaints = self._counts["HandlingStep"] // 3
        for number, row in enumerate(self._nodes["HandlingStep"]):
            self._link("OF", row.ref, Ref("Complaint", f"K{number % complaints}"))
            self._link("BY", row.ref, self._any("OrgUnit"))
            self._link("TO", row.ref, self._any("OrgUnit"))
