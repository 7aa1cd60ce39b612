"""Cases from the embedded store, a window of complaints at a time, each within one snapshot."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence

from graph.case import (
    Case,
    EntryFact,
    EpisodeFact,
    Recorded,
    ReviewFact,
    Runner,
    SeriesKey,
    StepFact,
    Subject,
    ValueFact,
)
from graph.framework import Framework
from graph.records import Ref, Revision
from graph.stores.assembling import LINKS, assemble
from graph.stores.counting import Counting, Sums, own_episodes
from graph.stores.sqlite_read import Reader
from graph.stores.sqlite_rows import IN, array
from graph.stores.sqlite_tables import EDGE_TABLES, NODE_TABLES

_WINDOW = 500
_CACHE = 20_000
_RUN = ("Campaign", "Product")


class CaseReader:
    """Reads cases; remembers subjects, series, counts and what units keep records of until the store's revision moves."""

    def __init__(self, connection: sqlite3.Connection, reader: Reader) -> None:
        self._db = connection
        self._reader = reader
        self._revision: Revision | None = None
        self._subjects: dict[Ref, Subject] = {}
        self._series: dict[SeriesKey, tuple[ValueFact, ...]] = {}
        self._measured: dict[Ref, frozenset[str]] = {}
        self._runners: dict[str, Runner] = {}
        self._counting: Counting | None = None

    def cases(self, ids: Sequence[str] | None) -> Iterator[Case]:
        """The named complaints in the order given, or all in id order; memory bounded by a window of complaints."""
        with self._reader.snapshot():
            for window in self._windows(ids):
                framework = self._reader.current_framework()
                counting = self._current_counting(framework)
                found = self._read_window(window, framework, counting)
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

    def _current_counting(self, framework: Framework) -> Counting:
        """The counts at hand; what is remembered of another revision is forgotten."""
        if self._counting is None:
            self._counting = Counting(framework.zone, self._sums_about, self._sums_of_all)
        revision = self._reader.revision()
        moved = revision != self._revision
        if moved or len(self._subjects) + len(self._series) > _CACHE:
            self._subjects.clear()
            self._series.clear()
            self._measured.clear()
        if moved:
            self._counting.forget()
            self._runners.clear()
            self._revision = revision
        return self._counting

    # ── complaints ────────────────────────────────────────────────────────────────────────────────
    def _read_window(self, ids: list[str], framework: Framework, counting: Counting) -> dict[str, Case]:
        wanted = array(ids)
        codec = NODE_TABLES["Complaint"].codec
        sql = f"SELECT id, {codec.select} FROM Complaint WHERE id IN {IN}"
        props = {row[0]: codec.decode(row[1:]) for row in self._db.execute(sql, (wanted,))}
        links = self._links(wanted)
        steps = self._steps(wanted)
        repeating = {id_: [ref.id for ref in refs] for id_, refs in links["REPEATS"].items()}
        own = own_episodes(repeating, self._repeated)
        return {
            id_: assemble(
                id_, found, {name: tuple(links[name].get(id_, ())) for name in LINKS}, steps.get(id_, ()), framework,
                self._subject, self._values,
                lambda event_at, about, id_=id_: counting.before(event_at, about, own.get(id_, ())), self._runner,  # type: ignore[misc]
            )
            for id_, found in props.items()
        }  # fmt: skip

    def _links(self, wanted: str) -> dict[str, dict[str, list[Ref]]]:
        links: dict[str, dict[str, list[Ref]]] = {name: {} for name in LINKS}
        union = " UNION ALL ".join(
            f'SELECT {n}, source, target_kind, target FROM "Complaint.{name}" WHERE source IN (SELECT value FROM w)'
            for n, name in enumerate(LINKS)
        )
        for n, source, kind, target in self._db.execute(
            f"WITH w AS MATERIALIZED (SELECT value FROM json_each(?)) {union}", (wanted,)
        ):
            links[LINKS[n]].setdefault(source, []).append(Ref(kind, target))
        return links

    def _steps(self, wanted: str) -> dict[str, tuple[StepFact, ...]]:
        found: dict[str, dict[str, StepFact]] = {}
        sql = (
            'SELECT o.target, s.id, s.step, s.seq, s.event_at, b.target_kind, b.target, t.target_kind, t.target FROM "HandlingStep.OF" o'
            ' JOIN HandlingStep s ON s.id = o.source LEFT JOIN "HandlingStep.BY" b ON b.source = s.id'
            f" LEFT JOIN \"HandlingStep.TO\" t ON t.source = s.id WHERE o.target_kind = 'Complaint' AND o.target IN {IN}"
            " ORDER BY s.event_at, s.seq, s.id, b.target_kind, b.target, t.target_kind, t.target"
        )
        for complaint, id_, step, seq, event_at, by_kind, by, to_kind, to in self._db.execute(sql, (wanted,)):
            fact = StepFact(
                id_, step or "", seq or 0, event_at, Ref(by_kind, by) if by else None, Ref(to_kind, to) if to else None
            )
            found.setdefault(complaint, {}).setdefault(id_, fact)  # several BY or TO: the first in order stands
        return {complaint: tuple(by_id.values()) for complaint, by_id in found.items()}

    # ── repeats and counts ────────────────────────────────────────────────────────────────────────
    def _repeated(self, ids: list[str]) -> Iterator[tuple[EpisodeFact, list[str]]]:
        """Complaints that others repeat, each with what it repeats itself."""
        wanted = array(ids)
        ends: dict[str, dict[str, list[Ref]]] = {"ABOUT": {}, "IN_CATEGORY": {}, "REPEATS": {}}
        for name, found in ends.items():
            sql = f'SELECT source, target_kind, target FROM "Complaint.{name}" WHERE source IN {IN} ORDER BY target_kind, target'
            for source, kind, target in self._db.execute(sql, (wanted,)):
                found.setdefault(source, []).append(Ref(kind, target))
        for id_, event_at in self._db.execute(f"SELECT id, event_at FROM Complaint WHERE id IN {IN}", (wanted,)):
            about, categories, repeats = (found.get(id_, ()) for found in ends.values())
            fact = EpisodeFact(id_, event_at, tuple(about), tuple(ref.id for ref in categories))
            yield fact, [ref.id for ref in repeats]

    def _sums_about(self, about: tuple[Ref, ...]) -> Sums:
        members = array(map(str, about))
        sql = (
            "SELECT day, categories, sum(episodes) FROM tally WHERE subjects IN (SELECT value FROM json_each(?)"
            f" UNION SELECT subjects FROM tally_member WHERE member IN {IN}) GROUP BY day, categories"
        )
        return Sums(self._db.execute(sql, (members, members)))

    def _sums_of_all(self) -> Sums:
        return Sums(self._db.execute("SELECT day, categories, episodes FROM tally_day"))

    # ── subjects, their runners, series ───────────────────────────────────────────────────────────
    def _subject(self, ref: Ref) -> Subject:
        subject = self._subjects.get(ref)
        if subject is None:
            subject = self._subjects[ref] = self._read_subject(ref)
        return subject

    def _read_subject(self, ref: Ref) -> Subject:
        row = next(self._reader.nodes(ref.kind, [ref.id]), None)

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

    def _runner(self, unit: str) -> Runner:
        runner = self._runners.get(unit)
        if runner is None:
            runner = self._runners[unit] = Runner(tuple(self._recorded(unit)))
        return runner

    def _recorded(self, unit: str) -> Iterator[Recorded]:
        for kind in _RUN:
            run = f'"{kind}.RUN_BY" x JOIN "{{0}}.ON" o ON o.target_kind = \'{kind}\' AND o.target = x.source'
            entries = (
                f"SELECT x.source, e.id, f.target, e.event_at, e.recorded_at FROM {run.format('StageEntry')}"
                ' JOIN StageEntry e ON e.id = o.source JOIN "StageEntry.OF" f ON f.source = e.id WHERE x.target = ?'
                " ORDER BY x.source, e.event_at, e.id, f.target"
            )
            reviews = (
                f"SELECT x.source, f.target_kind, f.target, min(max(r.event_at, r.recorded_at)) FROM {run.format('Review')}"
                ' JOIN Review r ON r.id = o.source JOIN "Review.OF" f ON f.source = r.id WHERE x.target = ?'
                " GROUP BY x.source, f.target_kind, f.target"
            )
            entered: dict[str, list[EntryFact]] = {}
            for subject, *entry in self._db.execute(entries, (unit,)):
                entered.setdefault(subject, []).append(EntryFact(*entry))
            reviewed: dict[str, dict[Ref, str]] = {}
            for subject, of_kind, of, known_at in self._db.execute(reviews, (unit,)):
                reviewed.setdefault(subject, {})[Ref(of_kind, of)] = known_at
            for subject, facts in entered.items():
                yield Recorded(Ref(kind, subject), tuple(facts), reviewed.get(subject, {}))

    def _values(self, key: SeriesKey) -> tuple[ValueFact, ...]:
        if key[0] is not None and key[1] not in self._units_measured(key[0]):
            return ()  # asked of every unit concerned, and true of most: remembering each would drive the subjects out
        values = self._series.get(key)
        if values is None:
            sql = (
                "SELECT id, indicator, value, period_start, period_end, event_at, recorded_at FROM series"
                " WHERE subject = ? AND unit = ? ORDER BY indicator, period_end, recorded_at, id"
            )
            rows = self._db.execute(sql, (str(key[0]) if key[0] else "", key[1]))
            values = self._series[key] = tuple(ValueFact(*row) for row in rows)
        return values

    def _units_measured(self, subject: Ref) -> frozenset[str]:
        """The units (empty: none) in which a subject has measured values."""
        units = self._measured.get(subject)
        if units is None:
            rows = self._db.execute("SELECT DISTINCT unit FROM series WHERE subject = ?", (str(subject),))
            units = self._measured[subject] = frozenset(unit for (unit,) in rows)
        return units
