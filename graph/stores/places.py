"""Where elements of one sort are kept, whatever the engine: one place per kind, one per edge type and source kind."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from graph.records import Ref
from graph.schema import EDGES, KINDS


@dataclass(frozen=True)
class NodePlace:
    """The nodes of one kind; an element is told apart by its id."""

    kind: str

    @property
    def name(self) -> str:
        """Its name, the kind's."""
        return self.kind

    @property
    def framework(self) -> bool:
        """Whether writing here moves the framework counter (else: facts)."""
        return KINDS[self.kind].group == "framework"


@dataclass(frozen=True)
class EdgePlace:
    """The edges of one type from one source kind; told apart by source id, target kind, target id, valid_from (empty unless dated)."""

    type: str
    source_kind: str

    @property
    def name(self) -> str:
        """Its name, e.g. ``Complaint.ABOUT``."""
        return f"{self.source_kind}.{self.type}"

    @property
    def framework(self) -> bool:
        """Whether writing here moves the framework counter (else: facts)."""
        return KINDS[self.source_kind].group == "framework"


NODE_PLACES: dict[str, NodePlace] = {kind: NodePlace(kind) for kind in KINDS}
EDGE_PLACES: dict[tuple[str, str], EdgePlace] = {
    (edge.name, source): EdgePlace(edge.name, source) for edge in EDGES.values() for source in edge.sources
}
"""Edge type and source kind → its place."""


def all_places() -> list[NodePlace | EdgePlace]:
    """Every place, nodes first, in the order of the schema."""
    return [*NODE_PLACES.values(), *EDGE_PLACES.values()]


def source_kinds(edge_type: str, only: str | None = None) -> list[str]:
    """The kinds that edges of a type start at, in the order of the schema; with ``only``, at most that one."""
    return [kind for kind in KINDS if kind in EDGES[edge_type].sources and only in (None, kind)]


def ends_at(place: EdgePlace, kind: str) -> list[str]:
    """At which ends (``source``, ``target``) of the edges of a place nodes of a kind may stand."""
    found = ["source"] if place.source_kind == kind else []
    if kind in EDGES[place.type].targets(place.source_kind):
        found.append("target")
    return found


def touching(place: EdgePlace, refs: Iterable[Ref]) -> Iterator[tuple[str, str, list[str]]]:
    """End, kind and ids: where some nodes may stand among the edges of a place."""
    ids: dict[str, list[str]] = {}
    for ref in refs:
        ids.setdefault(ref.kind, []).append(ref.id)
    for kind, own in ids.items():
        for end in ends_at(place, kind):
            yield end, kind, own
