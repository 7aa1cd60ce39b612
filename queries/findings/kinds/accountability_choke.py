"""accountability_choke: a large part of all complaints can only ever come to one holder."""

from __future__ import annotations

from collections.abc import Iterator

from graph.records import Ref
from graph.text import Text
from queries.findings.dominance import Flow, carried
from queries.findings.duties import Acting
from queries.findings.predicate import TALLY, Found, Predicate
from queries.findings.view import View
from queries.view import view_on

SHARE = 0.1
_ROUNDING = 1e-9


def loads(view: View) -> dict[Ref, float]:
    """Holder of accountable assignments → the complaints of 90 days that can come to nobody else."""
    held: dict[Ref, set[Ref]] = {}
    for id_ in view.nodes("ControlPoint"):
        point = Ref("ControlPoint", id_)
        for duty in view.duties.accountable(view.duties.places_of_point(point)):
            for holder in duty.holders:
                held.setdefault(holder, set()).add(point)
    tree = view.once(Flow).dominators({holder: sorted(held[holder]) for holder in sorted(held)})
    sums = carried(tree, _complaints(view))
    return {holder: sums[holder] for holder in sorted(held)}


def _complaints(view: View) -> dict[Ref, float]:
    """Category that points somewhere → the complaints of 90 days of it and of those that take their points from it."""
    found: dict[Ref, float] = {}
    shape = view_on(view.framework, view.as_of)
    for category, count in view.tallied.recent_shares.items():
        seen = shape.categories.get(category)
        pointing = sorted({one.category for one in seen.pointings}) if seen is not None else []
        for id_ in pointing:
            found[Ref("Category", id_)] = found.get(Ref("Category", id_), 0.0) + count / len(pointing)
    return found


def _find(view: View) -> Iterator[Found]:
    total = view.tallied.recent_total
    if not total:
        return
    for holder, load in view.once(loads).items():
        if load + _ROUNDING >= SHARE * total:
            name = view.named(holder)
            yield Found(
                Text(
                    f"{name.zh}一方独自承接 90 天内 {load / total:.0%} 的投诉（{load:.4g}/{total}），没有第二条责任路径",
                    f"{load / total:.0%} of the complaints of 90 days ({load:.4g} of {total}) can come to {name.en} alone",
                ),
                (holder,),
                Acting(view.duties.unit_of(holder), holder if holder.kind == "Owner" else None),
                complaints=load,
            )


ACCOUNTABILITY_CHOKE = Predicate(
    kind="accountability_choke",
    class_="risk",
    title=Text("责任集中于一人", "Accountability hangs on one holder"),
    rule=Text(
        "在 源点 → 承担者 → 控制点 → 受其影响的控制点 → 投诉分类 的图上（成环的合为一体），持有负责分配的承担者，其支配子树承接 90 天内投诉的 10% 以上"
        "（代理人不算第二承担者）",
        "immediate dominators on source → holder → control point → effects → category (components condensed): a holder of accountable "
        "Assignments (a deputy is not a second holder) whose dominator subtree carries at least 10 % of the complaints of 90 days",
    ),
    clause="业务主体服务责任不清",
    base=2,
    measure=Text("分散责任", "Split it"),
    reads=("Assignment", "HELD_BY", "FOR", "ControlPoint", "AT", "Stage", "IN_DOMAIN", "CAUSED_BY", "POINTS_TO", "Category", "CHILD_OF", TALLY),
    find=_find,
)  # fmt: skip
