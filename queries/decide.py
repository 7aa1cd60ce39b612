"""Step 4 of the trace: what may be named. Point, else stage, else domain, else an honest unknown with its reason."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from graph.records import Ref
from queries.answers import Outcome, Reason
from queries.hypothesis import Hypothesis
from queries.parameters import DecisionNumbers

DIGITS = 9
"""Probabilities are compared when rounded to these decimals, so that rounding errors decide nothing."""


class Named(NamedTuple):
    """What is named; parts below the level named are None."""

    point: str | None
    stage: str | None
    domain: str | None
    subject: Ref | None
    probability: float


class Decision(NamedTuple):
    """The outcome, why it is unknown if it is, and what is named if anything is."""

    outcome: Outcome
    reason: Reason | None = None
    named: Named | None = None


_Claim = tuple[float, Hypothesis | str]
"""A probability and what it stands for: a hypothesis, or the first of those it is the sum of, or the name of a null (empty: nothing it could be named by)."""
_NOTHING: _Claim = (0.0, "")


def decide(
    hypotheses: Sequence[Hypothesis],
    probabilities: Sequence[float],
    nulls: tuple[float, float],
    numbers: DecisionNumbers,
    *,
    anchored: bool,
) -> Decision:
    """What may be named.

    A point is named if its probability reaches τ and it leads by the lead asked for; no_internal_cause likewise. Else the
    sums over (stage, subject), then over domains, compete with both nulls under the same rule. Else the outcome is
    unknown: ``unmodelled`` if that is the largest at domain level, ``tie`` if the two largest are closer than the lead,
    else ``no_evidence``; ``no_anchor`` when nothing says where it hurts.

    Args:
        hypotheses: every point hypothesis; their own probabilities are not looked at.
        probabilities: theirs, in the same order.
        nulls: probability of no_internal_cause and of unmodelled; all sum to 1.
        numbers: τ and the lead.
        anchored: False when neither a code, a category nor a stated null rate says anything.
    """
    if not anchored:
        return Decision("unknown", "no_anchor")
    rivals: tuple[_Claim, _Claim] = ((nulls[0], "no_internal_cause"), (nulls[1], "unmodelled"))
    top = second = _NOTHING
    for outcome, claims, name in _LEVELS:
        top, second = _two_largest((*claims(hypotheses, probabilities), *rivals))
        if _stands_out(top[0], second[0], numbers):
            probability, what = top
            if isinstance(what, Hypothesis):
                return Decision(outcome, None, name(what, probability))
            if what == "no_internal_cause":
                return Decision("no_internal_cause")
    return Decision("unknown", _reason(top, second, numbers))


def _reason(top: _Claim, second: _Claim, numbers: DecisionNumbers) -> Reason:
    lead = round(top[0] - second[0], DIGITS)
    if top[1] == "unmodelled" and lead > 0:
        return "unmodelled"
    return "tie" if lead < numbers.lead else "no_evidence"


def _stands_out(top: float, second: float, numbers: DecisionNumbers) -> bool:
    """The rule for a name; exact equality never names, so that no order of ids can."""
    lead = round(top - second, DIGITS)
    return round(top, DIGITS) >= numbers.probability and lead >= numbers.lead and lead > 0


def _by_point(hypotheses: Sequence[Hypothesis], probabilities: Sequence[float]) -> Iterable[_Claim]:
    """Every hypothesis by itself."""
    return zip(probabilities, hypotheses, strict=True)


def _by_stage(hypotheses: Sequence[Hypothesis], probabilities: Sequence[float]) -> Iterable[_Claim]:
    """The sums over (stage, subject); a point without a stage stays by itself and cannot be named."""
    sums: dict[int, float] = {}
    of: dict[int, Hypothesis] = {}
    for hypothesis, probability in zip(hypotheses, probabilities, strict=True):
        key = hypothesis.point.stage_group << _SIDES | hypothesis.side
        if key in sums:
            sums[key] += probability
        else:
            sums[key], of[key] = probability, hypothesis
    for key, total in sums.items():
        yield total, of[key] if of[key].point.stage else ""


def _by_domain(hypotheses: Sequence[Hypothesis], probabilities: Sequence[float]) -> Iterable[_Claim]:
    """The sums over domains, all subjects together; a stage or point without a domain stays by itself and cannot be named."""
    sums: dict[int, float] = {}
    of: dict[int, Hypothesis] = {}
    for hypothesis, probability in zip(hypotheses, probabilities, strict=True):
        key = hypothesis.point.domain_group
        if key in sums:
            sums[key] += probability
        else:
            sums[key], of[key] = probability, hypothesis
    for key, total in sums.items():
        yield total, of[key] if of[key].point.domain else ""


_SIDES = 32
"""Bits left for the number of a subject beside the number of a stage."""
_Claims = Callable[[Sequence[Hypothesis], Sequence[float]], Iterable[_Claim]]
_Name = Callable[[Hypothesis, float], Named]
_LEVELS: tuple[tuple[Outcome, _Claims, _Name], ...] = (
    ("named", _by_point, lambda one, p: Named(one.point.id, one.point.stage, one.point.domain, one.subject_ref, p)),
    ("stage", _by_stage, lambda one, p: Named(None, one.point.stage, one.point.domain, one.subject_ref, p)),
    ("domain", _by_domain, lambda one, p: Named(None, None, one.point.domain, None, p)),
)
"""From the finest: the outcome, what competes, and what is named by one of a winner's hypotheses."""


def _two_largest(claims: Iterable[_Claim]) -> tuple[_Claim, _Claim]:
    top = second = _NOTHING
    for claim in claims:
        if claim[0] > second[0]:
            if claim[0] > top[0]:
                top, second = claim, top
            else:
                second = claim
    return top, second
