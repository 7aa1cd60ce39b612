"""rollup_cycle: indicators carry one another in a circle."""

from __future__ import annotations

from collections.abc import Iterator

from graph.text import Text
from queries.findings.indicators import acting_for_indicator
from queries.findings.predicate import Found, Predicate
from queries.findings.view import View


def _find(view: View) -> Iterator[Found]:
    for members in view.cycles("ROLLS_UP_TO", loops=True):
        names = view.listed(members)
        yield Found(
            Text(f"指标上卷成环：{names.zh}", f"Indicators roll up in a circle: {names.en}"),
            members,
            acting_for_indicator(view, members[0]),
        )


ROLLUP_CYCLE = Predicate(
    kind="rollup_cycle",
    class_="breakpoint",
    title=Text("指标上卷成环", "Circular roll-up"),
    rule=Text(
        "ROLLS_UP_TO 的强连通分量多于一个指标，或指标上卷至自身",
        "a strongly connected component of ROLLS_UP_TO larger than one, or a self-loop",
    ),
    clause="建立覆盖产品全生命周期、分层分类的服务质量指标体系",
    base=3,
    measure=Text("断开环中的一条上卷关系", "Cut one edge of the circle"),
    reads=("Indicator", "ROLLS_UP_TO"),
    find=_find,
)
