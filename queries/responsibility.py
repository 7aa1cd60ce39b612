"""Who answered when it happened, who acts today, and the three parties of a complaint, from what the scoring named."""

from __future__ import annotations

from graph.case import Case, Subject
from graph.framework import Framework
from graph.records import Ref
from graph.values import local_day
from queries.answers import Holding, OwnerAnswer, Parties
from queries.ownership import accountable
from queries.scene import Scene
from queries.scoring import Scored


def scene_of(case: Case, scored: Scored) -> Scene | None:
    """What the owner is sought for: the named point, stage or domain; None where nothing is named."""
    named = scored.decision.named
    if named is None:
        return None
    subject = case.subjects.get(named.subject, Subject(named.subject, {})) if named.subject is not None else None
    promotes = subject.promotes if subject is not None else ()
    promoted = tuple(case.subjects.get(Ref("Product", id_), Subject(Ref("Product", id_), {})) for id_ in promotes)
    return Scene(
        named.point, named.stage, named.domain, subject, promoted, scored.concerned.units(subject), case.channels, case.home_units,
        tuple(unit.id for unit in scored.concerned.handlers),
    )  # fmt: skip


def answered_at(case: Case, scored: Scored) -> str:
    """The moment of **then**: the named point's last review on the subject before the complaint, else the subject's entry
    into the stage, else the complaint itself.

    A review of a gate that checks the point is a review of the point, as in step 3.
    """
    named = scored.decision.named
    subject = case.subjects.get(named.subject) if named is not None and named.subject is not None else None
    if named is None or subject is None:
        return case.event_at
    if named.point is not None:
        latest = scored.evidence.about(subject).latest
        sources = scored.view.points[scored.view.index[named.point]].review_sources
        reviewed = [latest[source].event_at for source in sources if source in latest]
        if reviewed:
            return max(reviewed)
    made = case.event_at
    entered = [
        e.event_at for e in subject.entries if e.stage == named.stage and e.event_at <= made and e.recorded_at <= made
    ]
    return max(entered, default=made)


def owners(framework: Framework, case: Case, scored: Scored, as_of: str) -> OwnerAnswer | None:
    """Who answered then and who acts on ``as_of`` (a moment); None where nothing is named."""
    scene = scene_of(case, scored)
    if scene is None:
        return None
    then, now = (local_day(moment, framework.zone) for moment in (answered_at(case, scored), as_of))
    return OwnerAnswer(then=accountable(framework, scene, then), now=accountable(framework, scene, now))


def parties(case: Case, owner: OwnerAnswer | None, as_of: str) -> Parties:
    """First contact 首问负责人, current handler up to ``as_of``, and owner of the root; null where not known or contested.

    Of several first contacts a person goes before a unit. The handler is whom the last step handed it TO, else BY whom it
    was done, else the first contact.
    """
    first = min(case.received_by, default=None, key=lambda ref: (ref.kind != "Owner", ref.id))
    handler = first
    steps = [step for step in case.steps if step.event_at <= as_of]
    if steps:
        last = max(steps, key=lambda step: (step.event_at, step.seq, step.id))
        handler = last.to or last.by or first
    then = owner.then if owner is not None else None
    return Parties(
        first_contact=str(first) if first is not None else None,
        current_handler=str(handler) if handler is not None else None,
        root_owner=then.holder if isinstance(then, Holding) else None,
    )
