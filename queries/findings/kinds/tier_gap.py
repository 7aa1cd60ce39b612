"""tier_gap: a live campaign in which a party that its tier requires has no duty."""

from __future__ import annotations

from collections.abc import Iterator

from graph.text import Text
from queries.findings.facts import SubjectFacts
from queries.findings.live import is_live, missing_parties
from queries.findings.predicate import Found, Predicate
from queries.findings.subjects import acting_for_subject, named_subject
from queries.findings.view import View


def _find(view: View, campaign: SubjectFacts) -> Iterator[Found]:
    if not is_live(campaign, view.as_of):
        return
    missing = list(missing_parties(view, campaign))
    if missing:
        name = named_subject(campaign)
        yield Found(
            Text(
                f"{name.zh}在售，但按其层级应承担职责的以下单位没有分配：{'、'.join(text.zh for text in missing)}",
                f"{name.en} is live, but these parties that its tier requires hold no duty for it: {', '.join(text.en for text in missing)}",
            ),
            (campaign.ref,),
            acting_for_subject(view, campaign),
            grave=campaign.key_business,
        )


TIER_GAP = Predicate(
    kind="tier_gap",
    class_="breakpoint",
    title=Text("集省专协同缺位", "A tier takes no part"),
    rule=Text(
        "在售营销案，其层级要求的某一方没有以负责、执行或参与的身份持有针对或限于该营销案的有效分配（本单位、所属责任人，"
        "或其下不属于省公司、专业公司的单位持有均可）：全网案须总部单位和各落地省，省内案须运营省，专业公司案须运营公司；"
        "凡涉及专业公司产品的，还须该公司",
        "a live campaign for which a party that its tier requires holds (itself, by an Owner belonging to it, or by a unit below it that "
        "is not itself a province or specialised company) no valid Assignment as accountable, responsible or participant FOR the "
        "campaign or WITHIN it: national: a headquarters unit and each province where it lands; provincial: the province that runs it; "
        "specialised: the company that runs it; and always the company that runs a promoted product",
    ),
    clause="优化建立两级协同、分层管控的服务质量管理机制，确保密切协同、流程顺畅、职责明确",
    base=3,
    measure=Text("指定责任分配", "Assign it"),
    reads=("Campaign", "Product", "RUN_BY", "LANDS_IN", "PROMOTES", "Assignment", "FOR", "WITHIN", "HELD_BY", "Owner", "BELONGS_TO",
           "OrgUnit", "PART_OF"),
    find_on=_find,
)  # fmt: skip
