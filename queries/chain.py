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
_known: PerFramework[dict[tuple[str, str], Way]] = PerFramework(lambda _: {})


def way_up(framework: Framework, point: str, day: str) -> Way:
    """Every link from a control point to its indicators and on along ROLLS_UP_TO, by breadth; cycle-safe, O(V + E).

    Primary measures come before secondary ones, then by id; only indicators valid on the day.
    """
    known = _known(framework)
    way = known.get((point, day))
    if way is None:
        if len(known) >= _REMEMBERED:
            known.clear()
        way = known[point, day] = _climb(framework, point, day)
    return way


def _climb(framework: Framework, point: str, day: str) -> Way:
    def onward(edge_type: str, ref: Ref) -> list[EdgeRow]:
        edges = (
            e for e in framework.out(edge_type, ref) if framework.present(e.target, day) and valid_on(e.props, day)
        )
        return sorted(edges, key=lambda e: (e.props.get("role") != "primary", e.target.id))

    links = onward("MEASURED_BY", Ref("ControlPoint", point))
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
    if control_point not in framework.nodes("ControlPoint"):
        raise UnknownId(
            f"ControlPoint:{control_point}", (f"ControlPoint:{id_}" for id_ in framework.nodes("ControlPoint"))
        )
    way, view = way_up(framework, control_point, as_of), view_on(framework, as_of)
    indicators = tuple(_indicator(framework, ref, None, _general(view, ref.id), None) for ref in way.indicators)
    links = tuple(
        WeightedLink(from_=str(e.source), to=str(e.target), basis=basis_of(e), weight=_weight(e)) for e in way.links
    )
    met = (Ref("ControlPoint", control_point), *way.indicators)
    return ChainAnswer(
        control_point=f"ControlPoint:{control_point}",
        as_of=as_of,
        chain=links,
        indicators=indicators,
        gaps=gaps_at(framework, met, as_of),
        explanation=label(_told(framework, Ref("ControlPoint", control_point), way)),
    )


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
    levels: dict[str, list[Ref]] = {}
    for ref in way.indicators:
        levels.setdefault(str(framework.nodes("Indicator")[ref.id].props.get("level", "")), []).append(ref)
    zh, en = (framework.name(point, lang) for lang in ("zh", "en"))
    if not way.indicators:
        return Text(
            f"没有指标衡量控制点“{zh}”（{point.id}）。", f"No indicator measures control point “{en}” ({point.id})."
        )
    parts = [(level, levels[level]) for level in ("KCI", "KQI", "KPI", "") if level in levels]
    chain_zh = "；".join(f"{lv or '未分级'}：" + "、".join(framework.name(r, "zh") for r in refs) for lv, refs in parts)
    chain_en = "; ".join(
        f"{lv or 'no level'}: " + ", ".join(framework.name(r, "en") for r in refs) for lv, refs in parts
    )
    defaults = sum(basis_of(link) == "default" for link in way.links)
    note = (
        (f"其中 {defaults} 条链路为默认映射。", f" {defaults} of the {len(way.links)} links are default maps.")
        if defaults
        else ("", "")
    )
    return Text(
        f"控制点“{zh}”（{point.id}）经以下指标支撑客户满意度。{chain_zh}。{note[0]}",
        f"Control point “{en}” ({point.id}) is carried by these indicators. {chain_en}.{note[1]}",
    )
