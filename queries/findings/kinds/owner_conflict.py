"""owner_conflict: two answer for the same thing in the same scope at the same time."""

from __future__ import annotations

from collections.abc import Iterator

from graph.text import Text
from queries.findings.conflicts import Clash, clashes
from queries.findings.duties import Acting
from queries.findings.predicate import Found, Predicate
from queries.findings.view import View


def _find(view: View) -> Iterator[Found]:
    for clash in clashes(view):
        target, first, second = (
            view.named(clash.target),
            view.listed(sorted(clash.one)),
            view.listed(sorted(clash.other)),
        )
        yield Found(
            Text(
                f"{target.zh}自 {clash.since} 起有两个负责方：{first.zh}与{second.zh}",
                f"From {clash.since} two answer for {target.en}: {first.en} and {second.en}",
            ),
            (clash.target, *clash.assignments),
            _who_decides(view, clash),
        )


def _who_decides(view: View, clash: Clash) -> Acting:
    """The one unit of all holders, if they share one."""
    units = {view.duties.unit_of(holder) for holder in clash.one | clash.other}
    return Acting(units.pop()) if len(units) == 1 else Acting()


OWNER_CONFLICT = Predicate(
    kind="owner_conflict",
    class_="breakpoint",
    title=Text("负责人冲突", "Conflicting owners"),
    rule=Text(
        "两项负责分配承担者不同，对象相同、限定范围相同，市场与层级有交集，有效期在当日或以后重叠；"
        "单位承担的分配与其所属责任人的分配不算冲突，职能不同的分配不算冲突",
        "two accountable assignments, different holders, same FOR and same WITHIN, segments and tiers in common, validity that "
        "overlaps on or after the day; a unit and its own appointee do not conflict, nor do different functions",
    ),
    clause="确保密切协同、流程顺畅、职责明确",
    base=3,
    measure=Text("确定唯一负责人", "Decide on one"),
    reads=("Assignment", "FOR", "WITHIN", "HELD_BY", "BELONGS_TO", "PART_OF"),
    find=_find,
)
