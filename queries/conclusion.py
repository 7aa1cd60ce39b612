"""What a trace comes to: what is named, whose duty it was and is, and the gate that should have caught it. Steps 1 to 6 of the trace.

The whole answer of ``queries.trace`` tells the same in words and in a picture; it is made from this, so that a table of conclusions can
say nothing that an answer does not.
"""

from __future__ import annotations

from dataclasses import dataclass

from graph.case import Case
from graph.framework import Framework
from queries.answers import EarliestGate, OwnerAnswer, Root, shown
from queries.decide import Named
from queries.gates import earliest_gate
from queries.parameters import Parameters
from queries.responsibility import owners
from queries.scoring import Scored, score


@dataclass(frozen=True, slots=True)
class Conclusion:
    """What one complaint is traced to, and the scoring behind it."""

    case: Case
    scored: Scored
    root: Root | None
    path: tuple[int, ...]
    """Indexes from the anchor to the named point; empty where none is named."""
    gate: EarliestGate | None
    owner: OwnerAnswer | None


def conclude(framework: Framework, case: Case, *, as_of: str, parameters: Parameters) -> Conclusion:
    """What one complaint is traced to.

    Args:
        framework: the framework of a revision.
        case: the complaint with its neighbourhood.
        as_of: the canonical moment asked about: decides who acts now.
        parameters: the numbers.
    """
    scored = score(framework, case, parameters)
    leading = scored.leading
    path: tuple[int, ...] = ()
    gate: EarliestGate | None = None
    if leading is not None:
        path = scored.origins.way(leading.place).points
        between = scored.model.upstream.between(path[0], leading.place)
        gate = earliest_gate(framework, scored.view, scored.evidence, between, leading.place, leading.subject)
    return Conclusion(case, scored, _root(scored.decision.named), path, gate, owners(framework, case, scored, as_of))


def _root(named: Named | None) -> Root | None:
    if named is None:
        return None
    return Root(
        control_point=f"ControlPoint:{named.point}" if named.point is not None else None,
        stage=f"Stage:{named.stage}" if named.stage is not None else None,
        domain=f"Domain:{named.domain}" if named.domain is not None else None,
        subject=str(named.subject) if named.subject is not None else None,
        probability=shown(named.probability),
    )
