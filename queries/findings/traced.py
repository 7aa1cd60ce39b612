"""How many traces run through what: the batch traces of the last 90 days, summed as they stream by.

A trace runs through a node with probability P. A hypothesis (point, subject) of probability P runs through

- every control point on its most probable way from where it hurts to where it began, both ends included;
- the stages of these points and their domains, the gates that check them, the policies, systems and monitors they rest on;
- the indicators that measure them and every indicator these roll up to, with their targets;
- the accountable assignments for these points, stages and domains, and the persons and roles that hold them;
- its subject, and the unit it failed in: a subject that is a unit.

The whole complaint, with P = 1 whatever its outcome, runs through its categories, its channels, what it is ABOUT, its unit
(the home unit, else what runs the subject), and itself. The two null hypotheses run through nothing else. What stands
several times on one trace counts once. So the sum over the traces is the expected number of complaints behind a node.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import NamedTuple

from graph.case import Case
from graph.framework import Framework, valid_on
from graph.records import Ref
from graph.values import days_before
from queries.answers import Outcome
from queries.findings.tallied import RECENT_DAYS
from queries.scoring import Scored

Triple = tuple[Ref, Ref, Ref]
"""Category, subject, unit."""


class Guess(NamedTuple):
    """One hypothesis of a trace: the points from where it hurts to where it began, the subject, the probability."""

    way: tuple[str, ...]
    subject: Ref | None
    probability: float


class Traced(NamedTuple):
    """What the list needs of one trace."""

    complaint: str
    day: str
    categories: tuple[str, ...]
    channels: tuple[str, ...]
    about: tuple[Ref, ...]
    units: tuple[str, ...]
    outcome: Outcome
    guesses: tuple[Guess, ...]


def traced(case: Case, scored: Scored) -> Traced:
    """One complaint's trace, as far as the list needs it."""
    ids = [point.id for point in scored.view.points]
    about = case.about
    units = case.home_units or tuple(
        dict.fromkeys(unit for ref in about if ref in case.subjects for unit in case.subjects[ref].run_by)
    )
    guesses = tuple(
        Guess(tuple(ids[i] for i in scored.origins.way(one.place).points), one.subject_ref, one.probability)
        for one in scored.hypotheses
    )
    return Traced(
        case.id, scored.concerned.day, case.categories, case.channels, about, units,
        scored.decision.outcome, guesses,
    )  # fmt: skip


class Through:
    """The sums over the traces of the last 90 days.

    Args:
        framework: for what stands beside the points on a way.
        as_of: the last of the 90 days.
        traces: read once, one at a time; those of other days are left out.
    """

    def __init__(self, framework: Framework, as_of: str, traces: Iterable[Traced] = ()) -> None:
        self._framework = framework
        self._as_of = as_of
        self._ways: dict[tuple[str, ...], float] = {}
        self._whole: dict[Ref, float] = {}
        self.unknown: Counter[Triple] = Counter()
        """Category × subject × unit → the traces that end ``unknown``."""
        since = days_before(as_of, RECENT_DAYS - 1)
        for one in traces:
            if since <= one.day <= as_of:
                self._add(one)

    def _add(self, one: Traced) -> None:
        categories = [Ref("Category", id_) for id_ in dict.fromkeys(one.categories)]
        units = [Ref("OrgUnit", id_) for id_ in dict.fromkeys(one.units)]
        certain = dict.fromkeys(
            (
                Ref("Complaint", one.complaint), *categories, *units, *one.about,
                *(Ref("Channel", id_) for id_ in one.channels),
            )
        )  # fmt: skip
        for ref in certain:
            self._whole[ref] = self._whole.get(ref, 0.0) + 1
        for guess in one.guesses:
            self._ways[guess.way] = self._ways.get(guess.way, 0.0) + guess.probability
            if guess.subject is not None and guess.subject not in certain:
                self._whole[guess.subject] = self._whole.get(guess.subject, 0.0) + guess.probability
        if one.outcome == "unknown":
            for category in categories:
                for subject in dict.fromkeys(one.about):
                    self.unknown.update((category, subject, unit) for unit in units)

    @cached_property
    def expected(self) -> Mapping[Ref, float]:
        """Node → the expected complaints that run through it."""
        found = dict(self._whole)
        beside: dict[str, frozenset[Ref]] = {}
        for way, probability in self._ways.items():
            refs: set[Ref] = set()
            for point in way:
                if point not in beside:
                    beside[point] = frozenset(self._beside(Ref("ControlPoint", point)))
                refs |= beside[point]
            for ref in refs:
                found[ref] = found.get(ref, 0.0) + probability
        return found

    def _beside(self, point: Ref) -> Iterator[Ref]:
        """A point and all that stands beside it on a trace."""
        stages = self._targets("AT", point)
        places = [point, *stages, *(domain for stage in stages for domain in self._targets("IN_DOMAIN", stage))]
        yield from places
        yield from self._sources("CHECKS", point)
        for name in ("GOVERNED_BY", "EMBEDDED_IN", "WATCHED_BY"):
            yield from self._targets(name, point)
        for assignment in dict.fromkeys(ref for place in places for ref in self._sources("FOR", place)):
            row = self._framework.get(assignment)
            if row is not None and row.kind == "Assignment" and row.props.get("role") == "accountable":
                yield assignment
                yield from (holder for holder in self._targets("HELD_BY", assignment) if holder.kind == "Owner")
        for indicator in self._carried(self._targets("MEASURED_BY", point)):
            yield indicator
            yield from self._sources("OF", indicator)

    def _carried(self, indicators: Iterable[Ref]) -> Iterable[Ref]:
        """Indicators and all that they roll up to."""
        seen = dict.fromkeys(indicators)
        waiting = list(seen)
        while waiting:
            above = [up for up in self._targets("ROLLS_UP_TO", waiting.pop()) if up not in seen]
            seen |= dict.fromkeys(above)
            waiting += above
        return seen

    def _targets(self, edge_type: str, source: Ref) -> list[Ref]:
        return [edge.target for edge in self._framework.out(edge_type, source) if valid_on(edge.props, self._as_of)]

    def _sources(self, edge_type: str, target: Ref) -> list[Ref]:
        rows = (edge for edge in self._framework.into(edge_type, target) if valid_on(edge.props, self._as_of))
        return [edge.source for edge in rows if self._framework.present(edge.source, self._as_of)]
