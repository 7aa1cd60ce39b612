"""The deliverable of the programme office: one bilingual workbook of list, cases, measures and matrices, to be edited and loaded back."""

from __future__ import annotations

from typing import IO

from api.context import AsOf
from api.listing.matrices import material
from api.listing.matrix_sheets import draw
from api.listing.pen import Pen
from api.listing.recent import Progress
from api.listing.workbook_cover import write_cover
from api.listing.workbook_guide import write_guide
from api.listing.workbook_list import write_choices, write_list, write_measures
from api.serving import Serving
from graph.errors import UsageError
from graph.text import Text
from queries.finding import BreakpointList
from queries.matrices.registry import MATRICES

MAX_FINDINGS = 1_048_000
"""Rows a sheet can hold."""


def deliver(
    desk: Serving, answer: BreakpointList, as_of: AsOf, stream: IO[bytes], progress: Progress | None = None, *, traced: bool = True
) -> None:  # fmt: skip
    """Write the workbook of a list, whole or selected.

    Args:
        desk: the store, for cases, names and matrices.
        answer: the findings to write, one row each.
        as_of: the day of the list.
        stream: where the bytes go; the same content gives the same bytes.
        progress: called with how many complaints are traced so far.
        traced: also write the matrices that need traces.

    Raises UsageError when there are more findings than a sheet has rows.
    """
    if len(answer.findings) > MAX_FINDINGS:
        raise UsageError(
            Text(f"断点多于 Excel 的行数：{len(answer.findings)}", f"more findings than Excel has rows: {len(answer.findings)}"),
            Text("请用 --unit 或 --kind 分开导出，或导出 CSV", "Export by --unit or --kind, or write CSV"),
        )  # fmt: skip
    cases = desk.listing.cases()
    stuff = material(desk, as_of, progress)
    matrices = [kind.of(stuff) for kind in MATRICES.values() if traced or not kind.traced]
    name = desk.namer("zh")
    with Pen(stream, "SuYuan 溯源 断点·盲点·风险清单") as pen:
        write_cover(pen, answer, matrices, desk.namer("zh"), desk.namer("en"))
        write_list(pen, answer, cases, name)
        write_measures(pen, answer, cases)
        for matrix in matrices:
            draw(pen, matrix)
        write_choices(pen, desk.snapshot().framework, as_of.day)
        write_guide(pen)
