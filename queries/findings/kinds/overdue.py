"""overdue: the day of a milestone is over, and what it promised is not so."""

from __future__ import annotations

from collections.abc import Iterator

from graph.records import Ref
from graph.text import Text
from queries.findings.duties import Acting
from queries.findings.predicate import Found, Predicate
from queries.findings.view import View

NO_FINDINGS = "no_findings:"


def is_over(view: View, milestone: Ref) -> bool:
    """Whether a milestone's day lies before the one looked at."""
    due = view.props(milestone).get("due")
    return due is not None and str(due) < view.as_of


def units_for(view: View, milestone: Ref) -> frozenset[Ref]:
    """The units a milestone is for; empty: all of them."""
    return frozenset(unit for unit in view.targets("FOR", milestone) if unit.kind == "OrgUnit")


def waited_for(view: View, predicate: str, units: frozenset[Ref]) -> int:
    """How many findings, units or systems keep a milestone's predicate false; 0 where it holds, is absent or says nothing known."""
    if predicate.startswith(NO_FINDINGS):
        found = view.other(predicate.removeprefix(NO_FINDINGS)) or ()
        return sum(not units or one.acting.unit in units for one in found)
    if predicate == "assessed":
        return len((units or {Ref("OrgUnit", id_) for id_ in view.nodes("OrgUnit")}) - view.once(_assessed))
    if predicate == "system_state":
        lacking = [Ref("System", id_) for id_, row in view.nodes("System").items() if row.props.get("state") == "lacks"]
        return sum(not units or not units.isdisjoint(view.targets("RUN_BY", system)) for system in lacking)
    return 0


def late_kinds(view: View) -> list[tuple[str, frozenset[Ref]]]:
    """The kinds of finding that should be gone by a day that is over, each with the units (empty: all) where they should be gone."""
    found = []
    for id_, row in view.nodes("Milestone").items():
        milestone, predicate = Ref("Milestone", id_), str(row.props.get("predicate", ""))
        if predicate.startswith(NO_FINDINGS) and is_over(view, milestone):
            found.append((predicate.removeprefix(NO_FINDINGS), units_for(view, milestone)))
    return found


def _assessed(view: View) -> frozenset[Ref]:
    return frozenset(unit for _, ends in view.facts.past("Assessment", "FOR") for unit in ends["FOR"])


def _find(view: View) -> Iterator[Found]:
    for id_, row in view.nodes("Milestone").items():
        milestone = Ref("Milestone", id_)
        units = units_for(view, milestone)
        count = waited_for(view, str(row.props.get("predicate", "")), units) if is_over(view, milestone) else 0
        if count:
            name, due = view.named(milestone), row.props["due"]
            yield Found(
                Text(
                    f"里程碑{name.zh}已于 {due} 到期，仍有 {count} 处不符（{row.props['predicate']}）",
                    f"Milestone {name.en} was due on {due}, and in {count} places it does not hold ({row.props['predicate']})",
                ),
                (milestone,),
                Acting(next(iter(sorted(units)), None)),
            )


OVERDUE = Predicate(
    kind="overdue",
    class_="risk",
    title=Text("里程碑逾期", "Milestone overdue"),
    rule=Text(
        "里程碑期限已过而判定不成立：no_findings:KIND 为所涉单位（未写则全部）没有该类断点；assessed 为每个单位都有评估；system_state 为所运营的系统都不是 lacks",
        "a milestone's predicate is false after its date, for the units it is FOR (none: all): no_findings:KIND, none of that kind whose unit "
        "is one of them; assessed, each has an Assessment; system_state, no System they run `lacks`",
    ),
    clause="聚焦重点，确保工作进度",
    base=2,
    measure=Text("上报督办", "Escalate"),
    reads=("Milestone", "FOR", "OrgUnit", "Assessment", "System", "RUN_BY"),
    find=_find,
)
