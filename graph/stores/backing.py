"""What the shared rules of writing (``batch.py``, ``withdraw.py``) ask of an engine, all inside one write transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Literal, Protocol

from graph.stores.places import EdgePlace, NodePlace
from graph.stores.slot import EdgeKey, Slot, Stored
from graph.stores.tallying import Fresh, Laid, TallyChange

Counter = Literal["framework", "facts"]


class Backing(Protocol):
    """One open write transaction of an engine."""

    def nodes(self, place: NodePlace, ids: Collection[str]) -> Iterable[Stored]:
        """What is stored of the named nodes."""
        ...

    def edges(self, place: EdgePlace, starts: Collection[str]) -> Iterable[Stored]:
        """What is stored of the edges that start at the named nodes."""
        ...

    def asserted_by(self, place: NodePlace | EdgePlace, source: str) -> Iterable[Stored]:
        """What a source asserts in a place and did not assert in this session."""
        ...

    def joined(
        self, place: EdgePlace, end: str, kind: str, ids: Collection[str]
    ) -> Iterable[tuple[EdgeKey, tuple[str, ...]]]:
        """The stored edges of a place at whose end (``source``, ``target``) one of the named nodes of a kind stands, with their sources."""
        ...

    def write(self, slots: Sequence[Slot]) -> None:
        """Insert, update and delete what the slots hold, nodes first, with sources and claims."""
        ...

    def derived_from(self, kind: str, ids: Collection[str]) -> Mapping[str, Fresh]:
        """The named complaints or measurements that are stored, with those of their edges that something is derived from."""
        ...

    def move_tally(self, change: TallyChange) -> None:
        """Apply what was added to and taken off the daily counts; counts that reach zero vanish."""
        ...

    def lay_series(self, stale: Collection[str], rows: Iterable[Laid]) -> None:
        """Take the places of stale measurements out and put places in."""
        ...

    def move_counter(self, counter: Counter) -> None:
        """Move one of the two counters by one."""
        ...
