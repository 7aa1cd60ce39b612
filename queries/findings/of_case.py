"""What a complaint's case holds of its products and campaigns, as the predicates that look at one such subject read it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from zoneinfo import ZoneInfo

from graph.case import Subject
from graph.records import Ref
from graph.schema import EDGES
from graph.schema import KINDS as NODE_KINDS
from queries.findings.facts import Entered, Promoted, Reviewed, SubjectFacts, end_of
from queries.findings.predicate import Found, Predicate
from queries.findings.registry import KINDS
from queries.findings.view import View

_HELD = frozenset(
    {"Product", "Campaign", "Review", "StageEntry", "OF", "ON", "RUN_BY", "LANDS_IN", "PROMOTES", "FOR", "WITHIN"}
)
"""What a case brings along beside the framework, as far as these predicates go: no links to policies (RULED_BY), no Sync."""


def _is_held(name: str) -> bool:
    """Whether a kind of node or type of edge is in every case, or wholly in the framework."""
    sources = [name] if name in NODE_KINDS else [source for source, _ in EDGES[name].ends] if name in EDGES else []
    return name in _HELD or (bool(sources) and all(NODE_KINDS[kind].group == "framework" for kind in sources))


ASKED: tuple[tuple[Predicate, Callable[[View, SubjectFacts], Iterator[Found]]], ...] = tuple(
    (predicate, predicate.find_on)
    for predicate in KINDS.values()
    if predicate.find_on is not None and all(map(_is_held, predicate.reads))
)
"""The predicates that read nothing else, each with its search."""


def facts_of(subject: Subject, promoted: Iterable[Subject], as_of: str, zone: ZoneInfo) -> SubjectFacts:
    """A product or campaign with what happened to it up to the end of a day.

    Args:
        subject: as the case holds it.
        promoted: the products it promotes, likewise.
        as_of: the day, ``YYYY-MM-DD``.
        zone: in which the day is meant.
    """
    until = end_of(as_of, zone)
    return SubjectFacts(
        subject.ref, subject.props, _units(subject), tuple(Ref("OrgUnit", id_) for id_ in subject.lands_in), (),
        tuple(Promoted(product.ref, product.props, _units(product)) for product in promoted),
        tuple(Reviewed(r.of, r.result, r.mode, r.event_at) for r in subject.reviews if r.event_at < until),
        tuple(Entered(Ref("Stage", e.stage), e.event_at) for e in subject.entries if e.event_at < until),
        (),
    )  # fmt: skip


def _units(subject: Subject) -> tuple[Ref, ...]:
    return tuple(Ref("OrgUnit", id_) for id_ in subject.run_by)
