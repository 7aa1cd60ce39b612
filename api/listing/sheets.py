"""Tables for spreadsheets: UTF-8 with BOM, and no cell that a spreadsheet would run as a formula; the breakpoint list as one."""

from __future__ import annotations

import csv
from collections.abc import Iterable

from graph.subgraph import Label
from graph.text import Text
from graph.values import sheet_cell
from queries.finding import BreakpointList, Finding

BOM = b"\xef\xbb\xbf"
"""With what a file begins that a spreadsheet is to read as UTF-8."""

COLUMNS = (
    "key", "class", "kind", "severity", "nodes", "message_zh", "message_en", "rule_zh", "rule_en", "clause", "complaints",
    "measure_zh", "measure_en", "unit", "owner", "folded_under", "status", "first_seen", "last_seen",
)  # fmt: skip


def findings_csv(answer: BreakpointList) -> bytes:
    """One row a finding, in the list's order, after a row of headings; several nodes are joined by ``;``."""
    return BOM + b"".join(map(csv_row, (COLUMNS, *map(_cells, answer.findings))))


class _Echo:
    """A file that gives back what is written to it."""

    def write(self, text: str) -> str:
        return text


_WRITER = csv.writer(_Echo(), lineterminator="\r\n")


def csv_row(cells: Iterable[object]) -> bytes:
    """A row of a file for spreadsheets."""
    return str(_WRITER.writerow(list(map(safe, cells)))).encode()


def in_one_cell(words: Label | Text) -> str:
    """A text in both languages, Chinese first; once where they are the same."""
    return words.zh if words.zh == words.en else f"{words.zh} | {words.en}"


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
