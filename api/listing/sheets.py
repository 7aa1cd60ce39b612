"""The breakpoint list as a table for spreadsheets: UTF-8 with BOM, and no cell that a spreadsheet would run as a formula."""

from __future__ import annotations

import csv
import io

from graph.values import sheet_cell
from queries.finding import BreakpointList, Finding

COLUMNS = (
    "key", "class", "kind", "severity", "nodes", "message_zh", "message_en", "rule_zh", "rule_en", "clause", "complaints",
    "measure_zh", "measure_en", "unit", "owner", "folded_under", "status", "first_seen", "last_seen",
)  # fmt: skip


def findings_csv(answer: BreakpointList) -> bytes:
    """One row a finding, in the list's order, after a row of headings; several nodes are joined by ``;``."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows([safe(cell) for cell in _cells(finding)] for finding in answer.findings)
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def safe(cell: object) -> object:
    """A cell as a spreadsheet must be given it; None is empty, numbers stay numbers."""
    if cell is None:
        return ""
    return sheet_cell(cell) if isinstance(cell, str) else cell


def _cells(f: Finding) -> tuple[object, ...]:
    return (
        f.key, f.class_, f.kind, f.severity, ";".join(f.nodes), f.message.zh, f.message.en, f.rule.zh, f.rule.en, f.clause,
        f.complaints, f.measure.zh, f.measure.en, f.unit, f.owner, f.folded_under, f.status, f.first_seen, f.last_seen,
    )  # fmt: skip
