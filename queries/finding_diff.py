"""What changed between two runs of the list, for the monthly meeting: findings that are new, gone, or worse than before."""

from __future__ import annotations

from pydantic import Field

from queries.answers import Part
from queries.finding import BreakpointList, Finding, ListRevision

GREW_BY_SHARE = 0.5
GREW_BY_COMPLAINTS = 5.0
"""A finding of the same severity is worse once its expected complaints grew by half and by five."""


class DiffSide(Part):
    """One of the two lists: the day it looks at, what it was computed from and when, and how long it is."""

    as_of: str
    revision: ListRevision
    computed_at: str
    findings: int


class Worse(Part):
    """A finding of both lists that became worse, with what it was before."""

    finding: Finding
    severity_before: int
    complaints_before: float


class BreakpointDiff(Part):
    """Two lists compared by key; every part in the order of the list it comes from."""

    before: DiffSide
    now: DiffSide
    new: tuple[Finding, ...] = Field(description="in the list now and not before")
    gone: tuple[Finding, ...] = Field(description="in the list before and not now")
    worse: tuple[Worse, ...] = Field(description="severity rose, or expected complaints grew by half and by five")


def difference(before: BreakpointList, now: BreakpointList) -> BreakpointDiff:
    """What is new, gone and worse in ``now``; both lists are taken as they are, so that a selection is compared with the same selection."""
    was = {finding.key: finding for finding in before.findings}
    is_now = {finding.key for finding in now.findings}
    return BreakpointDiff(
        before=_side(before),
        now=_side(now),
        new=tuple(finding for finding in now.findings if finding.key not in was),
        gone=tuple(finding for finding in before.findings if finding.key not in is_now),
        worse=tuple(
            Worse(
                finding=finding,
                severity_before=was[finding.key].severity,
                complaints_before=was[finding.key].complaints,
            )
            for finding in now.findings
            if finding.key in was and _worse(was[finding.key], finding)
        ),
    )


def _worse(before: Finding, now: Finding) -> bool:
    grown = now.complaints - before.complaints
    return now.severity > before.severity or (
        now.severity == before.severity and grown >= max(GREW_BY_COMPLAINTS, GREW_BY_SHARE * before.complaints)
    )


def _side(answer: BreakpointList) -> DiffSide:
    return DiffSide(
        as_of=answer.as_of, revision=answer.revision, computed_at=answer.computed_at, findings=len(answer.findings)
    )
