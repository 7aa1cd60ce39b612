"""weights_broken: the shares of what carries an indicator do not make one."""

from __future__ import annotations

import math
from collections.abc import Iterator

from graph.records import Ref
from graph.text import Text
from queries.findings.indicators import acting_for_indicator
from queries.findings.predicate import Found, Predicate
from queries.findings.view import View

TOLERANCE = 0.001
_ROUNDING = 1e-9
"""Slack for sums of binary fractions: 0.999 written in decimals is still within the tolerance."""


def _find(view: View) -> Iterator[Found]:
    stated: dict[Ref, list[float]] = {}
    for edge in view.edges("ROLLS_UP_TO"):
        weight = edge.props.get("weight")
        if isinstance(weight, int | float):
            stated.setdefault(edge.target, []).append(weight)
    for parent in sorted(stated):
        total = math.fsum(stated[parent])
        if abs(total - 1) > TOLERANCE + _ROUNDING:
            name = view.named(parent)
            yield Found(
                Text(
                    f"上卷至指标{name.zh}的权重合计为 {total:.4g}，应为 1",
                    f"The weights into indicator {name.en} sum to {total:.4g} instead of 1",
                ),
                (parent,),
                acting_for_indicator(view, parent),
            )


WEIGHTS_BROKEN = Predicate(
    kind="weights_broken",
    class_="breakpoint",
    title=Text("权重不闭合", "Weights do not sum to one"),
    rule=Text(
        "上卷至同一指标的权重合计不等于 1（±0.001）；都未写权重时视为平均分配，不算",
        "weights into one parent do not sum to 1 (± 0.001); where none states a weight they are equal shares and hold",
    ),
    clause="对服务过程质量管理效果进行量化评估",
    base=1,
    measure=Text("修正权重", "Mend the weights"),
    reads=("Indicator", "ROLLS_UP_TO"),
    find=_find,
)
