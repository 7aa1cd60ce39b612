"""level_skipped: a process indicator rolls up to satisfaction with no result indicator between."""

from __future__ import annotations

from collections.abc import Iterator

from graph.text import Text
from queries.findings.indicators import acting_for_indicator, of_level
from queries.findings.predicate import Found, Predicate
from queries.findings.view import View


def _find(view: View) -> Iterator[Found]:
    lower, upper = set(of_level(view, "KCI")), set(of_level(view, "KPI"))
    for edge in view.edges("ROLLS_UP_TO"):
        if edge.source in lower and edge.target in upper:
            kci, kpi = view.named(edge.source), view.named(edge.target)
            yield Found(
                Text(
                    f"KCI {kci.zh}越过 KQI 直接上卷至 KPI {kpi.zh}",
                    f"KCI {kci.en} rolls up to KPI {kpi.en} with no KQI between",
                ),
                (edge.source, edge.target),
                acting_for_indicator(view, edge.source),
            )


LEVEL_SKIPPED = Predicate(
    kind="level_skipped",
    class_="breakpoint",
    title=Text("越级上卷", "Level skipped"),
    rule=Text("KCI 直接上卷至 KPI", "a KCI rolls up to a KPI directly"),
    clause="促进“解决率、及时率、响应时长、解决时限、客户投诉比、重复投诉率”等生产结果指标（KQI）的达成，进而促使各渠道触点满意度（KPI）的有效改善",
    base=1,
    measure=Text("在两者之间设置 KQI", "Put a KQI between"),
    reads=("Indicator", "ROLLS_UP_TO"),
    find=_find,
)
