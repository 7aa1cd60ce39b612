"""The framework in memory: read once per revision, immutable, indexed both ways; every question runs on it.

Holds every node of a framework kind and every edge that starts at one (an Assignment FOR a campaign included).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from zoneinfo import ZoneInfo

import networkx as nx

from graph.records import EdgeRow, NodeRow, Ref
from graph.schema import KINDS
from graph.text import Lang
from graph.values import Props

_NO_EDGES: tuple[EdgeRow, ...] = ()


def valid_on(props: Props, day: str) -> bool:
    """Whether something with a half-open ``valid_from``/``valid_to`` holds on a day (``YYYY-MM-DD``); empty ends are open."""
    start, end = props.get("valid_from"), props.get("valid_to")
    return (start is None or str(start) <= day) and (end is None or day < str(end))


class Framework:
    """All framework rows of one revision with their indexes.

    Args:
        nodes: every node of a framework kind.
        edges: every edge that starts at such a node.
        revision: the framework counter they belong to.
        timezone: name of the zone in which dates are meant.
    """

    def __init__(self, nodes: Iterable[NodeRow], edges: Iterable[EdgeRow], revision: int, timezone: str) -> None:
        self.revision = revision
        self.zone = ZoneInfo(timezone)
        self._nodes: dict[str, dict[str, NodeRow]] = {
            name: {} for name, kind in KINDS.items() if kind.group == "framework"
        }
        for node in sorted(nodes, key=lambda row: row.id):
            self._nodes[node.kind][node.id] = node
        self._edges: dict[str, list[EdgeRow]] = {}
        out: dict[tuple[str, Ref], list[EdgeRow]] = {}
        into: dict[tuple[str, Ref], list[EdgeRow]] = {}
        for edge in sorted(edges, key=lambda row: (row.type, row.source, row.target, row.valid_from)):
            self._edges.setdefault(edge.type, []).append(edge)
            out.setdefault((edge.type, edge.source), []).append(edge)
            into.setdefault((edge.type, edge.target), []).append(edge)
        self._out = {key: tuple(rows) for key, rows in out.items()}
        self._into = {key: tuple(rows) for key, rows in into.items()}

    # ── rows ──────────────────────────────────────────────────────────────────────────────────────
    def nodes(self, kind: str) -> dict[str, NodeRow]:
        """The nodes of a framework kind by id, in id order."""
        return self._nodes[kind]

    def get(self, ref: Ref) -> NodeRow | None:
        """The node, or None when the framework does not hold it."""
        return self._nodes.get(ref.kind, {}).get(ref.id)

    def edges(self, edge_type: str) -> Iterator[EdgeRow]:
        """Every framework edge of a type, in a stable order."""
        return iter(self._edges.get(edge_type, ()))

    def out(self, edge_type: str, source: Ref) -> tuple[EdgeRow, ...]:
        """The edges of a type that start at a node."""
        return self._out.get((edge_type, source), _NO_EDGES)

    def into(self, edge_type: str, target: Ref) -> tuple[EdgeRow, ...]:
        """The framework edges of a type that end at a node."""
        return self._into.get((edge_type, target), _NO_EDGES)

    def targets(self, edge_type: str, source: Ref, day: str | None = None) -> tuple[Ref, ...]:
        """Where the edges of a type lead to from a node; with a day, only those valid on it."""
        return tuple(e.target for e in self.out(edge_type, source) if day is None or valid_on(e.props, day))

    def name(self, ref: Ref, lang: Lang) -> str:
        """A node's name in a language, else its other name, else its id."""
        row = self.get(ref)
        return row_name(row, lang) if row is not None else ref.id

    # ── stages and their order ────────────────────────────────────────────────────────────────────
    @cached_property
    def stage_of(self) -> dict[str, str]:
        """Control point → its stage (the first in id order, should it stand at several)."""
        return _first_target(self.edges("AT"))

    @cached_property
    def domain_of(self) -> dict[str, str]:
        """Stage → its domain."""
        return _first_target(self.edges("IN_DOMAIN"))

    @cached_property
    def stage_rank(self) -> dict[str, int]:
        """Stage → its place in the whole order: by domain, within it by ``order``, else by what follows what (NEXT)."""
        following = nx.DiGraph((e.source.id, e.target.id) for e in self.edges("NEXT"))
        depth: dict[str, int] = {}
        condensed = nx.condensation(following)
        for component in nx.topological_sort(condensed):
            before = max(
                (depth[_any(condensed.nodes[p]["members"])] for p in condensed.predecessors(component)), default=-1
            )
            depth |= dict.fromkeys(condensed.nodes[component]["members"], before + 1)

        def place(stage: str) -> tuple[float, str, float, str]:
            domain = self.domain_of.get(stage, "")
            row = self._nodes["Domain"].get(domain)
            return (
                _order(row, float("inf")), domain, _order(self._nodes["Stage"][stage], float(depth.get(stage, 0))), stage,
            )  # fmt: skip

        return {stage: rank for rank, stage in enumerate(sorted(self._nodes["Stage"], key=place))}

    def point_rank(self, point: str) -> int:
        """The rank of a control point's stage; points without a stage come last."""
        return self.stage_rank.get(self.stage_of.get(point, ""), len(self.stage_rank))

    # ── organisation ──────────────────────────────────────────────────────────────────────────────
    def units_above(self, unit: str, day: str | None = None) -> tuple[str, ...]:
        """The units that a unit is part of, nearest first, itself left out; cycle-safe; with a day, as they were on it."""
        found: dict[str, None] = {unit: None}
        layer = [unit]
        while layer:
            layer = sorted(
                {above.id for low in layer for above in self.targets("PART_OF", Ref("OrgUnit", low), day)}
                - found.keys()
            )
            found |= dict.fromkeys(layer)
        return tuple(found)[1:]

    def units_below(self, unit: str, day: str) -> frozenset[str]:
        """A unit and all that are part of it on a day, directly or through others; cycle-safe."""
        found, waiting = {unit}, [unit]
        while waiting:
            parts = self.into("PART_OF", Ref("OrgUnit", waiting.pop()))
            below = {edge.source.id for edge in parts if valid_on(edge.props, day)} - found
            found |= below
            waiting += below
        return frozenset(found)

    def unit_of(self, holder: Ref, day: str | None = None) -> str | None:
        """A unit itself, or the unit an owner belongs to on a day (any day when None)."""
        if holder.kind == "OrgUnit":
            return holder.id
        units = self.targets("BELONGS_TO", holder, day)
        return units[0].id if units else None

    def present(self, ref: Ref, day: str) -> bool:
        """Whether a node exists and is valid on a day."""
        row = self.get(ref)
        return row is not None and valid_on(row.props, day)


def row_name(row: NodeRow, lang: Lang) -> str:
    """A node's name in a language, else in the other one, else its id."""
    own, other = ("name", "name_en") if lang == "zh" else ("name_en", "name")
    return str(row.props.get(own) or row.props.get(other) or row.id)


def basis_of(row: NodeRow | EdgeRow) -> str:
    """On whose word a node or edge rests; what says nothing rests on the customer's."""
    return str(row.props.get("basis", "customer"))


def _first_target(edges: Iterable[EdgeRow]) -> dict[str, str]:
    found: dict[str, str] = {}
    for edge in edges:
        found.setdefault(edge.source.id, edge.target.id)
    return found


def _order(row: NodeRow | None, default: float) -> float:
    order = row.props.get("order") if row is not None else None
    return float(order) if isinstance(order, int | float) else default


def _any(members: Iterable[str]) -> str:
    return min(members)
