"""Every type of edge: allowed ends, Chinese name, meaning, properties. Re-exported by ``graph/schema.py``."""

from __future__ import annotations

from typing import Literal

from graph.schema_types import Dated, EdgeType, End, Link, Reasoned, prop
from graph.text import Text


class MeasuredBy(Reasoned):
    """Which indicator measures a control point."""

    role: Literal["primary", "secondary"] | None = prop("主次", "Role", labels=("主要", "辅助"))


class Weighted(Reasoned):
    """An edge with a share or strength between 0 and 1."""

    weight: float | None = prop("权重", "Weight", ge=0, le=1)


class MustSync(Link):
    """A duty to pass information on."""

    within_hours: float | None = prop("时限小时", "Within hours", ge=0)


def _ends(*pairs: str) -> tuple[End, ...]:
    """``"A B > C D"`` means every one of A, B may lead to every one of C, D."""
    found = []
    for pair in pairs:
        sources, targets = (side.split() for side in pair.split(">"))
        found += [End(source, target) for source in sources for target in targets]
    return tuple(found)


_HOLDS = "ControlPoint Stage Domain Gate Indicator Product Campaign Channel System OrgUnit Category"

_ALL: tuple[EdgeType, ...] = (
    # name, zh, about, ends, model
    EdgeType("IN_DOMAIN", "属于领域", Text("环节属于领域", "the stage belongs to the domain"), _ends("Stage > Domain")),
    EdgeType("NEXT", "下一环节", Text("下一个环节", "the stage that follows"), _ends("Stage > Stage")),
    EdgeType("DETAILED_BY", "细化为", Text("由其他环节细化", "the stage is spelt out by another"), _ends("Stage > Stage")),
    EdgeType("AT", "所在环节", Text("控制点所在环节", "the stage of the control point"), _ends("ControlPoint > Stage")),
    EdgeType("GUARDS", "把守环节", Text("离开该环节前须通过", "must be passed to leave the stage"), _ends("Gate > Stage")),
    EdgeType("CHECKS", "检查控制点", Text("评审所查控制点", "the gate checks the point"), _ends("Gate > ControlPoint")),
    EdgeType("MEASURED_BY", "衡量指标", Text("由指标衡量", "the indicator measures the point"), _ends("ControlPoint > Indicator"), MeasuredBy),
    EdgeType("ROLLS_UP_TO", "上卷至", Text("下级指标支撑上级指标", "the lower indicator carries the upper one"), _ends("Indicator > Indicator"), Weighted),
    EdgeType("CAUSED_BY", "起因于", Text("果指向更早的因", "effect to an earlier cause"), _ends("ControlPoint > ControlPoint"), Weighted),
    EdgeType("HELD_BY", "承担者", Text("由谁承担", "who holds the duty"), _ends("Assignment > Owner OrgUnit", "Rule > OrgUnit"), Dated),
    EdgeType("DEPUTY", "代理人", Text("由谁代理", "who stands in"), _ends("Assignment > Owner"), Dated),
    EdgeType(
        "FOR", "职责对象", Text("职责所及的对象", "what the duty is for"),
        _ends(f"Assignment Rule > {_HOLDS}", "Milestone Assessment > OrgUnit"),
    ),
    EdgeType("WITHIN", "职责范围", Text("职责的限定范围，须全部符合", "scopes that must all match"), _ends("Assignment > Product Campaign OrgUnit Channel")),
    EdgeType("BELONGS_TO", "隶属单位", Text("责任人所属单位", "the unit of the owner"), _ends("Owner > OrgUnit"), Dated),
    EdgeType("PART_OF", "上级单位", Text("单位的上级", "the unit above"), _ends("OrgUnit > OrgUnit"), Dated),
    EdgeType("RUN_BY", "运营单位", Text("由单位运营", "the unit that runs it"), _ends("Product Campaign Channel System > OrgUnit")),
    EdgeType("LANDS_IN", "落地单位", Text("营销案落地的单位", "where the campaign lands"), _ends("Campaign > OrgUnit")),
    EdgeType("EMBEDDED_IN", "嵌入系统", Text("系统嵌入", "embedded in the system"), _ends("ControlPoint > System")),
    EdgeType("GOVERNED_BY", "遵循规范", Text("制度、流程、标准嵌入", "governed by the policy"), _ends("ControlPoint > Policy")),
    EdgeType("WATCHED_BY", "监测方式", Text("由监测手段覆盖", "watched by the monitor"), _ends("ControlPoint > Monitor")),
    EdgeType("RULED_BY", "适用规范", Text("适用的制度规范", "the policy that applies"), _ends("Channel Product OrgUnit > Policy")),
    EdgeType("MAY_DO", "拥有权限", Text("拥有权限", "has the permission"), _ends("Channel OrgUnit > Permission")),
    EdgeType("SETTLES", "可处置分类", Text("权限可处置的投诉分类", "complaints the permission settles"), _ends("Permission > Category")),
    EdgeType("PROMOTES", "推广产品", Text("营销案推广的产品", "the product the campaign promotes"), _ends("Campaign > Product")),
    EdgeType("MUST_SYNC", "须同步", Text("单位之间须同步信息", "units that must keep each other informed"), _ends("OrgUnit > OrgUnit"), MustSync),
    EdgeType("CHILD_OF", "上级分类", Text("上级分类", "the category above"), _ends("Category > Category")),
    EdgeType("POINTS_TO", "指向控制点", Text("分类指向感知受损的控制点", "where complaints of the category hurt"), _ends("Category > ControlPoint"), Weighted),
    EdgeType("ABOUT", "涉及对象", Text("投诉涉及的产品或营销案", "what the complaint is about"), _ends("Complaint > Product Campaign")),
    EdgeType("IN_CATEGORY", "所属分类", Text("投诉的分类", "the complaint's category"), _ends("Complaint > Category")),
    EdgeType("RAISED_VIA", "受理渠道", Text("投诉的渠道", "the channel it came through"), _ends("Complaint > Channel")),
    EdgeType("REPEATS", "重复于", Text("重复此前的投诉", "repeats an earlier complaint"), _ends("Complaint > Complaint")),
    EdgeType("HOME_UNIT", "归属单位", Text("客户归属单位", "the customer's home unit"), _ends("Complaint > OrgUnit")),
    EdgeType("RECEIVED_BY", "首次受理", Text("首次受理的人或单位", "who received it first"), _ends("Complaint > Owner OrgUnit")),
    EdgeType("NAMES", "认定控制点", Text("填写的起因代码；裁定认定的控制点", "a cause code somebody filled in; the point a verdict names"), _ends("Complaint Verdict > ControlPoint")),
    EdgeType("PART_OF_INCIDENT", "属于事件", Text("投诉属于事件", "the complaint is part of the incident"), _ends("Complaint > Incident")),
    EdgeType(
        "OF", "针对", Text("记录所针对的对象", "what the record is of"),
        _ends("Target Measurement > Indicator", "HandlingStep Verdict > Complaint", "Review > Gate ControlPoint", "StageEntry > Stage"),
    ),
    EdgeType("IN", "所在单位", Text("目标或数值所在单位", "the unit the target or value is of"), _ends("Target Measurement > OrgUnit")),
    EdgeType(
        "ON", "作用对象", Text("记录作用的对象", "the subject the record is on"),
        _ends("Review Verdict > Product Campaign OrgUnit", "Measurement > Product Campaign Channel", "StageEntry > Product Campaign",
              "Sync > Campaign Product Incident"),
    ),
    EdgeType("BY", "经办", Text("由谁做出", "by whom"), _ends("HandlingStep > Owner OrgUnit", "Review Verdict > Owner")),
    EdgeType("FROM", "发自", Text("信息发出单位", "the sending unit"), _ends("Sync > OrgUnit")),
    EdgeType("TO", "转至", Text("转给谁；信息接收单位", "handed to; the receiving unit"), _ends("HandlingStep > Owner OrgUnit", "Sync > OrgUnit")),
    EdgeType("AFFECTS", "影响", Text("事件影响的对象", "what the incident affects"), _ends("Incident > Product Campaign OrgUnit Channel")),
    EdgeType("ADDRESSES", "解决断点", Text("举措针对的断点", "the finding case the measure addresses"), _ends("Measure > FindingCase")),
    EdgeType("ASSIGNED_TO", "指派给", Text("指派给谁", "to whom it is assigned"), _ends("Measure FindingCase > Owner OrgUnit")),
)  # fmt: skip

EDGES: dict[str, EdgeType] = {edge.name: edge for edge in _ALL}
"""Every type of edge by name, in the order in which they are written and exported."""
