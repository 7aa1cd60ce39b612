"""The sheets of the workbook that people edit: the list with a case a row, the measures, and the parties they may name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import zip_longest

from api.listing.pen import A3, Cell, Page, Pen, both, printable
from api.listing.workbook_columns import (
    CHOICES,
    LIST,
    LIST_COLUMNS,
    MEASURE_COLUMNS,
    MEASURE_WORDS,
    MEASURES,
    STATUS_WORDS,
    Column,
    edit_cells,
    mark,
)
from api.terminal.showing import Namer
from graph.framework import Framework
from graph.records import Ref
from graph.values import string
from queries.breakpoints import KINDS
from queries.finding import BreakpointList, Finding
from queries.finding_cases import CaseState, MeasureState, case_id

SPARE_ROWS = 500
"""Empty rows below the measures that have drop-downs for new ones."""
MOST_ROWS = 1_048_575
"""The last row of a sheet, counted from 0."""
MOST_PARTIES = 20_000
"""Rows of units and owners that the drop-downs look at."""
_CLASSES = {"breakpoint": "断点 breakpoint", "blind_spot": "盲点 blind spot", "risk": "风险 risk"}
_FIRST_DAY = "1900-03-01"
"""Earlier days mean other ones in Excel."""
_SEVERE = 3


def write_list(pen: Pen, answer: BreakpointList, cases: Mapping[str, CaseState], name: Namer) -> None:
    """One row a finding, in the list's order, under frozen headings with a filter; what may be edited is yellow."""
    page = _page(pen, LIST, LIST_COLUMNS, frozen=4)
    for finding in answer.findings:
        case = cases.get(case_id(finding.key), CaseState(finding.key))
        values = _fixed(finding, name) | case_values(finding, case)
        said = [_said(values[column]) for column in edit_cells(LIST_COLUMNS)]
        values["version"] = mark(case.version, said)
        page.write([_cell(column, values.get(column.name), values) for column in LIST_COLUMNS])
    _finish(page, LIST_COLUMNS, len(answer.findings))


def write_measures(pen: Pen, answer: BreakpointList, cases: Mapping[str, CaseState]) -> None:
    """One row a measure of a finding in the list, and empty rows for new ones."""
    page = _page(pen, MEASURES, MEASURE_COLUMNS, frozen=1)
    for finding in answer.findings:
        case = cases.get(case_id(finding.key))
        for measure in case.measures if case is not None else ():
            assert case is not None
            values: dict[str, Cell] = {"key": case.id, "message": both(finding.message), **_measure(measure)}
            values["measure_assignee"] = measure.assignee
            values["version"] = mark(case.version, [_said(values[name]) for name in edit_cells(MEASURE_COLUMNS)])
            page.write([_cell(column, values.get(column.name), values) for column in MEASURE_COLUMNS])
    written = page.row - 1
    for _ in range(SPARE_ROWS):
        page.write([(None, _look(column)) for column in MEASURE_COLUMNS])
    _finish(page, MEASURE_COLUMNS, written + SPARE_ROWS)


def write_choices(pen: Pen, framework: Framework, day: str) -> None:
    """What the drop-downs of assignees and measures offer: the units and owners that stand on the day, the suggested measures."""
    page = pen.sheet(CHOICES, [24, 30, 36, 20, 4, 60], repeat=0)
    heads = ("编号\nId", "名称", "Name", "单位\nUnit", None, "举措\nMeasure")
    page.write([(text, "head") for text in heads])
    parties = [
        ref
        for kind in ("OrgUnit", "Owner")
        for ref in (Ref(kind, id_) for id_ in framework.nodes(kind))
        if framework.present(ref, day)
    ]
    for party, measure in zip_longest(parties, suggested()):
        cells: list[tuple[Cell, str]] = [(None, "plain")] * 4
        if party is not None:
            unit = framework.unit_of(party, day) if party.kind == "Owner" else None
            names = (framework.name(party, "zh"), framework.name(party, "en"), unit)
            cells = [(str(party), "id"), *((text, "plain") for text in names)]
        page.write([*cells, (None, "plain"), (measure, "plain")])
    page.sheet.freeze_panes(1, 0)


def suggested() -> list[str]:
    """The measures that the kinds of findings suggest, each once."""
    return list(dict.fromkeys(f"{kind.measure.zh} {kind.measure.en}" for kind in KINDS.values()))


def case_values(finding: Finding, case: CaseState) -> dict[str, Cell]:
    """What the editable cells of a finding's row say: the state the list shows, and its most pressing measure."""
    measure = next((m for m in case.measures if m.status in ("planned", "in_progress")), None)
    measure = measure or next(iter(case.measures), None)
    return {
        "status": STATUS_WORDS[finding.status], "assignee": case.assignee, "due": case.due if finding.status == case.status else None,
        "reason": case.reason if finding.status == case.status else None, "note": case.note,
        **(_measure(measure) if measure is not None else dict.fromkeys(("measure", "measure_status", "measure_due"))),
    }  # fmt: skip


def _measure(measure: MeasureState) -> dict[str, Cell]:
    return {
        "measure": measure.name, "measure_status": MEASURE_WORDS[measure.status], "measure_due": measure.due,
    }  # fmt: skip


def _fixed(finding: Finding, name: Namer) -> dict[str, Cell]:
    title = KINDS[finding.kind].title
    return {
        "severity": finding.severity, "class": _CLASSES[finding.class_], "kind": f"{finding.kind}\n{title.zh}\n{title.en}",
        "message": both(finding.message), "complaints": finding.complaints,
        "unit": name(finding.unit) if finding.unit is not None else None,
        "owner": name(finding.owner) if finding.owner is not None else None, "suggested": both(finding.measure),
        "folded_under": finding.folded_under, "first_seen": finding.first_seen, "last_seen": finding.last_seen, "clause": finding.clause, "key": case_id(finding.key),
    }  # fmt: skip


def _said(value: Cell) -> str | None:
    """A cell's text as it will be read back."""
    return None if value is None else string(printable(str(value)))


def _page(pen: Pen, sheet: str, columns: Sequence[Column], *, frozen: int) -> Page:
    page = pen.sheet(sheet, [column.width for column in columns], repeat=0, paper=A3)
    page.write([(column.title, "edit_head" if column.edit else "head") for column in columns])
    page.sheet.freeze_panes(1, frozen)
    page.sheet.print_area(0, 0, MOST_ROWS, max(at for at, column in enumerate(columns) if column.edit))
    return page


def _cell(column: Column, value: Cell, values: Mapping[str, Cell]) -> tuple[Cell, str]:
    if column.name == "severity" and isinstance(value, int):
        return value, "severe" if value >= _SEVERE else "code"
    if column.name == "complaints":
        return value, "number"
    if column.edit:
        if column.name in ("due", "measure_due") and isinstance(value, str) and value >= _FIRST_DAY:
            return date.fromisoformat(value), "edit_date"
        return value, _look(column)
    return value, "id" if column.name in ("key", "version") else "plain"


def _look(column: Column) -> str:
    if not column.edit:
        return "id" if column.name == "version" else "plain"
    return "edit_date" if column.name in ("due", "measure_due") else "edit"


def _finish(page: Page, columns: Sequence[Column], rows: int) -> None:
    """Filter and drop-downs; a wrong value is warned of in the sheet and refused when the workbook comes back."""
    last = max(rows, 1)
    page.sheet.autofilter(0, 0, last, len(columns) - 1)
    warning = {
        "error_type": "warning",
        "error_title": "溯源 SuYuan",
        "error_message": "不在可选值内 · not one of the choices",
    }
    parties, measures = (
        f"='{CHOICES}'!$A$2:$A${len(suggested()) + MOST_PARTIES}",
        f"='{CHOICES}'!$F$2:$F${len(suggested()) + 1}",
    )
    lists: dict[str, object] = {
        "status": list(STATUS_WORDS.values())[:-1],
        "measure_status": list(MEASURE_WORDS.values()),
        "assignee": parties,
        "measure_assignee": parties,
        "measure": measures,
    }
    for at, column in enumerate(columns):
        if column.name in lists:
            page.sheet.data_validation(1, at, last, at, {"validate": "list", "source": lists[column.name], **warning})
        elif column.name in ("due", "measure_due"):
            rule = {"validate": "date", "criteria": ">=", "value": date(2000, 1, 1)}
            page.sheet.data_validation(
                1, at, last, at, {**rule, **warning, "error_message": "请填日期，如 2026-03-01 · write a date"}
            )
