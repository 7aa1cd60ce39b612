"""The KCI → KQI → KPI chain as rows to browse: every link with what it carries, up from the control points."""

from __future__ import annotations

from graph.framework import basis_of
from graph.records import EdgeRow, Ref
from graph.text import Text
from queries.answers import label
from queries.findings.view import View
from queries.matrices.matrix import Column, Content, Material, MatrixKind, Row, named

_LEVELS = {"KCI": 0, "KQI": 1, "KPI": 2}


def _build(material: Material) -> Content:
    view = material.view
    under = points_under(view)
    kpis = view.reaching("ROLLS_UP_TO", [Ref("Indicator", i) for i, row in view.nodes("Indicator").items() if row.props.get("level") == "KPI"])  # fmt: skip
    edges = [edge for name in ("MEASURED_BY", "ROLLS_UP_TO") for edge in view.edges(name)]
    rows = []
    for edge in sorted(edges, key=lambda e: (_rank(view, e), e.source, e.target)):
        weight = edge.props.get("weight")
        role = edge.props.get("role")
        rows.append(
            Row(
                id=f"{edge.source}-{edge.type}->{edge.target}", title=named(view, edge.source), group=label(_step(view, edge)),
                cells=(
                    str(edge.source), str(edge.target), named(view, edge.target),
                    float(weight) if isinstance(weight, int | float) else None, str(role) if role is not None else None,
                    basis_of(edge), 1 if edge.type == "MEASURED_BY" else under.get(edge.source, 0), edge.target in kpis,
                ),
            )
        )  # fmt: skip
    return Content(_columns(), rows)


def points_under(view: View) -> dict[Ref, int]:
    """Indicator → how many control points are measured by it or by what rolls up to it.

    One search upwards from each point: O(points · (V + E)) of a graph of a few dozen indicators.
    """
    upwards = view.graph("ROLLS_UP_TO")
    counts: dict[Ref, int] = {}
    for id_ in view.nodes("ControlPoint"):
        reached: set[Ref] = set()
        layer = list(view.targets("MEASURED_BY", Ref("ControlPoint", id_)))
        while layer:
            reached.update(layer)
            layer = list(dict.fromkeys(up for low in layer for up in upwards.successors(low) if up not in reached))
        for indicator in reached:
            counts[indicator] = counts.get(indicator, 0) + 1
    return counts


def _level(view: View, ref: Ref) -> str:
    return "ControlPoint" if ref.kind == "ControlPoint" else str(view.props(ref).get("level", "?"))


def _rank(view: View, edge: EdgeRow) -> tuple[int, int]:
    return (_LEVELS.get(_level(view, edge.source), -1), _LEVELS.get(_level(view, edge.target), 3))


def _step(view: View, edge: EdgeRow) -> Text:
    source, target = _level(view, edge.source), _level(view, edge.target)
    return Text(f"{source.replace('ControlPoint', '控制点')} → {target}", f"{source.replace('ControlPoint', 'Control point')} → {target}")  # fmt: skip


def _columns() -> list[Column]:
    return [
        Column(id="from", title=label(Text("起点", "From")), form="refs"),
        Column(id="to", title=label(Text("终点", "To")), form="refs"),
        Column(id="to_name", title=label(Text("终点名称", "Name of the target")), form="words"),
        Column(id="weight", title=label(Text("权重", "Weight")), form="number"),
        Column(id="role", title=label(Text("角色", "Role")), form="codes"),
        Column(id="basis", title=label(Text("依据", "Basis")), form="codes"),
        Column(id="points", title=label(Text("承载的控制点", "Control points carried")), form="count"),
        Column(id="reaches_kpi", title=label(Text("通达 KPI", "Reaches a KPI")), form="flag"),
    ]


INDICATOR_CHAIN = MatrixKind(
    name="indicator_chain",
    title=Text("指标链 KCI→KQI→KPI", "The chain of indicators KCI→KQI→KPI"),
    about=Text(
        "每行一条当日有效的连接：控制点由指标衡量（MEASURED_BY），或指标汇入上级指标（ROLLS_UP_TO）。承载的控制点：经此连接起点衡量的控制点个数；"
        "通达 KPI：沿 ROLLS_UP_TO 能到达某个 KPI。",
        "A row is a link that holds on the day: a control point measured by an indicator (MEASURED_BY), or an indicator that rolls up to another "
        "(ROLLS_UP_TO). Control points carried: how many are measured by the link's start or by what rolls up to it. Reaches a KPI: along ROLLS_UP_TO.",
    ),
    clause="设置承接KPI实现的KCI、KQI指标",
    build=_build,
)
