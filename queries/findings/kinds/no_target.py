"""no_target: an indicator is used, and nothing says what it must reach."""

from __future__ import annotations

from collections.abc import Iterator

from graph.text import Text
from queries.findings.indicators import acting_for_indicator, in_use
from queries.findings.predicate import Found, Predicate
from queries.findings.view import View


def _find(view: View) -> Iterator[Found]:
    valued = {id_ for id_, target in view.nodes("Target").items() if "value" in target.props}
    aimed = {edge.target for edge in view.edges("OF") if edge.source.id in valued}
    for indicator in in_use(view):
        if indicator not in aimed:
            name = view.named(indicator)
            yield Found(
                Text(f"在用指标{name.zh}没有目标值", f"Indicator {name.en} is in use and has no target"),
                (indicator,),
                acting_for_indicator(view, indicator),
            )


NO_TARGET = Predicate(
    kind="no_target",
    class_="blind_spot",
    title=Text("指标无目标", "Indicator without a target"),
    rule=Text(
        "有 MEASURED_BY 或 ROLLS_UP_TO 的在用指标没有带目标值的目标",
        "an indicator in use (MEASURED_BY or ROLLS_UP_TO touches it) without a target that has a value",
    ),
    clause="设置面向未来、科学合理的业务、服务、运营、支撑质量标准",
    base=1,
    measure=Text("设定目标值", "Set a target"),
    reads=("Indicator", "MEASURED_BY", "ROLLS_UP_TO", "Target", "OF"),
    find=_find,
)
