"""detection_choke: failures of several kinds can only be caught at one control point, and no gate looks there."""

from __future__ import annotations

from collections.abc import Iterator

from graph.records import Ref
from graph.text import Text
from queries.findings.dominance import Flow, carried, causeless
from queries.findings.predicate import Found, Predicate
from queries.findings.view import View

SEVERAL = 2


def _find(view: View) -> Iterator[Found]:
    tree = view.once(Flow).dominators(dict.fromkeys(causeless(view), ()))
    dominated = carried(tree, {node: 1.0 for node in tree if node.kind == "Category"})
    checked = {edge.target for edge in view.edges("CHECKS")}
    for id_ in view.nodes("ControlPoint"):
        point = Ref("ControlPoint", id_)
        count = dominated.get(point, 0.0)
        if count >= SEVERAL and point not in checked:
            name = view.named(point)
            yield Found(
                Text(
                    f"{count:.0f} 个投诉分类的失效都必经控制点{name.zh}，却没有评审点检查它",
                    f"The failures behind {count:.0f} categories all pass control point {name.en}, and no gate checks it",
                ),
                (point,),
                view.duties.acting(view.duties.places_of_point(point)),
            )


DETECTION_CHOKE = Predicate(
    kind="detection_choke",
    class_="risk",
    title=Text("必经之处无评审", "Nothing checks where all must pass"),
    rule=Text(
        "从没有外部起因的控制点（成环的合为一体）出发，经受影响的控制点到投诉分类：某控制点支配两个以上分类，而没有评审点检查它",
        "immediate dominators from causeless components over effects to categories (components condensed): a control point that dominates "
        "two or more categories and that no gate checks",
    ),
    clause="推进服务质量管理控制点前移，加强端到端服务过程质量前置管控",
    base=2,
    measure=Text("增设评审点", "Add a gate"),
    reads=("ControlPoint", "CAUSED_BY", "POINTS_TO", "Category", "CHECKS", "Gate"),
    find=_find,
)
