"""Recognises a load that was made before and would change nothing: what the store notes of it is answered, and no row is read.

Two sorts of load are noted. One that changed nothing: made again in the same state of the store, the same program does the same. And a plain first one,
whose rerun can be foretold (:class:`_Watching`), so that already the second run is spared its reading. Both only if nobody else wrote from
before the load looked at the store until the note: the counters, which every write moves on, must have moved by this load's own writes alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from types import TracebackType
from typing import Self

from graph.errors import StoreError
from graph.records import Record, Revision, WriteReport
from graph.store import Store, WriteSession
from graph.text import Text
from ingest.equal_shares import edge_key
from ingest.framework_state import of_framework
from ingest.pipeline import SHARES
from ingest.report import IngestReport, KindCount, Note

UNCHANGED = Text(
    "文件与库自上次装入后均无变化，未再逐行读取；要逐行比对请加 --again",
    "neither the files nor the store changed since they were loaded: not read again; --again compares every row",
)
"""The remark, counted by files, that a report of a recognised load has and one of a load that read everything has not."""


class Unchanged:
    """One load, as far as it may be recognised.

    Args:
        store: where it is loaded.
        fingerprint: works out what the load is; it is asked again after the load, for a file may change while it is read.
        replace: whether it withdraws.
        since: the store's revision before anything of the load was read from it.
    """

    def __init__(self, store: Store, fingerprint: Callable[[], str | None], *, replace: bool, since: Revision) -> None:
        self._store, self._fingerprint, self._replace, self._since = store, fingerprint, replace, since
        self._load = fingerprint()
        self._session: _Watching | None = None

    def known(self, files: int) -> IngestReport | None:
        """The report of the load if the store knows that it would change nothing, with a remark on so many files; None: it must be read."""
        text = self._store.loads.get(self._load) if self._load is not None else None
        if text is None:
            return None
        report = IngestReport.model_validate_json(text)
        return report.model_copy(update={"notes": [*report.notes, Note(zh=UNCHANGED.zh, en=UNCHANGED.en, count=files)]})

    def watch(self, session: WriteSession) -> WriteSession:
        """The same session, seen by this one: what is written through it decides whether the load can be noted."""
        self._session = _Watching(session)
        return self._session

    def keep(self, report: IngestReport, *, by_store: bool) -> None:
        """Note the load, now that it is done, where a rerun can be told from it; nothing is said where the store cannot take the note.

        Args:
            report: what the load did.
            by_store: whether what was stored decided how the files were read, beyond what the load cannot change.
        """
        watched = self._session
        if watched is None or self._load is None or report.total.refused or report.removed or report.conflict_count:
            return
        total = report.total
        same = total.unchanged == total.read and watched.moved == Revision(0, 0)
        foretold = not (self._replace or by_store or total.changed or _filled(report)) and watched.apart
        if not (same or foretold) or self._fingerprint() != self._load:
            return
        at = Revision(*(before + moved for before, moved in zip(self._since, watched.moved, strict=True)))
        # Every row is in: without the note the next run only compares them again.
        with suppress(StoreError), self._store.session() as session:
            session.note(self._load, _of_rerun(report).model_dump_json(), at)


class _Watching:
    """A session that remembers of its writes what it takes to foretell a rerun; memory does not grow with their number.

    A rerun finds unchanged what a row added if no other row of the load touches the same node or edge, nor an edge that the row states in full (:attr:`apart`).
    That two rows of one source are not about the same node, or the same lone edge, the pipeline has checked: it refuses the second.
    """

    def __init__(self, inner: WriteSession) -> None:
        self._inner = inner
        self.moved = Revision(0, 0)
        self._plain = True
        self._framework_writes = 0
        self._waiting: set[object] = set()
        """Framework rows that lack an end: they were checked, and are written again when the end may be there."""
        self._lone: set[tuple[str, str]] = set()
        """Edge type and kind of start of the edges that came by themselves."""
        self._with_nodes: set[tuple[str, str]] = set()
        """The same of edges that came with their node, or that it states in full."""
        self._owned: set[tuple[str, tuple[str, ...]]] = set()

    @property
    def apart(self) -> bool:
        """Whether each row stands for itself. The framework's must have been checked in one go, as a rerun checks them together, too."""
        owned = {(name, kind) for kind, names in self._owned for name in names}
        return self._plain and self._framework_writes <= 1 and self._lone.isdisjoint(self._with_nodes | owned)

    def __enter__(self) -> Self:
        self._inner.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._inner.__exit__(kind, error, trace)

    def write(self, records: Sequence[Record]) -> WriteReport:
        """See ``graph.store.WriteSession``."""
        self._look(records)
        report = self._inner.write(records)
        self._waiting.update(_name(records[at]) for at in report.missing if of_framework(records[at]))
        return self._counted(report)

    def withdraw(self, source: str) -> WriteReport:
        """See ``graph.store.WriteSession``."""
        return self._counted(self._inner.withdraw(source))

    def note(self, load: str, report: str, at: Revision) -> bool:
        """See ``graph.store.WriteSession``."""
        return self._inner.note(load, report, at)

    def _counted(self, report: WriteReport) -> WriteReport:
        self.moved = Revision(self.moved.framework + report.moved.framework, self.moved.facts + report.moved.facts)
        return report

    def _look(self, records: Sequence[Record]) -> None:
        if records and of_framework(records[0]) and _name(records[0]) not in self._waiting:
            self._framework_writes += 1  # rows that are checked together are a batch of their own
        stated, owned = self._with_nodes, self._owned
        for node, edges, _, owns in records:
            if node is None:
                self._lone.update((edge[0], edge[1][0]) for edge in edges)
                self._plain = self._plain and len(edges) == 1
                continue
            kind, id_ = node[0], node[1]
            if owns:
                owned.add((kind, owns))
            told = False
            for name, source, _, props, _ in edges:
                stated.add((name, kind))
                if props or source[1] != id_ or source[0] != kind:
                    told = True
            if told:
                keys = {(edge.type, edge.target, edge.valid_from) for edge in edges if edge.source == node.ref}
                self._plain = self._plain and len(keys) == len(edges)


def _name(record: Record) -> object:
    """What tells a row from the others of a load."""
    return record.node.ref if record.node is not None else edge_key(record.edges[0])


def _filled(report: IngestReport) -> bool:
    """Whether weights were filled with shares: worked out from what is stored by then, in its order, a rerun may find others."""
    return any(note.zh == SHARES.zh for note in report.notes)


def _of_rerun(report: IngestReport) -> IngestReport:
    """What a load will say when it is made again, and finds everything as it left it."""

    def found(count: KindCount) -> KindCount:
        return KindCount(read=count.read, unchanged=count.read)

    kinds = {name: found(count) for name, count in report.kinds.items()}
    return report.model_copy(update={"kinds": kinds, "total": found(report.total)})
