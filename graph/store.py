"""What a store must do: nine methods with typed values, the notes it keeps, and the three methods of a writing session."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import TracebackType
from typing import Protocol, Self

from graph.case import Case
from graph.framework import Framework
from graph.records import Counts, EdgeRow, NodeRow, Period, Record, Ref, Revision, Tally, WriteReport


class WriteSession(Protocol):
    """A run of writes. Each ``write`` is one transaction; leaving a rehearsal undoes everything it did."""

    def __enter__(self) -> Self: ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def write(self, records: Sequence[Record]) -> WriteReport:
        """Write a batch in one transaction: all of it or none.

        Every node and edge names at least one source. A record with an end that is neither stored nor among the
        nodes of this batch is left out whole and reported as ``MISSING_END``; two records of one batch may name each other.
        Absent properties are not asserted; with ``replacing`` they are withdrawn for the record's sources.
        """
        ...

    def withdraw(self, source: str) -> WriteReport:
        """Withdraw, in one transaction, what a source asserted before and no ``write`` of this session asserted again."""
        ...

    def note(self, load: str, report: str, at: Revision) -> bool:
        """Note that a load would change nothing, if the store is at that revision; False where it is not, and nothing is noted.

        A note moves no counter. Few are kept, none of another revision, none of a rehearsal, none that is long.
        """
        ...


class Store(Protocol):
    """A place where the graph is kept. Any number of readers; writers take turns."""

    @property
    def unmasked(self) -> Mapping[str, str]:
        """Sources whose personal data was ever loaded unmasked → the moment of the first such load (empty where nobody told)."""
        ...

    @property
    def loads(self) -> Mapping[str, str]:
        """Loads noted as changing nothing → what they would report; empty as soon as anything was written since."""
        ...

    def initialise(self) -> bool:
        """Create what is not there and bring an older store up to date; True when anything was done."""
        ...

    def revision(self) -> Revision:
        """The two counters, one cheap read."""
        ...

    def session(
        self, *, replacing: bool = False, rehearse: bool = False, unmasked: Mapping[str, str] | None = None
    ) -> WriteSession:
        """Begin a run of writes; ``replacing`` remembers what is asserted so that ``withdraw`` can follow.

        ``unmasked`` names sources whose texts come as they are, with the moment of the load: the store notes those of them that
        assert a fact or a result, in the transaction that writes it.
        """
        ...

    def framework(self) -> Framework:
        """The whole framework at one revision."""
        ...

    def cases(self, ids: Sequence[str] | None = None) -> Iterator[Case]:
        """The named complaints in the order given (unknown ids are left out), or all of them in id order."""
        ...

    def nodes(self, kind: str, ids: Sequence[str] | None = None, *, text: str | None = None) -> Iterator[NodeRow]:
        """Nodes of a kind in id order: all, the named ones, or (of these) those whose full text answers a question.

        A full text has what ``graph.segments.SEARCHED`` lists. Raises UsageError, when the rows are asked for, for other kinds and for a
        question of a single character.
        """
        ...

    def edges(
        self, edge_type: str, source_kind: str | None = None, *, at: Sequence[Ref] | None = None
    ) -> Iterator[EdgeRow]:
        """Edges of a type: all, those that start at nodes of one kind, and (of these) those that start or end at one of some nodes.

        Ordered by kind rank and id of their source, then kind name and id of their target, then valid_from.
        """
        ...

    def counts(self) -> Counts:
        """Nodes by kind and edges by type."""
        ...

    def tallies(self, since: str = "", until: str = "9999-12-31", *, per: Period = "day") -> Iterator[Tally]:
        """Daily complaint counts for since ≤ day < until, or monthly ones for since ≤ month < until (``YYYY-MM``), in a stable order."""
        ...

    def close(self) -> None:
        """Let go of every connection."""
        ...
