"""stale_measurement: an indicator is used, and no value of it came for two periods."""

from __future__ import annotations

from collections.abc import Iterator

from graph.text import Text
from queries.findings.indicators import acting_for_indicator, in_use
from queries.findings.measured import Measured
from queries.findings.predicate import Found, Predicate
from queries.findings.view import View


def _find(view: View) -> Iterator[Found]:
    measured = view.once(Measured)
    for indicator in in_use(view):
        behind = measured.periods[indicator][:2]
        if len(behind) == 2 and not measured.any_in_last_two(indicator):
            name, (newest, oldest) = view.named(indicator), behind
            yield Found(
                Text(
                    f"在用指标{name.zh}自 {oldest.start} 至 {newest.end}（不含）的两个周期都没有取值",
                    f"Indicator {name.en} is in use, and no value of it came for its two periods from {oldest.start} to before {newest.end}",
                ),
                (indicator,),
                acting_for_indicator(view, indicator),
            )


STALE_MEASUREMENT = Predicate(
    kind="stale_measurement",
    class_="blind_spot",
    title=Text("指标断数", "No values any more"),
    rule=Text(
        "在用指标最近两个完整周期都没有取值（未写周期的按月）",
        "an indicator in use with no value for either of its last two whole periods (period absent: month)",
    ),
    clause="通过加大对产品管理过程指标（KCI）和结果指标（KQI）的监控评估",
    base=2,
    measure=Text("恢复数据采集", "Restore the feed"),
    reads=("Indicator", "MEASURED_BY", "ROLLS_UP_TO", "Measurement", "OF"),
    find=_find,
)
