"""Step 3 of the trace: what reviews and process indicators say about a hypothesis, each group as one term."""

from __future__ import annotations

import math
from typing import NamedTuple

from graph.case import ReviewFact, Subject
from graph.records import Ref
from queries.indicators import Reading, Readings, Table
from queries.parameters import Parameters
from queries.subjects import Concerned
from queries.view import SUBJECT_KIND, Point

REVIEW_RESULTS = ("failed", "waived", "conditional", "passed", "missing")


class Term(NamedTuple):
    """One group's contribution: λ · clip(ln LR), what it says (``failed``, ``red``, …; empty: nothing), and the fact behind it."""

    value: float
    says: str
    review: ReviewFact | None = None
    reading: Reading | None = None
    due: tuple[str, ...] = ()
    """The gates that should have given a review that is missing."""

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
        self.review_strength = {name: strength for name, (_, strength) in self.review.items()}

    def review_age(self, review: ReviewFact) -> tuple[str, str, float]:
        """What puts a later review after an earlier one, and of simultaneous ones the graver."""
        return (review.event_at, review.recorded_at, self.review_strength.get(review.result, (0.0, 0.0))[1])


class Witness:
    """What is known about one subject of a complaint (None: about nothing that can be named), told point by point."""

    def __init__(
        self, subject: Subject | None, side: int, concerned: Concerned, table: Table, weights: Weights
    ) -> None:
        self.subject = subject
        self.side = side
        """The subject's number among those of the complaint."""
        self.latest = _latest_reviews(subject, concerned.case.event_at, weights) if subject is not None else {}
        self._progress = concerned.progress(subject) if subject is not None else None
        self._kind = SUBJECT_KIND[subject.ref.kind] if subject is not None else None
        self._table = table
        self._weights = weights

    def rules_out(self, point: Point) -> bool:
        """Whether the point cannot have failed on the subject because its stage has not been reached."""
        return self._progress is not None and self._progress.rules_out(point)

    def review(self, point: Point) -> Term:
        """The review term: the latest review of the point and of each gate that checks it; else, where one was due, its absence.

        Absence speaks only where reviews of the subject are recorded at all: where any one on it was known before the
        complaint. The share of expected reviews that the unit records needs all its subjects and is not looked at here.
        """
        if not self.latest:
            return SILENT
        known, telling, strength = False, None, (-1.0, 0.0)
        for source in point.review_sources:
            review = self.latest.get(source)
            if review is not None:
                known = True
                says = self._weights.review_strength.get(review.result)  # one without a result says nothing
                if says is not None and says > strength:
                    telling, strength = review, says
        if telling is not None:
            return Term(self._weights.review[telling.result][0], telling.result, telling)
        if known or not self.is_due(point):
            return SILENT
        return Term(self._weights.review["missing"][0], "missing", due=point.gate_texts)

    def is_due(self, point: Point) -> bool:
        """Whether a review of the point was to be expected on the subject.

        A gate that checks it applies to the subject, and the subject has entered the point's stage or a later one.
        """
        progress = self._progress
        return (
            bool(self.latest) and self._kind in point.expected_of and progress is not None and progress.reached(point)
        )

    def kci(self, point: Point) -> Term:
        """The indicator term: of the point's KCIs with a fresh value and a state, the one that says most."""
        best, strength = None, (0.0, 0.0)
        for indicator in point.kcis:
            reading = self._table.reading(indicator)
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


class Evidence:
    """The witnesses of one complaint, each heard once.

    Args:
        concerned: the complaint's subjects.
        readings: what its indicators showed.
        weights: the values of the terms.
    """

    def __init__(self, concerned: Concerned, readings: Readings, weights: Weights) -> None:
        self._concerned = concerned
        self._readings = readings
        self._weights = weights
        self._by_kind: dict[str | None, tuple[Witness, ...]] = {}
        self._witnesses: dict[Ref | None, Witness] = {}

    def about(self, subject: Subject | None) -> Witness:
        """The witness for a subject."""
        ref = subject.ref if subject is not None else None
        found = self._witnesses.get(ref)
        if found is None:
            table = self._readings.table(subject)
            found = self._witnesses[ref] = Witness(subject, len(self._witnesses), self._concerned, table, self._weights)
        return found

    def witnesses(self, kind: str | None) -> tuple[Witness, ...]:
        """Those for the subjects that points of a subject kind look at; one about nothing where there are none."""
        found = self._by_kind.get(kind)
        if found is None:
            found = self._by_kind[kind] = tuple(map(self.about, self._concerned.subjects(kind) or (None,)))
        return found
