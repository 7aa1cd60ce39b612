"""single_handoff: tickets get from one part of the organisation to another by one thread only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import cast

import networkx as nx

from graph.records import Ref
from graph.text import Text
from queries.findings.duties import Acting
from queries.findings.handling import Handling
from queries.findings.predicate import Found, Predicate
from queries.findings.view import View


def _find(view: View) -> Iterator[Found]:
    graph = view.once(Handling).graph()
    found = cast("Iterable[tuple[Ref, Ref]]", nx.bridges(graph))
    bridges = sorted((min(pair), max(pair)) for pair in found)
    for one, other in bridges:
        first, second = view.named(one), view.named(other)
        yield Found(
            Text(
                f"{first.zh}与{second.zh}之间的转派是唯一通路，没有第二条",
                f"The hand-over between {first.en} and {second.en} is the only way between the parts it joins",
            ),
            (one, other),
            Acting(one),
        )
    throughs: list[Ref] = sorted(nx.articulation_points(graph))
    for unit in throughs:
        name = view.named(unit)
        # Where the unit is the end of a bridge, the bridge is the cause.
        under = next((Found(Text("", ""), pair).key(SINGLE_HANDOFF.kind) for pair in bridges if unit in pair), None)
        yield Found(
            Text(
                f"{name.zh}是工单转派的必经单位，绕不过它",
                f"Tickets cannot get round {name.en} from one part of the organisation to another",
            ),
            (unit,),
            Acting(unit, view.duties.acting_for(unit).owner),
            folded_under=under,
        )


SINGLE_HANDOFF = Predicate(
    kind="single_handoff",
    class_="risk",
    title=Text("转派只有一条路", "One way to hand over"),
    rule=Text(
        "单位之间工单转派的无向图中的桥（两端单位）或割点（该单位）；桥一端的割点归并于该桥",
        "bridge or articulation point of the undirected hand-off graph between units; an articulation point at the end of a bridge is folded under it",
    ),
    clause="优化服务流程，减少冗余环节，确保工单流转规范化、电子化、集中化",
    base=1,
    measure=Text("开辟第二条通路", "Second route"),
    reads=("HandlingStep", "OF", "BY", "TO", "OrgUnit", "BELONGS_TO"),
    find=_find,
)
