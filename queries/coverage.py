"""Coverage by stage: at how many of its control points there is an indicator, an owner, a gate, a monitor, and whether reviews are held."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from graph.records import Ref
from graph.subgraph import Label
from queries.findings.view import View
from queries.matrices.matrix import named, points_in_order, stages_in_order


class Covered(NamedTuple):
    """How many control points there are, and how many of them have what they should; the predicates are those of the breakpoint list."""

    points: int
    measured: int
    """An indicator measures them (not ``control_unmeasured``)."""
    owned: int
    """A person or role answers for them, their stage or domain (not ``unowned_control``)."""
    gated: int
    """A gate valid on the day checks them."""
    watched: int
    """A monitor watches them (not ``unmonitored``)."""
    reviewed: int
    """They are among the points given as reviewed."""

    def plus(self, other: Covered) -> Covered:
        """Both together."""
        return Covered(*(one + more for one, more in zip(self, other, strict=True)))


class StageCoverage(NamedTuple):
    """One stage with its domain; a stage without control points has zeros."""

    stage: Ref
    name: Label
    domain: Ref | None
    domain_name: Label | None
    covered: Covered


NOTHING = Covered(0, 0, 0, 0, 0, 0)


def coverage(view: View, reviewed: Collection[str] = ()) -> list[StageCoverage]:
    """Every stage of the day in the order of the process.

    Args:
        view: the framework on the day.
        reviewed: ids of the control points of which a review is recorded.
    """
    sums: dict[str, Covered] = {}
    for point in points_in_order(view):
        stage = view.framework.stage_of.get(point.id, "")
        sums[stage] = sums.get(stage, NOTHING).plus(_covered(view, point, reviewed))
    return [_row(view, stage, sums.get(stage.id, NOTHING)) for stage in stages_in_order(view)]


def _covered(view: View, point: Ref, reviewed: Collection[str]) -> Covered:
    duties = view.duties
    return Covered(
        1,
        bool(view.targets("MEASURED_BY", point)),
        any(duty.owners for duty in duties.accountable(duties.places_of_point(point))),
        any(view.stands(edge.source) for edge in view.framework.into("CHECKS", point)),
        bool(view.targets("WATCHED_BY", point)),
        point.id in reviewed,
    )


def _row(view: View, stage: Ref, covered: Covered) -> StageCoverage:
    id_ = view.framework.domain_of.get(stage.id)
    domain = Ref("Domain", id_) if id_ is not None else None
    return StageCoverage(
        stage, named(view, stage), domain, named(view, domain) if domain is not None else None, covered
    )
