"""Writing to a Neo4j server: one transaction a batch, writers in turn, nothing sent twice, withdrawal by source."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self
from zoneinfo import ZoneInfo

from graph.errors import StoreMissing
from graph.records import Outcome, Record, Revision, WriteReport
from graph.stores import neo4j_cypher as cypher
from graph.stores.batch import Batch
from graph.stores.ends import KnownEnds
from graph.stores.loads import KeptLoads
from graph.stores.neo4j_backing import Digests, Neo4jBacking, Transacting
from graph.stores.neo4j_connection import Connection
from graph.stores.neo4j_digest import digests
from graph.stores.neo4j_schema import META
from graph.stores.neo4j_seen import Seen
from graph.stores.unmasked import noted
from graph.stores.withdraw import withdraw
from graph.text import Text

# Adding nothing takes the node's lock and changes nothing: whoever comes next waits here, and an unchanged run writes nothing.
TAKE_TURN = f"MATCH (m:{META} {{id: 'turn'}}) SET m += {{}} WITH m RETURN m.last AS last"
"""Wait for the turn to write, hold it until the transaction ends, and say who wrote last."""
_READ_NOTE = f"MATCH (m:{META} {{id: 'store'}}) RETURN m.unmasked AS note"
_LEAVE_NOTE = f"MATCH (m:{META} {{id: 'store'}}) SET m.unmasked = $note"
_READ_LOADS = f"MATCH (m:{META} {{id: 'store'}}) RETURN m.loads AS loads, m.framework AS framework, m.facts AS facts"
_LEAVE_LOADS = f"MATCH (m:{META} {{id: 'store'}}) SET m.loads = $loads"
_LEAVE_MARK = f"MATCH (m:{META} {{id: 'turn'}}) SET m.last = $mark"


@dataclass(slots=True)
class _Known:
    """What the server says of a batch: by kind, ids that are not stored; numbers of records whose node was last written by the very same record."""

    absent: dict[str, set[str]] = field(default_factory=dict)
    same: set[int] = field(default_factory=set)


class Neo4jSession:
    """See ``graph.store.WriteSession``."""

    def __init__(
        self, connection: Connection, zone: ZoneInfo, *, replacing: bool, rehearse: bool, unmasked: Mapping[str, str]
    ) -> None:
        self._connection = connection
        self._zone = zone
        self._rehearse = rehearse
        self._unmasked = unmasked
        self._stack = ExitStack()
        self._rehearsal: Transacting | None = None
        self._ends = KnownEnds()
        self._last: str | None = None
        """The mark of the last write as far as this session knows: another one means that somebody else wrote."""
        self._seen = Seen() if replacing else None

    def __enter__(self) -> Self:
        if self._rehearse:
            self._rehearsal = self._stack.enter_context(self._connection.undone())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()
        if self._seen is not None:
            self._seen.close()

    def write(self, records: Sequence[Record]) -> WriteReport:
        """Write a batch in one transaction: all of it or none."""
        report = self._in_turn(lambda tx: self._write(tx, records))
        if self._seen is not None:
            self._seen.add(record for n, record in enumerate(records) if n not in report.missing)
        return report

    def withdraw(self, source: str) -> WriteReport:
        """Withdraw what a source asserted before and no ``write`` of this session asserted again."""
        report = self._in_turn(lambda tx: self._withdraw(tx, source))
        self._ends.forget()
        return report

    def note(self, load: str, report: str, at: Revision) -> bool:
        """Note that a load would change nothing, if the store is at that revision; False where it is not, and nothing is noted."""
        if self._rehearse:
            return False

        def leave(tx: Transacting) -> bool:
            tx.run(TAKE_TURN).consume()
            kept = kept_loads(tx)
            text = kept.with_load(load, report) if kept.at == at else None
            if text is not None and text != kept.text:
                tx.run(_LEAVE_LOADS, loads=text).consume()
            return text is not None

        return self._connection.write(leave)

    def _in_turn(self, work: Callable[[Transacting], tuple[WriteReport, bool]]) -> WriteReport:
        """Run work when it is our turn.

        Work may be run again, also after a commit that nobody acknowledged: the mark it left tells that it was done, and the report of then stands.
        """
        mark = secrets.token_hex(8)
        done: list[tuple[WriteReport, str | None]] = []

        def run(tx: Transacting) -> WriteReport:
            row = tx.run(TAKE_TURN).single()
            if row is None:
                raise _emptied()
            if done and row["last"] == mark:
                return done[0][0]
            if row["last"] != self._last:
                self._ends.forget()
            report, wrote = work(tx)
            if wrote:
                tx.run(_LEAVE_MARK, mark=mark).consume()
            done[:] = [(report, mark if wrote else row["last"])]
            return report

        if self._rehearsal is not None:
            with self._connection.translating():
                report = run(self._rehearsal)
        else:
            report = self._connection.write(run)
        self._last = done[0][1]
        return report

    # ── inside the transaction ────────────────────────────────────────────────────────────────────
    def _write(self, tx: Transacting, records: Sequence[Record]) -> tuple[WriteReport, bool]:
        known_by = digests(records)
        known = _classify(tx, records, known_by)
        rest = [n for n in range(len(records)) if n not in known.same]
        without_end = self._ends.missing([records[n] for n in rest], lambda kind, ids: _stored_ids(tx, kind, ids))
        missing = {rest[at]: refs for at, refs in without_end.items()}
        backing = Neo4jBacking(tx, self._seen, counting=not self._rehearse, absent=known.absent, digests=known_by)
        batch = Batch(backing, self._zone, replacing=self._seen is not None)
        batch.read([records[n] for n in rest if n not in missing])
        report = WriteReport([Outcome.UNCHANGED] * len(records), missing, batch.conflicts)
        for n in rest:
            report.outcomes[n] = Outcome.MISSING_END if n in missing else batch.apply(records[n])
        report.moved = batch.flush()
        backing.settle()
        left_note = self._note_unmasked(tx, [record for n, record in enumerate(records) if n not in missing])
        return report, backing.wrote or left_note

    def _note_unmasked(self, tx: Transacting, records: Sequence[Record]) -> bool:
        """Note sources that come unmasked; not in a rehearsal, which would hold readers of the framework up until its end."""
        if not self._unmasked or self._rehearse:
            return False
        note = noted(tx.run(_READ_NOTE).single(strict=True)["note"], self._unmasked, records)
        if note is None:
            return False
        tx.run(_LEAVE_NOTE, note=note).consume()
        return True

    def _withdraw(self, tx: Transacting, source: str) -> tuple[WriteReport, bool]:
        report = WriteReport()
        backing = Neo4jBacking(tx, self._seen, counting=not self._rehearse, absent={}, digests={})
        withdraw(backing, self._zone, source, report)
        backing.settle()
        return report, backing.wrote


def kept_loads(tx: Transacting) -> KeptLoads:
    """The notes of loads as they are kept, with the revision of the same moment."""
    row = tx.run(_READ_LOADS).single()
    if row is None:
        raise _emptied()
    return KeptLoads(row["loads"], Revision(row["framework"], row["facts"]))


def _stored_ids(tx: Transacting, kind: str, ids: Collection[str]) -> list[str]:
    found: list[str] = tx.run(cypher.present_ids(kind), ids=list(ids)).single(strict=True)["rows"]
    return found


def _classify(tx: Transacting, records: Sequence[Record], known_by: Digests) -> _Known:
    """Ask the server which nodes of a batch it lacks and which it has from the very same record: ids and digests go there, places in the list come back."""
    numbers: dict[str, list[int]] = {}
    for n, record in enumerate(records):
        if record.node is not None:
            numbers.setdefault(record.node[0], []).append(n)
    known = _Known()
    for kind, asked in numbers.items():
        nodes = [node for n in asked if (node := records[n].node) is not None]
        ids = [node[1] for node in nodes]
        marks = [known_by[ref][0] if (ref := node.ref) in known_by else None for node in nodes]
        answer = tx.run(cypher.classify(kind), ids=ids, digests=marks).single(strict=True)
        known.absent[kind] = {ids[at] for at in answer["absent"]}
        known.same.update(asked[at] for at in answer["same"])
    return known


def _emptied() -> StoreMissing:
    return StoreMissing(
        Text("存储已被清空", "the store was emptied meanwhile"),
        Text("请先运行 suyuan init", "Run `suyuan init` first"),
    )
