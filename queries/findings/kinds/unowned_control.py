"""unowned_control: nobody, person or role, answers for a control point."""

from __future__ import annotations

from collections.abc import Iterator

from graph.records import Ref
from graph.text import Text
from queries.findings.predicate import Found, Predicate
from queries.findings.view import View


def _find(view: View) -> Iterator[Found]:
    for id_ in view.nodes("ControlPoint"):
        point = Ref("ControlPoint", id_)
        places = view.duties.places_of_point(point)
        if any(duty.owners for duty in view.duties.accountable(places)):
            continue
        acting, name = view.duties.acting(places), view.named(point)
        zh = f"控制点{name.zh}没有负责人：没有任何现行分配让个人或岗位对它、它的环节或领域负责"
        en = f"Control point {name.en} has no accountable owner: no current assignment covers it, its stage or its domain"
        if acting.unit is not None:
            unit = view.named(acting.unit)
            zh, en = f"{zh}；应由{unit.zh}指定", f"{en}; {unit.en} must appoint one"
        yield Found(Text(zh, en), (point,), acting)


UNOWNED_CONTROL = Predicate(
    kind="unowned_control",
    class_="breakpoint",
    title=Text("控制点无负责人", "Control point without an owner"),
    rule=Text(
        "没有在当日有效的分配让个人或岗位对该控制点、其环节或其领域负责；规则以及仅由单位承担的分配只说明应由哪个单位指定",
        "no Assignment valid on the day makes a person or role accountable for the control point, its stage or its domain; "
        "rules, and assignments held by a unit alone, only say which unit must appoint",
    ),
    clause="明确评审点、责任人、参与人、评审流程、分工职责等",
    base=3,
    measure=Text("指定负责人", "Appoint an owner"),
    reads=("ControlPoint", "Stage", "Domain", "AT", "IN_DOMAIN", "Assignment", "FOR", "HELD_BY", "Rule"),
    find=_find,
)
