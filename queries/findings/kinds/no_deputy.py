"""no_deputy: an accountable duty hangs on its holder alone."""

from __future__ import annotations

from collections.abc import Iterator

from graph.text import Text
from queries.findings.duties import Acting
from queries.findings.predicate import Found, Predicate
from queries.findings.view import View


def _find(view: View) -> Iterator[Found]:
    for duty in view.duties.all.values():
        if duty.role == "accountable" and duty.owners and not view.duties.deputies(duty):
            name, holders = view.named(duty.ref), view.listed(duty.owners)
            owner = next(filter(view.duties.there, duty.owners), None)
            yield Found(
                Text(
                    f"责任分配{name.zh}由{holders.zh}负责，没有在任的代理人",
                    f"Assignment {name.en} held by {holders.en} has no deputy who is there",
                ),
                (duty.ref,),
                Acting(view.duties.unit_of(owner or duty.owners[0]), owner),
            )


NO_DEPUTY = Predicate(
    kind="no_deputy",
    class_="risk",
    title=Text("无代理人", "No deputy"),
    rule=Text(
        "由个人或岗位承担的负责分配，没有仍在任的代理人（承担者本人不算）",
        "an accountable Assignment held by an Owner, without a DEPUTY who is still there (the holder does not count)",
    ),
    clause="明确各项任务责任人",
    base=1,
    measure=Text("指定代理人", "Name a deputy"),
    reads=("Assignment", "HELD_BY", "DEPUTY", "Owner", "BELONGS_TO"),
    find=_find,
)
