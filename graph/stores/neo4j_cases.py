"""Cases from a Neo4j server: a window of complaints with the revision in one round trip, what is not remembered around them in a second one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Any, NamedTuple

from graph.case import (
    NO_EPISODES,
    Case,
    EntryFact,
    EpisodeFact,
    Episodes,
    Recorded,
    ReviewFact,
    Runner,
    SeriesKey,
    StepFact,
    Subject,
    ValueFact,
)
from graph.errors import StoreLocked
from graph.framework import Framework
from graph.records import Ref, Revision
from graph.schema import EDGES
from graph.stores import neo4j_cypher as cypher
from graph.stores.assembling import LINKS, Links, assemble
from graph.stores.counting import Counting, Sums
from graph.stores.neo4j_connection import Connection
from graph.stores.neo4j_derived import COUNTED, series_name
from graph.stores.neo4j_read import Neo4jReader, Transacting, not_initialised
from graph.stores.neo4j_schema import META, VALUE
from graph.stores.places import NODE_PLACES
from graph.stores.tallying import members, series_order
from graph.text import Text

_WINDOW = 500
_CACHE = 20_000
_COUNTS = 2_000_000
_RUN_AT_ONCE = 1_000
_ATTEMPTS = 10
_SUBJECTS = ("Product", "Campaign", "OrgUnit")
_HOLDERS = ("Owner", "OrgUnit")
_RUN = ("Campaign", "Product")
_META = f"MATCH (m:{META} {{id: 'store'}}) WITH m.framework AS framework, m.facts AS facts"


class _Core(NamedTuple):
    """A complaint's own properties, links and steps, and of what it is about as much as tells which series matter."""

    id: str
    props: dict[str, Any]
    links: Links
    steps: tuple[StepFact, ...]
    around: dict[Ref, Subject]
    own: tuple[EpisodeFact, ...]


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
                found = self._read(_statement(named=True), {"ids": list(dict.fromkeys(window))})
                yield from (found[id_] for id_ in window if id_ in found)
            return
        last = ""
        while True:
            found = self._read(_statement(named=False), {"last": last, "limit": _WINDOW})
            yield from (found[id_] for id_ in sorted(found))
            if len(found) < _WINDOW:
                return
            last = max(found)

    def _read(self, statement: str, parameters: dict[str, Any]) -> dict[str, Case]:
        """The cases of a window, all of one revision: read again where the store moved between two looks at it."""
        for _ in range(_ATTEMPTS):
            row = self._connection.read(lambda tx: _single(tx, statement, parameters, self._connection.where))
            revision = Revision(row[0], row[1])
            framework = self._reader.framework(revision.framework)
            if framework.revision != revision.framework:
                continue
            self._known.renew(framework, moved=revision != self._revision)
            self._revision = revision
            try:
                return self._assemble([_core(raw) for raw in row[2]], framework)
            except _Moved:
                continue
        raise StoreLocked(
            Text("读取期间数据一直在变", "the graph kept changing while it was read"),
            Text("请稍后重试", "Try again later"),
        )

    def _assemble(self, cores: list[_Core], framework: Framework) -> dict[str, Case]:
        """The cases, after a second look for what is not remembered. Raises _Moved where the revision moved meanwhile."""
        lacking = _Lacking(self._known)
        cases = {core.id: lacking.case(core, framework) for core in cores}
        if lacking.nothing:
            return cases
        self._learn(lacking)
        return {core.id: _Lacking(self._known).case(core, framework) for core in cores}

    def _learn(self, lacking: _Lacking) -> None:
        parameters: dict[str, Any] = {
            kind: [ref.id for ref in lacking.subjects if ref.kind == kind] for kind in _SUBJECTS
        }
        names = {series_name(key): key for key in lacking.series}
        parameters |= {"series": list(names), "abouts": list(lacking.abouts)}
        row = self._look(_SURROUNDINGS, parameters)
        known = self._known
        for kind, rows in zip(_SUBJECTS, row[:3], strict=True):
            for raw in rows:
                subject = _subject(kind, raw)
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
        for ref in lacking.subjects:
            lacking.units |= dict.fromkeys(known.subjects[ref].run_by)
        for unit in lacking.units.keys() - known.runners.keys():
            known.runners[unit] = Runner(tuple(self._recorded(unit)))

    def _recorded(self, unit: str) -> Iterator[Recorded]:
        """What a unit keeps of the subjects it runs, so many at once that a transaction stays small."""
        for kind in _RUN:
            last, more = "", True
            while more:
                (rows,) = self._look(_recorded_statement(kind), {"unit": unit, "last": last, "limit": _RUN_AT_ONCE})
                for id_, entries, reviews in sorted(rows):
                    entered = sorted(map(_entry, entries), key=_entry_order)
                    reviewed: dict[Ref, str] = {}
                    for of_kind, of, known_at in sorted(reviews):  # the earliest stands
                        reviewed.setdefault(Ref(of_kind, of), known_at)
                    if entered:
                        yield Recorded(Ref(kind, id_), tuple(entered), reviewed)
                more = len(rows) == _RUN_AT_ONCE
                last = max((row[0] for row in rows), default=last)

    def _look(self, statement: str, parameters: dict[str, Any]) -> list[Any]:
        row = self._connection.read(lambda tx: _single(tx, statement, parameters, self._connection.where))
        if Revision(row[0], row[1]) != self._revision:
            raise _Moved
        return row[2:]


class _Known:
    """What is remembered of one revision."""

    def __init__(self) -> None:
        self.subjects: dict[Ref, Subject] = {}
        self.series: dict[SeriesKey, tuple[ValueFact, ...]] = {}
        self.runners: dict[str, Runner] = {}
        self.counted: dict[str, list[list[Any]]] = {}
        """Subject, or nothing for all of them → the parts of what was counted about it."""
        self.counting: Counting

    def renew(self, framework: Framework, *, moved: bool) -> None:
        """Forget what belongs to another revision or has grown too large."""
        if moved:
            self.runners.clear()
            self.counting = Counting(framework.zone, self._sums_about, lambda: self._sums(("",)))
        if moved or len(self.subjects) + len(self.series) > _CACHE:
            self.subjects.clear()
            self.series.clear()
        if moved or self.counting.size > _COUNTS:
            self.counted.clear()
            self.counting.forget()

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

    @property
    def nothing(self) -> bool:
        """Whether everything was at hand."""
        return not (self.subjects or self.series or self.abouts or self.units)

    def case(self, core: _Core, framework: Framework) -> Case:
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

        def episodes(event_at: str, about: tuple[Ref, ...]) -> Episodes:
            unknown = [text for text in ("", *map(str, about)) if text not in known.counted]
            if unknown:
                self.abouts |= dict.fromkeys(unknown)
                return NO_EPISODES
            return known.counting.before(event_at, about, core.own)

        def runner(unit: str) -> Runner:
            found = known.runners.get(unit)
            if found is None:
                self.units[unit] = None
                found = _NOTHING
            return found

        return assemble(core.id, core.props, core.links, core.steps, framework, subject, values, episodes, runner)


_NOTHING = Runner(())


def _single(tx: Transacting, statement: str, parameters: dict[str, Any], where: str) -> list[Any]:
    row = tx.run(statement, parameters).single()
    if row is None:
        raise not_initialised(where)
    return list(row.values())


# ── complaints ────────────────────────────────────────────────────────────────────────────────────────
@cache
def _statement(*, named: bool) -> str:
    """The revision and a window of complaints: the named ones, or those that follow an id."""
    chosen = (
        "UNWIND $ids AS id MATCH (c:Complaint {id: id})"
        if named
        else "MATCH (c:Complaint) WHERE c.id > $last WITH c ORDER BY c.id LIMIT $limit"
    )
    targets = sorted({end.target for name in LINKS for end in EDGES[name].ends if end.source == "Complaint"})
    place = NODE_PLACES["Complaint"]
    holder = cypher.label_of("h", _HOLDERS)
    holders = cypher.any_of(_HOLDERS)
    return (
        f"{_META} CALL () {{ {chosen} RETURN collect([c.id, [null{cypher.columns_of(place, 'c')}],"
        f" [(c)-[e:{cypher.any_of(LINKS)}]->(t) | [type(e), {cypher.label_of('t', targets)}, t.id]],"
        " [(c)<-[:OF]-(s:HandlingStep) | [s.id, s.step, s.seq, s.event_at,"
        f" [(s)-[:BY]->(h:{holders}) | [{holder}, h.id]], [(s)-[:TO]->(h:{holders}) | [{holder}, h.id]]]],"
        f" [(c)-[:ABOUT]->(x:Product|Campaign) | [{cypher.label_of('x', ('Product', 'Campaign'))}, x.id, [(x)-[:RUN_BY]->(u:OrgUnit) | u.id],"
        " [(x)-[:PROMOTES]->(p:Product) | [p.id, [(p)-[:RUN_BY]->(u:OrgUnit) | u.id]]]]],"
        " [(c)-[:REPEATS*1..]->(f:Complaint) WHERE NOT EXISTS { (f)-[:REPEATS]->() } | [f.id, f.event_at,"
        f" [(f)-[:ABOUT]->(x:Product|Campaign) | [{cypher.label_of('x', ('Product', 'Campaign'))}, x.id]],"
        " [(f)-[:IN_CATEGORY]->(k:Category) | k.id]]]]) AS rows }"
        " RETURN framework, facts, rows"
    )


def _core(row: list[Any]) -> _Core:
    id_, columns, linked, steps, about, own = row
    links: dict[str, list[Ref]] = {}
    for name, kind, target in sorted(linked):
        links.setdefault(name, []).append(Ref(kind, target))
    around: dict[Ref, Subject] = {}
    for kind, subject_id, run_by, promoted in about:
        ref = Ref(kind, subject_id)
        around[ref] = Subject(ref, {}, tuple(sorted(run_by)), (), tuple(sorted(product for product, _ in promoted)))
        for product, units in promoted:
            around.setdefault(Ref("Product", product), Subject(Ref("Product", product), {}, tuple(sorted(units))))
    return _Core(
        id_, cypher.props_of(NODE_PLACES["Complaint"], columns[1:]), {name: tuple(refs) for name, refs in links.items()},
        tuple(_step(step) for step in sorted(steps, key=_step_order)), around, _own(own),
    )  # fmt: skip


def _own(rows: list[list[Any]]) -> tuple[EpisodeFact, ...]:
    """The first complaints of the chains, each once though several ways lead to it."""
    found = {
        id_: EpisodeFact(id_, event_at, tuple(sorted(Ref(*ref) for ref in about)), tuple(sorted(categories)))
        for id_, event_at, about, categories in rows
    }
    return tuple(found[id_] for id_ in sorted(found))


def _step_order(step: list[Any]) -> tuple[Any, ...]:
    id_, _, seq, event_at = step[:4]
    return event_at is not None, event_at or "", seq is not None, seq or 0, id_


def _step(row: list[Any]) -> StepFact:
    id_, step, seq, event_at, by, to = row
    return StepFact(id_, step or "", seq or 0, event_at, _first(by), _first(to))


def _first(holders: Iterable[list[str]]) -> Ref | None:
    """Of several, the first in order stands."""
    first = min(holders, default=None)
    return Ref(*first) if first is not None else None


# ── subjects and series ───────────────────────────────────────────────────────────────────────────────
def _subject_rows(kind: str) -> str:
    place = NODE_PLACES[kind]
    reviewed = cypher.label_of("f", ("Gate", "ControlPoint"))
    return (
        f"CALL () {{ UNWIND ${kind} AS id MATCH (x:`{kind}` {{id: id}}) RETURN collect([x.id, [null{cypher.columns_of(place, 'x')}],"
        " [(x)-[:RUN_BY]->(y:OrgUnit) | y.id], [(x)-[:LANDS_IN]->(y:OrgUnit) | y.id], [(x)-[:PROMOTES]->(y:Product) | y.id],"
        f" [(x)<-[:ON]-(r:Review)-[:OF]->(f:Gate|ControlPoint) | [r.id, {reviewed}, f.id, r.result, r.mode, r.event_at, r.recorded_at]],"
        " [(x)<-[:ON]-(n:StageEntry)-[:OF]->(f:Stage) | [n.id, f.id, n.event_at, n.recorded_at]]]) AS "
        f"`{kind}` }}"
    )


_SURROUNDINGS = (
    f"{_META} {' '.join(_subject_rows(kind) for kind in _SUBJECTS)}"
    f" CALL () {{ UNWIND $series AS key MATCH (v:{VALUE} {{key: key}}) RETURN collect([v.key, v.measurement, v.indicator, v.value,"
    " v.period_start, v.period_end, v.event_at, v.recorded_at]) AS series }"
    f" CALL () {{ {COUNTED} }}"
    f" RETURN framework, facts, {', '.join(f'`{kind}`' for kind in _SUBJECTS)}, series, counted"
)
"""The revision, the named subjects with their own facts, the values of the named series, what was counted about some subjects."""


def _subject(kind: str, row: list[Any]) -> Subject:
    id_, columns, run_by, lands_in, promotes, reviews, entries = row
    # By time, then by id and by what was reviewed or entered.
    reviews.sort(key=lambda r: (r[5] is not None, r[5] or "", r[0], r[1], r[2]))
    return Subject(
        Ref(kind, id_), cypher.props_of(NODE_PLACES[kind], columns[1:]), tuple(sorted(run_by)), tuple(sorted(lands_in)),
        tuple(sorted(promotes)),
        tuple(ReviewFact(r, Ref(of_kind, of), result or "", mode or "", at, known) for r, of_kind, of, result, mode, at, known in reviews),
        tuple(sorted(map(_entry, entries), key=_entry_order)),
    )  # fmt: skip


def _entry(row: list[Any]) -> EntryFact:
    return EntryFact(*row)


def _entry_order(entry: EntryFact) -> tuple[str, str, str]:
    return entry.event_at, entry.id, entry.stage


@cache
def _recorded_statement(kind: str) -> str:
    """Some of the subjects that a unit runs, after an id: what each entered, and each review with the moment since when it is known."""
    reviewed = cypher.label_of("f", ("Gate", "ControlPoint"))
    return (
        f"{_META} CALL () {{ MATCH (u:OrgUnit {{id: $unit}})<-[:RUN_BY]-(x:{kind}) WHERE x.id > $last WITH x ORDER BY x.id LIMIT $limit"
        " RETURN collect([x.id, [(x)<-[:ON]-(n:StageEntry)-[:OF]->(f:Stage) | [n.id, f.id, n.event_at, n.recorded_at]],"
        f" [(x)<-[:ON]-(r:Review)-[:OF]->(f:Gate|ControlPoint) | [{reviewed}, f.id,"
        " CASE WHEN r.event_at > r.recorded_at THEN r.event_at ELSE r.recorded_at END]]]) AS rows }"
        " RETURN framework, facts, rows"
    )
