"""Responsibility maps: who holds which control point on a day, what measures it up to satisfaction, and where the way breaks.

A map is a :class:`Subgraph` for whoever draws it. What a holder answers for is drawn as RESPONSIBLE_FOR (schema.md: never stored), with role
and scope. For a product or campaign the holder is found by the trace's own rule; else every duty that reaches the point is drawn.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import NamedTuple, get_args

from graph.case import Subject
from graph.errors import UnknownId
from graph.framework import Framework, basis_of, row_name
from graph.records import NodeRow, Ref
from graph.subgraph import Column, Subgraph
from graph.text import Text
from queries.answers import Contested, Duty
from queries.chain import way_up
from queries.finding import Finding
from queries.findings.duties import Duty as Held
from queries.findings.view import View
from queries.map_canvas import Canvas
from queries.map_folding import folded
from queries.naming import joined
from queries.ownership import accountable
from queries.scene import Scene
from queries.view import SUBJECT_KIND
from queries.who import ROLE_NAMES

_ROLES: tuple[Duty, ...] = get_args(Duty)
_LEVELS: dict[object, Column] = {"KCI": "KCI", "KQI": "KQI", "KPI": "KPI"}
_APPOINT = Text("按规则须指定到人", "must appoint, by rule")


class MapScope(NamedTuple):
    """Which part of the framework a map shows; what is given must hold together, nothing given is everything.

    ``unit`` takes in the units below it on the day; ``subject`` is a product or campaign with the units that run it.
    """

    unit: str | None = None
    owner: str | None = None
    stage: str | None = None
    subject: Subject | None = None
    promoted: tuple[Subject, ...] = ()
    """The products that the subject, a campaign, promotes."""


class Holding(NamedTuple):
    """Somebody's duty at a control point, in words."""

    holder: Ref
    role: Text
    basis: str


def responsibility_map(
    framework: Framework, scope: MapScope, *, as_of: str, findings: Iterable[Finding] = ()
) -> Subgraph:
    """The control points of a scope with their holders, units and indicators on a day, and the marks of the breakpoint list.

    Args:
        framework: the framework of one revision.
        scope: what is shown.
        as_of: the day, ``YYYY-MM-DD``.
        findings: the breakpoint list of that day; those that name a drawn node mark it.

    Raises UnknownId for a unit, owner or stage that the framework lacks. More than ``map_folding.MOST_NODES`` boxes are folded, which the lead says.
    """
    _check(framework, scope)
    view = View(framework, as_of)
    canvas = Canvas(framework)
    units = _with_those_below(framework, scope.unit, as_of) if scope.unit is not None else None
    points, unowned = 0, 0
    for point in _points(view, scope):
        held = list(_holdings(view, point, scope))
        if units is not None or scope.owner is not None:
            held = [one for one in held if _is_wanted(view, one.holder, units, scope.owner)]
            if not held:
                continue
        points += 1
        unowned += not any(one.holder.kind == "Owner" for one in held)
        _draw_point(canvas, view, point, held)
    if scope.subject is not None:
        _draw_subject(canvas, scope.subject)
    canvas.settle()
    lead = (_lead(points, unowned, as_of), *canvas.mark(findings))
    return folded(canvas, view, _titled(framework, scope), lead)


def _check(framework: Framework, scope: MapScope) -> None:
    for kind, id_ in (("OrgUnit", scope.unit), ("Owner", scope.owner), ("Stage", scope.stage)):
        if id_ is not None and id_ not in framework.nodes(kind):
            raise UnknownId(f"{kind}:{id_}", (f"{kind}:{known}" for known in framework.nodes(kind)))


def _with_those_below(framework: Framework, unit: str, day: str) -> frozenset[str]:
    return frozenset((unit, *(id_ for id_ in framework.nodes("OrgUnit") if unit in framework.units_above(id_, day))))


def _points(view: View, scope: MapScope) -> Iterator[Ref]:
    """The control points in stage order; of a stage that is only detailed by others, theirs."""
    framework = view.framework
    stages: Collection[str] | None = None
    if scope.stage is not None:
        own = scope.stage in framework.stage_of.values()
        detailing = [ref.id for ref in view.targets("DETAILED_BY", Ref("Stage", scope.stage))]
        stages = frozenset((scope.stage,) if own else (scope.stage, *detailing))
    kind = SUBJECT_KIND[scope.subject.ref.kind] if scope.subject is not None else None
    for id_ in sorted(view.nodes("ControlPoint"), key=lambda id_: (framework.point_rank(id_), id_)):
        if stages is not None and framework.stage_of.get(id_) not in stages:
            continue
        if kind is None or view.nodes("ControlPoint")[id_].props.get("subject_kind") == kind:
            yield Ref("ControlPoint", id_)


def _holdings(view: View, point: Ref, scope: MapScope) -> Iterator[Holding]:
    if scope.subject is not None:
        yield from _answering(view, point, scope.subject, scope.promoted)
        return
    duties, places = view.duties, view.duties.places_of_point(point)
    named = False
    for role in _ROLES:
        for place in places:
            for duty in duties.for_target(role, place.ref):
                if not place.served_by(duty):
                    continue
                for holder in filter(duties.there, duty.holders):
                    named = named or role == "accountable"
                    yield Holding(
                        holder, _role_told(view, role, duty, place.ref), basis_of(view.nodes("Assignment")[duty.ref.id])
                    )
    unit = None if named else duties.acting(places).unit
    if unit is not None:
        yield Holding(unit, _APPOINT, "derived")


def _answering(view: View, point: Ref, subject: Subject, promoted: tuple[Subject, ...]) -> Iterator[Holding]:
    """Who answers for a point on one product or campaign, by the rule of the trace."""
    framework = view.framework
    stage = framework.stage_of.get(point.id)
    scene = Scene(point.id, stage, framework.domain_of.get(stage or ""), subject, promoted, subject.run_by)
    answer = accountable(framework, scene, view.as_of)
    every = answer.contested if isinstance(answer, Contested) else (answer,) if answer is not None else ()
    for one in every:
        role = _APPOINT if one.rule is not None else ROLE_NAMES["accountable"]
        if len(every) > 1:
            role = Text(f"{role.zh}（有争议）", f"{role.en} (contested)")
        yield Holding(Ref.parse(one.holder), role, "derived" if one.rule is not None else "customer")


def _role_told(view: View, role: Duty, duty: Held, place: Ref) -> Text:
    """Role, what it is held through, and its scope: 负责（经环节“计费账单”，限甲省）."""
    name, scope = ROLE_NAMES[role], _scope_told(view, duty.ref)
    zh, en = [], []
    if place.kind != "ControlPoint":
        kind = Text("环节", "stage") if place.kind == "Stage" else Text("领域", "domain")
        zh.append(f"经{kind.zh}“{view.framework.name(place, 'zh')}”")
        en.append(f"through the {kind.en} “{view.framework.name(place, 'en')}”")
    if scope is not None:
        zh.append(f"限{scope.zh}")
        en.append(f"for {scope.en}")
    return Text(f"{name.zh}（{'，'.join(zh)}）", f"{name.en} ({', '.join(en)})") if zh else name


def _scope_told(view: View, assignment: Ref) -> Text | None:
    props = view.props(assignment)
    parts = [
        Text(*(view.framework.name(ref, lang) for lang in ("zh", "en"))) for ref in view.targets("WITHIN", assignment)
    ]
    for name in ("segments", "tiers", "function"):
        value = props.get(name)
        parts += [Text(word, word) for word in (value if isinstance(value, tuple) else (str(value),) if value else ())]
    return joined(parts) if parts else None


def _is_wanted(view: View, holder: Ref, units: Collection[str] | None, owner: str | None) -> bool:
    if owner is not None and holder != Ref("Owner", owner):
        return False
    unit = view.duties.unit_of(holder)
    return units is None or (unit is not None and unit.id in units)


def _draw_point(canvas: Canvas, view: View, point: Ref, held: Sequence[Holding]) -> None:
    framework = view.framework
    stage = framework.stage_of.get(point.id)
    box = canvas.box(point, "ControlPoint", band=stage)
    standard = view.props(point).get("standard")
    if standard is not None:
        english = view.props(point).get("standard_en", standard)
        box.detail[Text(f"标准：{standard}", f"Standard: {english}")] = None
    way = way_up(framework, point.id, view.as_of)
    for indicator in way.indicators:
        canvas.box(indicator, _LEVELS.get(view.props(indicator).get("level"), "Other"))
    for link in way.links:
        canvas.edge(link.type, link.source, link.target, basis=basis_of(link))
    for one in held:
        canvas.box(one.holder, "Owner" if one.holder.kind == "Owner" else "OrgUnit")
        canvas.edge("RESPONSIBLE_FOR", one.holder, point, basis=one.basis, text=one.role)
        unit = view.duties.unit_of(one.holder)
        if one.holder.kind == "Owner" and unit is not None:
            canvas.box(unit, "OrgUnit")
            canvas.edge("BELONGS_TO", one.holder, unit)
    if not any(one.holder.kind == "Owner" for one in held):
        box.detail[Text("没有落实到人", "nobody is named")] = None


def _draw_subject(canvas: Canvas, subject: Subject) -> None:
    canvas.box(subject.ref, "Other", name=_subject_name(subject))
    for unit in subject.run_by:
        canvas.box(Ref("OrgUnit", unit), "OrgUnit")
        canvas.edge("RUN_BY", subject.ref, Ref("OrgUnit", unit))


def _subject_name(subject: Subject) -> Text:
    row = NodeRow(*subject.ref, subject.props)
    return Text(row_name(row, "zh"), row_name(row, "en"))


def _titled(framework: Framework, scope: MapScope) -> Text:
    parts = [
        Text(*(framework.name(Ref(kind, id_), lang) for lang in ("zh", "en")))
        for kind, id_ in (("OrgUnit", scope.unit), ("Owner", scope.owner), ("Stage", scope.stage))
        if id_ is not None
    ]
    parts += [_subject_name(scope.subject)] if scope.subject is not None else []
    return Text(
        "责任地图" + "".join(f" · {part.zh}" for part in parts), "Responsibility map" + "".join(f" · {part.en}" for part in parts)
    )  # fmt: skip


def _lead(points: int, unowned: int, day: str) -> Text:
    if not points:
        return Text(f"{day}：没有符合条件的控制点。", f"{day}: no control point fits.")
    zh = f"其中 {unowned} 个没有落实到人。" if unowned else "都已落实到人。"
    en = f"{unowned} of them have nobody named." if unowned else "each has somebody named."
    return Text(f"{day}：{points} 个控制点，{zh}", f"{day}: {points} control point{'' if points == 1 else 's'}, {en}")
