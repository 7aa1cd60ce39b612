"""decoupled_indicator: an indicator stays green while the complaints it should foretell rise."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from graph.records import Ref
from graph.text import Text
from queries.findings.indicators import acting_for_indicator, of_level
from queries.findings.measured import PERIODS, Measured
from queries.findings.periods import Period
from queries.findings.predicate import TALLY, Found, Predicate
from queries.findings.statistics import discoveries, rise
from queries.findings.view import View
from queries.view import view_on

HALF = PERIODS // 2
LEAST = 10
"""Complaints in all six periods below which nothing is said."""
RATIO = 1.2
RATE = 0.05
"""Error of the lower bound, and false discovery rate over all KCIs."""


class _Rise(NamedTuple):
    earlier: float
    later: float
    probability: float


def _find(view: View) -> Iterator[Found]:
    measured, weights = view.once(Measured), _weights(view)
    rises: dict[Ref, _Rise] = {}
    kcis = of_level(view, "KCI")
    for kci in kcis:
        periods = measured.periods[kci]
        if measured.green(kci) and len(periods) == PERIODS:
            found = _rise(view, weights.get(kci, {}), periods)
            if found is not None:
                rises[kci] = found
    standing = discoveries({str(kci): rises[kci].probability if kci in rises else 1.0 for kci in kcis}, RATE)
    for kci, found in rises.items():
        if str(kci) in standing:
            name = view.named(kci)
            yield Found(
                Text(
                    f"KCI {name.zh}最近 3 个周期均为绿色，而其所衡量控制点的投诉由 {found.earlier:.4g} 增至 {found.later:.4g}，显著上升",
                    f"KCI {name.en} has been green for 3 periods while the complaints of the points it measures rose from "
                    f"{found.earlier:.4g} to {found.later:.4g}, beyond chance",
                ),
                (kci,),
                acting_for_indicator(view, kci),
            )


def _rise(view: View, weights: dict[str, float], periods: tuple[Period, ...]) -> _Rise | None:
    """How the complaints of the last three periods stand against those of the three before; None where there are too few."""
    later, earlier = periods[:HALF], periods[HALF:]
    counts = [view.tallied.weighed(weights, half[-1].start, half[0].end) for half in (later, earlier)]
    if sum(counts) < LEAST:
        return None
    days = [sum(period.days for period in half) for half in (later, earlier)]
    return _Rise(counts[1], counts[0], rise(counts[0], counts[1], days[0], days[1], RATIO))


def _weights(view: View) -> dict[Ref, dict[str, float]]:
    """KCI → category → the sum of its POINTS_TO weights on the points the KCI measures, through its parents where it has none."""
    measures: dict[Ref, list[Ref]] = {}
    for edge in view.edges("MEASURED_BY"):
        measures.setdefault(edge.source, []).append(edge.target)
    shape = view_on(view.framework, view.as_of)
    found: dict[Ref, dict[str, float]] = {}
    for category in sorted(view.categories_in_use & shape.categories.keys()):
        for pointing in shape.categories[category].pointings:
            for indicator in measures.get(shape.points[pointing.point].ref, ()):
                of_kci = found.setdefault(indicator, {})
                of_kci[category] = of_kci.get(category, 0.0) + pointing.weight
    return found


DECOUPLED_INDICATOR = Predicate(
    kind="decoupled_indicator",
    class_="blind_spot",
    title=Text("指标与感知脱节", "Indicator decoupled from complaints"),
    rule=Text(
        "KCI 最近 3 个完整周期均为绿色，而其所衡量控制点的投诉（按 POINTS_TO 权重合计）与此前 3 个周期相比，发生率之比的 95% 置信下限大于 1.2，"
        "六个周期合计不少于 10 件，并在全部 KCI 上以 Benjamini–Hochberg 控制错误发现率",
        "a KCI green in its last 3 whole periods while the complaints of the points it measures (sum of POINTS_TO weights) against the 3 "
        "before have a 95 % lower bound of the rate ratio > 1.2 (exact conditional test), at least 10 in all six, Benjamini-Hochberg "
        "over all KCIs",
    ),
    clause="业务指标与客户感知脱节等问题逐步显现",
    base=3,
    measure=Text("重新定义 KCI", "Redefine the KCI"),
    reads=("Indicator", "MEASURED_BY", "ControlPoint", "POINTS_TO", "Category", "CHILD_OF", "Measurement", "OF", "IN", "Target", "PART_OF", TALLY),
    find=_find,
)  # fmt: skip
