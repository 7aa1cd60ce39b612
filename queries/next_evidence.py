"""Which missing fact would decide an undecided trace: each way it may turn out, computed by the formula itself."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

from queries.answers import IfKnown, NextEvidence, shown
from queries.decide import Decision, decide
from queries.hypothesis import Hypothesis
from queries.parameters import Parameters
from queries.scoring import Scored
from queries.view import SUBJECT_KIND

_LOOKED_AT = 3
_SHOWN = 3
_REVIEW, _KCI = ("failed", "passed"), ("red", "green")


class _Fact(NamedTuple):
    """A missing fact about one hypothesis: what would record it, and the values it may take with the term's change."""

    kind: str
    of: tuple[str, ...]
    hypothesis: Hypothesis
    turns: tuple[tuple[str, float], ...]


def next_evidence(scored: Scored, parameters: Parameters) -> tuple[NextEvidence, ...]:
    """The facts missing about the leading hypotheses that would move the answer most; none where the answer is decided.

    A fact that would decide comes first, then the larger swing of its hypothesis's probability, then the order of the
    hypotheses. A fact is judged by its effect on its own hypothesis.
    """
    if scored.decision.outcome in ("named", "no_internal_cause"):
        return ()
    ranked: list[tuple[bool, float, int, _Fact, list[tuple[str, Decision, float]]]] = []
    for hypothesis in scored.hypotheses[:_LOOKED_AT]:
        for fact in _missing(scored, hypothesis):
            turned = [(value, *_if(scored, hypothesis, change, parameters)) for value, change in fact.turns]
            decides = any(decision.outcome in ("named", "no_internal_cause") for _, decision, _ in turned)
            swing = max(p for *_, p in turned) - min(p for *_, p in turned)
            ranked.append((not decides, -round(swing, 9), len(ranked), fact, turned))
    return tuple(_answer(fact, turned) for *_, fact, turned in sorted(ranked, key=lambda entry: entry[:3])[:_SHOWN])


def _missing(scored: Scored, hypothesis: Hypothesis) -> Iterator[_Fact]:
    """A review where a gate could have given one and none is known; each KCI value where none speaks."""
    point, subject = hypothesis.point, hypothesis.subject
    if subject is not None and hypothesis.review.review is None and SUBJECT_KIND[subject.ref.kind] in point.expected_of:
        turns = tuple((result, scored.model.weights.review[result][0] - hypothesis.review.value) for result in _REVIEW)
        yield _Fact("review", tuple(map(str, point.gates)), hypothesis, turns)
    if not hypothesis.kci.says:
        able = [k for k in point.kcis if scored.view.directions.get(k) and k in scored.readings.table(subject).goals]
        if able:
            of = tuple(f"Indicator:{indicator}" for indicator in able)
            yield _Fact("kci", of, hypothesis, tuple((state, scored.model.weights.kci[state][0]) for state in _KCI))


def _if(scored: Scored, hypothesis: Hypothesis, change: float, parameters: Parameters) -> tuple[Decision, float]:
    """The decision and the hypothesis's probability if its score changed by so much: one softmax weight is multiplied."""
    factor = math.exp(change / parameters.evidence.temperature)
    total = 1 + hypothesis.probability * (factor - 1)
    probabilities = [h.probability * (factor if h is hypothesis else 1) / total for h in scored.hypotheses]
    nulls = (scored.no_internal_cause.probability / total, scored.unmodelled.probability / total)
    decision = decide(scored.hypotheses, probabilities, nulls, parameters.decision, anchored=True)
    return decision, hypothesis.probability * factor / total


def _answer(fact: _Fact, turned: list[tuple[str, Decision, float]]) -> NextEvidence:
    subject = fact.hypothesis.subject
    return NextEvidence(
        fact="review" if fact.kind == "review" else "kci",
        of=fact.of,
        subject=str(subject.ref) if subject is not None else None,
        control_point=str(fact.hypothesis.point.ref),
        would=tuple(
            IfKnown(
                value=value,
                outcome=decision.outcome,
                control_point=f"ControlPoint:{decision.named.point}"
                if decision.named and decision.named.point
                else None,
                probability=shown(probability),
            )
            for value, decision, probability in turned
        ),
    )
