"""Leakage: at which stage complaints hurt, against the stage where they began; what stands off the diagonal was handed on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from graph.records import Ref
from graph.subgraph import Label
from graph.text import Text
from graph.values import days_before
from queries.answers import label
from queries.findings.tallied import RECENT_DAYS
from queries.findings.traced import Traced
from queries.findings.view import View
from queries.matrices.matrix import Column, Content, Material, MatrixKind, Row, named, ratio, stages_in_order

_NOWHERE = Text("无环节", "No stage")
_NO_CAUSE = Text("无内部原因或未建模", "No internal cause, or unmodelled")


class Leak:
    """Expected complaints by where they hurt and where they began, summed as traces stream by.

    A hypothesis (its way from where it hurts to where it began) counts with its probability. What a trace leaves to the null
    hypotheses is found where its hypotheses are, in their proportions; without any, at no stage. So all sums to the number of traces.
    """

    def __init__(self) -> None:
        self.sums: dict[tuple[str, str], float] = {}
        """(Stage found, stage of origin) → expected complaints; no stage is the empty string."""
        self.unexplained: dict[str, float] = {}
        """Stage found → expected complaints without an internal cause."""

    def add(self, trace: Traced, stage_of: Mapping[str, str]) -> None:
        """Count one trace; ``stage_of`` gives the stage of a control point."""
        explained = sum(guess.probability for guess in trace.guesses)
        rest = max(0.0, 1.0 - explained)
        for guess in trace.guesses:
            found, origin = (stage_of.get(point, "") for point in (guess.way[0], guess.way[-1]))
            self.sums[found, origin] = self.sums.get((found, origin), 0.0) + guess.probability
            if explained:
                self.unexplained[found] = self.unexplained.get(found, 0.0) + rest * guess.probability / explained
        if not explained:
            self.unexplained[""] = self.unexplained.get("", 0.0) + rest


def _build(material: Material) -> Content:
    view = material.view
    return leakage_of(view, leaked(view, material.traces()))


def leakage_of(view: View, leak: Leak) -> Content:
    """The matrix of what was counted: a row and a column a stage, with what has no cause, the sum and the share handed on."""
    sums, unexplained = leak.sums, leak.unexplained
    stages = [stage.id for stage in stages_in_order(view)]
    if any("" in pair for pair in sums) or "" in unexplained:
        stages.append("")
    columns = [Column(id=_ref(stage), title=_title(view, stage), form="number") for stage in stages]
    columns += [
        Column(id="none", title=label(_NO_CAUSE), form="number"),
        Column(id="found", title=label(Text("发现合计", "Found here")), form="number"),
        Column(id="leaked", title=label(Text("来自上游的比例", "Share from other stages")), form="share"),
    ]
    rows = [_row(view, stage, [sums.get((stage, origin), 0.0) for origin in stages], unexplained.get(stage, 0.0), stages.index(stage)) for stage in stages]  # fmt: skip
    return Content(columns, rows)


def leaked(view: View, traces: Iterable[Traced]) -> Leak:
    """Expected complaints of the last 90 days by stage found and stage of origin."""
    since = days_before(view.as_of, RECENT_DAYS - 1)
    leak = Leak()
    for trace in traces:
        if since <= trace.day <= view.as_of:
            leak.add(trace, view.framework.stage_of)
    return leak


def _row(view: View, stage: str, explained: list[float], rest: float, own: int) -> Row:
    inside = sum(explained)
    figures = [round(number, 6) for number in (*explained, rest, inside + rest)]
    return Row(id=_ref(stage), title=_title(view, stage), cells=(*figures, ratio(inside - explained[own], inside)))


def _ref(stage: str) -> str:
    return f"Stage:{stage}" if stage else "no_stage"


def _title(view: View, stage: str) -> Label:
    return named(view, Ref("Stage", stage)) if stage else label(_NOWHERE)


LEAKAGE = MatrixKind(
    name="leakage",
    title=Text("问题遗留：发现环节 × 起因环节", "Leakage: stage found × stage of origin"),
    about=Text(
        "行：投诉感知受损的环节；列：溯源认为起因所在的环节；数值：近 90 天投诉按溯源概率的期望条数。对角线为就地起因，其余为上游遗留到下游。"
        "归于“无内部原因”或“未建模”的部分单列，因此全部数值之和等于投诉数。",
        "Rows: the stage where complaints hurt; columns: the stage where traces say they began; figures: expected complaints of the last 90 days by "
        "the traces' probabilities. The diagonal began where it was felt, the rest was handed on. What traces leave to no internal cause or to the "
        "unmodelled stands in a column of its own, so that all figures sum to the number of complaints.",
    ),
    clause="做到上游不把问题遗留到下游",
    build=_build,
    traced=True,
)
