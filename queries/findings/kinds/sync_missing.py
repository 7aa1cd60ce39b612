"""sync_missing: a live campaign touches two units that must keep each other informed, and nothing shows that they did."""

from __future__ import annotations

from collections.abc import Iterator

from graph.records import Ref
from graph.text import Text
from queries.findings.duties import Acting
from queries.findings.facts import SubjectFacts
from queries.findings.live import is_live, touched
from queries.findings.predicate import Found, Predicate
from queries.findings.subjects import named_subject
from queries.findings.view import View


def _bound(view: View) -> list[tuple[Ref, Ref]]:
    """The pairs of units bound by MUST_SYNC, whichever way, in order."""
    pairs = {(edge.source, edge.target) for edge in view.edges("MUST_SYNC") if edge.source != edge.target}
    return sorted({(min(pair), max(pair)) for pair in pairs})


def _find(view: View, campaign: SubjectFacts) -> Iterator[Found]:
    pairs = view.once(_bound)
    if not pairs or not is_live(campaign, view.as_of):
        return
    units = touched(view, campaign)
    done = {frozenset((sync.sender, sync.receiver)) for sync in campaign.syncs if sync.acknowledged}
    for one, other in pairs:
        if one in units and other in units and frozenset((one, other)) not in done:
            name, first, second = named_subject(campaign), view.named(one), view.named(other)
            yield Found(
                Text(
                    f"{name.zh}涉及须互通信息的{first.zh}与{second.zh}，却没有双方已确认的信息同步",
                    f"{name.en} touches {first.en} and {second.en}, which must keep each other informed, and no acknowledged exchange is on record",
                ),
                (campaign.ref, one, other),
                Acting(next((unit for unit in campaign.run_by if unit in (one, other)), one)),
                complaints=view.through.expected.get(campaign.ref, 0.0),
                grave=campaign.key_business,
            )


SYNC_MISSING = Predicate(
    kind="sync_missing",
    class_="breakpoint",
    title=Text("信息未同步", "No information exchanged"),
    rule=Text(
        "在售营销案涉及由 MUST_SYNC 相连的两个单位（运营、落地、运营所推产品或持有其分配），而没有双方之间已确认的同步",
        "a live campaign touches two units bound by MUST_SYNC (they run it or a product it promotes, it lands there, or they hold a duty "
        "for it) and no acknowledged Sync between them is on it",
    ),
    clause="及时同步营销案信息和服务质量问题",
    base=2,
    measure=Text("同步信息并确认", "Sync it"),
    reads=("Campaign", "Product", "RUN_BY", "LANDS_IN", "PROMOTES", "MUST_SYNC", "OrgUnit", "Sync", "FROM", "TO", "ON", "Assignment", "FOR",
           "WITHIN", "HELD_BY", "BELONGS_TO"),
    find_on=_find,
)  # fmt: skip
