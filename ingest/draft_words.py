"""What operators call the columns of their exports, in Chinese and English: the words by which ``draft.py`` proposes a mapping."""

from __future__ import annotations

from typing import NamedTuple

PROPERTIES: dict[str, dict[str, tuple[str, ...]]] = {
    "Complaint": {
        "id": ("工单号", "工单编号", "工单流水号", "投诉编号", "投诉单号", "投诉工单号", "流水号", "单号", "受理编号", "受理单号", "编号", "ticket", "ticket id", "ticket number", "ticket no", "case id", "case number", "case no", "complaint id", "incident number", "number", "order no", "id"),
        "event_at": ("受理时间", "投诉时间", "受理日期", "投诉日期", "创建时间", "建单时间", "登记时间", "来电时间", "进线时间", "接收时间", "提交时间", "派单时间", "created", "created at", "create time", "creation date", "opened at", "opened", "date received", "received", "reported at", "report time"),
        "text": ("投诉内容", "问题描述", "工单内容", "客户诉求", "诉求内容", "诉求", "受理内容", "来电内容", "描述", "内容", "详情", "description", "narrative", "complaint text", "content", "details", "summary", "text"),
        "closed_at": ("办结时间", "结案时间", "归档时间", "完结时间", "完成时间", "关闭时间", "处理完成时间", "办结日期", "closed at", "closed", "resolved at", "completion time", "close time"),
        "status": ("状态", "工单状态", "处理状态", "当前状态", "办理状态", "status", "state", "ticket status"),
        "severity": ("严重程度", "紧急程度", "紧急级别", "优先级", "重要程度", "severity", "priority", "urgency"),
        "customer": ("客户编号", "客户标识", "用户编号", "客户号码", "用户号码", "手机号", "手机号码", "业务号码", "服务号码", "来电号码", "主叫号码", "客户", "account", "customer", "customer id", "caller", "msisdn"),
        "escalation_level": ("升级级别", "升级次数", "escalation level"),
        "note": ("备注", "处理意见", "处理结果", "回复内容", "remark", "remarks", "resolution"),
    },
    "HandlingStep": {
        "id": ("步骤编号", "环节编号", "处理编号", "流转编号", "流水号", "step id", "id"),
        "event_at": ("处理时间", "操作时间", "到达时间", "流转时间", "event time", "updated at"),
        "step": ("步骤", "操作", "动作", "处理动作", "环节动作", "action", "step"),
        "seq": ("序号", "步骤序号", "seq", "sequence"),
        "reason": ("原因", "处理意见", "退回原因", "意见", "reason", "comment"),
        "due": ("时限", "要求完成时间", "due", "deadline"),
    },
    "Measurement": {
        "value": ("数值", "指标值", "值", "实际值", "完成值", "value", "actual"),
        "period_start": ("周期开始", "开始日期", "统计开始", "period start", "start date"),
        "period_end": ("周期结束", "结束日期", "统计结束", "period end", "end date"),
        "event_at": ("统计时间", "统计日期", "日期", "date", "measured at"),
    },
}  # fmt: skip
"""Kind → property → what it is called beside its own names."""
CODES = ("编码", "代码", "编号", "代号", "code", "no", "id")
"""Ends of headings of ids of any kind."""


class Role(NamedTuple):
    """A node that rows refer to: how the draft calls it, its kind, the edge, what its column is called."""

    name: str
    kind: str
    edge: str
    words: tuple[str, ...]


REFERENCES: dict[str, tuple[Role, ...]] = {
    "Complaint": (
        Role("category", "Category", "IN_CATEGORY", ("大类", "一级分类", "一级类别", "投诉大类", "投诉分类", "投诉类别", "投诉类型", "业务分类", "业务类型", "问题分类", "类别", "分类", "category", "issue", "complaint type", "type")),
        Role("subcategory", "Category", "IN_CATEGORY", ("小类", "二级分类", "二级类别", "投诉小类", "细类", "子类", "子分类", "subcategory", "sub-issue", "sub category")),
        Role("channel", "Channel", "RAISED_VIA", ("渠道", "受理渠道", "投诉渠道", "来源", "来源渠道", "投诉来源", "channel", "submitted via", "contact type", "source")),
        Role("home_unit", "OrgUnit", "HOME_UNIT", ("归属单位", "归属省公司", "归属地市", "归属地", "地市", "省份", "省公司", "分公司", "home unit", "province", "city", "region")),
        Role("received_by", "OrgUnit", "RECEIVED_BY", ("受理单位", "受理部门", "受理班组", "受理网点", "receiving unit", "received by", "assignment group")),
        Role("product", "Product", "ABOUT", ("产品", "产品名称", "产品编码", "套餐", "套餐名称", "业务名称", "product", "plan", "tariff")),
        Role("campaign", "Campaign", "ABOUT", ("营销案", "营销案编码", "营销活动", "活动名称", "活动编码", "campaign")),
    ),
    "HandlingStep": (
        Role("complaint", "Complaint", "OF", ("工单号", "工单编号", "投诉编号", "单号", "ticket", "ticket id", "case id", "complaint id")),
        Role("by_unit", "OrgUnit", "BY", ("处理单位", "处理部门", "处理班组", "操作部门", "from", "handled by", "group")),
        Role("to_unit", "OrgUnit", "TO", ("目标部门", "下一部门", "转派单位", "转至", "派往", "to", "routed to")),
    ),
    "Measurement": (
        Role("indicator", "Indicator", "OF", ("指标", "指标编号", "指标编码", "指标名称", "indicator", "kpi", "metric")),
        Role("unit", "OrgUnit", "IN", ("单位", "省份", "地市", "部门", "unit", "province", "region")),
    ),
}  # fmt: skip
"""Kind → the nodes that its rows refer to."""

WORDS: dict[tuple[str, str], dict[str, str]] = {
    ("Complaint", "status"): {
        "已办结": "closed", "办结": "closed", "已归档": "closed", "归档": "closed", "关闭": "closed", "完结": "closed", "已完结": "closed", "已完成": "closed", "done": "closed",
        "处理中": "in_progress", "在办": "in_progress", "办理中": "in_progress", "已派单": "in_progress", "open": "in_progress", "processing": "in_progress", "in progress": "in_progress",
        "待处理": "pending", "待办": "pending", "未处理": "pending", "新建": "acknowledged", "已受理": "acknowledged", "受理": "acknowledged", "new": "acknowledged",
        "挂起": "held", "on hold": "held", "已撤销": "cancelled", "撤单": "cancelled", "撤销": "cancelled", "作废": "cancelled", "canceled": "cancelled", "驳回": "rejected", "已解决": "resolved", "已回复": "resolved", "solved": "resolved",
    },
    ("HandlingStep", "step"): {
        "派单": "routed", "转单": "routed", "转办": "routed", "改派": "routed", "退单": "returned", "驳回": "returned", "回单": "handled", "处理完成": "handled", "催单": "chased",
        "建单": "received", "接单": "handled", "回访": "replied", "答复": "replied", "归档": "closed", "结案": "closed", "重启": "reopened",
    },
}  # fmt: skip
"""Words that people write for choices, beside the labels of the schema."""
