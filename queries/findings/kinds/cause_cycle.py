"""cause_cycle: control points cause one another in a circle, which is legal and worth a look."""

from __future__ import annotations

from collections.abc import Iterator

from graph.text import Text
from queries.findings.predicate import Found, Predicate
from queries.findings.view import View


def _find(view: View) -> Iterator[Found]:
    for members in view.cycles("CAUSED_BY", loops=False):
        names = view.listed(members)
        yield Found(
            Text(f"控制点互为起因：{names.zh}", f"Control points cause one another in a circle: {names.en}"),
            members,
            view.duties.acting(view.duties.places_of_point(members[0])),
        )


CAUSE_CYCLE = Predicate(
    kind="cause_cycle",
    class_="risk",
    title=Text("起因成环", "Circular cause"),
    rule=Text("CAUSED_BY 的强连通分量多于一个控制点", "a strongly connected component of CAUSED_BY larger than one"),
    clause="做到上游不把问题遗留到下游",
    base=1,
    measure=Text("复核起因关系", "Review the causes"),
    reads=("ControlPoint", "CAUSED_BY"),
    find=_find,
)
