"""Why a trace holds a hypothesis likely: its terms as factors with the facts behind them in words, and where another one falls behind."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Literal, NamedTuple

from graph.case import Case
from graph.framework import Framework
from graph.records import Ref
from graph.text import Text
from queries.answers import Candidate, FactAnswer, TermAnswer, TermName, TraceAnswer
from queries.facts import RESULTS
from queries.naming import figure

_MISSING = Text("应有的评审没有记录", "the review that was due is not on record")
_BEHIND = 0.995
"""A factor below this share of the other hypothesis's is told as a reason."""


class Fact(NamedTuple):
    """A fact behind a term: ``about`` is the reviewed gate or point, the indicator or the category it speaks of."""

    id: str
    about: str
    says: Text
    day: str | None


class Proof(NamedTuple):
    """One term of a score as the factor by which it multiplies a hypothesis; a prior is itself a share between 0 and 1."""

    name: TermName
    factor: float
    facts: tuple[Fact, ...]


class Behind(NamedTuple):
    """A term by which a hypothesis is less likely than another: how many times as much it gives it."""

    name: TermName
    times: float


class Choice(NamedTuple):
    """Something that a what-if question may leave out: what is asked for, and the two ends of a link or the fact and what it is about."""

    element: str
    kind: Literal["fact", "cause", "anchor"]
    of: str
    to: str


def proofs(candidate: Candidate, case: Case, framework: Framework) -> tuple[Proof, ...]:
    """The terms of a hypothesis, whose product (times what is common to all) its probability is."""
    known = _Known(case, framework)
    return tuple(Proof(term.name, math.exp(term.value), tuple(known.facts(term))) for term in candidate.terms)


def behind(candidate: Candidate, first: Candidate) -> tuple[Behind, ...]:
    """By which terms a hypothesis is less likely than another, the weightiest first; a term it lacks speaks neither way."""
    own = {term.name: term.value for term in candidate.terms}
    found = [Behind(term.name, math.exp(own.get(term.name, 0.0) - term.value)) for term in first.terms]
    return tuple(sorted((one for one in found if one.times < _BEHIND), key=lambda one: one.times))


def removable(answer: TraceAnswer, case: Case) -> tuple[Choice, ...]:
    """What a person may ask to leave out of a trace: the facts of the first hypothesis, the links its prior came along, where it hurts."""
    found: dict[str, Choice] = {}
    first = next((one for one in answer.candidates if one.hypothesis == "control_point"), None)
    if first is not None:
        reviewed = _reviewed(case)
        for fact in (fact for term in first.terms if term.name != "prior" for fact in term.facts):
            if fact.id in reviewed:
                found[fact.id] = Choice(fact.id, "fact", fact.id, reviewed[fact.id])
        for effect, cause in zip(first.path, first.path[1:], strict=False):
            element = f"{effect}-CAUSED_BY->{cause}"
            found[element] = Choice(element, "cause", effect, cause)
    for anchor in answer.anchors:
        for category in (ref for ref in anchor.evidence if ref.startswith("Category:")):
            element = f"{category}-POINTS_TO->{anchor.control_point}"
            found[element] = Choice(element, "anchor", category, anchor.control_point)
    return tuple(found.values())


def _reviewed(case: Case) -> dict[str, str]:
    """Review or measurement → what it is of."""
    found = {f"Review:{one.id}": str(one.of) for subject in case.subjects.values() for one in subject.reviews}
    values = (value for series in case.series.values() for value in series)
    return found | {f"Measurement:{one.id}": f"Indicator:{one.indicator}" for one in values}


class _Known:
    """What the complaint's own facts say beside their value."""

    def __init__(self, case: Case, framework: Framework) -> None:
        self._of = _reviewed(case)
        self._periods = {
            f"Measurement:{one.id}": (one.period_start, one.period_end)
            for series in case.series.values()
            for one in series
        }
        self._framework = framework

    def facts(self, term: TermAnswer) -> Iterator[Fact]:
        """The facts of a term in words; a prior has the categories that point at where it hurts."""
        if term.name == "prior":
            for reference in term.evidence:
                yield Fact(reference, reference, Text("", ""), None)
            return
        for fact in term.facts:
            yield Fact(fact.id, self._of.get(fact.id, fact.id), self._says(fact), fact.date)

    def _says(self, fact: FactAnswer) -> Text:
        if isinstance(fact.value, str):
            return _MISSING if fact.value == "missing" else RESULTS.get(fact.value, Text(fact.value, fact.value))
        value = figure(fact.value)
        if fact.id.startswith("Target:"):
            return Text(f"目标 {value}", f"target {value}")
        indicator = self._framework.get(Ref.parse(self._of.get(fact.id, "")))
        unit = str(indicator.props.get("unit", "")) if indicator is not None else ""
        start, end = self._periods.get(fact.id, ("", ""))
        period = (f"（{start} 至 {end}）", f" ({start} to {end})") if start else ("", "")
        return Text(f"实际 {value}{unit}{period[0]}", f"stood at {value}{unit}{period[1]}")
