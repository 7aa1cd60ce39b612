"""Whose was this complaint, really? One complaint traced to the control point that failed first, its owner and its indicators.

The meaning of every step, to the formula, is in the modules this one and ``conclusion`` put in order: anchor (1), upstream (2),
evidence (3), decide (4), gates (5), ownership (6), chain (7), gaps (8), explain and picture (9). Exclusive hypotheses compete, each number
stands with its evidence, and the same input at the same revisions gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence

from graph.case import Case
from graph.framework import Framework
from graph.records import Ref, Revision
from graph.values import local_day
from queries.answers import AnswerRevision, EarliestGate, TraceAnswer, label
from queries.candidates import anchor_answers, candidates, contributing, contributions
from queries.chain import Way, read_indicators, way_up
from queries.conclusion import conclude
from queries.explain import explain
from queries.gaps import gaps_of
from queries.naming import Names
from queries.next_evidence import next_evidence
from queries.parameters import Parameters
from queries.picture import picture
from queries.responsibility import parties
from queries.scoring import Scored, score
from queries.told import Told

__all__ = ["score", "trace"]

_NO_WAY = Way((), (), ())


def trace(
    framework: Framework,
    case: Case,
    *,
    revision: Revision,
    as_of: str,
    parameters: Parameters,
) -> TraceAnswer:
    """The whole answer for one complaint.

    Args:
        framework: the framework of the revision.
        case: the complaint with its neighbourhood.
        revision: what the answer is computed from; handed through.
        as_of: the canonical moment asked about: decides who acts now, who handles it now, and which gaps are open.
        parameters: the numbers.
    """
    found = conclude(framework, case, as_of=as_of, parameters=parameters)
    scored, path, gate, owner, root = found.scored, found.path, found.gate, found.owner, found.scored.leading
    way = way_up(framework, root.point.id, scored.concerned.day) if root is not None else _NO_WAY
    indicators = read_indicators(framework, way, scored.readings.table(root.subject if root is not None else None))
    anchors = anchor_answers(scored)
    told = Told(
        framework, case, Names(framework, case), scored, parameters, as_of, anchors, path, tuple(contributing(scored, path)), gate, owner,
        parties(case, owner, as_of), way.shown, tuple(indicator for indicator, _ in indicators),
        gaps_of(framework, case, _met(case, scored, path, gate, way), _subjects(case, scored), local_day(as_of, framework.zone)),
        next_evidence(scored, parameters),
    )  # fmt: skip
    return TraceAnswer(
        complaint=f"Complaint:{case.id}",
        outcome=scored.decision.outcome,
        reason=scored.decision.reason,
        as_of=as_of,
        revision=AnswerRevision(framework=revision.framework, facts=revision.facts, parameters=parameters.version),
        calibration=parameters.calibration,
        root=found.root,
        owner=owner,
        parties=told.parties,
        anchors=anchors,
        candidates=candidates(scored),
        contributing=contributions(told.contributing),
        earliest_gate=gate,
        chain=told.chain,
        indicators=told.indicators,
        gaps=told.gaps,
        next_evidence=told.next_evidence,
        graph=picture(told, indicators),
        explanation=label(explain(told)),
    )


def _met(case: Case, scored: Scored, path: Sequence[int], gate: EarliestGate | None, way: Way) -> tuple[Ref, ...]:
    """The nodes on the way: categories, where it hurts, the points to the root, its gate and indicators; or the named stage."""
    points = scored.view.points
    met = [Ref("Category", id_) for id_ in case.categories]
    met += [points[anchor.point].ref for anchor in scored.anchors.anchors]
    met += [points[index].ref for index in path]
    named = scored.decision.named
    if named is not None and named.stage is not None:
        met.append(Ref("Stage", named.stage))
    if gate is not None and gate.gate is not None:
        met.append(Ref.parse(gate.gate))
    return (*dict.fromkeys(met), *way.indicators)


def _subjects(case: Case, scored: Scored) -> tuple[Ref, ...]:
    """What the complaint is about, and the subject whose failing it is traced to."""
    named = scored.decision.named
    return (*case.about, *((named.subject,) if named is not None and named.subject is not None else ()))
