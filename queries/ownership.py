"""Step 6 of the trace: whose duty it is on a day. The most specific accountable assignment, else a rule, else the unit's head, else nobody."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from graph.framework import Framework, valid_on
from graph.records import EdgeRow, Ref
from queries.answers import Contested, Holding, Via
from queries.organisation import organisation
from queries.per_framework import PerFramework
from queries.rules import applied
from queries.scene import Scene

_SUBJECTS = ("Product", "Campaign")


@dataclass(frozen=True, slots=True)
class Assigned:
    """An Assignment with its ends, as loaded; periods are judged when asked about a day."""

    ref: Ref
    role: str
    function: str | None
    segments: tuple[str, ...]
    tiers: tuple[str, ...]
    targets: frozenset[Ref]
    within: tuple[Ref, ...]
    units: frozenset[str]
    """The units among its scopes."""
    held: tuple[EdgeRow, ...]


class Covering(NamedTuple):
    """An assignment that covers a scene: through what, and how specific it is (larger is more)."""

    assigned: Assigned
    via: Via
    rank: tuple[int, int, int, int]


class Assignments:
    """The assignments of a framework by id, and by role, what they are for and the subject they are limited to."""

    def __init__(self, framework: Framework) -> None:
        self.by_id = {id_: _assigned(framework, Ref("Assignment", id_)) for id_ in framework.nodes("Assignment")}
        self._by_place: dict[tuple[str, Ref, Ref | None], list[Assigned]] = {}
        for assigned in self.by_id.values():
            limits = [ref for ref in assigned.within if ref.kind in _SUBJECTS]
            if len(limits) <= 1:  # limited to two subjects it matches neither
                for target in sorted(assigned.targets):
                    key = (assigned.role, target, limits[0] if limits else None)
                    self._by_place.setdefault(key, []).append(assigned)

    def for_places(self, role: str, places: Iterable[Ref], subject: Ref | None) -> list[Assigned]:
        """Those of a role for any of some places that are not limited to another subject, each once."""
        found: dict[Ref, Assigned] = {}
        for place in places:
            for limit in (None, subject) if subject is not None else (None,):
                found |= {assigned.ref: assigned for assigned in self._by_place.get((role, place, limit), ())}
        return list(found.values())


def _assigned(framework: Framework, ref: Ref) -> Assigned:
    props = framework.nodes("Assignment")[ref.id].props
    segments, tiers, function = props.get("segments"), props.get("tiers"), props.get("function")
    within = framework.targets("WITHIN", ref)
    return Assigned(
        ref,
        str(props.get("role", "")),
        str(function) if function is not None else None,
        segments if isinstance(segments, tuple) else (),
        tiers if isinstance(tiers, tuple) else (),
        frozenset(framework.targets("FOR", ref)),
        within,
        frozenset(scope.id for scope in within if scope.kind == "OrgUnit"),
        framework.out("HELD_BY", ref),
    )


assignments = PerFramework(Assignments)
"""The assignments of a framework."""


def holders(framework: Framework, assigned: Assigned, day: str) -> tuple[Ref, ...]:
    """Who holds an assignment on a day: it is valid, so is the holding, and the holder is there."""
    if not framework.present(assigned.ref, day):
        return ()
    return tuple(e.target for e in assigned.held if valid_on(e.props, day) and framework.present(e.target, day))


def covering(framework: Framework, scene: Scene, day: str) -> list[Covering]:
    """The accountable assignments that cover a scene on a day, most specific first, whoever holds them.

    One covers it if one of its FOR is the point, its stage, its domain or the subject, and all its scopes match; what is
    not known matches nothing. One with a function covers only stages of that function.
    Compared in this order: the subject itself in FOR or WITHIN; point before stage before domain; depth of the unit it
    is limited to; number of further scopes.
    """
    places = scene.places()
    subject = scene.subject.ref if scene.subject is not None else None
    reach = frozenset(unit for level in organisation(framework).levels(scene.units, day) for unit in level)
    function = _function(framework, scene.stage)
    found = [
        Covering(assigned, *_specific(framework, assigned, scene, places, day))
        for assigned in assignments(framework).for_places("accountable", [place for place, _, _ in places], subject)
        if assigned.units <= reach
        and (assigned.function is None or assigned.function == function)
        and _scopes_match(assigned, scene)
    ]
    return sorted(found, key=lambda c: (tuple(-n for n in c.rank), c.assigned.ref.id))


def accountable(framework: Framework, scene: Scene, day: str) -> Holding | Contested | None:
    """Who answers for a scene on a day; None: nobody.

    The holder of the most specific accountable assignment; several different ones with equal right are contested. Without any, the unit that
    the rule of highest priority leads to (``via`` rule, with its name). Without such a rule, the head of the unit concerned, said to be a
    fallback (``via`` unit_head).
    """
    held: dict[Ref, Holding] = {}
    best = None
    for cover in covering(framework, scene, day):
        if best is not None and cover.rank != best:
            break
        for holder in holders(framework, cover.assigned, day):
            best = cover.rank
            held.setdefault(holder, holding(framework, holder, cover.via, day))
    return _one_or_contested(held or _by_rule(framework, scene, day) or heads(framework, scene.units, day))


def _by_rule(framework: Framework, scene: Scene, day: str) -> dict[Ref, Holding]:
    found: dict[Ref, Holding] = {}
    for rule, units in applied(framework, scene, day):
        for unit in units:
            text = f"OrgUnit:{unit}"
            found.setdefault(Ref("OrgUnit", unit), Holding(holder=text, unit=text, rule=str(rule), via="rule"))
    return found


def heads(framework: Framework, units: Iterable[str], day: str) -> dict[Ref, Holding]:
    """The heads 一把手 of units on a day."""
    places = [Ref("OrgUnit", unit) for unit in units]
    found: dict[Ref, Holding] = {}
    for assigned in assignments(framework).for_places("head", places, None):
        for holder in holders(framework, assigned, day):
            found.setdefault(holder, holding(framework, holder, "unit_head", day))
    return found


def holding(framework: Framework, holder: Ref, via: Via, day: str) -> Holding:
    """A holder with the unit it is, or belongs to on the day."""
    unit = framework.unit_of(holder, day)
    return Holding(holder=str(holder), unit=f"OrgUnit:{unit}" if unit is not None else None, rule=None, via=via)


def _one_or_contested(held: dict[Ref, Holding]) -> Holding | Contested | None:
    if len(held) > 1:
        return Contested(contested=tuple(held[holder] for holder in sorted(held)))
    return next(iter(held.values()), None)


def _scopes_match(assigned: Assigned, scene: Scene) -> bool:
    """Channel, segment and tier scopes; subject and unit have been looked at."""
    if any(ref.id not in scene.channels for ref in assigned.within if ref.kind == "Channel"):
        return False
    return _attributes_match(assigned, scene)


def _attributes_match(assigned: Assigned, scene: Scene) -> bool:
    """Segments: the product's, or that of every product the campaign promotes; tiers: the subject's own."""
    if assigned.segments:
        subject = scene.subject
        products = scene.promoted if subject is not None and subject.ref.kind == "Campaign" else (subject,)
        segments = [product.props.get("segment") if product is not None else None for product in products]
        if not segments or any(segment not in assigned.segments for segment in segments):
            return False
    tier = scene.subject.props.get("tier") if scene.subject is not None else None
    return not assigned.tiers or tier in assigned.tiers


def _function(framework: Framework, stage: str | None) -> str | None:
    row = framework.get(Ref("Stage", stage)) if stage is not None else None
    function = row.props.get("function") if row is not None else None
    return str(function) if function is not None else None


def _specific(
    framework: Framework, assigned: Assigned, scene: Scene, places: tuple[tuple[Ref, Via, int], ...], day: str
) -> tuple[Via, tuple[int, int, int, int]]:
    nearest = [(near, via) for place, via, near in places if place in assigned.targets]
    near, via = max(nearest, key=lambda pair: pair[0])
    subject = scene.subject.ref if scene.subject is not None else None
    itself = subject is not None and (subject in assigned.targets or subject in assigned.within)
    depth = max((organisation(framework).depth(unit, day) for unit in assigned.units), default=0)
    further = sum(ref.kind == "Channel" for ref in assigned.within) + sum(
        bool(scope) for scope in (assigned.segments, assigned.tiers, assigned.function)
    )
    return via, (int(itself), near, depth, further)
