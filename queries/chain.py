"""Which indicators carry a control point, up to customer satisfaction: v → KCI → KQI → KPI, each link with its basis."""

from __future__ import annotations

from typing import NamedTuple

from graph.errors import UnknownId
from graph.framework import Framework, basis_of, valid_on
from graph.records import EdgeRow, Ref
from graph.text import Text
from queries.answers import ChainAnswer, ChainLink, IndicatorAnswer, State, WeightedLink, label, shown
from queries.gaps import gaps_at
from queries.indicators import Reading, Table
from queries.per_framework import PerFramework
from queries.view import View, view_on


class Way(NamedTuple):
    """The links above a control point, nearest first, and the indicators on them in the order they are met."""

    links: tuple[EdgeRow, ...]
    indicators: tuple[Ref, ...]
    shown: tuple[ChainLink, ...]
    """The links as a trace shows them."""


_REMEMBERED = 4096
_known: PerFramework[dict[tuple[Ref, str], Way]] = PerFramework(lambda _: {})


def way_up(framework: Framework, point: str, day: str) -> Way:
    """The way up from a control point."""
    return way_from(framework, Ref("ControlPoint", point), day)


def way_from(framework: Framework, start: Ref, day: str) -> Way:
    """Every link from a control point to its indicators, or from an indicator, and on along ROLLS_UP_TO, by breadth; cycle-safe, O(V + E).

    Primary measures come before secondary ones, then by id; only indicators valid on the day.
    """
    known = _known(framework)
    way = known.get((start, day))
    if way is None:
        if len(known) >= _REMEMBERED:
            known.clear()
        way = known[start, day] = _climb(framework, start, day)
    return way


def _climb(framework: Framework, start: Ref, day: str) -> Way:
    def onward(edge_type: str, ref: Ref) -> list[EdgeRow]:
        edges = (
            e for e in framework.out(edge_type, ref) if framework.present(e.target, day) and valid_on(e.props, day)
        )
        return sorted(edges, key=lambda e: (e.props.get("role") != "primary", e.target.id))

    links = onward("MEASURED_BY" if start.kind == "ControlPoint" else "ROLLS_UP_TO", start)
    indicators = dict.fromkeys(link.target for link in links)
    layer = tuple(indicators)
    while layer:
        above = [link for indicator in layer for link in onward("ROLLS_UP_TO", indicator)]
        links += above
        layer = tuple(dict.fromkeys(link.target for link in above if link.target not in indicators))
        indicators |= dict.fromkeys(layer)
    shown_links = tuple(ChainLink(from_=str(e.source), to=str(e.target), basis=basis_of(e)) for e in links)
    return Way(tuple(links), tuple(indicators), shown_links)


def read_indicators(framework: Framework, way: Way, table: Table) -> tuple[tuple[IndicatorAnswer, Reading | None], ...]:
    """Every indicator of the way with its latest value before the complaint for the subject and its unit, target and state."""
    found = []
    for ref in way.indicators:
        reading = table.reading(ref.id)
        goal = table.goals.get(ref.id)
        value = reading.fact.value if reading is not None else None
        state = reading.state if reading is not None else None
        found.append((_indicator(framework, ref, value, goal.value if goal is not None else None, state), reading))
    return tuple(found)


def chain(framework: Framework, control_point: str, *, as_of: str) -> ChainAnswer:
    """The KCI → KQI → KPI chain of a control point on a day, with weights, basis, general targets and gaps; no values, which
    belong to a subject and a unit.

    Raises UnknownId when the framework has no such control point.
    """
    start = _known_start(framework, Ref("ControlPoint", control_point))
    way = way_from(framework, start, as_of)
    return _answer(framework, start, way, as_of, (), _told(framework, start, way))


def chain_above(framework: Framework, indicator: str, *, as_of: str) -> ChainAnswer:
    """The rest of the chain above an indicator on a day, and the control points that it measures; else as :func:`chain`.

    Raises UnknownId when the framework has no such indicator.
    """
    start = _known_start(framework, Ref("Indicator", indicator))
    way = way_from(framework, start, as_of)
    measured = (edge for edge in framework.into("MEASURED_BY", start) if valid_on(edge.props, as_of))
    points = tuple(sorted({edge.source for edge in measured if framework.present(edge.source, as_of)}))
    return _answer(framework, start, way, as_of, points, _told_above(framework, start, way, points))


def _known_start(framework: Framework, start: Ref) -> Ref:
    if start.id not in framework.nodes(start.kind):
        raise UnknownId(str(start), (f"{start.kind}:{id_}" for id_ in framework.nodes(start.kind)))
    return start


def _answer(framework: Framework, start: Ref, way: Way, day: str, measured: tuple[Ref, ...], told: Text) -> ChainAnswer:
    view = view_on(framework, day)
    links = tuple(
        WeightedLink(from_=str(e.source), to=str(e.target), basis=basis_of(e), weight=_weight(e)) for e in way.links
    )
    return ChainAnswer(
        control_point=str(start) if start.kind == "ControlPoint" else None,
        indicator=str(start) if start.kind == "Indicator" else None, measures=tuple(map(str, measured)), as_of=day, chain=links,
        indicators=tuple(_indicator(framework, ref, None, _general(view, ref.id), None) for ref in way.indicators),
        gaps=gaps_at(framework, (start, *way.indicators), day), explanation=label(told),
    )  # fmt: skip


def _indicator(
    framework: Framework, ref: Ref, value: float | None, target: float | None, state: State | None
) -> IndicatorAnswer:
    level = framework.nodes("Indicator")[ref.id].props.get("level")
    return IndicatorAnswer(
        id=str(ref),
        level=str(level) if level is not None else None,
        value=shown(value) if value is not None else None,
        target=shown(target) if target is not None else None,
        state=state,
    )


def _general(view: View, indicator: str) -> float | None:
    goal = view.goals.get("", {}).get(indicator)
    return goal.value if goal is not None else None


def _weight(edge: EdgeRow) -> float | None:
    weight = edge.props.get("weight")
    return shown(float(weight)) if isinstance(weight, int | float) else None


def _told(framework: Framework, point: Ref, way: Way) -> Text:
    """The chain in a sentence per language: the indicators by level, or that nothing measures the point."""
    zh, en = (framework.name(point, lang) for lang in ("zh", "en"))
    if not way.indicators:
        return Text(
            f"没有指标衡量控制点“{zh}”（{point.id}）。", f"No indicator measures control point “{en}” ({point.id})."
        )
    levels = _by_level(framework, way)
    return Text(
        f"控制点“{zh}”（{point.id}）经以下指标支撑客户满意度。{levels.zh}",
        f"Control point “{en}” ({point.id}) is carried by these indicators. {levels.en}",
    )


def _told_above(framework: Framework, indicator: Ref, way: Way, points: tuple[Ref, ...]) -> Text:
    """What an indicator measures and carries, in a sentence per language."""
    zh, en = (framework.name(indicator, lang) for lang in ("zh", "en"))
    names = Text("、".join(framework.name(p, "zh") for p in points), ", ".join(framework.name(p, "en") for p in points))
    measured = (
        Text(f"衡量控制点：{names.zh}。", f"It measures: {names.en}.")
        if points
        else Text("它不直接衡量任何控制点。", "It measures no control point directly.")
    )
    above = (
        _by_level(framework, way)
        if way.indicators
        else Text("它没有向上汇总到其他指标。", "It rolls up to no other indicator.")
    )
    return Text(
        f"指标“{zh}”（{indicator.id}）：{measured.zh}{above.zh}",
        f"Indicator “{en}” ({indicator.id}). {measured.en} {above.en}",
    )


def _by_level(framework: Framework, way: Way) -> Text:
    levels: dict[str, list[Ref]] = {}
    for ref in way.indicators:
        levels.setdefault(str(framework.nodes("Indicator")[ref.id].props.get("level", "")), []).append(ref)
    parts = [(level, levels[level]) for level in ("KCI", "KQI", "KPI", "") if level in levels]
    zh = "；".join(f"{lv or '未分级'}：" + "、".join(framework.name(r, "zh") for r in refs) for lv, refs in parts)
    en = "; ".join(f"{lv or 'no level'}: " + ", ".join(framework.name(r, "en") for r in refs) for lv, refs in parts)
    defaults = sum(basis_of(link) == "default" for link in way.links)
    if not defaults:
        return Text(f"{zh}。", f"{en}.")
    return Text(
        f"{zh}。其中 {defaults} 条链路为默认映射。", f"{en}. {defaults} of the {len(way.links)} links are default maps."
    )
