"""Who holds which duty on a day, and from that who should act on something.

An Assignment counts when it is valid and a HELD_BY of it holds on the day, whatever became of the holder; without a
holder it counts as absent. Rules, and Assignments held by a unit alone, only say which unit must appoint (breakpoints.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from graph.framework import valid_on
from graph.records import Ref
from graph.rules import read_condition

if TYPE_CHECKING:
    from queries.findings.view import View


class Duty(NamedTuple):
    """An Assignment that counts: its holders on the day (present or gone), what it is for, how narrowly it is scoped."""

    ref: Ref
    role: str
    function: str | None
    scopes: int
    holders: tuple[Ref, ...]
    targets: tuple[Ref, ...]

    @property
    def owners(self) -> tuple[Ref, ...]:
        """The persons and roles among the holders."""
        return tuple(holder for holder in self.holders if holder.kind == "Owner")


class Place(NamedTuple):
    """Something a duty can be for, with the functions at work there; None where functions do not matter."""

    ref: Ref
    functions: frozenset[str] | None = None

    def served_by(self, duty: Duty) -> bool:
        """Whether a duty for this place reaches it: one with a function reaches only stages of that function (trace.md 6)."""
        return duty.function is None or self.functions is None or duty.function in self.functions


class Acting(NamedTuple):
    """The unit and the owner that should act; None where nobody can be named."""

    unit: Ref | None = None
    owner: Ref | None = None


class Duties:
    """The duties of a view, indexed by what they are for."""

    def __init__(self, view: View) -> None:
        self._view = view

    @cached_property
    def all(self) -> dict[str, Duty]:
        """Every Assignment that counts on the day, by id."""
        found: dict[str, Duty] = {}
        for id_, row in self._view.nodes("Assignment").items():
            ref = Ref("Assignment", id_)
            holders = self._view.framework.targets("HELD_BY", ref, self._view.as_of)
            if not holders:
                continue
            scopes = sum(name in row.props for name in ("segments", "tiers")) + len(self._view.targets("WITHIN", ref))
            function = row.props.get("function")
            found[id_] = Duty(
                ref, str(row.props.get("role", "")), str(function) if function is not None else None,
                scopes, holders, self._view.targets("FOR", ref),
            )  # fmt: skip
        return found

    @cached_property
    def _by_target(self) -> dict[tuple[str, Ref], tuple[Duty, ...]]:
        index: dict[tuple[str, Ref], list[Duty]] = {}
        for duty in self.all.values():
            for target in duty.targets:
                index.setdefault((duty.role, target), []).append(duty)
        return {key: tuple(duties) for key, duties in index.items()}

    def for_target(self, role: str, target: Ref) -> tuple[Duty, ...]:
        """The duties of a role for exactly this target, in id order."""
        return self._by_target.get((role, target), ())

    # ── people ────────────────────────────────────────────────────────────────────────────────────
    def gone(self, holder: Ref) -> bool:
        """Whether a holder has ended, or an owner has left: belonged to a unit, to none any more."""
        row, day = self._view.framework.get(holder), self._view.as_of
        if row is None or ("valid_to" in row.props and str(row.props["valid_to"]) <= day):
            return True
        memberships = self._view.framework.out("BELONGS_TO", holder)
        ended = any(str(edge.props.get("valid_to", "9999")) <= day for edge in memberships)
        return ended and not any(valid_on(edge.props, day) for edge in memberships)

    def there(self, holder: Ref) -> bool:
        """Whether a holder is present on the day."""
        return self._view.stands(holder) and not self.gone(holder)

    def deputies(self, duty: Duty) -> tuple[Ref, ...]:
        """The deputies of a duty who are there; a holder is no deputy of its own."""
        named = self._view.framework.targets("DEPUTY", duty.ref, self._view.as_of)
        return tuple(owner for owner in named if self.there(owner) and owner not in duty.holders)

    def unit_of(self, holder: Ref) -> Ref | None:
        """The unit a holder is or belongs to; for one who left the unit last belonged to; a unit that ended gives the nearest above."""
        framework = self._view.framework
        if holder.kind == "OrgUnit":
            units = [holder.id]
        else:
            rows = [
                e for e in framework.out("BELONGS_TO", holder) if str(e.props.get("valid_from", "")) <= self._view.as_of
            ]
            rows.sort(key=lambda e: (not valid_on(e.props, self._view.as_of), _backwards(e.valid_from), e.target.id))
            units = [edge.target.id for edge in rows[:1]]
        for unit in units:
            for near in (unit, *framework.units_above(unit)):
                if self._view.stands(Ref("OrgUnit", near)):
                    return Ref("OrgUnit", near)
        return None

    # ── places ────────────────────────────────────────────────────────────────────────────────────
    def places_of_point(self, point: Ref) -> tuple[Place, ...]:
        """A control point, its stages and their domains, nearest first."""
        stages = self._view.targets("AT", point)
        functions = frozenset(f for stage in stages for f in self._functions(stage))
        return (Place(point, functions), *self._above(stages))

    def places_of_stage(self, stage: Ref) -> tuple[Place, ...]:
        """A stage and its domains."""
        return self._above((stage,))

    def _above(self, stages: Sequence[Ref]) -> tuple[Place, ...]:
        near = [Place(stage, self._functions(stage)) for stage in stages]
        far: dict[Ref, frozenset[str]] = {}
        for stage in stages:
            for domain in self._view.targets("IN_DOMAIN", stage):
                far[domain] = far.get(domain, frozenset()) | self._functions(stage)
        return (*near, *(Place(domain, functions) for domain, functions in far.items()))

    def _functions(self, stage: Ref) -> frozenset[str]:
        function = self._view.nodes("Stage")[stage.id].props.get("function")
        return frozenset() if function is None else frozenset((str(function),))

    # ── who should act ────────────────────────────────────────────────────────────────────────────
    def accountable(self, places: Iterable[Place]) -> Iterator[Duty]:
        """The accountable duties that reach any of the places: nearest place first, then the least scoped, then by id."""
        for place in places:
            duties = (duty for duty in self.for_target("accountable", place.ref) if place.served_by(duty))
            yield from sorted(duties, key=lambda duty: (duty.scopes, duty.ref))

    def acting(self, places: Sequence[Place]) -> Acting:
        """The accountable owner who is there, nearest place first, with the unit; failing that the unit that must appoint."""
        duties = list(self.accountable(places))
        owner = next((owner for duty in duties for owner in duty.owners if self.there(owner)), None)
        if owner is not None:
            return Acting(self.unit_of(owner), owner)
        units = (
            holder for duty in duties for holder in duty.holders if holder.kind == "OrgUnit" and self.there(holder)
        )
        return Acting(next(units, None) or self._unit_by_rule(places))

    def acting_for(self, *refs: Ref) -> Acting:
        """Like :meth:`acting` for things that have no stage, nearest first."""
        return self.acting([Place(ref) for ref in refs])

    def _unit_by_rule(self, places: Sequence[Place]) -> Ref | None:
        """The unit of the rule that holds most widely: fewest conditions, most values allowed, then priority and nearness."""
        ranked = []
        for nearness, place in enumerate(places):
            for rule, units in self._rules.get(place.ref, ()):
                props = self._view.nodes("Rule")[rule].props
                when, priority = props.get("when", ()), props.get("priority", 0)
                assert isinstance(when, tuple)
                assert isinstance(priority, int)
                width = sum(len(condition.values) for condition in map(read_condition, when) if condition is not None)
                ranked += [(len(when), -width, -priority, nearness, rule, unit) for unit in units]
        return min(ranked)[-1] if ranked else None

    @cached_property
    def _rules(self) -> dict[Ref, list[tuple[str, tuple[Ref, ...]]]]:
        index: dict[Ref, list[tuple[str, tuple[Ref, ...]]]] = {}
        for id_ in self._view.nodes("Rule"):
            units = self._view.targets("HELD_BY", Ref("Rule", id_))
            for target in self._view.targets("FOR", Ref("Rule", id_)) if units else ():
                index.setdefault(target, []).append((id_, units))
        return index


def _backwards(day: str) -> tuple[int, ...]:
    """A sort key that puts the later day first; an open beginning comes last."""
    return tuple(-ord(ch) for ch in day) or (1,)
