"""Everything that is known of one product or campaign: its facts up to a day, its complaints by month, the findings about it."""

from __future__ import annotations

from calendar import monthrange
from collections import Counter
from collections.abc import Collection
from typing import NamedTuple

from api.context import AsOf
from api.serving import Serving
from graph.errors import UnknownId
from graph.records import Ref
from graph.values import days_before
from queries.finding import BreakpointList, Finding
from queries.findings.around import Around
from queries.findings.facts import Facts, SubjectFacts

_MONTHS = 12
_LOOKED_BACK = 3 * 366


class Month(NamedTuple):
    """How many complaints were about it in a month, ``YYYY-MM``, and how many of them repeat no other; ``last`` is its last day."""

    month: str
    last: str
    complaints: int
    episodes: int


class Noted(NamedTuple):
    """The findings about it in the newest list that was kept, and when that was computed; None: no list was kept yet."""

    computed_at: str
    findings: tuple[Finding, ...]


def subject_facts(desk: Serving, ref: Ref, as_of: AsOf) -> SubjectFacts:
    """A product or campaign with its units, reviews and stage entries up to the end of a day. Raises UnknownId when it is not stored."""
    facts = Facts(Around(desk.store, [ref]), as_of.day, desk.snapshot().framework.zone)
    found = next(facts.subjects(), None)
    if found is None:
        raise UnknownId(str(ref), (f"{ref.kind}:{row.id}" for row in desk.store.nodes(ref.kind)))
    return found


def promoters(desk: Serving, product: Ref) -> tuple[Ref, ...]:
    """The campaigns that promote a product, in id order."""
    return tuple(edge.source for edge in desk.store.edges("PROMOTES", at=[product]))


def complaints_by_month(desk: Serving, ref: Ref, as_of: AsOf) -> tuple[Month, ...]:
    """The last twelve months with complaints about it in the three years up to a day, the newest first."""
    complaints: Counter[str] = Counter()
    episodes: Counter[str] = Counter()
    for tally in desk.store.tallies(days_before(as_of.day, _LOOKED_BACK), days_before(as_of.day, -1)):
        if ref in tally.subjects:
            complaints[tally.day[:7]] += tally.complaints
            episodes[tally.day[:7]] += tally.episodes
    return tuple(
        Month(month, _last_day(month), complaints[month], episodes[month])
        for month in sorted(complaints, reverse=True)[:_MONTHS]
    )


def _last_day(month: str) -> str:
    year, number = (int(part) for part in month.split("-"))
    return f"{month}-{monthrange(year, number)[1]:02}"


def findings_about(desk: Serving, reference: str) -> Noted | None:
    """The findings about a node in the newest kept list; None where no list was kept yet."""
    whole = _newest_kept(desk)
    if whole is None:
        return None
    return Noted(whole.computed_at, tuple(finding for finding in whole.findings if reference in finding.nodes))


def with_findings(desk: Serving, kinds: Collection[str]) -> tuple[tuple[str, tuple[Finding, ...]], ...]:
    """The products and campaigns that findings of some kinds of the newest kept list are about, those with the gravest first."""
    whole = _newest_kept(desk)
    found: dict[str, list[Finding]] = {}
    for finding in whole.findings if whole is not None else ():
        for node in finding.nodes if finding.kind in kinds else ():
            if node.startswith(("Product:", "Campaign:")):
                found.setdefault(node, []).append(finding)
    return tuple((subject, tuple(several)) for subject, several in found.items())


def _newest_kept(desk: Serving) -> BreakpointList | None:
    """The newest list of record that is still there: nothing is computed, so that a page never waits for the list."""
    kept = [run for run in desk.listing.runs() if run.kept]
    return desk.listing.before(f"{kept[-1].framework}.{kept[-1].facts}") if kept else None
