"""Step 9 of the trace: the part of the graph to draw. Complaint, where it hurts, the way upstream, the owner, the indicators."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from graph.framework import basis_of
from graph.records import Ref
from graph.subgraph import Column, Mark
from graph.text import Text
from graph.values import clip, local_day
from queries.answers import Contested, Holding, IndicatorAnswer, TraceGraph
from queries.explain import lead
from queries.facts import STATES, gate_told, reading_told, review_told
from queries.hypothesis import Hypothesis
from queries.indicators import Reading
from queries.naming import figure, percent
from queries.told import Told

_COLUMNS: dict[str, Column] = {
    "ControlPoint": "ControlPoint", "Owner": "Owner", "OrgUnit": "OrgUnit", "Complaint": "Complaint",
}  # fmt: skip
_LEVELS: dict[str | None, Column] = {"KCI": "KCI", "KQI": "KQI", "KPI": "KPI"}
_ALTERNATIVES = 3
_TEXT_SHOWN = 200
_GRAVE = 3
"""Severity from which a finding marks its box: with lesser ones marked, too, hardly a box would be left without."""


class _Box:
    """A node while the picture grows."""

    def __init__(self, column: Column, band: str | None) -> None:
        self.column = column
        self.band = band
        self.marks: dict[Mark, None] = {}
        self.detail: dict[Text, None] = {}


class _Picture:
    """Nodes and edges in the order in which they were first needed."""

    def __init__(self, told: Told) -> None:
        self.told = told
        self.boxes: dict[Ref, _Box] = {}
        self.edges: dict[tuple[str, Ref, Ref], dict[str, object]] = {}

    def box(self, ref: Ref, *marks: Mark, column: Column | None = None) -> _Box:
        """The node's box, made when first asked for."""
        found = self.boxes.get(ref)
        if found is None:
            band = self.told.framework.stage_of.get(ref.id) if ref.kind == "ControlPoint" else None
            found = self.boxes[ref] = _Box(column or _COLUMNS.get(ref.kind, "Other"), band)
        if marks:
            found.marks |= dict.fromkeys(marks)
        return found

    def edge(
        self,
        type_: str,
        source: Ref,
        target: Ref,
        *,
        basis: str = "customer",
        text: Text | None = None,
        on_path: bool = False,
    ) -> None:
        """A line between two boxes; drawn once, as first stated."""
        if (type_, source, target) not in self.edges:
            self.edges[type_, source, target] = {
                "type": type_, "source": str(source), "target": str(target), "label": text.as_dict() if text is not None else None,
                "basis": basis, "on_path": on_path,
            }  # fmt: skip


def picture(told: Told, indicators: Sequence[tuple[IndicatorAnswer, Reading | None]]) -> TraceGraph:
    """The complaint, its anchors, the ways to the leading points, and for a named point its gate, owners, units and indicators.

    Args:
        told: what the explanation draws on.
        indicators: the indicators of the named point with their readings.
    """
    drawn = _Picture(told)
    _draw_complaint(drawn)
    _draw_ways(drawn)
    _draw_gate(drawn)
    _draw_owners(drawn)
    _draw_indicators(drawn, indicators)
    _draw_gaps(drawn)
    return _finished(drawn)


def _draw_gaps(drawn: _Picture) -> None:
    """Grave findings mark their boxes and are told there; how many lesser ones there are is said in one line."""
    lesser: Counter[Ref] = Counter()
    for gap in drawn.told.gaps:
        for ref in map(Ref.parse, gap.nodes):
            if ref not in drawn.boxes:
                continue
            if gap.severity >= _GRAVE:
                drawn.box(ref, "gap").detail[Text(gap.message.zh, gap.message.en)] = None
            else:
                lesser[ref] += 1
    for ref, n in lesser.items():
        drawn.box(ref).detail[
            Text(
                f"断点清单另有 {n} 条涉及此处", f"{n} lesser finding{'s' if n > 1 else ''} of the breakpoint list here"
            )
        ] = None


def _draw_complaint(drawn: _Picture) -> None:
    told, case = drawn.told, drawn.told.case
    complaint = Ref("Complaint", case.id)
    box = drawn.box(complaint)
    day = local_day(case.event_at, told.framework.zone)
    box.detail[Text(f"投诉日期 {day}", f"Complaint of {day}")] = None
    for id_ in case.categories:
        name = told.names.full(Ref("Category", id_))
        box.detail[Text(f"分类 {name.zh}", f"Category {name.en}")] = None
    if "text" in case.props:
        text = clip(case.props["text"], _TEXT_SHOWN)
        box.detail[Text(f"内容：{text}", f"Text: {text}")] = None
    for ref in case.about:
        drawn.box(ref)
        drawn.edge("ABOUT", complaint, ref)
    for ref in case.received_by:
        drawn.box(ref)
        drawn.edge("RECEIVED_BY", complaint, ref, text=Text("首次受理", "received first"))
    for anchor in told.anchors:
        point = Ref.parse(anchor.control_point)
        share = percent(anchor.probability)
        drawn.box(point, "anchor").detail[Text(f"感知受损处 {share}", f"Where it hurts: {share}")] = None
        drawn.edge(
            "POINTS_TO", complaint, point, basis=anchor.basis, text=Text(share, share), on_path=_starts(told, point)
        )


def _starts(told: Told, point: Ref) -> bool:
    """Whether the traced way starts at an anchor; where only a stage or domain is named, the strongest anchor stands for it."""
    if told.path:
        return told.scored.view.points[told.path[0]].ref == point
    return told.scored.decision.named is not None and told.anchors[0].control_point == str(point)


def _draw_ways(drawn: _Picture) -> None:
    """The way to the named point, and for orientation those to the next likeliest ones."""
    told, scored = drawn.told, drawn.told.scored
    points = scored.view.points
    for hypothesis in scored.hypotheses[:_ALTERNATIVES]:
        traced = hypothesis is scored.leading
        way = told.path if traced else scored.origins.way(hypothesis.place).points
        for index in way:
            drawn.box(points[index].ref, *(("path",) if traced else ()))
        for effect, cause in pairwise(way):
            _draw_cause(drawn, points[effect].ref, points[cause].ref, on_path=traced)
        if traced:
            drawn.box(points[hypothesis.place].ref, "root")
        _say_hypothesis(drawn, hypothesis)


def _draw_cause(drawn: _Picture, effect: Ref, cause: Ref, *, on_path: bool) -> None:
    edge = next(edge for edge in drawn.told.framework.out("CAUSED_BY", effect) if edge.target == cause)
    drawn.edge("CAUSED_BY", effect, cause, basis=basis_of(edge), on_path=on_path)


def _say_hypothesis(drawn: _Picture, hypothesis: Hypothesis) -> None:
    told, detail = drawn.told, drawn.box(hypothesis.point.ref).detail
    share = percent(hypothesis.probability)
    on = told.names.kind_and_name(hypothesis.subject.ref) if hypothesis.subject is not None else Text("", "")
    detail[
        Text(f"{on.zh}最先在此失效的概率 {share}", f"Failed first here{' on ' if on.en else ''}{on.en}: {share}")
    ] = None
    zone = told.framework.zone
    for fact in (review_told(hypothesis.review, told.names, zone), reading_told(hypothesis.kci, told.names, zone)):
        if fact is not None:
            detail[fact] = None


def _draw_gate(drawn: _Picture) -> None:
    told = drawn.told
    told_gate = gate_told(told.gate, told.names)
    if told.gate is None or told.gate.gate is None or told_gate is None:
        return
    gate = Ref.parse(told.gate.gate)
    drawn.box(gate).detail[told_gate] = None
    for point in told.framework.targets("CHECKS", gate):
        if point in drawn.boxes:
            drawn.edge("CHECKS", gate, point)


def _draw_owners(drawn: _Picture) -> None:
    """Who answered then and who acts now, each with the unit, towards the drawn points of what is named."""
    told, named = drawn.told, drawn.told.scored.decision.named
    if told.owner is None or named is None:
        return
    points = [p for p in told.scored.view.points if p.ref in drawn.boxes and (
        p.id == named.point if named.point else p.stage == named.stage if named.stage else p.domain == named.domain
    )]  # fmt: skip
    same = told.owner.then == told.owner.now
    for answer, when in (
        (told.owner.now, Text("负责", "accountable") if same else Text("现在负责", "accountable now")),
        (told.owner.then, Text("当时负责", "accountable then")),
    ):
        for holding in _each(answer):
            holder = Ref.parse(holding.holder)
            drawn.box(holder).detail[when] = None
            for point in points:
                drawn.edge("RESPONSIBLE_FOR", holder, point.ref, text=when, on_path=True)
            if holding.unit is not None and holding.unit != holding.holder:
                drawn.box(Ref.parse(holding.unit))
                drawn.edge("BELONGS_TO", holder, Ref.parse(holding.unit), on_path=True)
        if same:
            break


def _each(answer: Holding | Contested | None) -> tuple[Holding, ...]:
    if answer is None:
        return ()
    return answer.contested if isinstance(answer, Contested) else (answer,)


def _draw_indicators(drawn: _Picture, indicators: Sequence[tuple[IndicatorAnswer, Reading | None]]) -> None:
    told = drawn.told
    for answer, reading in indicators:
        column = _LEVELS.get(answer.level, "Other")
        box = drawn.box(Ref.parse(answer.id), *((answer.state,) if answer.state is not None else ()), column=column)
        if answer.target is not None:
            box.detail[Text(f"目标 {figure(answer.target)}", f"Target {figure(answer.target)}")] = None
        if reading is not None:
            day = reading.fact.period_end or local_day(reading.fact.event_at, told.framework.zone)
            state = STATES[reading.state] if reading.state is not None else None
            box.detail[
                Text(
                    f"截至 {day} 为 {figure(reading.fact.value)}" + (f"（{state.zh}）" if state else ""),
                    f"{figure(reading.fact.value)} up to {day}" + (f" ({state.en})" if state else ""),
                )
            ] = None
    for link in told.chain:
        source, target = Ref.parse(link.from_), Ref.parse(link.to)
        type_ = "MEASURED_BY" if source.kind == "ControlPoint" else "ROLLS_UP_TO"
        drawn.edge(type_, source, target, basis=link.basis, on_path=True)


def _label(told: Told, ref: Ref) -> dict[str, str]:
    if ref.kind == "Complaint":
        return {"zh": f"投诉 {ref.id}", "en": f"Complaint {ref.id}"}
    return told.names.bare(ref).as_dict()


def _finished(drawn: _Picture) -> TraceGraph:
    """The graph, checked in one go, which takes half the time of making its parts one by one."""
    told = drawn.told
    ranks = told.framework.stage_rank
    stages = sorted({box.band for box in drawn.boxes.values() if box.band is not None}, key=lambda stage: ranks[stage])
    nodes = [
        {
            "id": str(ref),
            "kind": ref.kind,
            "label": _label(told, ref),
            "column": box.column,
            "band": box.band,
            "marks": tuple(box.marks),
            "detail": [line.as_dict() for line in box.detail],
        }
        for ref, box in drawn.boxes.items()
    ]
    bands = [{"id": s, "label": told.names.bare(Ref("Stage", s)).as_dict(), "rank": ranks[s]} for s in stages]
    title = {"zh": f"投诉 {told.case.id} 的溯源", "en": f"Trace of complaint {told.case.id}"}
    above = [sentence.as_dict() for sentence in lead(told)]
    return TraceGraph.model_validate(
        {"title": title, "lead": above, "nodes": nodes, "edges": list(drawn.edges.values()), "bands": bands}
    )
