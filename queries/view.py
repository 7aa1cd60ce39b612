"""The framework as the trace reads it on one day: control points as an array, their gates, indicators, causes and targets.

Compiled once per framework and period between two dates at which anything in it begins or ends.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from graph.framework import Framework, basis_of, valid_on
from graph.records import EdgeRow, Ref
from queries.per_framework import PerFramework

_DATED = ("Domain", "Stage", "ControlPoint", "Gate", "Indicator", "Category", "Target")
SUBJECT_KIND = {"Product": "product", "Campaign": "campaign", "OrgUnit": "handling"}
"""Kind of a subject's node → the ``subject_kind`` of the control points that look at it."""


@dataclass(frozen=True, slots=True)
class Point:
    """A control point with what stands beside it; ``rank`` is its stage's place in the whole order."""

    id: str
    ref: Ref
    text: str
    """The reference as it stands in answers."""
    stage: str | None
    stage_text: str | None
    domain: str | None
    stage_group: int
    """The same number for all points of a stage; a point without one has its own."""
    domain_group: int
    """The same number for all points of a domain; else as its stage or by itself."""
    rank: int
    subject_kind: str | None
    stop: float | None
    gates: tuple[Ref, ...]
    gate_texts: tuple[str, ...]
    review_sources: tuple[Ref, ...]
    expected_of: frozenset[str]
    """Subject kinds for which one of its gates looks at this point."""
    kcis: tuple[str, ...]


class Goal(NamedTuple):
    """A target: what must be met, and the looser level beyond which it is red."""

    id: str
    value: float
    warning: float | None
    since: str


class Pointing(NamedTuple):
    """One POINTS_TO of a category: the point's index, weight, basis, and the category that states it."""

    point: int
    weight: float
    basis: str
    category: str


class CategoryView(NamedTuple):
    """Where complaints of a category hurt, and the share of them without an internal cause, if stated."""

    pointings: tuple[Pointing, ...]
    null_rate: float | None


class View:
    """The compiled arrays of one framework on one day."""

    def __init__(self, framework: Framework, day: str) -> None:
        self.points = _points(framework, day)
        self.index = {point.id: i for i, point in enumerate(self.points)}
        self.causes = tuple(self._weighted(framework.out("CAUSED_BY", point.ref)) for point in self.points)
        self.ranks = len(framework.stage_rank)
        self.categories = {id_: self._category(framework, id_, day) for id_ in _present(framework, "Category", day)}
        self.gates = frozenset(_present(framework, "Gate", day))
        self.goals = _goals(framework, day)
        self.directions = {id_: _direction(framework, id_) for id_ in _present(framework, "Indicator", day)}
        self.periods = {id_: str(row.props.get("period", "")) for id_, row in framework.nodes("Indicator").items()}

    def _weighted(self, edges: Sequence[EdgeRow]) -> tuple[tuple[int, float], ...]:
        """The ends and weights of edges to points of this view; an absent weight is an equal share."""
        return tuple(
            (self.index[edge.target.id], _weight(edge, len(edges))) for edge in edges if edge.target.id in self.index
        )

    def _category(self, framework: Framework, id_: str, day: str) -> CategoryView:
        """The category's own pointings, else those of its nearest ancestors that have any, shared among equally near ones."""
        null_rate = framework.nodes("Category")[id_].props.get("null_rate")
        layer, seen = [id_], {id_}
        while layer:
            stated = {
                category: [
                    edge
                    for edge in framework.out("POINTS_TO", Ref("Category", category))
                    if edge.target.id in self.index
                ]
                for category in layer
            }
            having = [category for category in layer if stated[category]]
            if having:
                pointings = [
                    Pointing(
                        self.index[edge.target.id],
                        _weight(edge, len(stated[category])) / len(having),
                        basis_of(edge),
                        category,
                    )
                    for category in having
                    for edge in stated[category]
                ]
                return CategoryView(tuple(p for p in pointings if p.weight > 0), _number(null_rate))
            above = {ref.id for low in layer for ref in framework.targets("CHILD_OF", Ref("Category", low))}
            layer = sorted(id_ for id_ in above - seen if framework.present(Ref("Category", id_), day))
            seen |= above
        return CategoryView((), _number(null_rate))


class _Views:
    """The views of one framework by the period they hold in."""

    def __init__(self, framework: Framework) -> None:
        dates = {
            str(row.props[end])
            for kind in _DATED
            for row in framework.nodes(kind).values()
            for end in ("valid_from", "valid_to")
            if end in row.props
        }
        self.dates = sorted(dates)
        self.views: dict[int, View] = {}


_views = PerFramework(_Views)


def view_on(framework: Framework, day: str) -> View:
    """The framework as it was on a day (``YYYY-MM-DD``)."""
    known = _views(framework)
    period = bisect_right(known.dates, day) if known.dates else 0
    view = known.views.get(period)
    if view is None:
        view = known.views[period] = View(framework, day)
    return view


def _present(framework: Framework, kind: str, day: str) -> list[str]:
    return [id_ for id_, row in framework.nodes(kind).items() if valid_on(row.props, day)]


def _points(framework: Framework, day: str) -> tuple[Point, ...]:
    kinds = {id_: row.props.get("subject_kind") for id_, row in framework.nodes("ControlPoint").items()}
    kcis = {
        id_
        for id_ in _present(framework, "Indicator", day)
        if framework.nodes("Indicator")[id_].props.get("level") == "KCI"
    }
    groups: dict[Ref, int] = {}
    found = []
    for id_ in _present(framework, "ControlPoint", day):
        ref = Ref("ControlPoint", id_)
        props = framework.nodes("ControlPoint")[id_].props
        stage = framework.stage_of.get(id_)
        domain = framework.domain_of.get(stage) if stage is not None else None
        place = Ref("Stage", stage) if stage is not None else ref
        area = Ref("Domain", domain) if domain is not None else place
        gates = tuple(edge.source for edge in framework.into("CHECKS", ref) if framework.present(edge.source, day))
        kind = props.get("subject_kind")
        looked_at = {kinds[point.id] for gate in gates for point in framework.targets("CHECKS", gate)} & {kind}
        found.append(
            Point(
                id_,
                ref,
                str(ref),
                stage,
                f"Stage:{stage}" if stage is not None else None,
                domain,
                groups.setdefault(place, len(groups)),
                groups.setdefault(area, len(groups)),
                framework.point_rank(id_),
                str(kind) if kind is not None else None,
                _number(props.get("stop")),
                gates,
                tuple(map(str, gates)),
                (ref, *gates),
                frozenset(str(known) for known in looked_at if known is not None),
                tuple(target.id for target in framework.targets("MEASURED_BY", ref) if target.id in kcis),
            )
        )
    return tuple(found)


def _goals(framework: Framework, day: str) -> dict[str, dict[str, Goal]]:
    """Unit (empty: general) → indicator → the target valid on the day; of several the latest, then the stricter."""
    found: dict[str, dict[str, Goal]] = {}
    for id_ in _present(framework, "Target", day):
        ref, row = Ref("Target", id_), framework.nodes("Target")[id_]
        value = _number(row.props.get("value"))
        if value is None:
            continue
        goal = Goal(id_, value, _number(row.props.get("warning")), str(row.props.get("valid_from", "")))
        for unit in [unit.id for unit in framework.targets("IN", ref)] or [""]:
            of_unit = found.setdefault(unit, {})
            for indicator in framework.targets("OF", ref):
                other = of_unit.get(indicator.id)
                if other is None or prevails(goal, other, _direction(framework, indicator.id)):
                    of_unit[indicator.id] = goal
    return found


def prevails(goal: Goal, other: Goal, direction: int) -> bool:
    """Whether a target takes the place of another for the same indicator: the later one, of equally old ones the stricter."""
    ranks = [
        (g.since, direction * g.value, direction * (g.value if g.warning is None else g.warning)) for g in (goal, other)
    ]
    return ranks[0] > ranks[1]


def _direction(framework: Framework, indicator: str) -> int:
    """1: higher is better; −1: lower; 0: not stated, and no target's warning level shows it."""
    ref = Ref("Indicator", indicator)
    row = framework.get(ref)
    stated = row.props.get("direction") if row is not None else None
    if stated is not None:
        return 1 if stated == "higher" else -1
    for edge in framework.into("OF", ref):
        target = framework.get(edge.source)
        value, warning = (
            _number(target.props.get(name)) if target is not None else None for name in ("value", "warning")
        )
        if value is not None and warning is not None and value != warning:
            return 1 if warning < value else -1
    return 0


def _weight(edge: EdgeRow, of: int) -> float:
    weight = _number(edge.props.get("weight"))
    return 1 / of if weight is None else weight


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
