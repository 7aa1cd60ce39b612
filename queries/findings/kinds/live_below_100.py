"""live_below_100: a campaign is on sale although not every check before launch was passed, by machine and by people."""

from __future__ import annotations

from collections.abc import Iterator

from graph.records import Ref
from graph.text import Text
from queries.findings.facts import SubjectFacts
from queries.findings.live import is_live
from queries.findings.passing import MODES, PASSED, counted_points, latest_reviews
from queries.findings.predicate import Found, Predicate
from queries.findings.subjects import acting_for_subject, named_subject
from queries.findings.view import View


def _checked(view: View) -> frozenset[Ref]:
    """The points of campaigns that the gates before launch check."""
    gates = [row.ref for row in view.nodes("Gate").values() if row.props.get("gate_kind") == "pre_launch"]
    return frozenset(point for gate in gates for point in counted_points(view, gate, "Campaign"))


def _find(view: View, campaign: SubjectFacts) -> Iterator[Found]:
    if not is_live(campaign, view.as_of):
        return
    points = view.once(_checked)
    results = [latest_reviews(review for review in campaign.reviews if review.mode == mode) for mode in MODES]
    unmet = sorted(point for point in points if any(result.get(point) != PASSED for result in results))
    if unmet:
        name, listed = named_subject(campaign), view.listed(unmet)
        yield Found(
            Text(
                f"{name.zh}已上线，但以下控制点未同时通过智能核检和人工研判：{listed.zh}",
                f"{name.en} is live, but these points have not passed both the automatic and the manual review: {listed.en}",
            ),
            (campaign.ref,),
            acting_for_subject(view, campaign, *unmet),
            grave=campaign.key_business,
        )


LIVE_BELOW_100 = Predicate(
    kind="live_below_100",
    class_="breakpoint",
    title=Text("未达 100% 即上线", "Live below 100 %"),
    rule=Text(
        "营销案在售（上线日期 ≤ 当日 < 下线日期），而其上线前评审点所查的某控制点，最近一次智能核检与最近一次人工研判没有都通过（豁免不算通过）",
        "a campaign that is live (starts ≤ the day < ends) while some control point that its pre_launch gate checks has not both its "
        "latest automatic and its latest manual review passed (a waiver is not a pass)",
    ),
    clause="通过系统智能核检辅以人工研判等方式，100%达到服务质量管控标准才可上线",
    base=3,
    measure=Text("暂停上线", "Suspend it"),
    reads=("Campaign", "Gate", "CHECKS", "ControlPoint", "Review", "OF", "ON", "PROMOTES", "Product"),
    find_on=_find,
)
