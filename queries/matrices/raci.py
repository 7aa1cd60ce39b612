"""RACI: which unit, and which owner, has which duty for which control point."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from graph.records import Ref
from graph.text import Text
from queries.findings.view import View
from queries.matrices.matrix import Column, Content, Material, MatrixKind, Row, named, points_in_order, stage_label

LETTERS = {"accountable": "A", "responsible": "R", "participant": "C", "reviewer": "V", "monitor": "I"}
"""Role → its letter, in the order in which letters stand in a cell."""
BY_RULE = "(A)"
"""A unit that a Rule names: somebody there must be appointed."""
_ORDER = (*LETTERS.values(), BY_RULE)
_ABOUT = Text(
    "A 负责、R 执行、C 参与、V 评审、I 监测：当日有效的责任分配（HELD_BY 当日有效）FOR 该控制点、其环节或其领域；对检查该控制点的评审点，"
    "评审职责记 V，负责评审者亦记 V，参与评审者记 C。限定范围（WITHIN、市场、层级）的分配同样计入。(A)：责任规则指明该单位负责，须由其指定到人。",
    "A accountable, R responsible, C participant, V reviewer, I monitor: an Assignment valid on the day, and held on it, FOR the control "
    "point, its stage or its domain; for a gate that checks the point, who reviews or answers for the gate is V and who takes part is C. "
    "Assignments limited in scope count as well. (A): a Rule names the unit, which must appoint somebody.",
)


def _duties(view: View, point: Ref) -> Iterator[tuple[str, Ref]]:
    """Letter and holder of every duty for a point."""
    places = view.duties.places_of_point(point)
    for role, letter in LETTERS.items():
        for place in places:
            for duty in view.duties.for_target(role, place.ref):
                if place.served_by(duty):
                    yield from ((letter, holder) for holder in duty.holders)
    for edge in view.framework.into("CHECKS", point):
        if view.stands(edge.source):
            for role, letter in (("accountable", "V"), ("reviewer", "V"), ("participant", "C")):
                for duty in view.duties.for_target(role, edge.source):
                    yield from ((letter, holder) for holder in duty.holders)


def _by_unit(view: View, point: Ref) -> Iterator[tuple[str, Ref]]:
    for letter, holder in _duties(view, point):
        unit = view.duties.unit_of(holder)
        if unit is not None:
            yield letter, unit
    for place in view.duties.places_of_point(point):
        for edge in view.framework.into("FOR", place.ref):
            if edge.source.kind == "Rule" and view.stands(edge.source):
                yield from ((BY_RULE, unit) for unit in view.targets("HELD_BY", edge.source))


def _by_owner(view: View, point: Ref) -> Iterator[tuple[str, Ref]]:
    return ((letter, holder) for letter, holder in _duties(view, point) if holder.kind == "Owner")


def _build(of_point: Callable[[View, Ref], Iterator[tuple[str, Ref]]], material: Material) -> Content:
    view = material.view
    points = points_in_order(view)
    cells: dict[tuple[Ref, Ref], set[str]] = {}
    for point in points:
        for letter, holder in of_point(view, point):
            cells.setdefault((point, holder), set()).add(letter)
    holders = sorted({holder for _, holder in cells})
    return Content(
        [Column(id=str(holder), title=named(view, holder), form="codes") for holder in holders],
        [
            Row(
                id=str(point), title=named(view, point), group=stage_label(view, point),
                cells=tuple(_cell(cells.get((point, holder))) for holder in holders),
            )
            for point in points
        ],
    )  # fmt: skip


def _cell(letters: set[str] | None) -> str | None:
    if letters is None:
        return None
    shown = letters - {BY_RULE} if "A" in letters else letters
    return " ".join(letter for letter in _ORDER if letter in shown)


RACI_UNITS = MatrixKind(
    name="raci_units",
    title=Text("责任矩阵：控制点 × 单位", "RACI: control points × units"),
    about=_ABOUT,
    clause="明确评审点、责任人、参与人、评审流程、分工职责等",
    build=partial(_build, _by_unit),
)
RACI_OWNERS = MatrixKind(
    name="raci_owners",
    title=Text("责任矩阵：控制点 × 责任人", "RACI: control points × owners"),
    about=_ABOUT,
    clause="明确评审点、责任人、参与人、评审流程、分工职责等",
    build=partial(_build, _by_owner),
)
