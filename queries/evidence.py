"""Step 3 of the trace: what reviews and process indicators say about a hypothesis, each group as one term."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple

from graph.case import ReviewFact, Subject
from graph.records import Ref
from queries.indicators import Reading, Readings, Table
from queries.parameters import Parameters
from queries.recording import Kept, Records
from queries.subjects import Concerned, Progress
from queries.view import SUBJECT_KIND, Point

_WITNESSES = 20_000
"""Witnesses that are remembered; beyond that all are forgotten."""
REVIEW_RESULTS = ("failed", "waived", "conditional", "passed", "missing")


class Term(NamedTuple):
    """One group's contribution: λ · clip(ln LR), what it says (``failed``, ``red``, …; empty: nothing), and the fact behind it."""

    value: float
    says: str
    review: ReviewFact | None = None
    reading: Reading | None = None
    due: tuple[str, ...] = ()
    """The gates that should have given a review that is missing."""
    kept: Kept | None = None
    """For a missing review: what the unit that runs the subject has on record of those to be expected."""

    @property
    def evidence(self) -> tuple[str, ...]:
        """References to the facts: the review, the measurement and its target, or the gates that are silent."""
        if self.review is not None:
            return (f"Review:{self.review.id}",)
        if self.reading is None:
            return self.due
        goal = (f"Target:{self.reading.goal.id}",) if self.reading.goal is not None else ()
        return (f"Measurement:{self.reading.fact.id}", *goal)


SILENT = Term(0.0, "")


class Weights:
    """The terms' values, computed once for a set of parameters: bounded, weighted log likelihood ratios.

    ``strength`` orders them within a group: the largest |ln LR| speaks, of equal ones the higher.
    """

    def __init__(self, parameters: Parameters) -> None:
        bound = math.log(parameters.evidence.bound)

        def weigh(ratio: float, weight: float) -> tuple[float, tuple[float, float]]:
            log = math.log(ratio)
            return weight * min(bound, max(-bound, log)), (abs(log), log)

        self.review = {
            name: weigh(getattr(parameters.review, name), parameters.evidence.review) for name in REVIEW_RESULTS
        }
        self.kci = {
            name: weigh(getattr(parameters.kci, name), parameters.evidence.kci) for name in ("red", "amber", "green")
        }
        self.recorded = parameters.review.recorded
        """The share of expected reviews that must be on record before a missing one speaks."""
        self.review_strength = {name: strength for name, (_, strength) in self.review.items()}

    def review_age(self, review: ReviewFact) -> tuple[str, str, float]:
        """What puts a later review after an earlier one, and of simultaneous ones the graver."""
        return (review.event_at, review.recorded_at, self.review_strength.get(review.result, (0.0, 0.0))[1])


class Said(NamedTuple):
    """What a witness says of a point.

    ``ruled_out``: it cannot have failed on the subject, whose stage has not come yet. ``due``: a review was to be expected and none is known.
    """

    ruled_out: bool
    review: Term
    kci: Term
    due: bool


class Witness:
    """What is known about one subject (None: about nothing that can be named) before a moment, told point by point.

    The same for every complaint until the next fact about the subject or its indicators becomes known: what it said is remembered.

    Args:
        subject: the subject.
        moment: what happened or became known at it or later is not looked at (an entry at it is).
        progress: which stages the subject had entered.
        table: what its indicators showed.
        weights: the values of the terms.
        shown: the indicator terms of points as the table gives them, shared by all witnesses that look at it.
    """

    def __init__(
        self,
        subject: Subject | None,
        moment: str,
        progress: Progress | None,
        table: Table,
        weights: Weights,
        shown: dict[int, Term],
    ) -> None:
        self.subject = subject
        self.table = table
        self.latest = _latest_reviews(subject, moment, weights) if subject is not None else {}
        self._progress = progress
        self._kind = SUBJECT_KIND[subject.ref.kind] if subject is not None else None
        self._weights = weights
        self._shown = shown
        self._said: dict[int, Said] = {}

    def says(self, place: int, point: Point) -> Said:
        """What it says of a point, given with its index."""
        said = self._said.get(place)
        if said is None:
            ruled_out = self._progress is not None and self._progress.rules_out(point)
            review, known = self._review(point)
            kci = self._shown.get(place)
            if kci is None:
                kci = self._shown[place] = self._kci(point)
            said = self._said[place] = Said(ruled_out, review, kci, not known and self._is_due(point))
        return said

    def _review(self, point: Point) -> tuple[Term, bool]:
        """The review term: of the latest reviews of the point and of each gate that checks it the one that says most; and whether there is any."""
        known, telling, strength = False, None, (-1.0, 0.0)
        for source in point.review_sources:
            review = self.latest.get(source)
            if review is not None:
                known = True
                says = self._weights.review_strength.get(review.result)  # one without a result says nothing
                if says is not None and says > strength:
                    telling, strength = review, says
        if telling is None:
            return SILENT, known
        return Term(self._weights.review[telling.result][0], telling.result, telling), True

    def _is_due(self, point: Point) -> bool:
        """Whether a review was to be expected: a gate that checks the point applies to the subject, which has entered the point's stage or a later one."""
        return self._kind in point.expected_of and self._progress is not None and self._progress.reached(point)

    def _kci(self, point: Point) -> Term:
        """The indicator term: of the point's KCIs with a fresh value and a state, the one that says most."""
        best, strength = None, (0.0, 0.0)
        for indicator in point.kcis:
            reading = self.table.reading(indicator)
            if reading is not None and reading.state is not None and not reading.stale:
                says = self._weights.kci[reading.state][1]
                if says > strength:
                    best, strength = reading, says
        if best is None or best.state is None:
            return SILENT
        return Term(self._weights.kci[best.state][0], best.state, None, best)


def _latest_reviews(subject: Subject, moment: str, weights: Weights) -> dict[Ref, ReviewFact]:
    """Gate or point → the latest review on the subject known before a moment; of equally late ones the gravest."""
    latest: dict[Ref, ReviewFact] = {}
    for review in subject.reviews:
        if review.event_at < moment and review.recorded_at < moment:
            known = latest.get(review.of)
            if known is None or weights.review_age(review) > weights.review_age(known):
                latest[review.of] = review
    return latest


class Witnesses:
    """The witnesses of all complaints under one model, each kept as long as complaints ask for it.

    Args:
        weights: the values of the terms.
        records: what units keep on record.
    """

    def __init__(self, weights: Weights, records: Records) -> None:
        self.weights = weights
        self.records = records
        self._moments: dict[int, tuple[Subject, list[str], list[str]]] = {}
        self._known: dict[tuple[int, int, int, int], Witness] = {}
        self._shown: dict[int, tuple[Table, dict[int, Term]]] = {}

    def about(self, subject: Subject | None, moment: str, table: Table, concerned: Concerned) -> Witness:
        """The witness for a subject before a moment."""
        reviews, entries = self._changes(subject) if subject is not None else ((), ())
        # Reviews count when known before the moment, entries when known by it: their numbers tell all that the moment decides.
        key = (id(subject), id(table), bisect_left(reviews, moment), bisect_right(entries, moment))
        known = self._known.get(key)
        if known is None or known.subject is not subject or known.table is not table:
            if len(self._known) >= _WITNESSES:
                self._known.clear()
            progress = concerned.progress(subject) if subject is not None else None
            known = self._known[key] = Witness(subject, moment, progress, table, self.weights, self._shown_by(table))
        return known

    def _shown_by(self, table: Table) -> dict[int, Term]:
        """The indicator terms that a table was found to give, by point."""
        known = self._shown.get(id(table))
        if known is None or known[0] is not table:
            if len(self._shown) >= _WITNESSES:
                self._shown.clear()
            known = self._shown[id(table)] = (table, {})
        return known[1]

    def _changes(self, subject: Subject) -> tuple[Sequence[str], Sequence[str]]:
        """When reviews and entries of a subject became known, in order."""
        known = self._moments.get(id(subject))
        if known is None or known[0] is not subject:
            if len(self._moments) >= _WITNESSES:
                self._moments.clear()
            reviews = sorted(max(fact.event_at, fact.recorded_at) for fact in subject.reviews)
            entries = sorted(max(fact.event_at, fact.recorded_at) for fact in subject.entries)
            known = self._moments[id(subject)] = (subject, reviews, entries)
        return known[1], known[2]


class Heard:
    """A witness in one complaint: beside what it knows, whether the complaint's day lets a missing review speak.

    ``side`` is the subject's number among those of the complaint.
    """

    def __init__(self, witness: Witness, side: int, concerned: Concerned, witnesses: Witnesses) -> None:
        self.subject = witness.subject
        self.latest = witness.latest
        self.side = side
        self.says = witness.says
        self._concerned = concerned
        self._witnesses = witnesses

    @cached_property
    def kept(self) -> Kept | None:
        """What the units that run the subject have on record of the reviews to be expected of all they run; None where nobody runs it."""
        case = self._concerned.case
        run_by = self.subject.run_by if self.subject is not None else ()
        runners = [case.runners[unit] for unit in run_by if unit in case.runners]
        return self._witnesses.records.kept(runners, case.event_at, self._concerned.day) if runners else None

    def missing(self, point: Point) -> Term:
        """The term of a review that was to be expected: it speaks where the unit records at least 80 % of those, else it is silent."""
        weights, kept = self._witnesses.weights, self.kept
        if kept is None or not kept.at_least(weights.recorded):
            return SILENT
        return Term(weights.review["missing"][0], "missing", due=point.gate_texts, kept=kept)


class Evidence:
    """The witnesses of one complaint.

    Args:
        concerned: the complaint's subjects.
        readings: what its indicators showed.
        witnesses: the witnesses of all complaints.
    """

    def __init__(self, concerned: Concerned, readings: Readings, witnesses: Witnesses) -> None:
        self._concerned = concerned
        self._readings = readings
        self._witnesses = witnesses
        self._by_kind: dict[str | None, tuple[Heard, ...]] = {}
        self._heard: dict[Ref | None, Heard] = {}

    def about(self, subject: Subject | None) -> Heard:
        """The witness for a subject."""
        ref = subject.ref if subject is not None else None
        found = self._heard.get(ref)
        if found is None:
            table, moment = self._readings.table(subject), self._concerned.case.event_at
            witness = self._witnesses.about(subject, moment, table, self._concerned)
            found = self._heard[ref] = Heard(witness, len(self._heard), self._concerned, self._witnesses)
        return found

    def witnesses(self, kind: str | None) -> tuple[Heard, ...]:
        """Those for the subjects that points of a subject kind look at; one about nothing where there are none."""
        found = self._by_kind.get(kind)
        if found is None:
            found = self._by_kind[kind] = tuple(map(self.about, self._concerned.subjects(kind) or (None,)))
        return found
