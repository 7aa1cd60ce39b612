"""stage_uncontrolled: a stage at which no control point stands."""

from __future__ import annotations

from collections.abc import Iterator

from graph.records import Ref
from graph.text import Text
from queries.findings.predicate import Found, Predicate
from queries.findings.view import View


def _find(view: View) -> Iterator[Found]:
    controlled = {edge.target for edge in view.edges("AT")}
    detailed = {edge.source for edge in view.edges("DETAILED_BY")}
    for id_ in view.nodes("Stage"):
        stage = Ref("Stage", id_)
        if stage not in controlled and stage not in detailed:
            name = view.named(stage)
            yield Found(
                Text(f"环节{name.zh}没有控制点", f"Stage {name.en} has no control point"),
                (stage,),
                view.duties.acting(view.duties.places_of_stage(stage)),
            )


STAGE_UNCONTROLLED = Predicate(
    kind="stage_uncontrolled",
    class_="breakpoint",
    title=Text("环节无控制点", "Stage without a control point"),
    rule=Text(
        "环节上没有控制点，也没有由其他环节细化（被细化的由细化环节自行报告）",
        "no control point at the stage, and it is not DETAILED_BY others (those report themselves)",
    ),
    clause="等环节，设置服务质量控制点，明确控制要素和标准",
    base=2,
    measure=Text("在该环节设置控制点", "Set a control point at the stage"),
    reads=("Stage", "ControlPoint", "AT", "DETAILED_BY"),
    find=_find,
)
