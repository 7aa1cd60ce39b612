"""unconfirmed_default: answers rest on default maps that no customer confirmed; one finding a map."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from graph.framework import basis_of
from graph.records import EdgeRow
from graph.schema import EDGES
from graph.text import Text
from queries.findings.predicate import Found, Predicate
from queries.findings.view import View

MAPS = ("MEASURED_BY", "ROLLS_UP_TO", "CAUSED_BY", "POINTS_TO")
"""The links that answers rest on."""
SHIPPED = "catalogue"
"""The source of what we ship; any other is the customer's."""


def unconfirmed(edge: EdgeRow) -> bool:
    """Whether a link is a default that neither another source asserts nor anybody confirmed."""
    return basis_of(edge) == "default" and "confirmed_at" not in edge.props and all(s == SHIPPED for s in edge.sources)


def _find(view: View) -> Iterator[Found]:
    counts = Counter(name for name in MAPS for edge in view.edges(name) if unconfirmed(edge))
    for name in MAPS:
        if counts[name]:
            zh, n = EDGES[name].zh, counts[name]
            yield Found(
                Text(
                    f"映射 {name}（{zh}）中有 {n} 条默认关系未经客户确认",
                    f"{n} default link{'s' if n > 1 else ''} of the map {name} no customer has confirmed",
                ),
                ends_with=name,
            )


UNCONFIRMED_DEFAULT = Predicate(
    kind="unconfirmed_default",
    class_="risk",
    title=Text("默认关系未确认", "Default not confirmed"),
    rule=Text(
        "衡量、上卷、起因、分类指向四种映射中，依据为默认且未经客户确认的关系（每种映射一条，附数量）",
        "an answer-bearing link (MEASURED_BY, ROLLS_UP_TO, CAUSED_BY, POINTS_TO) whose basis is default and that no customer "
        "confirmed (one line per map, with the count)",
    ),
    clause="完成本单位生产运营各环节服务过程质量管理制度、流程、标准、系统现状和问题梳理",
    base=1,
    measure=Text("逐条确认或替换", "Confirm or replace the links"),
    reads=(*MAPS, "ControlPoint", "Indicator", "Category"),
    find=_find,
)
