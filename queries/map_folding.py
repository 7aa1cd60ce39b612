"""Makes a responsibility map small enough to read: owners into their units, units into those above, points into their stages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from graph.records import Ref
from graph.subgraph import Subgraph
from graph.text import Text
from queries.findings.view import View
from queries.map_canvas import Canvas

MOST_NODES = 500
"""Boxes on one page (tooling.md: more draw slowly and can no longer be read)."""
MOST_LINES = 900
"""Lines beyond which the part between control points and holders is one grey area."""
_OWNERS = Text("名责任人", "owners")
_UNITS = Text("下级单位", "units below")
_POINTS = Text("控制点与 KCI", "control points and KCIs")


def folded(canvas: Canvas, view: View, title: Text, lead: Sequence[Text]) -> Subgraph:
    """The map as a value of at most so many boxes and lines, as far as folding can make it so; the lead says what was folded."""
    done: list[Text] = []
    for into, members in _steps(view, canvas):
        if len(canvas.boxes) <= MOST_NODES and len(canvas.lines) <= MOST_LINES:
            break
        moving = {ref: home for ref, home in into.items() if ref in canvas.boxes}
        if moving:
            canvas = canvas.folded(moving, members)
            if members not in done:
                done.append(members)
    said = list(lead)
    if done:
        zh, en = "、".join(text.zh for text in done), ", ".join(text.en for text in done)
        said.append(
            Text(
                f"内容多于一页能读的量，{zh}已合并显示；用单位、责任人、环节、产品或营销案缩小范围即可展开。",
                f"More than one page can show: {en} are drawn together; narrow it by unit, owner, stage, product or campaign to see them.",
            )
        )
    return canvas.subgraph(title, said)


def _steps(view: View, canvas: Canvas) -> Iterator[tuple[Mapping[Ref, Ref], Text]]:
    """What is put into what, the least loss first."""
    framework = view.framework
    owners = {ref: view.duties.unit_of(ref) for ref in canvas.boxes if ref.kind == "Owner"}
    yield {owner: unit for owner, unit in owners.items() if unit is not None}, _OWNERS
    above = {ref: framework.units_above(ref.id, view.as_of) for ref in canvas.boxes if ref.kind == "OrgUnit"}
    for unit in owners.values():
        if unit is not None:
            above.setdefault(unit, framework.units_above(unit.id, view.as_of))
    for depth in range(max(map(len, above.values()), default=0) - 1, 0, -1):
        homes = {ref: Ref("OrgUnit", chain[-1 - depth]) for ref, chain in above.items() if len(chain) > depth}
        owned = {owner: homes.get(unit, unit) for owner, unit in owners.items() if unit is not None}
        yield homes | owned, _UNITS
    points: dict[Ref, Ref] = {}
    for type_, source, target in canvas.lines:
        stage = framework.stage_of.get(source.id) if type_ == "MEASURED_BY" else None
        if stage is not None:
            points |= {source: Ref("Stage", stage)}
            points.setdefault(target, Ref("Stage", stage))
    for ref in canvas.boxes:
        stage = framework.stage_of.get(ref.id) if ref.kind == "ControlPoint" else None
        if stage is not None:
            points[ref] = Ref("Stage", stage)
    yield points, _POINTS
