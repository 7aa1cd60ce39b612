"""Live campaigns: which are live, whom they touch, and which units must take part in them by their tier (集-省-专)."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from graph.records import Ref
from graph.text import Text
from queries.findings.facts import SubjectFacts
from queries.findings.view import View

TAKING_PART = frozenset({"accountable", "responsible", "participant"})
"""Roles by which a unit takes part in a campaign."""
_OWN_COMPANY = frozenset({"province", "specialised"})


def is_live(subject: SubjectFacts, day: str) -> bool:
    """Whether it is a campaign with starts ≤ day < ends; one that does not say when it starts is not live, one without an end goes on."""
    starts, ends = subject.props.get("starts"), subject.props.get("ends")
    return (
        subject.ref.kind == "Campaign" and starts is not None and str(starts) <= day and (ends is None or day < str(ends))
    )  # fmt: skip


def holders(view: View, subject: Ref, roles: Collection[str] | None = None) -> set[Ref]:
    """Who holds an assignment FOR or WITHIN a subject on the day, whatever became of the holder; with roles, only such ones."""
    duties = view.duties.all
    ids = {ref.id for name in ("FOR", "WITHIN") for ref in view.sources(name, subject) if ref.kind == "Assignment"}
    found = (duties[id_] for id_ in ids if id_ in duties)
    return {holder for duty in found if roles is None or duty.role in roles for holder in duty.holders}


def units_of(view: View, holder: Ref) -> set[Ref]:
    """The unit a holder is, or all it belongs to on the day; for one who left the unit last belonged to."""
    if holder.kind == "OrgUnit":
        return {holder}
    current = set(view.framework.targets("BELONGS_TO", holder, view.as_of))
    last = view.duties.unit_of(holder)
    return current or ({last} if last is not None else set())


def represented(view: View, units: Collection[Ref]) -> set[Ref]:
    """The units for which some units speak: themselves and those above them, up to and including a province or specialised company."""
    found: set[Ref] = set()
    waiting = list(units)
    while waiting:
        unit = waiting.pop()
        if unit not in found:
            found.add(unit)
            if view.props(unit).get("tier") not in _OWN_COMPANY:
                waiting += view.framework.targets("PART_OF", unit, view.as_of)
    return found


def company_of(view: View, unit: Ref, tier: str) -> Ref | None:
    """The nearest unit of a tier, the unit itself or one above it."""
    for near in (unit.id, *view.framework.units_above(unit.id, view.as_of)):
        ref = Ref("OrgUnit", near)
        if view.props(ref).get("tier") == tier:
            return ref
    return None


def touched(view: View, campaign: SubjectFacts) -> set[Ref]:
    """The units a campaign touches: those that run it or a product it promotes, where it lands, and that hold a duty for it or in it."""
    units = {*campaign.run_by, *campaign.lands_in, *(unit for product in campaign.promoted for unit in product.run_by)}
    return units | {unit for holder in holders(view, campaign.ref) for unit in units_of(view, holder)}


HEADQUARTERS = Text("总部单位", "a headquarters unit")


def missing_parties(view: View, campaign: SubjectFacts) -> Iterator[Text]:
    """The parties that the campaign's tier requires and that hold no duty for it, by name.

    national: a headquarters unit and each province where it lands · provincial: the province that runs it · specialised: the
    company that runs it · always the company that runs a promoted product. A department stands for the province or company above it.
    """
    taking_part = {unit for holder in holders(view, campaign.ref, TAKING_PART) for unit in units_of(view, holder)}
    present = represented(view, taking_part)
    tier = campaign.props.get("tier")
    if tier == "national" and not any(view.props(unit).get("tier") == "hq" for unit in present):
        yield HEADQUARTERS
    wanted = {company_of(view, unit, "specialised") for product in campaign.promoted for unit in product.run_by}
    if tier == "national":
        wanted |= {company_of(view, unit, "province") for unit in campaign.lands_in}
    elif tier == "provincial":
        wanted |= {company_of(view, unit, "province") for unit in campaign.run_by}
    elif tier == "specialised":
        wanted |= {company_of(view, unit, "specialised") for unit in campaign.run_by}
    for unit in sorted(ref for ref in wanted if ref is not None and ref not in present):
        yield view.named(unit)
