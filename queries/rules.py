"""Step 6 of the trace where nobody is assigned: the responsibility rules whose conditions hold, and the units they lead to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from graph.framework import Framework
from graph.records import Ref
from graph.rules import Condition, read_condition
from graph.values import Props
from queries.per_framework import PerFramework
from queries.scene import Scene

_BUSINESS_LINE, _MARKET_LINE = ("政企", "business"), ("市场", "market")


@dataclass(frozen=True, slots=True)
class RuleView:
    """A Rule with its ends."""

    ref: Ref
    when: tuple[Condition, ...]
    holder: str
    priority: int


class Applied(NamedTuple):
    """A rule that applies to a scene, and the units it makes answerable."""

    rule: Ref
    units: tuple[str, ...]


class _Rules:
    """The rules of a framework by what they are FOR; one with a condition that cannot be read never holds and is left out."""

    def __init__(self, framework: Framework) -> None:
        self.by_place: dict[Ref, list[RuleView]] = {}
        for id_, row in framework.nodes("Rule").items():
            ref, texts = Ref("Rule", id_), row.props.get("when")
            conditions = [read_condition(text) for text in (texts if isinstance(texts, tuple) else ())]
            if any(condition is None for condition in conditions):
                continue
            priority = row.props.get("priority")
            rule = RuleView(
                ref,
                tuple(condition for condition in conditions if condition is not None),
                str(row.props.get("holder", "unit")),
                priority if isinstance(priority, int) else 0,
            )
            for place in framework.targets("FOR", ref):
                self.by_place.setdefault(place, []).append(rule)


_rules = PerFramework(_Rules)


def applied(framework: Framework, scene: Scene, day: str) -> tuple[Applied, ...]:
    """The rules of highest priority that cover a scene, hold for it and lead to a unit; several are equal and so contested.

    A rule covers it if one of its FOR is the point, its stage, its domain or the subject. All its conditions must hold; one about something
    unknown does not. A rule that leads to nobody (a runner that is not known) gives way to the next.
    """
    by_place = _rules(framework).by_place
    covering = {rule.ref: rule for place, _, _ in scene.places() for rule in by_place.get(place, ())}
    best: list[Applied] = []
    highest = None
    for rule in sorted(covering.values(), key=lambda rule: (-rule.priority, rule.ref.id)):
        if highest is not None and rule.priority < highest:
            break
        if framework.present(rule.ref, day) and all(holds(condition, framework, scene, day) for condition in rule.when):
            units = tuple(
                unit for unit in _holders(framework, rule, scene, day) if framework.present(Ref("OrgUnit", unit), day)
            )
            if units:
                best.append(Applied(rule.ref, units))
                highest = rule.priority
    return tuple(best)


def holds(condition: Condition, framework: Framework, scene: Scene, day: str) -> bool:
    """Whether a condition holds for a scene: what it asks about is known, and among the values it allows.

    Where there are several (the segments of the promoted products), all must be; of an indicator's domains one is enough.
    """
    found = _ATTRIBUTES[condition.attribute](framework, scene, day)
    enough = any if condition.attribute == "indicator.domain" else all
    return bool(found) and enough(value in condition.values for value in found)


# ── what conditions ask about: the values, none where it is not known ─────────────────────────────────────
_Values = tuple[str, ...]


def _of_products(name: str) -> Callable[[Framework, Scene, str], _Values]:
    """A property of the product, or of every product the campaign promotes; unknown unless all of them state it."""

    def values(_: Framework, scene: Scene, __: str) -> _Values:
        subject = scene.subject
        if subject is None or subject.ref.kind == "OrgUnit":
            return ()
        products = (subject,) if subject.ref.kind == "Product" else scene.promoted
        found = [_text(product.props, name) for product in products]
        return () if None in found else tuple(sorted({value for value in found if value is not None}))

    return values


def _campaign_tier(_: Framework, scene: Scene, __: str) -> _Values:
    subject = scene.subject
    tier = _text(subject.props, "tier") if subject is not None and subject.ref.kind == "Campaign" else None
    return (tier,) if tier is not None else ()


def _promotes_specialised(framework: Framework, scene: Scene, day: str) -> _Values:
    if scene.subject is None or scene.subject.ref.kind != "Campaign":
        return ()
    runners = (unit for product in scene.promoted for unit in product.run_by)
    return ("true" if any(_unit(framework, unit).get("tier") == "specialised" for unit in runners) else "false",)


def _has_unit(_: Framework, scene: Scene, __: str) -> _Values:
    return () if scene.home_units is None else ("true" if scene.home_units else "false",)


def _operator_tier(framework: Framework, scene: Scene, _: str) -> _Values:
    return _of_units(framework, operators(framework, scene), "tier")


def _runner_class(framework: Framework, scene: Scene, _: str) -> _Values:
    return _of_units(framework, scene.subject.run_by if scene.subject is not None else (), "build_class")


def _handler_class(framework: Framework, scene: Scene, _: str) -> _Values:
    return _of_units(framework, scene.handlers, "build_class")


def _unit_class(framework: Framework, scene: Scene, _: str) -> _Values:
    return _of_units(framework, scene.units, "build_class")


def _indicator_domain(framework: Framework, scene: Scene, _: str) -> _Values:
    if scene.other is None or scene.other.kind != "Indicator":
        return ()
    row = framework.get(scene.other)
    domains = row.props.get("domains") if row is not None else None
    return domains if isinstance(domains, tuple) else ()


_ATTRIBUTES: Mapping[str, Callable[[Framework, Scene, str], _Values]] = {
    "product.segment": _of_products("segment"), "product.network": _of_products("network"), "campaign.tier": _campaign_tier,
    "campaign.promotes_specialised": _promotes_specialised, "complaint.has_unit": _has_unit, "channel.operator_tier": _operator_tier,
    "runner.build_class": _runner_class, "handler.build_class": _handler_class, "unit.build_class": _unit_class,
    "indicator.domain": _indicator_domain,
}  # fmt: skip


# ── whom rules lead to ────────────────────────────────────────────────────────────────────────────────────
def _holders(framework: Framework, rule: RuleView, scene: Scene, day: str) -> tuple[str, ...]:
    subject = scene.subject
    match rule.holder:
        case "unit":
            return tuple(unit.id for unit in framework.targets("HELD_BY", rule.ref, day))
        case "runner":
            return subject.run_by if subject is not None else ()
        case "landing":
            lands = subject.lands_in if subject is not None else ()
            near = {above for unit in scene.units for above in (unit, *framework.units_above(unit, day))}
            return tuple(unit for unit in lands if unit in near) or lands
        case "home_unit":
            return scene.home_units or ()
        case "channel_operator":
            return operators(framework, scene)
        case "receiving_unit":
            return scene.handlers
        case "headquarters_line":
            business = _of_products("segment")(framework, scene, day) == ("business",)
            return _headquarters(framework, _BUSINESS_LINE if business else _MARKET_LINE)
    return ()


def operators(framework: Framework, scene: Scene) -> tuple[str, ...]:
    """The units that run the channels the complaint came through."""
    units = {unit.id for channel in scene.channels for unit in framework.targets("RUN_BY", Ref("Channel", channel))}
    return tuple(sorted(units))


def _headquarters(framework: Framework, lines: tuple[str, ...]) -> tuple[str, ...]:
    """The headquarters units of a line: those whose line is called so, in Chinese or English."""
    return tuple(
        id_ for id_, row in framework.nodes("OrgUnit").items()
        if row.props.get("tier") == "hq" and str(row.props.get("line", "")).lower() in lines
    )  # fmt: skip


def _of_units(framework: Framework, units: tuple[str, ...], name: str) -> _Values:
    found = [_text(_unit(framework, unit), name) for unit in units]
    return () if None in found else tuple(sorted({value for value in found if value is not None}))


def _unit(framework: Framework, unit: str) -> Props:
    row = framework.get(Ref("OrgUnit", unit))
    return row.props if row is not None else {}


def _text(props: Props, name: str) -> str | None:
    value = props.get(name)
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if value is not None else None
