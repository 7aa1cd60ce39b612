"""The case of a finding as it is handed out: its state, its measures, its history, and the finding itself while it holds."""

from __future__ import annotations

import json

from pydantic import Field

from queries.answers import Part
from queries.finding import Finding, FindingStatus
from queries.finding_cases import CaseState, MeasureStatus, status_on


class MeasureAnswer(Part):
    """A measure 举措 that addresses the finding."""

    id: str
    name: str
    status: MeasureStatus
    due: str | None
    assignee: str | None


class HistoryEntry(Part):
    """One change of a case; what the change left empty is null."""

    at: str
    by: str | None = Field(default=None, description="who made it; run: the list itself")
    status: FindingStatus
    assignee: str | None = None
    due: str | None = None
    reason: str | None = None
    note: str | None = None
    measure: str | None = None


class CaseAnswer(Part):
    """What is decided about a finding."""

    key: str
    status: FindingStatus
    assignee: str | None
    due: str | None = Field(description="day to be fixed by; of an accepted finding the last day of acceptance")
    reason: str | None
    note: str | None
    measures: tuple[MeasureAnswer, ...]
    history: tuple[HistoryEntry, ...] = Field(description="every change, oldest first")
    version: str = Field(description="digest of the state; send it back to refuse a change of a newer one")
    finding: Finding | None = Field(description="the finding, null when the list no longer holds it")


def case_answer(case: CaseState, finding: Finding | None, day: str) -> CaseAnswer:
    """A case as it stands on a day; one whose finding holds shows the state the list shows."""
    return CaseAnswer(
        key=case.key, status=case.status if finding is None else status_on(case, day), assignee=case.assignee, due=case.due,
        reason=case.reason, note=case.note,
        measures=tuple(
            MeasureAnswer(id=m.id, name=m.name, status=m.status, due=m.due, assignee=m.assignee) for m in case.measures
        ),
        history=tuple(HistoryEntry(**json.loads(line)) for line in case.history),
        version=case.version, finding=finding,
    )  # fmt: skip
