"""The life cycle of a finding: what people decide about it, what a run of the list decides, and the history of both.

    open → assigned → fixed → verified → (holds again) open
    open, assigned → accepted until a day → (that day is over) open

People assign, accept, measure and say that something is fixed. Only a run of the list says ``verified``, because the
predicate no longer holds, and only a run opens a case again. The history is append-only: one line of JSON a change.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Literal, get_args

from graph.errors import UsageError
from graph.text import Text
from queries.finding import BreakpointList, FindingStatus

STATUSES: tuple[FindingStatus, ...] = get_args(FindingStatus)
MeasureStatus = Literal["planned", "in_progress", "done", "dropped"]
MEASURE_STATUSES: tuple[MeasureStatus, ...] = get_args(MeasureStatus)
BY_RUN = "run"
"""Who made a change that no person made."""
_LONGEST_KEY = 512
"""Longest id of a node; a longer key (a cycle of very many members) is stood for by its digest."""


@dataclass(frozen=True)
class MeasureState:
    """A measure 举措 that addresses a finding: what is to be done, how far it is, until when, by whom."""

    id: str
    name: str
    status: MeasureStatus = "planned"
    due: str | None = None
    assignee: str | None = None


@dataclass(frozen=True)
class CaseState:
    """What is decided about a finding; ``due`` is the day it shall be fixed by, of an accepted one the last day of acceptance."""

    key: str
    status: FindingStatus = "open"
    assignee: str | None = None
    due: str | None = None
    reason: str | None = None
    note: str | None = None
    measures: tuple[MeasureState, ...] = ()
    history: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """Id of its FindingCase."""
        return case_id(self.key)

    @property
    def version(self) -> str:
        """A digest of everything people can change: two states with the same version are the same decision."""
        said = [
            self.status, self.assignee, self.due, self.reason, self.note,
            [[m.id, m.name, m.status, m.due, m.assignee] for m in self.measures],
        ]  # fmt: skip
        return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()[:12]


def case_id(key: str) -> str:
    """The id of the FindingCase of a key: the key itself, or kind and digest where a key is longer than an id may be."""
    if len(key) <= _LONGEST_KEY:
        return key
    return f"{key.partition('|')[0]}|{hashlib.sha256(key.encode()).hexdigest()}"


def measure_id(key: str, name: str) -> str:
    """The id of a measure of a finding: the same name is the same measure."""
    return "MS-" + hashlib.sha256(f"{key}\0{name}".encode()).hexdigest()[:16]


# ── what people decide ──────────────────────────────────────────────────────────────────────────────────
def assigned(case: CaseState, assignee: str, due: str | None, *, at: str, by: str | None = None) -> CaseState:
    """The case in the hands of an owner or unit (``Kind:id``), to be fixed by a day."""
    return _changed(replace(case, status="assigned", assignee=assignee, due=due, reason=None), at, by)


def accepted(
    case: CaseState, reason: str | None, until: str | None, *, today: str, at: str, by: str | None = None
) -> CaseState:
    """The finding accepted as it is, for a reason and until a day, that day included.

    Raises UsageError without a reason, without an end, or with an end that is over.
    """
    if not reason or until is None:
        raise UsageError(
            Text("接受一条断点须写明原因和截止日期", "accepting a finding needs a reason and an end date"),
            Text("请补上原因（reason）和截止日期（due）", "Give a reason and an end date (due)"),
        )
    if until < today:
        raise UsageError(
            Text(f"截止日期 {until} 已过", f"the end date {until} is over"),
            Text("请写今天或以后的日期", "Write a date from today on"),
        )
    return _changed(replace(case, status="accepted", due=until, reason=reason), at, by)


def fixed(case: CaseState, *, at: str, by: str | None = None) -> CaseState:
    """The finding said to be mended; it stays so until a run of the list no longer finds it."""
    return _changed(replace(case, status="fixed", reason=None), at, by)


def reopened(case: CaseState, *, at: str, by: str | None = None) -> CaseState:
    """The case open again, whatever was decided before; who had it stands in the history."""
    return _changed(replace(case, status="open", assignee=None, due=None, reason=None), at, by)


def noted(case: CaseState, note: str | None, *, at: str, by: str | None = None) -> CaseState:
    """The case with another note."""
    return _changed(replace(case, note=note), at, by)


def measured(case: CaseState, measure: MeasureState, *, at: str, by: str | None = None) -> CaseState:
    """The case with a measure, in place of one of the same name."""
    others = tuple(m for m in case.measures if m.id != measure.id)
    ordered = tuple(sorted((*others, measure), key=lambda m: (m.due or "9999", m.id)))
    return _changed(replace(case, measures=ordered), at, by, measure)


def decided(
    case: CaseState, status: str, *, assignee: str | None, due: str | None, reason: str | None, today: str, at: str,
    by: str | None = None,
) -> CaseState:  # fmt: skip
    """The case in a state that a person names, with what that state needs; the same state again changes what it holds.

    Raises UsageError for ``verified``, which nobody sets, for a word that is no state, and for what a state lacks.
    """
    if status == "assigned":
        if assignee is None:
            raise UsageError(
                Text("指派须写明责任人或单位", "assigning needs an owner or unit"),
                Text("请补上 assignee，如 Owner:o1", "Give an assignee such as Owner:o1"),
            )
        return assigned(case, assignee, due, at=at, by=by)
    if status == "accepted":
        found = accepted(case, reason, due, today=today, at=at, by=by)
        return found if assignee is None else replace(found, assignee=assignee)
    if status == "fixed":
        return fixed(case, at=at, by=by)
    if status == "open":
        return reopened(case, at=at, by=by)
    if status == "verified":
        raise UsageError(
            Text("已核实（verified）不能由人设置", "nobody sets `verified`"),
            Text("改正后请置为 fixed；下一次运行不再发现时自动核实", "Set `fixed`; the next run that no longer finds it verifies it"),
        )  # fmt: skip
    raise UsageError(
        Text(f"没有状态 {status}", f"there is no status {status}"),
        Text(f"可用：{'、'.join(STATUSES[:-1])}", f"It is one of: {', '.join(STATUSES[:-1])}"),
    )


# ── what a run decides ──────────────────────────────────────────────────────────────────────────────────
def status_on(case: CaseState | None, day: str) -> FindingStatus:
    """The state of a finding that holds on a day: a verified one is open again, and so is one whose acceptance is over."""
    if case is None or case.status == "verified":
        return "open"
    if case.status == "accepted" and (case.due is None or case.due < day):
        return "open"
    return case.status


def settled(answer: BreakpointList, cases: Mapping[str, CaseState], kinds: Collection[str]) -> list[CaseState]:
    """The cases that a run changes, in key order: verified where the predicate no longer holds, open where it does again.

    Args:
        answer: the whole list of the run.
        cases: every case by its id.
        kinds: the kinds that were looked for; a case of another kind is left as it is.
    """
    holding = {case_id(finding.key) for finding in answer.findings}
    found = []
    for id_, case in sorted(cases.items()):
        if case.key.partition("|")[0] not in kinds:
            continue
        if id_ not in holding:
            if case.status != "verified":
                found.append(
                    _changed(replace(case, status="verified", due=None, reason=None), answer.computed_at, BY_RUN)
                )
        elif status_on(case, answer.as_of) != case.status:
            found.append(reopened(case, at=answer.computed_at, by=BY_RUN))
    return found


def told(answer: BreakpointList, cases: Mapping[str, CaseState], seen: Mapping[str, tuple[str, str]]) -> BreakpointList:
    """The list with the state of each finding's case, and the days between which runs saw it (its own day where none did)."""
    findings = []
    for finding in answer.findings:
        first, last = seen.get(finding.key, (answer.as_of, answer.as_of))
        findings.append(
            finding.model_copy(
                update={
                    "status": status_on(cases.get(case_id(finding.key)), answer.as_of),
                    "first_seen": min(first, answer.as_of),
                    "last_seen": max(last, answer.as_of),
                }
            )
        )
    return answer.model_copy(update={"findings": tuple(findings)})


def _changed(case: CaseState, at: str, by: str | None, measure: MeasureState | None = None) -> CaseState:
    said = {
        "at": at, "by": by, "status": case.status, "assignee": case.assignee, "due": case.due, "reason": case.reason,
        "note": case.note, "measure": None if measure is None else f"{measure.name} ({measure.status})",
    }  # fmt: skip
    line = json.dumps({name: value for name, value in said.items() if value is not None}, ensure_ascii=False)
    # Lists stand in one cell of a table, separated by semicolons: those of the text are spelt out, which JSON reads back.
    line = line.replace(";", "\\u003b").replace("；", "\\uff1b")
    return replace(case, history=(*case.history, line))
