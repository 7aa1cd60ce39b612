"""permission_gap: customers raise what many complain about where nobody may settle it."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil

import networkx as nx

from graph.records import Ref
from graph.text import Text
from queries.findings.duties import Acting
from queries.findings.predicate import TALLY, Found, Predicate
from queries.findings.tallied import RECENT_DAYS
from queries.findings.view import View

LEAST = 10


def hot_categories(view: View) -> list[str]:
    """Among the ⌈10 %⌉ of the categories in use with most complaints in 90 days, n ≥ 10; equally many are equally hot."""
    in_use = view.categories_in_use
    counts = sorted((view.tallied.recent[category] for category in in_use), reverse=True)
    least = max(LEAST, counts[ceil(len(in_use) / 10) - 1]) if counts else LEAST
    return sorted(
        category for category in in_use & view.nodes("Category").keys() if view.tallied.recent[category] >= least
    )  # fmt: skip


def _find(view: View) -> Iterator[Found]:
    hot = hot_categories(view)
    raised = _raised(view, frozenset(hot)) if hot else {}
    above = view.graph("CHILD_OF")
    for id_ in hot:
        category = Ref("Category", id_)
        family = {category} | nx.descendants(above, category)
        helpless = [channel for channel in sorted(raised.get(id_, ())) if not _may_settle(view, channel, family)]
        if helpless:
            name, channels = view.named(category), view.listed(helpless)
            yield Found(
                Text(
                    f"热点投诉分类{name.zh}经以下渠道受理，而渠道及其运营单位都没有可处置它的权限：{channels.zh}",
                    f"Hot category {name.en} is raised via channels where neither these nor the units that run them may settle it: {channels.en}",
                ),
                (category,),
                _acting(view, helpless, category),
            )


def _acting(view: View, channels: list[Ref], category: Ref) -> Acting:
    """Who is accountable for a channel or the category, else the unit that runs a channel."""
    acting = view.duties.acting_for(*channels, category)
    if acting.unit is None and acting.owner is None:
        return Acting(next((unit for channel in channels for unit in view.targets("RUN_BY", channel)), None))
    return acting


def _raised(view: View, hot: frozenset[str]) -> dict[str, set[Ref]]:
    """Hot category → the channels through which its complaints of 90 days came."""
    since, found = view.facts.since(RECENT_DAYS), dict[str, set[Ref]]()
    for row, ends in view.facts.past("Complaint", "IN_CATEGORY", "RAISED_VIA"):
        if ends["RAISED_VIA"] and str(row.props["event_at"]) >= since:
            for category in ends["IN_CATEGORY"]:
                if category.id in hot:
                    found.setdefault(category.id, set()).update(filter(view.stands, ends["RAISED_VIA"]))
    return found


def _may_settle(view: View, channel: Ref, family: set[Ref]) -> bool:
    """Whether the channel, or a unit that runs it, has a permission that settles one of the categories."""
    return any(
        not family.isdisjoint(view.targets("SETTLES", permission))
        for party in (channel, *view.targets("RUN_BY", channel))
        for permission in view.targets("MAY_DO", party)
    )


PERMISSION_GAP = Predicate(
    kind="permission_gap",
    class_="risk",
    title=Text("热点问题无权限", "No permission for a hot category"),
    rule=Text(
        "热点分类（90 天内投诉最多的前 ⌈10%⌉ 个在用分类之一，且不少于 10 件）经某渠道受理，而该渠道及其运营单位都没有可处置该分类或其上级分类的权限",
        "a hot category (among the ceil(10 %) of the categories in use with most complaints in 90 days, n at least 10) raised via a channel "
        "for which neither it nor the unit that runs it MAY_DO a Permission that SETTLES the category or one above it",
    ),
    clause="分级分批完成热线赋权，快速处理费用争议、家宽网络等焦点难点客户投诉",
    base=2,
    measure=Text("赋予权限", "Empower"),
    reads=("Category", "CHILD_OF", "Channel", "RUN_BY", "OrgUnit", "MAY_DO", "Permission", "SETTLES", "Complaint", "IN_CATEGORY", "RAISED_VIA", TALLY),
    find=_find,
)  # fmt: skip
