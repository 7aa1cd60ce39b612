"""Since when the one who answers has answered: the beginning of the period of the assignment that an answer rests on."""

from __future__ import annotations

from graph.framework import Framework, valid_on
from graph.records import Ref
from queries.answers import Holding, Root


def held_since(framework: Framework, root: Root, holding: Holding, day: str) -> str | None:
    """The first day of the period in which the holder holds the duty that covers what is named, on a day.

    None where it is not told: no assignment (a rule, the head of the unit), several that began on different days, or one without
    a beginning.
    """
    place = {"subject": root.subject, "control_point": root.control_point, "stage": root.stage, "domain": root.domain}
    target = place.get(holding.via)
    if target is None:
        return None
    holder = Ref.parse(holding.holder)
    duties = (edge.source for edge in framework.into("FOR", Ref.parse(target)) if edge.source.kind == "Assignment")
    began = {
        str(edge.props.get("valid_from", ""))
        for duty in duties
        if _accountable(framework, duty, day)
        for edge in framework.out("HELD_BY", duty)
        if edge.target == holder and valid_on(edge.props, day)
    }
    return min(began) or None if len(began) == 1 else None


def _accountable(framework: Framework, duty: Ref, day: str) -> bool:
    row = framework.get(duty)
    return row is not None and row.props.get("role") == "accountable" and valid_on(row.props, day)
