"""Decisions about findings: looked up, checked against the state they were made for, applied and written in one go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from api.context import AsOf
from api.listing.casework import cleaned
from api.serving import Serving
from graph.errors import UnknownId, UsageError
from graph.text import Text
from queries.case_answer import CaseAnswer, case_answer
from queries.case_edit import CaseEdit, edited
from queries.finding import BreakpointList, Finding
from queries.finding_cases import CaseState, case_id


class Decision(NamedTuple):
    """A change of the case of a key; ``version`` is that of the state it was made for, None: whatever stands."""

    key: str
    edit: CaseEdit
    by: str | None = None
    version: str | None = None


class Decided(NamedTuple):
    """What became of a decision: the case as it is now, and whether it was left alone because it had changed meanwhile."""

    case: CaseAnswer
    conflict: bool


def case_of(desk: Serving, key: str, as_of: AsOf, at: str) -> CaseAnswer:
    """The case of a finding, or of one that is no longer found. Raises UnknownId for a key that neither list nor cases hold."""
    return case_in(desk, desk.listing.newest(as_of.day, at), key, as_of)


def case_in(desk: Serving, answer: BreakpointList, key: str, as_of: AsOf) -> CaseAnswer:
    """The case of a finding of a list at hand, whether that still stands or not. Raises UnknownId as :func:`case_of` does."""
    return case_answer(find_case(desk.listing.cases(), answer, key), _finding(answer, key), as_of.day)


def decide(desk: Serving, decision: Decision, as_of: AsOf, at: str) -> Decided:
    """Apply one decision and write it, unless it was made for a state that is past.

    Raises UnknownId for a key that does not exist, UsageError for what the life cycle does not allow.
    """
    conflict = False
    edit = cleaned(decision.edit)

    def change(cases: Mapping[str, CaseState], answer: BreakpointList) -> Sequence[CaseState]:
        nonlocal conflict
        case = case_to_change(cases, answer, decision.key)
        conflict = decision.version not in (None, case.version)
        if conflict:
            return []
        after = edited(case, edit, today=as_of.day, at=at, by=decision.by)
        return [] if after is case else [after]

    desk.listing.change(as_of.day, at, change)
    return Decided(case_of(desk, decision.key, as_of, at), conflict)


def case_to_change(cases: Mapping[str, CaseState], answer: BreakpointList, key: str) -> CaseState:
    """Like :func:`find_case`; UsageError where the list no longer holds the finding: there is nothing left to decide."""
    case = find_case(cases, answer, key)
    if _finding(answer, key) is None:
        raise UsageError(
            Text(f"{key} 已不再发现，无须处置", f"{key} is no longer found: there is nothing to decide"),
            Text("再次发现时会自动重新打开", "If it is found again its case reopens"),
        )
    return case


def find_case(cases: Mapping[str, CaseState], answer: BreakpointList, key: str) -> CaseState:
    """The case of a key, a fresh one where nothing was decided yet. Raises UnknownId for a key that neither list nor cases hold."""
    case = cases.get(case_id(key))
    if case is not None:
        return case
    if _finding(answer, key) is None:
        raise UnknownId(key, (finding.key for finding in answer.findings))
    return CaseState(key)


def _finding(answer: BreakpointList, key: str) -> Finding | None:
    return next((finding for finding in answer.findings if key in (finding.key, case_id(finding.key))), None)
