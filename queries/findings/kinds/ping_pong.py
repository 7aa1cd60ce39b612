"""ping_pong: a ticket went to and fro between the same two units."""

from __future__ import annotations

from collections.abc import Iterator

from graph.text import Text
from queries.findings.duties import Acting
from queries.findings.handling import Handling, returns
from queries.findings.predicate import Found, Predicate
from queries.findings.view import View

OFTEN = 2


def _find(view: View) -> Iterator[Found]:
    for complaint, route in view.once(Handling).routes():
        often = sorted((pair, count) for pair, count in returns(route).items() if count >= OFTEN)
        if often:
            (one, other), count = often[0]
            first, second = view.named(one), view.named(other)
            yield Found(
                Text(
                    f"投诉 {complaint.id} 在{first.zh}与{second.zh}之间往返 {count} 次",
                    f"Complaint {complaint.id} went from {first.en} to {second.en} and back {count} times",
                ),
                (complaint,),
                Acting(view.duties.unit_of(one), one if one.kind == "Owner" else None),
            )


PING_PONG = Predicate(
    kind="ping_pong",
    class_="risk",
    title=Text("工单来回推诿", "Ticket to and fro"),
    rule=Text(
        "工单在两个单位之间 A → B → A 往返两次或以上（责任人按其当时所属单位计）",
        "a ticket went A → B → A twice or more (owners stand for the unit they belonged to)",
    ),
    clause="提升问题响应解决协同效率，确保客户问题响应解决速度和质量",
    base=2,
    measure=Text("理顺流转路径", "Fix the route"),
    reads=("Complaint", "HandlingStep", "OF", "BY", "TO", "BELONGS_TO"),
    find=_find,
)
