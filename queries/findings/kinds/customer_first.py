"""customer_first: customers notice the incidents of a unit before its monitors do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from graph.records import Ref
from graph.text import Text
from queries.findings.duties import Acting
from queries.findings.predicate import Found, Predicate
from queries.findings.view import View

DAYS = 365


def _find(view: View) -> Iterator[Found]:
    since = view.facts.since(DAYS)
    incidents: Counter[Ref] = Counter()
    by_monitor: Counter[Ref] = Counter()
    for row, ends in view.facts.past("Incident", "AFFECTS"):
        if str(row.props["event_at"]) >= since:
            units = [ref for ref in ends["AFFECTS"] if ref.kind == "OrgUnit"]
            incidents.update(units)
            if row.props.get("detected_by") == "monitor":
                by_monitor.update(units)
    for unit in sorted(incidents):
        if 2 * by_monitor[unit] < incidents[unit] and view.stands(unit):
            name, all_, first = view.named(unit), incidents[unit], by_monitor[unit]
            yield Found(
                Text(
                    f"365 天内影响单位{name.zh}的 {all_} 起事件中，仅 {first} 起由监测先发现",
                    f"Of {all_} incidents that affected unit {name.en} in 365 days, monitors detected {first}",
                ),
                (unit,),
                Acting(unit, view.duties.acting_for(unit).owner),
            )


CUSTOMER_FIRST = Predicate(
    kind="customer_first",
    class_="blind_spot",
    title=Text("客户先于监测发现", "Customers notice first"),
    rule=Text(
        "365 天内影响某单位的事件中，由监测发现的不到一半",
        "fewer than half of the incidents of 365 days that AFFECT a unit were detected_by a monitor",
    ),
    clause="加强业务运营质量监控，先于客户发现和改进短板",
    base=2,
    measure=Text("增设监测手段", "Add a monitor"),
    reads=("Incident", "AFFECTS", "OrgUnit"),
    find=_find,
)
