"""unsafe_exit: a product began to leave the market while the exit gate had not let it."""

from __future__ import annotations

from collections.abc import Iterator

from graph.text import Text
from queries.findings.facts import SubjectFacts
from queries.findings.passing import EXIT, unpassed
from queries.findings.predicate import Found, Predicate
from queries.findings.subjects import acting_for_subject, named_subject
from queries.findings.view import View


def _find(view: View, subject: SubjectFacts) -> Iterator[Found]:
    if subject.ref.kind != "Product":
        return
    open_gates = {
        gate for entry in subject.entries for gate in unpassed(view, subject, (entry.stage,), EXIT, entry.event_at)
    }
    if open_gates:
        name, gates = named_subject(subject), view.listed(sorted(open_gates))
        yield Found(
            Text(
                f"{name.zh}进入退出环节时，退出评审点尚未通过：{gates.zh}",
                f"{name.en} entered a stage of exit while the exit gate was not passed: {gates.en}",
            ),
            (subject.ref,),
            acting_for_subject(view, subject, *sorted(open_gates)),
            grave=subject.key_business,
        )


UNSAFE_EXIT = Predicate(
    kind="unsafe_exit",
    class_="breakpoint",
    title=Text("未过评审即退出", "Exit without passing the gate"),
    rule=Text(
        "产品进入由退出评审点把守的环节时，适用于它的该评审点此前没有通过",
        "a product entered a stage that an exit gate guards while that gate is not passed",
    ),
    clause="重点关注“服务方案合理性、通知及时性、渠道服务一致性”等，以保证退出期间客户感知",
    base=2,
    measure=Text("暂停退出", "Halt the exit"),
    reads=("Product", "StageEntry", "Review", "OF", "ON", "Stage", "Gate", "GUARDS", "CHECKS", "ControlPoint"),
    find_on=_find,
)
