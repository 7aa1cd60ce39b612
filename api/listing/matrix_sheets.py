"""A matrix as a file: CSV for machines and spreadsheets, a sheet of a workbook for people, both without cells that would run."""

from __future__ import annotations

from typing import IO

from api.listing.pen import Cell, Pen, both
from api.listing.sheets import BOM, csv_row, in_one_cell
from graph.subgraph import Label
from graph.text import Lang
from queries.matrices.matrix import Cell as MatrixCell
from queries.matrices.matrix import Column, Form, Matrix

_YES, _NO = "✓", "✗"
_WIDTHS: dict[Form, float] = {
    "codes": 9,
    "refs": 24,
    "count": 11,
    "number": 11,
    "share": 11,
    "coverage": 11,
    "flag": 13,
    "words": 30,
}
_LOOKS: dict[Form, str] = {"codes": "code", "refs": "plain", "count": "count", "number": "number", "share": "share", "coverage": "share", "flag": "good", "words": "plain"}  # fmt: skip
_LEAST_BAD = 0.5
"""A coverage below this is shown as bad."""


def matrix_csv(matrix: Matrix) -> bytes:
    """A row of headings, then a row of the matrix a row: id, group and title in both languages, the cells. UTF-8 with BOM."""
    lines = [csv_row(("id", "group_zh", "group_en", "title_zh", "title_en", *map(_heading, matrix.columns)))]
    for row in matrix.rows:
        group = row.group or Label(zh="", en="")
        lines.append(csv_row((row.id, group.zh, group.en, row.title.zh, row.title.en, *map(_plain, row.cells))))
    return BOM + b"".join(lines)


def matrix_xlsx(matrix: Matrix, stream: IO[bytes]) -> None:
    """A workbook of this one matrix."""
    with Pen(stream, f"SuYuan 溯源 {matrix.name}") as pen:
        draw(pen, matrix)


def draw(pen: Pen, matrix: Matrix) -> None:
    """The matrix as a sheet: title, what a cell means, frozen headings with a filter, cells by colour."""
    fixed = 3
    widths = [22.0, 16.0, 30.0, *(_WIDTHS[column.form] for column in matrix.columns)]
    page = pen.sheet(sheet_name(matrix), widths)
    page.line(both(matrix.title).replace("\n", " · "), "title", 1, 24)
    for text in (matrix.about.zh, matrix.about.en):
        page.line(text, "note", max(6, fixed), 62)
    page.line(f"{matrix.as_of} · {matrix.revision.framework}.{matrix.revision.facts}", "note", 1)
    head = page.row
    headings = ["编号\nId", "组\nGroup", "名称\nName", *(_words(column) for column in matrix.columns)]
    page.write([(heading, "head") for heading in headings])
    for row in matrix.rows:
        group = None if row.group is None else both(row.group)
        cells: list[tuple[Cell, str]] = [(row.id, "id"), (group, "plain"), (both(row.title), "plain")]
        cells += [_drawn(column, cell) for column, cell in zip(matrix.columns, row.cells, strict=True)]
        page.write(cells)
    page.sheet.freeze_panes(head + 1, fixed)
    if matrix.rows:
        page.sheet.autofilter(head, 0, page.row - 1, fixed + len(matrix.columns) - 1)
    page.sheet.repeat_rows(head, head)


def plain_cell(cell: MatrixCell, lang: Lang) -> str | int | float | None:
    """A cell as it is shown on a screen."""
    if isinstance(cell, Label):
        return cell.in_(lang)
    if isinstance(cell, bool):
        return _YES if cell else _NO
    return cell


def sheet_name(matrix: Matrix) -> str:
    """The name of its sheet: what it is called before the colon, and its own name."""
    return f"{matrix.title.zh.partition('：')[0]} {matrix.name}"[:31]


def _heading(column: Column) -> str:
    return " ".join(dict.fromkeys((column.id, column.title.zh, column.title.en)))


def _words(column: Column) -> str:
    words = both(column.title)
    return f"{words}\n{column.id}" if ":" in column.id else words


def _plain(cell: MatrixCell) -> str | int | float | None:
    if isinstance(cell, Label):
        return in_one_cell(cell)
    return str(cell).lower() if isinstance(cell, bool) else cell


def _drawn(column: Column, cell: MatrixCell) -> tuple[Cell, str]:
    if isinstance(cell, Label):
        return both(cell), "plain"
    if cell is None:
        return None, "empty"
    if isinstance(cell, bool):
        return (_YES, "good") if cell else (_NO, "bad")
    if column.form == "coverage" and isinstance(cell, int | float):
        return cell, "share" if cell >= _LEAST_BAD else "bad_share"
    if isinstance(cell, str):
        return cell.replace(" ", "\n") if column.form == "refs" else cell, _LOOKS[column.form]
    return cell, "count" if column.form == "flag" else _LOOKS[column.form]
