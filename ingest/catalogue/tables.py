"""Reads the catalogue's CSV files and the plan's text, which travel with the package."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from graph.errors import Where

_PACKAGE = "ingest.catalogue"


@dataclass(frozen=True)
class Row:
    """One data row of a file: its cells by heading and the line it stands on."""

    file: str
    number: int
    cells: dict[str, str]

    def __getitem__(self, heading: str) -> str:
        """The cell under a heading, stripped; a heading the file does not have is an error of ours and raises KeyError."""
        return self.cells[heading]

    def get(self, heading: str) -> str:
        """The cell under a heading, or the empty string where the file has no such column."""
        return self.cells.get(heading, "")

    def many(self, heading: str) -> tuple[str, ...]:
        """The parts of a cell that holds a list separated by ``;``."""
        return tuple(part for part in (piece.strip() for piece in self[heading].split(";")) if part)

    @property
    def where(self) -> Where:
        """The place of the row, for records and messages."""
        return Where(file=self.file, row=self.number)


@cache
def rows(name: str) -> tuple[Row, ...]:
    """The data rows of ``<name>.csv`` in file order; the heading is line 1."""
    file = f"{name}.csv"
    reader = csv.DictReader(io.StringIO(_text(file), newline=""))
    return tuple(
        Row(file, reader.line_num, {heading: (cell or "").strip() for heading, cell in cells.items()})
        for cells in reader
    )


@cache
def plan_text() -> str:
    """The plan 《端到端服务过程质量管理体系建设实施方案》 (2020), word for word: what a ``plan`` row may quote."""
    return _text("plan.txt")


def _text(file: str) -> str:
    return files(_PACKAGE).joinpath(file).read_text(encoding="utf-8")
