"""Reading the embedded store: revision, framework, cases, scans, counts, tallies; each within one snapshot."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from graph.case import Case, EntryFact, ReviewFact, SeriesKey, StepFact, Subject, ValueFact
from graph.framework import Framework
from graph.records import Counts, EdgeRow, NodeRow, Ref, Revision, Tally
from graph.schema import EDGES, KINDS
from graph.segments import SEARCHED, Question
from graph.stores.assembling import LINKS, assemble
from graph.stores.sqlite_search import candidates, catch_up
from graph.stores.sqlite_tables import EDGE_TABLES, NODE_TABLES, EdgeTable, NodeTable
from graph.stores.tallying import members
from graph.values import Value

_WINDOW = 500
_CACHE = 20_000
_IN = "(SELECT value FROM json_each(?))"


class Shared:
    """What the readers of all threads share: the framework of the newest revision any of them read."""

    def __init__(self) -> None:
        self.framework: Framework | None = None


class Reader:
    """Questions to one connection; remembers subjects and series until the store's revision moves."""

    def __init__(self, connection: sqlite3.Connection, shared: Shared) -> None:
        self._db = connection
        self._shared = shared
        self._revision: Revision | None = None
        self._framework: Framework | None = None
        self._subjects: dict[Ref, Subject] = {}
        self._series: dict[SeriesKey, tuple[ValueFact, ...]] = {}
        self._source_sets: dict[int, tuple[str, ...]] = {}

    @contextmanager
    def _snapshot(self) -> Iterator[None]:
        """All statements inside see one state of the file."""
        if self._db.in_transaction:  # one reading inside another shares its snapshot
            yield
            return
        self._db.execute("BEGIN")
        try:
            yield
        finally:
            self._db.execute("ROLLBACK")

    # ── revision and framework ────────────────────────────────────────────────────────────────────
    def revision(self) -> Revision:
        """The two counters."""
        rows = dict(self._db.execute("SELECT key, value FROM meta WHERE key IN ('framework', 'facts')"))
        return Revision(int(rows["framework"]), int(rows["facts"]))

    def framework(self) -> Framework:
        """The whole framework; read anew only when its counter moved."""
        with self._snapshot():
            return self._current_framework()

    def _current_framework(self) -> Framework:
        wanted = self.revision().framework
        if self._framework is None or self._framework.revision != wanted:
            shared = self._shared.framework
            self._framework = (
                shared if shared is not None and shared.revision == wanted else self._read_framework(wanted)
            )
            self._shared.framework = self._framework
        return self._framework

    def _read_framework(self, revision: int) -> Framework:
        nodes = [row for table in NODE_TABLES.values() if table.framework for row in self._node_rows(table)]
        edges = [row for table in EDGE_TABLES.values() if table.framework for row in self._edge_rows(table)]
        zone = self._db.execute("SELECT value FROM meta WHERE key = 'timezone'").fetchone()[0]
        return Framework(nodes, edges, revision, zone)

    # ── cases ─────────────────────────────────────────────────────────────────────────────────────
    def cases(self, ids: Sequence[str] | None) -> Iterator[Case]:
        """The named complaints in the order given, or all in id order; memory bounded by a window of complaints."""
        with self._snapshot():
            for window in self._windows(ids):
                self._forget_if_moved()
                found = self._read_window(window)
                yield from (found[id_] for id_ in window if id_ in found)

    def _windows(self, ids: Sequence[str] | None) -> Iterator[list[str]]:
        if ids is not None:
            yield from (list(ids[start : start + _WINDOW]) for start in range(0, len(ids), _WINDOW))
            return
        last = ""
        while True:
            sql = "SELECT id FROM Complaint WHERE id > ? ORDER BY id LIMIT ?"
            window = [id_ for (id_,) in self._db.execute(sql, (last, _WINDOW))]
            if not window:
                return
            yield window
            last = window[-1]

    def _forget_if_moved(self) -> None:
        revision = self.revision()
        if revision != self._revision or len(self._subjects) + len(self._series) > _CACHE:
            self._subjects.clear()
            self._series.clear()
            self._revision = revision
        self._current_framework()

    def _read_window(self, ids: list[str]) -> dict[str, Case]:
        wanted = json.dumps(ids, ensure_ascii=False)
        codec = NODE_TABLES["Complaint"].codec
        sql = f"SELECT id, {codec.select} FROM Complaint WHERE id IN {_IN}"
        props = {row[0]: codec.decode(row[1:]) for row in self._db.execute(sql, (wanted,))}
        links: dict[str, dict[str, list[Ref]]] = {name: {} for name in LINKS}
        union = " UNION ALL ".join(
            f'SELECT {n}, source, target_kind, target FROM "Complaint.{name}" WHERE source IN (SELECT value FROM w)'
            for n, name in enumerate(LINKS)
        )
        for n, source, kind, target in self._db.execute(
            f"WITH w AS MATERIALIZED (SELECT value FROM json_each(?)) {union}", (wanted,)
        ):
            links[LINKS[n]].setdefault(source, []).append(Ref(kind, target))
        steps = self._steps(wanted)
        assert self._framework is not None  # _forget_if_moved read it
        return {
            id_: assemble(
                id_, found, {name: tuple(links[name].get(id_, ())) for name in LINKS}, steps.get(id_, ()), self._framework,
                self._subject, self._values,
            )
            for id_, found in props.items()
        }  # fmt: skip

    def _steps(self, wanted: str) -> dict[str, tuple[StepFact, ...]]:
        found: dict[str, dict[str, StepFact]] = {}
        sql = (
            'SELECT o.target, s.id, s.step, s.seq, s.event_at, b.target_kind, b.target, t.target_kind, t.target FROM "HandlingStep.OF" o'
            ' JOIN HandlingStep s ON s.id = o.source LEFT JOIN "HandlingStep.BY" b ON b.source = s.id'
            f" LEFT JOIN \"HandlingStep.TO\" t ON t.source = s.id WHERE o.target_kind = 'Complaint' AND o.target IN {_IN}"
            " ORDER BY s.event_at, s.seq, s.id, b.target_kind, b.target, t.target_kind, t.target"
        )
        for complaint, id_, step, seq, event_at, by_kind, by, to_kind, to in self._db.execute(sql, (wanted,)):
            fact = StepFact(
                id_, step or "", seq or 0, event_at, Ref(by_kind, by) if by else None, Ref(to_kind, to) if to else None
            )
            found.setdefault(complaint, {}).setdefault(id_, fact)  # several BY or TO: the first in order stands
        return {complaint: tuple(by_id.values()) for complaint, by_id in found.items()}

    def _subject(self, ref: Ref) -> Subject:
        subject = self._subjects.get(ref)
        if subject is None:
            subject = self._subjects[ref] = self._read_subject(ref)
        return subject

    def _read_subject(self, ref: Ref) -> Subject:
        row = next(self.nodes(ref.kind, [ref.id]), None)

        def targets(name: str) -> tuple[str, ...]:
            table = EDGE_TABLES.get((name, ref.kind))
            if table is None:
                return ()
            sql = f'SELECT target FROM "{table.name}" WHERE source = ? ORDER BY target'
            return tuple(target for (target,) in self._db.execute(sql, (ref.id,)))

        reviews = (
            'SELECT r.id, f.target_kind, f.target, r.result, r.mode, r.event_at, r.recorded_at FROM "Review.ON" o JOIN Review r ON r.id = o.source'
            ' JOIN "Review.OF" f ON f.source = r.id WHERE o.target_kind = ? AND o.target = ? ORDER BY r.event_at, r.id, f.target_kind, f.target'
        )
        entries = (
            'SELECT e.id, f.target, e.event_at, e.recorded_at FROM "StageEntry.ON" o JOIN StageEntry e ON e.id = o.source'
            ' JOIN "StageEntry.OF" f ON f.source = e.id WHERE o.target_kind = ? AND o.target = ? ORDER BY e.event_at, e.id, f.target'
        )
        return Subject(
            ref, row.props if row is not None else {}, targets("RUN_BY"), targets("LANDS_IN"), targets("PROMOTES"),
            tuple(
                ReviewFact(id_, Ref(kind, of), result or "", mode or "", event_at, recorded_at)
                for id_, kind, of, result, mode, event_at, recorded_at in self._db.execute(reviews, ref)
            ),
            tuple(EntryFact(*entry) for entry in self._db.execute(entries, ref)),
        )  # fmt: skip

    def _values(self, key: SeriesKey) -> tuple[ValueFact, ...]:
        values = self._series.get(key)
        if values is None:
            sql = (
                "SELECT id, indicator, value, period_start, period_end, event_at, recorded_at FROM series"
                " WHERE subject = ? AND unit = ? ORDER BY indicator, period_end, recorded_at, id"
            )
            rows = self._db.execute(sql, (str(key[0]) if key[0] else "", key[1]))
            values = self._series[key] = tuple(ValueFact(*row) for row in rows)
        return values

    # ── scans ─────────────────────────────────────────────────────────────────────────────────────
    def nodes(self, kind: str, ids: Sequence[str] | None, question: Question | None = None) -> Iterator[NodeRow]:
        """Nodes of a kind in id order: all, the named ones, those whose full text answers a question."""
        if question is not None:
            catch_up(self._db)
        with self._snapshot():
            if question is None:
                yield from self._node_rows(NODE_TABLES[kind], ids)
                return
            found = set(candidates(self._db, kind, question))
            named = sorted(found if ids is None else found & set(ids))
            for at in range(0, len(named), _WINDOW):
                for row in self._node_rows(NODE_TABLES[kind], named[at : at + _WINDOW]):
                    if question.found_in(str(row.props[SEARCHED[kind]])):
                        yield row

    def edges(self, edge_type: str) -> Iterator[EdgeRow]:
        """Edges of a type, source kinds in schema order, then by ends."""
        with self._snapshot():
            for source in sorted(EDGES[edge_type].sources, key=list(KINDS).index):
                yield from self._edge_rows(EDGE_TABLES[edge_type, source])

    def _node_rows(self, table: NodeTable, ids: Sequence[str] | None = None) -> Iterator[NodeRow]:
        codec = table.codec
        sql = f'SELECT id, sources, {codec.select} FROM "{table.name}"'
        arguments: tuple[str, ...] = ()
        if ids is not None:
            sql, arguments = f"{sql} WHERE id IN {_IN}", (json.dumps(list(ids), ensure_ascii=False),)
        for row in self._db.execute(f"{sql} ORDER BY id", arguments):
            yield NodeRow(table.kind, row[0], codec.decode(row[2:]), self._sources(row[1]))

    def _edge_rows(self, table: EdgeTable) -> Iterator[EdgeRow]:
        codec = table.codec
        columns = f", {codec.select}" if codec.columns else ""
        sql = (
            f'SELECT source, target_kind, target, valid_from, sources{columns} FROM "{table.name}"'
            " ORDER BY source, target_kind, target, valid_from"
        )
        for row in self._db.execute(sql):
            props: dict[str, Value] = {"valid_from": row[3]} if row[3] else {}
            props |= codec.decode(row[5:])
            yield EdgeRow(table.type, Ref(table.source_kind, row[0]), Ref(row[1], row[2]), props, self._sources(row[4]))

    def _sources(self, id_: int) -> tuple[str, ...]:
        if id_ not in self._source_sets:
            rows: Iterable[Any] = self._db.execute("SELECT id, names FROM source_set")
            self._source_sets = {key: tuple(json.loads(names)) for key, names in rows}
        return self._source_sets[id_]

    def counts(self) -> Counts:
        """Nodes by kind and edges by type, empty ones left out."""
        with self._snapshot():
            nodes = {kind: self._count(table.name) for kind, table in NODE_TABLES.items()}
            edges = {
                name: sum(self._count(EDGE_TABLES[name, s].name) for s in edge.sources) for name, edge in EDGES.items()
            }
        return Counts({k: n for k, n in nodes.items() if n}, {k: n for k, n in edges.items() if n})

    def _count(self, table: str) -> int:
        return int(self._db.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0])

    def tallies(self, since: str, until: str) -> Iterator[Tally]:
        """Daily complaint counts for since ≤ day < until, by day, subjects, categories, unit."""
        with self._snapshot():
            sql = "SELECT subjects, categories, unit, day, complaints, episodes FROM tally WHERE day >= ? AND day < ? ORDER BY day, subjects, categories, unit"
            for subjects, categories, unit, day, complaints, episodes in self._db.execute(sql, (since, until)):
                refs = tuple(map(Ref.parse, members(subjects)))
                yield Tally(refs, members(categories), unit, day, complaints, episodes)
