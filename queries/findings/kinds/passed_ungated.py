"""passed_ungated: a product or campaign went on to the next stage past a gate that had not let it through."""

from __future__ import annotations

from collections.abc import Iterator

from graph.text import Text
from queries.findings.facts import SubjectFacts
from queries.findings.passing import BLOCKING, unpassed
from queries.findings.predicate import Found, Predicate
from queries.findings.subjects import acting_for_subject, named_subject
from queries.findings.view import View


def _find(view: View, subject: SubjectFacts) -> Iterator[Found]:
    past = {
        gate: entry.stage
        for entry in reversed(subject.entries)
        for gate in unpassed(view, subject, view.sources("NEXT", entry.stage), BLOCKING, entry.event_at)
    }
    if past:
        name, gates = named_subject(subject), view.listed(sorted(past))
        stages = view.listed(sorted(set(past.values())))
        yield Found(
            Text(
                f"{name.zh}进入{stages.zh}之前，没有通过上一环节的评审点：{gates.zh}",
                f"{name.en} entered {stages.en} without having passed the gate of the stage before: {gates.en}",
            ),
            (subject.ref,),
            acting_for_subject(view, subject, *sorted(past)),
            grave=subject.key_business,
        )


PASSED_UNGATED = Predicate(
    kind="passed_ungated",
    class_="breakpoint",
    title=Text("未过评审即进入下一环节", "Went on without passing the gate"),
    rule=Text(
        "产品或营销案进入某环节时，把守其上一环节、适用于该对象的拦截评审点此前没有通过："
        "该评审点的最近一次评审不是通过，按其通过规则，其所查控制点的评审也不算通过",
        "a StageEntry while a blocking gate that guards the stage before it and applies to the subject was not passed before: its "
        "latest review OF the gate is not passed and, by its pass_rule, neither are those of its points",
    ),
    clause="达到标准才可进入下一环节，做到上游不把问题遗留到下游",
    base=3,
    measure=Text("暂停并补做评审", "Stop, review"),
    reads=("Product", "Campaign", "StageEntry", "Review", "OF", "ON", "Stage", "NEXT", "Gate", "GUARDS", "CHECKS", "ControlPoint", "PROMOTES"),
    find_on=_find,
)  # fmt: skip
