"""The rows that go into and come out of a store, and what became of them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal, NamedTuple

from graph.errors import Where
from graph.text import Text
from graph.values import Props, Value


class Ref(NamedTuple):
    """A node by kind and id; as text ``Kind:id``."""

    kind: str
    id: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}"

    @classmethod
    def parse(cls, text: str) -> Ref:
        """The reference written as ``Kind:id``."""
        kind, _, id_ = text.partition(":")
        return cls(kind, id_)


class NodeRow(NamedTuple):
    """A node: absent properties are not in ``props``; ``sources`` says who asserts it, sorted."""

    kind: str
    id: str
    props: Props
    sources: tuple[str, ...] = ()

    @property
    def ref(self) -> Ref:
        """Its reference."""
        return Ref(self.kind, self.id)


class EdgeRow(NamedTuple):
    """An edge; dated ones are told apart by ``props["valid_from"]`` (absent counts as the empty string)."""

    type: str
    source: Ref
    target: Ref
    props: Props
    sources: tuple[str, ...] = ()

    @property
    def valid_from(self) -> str:
        """The part of a dated edge's identity beside its ends."""
        return str(self.props.get("valid_from", ""))


class Record(NamedTuple):
    """What one input row asserts, kept or refused as a whole.

    ``owns`` lists the edge types of the row's node that the row states completely: the same source's other,
    undated edges of these types are withdrawn when it is written (a complaint moved to another category).
    """

    node: NodeRow | None
    edges: tuple[EdgeRow, ...]
    where: Where
    owns: tuple[str, ...] = ()

    @property
    def counted_as(self) -> str:
        """The kind, or for an edge alone the edge type, under which reports count it."""
        return self.node.kind if self.node is not None else self.edges[0].type


class Outcome(StrEnum):
    """What became of a record."""

    ADDED = "added"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    MISSING_END = "missing_end"


class Conflict(NamedTuple):
    """Two sources disagree on a property; the later write won."""

    element: str
    property: str
    before: Value
    after: Value
    other_sources: tuple[str, ...]


class Refusal(NamedTuple):
    """One refused row: where it stood, why, and what it said."""

    counted_as: str
    where: Where
    reason: Text
    content: str


@dataclass(slots=True)
class WriteReport:
    """What one write did: one outcome per record in order, missing ends by record, conflicts between sources, removals, and by how
    much it moved the two counters.
    """

    outcomes: list[Outcome] = field(default_factory=list)
    missing: dict[int, tuple[Ref, ...]] = field(default_factory=dict)
    conflicts: list[Conflict] = field(default_factory=list)
    removed: Counter[str] = field(default_factory=Counter)
    moved: Revision = field(default_factory=lambda: Revision(0, 0))


class Revision(NamedTuple):
    """The two counters that move with the writes: framework edits and facts."""

    framework: int
    facts: int


Period = Literal["day", "month"]
"""What complaints are counted by."""


class Tally(NamedTuple):
    """Complaints of one day by the set of subjects they are about, the set of their categories and the home unit.

    ``subjects`` and ``categories`` are sorted; ``unit`` is empty where no home unit is known. ``episodes`` counts the
    complaints that repeat no other: the first of a chain stands for it. Where months are counted, ``day`` is the month
    (``YYYY-MM``, of days in the store's zone) and ``subjects`` is empty: they are about whatever subjects.
    """

    subjects: tuple[Ref, ...]
    categories: tuple[str, ...]
    unit: str
    day: str
    complaints: int
    episodes: int


class Counts(NamedTuple):
    """How much is stored: nodes by kind and edges by type, kinds without any left out."""

    nodes: dict[str, int]
    edges: dict[str, int]
