"""What the words of an answer are called by people, in both languages."""

from __future__ import annotations

from collections.abc import Mapping

from graph.text import Text

OUTCOMES: Mapping[str, Text] = {
    "named": Text("已定位到控制点", "a control point is named"), "stage": Text("只能定位到环节", "known to the stage"),
    "domain": Text("只能定位到领域", "known to the domain"), "unknown": Text("不能判定", "unknown"),
    "no_internal_cause": Text("无内部原因", "no internal cause"),
}  # fmt: skip
REASONS: Mapping[str, Text] = {
    "no_anchor": Text("投诉没有可用的类目或原因代码", "no category or cause code says where it hurts"),
    "unmodelled": Text("最可能的原因不在框架内", "the likeliest cause is outside the framework"),
    "tie": Text("两种解释难分高下", "two explanations are nearly as likely"),
    "no_evidence": Text("证据不足", "the evidence does not suffice"),
}  # fmt: skip
