"""moment_blind: nobody looks at how customers feel at one of the five perception moments."""

from __future__ import annotations

from collections.abc import Iterator

from graph.text import Text
from queries.findings.predicate import Found, Predicate
from queries.findings.view import View

MOMENTS = {"promotion": "推广", "order": "订购", "use": "使用", "pay": "缴费", "unsubscribe": "退订"}
"""The five moments of the plan; a Monitor's ``moments`` may name them in either language."""


def _find(view: View) -> Iterator[Found]:
    watched: set[str] = set()
    for row in view.nodes("Monitor").values():
        moments = row.props.get("moments", ())
        assert isinstance(moments, tuple)
        watched.update(moments)
    for moment, zh in MOMENTS.items():
        if not watched & {moment, zh}:
            yield Found(
                Text(f"客户感知环节“{zh}”没有监测手段", f"No monitor looks at the perception moment “{moment}”"),
                ends_with=moment,
            )


MOMENT_BLIND = Predicate(
    kind="moment_blind",
    class_="blind_spot",
    title=Text("感知环节未监测", "Perception moment not monitored"),
    rule=Text(
        "推广、订购、使用、缴费、退订五个感知环节之一没有任何监测手段",
        "one of the five perception moments (promotion, order, use, pay, unsubscribe) without a monitor",
    ),
    clause="了解客户在营销案推广、订购、使用、缴费、退订等过程中的体验感知",
    base=2,
    measure=Text("开展客户调研", "Survey customers"),
    reads=("Monitor",),
    find=_find,
)
