"""A change of a case as a person states it, in part or as a whole, applied under the rules of the life cycle."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from graph.errors import UsageError
from graph.text import Text
from queries.finding_cases import (
    MEASURE_STATUSES,
    CaseState,
    MeasureState,
    decided,
    measure_id,
    measured,
    noted,
    status_on,
)


class MeasureEdit(NamedTuple):
    """A measure as stated; a new name is a new measure, what is None stays as it is."""

    name: str
    status: str | None = None
    due: str | None = None
    assignee: str | None = None


class CaseEdit(NamedTuple):
    """A case as stated. ``whole``: what is None is taken away; else it stays as it is."""

    status: str | None = None
    assignee: str | None = None
    due: str | None = None
    reason: str | None = None
    note: str | None = None
    measures: Sequence[MeasureEdit] = ()
    whole: bool = False


def edited(case: CaseState, edit: CaseEdit, *, today: str, at: str, by: str | None = None) -> CaseState:
    """The case after the change; the very same case where the change says nothing new.

    An open case that is given an assignee is assigned.
    Raises UsageError for what the life cycle does not allow.
    """
    stands = status_on(case, today)
    status = edit.status or stands
    if status == "open" and edit.assignee is not None:
        status = "assigned"
    keeps = not edit.whole and status == case.status
    assignee = edit.assignee or (None if edit.whole or status == "open" else case.assignee)
    due, reason = edit.due or (case.due if keeps else None), edit.reason or (case.reason if keeps else None)
    note = edit.note if edit.note is not None or edit.whole else case.note
    now = replace(case, note=note)
    if (status, assignee, due, reason) != (case.status, case.assignee, case.due, case.reason):
        now = decided(now, status, assignee=assignee, due=due, reason=reason, today=today, at=at, by=by)
    elif note != case.note:
        now = noted(now, note, at=at, by=by)
    if _state(now) == _state(case):
        now = case
    for measure in edit.measures:
        now = _with_measure(now, measure, at=at, by=by)
    return now


def _state(case: CaseState) -> tuple[str | None, ...]:
    return case.status, case.assignee, case.due, case.reason, case.note


def _with_measure(case: CaseState, edit: MeasureEdit, *, at: str, by: str | None) -> CaseState:
    id_ = measure_id(case.key, edit.name)
    before = next((m for m in case.measures if m.id == id_ or m.name == edit.name), None)
    known = before or MeasureState(id_, edit.name)
    status = next((name for name in MEASURE_STATUSES if name == (edit.status or known.status)), None)
    if status is None:
        raise UsageError(
            Text(f"举措没有状态 {edit.status}", f"there is no status {edit.status} of a measure"),
            Text(f"可用：{'、'.join(MEASURE_STATUSES)}", f"It is one of: {', '.join(MEASURE_STATUSES)}"),
        )
    wanted = replace(known, status=status, due=edit.due or known.due, assignee=edit.assignee or known.assignee)
    return case if wanted == before else measured(case, wanted, at=at, by=by)
