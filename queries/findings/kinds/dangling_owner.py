"""dangling_owner: a duty is still open although its holder has ended or left."""

from __future__ import annotations

from collections.abc import Iterator

from graph.text import Text
from queries.findings.duties import Acting
from queries.findings.predicate import Found, Predicate
from queries.findings.view import View


def _find(view: View) -> Iterator[Found]:
    for duty in view.duties.all.values():
        gone = [holder for holder in duty.holders if view.duties.gone(holder)]
        if not gone:
            continue
        unit = next(filter(None, map(view.duties.unit_of, gone)), None)
        deputy = next(iter(view.duties.deputies(duty)), None)
        name, holders = view.named(duty.ref), view.listed(gone)
        yield Found(
            Text(
                f"责任分配{name.zh}仍然有效，但承担者{holders.zh}已离任或已撤销",
                f"Assignment {name.en} is still open, but its holder {holders.en} has ended or left",
            ),
            (duty.ref,),
            Acting(unit, deputy),
        )


DANGLING_OWNER = Predicate(
    kind="dangling_owner",
    class_="breakpoint",
    title=Text("责任悬空", "Dangling owner"),
    rule=Text(
        "分配在当日有效，其承担者却已失效，或曾隶属单位而如今不再隶属任何单位",
        "an assignment is open on the day while its holder has ended, or belonged to a unit and belongs to none any more",
    ),
    clause="明确各项任务责任人",
    base=3,
    measure=Text("重新指定承担者", "Reassign the duty"),
    reads=("Assignment", "HELD_BY", "Owner", "OrgUnit", "BELONGS_TO", "DEPUTY"),
    find=_find,
)
