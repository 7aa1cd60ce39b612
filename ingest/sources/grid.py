"""What any table is before its heading is known, a CSV file or a sheet of a workbook: numbered rows of text cells, and where it stands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple, Protocol

from graph.errors import InputError, Where
from graph.text import Text

MAX_COLUMNS = 1_000
"""More columns than any table of ours or any export has: a heading with more is a broken file."""
ERROR_VALUES = frozenset(("#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!"))
NO_RESULT = "="
"""The fault of a formula cell that carries no result."""


class Fault(NamedTuple):
    """A cell that holds no value: its column (from 0) and ``#N/A`` or the like, or ``NO_RESULT``."""

    column: int
    code: str


class Row(NamedTuple):
    """One row: its number as a spreadsheet counts, its cells, or why it cannot be read; cells that hold no value."""

    number: int
    cells: list[str]
    broken: Text | None = None
    faults: tuple[Fault, ...] = ()
    part_of_broken: int = -1
    """For a line read on its own because the row above it swallowed it: how many cells it has, empty ones too; else -1."""


class Merge(NamedTuple):
    """A merged area, both ends included: rows from 1, columns from 0; its value stands in the first cell."""

    top: int
    left: int
    bottom: int
    right: int


class Counted(NamedTuple):
    """Something that was done to the cells of a column on reading: the column (from 0), what, and to how many."""

    column: int
    what: str
    cells: int


class Raw(Protocol):
    """A table as it stands in its file."""

    @property
    def where(self) -> Where:
        """The file, and the sheet if it is one of a workbook."""
        ...

    @property
    def merges(self) -> tuple[Merge, ...]:
        """Merged areas; a CSV file has none."""
        ...

    @property
    def epoch_1904(self) -> bool:
        """Whether serial dates count from 1904."""
        ...

    @property
    def read_as(self) -> tuple[Counted, ...]:
        """What the reader did to cells: codes of ``ingest.cells.READ_AS``."""
        ...

    @property
    def exact_width(self) -> bool:
        """Whether a row with more cells than headings is broken (CSV) rather than one with a cell beside the table."""
        ...

    def rows(self) -> Iterator[Row]:
        """Every row that is not empty, from the top, cells as they stand, none after the last that is filled."""
        ...


def refuse_too_wide(cells: Sequence[str], where: Where) -> None:
    """Raise InputError when a row that would be the heading has more cells than any table has columns."""
    if len(cells) > MAX_COLUMNS:
        raise InputError(
            Text(f"表头有 {len(cells)} 列，上限 {MAX_COLUMNS}", f"the heading has {len(cells)} columns, at most {MAX_COLUMNS} are read"),
            Text("请检查分隔符，或只导出需要的列", "Check the delimiter, or export the columns you need"), where,
        )  # fmt: skip


def no_heading(where: Where) -> InputError:
    """None of the first rows can be the heading."""
    return InputError(
        Text("前几行中没有列名", "the first rows hold no headings"),
        Text("请在数据上方写列名", "Put the headings above the data"),
        where,
    )


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


def place_text(where: Where) -> Text:
    """The file and sheet as a note begins with them."""
    if not where.sheet:
        return Text(where.file, where.file)
    return Text(f"{where.file} 工作表 {where.sheet}", f"{where.file}, sheet {where.sheet}")


def letter(column: int) -> str:
    """A column's letter as spreadsheets show it: 0 is A, 26 is AA."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def row_text(cells: Sequence[str]) -> str:
    """A row as it might stand in a file, for the rejects; one cell alone as it is."""
    if len(cells) == 1:
        return cells[0]
    return ",".join(
        '"' + cell.replace('"', '""') + '"' if any(ch in cell for ch in ',"\n\r') else cell for cell in cells
    )
