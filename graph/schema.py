"""The one vocabulary: every kind of node with its properties, every edge with its allowed ends.

Adding a property is one line here; SQLite tables, import checks, table headings, the JSON schema and
``docs/schema.md`` follow from it. Edges stand in ``graph/schema_edges.py`` and are re-exported here.
The Chinese names are the plan's; ``zh`` is a kind's Chinese name and ``about_zh`` its description.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, ClassVar, Literal

from graph.rules import RULE_ATTRIBUTES, unreadable_condition
from graph.schema_edges import EDGES
from graph.schema_types import (
    Check,
    EdgeType,
    FactNode,
    FrameworkNode,
    Kind,
    Node,
    Property,
    ResultNode,
    SubjectNode,
    prop,
)
from graph.text import Text
from graph.values import Props

__all__ = ["EDGES", "KINDS", "RULE_ATTRIBUTES", "EdgeType", "Kind", "Node", "Property", "json_schema", "kind_ranks"]

SCHEMA_VERSION = 1
"""Raised when stored data must be transformed; a new property alone does not need it (the column is added)."""

Function = Literal["development", "operation", "support", "sales", "service"]
_FUNCTIONS = ("开发", "运营", "支撑", "销售", "服务")
BuildClass = Literal["fighting", "product_support", "market_expansion", "capability_support"]
_BUILD_CLASSES = ("主战", "产品支撑类", "市场拓展类", "能力支撑类")


def _recorded_after_event(props: Props) -> Text | None:
    event, recorded = props.get("event_at"), props.get("recorded_at")
    if event is None:
        return Text("缺少发生时间 event_at", "event_at is missing")
    if recorded is not None and str(recorded) < str(event):
        return Text(f"记录时间 {recorded} 早于发生时间 {event}", f"recorded_at {recorded} lies before event_at {event}")
    return None


def _period_in_order(props: Props) -> Text | None:
    start, end = props.get("period_start"), props.get("period_end")
    if start is not None and end is not None and str(end) < str(start):
        return Text(f"周期结束 {end} 早于开始 {start}", f"period_end {end} lies before period_start {start}")
    return None


def _validity_in_order(props: Props) -> Text | None:
    start, end = props.get("valid_from"), props.get("valid_to")
    if start is not None and end is not None and str(end) < str(start):
        return Text(f"失效日期 {end} 早于生效日期 {start}", f"valid_to {end} lies before valid_from {start}")
    return None


def _readable_conditions(props: Props) -> Text | None:
    when = props.get("when")
    for condition in when if isinstance(when, tuple) else ():
        reason = unreadable_condition(condition)
        if reason is not None:
            return reason
    return None


# ── Framework ────────────────────────────────────────────────────────────────────────────────────────
class Domain(FrameworkNode):
    """One of the core processes in which quality is controlled end to end."""

    zh, about_zh = "领域", "端到端管控的核心过程"
    order: int | None = prop("顺序", "Order")
    gated: bool | None = prop("逐环节设评审", "Every stage must have a gate")


class Stage(FrameworkNode):
    """A step of a domain; an upstream stage must not hand its problems downstream."""

    zh, about_zh = "环节", "领域中的一个生产运营环节"
    order: int | None = prop("顺序", "Order")
    customer_step: str | None = prop("客户行为", "Customer step")
    function: Function | None = prop("职能", "Function", labels=_FUNCTIONS)


class ControlPoint(FrameworkNode):
    """A place in a stage where service quality is controlled."""

    zh, about_zh = "控制点", "环节内的服务质量控制点"
    covers: str | None = prop("管控内容", "Covers")
    covers_en: str | None = prop("管控内容英文", "Covers (English)")
    elements: list[str] | None = prop("控制要素", "Control elements")
    elements_en: list[str] | None = prop("控制要素英文", "Control elements (English)")
    standard: str | None = prop("标准", "Standard")
    standard_en: str | None = prop("标准英文", "Standard (English)")
    standard_basis: str | None = prop("标准依据", "Basis of the standard")
    subject_kind: Literal["product", "campaign", "handling"] | None = prop(
        "对象类型", "Subject kind", labels=("产品", "营销案", "处理单位")
    )
    quoted: bool | None = prop("方案引号内", "Quoted in the plan")
    full_monitoring: bool | None = prop("要求全量监测", "Full monitoring asked for")
    stop: float | None = prop("就地起因概率", "Probability that a failure seen here starts here", ge=0, le=1)


class Gate(FrameworkNode):
    """A review that must be passed, or that samples, before or while a stage runs."""

    zh, about_zh = "评审点", "环节的评审或审核"
    gate_kind: Literal["stage", "go_live", "pre_launch", "exit", "periodic", "permission", "sampling"] | None = prop(
        "评审类型", "Gate kind", labels=("环节评审", "产品上线", "营销案上线", "退出", "定期", "授权", "抽检")
    )
    pass_rule: Literal["all_passed", "majority"] | None = prop("通过规则", "Pass rule", labels=("全部通过", "多数通过"))
    required_result: str | None = prop("要求结果", "Required result")
    required_result_en: str | None = prop("要求结果英文", "Required result (English)")
    responsible_role: str | None = prop("责任角色", "Responsible role")
    participant_roles: list[str] | None = prop("参与角色", "Participant roles")
    process: str | None = prop("评审流程", "Process")
    process_en: str | None = prop("评审流程英文", "Process (English)")
    division: str | None = prop("分工职责", "Division of work")


class Indicator(FrameworkNode):
    """A process (KCI), result (KQI) or satisfaction (KPI) indicator."""

    zh, about_zh = "指标", "过程指标、结果指标或满意度指标"
    level: Literal["KCI", "KQI", "KPI"] | None = prop("层级", "Level")
    domains: list[str] | None = prop("所属领域", "Domains")
    family: str | None = prop("指标族", "Family")
    family_en: str | None = prop("指标族英文", "Family (English)")
    definition: str | None = prop("定义", "Definition")
    definition_en: str | None = prop("定义英文", "Definition (English)")
    unit: str | None = prop("计量单位", "Unit")
    period: str | None = prop("统计周期", "Period")
    direction: Literal["higher", "lower"] | None = prop("方向", "Direction", labels=("越高越好", "越低越好"))
    external_ref: str | None = prop("外部编号", "External reference")


class Target(FrameworkNode):
    """What an indicator must reach, generally or in one unit."""

    zh, about_zh = "目标值", "指标的目标与预警值"
    value: float | None = prop("目标", "Target value")
    warning: float | None = prop("预警", "Warning level")


class OrgUnit(FrameworkNode):
    """A unit of the organisation."""

    zh, about_zh = "组织单位", "总部、省公司、专业公司或其部门"
    tier: Literal["hq", "province", "specialised", "city"] | None = prop(
        "层级", "Tier", labels=("总部", "省公司", "专业公司", "地市")
    )
    line: str | None = prop("条线", "Line")
    build_class: BuildClass | None = prop("主战主建", "Fighting or building class", labels=_BUILD_CLASSES)


class Owner(FrameworkNode):
    """A person (pseudonymous) or a role that can answer for something."""

    zh, about_zh = "责任人", "个人（化名编号）或岗位"
    party: Literal["person", "role"] | None = prop("主体", "Party", labels=("个人", "岗位"))
    title: str | None = prop("职务", "Title")


class Assignment(FrameworkNode):
    """Who has which duty, for what and within what scope."""

    zh, about_zh = "责任分配", "谁在什么范围内承担什么职责"
    role: (
        Literal["accountable", "responsible", "participant", "reviewer", "monitor", "head", "team", "liaison"] | None
    ) = prop("角色", "Role", labels=("负责", "执行", "参与", "评审", "监测", "一把手", "项目团队", "对接人"))
    function: Function | None = prop("职能", "Function", labels=_FUNCTIONS)
    segments: list[str] | None = prop("市场", "Segments")
    tiers: list[str] | None = prop("层级范围", "Tiers")


class Rule(FrameworkNode):
    """A responsibility rule of the plan or of a customer; ``when`` uses the closed list in ``graph/rules.py``."""

    zh, about_zh = "责任规则", "未指名到人时由谁负责的规则"
    checks: ClassVar[tuple[Check, ...]] = (_readable_conditions,)
    when: list[str] | None = prop("条件", "Conditions, all must hold")
    holder: (
        Literal["unit", "runner", "landing", "home_unit", "channel_operator", "receiving_unit", "headquarters_line"]
        | None
    ) = prop(
        "责任方",
        "Holder",
        labels=("指定单位", "运营单位", "落地单位", "归属单位", "渠道运营单位", "受理单位", "总部条线"),
    )
    responsible: str | None = prop("责任角色", "Responsible role")
    participants: list[str] | None = prop("参与方", "Participants")
    priority: int | None = prop("优先级", "Priority")


class Policy(FrameworkNode):
    """A regulation, process or standard that governs control points."""

    zh, about_zh = "制度规范", "制度、流程或标准文件"
    policy_kind: Literal["regulation", "process", "standard"] | None = prop(
        "文件类型", "Policy kind", labels=("制度", "流程", "标准")
    )
    version: str | None = prop("版本", "Version")


class System(FrameworkNode):
    """A production system in which controls are embedded."""

    zh, about_zh = "系统", "嵌入控制点的生产运营系统"
    capabilities: list[str] | None = prop("能力", "Capabilities")
    state: Literal["has_quality_functions", "lacks"] | None = prop(
        "质量功能", "Quality functions", labels=("已具备", "尚不具备")
    )
    due: date | None = prop("期限", "Due")


class Monitor(FrameworkNode):
    """A means by which control points are watched."""

    zh, about_zh = "监测手段", "拨测、穿越、评测、全量监测或调研"
    monitor_kind: Literal["dial_test", "walk_through", "experience", "full", "survey"] | None = prop(
        "监测类型", "Monitor kind", labels=("拨测", "流程穿越", "体验评测", "全量监测", "调研")
    )
    moments: list[str] | None = prop("感知环节", "Perception moments")


class Channel(FrameworkNode):
    """A channel or touch point through which customers are served."""

    zh, about_zh = "渠道", "客户接触的渠道或触点"
    channel_kind: str | None = prop("渠道类型", "Channel kind")


class Category(FrameworkNode):
    """A complaint category; points to where it hurts."""

    zh, about_zh = "投诉分类", "投诉的分类，指向感知受损处"
    examples: list[str] | None = prop("示例", "Examples")
    regulator_class: str | None = prop("监管分类", "Regulator's class")
    null_rate: float | None = prop("非内部原因占比", "Share without an internal cause", ge=0, le=1)


class Permission(FrameworkNode):
    """A right to settle something up to a limit."""

    zh, about_zh = "权限", "一线可处置的权限"
    action: str | None = prop("动作", "Action")
    limit: float | None = prop("额度", "Limit")
    batch: str | None = prop("批次", "Batch")


class Milestone(FrameworkNode):
    """A date by which something named must hold."""

    zh, about_zh = "里程碑", "到期应成立的事项"
    predicate: str | None = prop("判定", "Predicate")
    due: date | None = prop("期限", "Due")


# ── Subjects ─────────────────────────────────────────────────────────────────────────────────────────
class Product(SubjectNode):
    """What customers buy or use."""

    zh, about_zh = "产品", "客户订购或使用的产品"
    segment: Literal["consumer", "home", "business", "new"] | None = prop(
        "市场", "Segment", labels=("个人", "家庭", "政企", "新业务")
    )
    network: bool | None = prop("网络类", "Network product")
    brand: str | None = prop("品牌", "Brand")
    key_business: Literal["none", "three_brands", "5g", "number_portability"] | None = prop(
        "重点业务", "Key business", labels=("否", "三大品牌", "5G业务", "携号转网")
    )


class Campaign(SubjectNode):
    """A marketing campaign, 营销案."""

    zh, about_zh = "营销案", "营销活动方案"
    tier: Literal["national", "provincial", "specialised"] | None = prop(
        "层级", "Tier", labels=("全网", "省内", "专业公司")
    )
    edition: str | None = prop("版本", "Edition")
    starts: date | None = prop("上线日期", "Starts")
    ends: date | None = prop("下线日期", "Ends")


# ── Facts ────────────────────────────────────────────────────────────────────────────────────────────
class Complaint(FactNode):
    """A customer's complaint."""

    zh, about_zh = "投诉", "客户投诉"
    checks = (_recorded_after_event,)
    event_at: datetime | None = prop("投诉时间", "Reported at", aliases=("reported_at", "发生时间", "Happened at"))
    text: str | None = prop("内容", "Text")
    severity: str | None = prop("严重程度", "Severity")
    status: (
        Literal["acknowledged", "rejected", "pending", "held", "in_progress", "cancelled", "closed", "resolved"] | None
    ) = prop("状态", "Status", labels=("已确认", "已拒绝", "待处理", "挂起", "处理中", "已取消", "已关闭", "已解决"))
    closed_at: datetime | None = prop("结案时间", "Closed at")
    escalation_level: int | None = prop("升级级别", "Escalation level")
    customer: str | None = prop("客户化名", "Customer pseudonym")
    original: str | None = prop("原始单据", "Original record")


class HandlingStep(FactNode):
    """One step in handling a complaint."""

    zh, about_zh, needs = "处理步骤", "投诉处理过程中的一步", ("OF",)
    checks = (_recorded_after_event,)
    step: (
        Literal["received", "routed", "returned", "handled", "chased", "supervised", "replied", "closed", "reopened"]
        | None
    ) = prop("步骤", "Step", labels=("受理", "转派", "退回", "处理", "催办", "督办", "回复", "办结", "重开"))
    seq: int | None = prop("序号", "Sequence")
    level: int | None = prop("级别", "Level")
    due: datetime | None = prop("时限", "Due")
    reason: str | None = prop("原因", "Reason")


class Review(FactNode):
    """The result of a gate or of one control point on a subject."""

    zh, about_zh, needs = "评审记录", "评审点或控制点在对象上的结论", ("OF", "ON")
    checks = (_recorded_after_event,)
    result: Literal["passed", "conditional", "failed", "waived"] | None = prop(
        "结论", "Result", labels=("通过", "有条件通过", "不通过", "豁免")
    )
    mode: Literal["automatic", "manual"] | None = prop("方式", "Mode", labels=("智能核检", "人工研判"))
    edition: str | None = prop("版本", "Edition")
    reason: str | None = prop("原因", "Reason")


class Measurement(FactNode):
    """The value of an indicator in one period."""

    zh, about_zh, needs = "指标值", "指标在一个周期的取值", ("OF",)
    checks = (_recorded_after_event, _period_in_order)
    value: float | None = prop("数值", "Value")
    period_start: date | None = prop("周期开始", "Period start")
    period_end: date | None = prop("周期结束", "Period end (half-open)")


class StageEntry(FactNode):
    """A product or campaign entered a stage."""

    zh, about_zh, needs = "环节进入", "产品或营销案进入某环节", ("OF", "ON")
    checks = (_recorded_after_event,)


class Sync(FactNode):
    """Information passed from one unit to another about a subject."""

    zh, about_zh, needs = "信息同步", "单位之间的信息同步", ("FROM", "TO", "ON")
    checks = (_recorded_after_event,)
    direction: str | None = prop("方向", "Direction")
    due: datetime | None = prop("时限", "Due")
    acknowledged_at: datetime | None = prop("确认时间", "Acknowledged at")


class Incident(FactNode):
    """A mass complaint, public-opinion event, group fault or surge."""

    zh, about_zh = "事件", "批量投诉、重大舆情、产品群障或突增"
    checks = (_recorded_after_event,)
    incident_kind: Literal["mass_complaint", "public_opinion", "group_fault", "surge"] | None = prop(
        "事件类型", "Incident kind", labels=("批量投诉", "重大舆情", "产品群障", "突增")
    )
    detected_by: Literal["monitor", "customer"] | None = prop("发现方", "Detected by", labels=("监测", "客户"))
    level: int | None = prop("级别", "Level")


# ── Results ──────────────────────────────────────────────────────────────────────────────────────────
class FindingCase(ResultNode):
    """What people decided about a finding; its id is the finding's key."""

    zh, about_zh = "断点处置", "对一条断点的处置"
    status: Literal["open", "assigned", "accepted", "fixed", "verified"] | None = prop(
        "状态", "Status", labels=("待处置", "已指派", "已接受", "已整改", "已核实")
    )
    reason: str | None = prop("原因", "Reason")
    due: date | None = prop("期限", "Due")
    history: list[str] | None = prop("处置历史", "History, a line of JSON a change")


class Measure(ResultNode):
    """A measure, 举措, that addresses findings."""

    zh, about_zh = "举措", "针对断点的举措"
    status: str | None = prop("状态", "Status")
    due: date | None = prop("期限", "Due")


class Verdict(ResultNode):
    """A person's confirmation or correction of a trace, with the frozen answer."""

    zh, about_zh = "裁定", "人工对溯源结论的确认或更正"
    outcome: str | None = prop("结论", "Outcome")
    reason: str | None = prop("理由", "Reason")
    sampled: Literal["random", "dispute", "routine"] | None = prop(
        "来源", "Sampled", labels=("随机抽样", "争议", "日常")
    )
    event_at: datetime | None = prop("裁定时间", "Given at")
    answer: str | None = prop("当时答案", "Frozen answer (JSON)")


class Assessment(ResultNode):
    """A self-, peer or headquarters assessment of a unit."""

    zh, about_zh = "评估", "自评、互评或总部抽检"
    assessment_kind: Literal["self", "peer", "headquarters"] | None = prop(
        "评估类型", "Assessment kind", labels=("自评", "互评", "总部抽检")
    )
    event_at: datetime | None = prop("评估时间", "Given at")


_MODELS: tuple[type[Node], ...] = (
    Domain, Stage, ControlPoint, Gate, Indicator, Target, OrgUnit, Owner, Assignment, Rule, Policy, System, Monitor,
    Channel, Category, Permission, Milestone, Product, Campaign, Complaint, HandlingStep, Review, Measurement, StageEntry,
    Sync, Incident, FindingCase, Measure, Verdict, Assessment,
)  # fmt: skip

KINDS: dict[str, Kind] = {model.__name__: Kind(model.__name__, model) for model in _MODELS}
"""Every kind of node by name, in the order in which they are written and exported."""


def kind_ranks() -> dict[str, int]:
    """Kind → its place in the order of writing and exporting."""
    return {name: rank for rank, name in enumerate(KINDS)}


def row_checks(kind: str) -> tuple[Check, ...]:
    """The rules one row of a kind must keep, beyond the types of its values."""
    model = KINDS[kind].model
    return (*model.checks, *((_validity_in_order,) if issubclass(model, FrameworkNode) else ()))


def edge_checks(edge: EdgeType) -> tuple[Check, ...]:
    """The rules one edge must keep, beyond the types of its values."""
    return (_validity_in_order,) if edge.dated else ()


def json_schema() -> dict[str, Any]:
    """The whole vocabulary as one JSON Schema document (2020-12): ``$defs`` by kind and by edge."""
    definitions: dict[str, Any] = {}
    for name, kind in KINDS.items():
        schema = kind.model.model_json_schema()
        schema["x-zh"], schema["x-group"] = kind.zh, kind.group
        definitions[name] = schema
    for name, edge in EDGES.items():
        schema = edge.model.model_json_schema()
        schema |= {"title": name, "x-zh": edge.zh, "description": f"{edge.about.zh} · {edge.about.en}"}
        schema["x-ends"] = [list(end) for end in edge.ends]
        definitions[name] = schema
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "SuYuan graph", "$defs": definitions}
