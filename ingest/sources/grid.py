"""What any table is before its meaning is known, a CSV file or a sheet of a workbook: a heading and numbered rows of text cells."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple, Protocol

from graph.errors import InputError, Where
from graph.text import Text

MAX_COLUMNS = 1_000
"""More columns than any table of ours or any export has: a heading with more is a broken file."""


class Row(NamedTuple):
    """One row: its number as a spreadsheet counts, its cells, or why it cannot be read."""

    number: int
    cells: list[str]
    broken: Text | None = None


class Grid(Protocol):
    """A table whose heading was read."""

    @property
    def header(self) -> tuple[str, ...]:
        """The headings, without trailing blanks."""
        ...

    @property
    def head_row(self) -> int:
        """The number of the row the headings stand in."""
        ...

    @property
    def where(self) -> Where:
        """The file, and the sheet if it is one of a workbook."""
        ...

    def rows(self) -> Iterator[Row]:
        """Every row that is not blank; each has exactly as many cells as the heading, or comes with ``broken``."""
        ...


def check_heading(names: Sequence[str], where: Where, row: int = 1) -> None:
    """Raise InputError when a heading is empty, too wide, has a gap or the same name twice."""
    if len(names) > MAX_COLUMNS:
        raise InputError(
            Text(f"表头有 {len(names)} 列，上限 {MAX_COLUMNS}", f"the heading has {len(names)} columns, at most {MAX_COLUMNS} are read"),
            Text("请检查分隔符，或只导出需要的列", "Check the delimiter, or export the columns you need"), where,
        )  # fmt: skip
    if not names:
        raise InputError(
            Text("第一行没有列名", "the first row holds no headings"),
            Text("请在第一行写列名", "Put the headings into the first row"),
            where,
        )
    for place, name in enumerate(names, start=1):
        if not name:
            raise InputError(
                Text(f"第 {place} 列没有列名", f"column {place} has no heading"),
                Text("请补上列名或删去该列", "Name the column or remove it"), where._replace(row=row),
            )  # fmt: skip
        if name in names[: place - 1]:
            raise twice(name, where, row)


def twice(name: str, where: Where, row: int = 1) -> InputError:
    """Two columns with the same meaning."""
    return InputError(
        Text(f"列 {name} 出现了两次", f"column {name} stands twice"),
        Text("请合并或删去其中一列", "Merge them or remove one"), where._replace(row=row, field=name),
    )  # fmt: skip


def too_many(found: int, expected: int) -> Text:
    """Why a row with more cells than headings cannot be read."""
    return Text(
        f"有 {found} 个单元格，表头只有 {expected} 列；含分隔符的文本请加引号",
        f"{found} cells, but the heading has {expected}; put texts that hold the delimiter in quotes",
    )


def row_text(cells: Sequence[str]) -> str:
    """A row as it might stand in a file, for the rejects; one cell alone as it is."""
    if len(cells) == 1:
        return cells[0]
    return ",".join(
        '"' + cell.replace('"', '""') + '"' if any(ch in cell for ch in ',"\n\r') else cell for cell in cells
    )
