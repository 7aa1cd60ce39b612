"""unmapped_category: customers complain under a category that leads nowhere."""

from __future__ import annotations

from collections.abc import Iterator

import networkx as nx

from graph.records import Ref
from graph.text import Text
from queries.findings.predicate import Found, Predicate
from queries.findings.view import View


def _find(view: View) -> Iterator[Found]:
    mapped = view.reaching("CHILD_OF", sorted({edge.source for edge in view.edges("POINTS_TO")}))
    for id_ in view.nodes("Category"):
        category = Ref("Category", id_)
        if id_ in view.categories_in_use and category not in mapped:
            name = view.named(category)
            above = sorted(nx.descendants(view.graph("CHILD_OF"), category))
            yield Found(
                Text(
                    f"有投诉的分类{name.zh}及其上级分类都没有指向任何控制点",
                    f"Category {name.en} has complaints, but neither it nor a category above points to a control point",
                ),
                (category,),
                view.duties.acting_for(category, *above),
            )


UNMAPPED_CATEGORY = Predicate(
    kind="unmapped_category",
    class_="blind_spot",
    title=Text("投诉分类未映射", "Category not mapped"),
    rule=Text(
        "截至当日有投诉的分类，自身和各上级分类都没有 POINTS_TO",
        "a category with complaints up to the day without POINTS_TO, also through its parents",
    ),
    clause="加强客户投诉溯源，定位问题根因根源并及时优化",
    base=2,
    measure=Text("将分类映射到控制点", "Map the category to control points"),
    reads=("Category", "CHILD_OF", "POINTS_TO", "ControlPoint", "Tally"),
    find=_find,
)
