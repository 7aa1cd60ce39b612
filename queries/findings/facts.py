"""The facts of the list, read as streams: subjects one by one with what happened to them, and each kind of fact with its links.

A :class:`Source` is what any store offers. Two streams of it in the same order are walked side by side, so that a link finds
its node without an index; subjects are read in windows, so that never more than one window of them is in memory.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple, Protocol
from zoneinfo import ZoneInfo

from graph.alongside import Alongside
from graph.records import EdgeRow, NodeRow, Ref
from graph.values import Props, day_start, days_before

WINDOW = 50_000
"""Subjects read in one pass over their facts."""
_LAST_DAY, AFTER_ALL = "9999-12-31", "9999-12-31T24"
"""The last day there is, and what sorts after every moment of it."""


def end_of(day: str, zone: ZoneInfo) -> str:
    """The moment at which a day is over."""
    return day_start(days_before(day, -1), zone) if day < _LAST_DAY else AFTER_ALL


class Source(Protocol):
    """What is asked of a store: nodes in id order, and edges of one kind of source in the order of these."""

    def nodes(self, kind: str, ids: Sequence[str] | None = None) -> Iterator[NodeRow]:
        """Nodes of a kind in id order, all or the named ones."""
        ...

    def edges(
        self, edge_type: str, source_kind: str | None = None, *, at: Sequence[Ref] | None = None
    ) -> Iterator[EdgeRow]:
        """Edges of a type that start at a kind, in id order of their source; with ``at`` those that touch one of its nodes."""
        ...


class Reviewed(NamedTuple):
    """A review of a gate or point on a subject."""

    of: Ref
    result: str
    mode: str
    event_at: str


class Entered(NamedTuple):
    """A subject entered a stage."""

    stage: Ref
    event_at: str


class Synced(NamedTuple):
    """Information passed between units about a subject; ``acknowledged`` on or before the day."""

    sender: Ref
    receiver: Ref
    acknowledged: bool


@dataclass(frozen=True, slots=True)
class Promoted:
    """A product that a campaign promotes, with the units that run it."""

    ref: Ref
    props: Props
    run_by: tuple[Ref, ...]


@dataclass(frozen=True, slots=True)
class SubjectFacts:
    """A product or campaign with everything known about it up to the day, oldest first."""

    ref: Ref
    props: Props
    run_by: tuple[Ref, ...]
    lands_in: tuple[Ref, ...]
    ruled_by: tuple[Ref, ...]
    promoted: tuple[Promoted, ...]
    reviews: tuple[Reviewed, ...]
    entries: tuple[Entered, ...]
    syncs: tuple[Synced, ...]

    @property
    def key_business(self) -> bool:
        """Whether it is a key business, or a campaign that promotes one."""
        return any(str(props.get("key_business", "none")) != "none" for props in (self.props, *(p.props for p in self.promoted)))  # fmt: skip


Linked = tuple[NodeRow, Mapping[str, list[Ref]]]


class Facts:
    """The facts up to the end of a day.

    Args:
        source: where they are.
        as_of: the day, ``YYYY-MM-DD``; what happened later is not looked at.
        zone: in which the day is meant.
        window: subjects read in one pass.
    """

    def __init__(self, source: Source, as_of: str, zone: ZoneInfo, *, window: int = WINDOW) -> None:
        self._source = source
        self._window = window
        self.as_of = as_of
        self.zone = zone
        self.until = end_of(as_of, zone)
        """The moment at which the day is over: what happened before it counts."""

    def since(self, days: int) -> str:
        """The moment at which the last so many days begin, the day itself being the last of them."""
        return day_start(days_before(self.as_of, days - 1), self.zone)

    def happened(self, row: NodeRow) -> bool:
        """Whether a fact lies on the day or before it."""
        return str(row.props.get("event_at", "")) < self.until

    def linked(self, kind: str, *edge_types: str) -> Iterator[Linked]:
        """Every node of a kind with the ends of its edges by type, in id order; one pass over each stream."""
        streams = {name: Alongside(self._source.edges(name, kind)) for name in edge_types}
        for row in self._source.nodes(kind):
            yield row, {name: [edge.target for edge in stream.of(row.ref)] for name, stream in streams.items()}

    def past(self, kind: str, *edge_types: str) -> Iterator[Linked]:
        """Like :meth:`linked`, only what happened up to the day."""
        return (found for found in self.linked(kind, *edge_types) if self.happened(found[0]))

    def props_of(self, refs: Iterable[Ref]) -> dict[Ref, Props]:
        """What is said of some nodes, as far as they are there."""
        by_kind: dict[str, set[str]] = {}
        for ref in refs:
            by_kind.setdefault(ref.kind, set()).add(ref.id)
        return {
            row.ref: row.props for kind in sorted(by_kind) for row in self._source.nodes(kind, sorted(by_kind[kind]))
        }

    def subjects(self) -> Iterator[SubjectFacts]:
        """Every product and campaign, window by window."""
        for kind in ("Product", "Campaign"):
            rows = self._source.nodes(kind)
            while window := {row.ref: row.props for row in islice(rows, self._window)}:
                yield from self._read(kind, window)

    def _read(self, kind: str, window: Mapping[Ref, Props]) -> Iterator[SubjectFacts]:
        ends = {name: self._ends(name, kind, window) for name in ("RUN_BY", "LANDS_IN", "RULED_BY", "PROMOTES")}
        promoted = self._promoted({ref for refs in ends["PROMOTES"].values() for ref in refs})
        reviews, entries, syncs = self._reviews(window), self._entries(window), self._syncs(window)
        for ref, props in window.items():
            links = {name: tuple(found.get(ref, ())) for name, found in ends.items()}
            yield SubjectFacts(
                ref, props, links["RUN_BY"], links["LANDS_IN"], links["RULED_BY"],
                tuple(promoted[product] for product in links["PROMOTES"] if product in promoted),
                tuple(sorted(reviews.get(ref, ()), key=_when)), tuple(sorted(entries.get(ref, ()), key=_when)),
                tuple(syncs.get(ref, ())),
            )  # fmt: skip

    def _ends(self, edge_type: str, kind: str, wanted: Mapping[Ref, object]) -> dict[Ref, list[Ref]]:
        found: dict[Ref, list[Ref]] = {}
        for edge in self._source.edges(edge_type, kind):
            if edge.source in wanted:
                found.setdefault(edge.source, []).append(edge.target)
        return found

    def _promoted(self, refs: set[Ref]) -> dict[Ref, Promoted]:
        if not refs:
            return {}
        run_by = self._ends("RUN_BY", "Product", dict.fromkeys(refs))
        rows = self._source.nodes("Product", sorted(ref.id for ref in refs))
        return {row.ref: Promoted(row.ref, row.props, tuple(run_by.get(row.ref, ()))) for row in rows}

    def _reviews(self, window: Mapping[Ref, object]) -> dict[Ref, list[Reviewed]]:
        found: dict[Ref, list[Reviewed]] = {}
        for row, ends in self.past("Review", "OF", "ON"):
            for on in ends["ON"]:
                if on in window:
                    result, mode = (str(row.props.get(name, "")) for name in ("result", "mode"))
                    moment = str(row.props["event_at"])
                    found.setdefault(on, []).extend(Reviewed(of, result, mode, moment) for of in ends["OF"])
        return found

    def _entries(self, window: Mapping[Ref, object]) -> dict[Ref, list[Entered]]:
        found: dict[Ref, list[Entered]] = {}
        for row, ends in self.past("StageEntry", "OF", "ON"):
            for on in ends["ON"]:
                if on in window:
                    moment = str(row.props["event_at"])
                    found.setdefault(on, []).extend(Entered(stage, moment) for stage in ends["OF"])
        return found

    def _syncs(self, window: Mapping[Ref, object]) -> dict[Ref, list[Synced]]:
        found: dict[Ref, list[Synced]] = {}
        for row, ends in self.past("Sync", "FROM", "TO", "ON"):
            acknowledged = "" < str(row.props.get("acknowledged_at", "")) < self.until
            for on in ends["ON"]:
                if on in window:
                    found.setdefault(on, []).extend(
                        Synced(sender, receiver, acknowledged) for sender in ends["FROM"] for receiver in ends["TO"]
                    )
        return found


def _when(fact: Reviewed | Entered) -> str:
    return fact.event_at
