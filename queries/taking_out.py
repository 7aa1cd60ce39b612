"""A framework and a complaint as if some nodes, edges or facts were not there: what a what-if question is asked of."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import NamedTuple, TypeVar

from graph.case import Case, Recorded, Runner, Subject, ValueFact
from graph.errors import UnknownId, UsageError
from graph.framework import Framework
from graph.records import EdgeRow, NodeRow, Ref
from graph.schema import EDGES, KINDS
from graph.text import Text

_EDGE = re.compile(r"(?P<source>[A-Za-z]+:.+?)-(?P<type>[A-Z_]+)->(?P<target>[A-Za-z]+:.+)")
_CASE_EDGES = {
    "IN_CATEGORY": "categories", "RAISED_VIA": "channels", "REPEATS": "repeats", "HOME_UNIT": "home_units", "NAMES": "names",
    "PART_OF_INCIDENT": "incidents", "ABOUT": "about", "RECEIVED_BY": "received_by",
}  # fmt: skip
"""Edge of a complaint → the field of a case that holds where it leads, as ids or as references."""


class EdgeKey(NamedTuple):
    """An edge by its type and ends; of a dated one every period."""

    source: Ref
    type: str
    target: Ref

    def __str__(self) -> str:
        return f"{self.source}-{self.type}->{self.target}"


Element = Ref | EdgeKey
T = TypeVar("T")


def read_element(text: str) -> Element:
    """What a person means by ``Kind:id`` (a node or fact) or ``Kind:id-TYPE->Kind:id`` (an edge). Raises UsageError otherwise."""
    match = _EDGE.fullmatch(text)
    ends = [match["source"], match["target"]] if match is not None else [text]
    refs = [Ref.parse(end) for end in ends]
    if any(ref.kind not in KINDS or not ref.id for ref in refs) or (match is not None and match["type"] not in EDGES):
        raise UsageError(
            Text(f"不是节点、事实或关系：{text}", f"neither a node, a fact nor an edge: {text}"),
            Text(
                "写作 Kind:id（如 Review:R1），或 Kind:id-TYPE->Kind:id（如 ControlPoint:CP37-CAUSED_BY->ControlPoint:CP23）",
                "Write Kind:id (e.g. Review:R1), or Kind:id-TYPE->Kind:id (e.g. ControlPoint:CP37-CAUSED_BY->ControlPoint:CP23)",
            ),
        )
    return EdgeKey(refs[0], match["type"], refs[1]) if match is not None else refs[0]


def without(framework: Framework, case: Case, elements: Collection[Element]) -> tuple[Framework, Case]:
    """The same world without some elements; a node takes its edges along.

    What was counted of other complaints stays as it was: single complaints cannot be told apart in it.

    Raises UnknownId when an element is neither in the framework nor around the complaint; UsageError for the complaint itself.
    """
    taken = _Taken(elements, case.id)
    found = Framework(
        taken.nodes(
            row for kind in KINDS if KINDS[kind].group == "framework" for row in framework.nodes(kind).values()
        ),
        taken.edges(edge for name in EDGES for edge in framework.edges(name)),
        framework.revision,
        framework.zone.key,
    )
    changed = taken.case(case)
    for element in elements:
        if element not in taken.met:
            raise UnknownId(str(element), map(str, _known(framework, case)))
    return found, changed


class _Taken:
    """The elements to leave out, and which of them were met."""

    def __init__(self, elements: Collection[Element], complaint: str) -> None:
        self._elements = frozenset(elements)
        self._complaint = Ref("Complaint", complaint)
        self.met: set[Element] = set()
        if self._complaint in self._elements:
            raise UsageError(
                Text("被溯源的投诉本身不能拿掉", "the complaint that is traced cannot be taken out"),
                Text("请拿掉一个事实、节点或关系", "Take out a fact, a node or an edge"),
            )

    def _out(self, element: Element) -> bool:
        if element in self._elements:
            self.met.add(element)
            return True
        return False

    def _edge_out(self, source: Ref, name: str, target: Ref) -> bool:
        return any([self._out(EdgeKey(source, name, target)), self._out(source), self._out(target)])

    def nodes(self, rows: Iterable[NodeRow]) -> list[NodeRow]:
        return [row for row in rows if not self._out(row.ref)]

    def edges(self, rows: Iterable[EdgeRow]) -> list[EdgeRow]:
        return [row for row in rows if not self._edge_out(row.source, row.type, row.target)]

    def case(self, case: Case) -> Case:
        fields: dict[str, tuple[object, ...]] = {}
        for name, field in _CASE_EDGES.items():
            values: tuple[object, ...] = getattr(case, field)
            fields[field] = tuple(v for v in values if not self._edge_out(self._complaint, name, _end(name, v)))
        subjects = {ref: self._subject(subject) for ref, subject in case.subjects.items() if not self._out(ref)}
        return replace(
            case,
            **fields,  # type: ignore[arg-type]  # each field as it was, shorter
            steps=self._facts("HandlingStep", case.steps),
            subjects=subjects,
            series=self._series(case.series),
            runners={unit: _recorded_anew(runner, subjects) for unit, runner in case.runners.items()},
        )

    def _subject(self, subject: Subject) -> Subject:
        def ends(name: str, ids: tuple[str, ...]) -> tuple[str, ...]:
            return tuple(id_ for id_ in ids if not self._edge_out(subject.ref, name, _end(name, id_)))

        return replace(
            subject,
            run_by=ends("RUN_BY", subject.run_by),
            lands_in=ends("LANDS_IN", subject.lands_in),
            promotes=ends("PROMOTES", subject.promotes),
            reviews=self._facts("Review", subject.reviews),
            entries=self._facts("StageEntry", subject.entries),
        )

    def _facts(self, kind: str, facts: tuple[T, ...]) -> tuple[T, ...]:
        return tuple(fact for fact in facts if not self._out(Ref(kind, fact.id)))  # type: ignore[attr-defined]  # every fact has one

    def _series(
        self, series: Mapping[tuple[Ref | None, str], tuple[ValueFact, ...]]
    ) -> dict[tuple[Ref | None, str], tuple[ValueFact, ...]]:
        found = {key: self._facts("Measurement", values) for key, values in series.items()}
        return {key: values for key, values in found.items() if values}


def _end(name: str, value: object) -> Ref:
    """Where an edge leads, for fields that hold ids: of the one kind the edge leads to."""
    if isinstance(value, Ref):
        return value
    (kind,) = {end.target for end in EDGES[name].ends if end.source in ("Complaint", "Product", "Campaign")}
    return Ref(kind, str(value))


def _recorded_anew(runner: Runner, subjects: Mapping[Ref, Subject]) -> Runner:
    """A unit's records with those of the complaint's subjects as they are now."""

    def anew(recorded: Recorded) -> Recorded:
        subject = subjects.get(recorded.ref)
        if subject is None:
            return recorded
        reviewed: dict[Ref, str] = {}
        for review in subject.reviews:
            known = max(review.event_at, review.recorded_at)
            reviewed[review.of] = min(known, reviewed.get(review.of, known))
        return Recorded(recorded.ref, subject.entries, reviewed)

    return Runner(tuple(anew(recorded) for recorded in runner.subjects))


def _known(framework: Framework, case: Case) -> Iterable[Element]:
    """What might have been meant, for the message."""
    for subject in case.subjects.values():
        yield subject.ref
        yield from (Ref("Review", review.id) for review in subject.reviews)
        yield from (Ref("StageEntry", entry.id) for entry in subject.entries)
    yield from (Ref("Measurement", fact.id) for values in case.series.values() for fact in values)
    yield from (Ref(kind, id_) for kind in KINDS if KINDS[kind].group == "framework" for id_ in framework.nodes(kind))
