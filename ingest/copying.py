"""Copies the graph of one store into another through the store protocol alone, and proves the copy by counts and digests."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import islice

from pydantic import BaseModel, Field, computed_field

from graph.errors import StoreLocked, Where
from graph.records import EdgeRow, NodeRow, Outcome, Record
from graph.schema import EDGES, KINDS
from graph.store import Store, WriteSession
from graph.text import Text
from ingest.export import edge_line, node_line
from ingest.pipeline import BATCH

_NOWHERE = Where()
_FIELDS = {
    Outcome.ADDED: "added",
    Outcome.CHANGED: "changed",
    Outcome.UNCHANGED: "unchanged",
    Outcome.MISSING_END: "left_out",
}


class CopyLine(BaseModel):
    """One kind or edge type: what became of each element read, and what both stores hold of it.

    A digest is the SHA-256 of its lines in the graph interchange format, in the order of the store protocol.
    """

    read: int = Field(description="读出 · Read from the one store")
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    left_out: int = Field(default=0, description="缺端点未写 · Edges left out: an end is missing")
    held: int = Field(description="目标库现有 · Held by the other store afterwards")
    digest: str = Field(description="源库摘要 · Digest of what was read")
    digest_held: str = Field(description="目标库摘要 · Digest of what is held")

    @computed_field  # type: ignore[prop-decorator]
    @property
    def same(self) -> bool:
        """Whether both hold the same."""
        return (self.read, self.digest) == (self.held, self.digest_held)


class CopyReport(BaseModel):
    """What a copy did and whether both stores now hold the same; kinds and types that neither holds are left out."""

    nodes: dict[str, CopyLine] = Field(default_factory=dict)
    edges: dict[str, CopyLine] = Field(default_factory=dict)

    @computed_field  # type: ignore[prop-decorator]
    @property
    def same(self) -> bool:
        """Whether all of it is the same."""
        return not self.different

    @property
    def different(self) -> tuple[str, ...]:
        """Kinds and edge types of which the stores hold different things."""
        return tuple(name for name, line in (self.nodes | self.edges).items() if not line.same)


def copy(source: Store, target: Store, *, progress: Callable[[int], None] | None = None) -> CopyReport:
    """Copy every node and edge with its sources, then read the target back and compare.

    Nothing in the target is deleted. What is there already stays unchanged, so that a copy that broke off is completed by running
    it again, and a target that held other things is found different. What is noted of sources loaded unmasked goes along. An element of
    several sources arrives as asserted, by each of them, the way the source store shows it: which of them said which half does not
    pass through the protocol.

    Args:
        source: where the graph is read.
        target: an initialised store, best an empty one.
        progress: called after each batch with the number of elements read so far.

    Returns:
        What became of each kind and edge type, with counts and digests of both sides.

    Raises:
        StoreLocked: the source changed meanwhile; what was copied stays, and running again brings the rest. StoreError otherwise.
    """
    before = source.revision()
    report, done = CopyReport(), 0
    with target.session(unmasked=source.unmasked) as session:
        for lines, names in ((report.nodes, KINDS), (report.edges, EDGES)):
            for name in names:
                line = _copy_one(source, session, name, done, progress)
                done += line.read
                lines[name] = line
    if source.revision() != before:
        raise StoreLocked(
            Text("复制期间源库一直在变", "the source changed while it was copied"),
            Text(
                "请在导入结束后再次运行，已复制的部分会保留",
                "Run it again when the load has finished; what was copied is kept",
            ),
        )
    for lines in (report.nodes, report.edges):
        for name, line in list(lines.items()):
            line.held, line.digest_held = digest(target, name)
            if not line.read and not line.held:
                del lines[name]
    return report


def digest(store: Store, name: str) -> tuple[int, str]:
    """How many nodes of a kind, or edges of a type, a store holds, and the SHA-256 of their interchange lines."""
    found = hashlib.sha256()
    count = 0
    for row in _rows(store, name):
        found.update(_line(row))
        count += 1
    return count, found.hexdigest()


def _copy_one(
    source: Store, session: WriteSession, name: str, done: int, progress: Callable[[int], None] | None
) -> CopyLine:
    """Copy one kind or edge type, one transaction a batch; the target's side of the line is still open."""
    found = hashlib.sha256()
    outcomes: Counter[Outcome] = Counter()
    rows, read = _rows(source, name), 0
    while batch := list(islice(rows, BATCH)):
        for row in batch:
            found.update(_line(row))
        outcomes.update(session.write([_record(row) for row in batch]).outcomes)
        read += len(batch)
        if progress is not None:
            progress(done + read)
    counts = {field: outcomes[outcome] for outcome, field in _FIELDS.items()}
    return CopyLine(read=read, digest=found.hexdigest(), held=0, digest_held="", **counts)


def _rows(store: Store, name: str) -> Iterator[NodeRow | EdgeRow]:
    yield from store.nodes(name) if name in KINDS else store.edges(name)


def _record(row: NodeRow | EdgeRow) -> Record:
    return Record(row, (), _NOWHERE) if isinstance(row, NodeRow) else Record(None, (row,), _NOWHERE)


def _line(row: NodeRow | EdgeRow) -> bytes:
    return node_line(row) if isinstance(row, NodeRow) else edge_line(row)
