"""制度·流程·标准·系统: of each stage's control points, how many have each of the four, and all three embeddings 三嵌入."""

from __future__ import annotations

from graph.records import Ref
from graph.text import Text
from queries.answers import label
from queries.findings.view import View
from queries.matrices.matrix import Column, Content, Material, MatrixKind, Row, named, ratio, stages_in_order

AXES = {
    "regulation": Text("制度", "Regulation"), "process": Text("流程", "Process"), "standard": Text("标准", "Standard"),
    "system": Text("系统", "System"),
}  # fmt: skip
_EMBEDDINGS = {"regulation", "process", "system"}
_TOTAL = label(Text("合计", "All stages"))


def axes_of(view: View, point: Ref) -> set[str]:
    """Which of the four a control point has on the day."""
    policies = (view.props(policy).get("policy_kind") for policy in view.targets("GOVERNED_BY", point))
    found = {str(kind) for kind in policies if kind is not None}
    if "standard" in view.props(point):
        found.add("standard")
    if view.targets("EMBEDDED_IN", point):
        found.add("system")
    return found


def _build(material: Material) -> Content:
    view = material.view
    columns = [Column(id="points", title=label(Text("控制点", "Control points")), form="count")]
    columns += [Column(id=name, title=label(title), form="count") for name, title in AXES.items()]
    columns += [
        Column(id="embedded", title=label(Text("三嵌入齐全", "All three embeddings")), form="count"),
        Column(id="embedded_share", title=label(Text("三嵌入覆盖率", "Share with all three")), form="coverage"),
    ]
    by_stage: dict[Ref, list[set[str]]] = {stage: [] for stage in stages_in_order(view)}
    everything = []
    for id_ in view.nodes("ControlPoint"):
        axes = axes_of(view, Ref("ControlPoint", id_))
        everything.append(axes)
        for stage in view.targets("AT", Ref("ControlPoint", id_)):
            by_stage[stage].append(axes)
    rows = []
    for stage, found in by_stage.items():
        domains = view.targets("IN_DOMAIN", stage)
        group = named(view, domains[0]) if domains else None
        rows.append(Row(id=str(stage), title=named(view, stage), group=group, cells=_cells(found)))
    return Content(columns, [*rows, Row(id="all", title=_TOTAL, cells=_cells(everything))])


def _cells(points: list[set[str]]) -> tuple[int | float | None, ...]:
    embedded = sum(axes >= _EMBEDDINGS for axes in points)
    return (
        len(points),
        *(sum(axis in axes for axes in points) for axis in AXES),
        embedded,
        ratio(embedded, len(points)),
    )


FOUR_AXES = MatrixKind(
    name="four_axes",
    title=Text("制度·流程·标准·系统：各环节覆盖", "Regulation, process, standard, system: coverage by stage"),
    about=Text(
        "环节内当日有效的控制点中，有制度、有流程（GOVERNED_BY 该类文件）、有标准（GOVERNED_BY 标准文件，或控制点自带标准）、有系统（EMBEDDED_IN）的各有几个；"
        "三嵌入＝制度、流程、系统三者齐全。位于多个环节的控制点在每个环节各计一次，合计只计一次。",
        "Of the control points at a stage on the day, how many have a regulation, a process (GOVERNED_BY such a policy), a standard (GOVERNED_BY "
        "one, or stated by the point itself), a system (EMBEDDED_IN). The three embeddings are regulation, process and system. A point at "
        "several stages counts at each, and once in the total.",
    ),
    clause="通过服务质量管理要求在生产运营过程各环节的制度嵌入、流程嵌入、系统嵌入等",
    build=_build,
)
