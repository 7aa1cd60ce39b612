"""Step 5 of the trace: the earliest gate that should have caught the failure, and what became of it."""

from __future__ import annotations

from graph.case import Subject
from graph.framework import Framework
from graph.records import Ref
from queries.answers import EarliestGate, GateState
from queries.evidence import Evidence
from queries.view import SUBJECT_KIND, View

_STATES: dict[str, GateState] = {
    "failed": "failed_but_released",
    "waived": "waived",
    "conditional": "passed_wrongly",
    "passed": "passed_wrongly",
}
_PASSED = ("passed", "conditional")


def earliest_gate(
    framework: Framework, view: View, evidence: Evidence, between: frozenset[int], root: int, subject: Subject | None
) -> EarliestGate | None:
    """The first gate in stage order that checks or guards what lies between root and anchor, applies to the subject and stands
    at or after the root's stage.

    A gate stands where it guards, or, guarding nothing, where the points it checks stand. Without a subject there is
    nothing a gate could have looked at: None.

    Args:
        framework: for gates and the order of stages.
        view: the control points.
        evidence: the reviews known before the complaint.
        between: indexes of the points between root and anchor, both included.
        root: index of the root.
        subject: what failed.
    """
    if subject is None:
        return None
    root_rank = view.points[root].rank
    standing = []
    for gate in _touching(framework, view, between):
        counted = _counted(framework, view, gate, subject)
        ranks = [rank for rank in _ranks(framework, gate) if rank >= root_rank]
        if counted and ranks:
            standing.append((min(ranks), gate.id, gate, counted))
    if not standing:
        return EarliestGate(gate=None, state="none_defined")
    _, _, gate, counted = min(standing)
    return EarliestGate(gate=str(gate), state=_state(framework, evidence, gate, counted, subject))


def _touching(framework: Framework, view: View, between: frozenset[int]) -> list[Ref]:
    """The gates valid on the day that check one of the points or guard one of their stages."""
    found: set[Ref] = set()
    for index in sorted(between):
        point = view.points[index]
        found |= set(point.gates)
        if point.stage is not None:
            found |= {
                edge.source
                for edge in framework.into("GUARDS", Ref("Stage", point.stage))
                if edge.source.id in view.gates
            }
    return sorted(found)


def _ranks(framework: Framework, gate: Ref) -> list[int]:
    guarded = [stage.id for stage in framework.targets("GUARDS", gate)]
    if guarded:
        return [framework.stage_rank[stage] for stage in guarded]
    return [framework.point_rank(point.id) for point in framework.targets("CHECKS", gate)]


def _counted(framework: Framework, view: View, gate: Ref, subject: Subject) -> list[Ref]:
    """The points of the subject's kind that the gate checks: only those count, and without any it does not apply."""
    kind = SUBJECT_KIND[subject.ref.kind]
    checked = framework.targets("CHECKS", gate)
    return [ref for ref in checked if ref.id in view.index and view.points[view.index[ref.id]].subject_kind == kind]


def _state(framework: Framework, evidence: Evidence, gate: Ref, counted: list[Ref], subject: Subject) -> GateState:
    """What the gate's latest review says, else what those of its points add up to by its pass rule."""
    latest = evidence.about(subject).latest
    if gate in latest:
        return _STATES.get(latest[gate].result, "missing")
    results = [latest[point].result for point in counted if point in latest]
    passed = sum(result in _PASSED for result in results)
    row = framework.get(gate)
    if row is not None and row.props.get("pass_rule") == "majority" and 2 * passed > len(counted):
        return "passed_wrongly"
    for result in ("failed", "waived"):
        if result in results:
            return _STATES[result]
    return "passed_wrongly" if passed == len(counted) else "missing"
