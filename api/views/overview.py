"""The state of quality control on one page: coverage, gravest findings, leakage, trend, outcomes and the age of it all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from typing import NamedTuple

from api.access.scoped_desk import units_within
from api.context import AsOf
from api.listing.lists import Kept
from api.listing.summaries import Month, Summary
from api.serving import Serving
from graph.records import Revision
from queries.answers import Outcome, label
from queries.coverage import NOTHING, Covered, StageCoverage, coverage
from queries.finding import Finding, ListRevision
from queries.findings.view import View
from queries.matrices.leakage import LEAKAGE, leakage_of
from queries.matrices.matrix import Matrix

TOP = 12
"""Kinds of finding told on the page."""
MONTHS = 13
"""Months of the trend: a year, and the month a year ago."""


class Outcomes(NamedTuple):
    """How the traces of the last 90 days ended."""

    total: int
    counts: dict[Outcome, int]

    @property
    def unknown(self) -> float | None:
        """The share that ended unknown; None of nothing."""
        return self.counts.get("unknown", 0) / self.total if self.total else None


class Figures(NamedTuple):
    """What the run of the list counted on its way."""

    outcomes: Outcomes
    leakage: Matrix
    months: list[Month]
    last_day: str | None


class Filled(NamedTuple):
    """What a store holds already, for who begins."""

    framework: bool
    complaints: bool


class Gravest(NamedTuple):
    """The finding of a kind with the greatest severity × complaints, and how many of the kind are open."""

    finding: Finding
    open: int


class Overview(NamedTuple):
    """The page's answer; ``kept`` and what follows from it is None while no list was ever computed."""

    revision: Revision
    day: str
    kept: Kept | None
    filled: Filled
    stages: list[StageCoverage]
    covered: Covered
    top: list[Gravest]
    figures: Figures | None
    """None where the run left no figures: it was made by an older version."""


def overview(desk: Serving, as_of: AsOf) -> Overview:
    """Read from what is in memory and kept; nothing is computed that takes longer on a larger store.

    The day is that of the newest list; that of the question where there is none.
    """
    revision, framework = desk.snapshot()
    kept = desk.listing.last()
    day = kept.answer.as_of if kept is not None else as_of.day
    view = View(framework, day)
    summary = desk.summaries.of(kept.answer) if kept is not None else None
    stages = coverage(view, summary.reviewed if summary is not None else ())
    covered = NOTHING
    for stage in stages:
        covered = covered.plus(stage.covered)
    units = units_within(framework, desk.scope) if desk.scope is not None else None
    return Overview(
        revision, day, kept, _filled(desk, kept, covered), stages, covered, _top(kept),
        _figures(view, revision, summary, units) if summary is not None else None,
    )  # fmt: skip


def _filled(desk: Serving, kept: Kept | None, covered: Covered) -> Filled:
    if kept is not None and covered.points:
        return Filled(True, True)
    return Filled(covered.points > 0, desk.store.counts().nodes.get("Complaint", 0) > 0)


def _top(kept: Kept | None) -> list[Gravest]:
    """One of each kind by severity × complaints; what is told under its cause and what is accepted or fixed is left out."""
    if kept is None:
        return []
    open_ = [f for f in kept.answer.findings if f.folded_under is None and f.status in ("open", "assigned")]
    counts = Counter(finding.kind for finding in open_)
    first: dict[str, Finding] = {}
    for finding in sorted(open_, key=lambda f: (-f.severity * f.complaints, -f.severity)):
        first.setdefault(finding.kind, finding)
    return [Gravest(finding, counts[finding.kind]) for finding in list(first.values())[:TOP]]


def _figures(view: View, revision: Revision, summary: Summary, units: Collection[str] | None) -> Figures:
    counts = summary.outcome_counts(units)
    content = leakage_of(view, summary.leak(units))
    matrix = Matrix(
        name=LEAKAGE.name, title=label(LEAKAGE.title), about=label(LEAKAGE.about), as_of=view.as_of,
        revision=ListRevision(framework=revision.framework, facts=revision.facts),
        columns=tuple(content.columns), rows=tuple(content.rows),
    )  # fmt: skip
    return Figures(Outcomes(sum(counts.values()), counts), matrix, summary.by_month(units)[-MONTHS:], summary.last_day)
