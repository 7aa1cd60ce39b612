"""Cases from a Neo4j server: a window of complaints with the revision in one round trip, what is not remembered around them in a second one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from graph.case import (
    NO_EPISODES,
    Case,
    EpisodeFact,
    Episodes,
    Recorded,
    Runner,
    SeriesKey,
    Subject,
    ValueFact,
)
from graph.errors import StoreLocked
from graph.framework import Framework
from graph.records import Ref, Revision
from graph.stores.assembling import assemble
from graph.stores.counting import NUMBERS_KEPT, Counting, Sums, own_episodes
from graph.stores.neo4j_case_rows import (
    REPEATED,
    SUBJECTS,
    SURROUNDINGS,
    Core,
    core_of,
    entry_of,
    entry_order,
    recorded,
    subject_of,
    window_of,
)
from graph.stores.neo4j_connection import Connection
from graph.stores.neo4j_derived import series_name
from graph.stores.neo4j_read import Neo4jReader, not_initialised
from graph.stores.tallying import members, series_order
from graph.text import Text

_WINDOW = 500
_CACHE = 20_000
_RUN_AT_ONCE = 1_000
_ATTEMPTS = 10
_RUN = ("Campaign", "Product")


class _Moved(Exception):
    """The revision moved between two looks at the store."""


class CaseReader:
    """Reads cases; remembers subjects, series, counts and what units keep records of until the store's revision moves. For one thread."""

    def __init__(self, connection: Connection, reader: Neo4jReader) -> None:
        self._connection = connection
        self._reader = reader
        self._revision: Revision | None = None
        self._known = _Known()

    def cases(self, ids: Sequence[str] | None) -> Iterator[Case]:
        """The named complaints in the order given, or all in id order; memory bounded by a window of complaints."""
        if ids is not None:
            for at in range(0, len(ids), _WINDOW):
                window = ids[at : at + _WINDOW]
                found = self._read(window_of(named=True), {"ids": list(dict.fromkeys(window))})
                yield from (found[id_] for id_ in window if id_ in found)
            return
        last = ""
        while True:
            found = self._read(window_of(named=False), {"last": last, "limit": _WINDOW})
            yield from (found[id_] for id_ in sorted(found))
            if len(found) < _WINDOW:
                return
            last = max(found)

    def _read(self, statement: str, parameters: dict[str, Any]) -> dict[str, Case]:
        """The cases of a window, all of one revision: read again where the store moved between two looks at it."""
        for _ in range(_ATTEMPTS):
            row = self._single(statement, parameters)
            revision = Revision(row[0], row[1])
            framework = self._reader.framework(revision.framework)
            if framework.revision != revision.framework:
                continue
            self._known.renew(framework, moved=revision != self._revision)
            self._revision = revision
            try:
                return self._assemble([core_of(raw) for raw in row[2]], framework)
            except _Moved:
                continue
        raise StoreLocked(
            Text("读取期间数据一直在变", "the graph kept changing while it was read"),
            Text("请稍后重试", "Try again later"),
        )

    def _assemble(self, cores: list[Core], framework: Framework) -> dict[str, Case]:
        """The cases, after a second look for what is not remembered. Raises _Moved where the revision moved meanwhile."""
        lacking = _Lacking(self._known)
        cases = {core.id: lacking.case(core, framework) for core in cores}
        if lacking.nothing:
            return cases
        self._learn(lacking)
        return {core.id: _Lacking(self._known).case(core, framework) for core in cores}

    def _learn(self, lacking: _Lacking) -> None:
        parameters: dict[str, Any] = {
            kind: [ref.id for ref in lacking.subjects if ref.kind == kind] for kind in SUBJECTS
        }
        names = {series_name(key): key for key in lacking.series}
        parameters |= {"series": list(names), "abouts": list(lacking.abouts)}
        row = self._look(SURROUNDINGS, parameters)
        known = self._known
        for kind, rows in zip(SUBJECTS, row[:3], strict=True):
            for raw in rows:
                subject = subject_of(kind, raw)
                known.subjects[subject.ref] = subject
        values: dict[str, list[ValueFact]] = {}
        for name, *fact in row[3]:
            values.setdefault(name, []).append(ValueFact(*fact))
        for name, key in names.items():
            known.series[key] = tuple(sorted(values.get(name, ()), key=series_order))
        for ref in lacking.subjects:
            known.subjects.setdefault(
                ref, Subject(ref, {})
            )  # a unit that a dated edge names is always there; a deleted one is bare
        known.counted |= {about: [] for about in lacking.abouts}
        for about, *part in row[4]:
            known.counted[about].append(part)
            known.numbers += len(part[1])
        for ref in lacking.subjects:
            lacking.units |= dict.fromkeys(known.subjects[ref].run_by)
        known.own |= own_episodes(lacking.repeating, self._repeated)
        for unit in lacking.units.keys() - known.runners.keys():
            known.runners[unit] = Runner(tuple(self._recorded(unit)))

    def _repeated(self, ids: list[str]) -> Iterator[tuple[EpisodeFact, list[str]]]:
        """Complaints that others repeat, each with what it repeats itself."""
        (rows,) = self._look(REPEATED, {"ids": ids})
        for id_, event_at, repeats, about, categories in rows:
            yield (
                EpisodeFact(id_, event_at, tuple(sorted(Ref(*ref) for ref in about)), tuple(sorted(categories))),
                repeats,
            )

    def _recorded(self, unit: str) -> Iterator[Recorded]:
        """What a unit keeps of the subjects it runs, so many at once that a transaction stays small."""
        for kind in _RUN:
            last, more = "", True
            while more:
                (rows,) = self._look(recorded(kind), {"unit": unit, "last": last, "limit": _RUN_AT_ONCE})
                for id_, entries, reviews in sorted(rows):
                    entered = sorted(map(entry_of, entries), key=entry_order)
                    reviewed: dict[Ref, str] = {}
                    for of_kind, of, known_at in sorted(reviews):  # the earliest stands
                        reviewed.setdefault(Ref(of_kind, of), known_at)
                    if entered:
                        yield Recorded(Ref(kind, id_), tuple(entered), reviewed)
                more = len(rows) == _RUN_AT_ONCE
                last = max((row[0] for row in rows), default=last)

    def _look(self, statement: str, parameters: dict[str, Any]) -> list[Any]:
        row = self._single(statement, parameters)
        if Revision(row[0], row[1]) != self._revision:
            raise _Moved
        return row[2:]

    def _single(self, statement: str, parameters: dict[str, Any]) -> list[Any]:
        rows = self._connection.values(statement, **parameters)
        if not rows:
            raise not_initialised(self._connection.where)
        return rows[0]


class _Known:
    """What is remembered of one revision."""

    def __init__(self) -> None:
        self.subjects: dict[Ref, Subject] = {}
        self.series: dict[SeriesKey, tuple[ValueFact, ...]] = {}
        self.runners: dict[str, Runner] = {}
        self.counted: dict[str, list[list[Any]]] = {}
        """Subject, or nothing for all of them → the parts of what was counted about it."""
        self.numbers = 0
        """How many numbers were counted about subjects."""
        self.own: dict[str, tuple[EpisodeFact, ...]] = {}
        """Complaints that repeat others → the first ones of their chains."""
        self.counting: Counting

    def renew(self, framework: Framework, *, moved: bool) -> None:
        """Forget what belongs to another revision or has grown too large."""
        if moved:
            self.runners.clear()
            self.counted.clear()
            self.numbers = 0
            self.counting = Counting(framework.zone, self._sums_about, lambda: self._sums(("",)))
        if moved or len(self.subjects) + len(self.series) + len(self.own) > _CACHE:
            self.subjects.clear()
            self.series.clear()
            self.own.clear()
        if self.numbers > NUMBERS_KEPT:
            self.counted = {about: parts for about, parts in self.counted.items() if not about}
            self.numbers = 0

    def _sums_about(self, about: tuple[Ref, ...]) -> Sums:
        return self._sums(tuple(map(str, about)))

    def _sums(self, about: tuple[str, ...]) -> Sums:
        """A set of subjects stands under each of its members: it counts under the first that is asked about."""
        return Sums(
            row
            for n, member in enumerate(about)
            for subjects, *lists in self.counted[member]
            if not set(about[:n]) & set(members(subjects))
            for row in zip(*lists, strict=True)
        )


class _Lacking:
    """Puts cases together and notes what was not at hand."""

    def __init__(self, known: _Known) -> None:
        self._known = known
        self.subjects: dict[Ref, None] = {}
        self.series: dict[SeriesKey, None] = {}
        self.abouts: dict[str, None] = {}
        self.units: dict[str, None] = {}
        self.repeating: dict[str, tuple[str, ...]] = {}

    @property
    def nothing(self) -> bool:
        """Whether everything was at hand."""
        return not (self.subjects or self.series or self.abouts or self.units or self.repeating)

    def case(self, core: Core, framework: Framework) -> Case:
        """The case, complete only when nothing is lacking."""
        known = self._known

        def subject(ref: Ref) -> Subject:
            found = known.subjects.get(ref)
            if found is None:
                self.subjects[ref] = None
                found = core.around.get(ref) or Subject(ref, {})
            return found

        def values(key: SeriesKey) -> tuple[ValueFact, ...]:
            found = known.series.get(key)
            if found is None:
                self.series[key] = None
                found = ()
            return found

        repeats = tuple(ref.id for ref in core.links.get("REPEATS", ()))
        own = known.own.get(core.id, ()) if repeats else ()
        if repeats and core.id not in known.own:
            self.repeating[core.id] = repeats

        def episodes(event_at: str, about: tuple[Ref, ...]) -> Episodes:
            unknown = [text for text in ("", *map(str, about)) if text not in known.counted]
            if unknown:
                self.abouts |= dict.fromkeys(unknown)
                return NO_EPISODES
            return known.counting.before(event_at, about, own)

        def runner(unit: str) -> Runner:
            found = known.runners.get(unit)
            if found is None:
                self.units[unit] = None
                found = _NOTHING
            return found

        return assemble(core.id, core.props, core.links, core.steps, framework, subject, values, episodes, runner)


_NOTHING = Runner(())
