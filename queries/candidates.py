"""How the hypotheses of a trace and the ways that lead to them stand in the answer."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from zoneinfo import ZoneInfo

from graph.values import local_day
from queries.answers import (
    AnchorAnswer,
    Candidate,
    ConcentrationAnswer,
    Contribution,
    FactAnswer,
    HypothesisName,
    TermAnswer,
    TermName,
    shown,
)
from queries.concentration import Concentration
from queries.decide import DIGITS
from queries.evidence import SILENT, Term
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
            control_point=points[a.point].text,
            probability=shown(a.probability),
            basis=a.basis,
            evidence=a.evidence,
            words=a.words,
            concentration=_concentration(scored, a.concentration),
        )
        for a in anchors
    )


def _concentration(scored: Scored, found: Concentration | None) -> ConcentrationAnswer | None:
    if found is None:
        return None
    episodes = scored.concerned.case.episodes
    return ConcentrationAnswer(
        shown(found.factor), shown(found.at_point), found.of_subject, shown(found.base), episodes.since, episodes.until
    )


def contributing(scored: Scored, path: tuple[int, ...]) -> Iterator[Hypothesis]:
    """The hypotheses on the named point's way, itself left out, whose own evidence raises them (LR > 1)."""
    root = scored.leading
    for hypothesis in scored.hypotheses if root is not None else ():
        same = root is not None and (
            hypothesis.subject is None or root.subject is None or hypothesis.subject.ref == root.subject.ref
        )
        raised = hypothesis.review.value + hypothesis.kci.value > 0
        if hypothesis is not root and same and hypothesis.place in path and raised:
            yield hypothesis


def contributions(found: Iterable[Hypothesis]) -> tuple[Contribution, ...]:
    """Contributing hypotheses as they stand in the answer."""
    return tuple(
        Contribution(
            h.point.text,
            str(h.subject.ref) if h.subject is not None else None,
            shown(h.probability),
            shown(math.exp(h.review.value + h.kci.value)),
        )
        for h in found
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


_TOLD = 200_000
"""Terms whose wording is remembered; beyond that all are forgotten."""
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
            _SILENT_REVIEW if review is SILENT else _term("review", review, scored),
            _SILENT_KCI if kci is SILENT else _term("kci", kci, scored),
        ),
        way.texts,
    )


def _term(name: TermName, term: Term, scored: Scored) -> TermAnswer:
    """A term as it stands in the answer; witnesses keep their terms, so that one is put in words once for many complaints."""
    known = scored.model.told.get(id(term))
    if known is None or known[0] is not term:
        if len(scored.model.told) >= _TOLD:
            scored.model.told.clear()
        answer = TermAnswer(name, shown(term.value), term.evidence, tuple(_facts(term, scored.zone)))
        known = scored.model.told[id(term)] = (term, answer)
    return known[1]


def _facts(term: Term, zone: ZoneInfo) -> Iterator[FactAnswer]:
    """What stands behind a term, with its value and day."""
    review, reading = term.review, term.reading
    if review is not None:
        yield FactAnswer(f"Review:{review.id}", review.result, local_day(review.event_at, zone))
    elif reading is not None:
        fact = reading.fact
        yield FactAnswer(f"Measurement:{fact.id}", fact.value, fact.period_end or local_day(fact.event_at, zone))
        if reading.goal is not None:
            yield FactAnswer(f"Target:{reading.goal.id}", reading.goal.value, reading.goal.since or None)
    else:
        yield from (FactAnswer(gate, term.says, None) for gate in term.due)


def _of_null(null: Null, name: HypothesisName, evidence: tuple[str, ...]) -> Candidate:
    prior = TermAnswer("prior", shown(null.score), evidence)
    return Candidate(name, None, None, None, shown(null.probability), shown(null.score), (prior,), ())
