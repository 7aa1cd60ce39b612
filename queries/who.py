"""Who answers for something on a day: a control point, stage, domain, gate, indicator, product, campaign, channel, system, unit.

The owner by the trace's own rule (ownership), every other duty that bears on it, and an honest "nobody" with the unit
that must appoint.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import get_args

from graph.case import Subject
from graph.errors import UnknownId, UsageError
from graph.framework import Framework
from graph.records import Ref
from graph.schema import EDGES
from graph.text import Text
from queries.answers import Contested, Duty, DutyAnswer, Holding, Via, WhoAnswer, label
from queries.facts import held_told
from queries.naming import Names, joined
from queries.ownership import Assigned, accountable, assignments, holders
from queries.scene import Scene

ROLES: tuple[Duty, ...] = get_args(Duty)
ROLE_NAMES: dict[Duty, Text] = {
    "accountable": Text("负责", "accountable"), "responsible": Text("执行", "responsible"), "participant": Text("参与", "participant"),
    "reviewer": Text("评审", "reviewer"), "monitor": Text("监测", "monitor"), "head": Text("一把手", "head"),
    "team": Text("项目团队", "team"), "liaison": Text("对接人", "liaison"),
}  # fmt: skip
_SUBJECTS = ("Product", "Campaign")


def who(framework: Framework, target: Ref, *, as_of: str, subject: Subject | None = None) -> WhoAnswer:
    """Who answers for a target on a day.

    ``owner`` follows the trace's rule for what is known: without a subject, duties limited to a subject, unit or channel
    match nothing and are only listed under ``duties`` with their scope. ``must_appoint``: the units that hold the duty where
    no person or role does.

    Args:
        framework: the framework of one revision.
        target: what is asked about; a control point brings its stage and domain along, a stage its domain.
        as_of: the day, ``YYYY-MM-DD``.
        subject: the product, campaign or unit it is asked for; for a product or campaign as target, that one.

    Raises UsageError when nobody can have a duty for such a kind, UnknownId when the framework lacks the target.
    """
    _check(framework, target)
    scene = _scene(framework, target, subject)
    owner = accountable(framework, scene, as_of)
    duties = sorted(_bearing(framework, scene, as_of), key=lambda duty: ROLES.index(duty.role))
    must_appoint = _must_appoint(duties, owner)
    return WhoAnswer(
        target=str(target),
        subject=str(subject.ref) if subject is not None else None,
        as_of=as_of,
        owner=owner,
        duties=tuple(duties),
        must_appoint=must_appoint,
        explanation=label(_told(Names(framework), target, owner, duties, must_appoint, as_of)),
    )


def _check(framework: Framework, target: Ref) -> None:
    kinds = EDGES["FOR"].targets("Assignment")
    if target.kind not in kinds:
        raise UsageError(
            Text(f"{target.kind} 没有责任人可查", f"nobody has a duty for a {target.kind}"),
            Text(f"可查：{'、'.join(kinds)}", f"Ask about one of {', '.join(kinds)}"),
        )
    if target.kind not in _SUBJECTS and framework.get(target) is None:
        raise UnknownId(str(target), (f"{target.kind}:{id_}" for id_ in framework.nodes(target.kind)))


def _scene(framework: Framework, target: Ref, subject: Subject | None) -> Scene:
    units: tuple[str, ...] = ()
    if subject is not None:
        units = (subject.ref.id,) if subject.ref.kind == "OrgUnit" else subject.run_by
    if target.kind in _SUBJECTS:
        return Scene(subject=subject or Subject(target, {}), units=units)
    if target.kind in ("ControlPoint", "Stage", "Domain"):
        point = target.id if target.kind == "ControlPoint" else None
        stage = (
            framework.stage_of.get(target.id) if point is not None else target.id if target.kind == "Stage" else None
        )
        domain = target.id if target.kind == "Domain" else framework.domain_of.get(stage) if stage is not None else None
        return Scene(point=point, stage=stage, domain=domain, subject=subject, units=units)
    return Scene(subject=subject, units=(target.id,) if target.kind == "OrgUnit" else units, other=target)


def _bearing(framework: Framework, scene: Scene, day: str) -> Iterator[DutyAnswer]:
    """Every duty FOR one of the scene's places that somebody holds on the day, whatever its scope; nearest first, then by id."""
    known = assignments(framework).by_id
    seen: set[str] = set()
    for place, via, _ in sorted(scene.places(), key=lambda entry: -entry[2]):
        for edge in framework.into("FOR", place):
            assigned = known.get(edge.source.id) if edge.source.kind == "Assignment" else None
            if assigned is not None and assigned.ref.id not in seen and assigned.role in ROLES:
                seen.add(assigned.ref.id)
                yield from _duties(framework, assigned, via, day)


def _duties(framework: Framework, assigned: Assigned, via: Via, day: str) -> Iterator[DutyAnswer]:
    held = holders(framework, assigned, day)
    named = framework.targets("DEPUTY", assigned.ref, day)
    deputies = tuple(str(ref) for ref in named if framework.present(ref, day) and ref not in held)
    scope = [str(ref) for ref in assigned.within]
    scope += [f"segment={name}" for name in assigned.segments] + [f"tier={name}" for name in assigned.tiers]
    scope += [f"function={assigned.function}"] if assigned.function is not None else []
    for holder in held:
        unit = framework.unit_of(holder, day)
        yield DutyAnswer(
            role=next(role for role in ROLES if role == assigned.role),
            assignment=str(assigned.ref),
            holder=str(holder),
            unit=f"OrgUnit:{unit}" if unit is not None else None,
            via=via,
            scope=tuple(scope),
            deputies=deputies,
        )


def _must_appoint(duties: Sequence[DutyAnswer], owner: Holding | Contested | None) -> tuple[str, ...]:
    """The units that hold the duty, by assignment or by rule, where no person or role does."""
    holding = [duty.holder for duty in duties if duty.role == "accountable"]
    if any(holder.startswith("Owner:") for holder in holding):
        return ()
    answering = owner.contested if isinstance(owner, Contested) else (owner,) if owner is not None else ()
    return tuple(sorted({*holding, *(one.holder for one in answering if one.via == "rule")}))


def _told(
    names: Names,
    target: Ref,
    owner: Holding | Contested | None,
    duties: Sequence[DutyAnswer],
    must_appoint: Sequence[str],
    day: str,
) -> Text:
    """The answer in a few sentences: who answers, who must appoint, who else has a duty, and within what scope."""
    what, answer = names.kind_and_name(target), held_told(owner, names)
    zh = [f"{day}，{what.zh}的责任方：{answer.zh}。"]
    en = [f"On {day}, answerable for {what.en}: {answer.en}."]
    if must_appoint:
        units = joined(names.full(Ref.parse(ref)) for ref in must_appoint)
        zh.append(f"须由{units.zh}指定到人。")
        en.append(f"{units.en} must appoint a person.")
    for role in ROLES:
        held = [duty for duty in duties if duty.role == role]
        if held:
            people = joined(_holder(duty, names) for duty in held)
            zh.append(f"{ROLE_NAMES[role].zh}：{people.zh}。")
            en.append(f"{ROLE_NAMES[role].en.capitalize()}: {people.en}.")
    return Text("".join(zh), " ".join(en))


def _holder(duty: DutyAnswer, names: Names) -> Text:
    name = names.full(Ref.parse(duty.holder))
    if not duty.scope:
        return name
    scope = joined(names.bare(Ref.parse(part)) if ":" in part else Text(part, part) for part in duty.scope)
    return Text(f"{name.zh}（限{scope.zh}）", f"{name.en} (for {scope.en})")
