"""unreached_complaints: complaints of one kind about one thing in one place that no trace explains."""

from __future__ import annotations

from collections.abc import Iterator

from graph.text import Text
from queries.findings.duties import Acting
from queries.findings.predicate import TRACES, Found, Predicate
from queries.findings.subjects import named_by_ref
from queries.findings.view import View

ENOUGH = 5
_CAUSE = "unmapped_category"


def _find(view: View) -> Iterator[Found]:
    causes = {node: found.key(_CAUSE) for found in view.other(_CAUSE) or () for node in found.nodes}
    unreached = {triple: count for triple, count in sorted(view.through.unknown.items()) if count >= ENOUGH}
    names = named_by_ref(view, {subject for _, subject, _ in unreached})
    for (category, subject, unit), count in unreached.items():
        what, whom, where = view.named(category), names[subject], view.named(unit)
        yield Found(
            Text(
                f"90 天内分类{what.zh}、对象{whom.zh}、单位{where.zh}的 {count} 件投诉溯源结果为“未知”",
                f"In 90 days {count} complaints of category {what.en} about {whom.en} in {where.en} end unknown when traced",
            ),
            (category, subject, unit),
            Acting(unit if view.stands(unit) else None),
            complaints=float(count),
            folded_under=causes.get(category),
        )


UNREACHED_COMPLAINTS = Predicate(
    kind="unreached_complaints",
    class_="blind_spot",
    title=Text("投诉溯源不到", "Complaints no trace reaches"),
    rule=Text(
        "90 天内同一分类 × 对象 × 单位至少有 5 件投诉的溯源结果为 unknown；该分类未映射的，归并于 unmapped_category",
        "at least 5 traces in 90 days for one category x subject x unit end `unknown`; folded under unmapped_category of the same category",
    ),
    clause="加强客户投诉溯源，定位问题根因根源并及时优化",
    base=2,
    measure=Text("补充映射与标注", "Map, annotate"),
    reads=(TRACES, "Category", "OrgUnit", "Product", "Campaign"),
    find=_find,
)
