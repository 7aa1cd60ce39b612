"""Steps 1 to 4 of the trace without its presentation: hypotheses, their scores and probabilities, and the outcome."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from zoneinfo import ZoneInfo

from graph.case import Case
from graph.framework import Framework
from graph.records import Ref
from queries.anchor import Anchors
from queries.decide import DIGITS, Decision, decide
from queries.evidence import Evidence, Heard
from queries.hypothesis import Hypothesis, Null
from queries.indicators import Readings
from queries.model import Model, Origins, model_on
from queries.parameters import Parameters
from queries.subjects import Concerned
from queries.view import View

_NOBODY = Ref("", "")


@dataclass(frozen=True)
class Scored:
    """Everything steps 1 to 4 found."""

    model: Model
    origins: Origins
    concerned: Concerned
    readings: Readings
    evidence: Evidence
    weighed: tuple[Hypothesis, ...]
    """The hypotheses in the order of the model's points."""
    no_internal_cause: Null
    unmodelled: Null
    decision: Decision
    zone: ZoneInfo

    @property
    def view(self) -> View:
        """The framework on the complaint's day."""
        return self.model.view

    @property
    def anchors(self) -> Anchors:
        """Where it hurts."""
        return self.origins.anchors

    @cached_property
    def hypotheses(self) -> tuple[Hypothesis, ...]:
        """The hypotheses in the order (−P rounded, stage order, id)."""
        return tuple(sorted(self.weighed, key=_order))

    @property
    def leading(self) -> Hypothesis | None:
        """The named point's hypothesis, or None where no point is named."""
        return self.hypotheses[0] if self.decision.outcome == "named" else None


def score(framework: Framework, case: Case, parameters: Parameters) -> Scored:
    """Which control point failed on which subject, each hypothesis with its score and probability, and what may be named.

    score(v, s) = ln((1 − ν_e − ν_u) π) + the review term + the KCI term; P = softmax(score / T).
    Nothing that happened or became known after the complaint is looked at.

    Args:
        framework: the framework of one revision.
        case: the complaint with its neighbourhood.
        parameters: the numbers.
    """
    concerned = Concerned(framework, case)
    model = model_on(framework, concerned.day, parameters)
    origins = model.origins(case)
    anchors = origins.anchors
    readings = Readings(model.rules, concerned)
    evidence = Evidence(concerned, readings, model.witnesses)
    hypotheses = _weigh(evidence, origins)
    scores = [hypothesis.score for hypothesis in hypotheses]
    scores += (math.log(anchors.no_internal_cause), math.log(anchors.unmodelled))
    highest, temperature = max(scores), parameters.evidence.temperature
    masses = [math.exp((value - highest) / temperature) for value in scores]
    total = math.fsum(masses)
    for hypothesis, mass in zip(hypotheses, masses, strict=False):  # the last two are the nulls'
        hypothesis.probability = mass / total
    no_cause, unmodelled = (Null(scores[i], masses[i] / total) for i in (-2, -1))
    decision = decide(
        hypotheses,
        [hypothesis.probability for hypothesis in hypotheses],
        (no_cause.probability, unmodelled.probability),
        parameters.decision,
        anchored=bool(anchors.shares) or anchors.null_stated,
    )
    return Scored(
        model, origins, concerned, readings, evidence, tuple(hypotheses), no_cause, unmodelled, decision, framework.zone
    )


def _order(hypothesis: Hypothesis) -> tuple[float, int, str, Ref]:
    point = hypothesis.point
    return (-round(hypothesis.probability, DIGITS), point.rank, point.id, hypothesis.subject_ref or _NOBODY)


def _weigh(evidence: Evidence, origins: Origins) -> list[Hypothesis]:
    """Every hypothesis that is not ruled out, with its terms; several subjects of a point share its part equally."""
    found: list[Hypothesis] = []
    parts: dict[str | None, tuple[tuple[Heard, ...], float]] = {}
    for place, point, whole in origins.priors:
        part = parts.get(point.subject_kind)
        if part is None:
            witnesses = evidence.witnesses(point.subject_kind)
            part = parts[point.subject_kind] = (witnesses, math.log(len(witnesses)))
        prior = whole - part[1]
        for heard in part[0]:
            ruled_out, review, kci, due = heard.says(place, point)
            if not ruled_out:
                if due:
                    review = heard.missing(point)
                value = prior + review.value + kci.value
                found.append(Hypothesis(place, point, heard.subject, heard.side, prior, review, kci, value))
    return found
