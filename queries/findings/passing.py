"""Whether a gate let a subject pass: its own latest review, else by its rule those of the points it checks."""

from __future__ import annotations

from collections.abc import Iterable

from graph.records import Ref
from queries.findings.facts import AFTER_ALL, Reviewed, SubjectFacts
from queries.findings.view import View

BLOCKING = frozenset({"stage", "go_live", "pre_launch", "exit"})
"""Gate kinds that block; periodic, permission and sampling gates do not (schema.md)."""
EXIT = frozenset({"exit"})
PASSED = "passed"
MODES = ("automatic", "manual")
"""A campaign's gate before launch wants both, by machine and by people."""
_GRAVEST_LAST = (PASSED, "conditional", "", "waived", "failed")
_SUBJECT_KIND = {"Product": "product", "Campaign": "campaign"}


def counted_points(view: View, gate: Ref, subject_kind: str) -> list[Ref]:
    """The points of a kind of subject that a gate checks: only these count, and a gate that has none does not apply (schema.md).

    Args:
        view: the framework.
        gate: the gate.
        subject_kind: ``Product`` or ``Campaign``.
    """
    kind = _SUBJECT_KIND[subject_kind]
    return [point for point in view.targets("CHECKS", gate) if view.props(point).get("subject_kind") == kind]


def is_passed(view: View, gate: Ref, points: Iterable[Ref], subject: SubjectFacts, before: str) -> bool:
    """Whether a gate was passed before a moment: its latest review says so, or by its pass rule the latest ones of its points do.

    ``all_passed``, the rule where none is stated, wants every point passed; ``majority`` more than half of them.
    Only ``passed`` is a pass: neither a condition nor a waiver is. Of equally late reviews the gravest counts.
    """
    latest = latest_reviews(subject.reviews, before)
    if latest.get(gate) == PASSED:
        return True
    results = [latest.get(point) == PASSED for point in points]
    if view.props(gate).get("pass_rule") == "majority":
        return 2 * sum(results) > len(results)
    return all(results)


def latest_reviews(reviews: Iterable[Reviewed], before: str = AFTER_ALL) -> dict[Ref, str]:
    """Gate or point → the result of its latest review before a moment, of all there are if none is given."""
    latest: dict[Ref, tuple[str, int, str]] = {}
    for review in reviews:
        if review.event_at < before:
            gravity = _GRAVEST_LAST.index(review.result) if review.result in _GRAVEST_LAST else len(_GRAVEST_LAST)
            age = (review.event_at, gravity, review.result)
            if review.of not in latest or age > latest[review.of]:
                latest[review.of] = age
    return {of: result for of, (_, _, result) in latest.items()}


def guarding(view: View, stages: Iterable[Ref], gate_kinds: frozenset[str]) -> set[Ref]:
    """The gates of some kinds that guard any of the stages."""
    return {
        gate
        for stage in stages
        for gate in view.sources("GUARDS", stage)
        if view.props(gate).get("gate_kind") in gate_kinds
    }


def unpassed(
    view: View, subject: SubjectFacts, stages: Iterable[Ref], gate_kinds: frozenset[str], before: str
) -> list[Ref]:
    """The gates of some kinds that guard any of the stages, apply to the subject and were not passed before a moment, in order."""
    found = []
    for gate in sorted(guarding(view, stages, gate_kinds)):
        points = counted_points(view, gate, subject.ref.kind)
        if points and not is_passed(view, gate, points, subject, before):
            found.append(gate)
    return found
