"""What several predicates ask about indicators: those of a level, those in use, who should act on one."""

from __future__ import annotations

from graph.records import Ref
from queries.findings.duties import Acting
from queries.findings.view import View


def of_level(view: View, level: str) -> list[Ref]:
    """The indicators of a level (KCI, KQI or KPI) in id order."""
    return [Ref("Indicator", id_) for id_, row in view.nodes("Indicator").items() if row.props.get("level") == level]


def in_use(view: View) -> list[Ref]:
    """The indicators that MEASURED_BY or ROLLS_UP_TO touches, in id order."""
    touched = {edge.target for edge in view.edges("MEASURED_BY")}
    for edge in view.edges("ROLLS_UP_TO"):
        touched |= {edge.source, edge.target}
    return sorted(touched)


def acting_for_indicator(view: View, indicator: Ref) -> Acting:
    """Who should act on an indicator: who is accountable for it, else for one of its domains."""
    domains = view.nodes("Indicator")[indicator.id].props.get("domains", ())
    assert isinstance(domains, tuple)
    return view.duties.acting_for(indicator, *(Ref("Domain", domain) for domain in domains))
