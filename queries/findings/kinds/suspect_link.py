"""suspect_link: what a link joins has changed since somebody confirmed it."""

from __future__ import annotations

from collections.abc import Iterator

from graph.claims import content_hash
from graph.records import Ref
from graph.text import Text
from queries.findings.kinds.unconfirmed_default import MAPS
from queries.findings.predicate import Found, Predicate
from queries.findings.view import View


def _find(view: View) -> Iterator[Found]:
    for edge_type in MAPS:
        told: set[frozenset[Ref]] = set()
        for edge in view.edges(edge_type):
            stamp = edge.props.get("confirmed_hash")
            if stamp is None:
                continue
            source, target = view.framework.get(edge.source), view.framework.get(edge.target)
            if source is None or target is None or content_hash(source, target) == stamp:
                continue
            ends = frozenset((edge.source, edge.target))
            if ends in told:  # two links one against the other are one finding
                continue
            told.add(ends)
            first, second = view.named(edge.source), view.named(edge.target)
            yield Found(
                Text(
                    f"{first.zh}到{second.zh}的 {edge_type} 关系在确认之后，其一端的内容已改变",
                    f"The {edge_type} link from {first.en} to {second.en} was confirmed before one of its ends changed",
                ),
                (edge.source, edge.target),
                view.duties.acting_for(edge.source, edge.target),
            )


SUSPECT_LINK = Predicate(
    kind="suspect_link",
    class_="breakpoint",
    title=Text("关系存疑", "Suspect link"),
    rule=Text(
        "已确认的衡量、上卷、起因、分类指向关系，其任一端的内容在确认之后有改变",
        "an end's content changed since the link (MEASURED_BY, ROLLS_UP_TO, CAUSED_BY, POINTS_TO) was confirmed; both directions",
    ),
    clause="将控制点、评审点、标准等，固化在系统流程中，确保服务质量管理有效落地执行",
    base=1,
    measure=Text("再次确认", "Confirm again"),
    reads=(*MAPS, "ControlPoint", "Indicator", "Category"),
    find=_find,
)
