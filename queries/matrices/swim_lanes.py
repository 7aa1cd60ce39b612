"""集-省-专 swim lanes: of the parties that live campaigns of each tier need, how many take part, lane by lane."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from graph.records import Ref
from graph.schema import KINDS
from graph.subgraph import Label
from graph.text import Text
from queries.answers import label
from queries.findings.facts import SubjectFacts
from queries.findings.live import TAKING_PART, company_of, holders, is_live, represented, units_of
from queries.findings.view import View
from queries.matrices.matrix import Column, Content, Material, MatrixKind, Row, ratio

LANES = {"hq": Text("集（总部）", "Headquarters"), "province": Text("省", "Province"), "specialised": Text("专", "Specialised company")}  # fmt: skip
_TIER = KINDS["Campaign"].properties["tier"]
_NO_TIER = ""
_TITLES = {**{name: Text(zh, name) for name, zh in zip(_TIER.choices, _TIER.labels, strict=True)}, _NO_TIER: Text("未填层级", "no tier")}  # fmt: skip
_RUNNING = {"provincial": "province", "specialised": "specialised"}


class Needed(NamedTuple):
    """A party a campaign needs: the lane it swims in, the unit (None: any headquarters unit), and whether it takes part."""

    lane: str
    unit: Ref | None
    present: bool


def parties(view: View, campaign: SubjectFacts) -> Iterator[Needed]:
    """Everybody whom the campaign's tier requires, by the rule of tier_gap (``queries/findings/live.py``)."""
    taking_part = {unit for holder in holders(view, campaign.ref, TAKING_PART) for unit in units_of(view, holder)}
    present = represented(view, taking_part)
    tier = str(campaign.props.get("tier", _NO_TIER))
    if tier == "national":
        yield Needed("hq", None, any(view.props(unit).get("tier") == "hq" for unit in present))
    wanted = [("specialised", unit) for product in campaign.promoted for unit in product.run_by]
    if tier == "national":
        wanted += [("province", unit) for unit in campaign.lands_in]
    elif tier in _RUNNING:
        wanted += [(_RUNNING[tier], unit) for unit in campaign.run_by]
    companies = {(lane, company_of(view, unit, lane)) for lane, unit in wanted}
    for lane, company in sorted((lane, company) for lane, company in companies if company is not None):
        yield Needed(lane, company, company in present)


class _Lane:
    """Live campaigns of a tier, and by lane the parties needed and present."""

    def __init__(self) -> None:
        self.campaigns = self.complete = 0
        self.needed = dict.fromkeys(LANES, 0)
        self.present = dict.fromkeys(LANES, 0)

    def add(self, found: list[Needed]) -> None:
        self.campaigns += 1
        self.complete += all(party.present for party in found)
        for party in found:
            self.needed[party.lane] += 1
            self.present[party.lane] += party.present

    def cells(self) -> tuple[int | float | None, ...]:
        lanes = tuple(n for lane in LANES for n in (self.needed[lane], self.present[lane]))
        whole = ratio(sum(self.present.values()), sum(self.needed.values()))
        return (self.campaigns, *lanes, whole, self.complete)


def _build(material: Material) -> Content:
    view = material.view
    lanes = {tier: _Lane() for tier in _TITLES}
    total = _Lane()
    for subject in view.facts.subjects():
        if is_live(subject, view.as_of):
            found = list(parties(view, subject))
            lanes[str(subject.props.get("tier", _NO_TIER))].add(found)
            total.add(found)
    columns = [Column(id="campaigns", title=label(Text("在售营销案", "Live campaigns")), form="count")]
    for lane, title in LANES.items():
        columns += [
            Column(id=f"{lane}_needed", title=Label(zh=f"{title.zh}应参与", en=f"{title.en}: needed"), form="count"),
            Column(id=f"{lane}_present", title=Label(zh=f"{title.zh}已参与", en=f"{title.en}: present"), form="count"),
        ]
    columns += [
        Column(id="covered", title=label(Text("覆盖率", "Covered")), form="coverage"),
        Column(id="complete", title=label(Text("各方到位的营销案", "Campaigns with everybody")), form="count"),
    ]
    shown = [tier for tier in _TITLES if tier != _NO_TIER or lanes[tier].campaigns]
    rows = [Row(id=tier or "no_tier", title=label(_TITLES[tier]), cells=lanes[tier].cells()) for tier in shown]
    return Content(columns, [*rows, Row(id="all", title=label(Text("合计", "All")), cells=total.cells())])


SWIM_LANES = MatrixKind(
    name="swim_lanes",
    title=Text("集-省-专协同：各层级营销案覆盖", "Headquarters, province, specialised: coverage by campaign tier"),
    about=Text(
        "对当日在售的营销案（starts ≤ 当日 < ends）：全网——总部单位与每个落地省；省内——运营的省；专业公司——运营的公司；凡推广专业公司产品的，另加该公司。"
        "应参与：按此规则需要的各方之和；已参与：当日本身、其责任人或下属单位（下属省或专业公司除外）对该营销案（FOR 或 WITHIN）有负责、执行或参与分配的各方之和。与断点 tier_gap 同一规则。",
        "Of campaigns live on the day (starts ≤ day < ends): national ones need a headquarters unit and each province where they land; provincial "
        "ones the province that runs them; specialised ones the company that runs them; always the company that runs a promoted product. Needed: "
        "these parties, summed. Present: those that hold, themselves, by an Owner of theirs or by a unit below that is not itself a province or "
        "specialised company, an accountable, responsible or participant Assignment FOR the campaign or WITHIN it. The rule is that of tier_gap.",
    ),
    clause="优化建立两级协同、分层管控的服务质量管理机制，确保密切协同、流程顺畅、职责明确",
    build=_build,
)
