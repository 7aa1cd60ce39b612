"""gate_incomplete: a gated stage nobody can be stopped at, or a gate that lacks what the plan asks of every gate."""

from __future__ import annotations

from collections.abc import Iterator

from graph.records import NodeRow
from graph.text import Text
from queries.findings.passing import BLOCKING
from queries.findings.predicate import Found, Predicate
from queries.findings.view import View


def _find(view: View) -> Iterator[Found]:
    yield from _stages_without_gate(view)
    for gate in view.nodes("Gate").values():
        lacking = _lacking(view, gate)
        if lacking:
            name = view.named(gate.ref)
            parts_zh, parts_en = "、".join(part.zh for part in lacking), ", ".join(part.en for part in lacking)
            stages = view.targets("GUARDS", gate.ref)
            domains = dict.fromkeys(domain for stage in stages for domain in view.targets("IN_DOMAIN", stage))
            yield Found(
                Text(f"评审点{name.zh}不完整，缺少：{parts_zh}", f"Gate {name.en} is incomplete; it lacks: {parts_en}"),
                (gate.ref,),
                view.duties.acting_for(gate.ref, *stages, *domains),
            )


def _stages_without_gate(view: View) -> Iterator[Found]:
    gated = {id_ for id_, domain in view.nodes("Domain").items() if domain.props.get("gated")}
    blocked = {
        edge.target
        for edge in view.edges("GUARDS")
        if view.nodes("Gate")[edge.source.id].props.get("gate_kind") in BLOCKING
    }
    for stage in sorted({edge.source for edge in view.edges("IN_DOMAIN") if edge.target.id in gated} - blocked):
        name = view.named(stage)
        yield Found(
            Text(
                f"环节{name.zh}属于须逐环节评审的领域，却没有可拦截的评审点",
                f"Stage {name.en} is in a gated domain, but no gate that blocks guards it",
            ),
            (stage,),
            view.duties.acting(view.duties.places_of_stage(stage)),
        )


def _lacking(view: View, gate: NodeRow) -> list[Text]:
    present = {
        Text("负责人", "an accountable assignment"): bool(view.duties.for_target("accountable", gate.ref)),
        Text("参与人", "a participant assignment"): bool(view.duties.for_target("participant", gate.ref)),
        Text("评审流程", "the process"): "process" in gate.props,
        Text("分工职责", "the division of work"): "division" in gate.props,
        Text("检查的控制点", "control points to check"): bool(view.targets("CHECKS", gate.ref)),
    }
    return [part for part, there in present.items() if not there]


GATE_INCOMPLETE = Predicate(
    kind="gate_incomplete",
    class_="breakpoint",
    title=Text("评审不完整", "Gate missing or incomplete"),
    rule=Text(
        "须逐环节评审的领域中，环节没有可拦截的评审点；或任一评审点缺少负责人与参与人的分配、评审流程、分工职责或所查控制点",
        "a stage of a gated domain without a gate that blocks, or any gate lacking an accountable and a participant Assignment, "
        "process, division of work or checks",
    ),
    clause="明确评审点、责任人、参与人、评审流程、分工职责等，达到标准才可进入下一环节",
    base=2,
    measure=Text("补全评审点", "Complete the gate"),
    reads=("Gate", "Stage", "Domain", "ControlPoint", "GUARDS", "CHECKS", "IN_DOMAIN", "Assignment", "FOR", "HELD_BY"),
    find=_find,
)
