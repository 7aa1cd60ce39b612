"""control_unmeasured: no indicator measures a control point."""

from __future__ import annotations

from collections.abc import Iterator

from graph.text import Text
from queries.findings.predicate import Found, Predicate
from queries.findings.view import View


def _find(view: View) -> Iterator[Found]:
    for point in view.unlinked("ControlPoint", "MEASURED_BY"):
        name = view.named(point)
        yield Found(
            Text(f"控制点{name.zh}没有指标衡量", f"No indicator measures control point {name.en}"),
            (point,),
            view.duties.acting(view.duties.places_of_point(point)),
        )


CONTROL_UNMEASURED = Predicate(
    kind="control_unmeasured",
    class_="breakpoint",
    title=Text("控制点未衡量", "Control point not measured"),
    rule=Text("控制点没有 MEASURED_BY 指向的指标", "a control point without MEASURED_BY"),
    clause="将各环节服务质量控制要求纳入并映射至各产品管理过程指标（KCI）和结果指标（KQI）",
    base=2,
    measure=Text("为该控制点设定过程指标（KCI）", "Define a KCI for the control point"),
    reads=("ControlPoint", "MEASURED_BY", "Indicator"),
    find=_find,
)
