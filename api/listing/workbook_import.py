"""Loads an edited workbook of the list back: row by row, only what people changed, and nothing over a newer state."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from api.context import AsOf
from api.listing.casework import cleaned
from api.listing.deciding import case_to_change
from api.listing.workbook_reading import Said, read_workbook
from api.serving import Serving
from graph.errors import UsageError
from graph.records import Outcome, Refusal
from graph.settings import settings
from graph.text import Text
from ingest.items import shorten
from ingest.rejects import Rejects
from ingest.report import IngestReport, Notes, Tally
from queries.case_edit import CaseEdit, MeasureEdit, edited
from queries.finding import BreakpointList
from queries.finding_cases import CaseState

SOURCE = "cases"
_BY = "workbook"


def import_workbook(
    desk: Serving, path: Path, as_of: AsOf, at: str, *, dry_run: bool = False, rejects: Path | None = None
) -> IngestReport:
    """Apply what people changed in a workbook of the list; every row is counted as changed, unchanged or refused.

    The rows of one finding, its measures among them, are applied together or refused together. A row is refused when its
    case has changed since the export and does not already say what the row says, when it states what the life cycle does
    not allow, or when its key is unknown; all other rows are written in one transaction.

    Raises:
        InputError: the workbook cannot be read. UsageError: the rejects file cannot be written. StoreError: see ``graph.errors``.
    """
    notes = Notes()
    rows = read_workbook(path, settings().zone, notes)
    by_key: dict[str, list[Said]] = {}
    for row in rows:
        by_key.setdefault(row.key, []).append(row)
    tally = Tally()

    def change(cases: Mapping[str, CaseState], answer: BreakpointList) -> Sequence[CaseState]:
        changed = []
        for key, group in by_key.items():
            outcome = _apply(desk, cases, answer, key, group, as_of, at)
            if isinstance(outcome, CaseState):
                changed.append(outcome)
            _count(tally, group, outcome, rejected)
        return [] if dry_run else changed

    with Rejects(rejects, masked=settings().mask) as rejected:
        desk.listing.change(as_of.day, at, change)
    return tally.report([SOURCE], dry_run, notes)


def _apply(
    desk: Serving, cases: Mapping[str, CaseState], answer: BreakpointList, key: str, group: Sequence[Said], as_of: AsOf, at: str
) -> CaseState | Text | None:  # fmt: skip
    """The case as the rows of a key want it; None where they say nothing new; the reason where they are refused."""
    rows = [row for row in group if row.edited]
    if not rows:
        return None
    fault = next((row.fault for row in rows if row.fault is not None), None)
    if fault is not None:
        return fault
    try:
        case = case_to_change(cases, answer, key)
        after = edited(case, cleaned(_edit(desk, rows)), today=as_of.day, at=at, by=_BY)
    except UsageError as error:
        return Text(f"{error.what.zh}；{error.mend.zh}", f"{error.what.en}; {error.mend.en}")
    if after is case:
        return None
    if any(row.version not in (None, case.version) for row in rows):
        return _conflict(case)
    return after


def _edit(desk: Serving, rows: Sequence[Said]) -> CaseEdit:
    """What the rows of one finding state together: the list's row the case, each row that names one a measure."""
    measures = []
    stated: Mapping[str, str | None] | None = None
    for row in rows:
        cells = row.cells
        if row.kind == "FindingCase":
            stated = cells
        name = cells["measure"]
        if name is not None:
            who = _party(desk, cells.get("measure_assignee"))
            measures.append(MeasureEdit(name, cells["measure_status"], cells["measure_due"], who))
    if stated is None:
        return CaseEdit(measures=measures)
    return CaseEdit(
        stated["status"], _party(desk, stated["assignee"]), stated["due"], stated["reason"], stated["note"], measures, whole=True
    )  # fmt: skip


def _party(desk: Serving, text: str | None) -> str | None:
    return None if text is None else str(desk.find(text, ("Owner", "OrgUnit")))


def _conflict(case: CaseState) -> Text:
    state = " · ".join(filter(None, (case.status, case.assignee, case.due, case.reason, case.note)))
    return Text(
        f"该条在导出之后已被改动，现为：{state}；请重新导出后再改",
        f"changed since the export; it is now: {state}; export again and edit that",
    )


def _count(tally: Tally, group: Sequence[Said], outcome: CaseState | Text | None, rejected: Rejects) -> None:
    for row in group:
        tally.read[row.kind] += 1
        if isinstance(outcome, Text) and row.edited:
            content = shorten(json.dumps({"key": row.key, **row.cells}, ensure_ascii=False))
            tally.refused[row.kind] += 1
            rejected.write(Refusal(row.kind, row.where, outcome, content))
        else:
            written = isinstance(outcome, CaseState) and row.edited
            tally.stored(row.kind, Outcome.CHANGED if written else Outcome.UNCHANGED)
