"""Every word the page itself says, in Chinese and English; names of kinds and links come from the schema."""

from __future__ import annotations

import re

from graph.schema import EDGES, KINDS
from graph.subgraph import Column, Label, Mark, SubgraphEdge


def _label(zh: str, en: str) -> Label:
    return Label(zh=zh, en=en)


TIERS: dict[Column, Label] = {
    "KPI": _label("KPI 满意度指标", "KPI satisfaction"),
    "KQI": _label("KQI 结果指标", "KQI results"),
    "KCI": _label("KCI 过程指标", "KCI process"),
    "ControlPoint": _label("控制点（按环节）", "Control points by stage"),
    "Complaint": _label("投诉", "Complaint"),
    "Owner": _label("责任人", "Owner"),
    "OrgUnit": _label("责任单位", "Unit"),
    "Other": _label("其他", "Other"),
}
"""Headings of the columns."""

STEPS: dict[Column, Label] = {
    "KPI": _label("KPI", "KPI"),
    "KQI": _label("KQI", "KQI"),
    "KCI": _label("KCI", "KCI"),
    "ControlPoint": _label("控制点", "Control point"),
    "Complaint": _label("投诉", "Complaint"),
    "Owner": _label("责任人", "Owner"),
    "OrgUnit": _label("责任单位", "Unit"),
    "Other": _label("其他", "Other"),
}
"""What one box of a column is called."""

MARKS: dict[Mark, Label] = {
    "root": _label("溯源起点", "where it began"),
    "anchor": _label("投诉落点", "where it hurts"),
    "path": _label("在溯源路径上", "on the traced path"),
    "gap": _label("断点", "breakpoint"),
    "red": _label("未达标", "target missed"),
    "amber": _label("预警", "warning"),
    "green": _label("达标", "target met"),
}
"""What a mark means."""

BASES: dict[str, Label] = {
    "plan": _label("方案原文", "the plan's words"),
    "derived": _label("方案推导", "derived from the plan"),
    "default": _label("默认判断，待确认", "default judgement, unconfirmed"),
    "customer": _label("客户确认", "the customer's own"),
    "learned": _label("学习所得", "learned"),
}
"""What a link rests on."""

TEXTS: dict[str, Label] = {
    "path": _label("溯源路径", "Traced path"),
    "gaps": _label("断点", "Breakpoints"),
    "all": _label("全部", "All"),
    "show": _label("突出显示", "Highlight"),
    "search": _label("查找", "Search"),
    "hint": _label("名称或编号", "name or id"),
    "fit": _label("适合窗口", "Fit"),
    "tables": _label("表格", "Tables"),
    "skip": _label("跳到表格（与图等价）", "Skip to the tables (they hold the same)"),
    "map": _label(
        "关系图。方向键移动选中的方框，加减号缩放，0 键适合窗口，Esc 取消；同样的内容见下方表格。",
        "Map. Arrow keys move between boxes, plus and minus zoom, 0 fits, Esc clears; the tables below hold the same.",
    ),
    "panel": _label("依据", "Evidence"),
    "why": _label("为什么追到这里", "Why it was traced here"),
    "no_path": _label("没有得出溯源路径。", "No path was traced."),
    "choose": _label("点选一个方框可查看其内容。", "Choose a box to see what is known about it."),
    "no_detail": _label("没有更多说明。", "Nothing more is recorded."),
    "links": _label("连线", "Links"),
    "back": _label("返回溯源路径", "Back to the traced path"),
    "back_all": _label("关闭", "Close"),
    "hits": _label("找到 {n} 个", "{n} found"),
    "no_hits": _label("没有找到", "nothing found"),
    "legend": _label("图例", "Legend"),
    "legend_root": _label("溯源起点（最先失效的控制点）", "where it began (the control that failed first)"),
    "legend_anchor": _label("投诉落点", "where it hurts"),
    "legend_path": _label("溯源路径", "traced path"),
    "legend_edge": _label("归属或影响关系", "link"),
    "legend_red": _label("指标未达标", "target missed"),
    "legend_amber": _label("指标预警", "warning"),
    "legend_green": _label("指标达标", "target met"),
    "legend_gap": _label("断点（缺责任人、指标等）", "breakpoint (no owner, no indicator, …)"),
    "legend_band": _label("环节", "stage"),
    "nodes_table": _label("节点", "Nodes"),
    "links_table": _label("连线", "Links"),
    "tier": _label("层级", "Tier"),
    "name": _label("名称", "Name"),
    "id": _label("编号", "Id"),
    "stage": _label("环节", "Stage"),
    "marks": _label("标记", "Marks"),
    "evidence": _label("依据", "Evidence"),
    "from": _label("从", "From"),
    "relation": _label("关系", "Relation"),
    "to": _label("到", "To"),
    "note": _label("说明", "Note"),
    "basis": _label("来源", "Basis"),
    "on_path": _label("在溯源路径上", "On the traced path"),
    "yes": _label("是", "yes"),
    "no_script": _label(
        "浏览器未启用脚本，图不能显示；下方表格内容相同。",
        "Scripts are off, so the map cannot be drawn; the tables below hold the same.",
    ),
    "empty": _label("没有可画的内容。", "There is nothing to draw."),
    "switch": _label("English", "中文"),
}
"""Everything else; ``switch`` names the language the button leads to."""

_OWN_LINKS = {"RESPONSIBLE_FOR": _label("负责", "answers for")}
"""Links that only a picture has (schema.md: drawn for an Assignment, never stored)."""


def counts(nodes: int, gaps: int) -> Label:
    """The size of the picture in words."""
    return Label(
        zh=f"{nodes} 个节点，{gaps} 处断点",
        en=f"{nodes} node{'' if nodes == 1 else 's'}, {gaps} breakpoint{'' if gaps == 1 else 's'}",
    )


def kind_name(kind: str) -> Label:
    """The name of a kind of node; one the schema does not know is shown as it is."""
    known = KINDS.get(kind)
    if known is None:
        return Label(zh=kind, en=kind)
    return Label(zh=known.zh, en=re.sub(r"(?<=[a-z])(?=[A-Z])", " ", kind).capitalize())


def link_name(edge: SubgraphEdge) -> Label:
    """How a link is read from its source to its target."""
    known = EDGES.get(edge.type)
    if known is not None:
        return Label(zh=known.zh, en=edge.type.replace("_", " ").lower())
    return _OWN_LINKS.get(edge.type, Label(zh=edge.type, en=edge.type))


def basis_name(edge: SubgraphEdge) -> Label:
    """What a link rests on; a basis the schema does not know is shown as it is."""
    return BASES.get(edge.basis, Label(zh=edge.basis, en=edge.basis))
