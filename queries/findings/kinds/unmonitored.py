"""unmonitored: no means of monitoring watches a control point."""

from __future__ import annotations

from collections.abc import Iterator

from graph.text import Text
from queries.findings.predicate import Found, Predicate
from queries.findings.view import View

FULL_MONITORING_BASE = 3


def _find(view: View) -> Iterator[Found]:
    for point in view.unlinked("ControlPoint", "WATCHED_BY"):
        name = view.named(point)
        full = bool(view.nodes("ControlPoint")[point.id].props.get("full_monitoring"))
        yield Found(
            Text(
                f"控制点{name.zh}没有监测手段" + ("，而该控制点要求全量监测" if full else ""),
                f"No monitor watches control point {name.en}"
                + (", for which full monitoring is asked" if full else ""),
            ),
            (point,),
            view.duties.acting(view.duties.places_of_point(point)),
            FULL_MONITORING_BASE if full else None,
        )


UNMONITORED = Predicate(
    kind="unmonitored",
    class_="blind_spot",
    title=Text("控制点未监测", "Control point not monitored"),
    rule=Text(
        "控制点没有 WATCHED_BY（要求全量监测的，基础严重度为 3）",
        "a control point without WATCHED_BY (base 3 where full monitoring is asked for)",
    ),
    clause="对客户投诉、服务质量等进行全面监控管理",
    base=2,
    measure=Text("设置监测手段", "Watch it: set up a monitor"),
    reads=("ControlPoint", "WATCHED_BY", "Monitor"),
    find=_find,
)
