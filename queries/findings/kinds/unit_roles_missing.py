"""unit_roles_missing: a unit without its head, project team or liaison."""

from __future__ import annotations

from collections.abc import Iterator

from graph.records import Ref
from graph.text import Text
from queries.findings.duties import Acting
from queries.findings.predicate import Found, Predicate
from queries.findings.view import View

ROLES = {
    "head": Text("“一把手”", "a head"),
    "team": Text("专门项目团队", "a project team"),
    "liaison": Text("对接专人", "a liaison"),
}


def _find(view: View) -> Iterator[Found]:
    for id_ in view.nodes("OrgUnit"):
        unit = Ref("OrgUnit", id_)
        lacking = [text for role, text in ROLES.items() if not view.duties.for_target(role, unit)]
        if lacking:
            heads = (owner for duty in view.duties.for_target("head", unit) for owner in duty.owners)
            name = view.named(unit)
            yield Found(
                Text(
                    f"单位{name.zh}缺少：{'、'.join(text.zh for text in lacking)}",
                    f"Unit {name.en} lacks: {', '.join(text.en for text in lacking)}",
                ),
                (unit,),
                Acting(unit, next(filter(view.duties.there, heads), None)),
            )


UNIT_ROLES_MISSING = Predicate(
    kind="unit_roles_missing",
    class_="breakpoint",
    title=Text("单位角色不全", "Unit roles missing"),
    rule=Text(
        "单位缺少一把手、项目团队、对接人三种分配之一",
        "a unit that lacks one of the assignments head, team, liaison FOR it",
    ),
    clause="要成立专门项目团队，明确各项任务责任人，指定专人与总部各条线、各相关部门对接",
    base=2,
    measure=Text("指定所缺角色", "Appoint the missing roles"),
    reads=("OrgUnit", "Assignment", "FOR", "HELD_BY"),
    find=_find,
)
