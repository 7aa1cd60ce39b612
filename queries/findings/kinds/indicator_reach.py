"""kci_without_kqi, kqi_without_kpi, indicator_unfed: a level of the indicator chain does not reach the next, or nothing feeds it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from graph.text import Text
from queries.findings.indicators import acting_for_indicator, of_level
from queries.findings.predicate import Found, Predicate
from queries.findings.view import View


def _unreached(lower: str, upper: str) -> Callable[[View], Iterator[Found]]:
    def find(view: View) -> Iterator[Found]:
        reaching = view.reaching("ROLLS_UP_TO", of_level(view, upper))
        for indicator in of_level(view, lower):
            if indicator not in reaching:
                name = view.named(indicator)
                yield Found(
                    Text(f"{lower} {name.zh}没有上卷至任何 {upper}", f"{lower} {name.en} rolls up to no {upper}"),
                    (indicator,),
                    acting_for_indicator(view, indicator),
                )

    return find


def _unfed(view: View) -> Iterator[Found]:
    fed = {edge.target for edge in view.edges("ROLLS_UP_TO") if edge.source != edge.target}
    for level in ("KPI", "KQI"):
        for indicator in of_level(view, level):
            if indicator not in fed:
                name = view.named(indicator)
                yield Found(
                    Text(f"没有任何指标上卷至 {level} {name.zh}", f"No indicator rolls up to {level} {name.en}"),
                    (indicator,),
                    acting_for_indicator(view, indicator),
                )


def _rule(lower: str, upper: str) -> Text:
    return Text(
        f"从各 {upper} 沿 ROLLS_UP_TO 逆向搜索到达不了的 {lower}",
        f"a {lower} that the reverse search from the {upper}s along ROLLS_UP_TO does not reach",
    )


KCI_WITHOUT_KQI = Predicate(
    kind="kci_without_kqi",
    class_="breakpoint",
    title=Text("KCI 未承接 KQI", "KCI that carries no KQI"),
    rule=_rule("KCI", "KQI"),
    clause="消费使用结果指标（KQI）要基于过程指标（KCI）",
    base=2,
    measure=Text("建立 KCI 到 KQI 的映射", "Map the KCI to a KQI"),
    reads=("Indicator", "ROLLS_UP_TO"),
    find=_unreached("KCI", "KQI"),
)
KQI_WITHOUT_KPI = Predicate(
    kind="kqi_without_kpi",
    class_="breakpoint",
    title=Text("KQI 未承接 KPI", "KQI that carries no KPI"),
    rule=_rule("KQI", "KPI"),
    clause="设置承接KPI实现的KCI、KQI指标",
    base=2,
    measure=Text("建立 KQI 到 KPI 的映射", "Map the KQI to a KPI"),
    reads=("Indicator", "ROLLS_UP_TO"),
    find=_unreached("KQI", "KPI"),
)
INDICATOR_UNFED = Predicate(
    kind="indicator_unfed",
    class_="breakpoint",
    title=Text("指标无下级支撑", "Indicator that nothing feeds"),
    rule=Text("没有其他指标上卷至的 KQI 或 KPI", "a KQI or KPI that no other indicator rolls up to"),
    clause="通过加大对产品管理过程指标（KCI）和结果指标（KQI）的监控评估，实现以优质产品质量支撑客户满意度指标（KPI）的持续改善",
    base=2,
    measure=Text("为该指标确定下级指标", "Feed it: name the indicators that carry it"),
    reads=("Indicator", "ROLLS_UP_TO"),
    find=_unfed,
)
