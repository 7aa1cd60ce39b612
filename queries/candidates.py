"""How the hypotheses of a trace and the ways that lead to them stand in the answer."""

from __future__ import annotations

from queries.answers import AnchorAnswer, Candidate, HypothesisName, TermAnswer, shown
from queries.decide import DIGITS
from queries.evidence import SILENT
from queries.hypothesis import Hypothesis, Null
from queries.scoring import Scored


def anchor_answers(scored: Scored) -> tuple[AnchorAnswer, ...]:
    """Where it hurts, most probable first, then in the order of stages and ids."""
    points = scored.view.points
    anchors = sorted(
        scored.anchors.anchors, key=lambda a: (-round(a.probability, DIGITS), points[a.point].rank, points[a.point].id)
    )
    return tuple(
        AnchorAnswer(
            control_point=points[a.point].text, probability=shown(a.probability), basis=a.basis, evidence=a.evidence
        )
        for a in anchors
    )


def candidates(scored: Scored) -> tuple[Candidate, ...]:
    """Every hypothesis, nulls included, in the order (−P rounded to 1e-9, stage order, id); a null stands after equal points."""
    stated = tuple(
        f"Category:{id_}" for id_ in scored.concerned.case.categories
        if id_ in scored.view.categories and scored.view.categories[id_].null_rate is not None
    )  # fmt: skip
    found = [_of_point(scored, hypothesis) for hypothesis in scored.hypotheses]
    found.append(_of_null(scored.no_internal_cause, "no_internal_cause", stated))
    found.append(_of_null(scored.unmodelled, "unmodelled", ()))
    found.sort(key=lambda candidate: -candidate.probability)  # stable: points are in order already
    return tuple(found)


_SILENT_REVIEW, _SILENT_KCI = TermAnswer("review", 0.0, ()), TermAnswer("kci", 0.0, ())


def _of_point(scored: Scored, hypothesis: Hypothesis) -> Candidate:
    point, review, kci, way = hypothesis.point, hypothesis.review, hypothesis.kci, scored.origins.way(hypothesis.place)
    return Candidate(
        "control_point",
        point.text,
        point.stage_text,
        str(hypothesis.subject.ref) if hypothesis.subject is not None else None,
        shown(hypothesis.probability),
        shown(hypothesis.score),
        (
            TermAnswer("prior", shown(hypothesis.prior), way.anchor.evidence),
            _SILENT_REVIEW if review is SILENT else TermAnswer("review", shown(review.value), review.evidence),
            _SILENT_KCI if kci is SILENT else TermAnswer("kci", shown(kci.value), kci.evidence),
        ),
        way.texts,
    )


def _of_null(null: Null, name: HypothesisName, evidence: tuple[str, ...]) -> Candidate:
    prior = TermAnswer("prior", shown(null.score), evidence)
    return Candidate(name, None, None, None, shown(null.probability), shown(null.score), (prior,), ())
