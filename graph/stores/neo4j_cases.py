"""Cases from a Neo4j server: a window of complaints with the revision in one round trip, unknown subjects and series in a second one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from graph.case import Case, EntryFact, ReviewFact, SeriesKey, StepFact, Subject, ValueFact
from graph.errors import StoreLocked
from graph.framework import Framework
from graph.records import Ref, Revision
from graph.schema import EDGES
from graph.stores import neo4j_cypher as cypher
from graph.stores.assembling import LINKS, Links, assemble
from graph.stores.neo4j_connection import Connection
from graph.stores.neo4j_derived import series_name
from graph.stores.neo4j_read import Neo4jReader, Transacting, not_initialised
from graph.stores.neo4j_schema import META, VALUE
from graph.stores.places import NODE_PLACES
from graph.stores.tallying import series_order
from graph.text import Text

_WINDOW = 500
_CACHE = 20_000
_ATTEMPTS = 10
_SUBJECTS = ("Product", "Campaign", "OrgUnit")
_HOLDERS = ("Owner", "OrgUnit")
_META = f"MATCH (m:{META} {{id: 'store'}}) WITH m.framework AS framework, m.facts AS facts"


class _Core(NamedTuple):
    """A complaint's own properties, links and steps, and of what it is about as much as tells which series matter."""

    id: str
    props: dict[str, Any]
    links: Links
    steps: tuple[StepFact, ...]
    around: dict[Ref, Subject]


class CaseReader:
    """Reads cases; remembers subjects and series until the store's revision moves. For one thread."""

    def __init__(self, connection: Connection, reader: Neo4jReader) -> None:
        self._connection = connection
        self._reader = reader
        self._revision: Revision | None = None
        self._subjects: dict[Ref, Subject] = {}
        self._series: dict[SeriesKey, tuple[ValueFact, ...]] = {}

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
            if revision != self._revision or len(self._subjects) + len(self._series) > _CACHE:
                self._subjects.clear()
                self._series.clear()
                self._revision = revision
            found = self._assemble([_core(raw) for raw in row[2]], framework)
            if found is not None:
                return found
        raise StoreLocked(
            Text("读取期间数据一直在变", "the graph kept changing while it was read"),
            Text("请稍后重试", "Try again later"),
        )

    def _assemble(self, cores: list[_Core], framework: Framework) -> dict[str, Case] | None:
        """The cases, after a second look for subjects and series not remembered; None where the revision moved meanwhile."""
        lacking = _Lacking(self._subjects, self._series)
        cases = {core.id: lacking.case(core, framework) for core in cores}
        if not lacking.subjects and not lacking.series:
            return cases
        parameters: dict[str, Any] = {
            kind: [ref.id for ref in lacking.subjects if ref.kind == kind] for kind in _SUBJECTS
        }
        names = {series_name(key): key for key in lacking.series}
        parameters["series"] = list(names)
        row = self._connection.read(lambda tx: _single(tx, _SURROUNDINGS, parameters, self._connection.where))
        if Revision(row[0], row[1]) != self._revision:
            return None
        for kind, rows in zip(_SUBJECTS, row[2:5], strict=True):
            for raw in rows:
                subject = _subject(kind, raw)
                self._subjects[subject.ref] = subject
        values: dict[str, list[ValueFact]] = {}
        for name, *fact in row[5]:
            values.setdefault(name, []).append(ValueFact(*fact))
        for name, key in names.items():
            self._series[key] = tuple(sorted(values.get(name, ()), key=series_order))
        for ref in lacking.subjects:
            self._subjects.setdefault(
                ref, Subject(ref, {})
            )  # a unit that a dated edge names is always there; a deleted one is bare
        lacking = _Lacking(self._subjects, self._series)
        return {core.id: lacking.case(core, framework) for core in cores}


class _Lacking:
    """Puts cases together and notes which subjects and series were not at hand."""

    def __init__(self, subjects: Mapping[Ref, Subject], series: Mapping[SeriesKey, tuple[ValueFact, ...]]) -> None:
        self._subjects = subjects
        self._series = series
        self.subjects: dict[Ref, None] = {}
        self.series: dict[SeriesKey, None] = {}

    def case(self, core: _Core, framework: Framework) -> Case:
        """The case, complete only when nothing is lacking."""

        def subject(ref: Ref) -> Subject:
            known = self._subjects.get(ref)
            if known is None:
                self.subjects[ref] = None
                known = core.around.get(ref) or Subject(ref, {})
            return known

        def values(key: SeriesKey) -> tuple[ValueFact, ...]:
            known = self._series.get(key)
            if known is None:
                self.series[key] = None
                known = ()
            return known

        return assemble(core.id, core.props, core.links, core.steps, framework, subject, values)


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
        " [(x)-[:PROMOTES]->(p:Product) | [p.id, [(p)-[:RUN_BY]->(u:OrgUnit) | u.id]]]]]]) AS rows }"
        " RETURN framework, facts, rows"
    )


def _core(row: list[Any]) -> _Core:
    id_, columns, linked, steps, about = row
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
        tuple(_step(step) for step in sorted(steps, key=_step_order)), around,
    )  # fmt: skip


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
    f" RETURN framework, facts, {', '.join(f'`{kind}`' for kind in _SUBJECTS)}, series"
)
"""The revision, the named subjects with their own facts, the values of the named series."""


def _subject(kind: str, row: list[Any]) -> Subject:
    id_, columns, run_by, lands_in, promotes, reviews, entries = row
    # By time, then by id and by what was reviewed or entered.
    reviews.sort(key=lambda r: (r[5] is not None, r[5] or "", r[0], r[1], r[2]))
    entries.sort(key=lambda e: (e[2] is not None, e[2] or "", e[0], e[1]))
    return Subject(
        Ref(kind, id_), cypher.props_of(NODE_PLACES[kind], columns[1:]), tuple(sorted(run_by)), tuple(sorted(lands_in)),
        tuple(sorted(promotes)),
        tuple(ReviewFact(r, Ref(of_kind, of), result or "", mode or "", at, known) for r, of_kind, of, result, mode, at, known in reviews),
        tuple(EntryFact(*entry) for entry in entries),
    )  # fmt: skip
