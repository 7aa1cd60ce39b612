"""How much hangs on one person: for each holder of accountable duties what it alone stands before, by dominator subtrees."""

from __future__ import annotations

from collections import Counter

from graph.records import Ref
from graph.text import Text
from queries.answers import label
from queries.findings.dominance import Flow, carried
from queries.findings.kinds.accountability_choke import loads
from queries.findings.view import View
from queries.matrices.matrix import Column, Content, Material, MatrixKind, Row, named, ratio


def points_of_holders(view: View) -> dict[Ref, list[Ref]]:
    """Holder of accountable Assignments → the control points these reach, themselves or by stage or domain; a deputy is no holder."""
    found: dict[Ref, dict[Ref, None]] = {}
    for id_ in view.nodes("ControlPoint"):
        point = Ref("ControlPoint", id_)
        for duty in view.duties.accountable(view.duties.places_of_point(point)):
            for holder in duty.holders:
                found.setdefault(holder, {})[point] = None
    return {holder: list(found[holder]) for holder in sorted(found)}


def _build(material: Material) -> Content:
    view = material.view
    held = points_of_holders(view)
    holders_of = Counter(point for points in held.values() for point in points)
    tree = view.once(Flow).dominators(held)
    points = carried(tree, {node: 1.0 for node in tree if node.kind == "ControlPoint"})
    categories = carried(tree, {node: 1.0 for node in tree if node.kind == "Category"})
    complaints, total = view.once(loads), view.tallied.recent_total
    rows = []
    for holder, own in held.items():
        alone = sum(holders_of[point] == 1 for point in own)
        unit = view.duties.unit_of(holder)
        rows.append(
            Row(
                id=str(holder), title=named(view, holder), group=named(view, unit) if unit is not None else None,
                cells=(
                    len(own), alone, int(points.get(holder, 0)), int(categories.get(holder, 0)),
                    round(complaints.get(holder, 0.0), 6), ratio(complaints.get(holder, 0.0), total),
                ),
            )
        )  # fmt: skip
    return Content(_columns(), sorted(rows, key=lambda row: (-_figure(row, 4), -_figure(row, 0), row.id)))


def _columns() -> list[Column]:
    return [
        Column(id="answers", title=label(Text("负责的控制点", "Points answered for")), form="count"),
        Column(id="alone", title=label(Text("其中独自负责", "Of these, alone")), form="count"),
        Column(id="dominated_points", title=label(Text("支配的控制点", "Points dominated")), form="count"),
        Column(id="dominated_categories", title=label(Text("支配的投诉分类", "Categories dominated")), form="count"),
        Column(
            id="complaints", title=label(Text("支配的投诉（90 天）", "Complaints dominated, 90 days")), form="number"
        ),
        Column(id="share", title=label(Text("占全部投诉", "Share of all complaints")), form="share"),
    ]


def _figure(row: Row, at: int) -> float:
    cell = row.cells[at]
    assert isinstance(cell, int | float)
    return float(cell)


OWNER_LOAD = MatrixKind(
    name="owner_load",
    title=Text("责任人负荷：多少系于一人", "Load per owner: how much hangs on one"),
    about=Text(
        "图：起点 → 负责分配的承担者 → 控制点 → 其影响的控制点 → 投诉分类，与断点 accountability_choke 同一判定；代理人不算第二承担者。"
        "支配：从起点到它的所有路径都经过此人（直接支配树中的子树）。投诉：近 90 天其支配的分类的投诉数，一条投诉属于多个分类时等分；占比的分母为全部投诉。",
        "The graph leads from a source to the holders of accountable Assignments, to their control points, to the points these affect, to the "
        "categories, as for accountability_choke; a deputy is not a second holder. A holder "
        "dominates what every way from the source reaches through it (its subtree of immediate dominators). Complaints: those of the last 90 days "
        "in the categories dominated, in equal parts where a complaint has several; the share is of all complaints.",
    ),
    clause="要做深做细做扎实，明确责任，细化举措",
    build=_build,
)
