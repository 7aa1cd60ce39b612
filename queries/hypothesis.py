"""What competes to explain a complaint: a control point failed on a subject, or one of the two nulls."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from graph.case import Subject
from graph.records import Ref
from queries.evidence import Term
from queries.view import Point


@dataclass(slots=True)
class Hypothesis:
    """A control point failed on a subject (None: on nothing that can be named); the score is the sum of its three terms.

    Made in great numbers, so a plain class; nothing changes one once its probability is known.
    """

    place: int
    """Index of the point in the view."""
    point: Point
    subject: Subject | None
    side: int
    """Number of the subject among those of the complaint."""
    prior: float
    review: Term
    kci: Term
    score: float
    probability: float = 0.0

    @property
    def subject_ref(self) -> Ref | None:
        """The subject's reference."""
        return self.subject.ref if self.subject is not None else None


class Null(NamedTuple):
    """One of the two null hypotheses: its log rate, which is its score, and its probability."""

    score: float
    probability: float
