"""可视·可管·可控·可追溯: four yes-or-no answers for each control point, each with one exact meaning."""

from __future__ import annotations

import networkx as nx

from graph.records import Ref
from graph.text import Text
from queries.answers import label
from queries.findings.view import View
from queries.matrices.matrix import Column, Content, Material, MatrixKind, Row, named, points_in_order, stage_label

FLAGS = {
    "visible": Text("可视", "Visible"), "manageable": Text("可管", "Manageable"), "controllable": Text("可控", "Controllable"),
    "traceable": Text("可追溯", "Traceable"),
}  # fmt: skip
_TOTAL = label(Text("达到的控制点数", "Control points that are"))


def flags_of(view: View, point: Ref, traceable: set[Ref]) -> tuple[bool, bool, bool, bool]:
    """The four flags of a control point in the order of ``FLAGS``; ``traceable`` holds the points that complaints lead to."""
    visible = bool(view.targets("MEASURED_BY", point)) and bool(view.targets("WATCHED_BY", point))
    managed = any(duty.owners for duty in view.duties.accountable(view.duties.places_of_point(point)))
    gates = (edge.source for edge in view.framework.into("CHECKS", point))
    return visible, managed, any(view.stands(gate) for gate in gates), point in traceable


def reached_by_complaints(view: View) -> set[Ref]:
    """The control points to which a category points, and every earlier cause of these: one breadth-first search along CAUSED_BY."""
    anchors = {edge.target for edge in view.edges("POINTS_TO") if edge.props.get("weight", 1.0) != 0}
    causes = view.graph("CAUSED_BY")
    return {point for layer in nx.bfs_layers(causes, sorted(anchors)) for point in layer} if anchors else set()


def _build(material: Material) -> Content:
    view = material.view
    traceable = reached_by_complaints(view)
    columns = [Column(id=name, title=label(title), form="flag") for name, title in FLAGS.items()]
    columns.append(Column(id="flags", title=label(Text("达到项数", "How many of four")), form="count"))
    rows = []
    for point in points_in_order(view):
        flags = flags_of(view, point, traceable)
        rows.append(
            Row(id=str(point), title=named(view, point), group=stage_label(view, point), cells=(*flags, sum(flags)))
        )
    totals = tuple(sum(row.cells[at] is True for row in rows) for at in range(len(FLAGS)))
    complete = sum(row.cells[-1] == len(FLAGS) for row in rows)
    return Content(columns, [*rows, Row(id="all", title=_TOTAL, cells=(*totals, complete))])


FOUR_FLAGS = MatrixKind(
    name="four_flags",
    title=Text("可视·可管·可控·可追溯：各控制点", "Visible, manageable, controllable, traceable: each control point"),
    about=Text(
        "可视：有指标衡量（MEASURED_BY）且有监测覆盖（WATCHED_BY）。可管：当日有个人或岗位对它、其环节或其领域负责（与断点 unowned_control 同一判定）。"
        "可控：有当日有效的评审点检查它（CHECKS）。可追溯：有投诉分类指向它（POINTS_TO），或指向以它为上游原因的控制点（沿 CAUSED_BY）。末行为各项达到的个数与四项俱全的个数。",
        "Visible: an indicator measures it (MEASURED_BY) and a monitor watches it (WATCHED_BY). Manageable: on the day a person or role is accountable "
        "for it, its stage or its domain (the predicate of unowned_control). Controllable: a gate valid on the day checks it (CHECKS). Traceable: "
        "a complaint category points to it (POINTS_TO), or to a point of which it is an earlier cause (along CAUSED_BY). The last row counts "
        "each flag, and the points that have all four.",
    ),
    clause="实现服务质量全程可视可管可控可追溯",
    build=_build,
)
