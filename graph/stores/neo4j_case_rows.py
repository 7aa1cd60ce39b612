"""What a case asks of a Neo4j server, statement by statement, and how the rows that come back become facts."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any, NamedTuple

from graph.case import EntryFact, ReviewFact, StepFact, Subject
from graph.records import Ref
from graph.schema import EDGES
from graph.stores import neo4j_cypher as cypher
from graph.stores.assembling import LINKS, Links
from graph.stores.neo4j_derived import COUNTED
from graph.stores.neo4j_schema import META, VALUE
from graph.stores.places import NODE_PLACES

SUBJECTS = ("Product", "Campaign", "OrgUnit")
_HOLDERS = ("Owner", "OrgUnit")
_META = f"MATCH (m:{META} {{id: 'store'}}) WITH m.framework AS framework, m.facts AS facts"


class Core(NamedTuple):
    """A complaint's own properties, links and steps, and of what it is about as much as tells which series matter."""

    id: str
    props: dict[str, Any]
    links: Links
    steps: tuple[StepFact, ...]
    around: dict[Ref, Subject]


# ── complaints ────────────────────────────────────────────────────────────────────────────────────────
@cache
def window_of(*, named: bool) -> str:
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


def core_of(row: list[Any]) -> Core:
    """A complaint of a window."""
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
    return Core(
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


REPEATED = (
    f"{_META} CALL () {{ UNWIND $ids AS id MATCH (f:Complaint {{id: id}}) RETURN collect([f.id, f.event_at,"
    " [(f)-[:REPEATS]->(t:Complaint) | t.id],"
    f" [(f)-[:ABOUT]->(x:Product|Campaign) | [{cypher.label_of('x', ('Product', 'Campaign'))}, x.id]],"
    " [(f)-[:IN_CATEGORY]->(k:Category) | k.id]]) AS rows } RETURN framework, facts, rows"
)
"""``$ids`` → of each complaint when it was made, what it repeats, what it is about, its categories."""


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


SURROUNDINGS = (
    f"{_META} {' '.join(_subject_rows(kind) for kind in SUBJECTS)}"
    f" CALL () {{ UNWIND $series AS key MATCH (v:{VALUE} {{key: key}}) RETURN collect([v.key, v.measurement, v.indicator, v.value,"
    " v.period_start, v.period_end, v.event_at, v.recorded_at]) AS series }"
    f" CALL () {{ {COUNTED} }}"
    f" RETURN framework, facts, {', '.join(f'`{kind}`' for kind in SUBJECTS)}, series, counted"
)
"""The revision, the named subjects with their own facts, the values of the named series, what was counted about some subjects."""


def subject_of(kind: str, row: list[Any]) -> Subject:
    """A subject with its own facts, oldest first."""
    id_, columns, run_by, lands_in, promotes, reviews, entries = row
    # By time, then by id and by what was reviewed or entered.
    reviews.sort(key=lambda r: (r[5] is not None, r[5] or "", r[0], r[1], r[2]))
    return Subject(
        Ref(kind, id_), cypher.props_of(NODE_PLACES[kind], columns[1:]), tuple(sorted(run_by)), tuple(sorted(lands_in)),
        tuple(sorted(promotes)),
        tuple(ReviewFact(r, Ref(of_kind, of), result or "", mode or "", at, known) for r, of_kind, of, result, mode, at, known in reviews),
        tuple(sorted(map(entry_of, entries), key=entry_order)),
    )  # fmt: skip


def entry_of(row: list[Any]) -> EntryFact:
    """An entry into a stage."""
    return EntryFact(*row)


def entry_order(entry: EntryFact) -> tuple[str, str, str]:
    """By time, then by id and stage."""
    return entry.event_at, entry.id, entry.stage


@cache
def recorded(kind: str) -> str:
    """Some of the subjects that a unit runs, after an id: what each entered, and each review with the moment since when it is known."""
    reviewed = cypher.label_of("f", ("Gate", "ControlPoint"))
    return (
        f"{_META} CALL () {{ MATCH (u:OrgUnit {{id: $unit}})<-[:RUN_BY]-(x:{kind}) WHERE x.id > $last WITH x ORDER BY x.id LIMIT $limit"
        " RETURN collect([x.id, [(x)<-[:ON]-(n:StageEntry)-[:OF]->(f:Stage) | [n.id, f.id, n.event_at, n.recorded_at]],"
        f" [(x)<-[:ON]-(r:Review)-[:OF]->(f:Gate|ControlPoint) | [{reviewed}, f.id,"
        " CASE WHEN r.event_at > r.recorded_at THEN r.event_at ELSE r.recorded_at END]]]) AS rows }"
        " RETURN framework, facts, rows"
    )
