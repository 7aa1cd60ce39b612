"""How a complaint's neighbourhood becomes a case, on any engine: which subjects belong to it, and which series of measured values."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from graph.case import Case, Episodes, Runner, SeriesKey, StepFact, Subject, ValueFact
from graph.framework import Framework
from graph.records import Ref
from graph.values import Props

LINKS = ("ABOUT", "IN_CATEGORY", "RAISED_VIA", "REPEATS", "HOME_UNIT", "RECEIVED_BY", "NAMES", "PART_OF_INCIDENT")
"""The edges of a complaint that a case holds."""
Links = Mapping[str, tuple[Ref, ...]]
"""Edge type → targets, in the order of kind and id."""


def assemble(
    id_: str,
    props: Props,
    links: Links,
    steps: tuple[StepFact, ...],
    framework: Framework,
    subject: Callable[[Ref], Subject],
    values: Callable[[SeriesKey], tuple[ValueFact, ...]],
    episodes: Callable[[str, tuple[Ref, ...]], Episodes],
    runner: Callable[[str], Runner],
) -> Case:
    """A case from what is stored of a complaint.

    Args:
        id_: the complaint's.
        props: its properties.
        links: where its edges lead.
        steps: how it was handled, oldest first.
        framework: the framework of the same revision.
        subject: looks up a subject with its own facts.
        values: looks up a series, empty where there is none.
        episodes: looks up what was counted before a moment about some subjects, whatever the complaint repeats left out of account.
        runner: looks up what a unit keeps of the subjects it runs.
    """

    def ids(name: str) -> tuple[str, ...]:
        return tuple(ref.id for ref in links.get(name, ()))

    about, received_by = links.get("ABOUT", ()), links.get("RECEIVED_BY", ())
    subjects = {ref: subject(ref) for ref in about}
    for ref in about:
        for product in subjects[ref].promotes:
            promoted = Ref("Product", product)
            if promoted not in subjects:
                subjects[promoted] = subject(promoted)
    handlers = [unit for ref in received_by for unit in _units_of(framework, ref)]
    for unit in handlers:
        subjects[Ref("OrgUnit", unit)] = subject(Ref("OrgUnit", unit))
    units = dict.fromkeys(ids("HOME_UNIT"))
    units |= dict.fromkeys(unit for found in subjects.values() for unit in found.run_by)
    units |= dict.fromkeys(handlers)
    for unit in tuple(units):
        units |= dict.fromkeys(framework.units_above(unit))
    series: dict[SeriesKey, tuple[ValueFact, ...]] = {}
    for on in (None, *(ref for ref in subjects if ref.kind != "OrgUnit")):
        for unit in (*units, ""):
            there = values((on, unit))
            if there:
                series[on, unit] = there
    runners = {unit: runner(unit) for found in subjects.values() for unit in found.run_by}
    return Case(
        id_, props, about, ids("IN_CATEGORY"), ids("RAISED_VIA"), ids("REPEATS"), ids("HOME_UNIT"), received_by,
        ids("NAMES"), ids("PART_OF_INCIDENT"), steps, subjects, series,
        episodes(str(props["event_at"]), about), runners,
    )  # fmt: skip


def _units_of(framework: Framework, ref: Ref) -> tuple[str, ...]:
    """A unit itself, or every unit an owner ever belonged to (which one counts is decided by the day asked about)."""
    if ref.kind == "OrgUnit":
        return (ref.id,)
    return tuple(dict.fromkeys(target.id for target in framework.targets("BELONGS_TO", ref)))
