"""Writes workbooks for people: formats, headings and cells, in which text stays text whatever it begins with; same content, same bytes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, date, datetime
from types import TracebackType
from typing import IO, Any, Self
from unicodedata import east_asian_width

import xlsxwriter

from graph.subgraph import Label
from graph.values import clip, sheet_cell

A4, A3 = 9, 8
"""Sizes of paper, as Excel numbers them."""
MAX_CELL = 32_000
"""Characters of a cell shown: Excel's limit is 32,767 UTF-16 units."""
_MADE = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)
"""Written as the time of making, so that the same content gives the same bytes."""
_OPTIONS = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}  # fmt: skip
_BORDER = {"border": 1, "border_color": "#D9D9D9"}
_LOOKS: dict[str, dict[str, object]] = {
    "plain": {"valign": "top", "text_wrap": True, **_BORDER},
    "id": {"valign": "top", "font_color": "#595959", "num_format": "@", **_BORDER},
    "edit": {"valign": "top", "text_wrap": True, "bg_color": "#FFF9E5", **_BORDER},
    "edit_date": {"valign": "top", "bg_color": "#FFF9E5", "num_format": "yyyy-mm-dd", **_BORDER},
    "head": {"bold": True, "text_wrap": True, "valign": "vcenter", "bg_color": "#DCE6F1", "border": 1, "border_color": "#A6A6A6"},
    "edit_head": {"bold": True, "text_wrap": True, "valign": "vcenter", "bg_color": "#FFE699", "border": 1, "border_color": "#A6A6A6"},
    "title": {"bold": True, "font_size": 16},
    "section": {"bold": True, "font_size": 12, "font_color": "#1F4E79"},
    "note": {"text_wrap": True, "valign": "top", "font_color": "#595959"},
    "number": {"valign": "top", "num_format": "#,##0.###", **_BORDER},
    "count": {"valign": "top", "num_format": "#,##0", **_BORDER},
    "share": {"valign": "top", "num_format": "0.0%", **_BORDER},
    "good": {"align": "center", "valign": "top", "bg_color": "#E2F0D9", **_BORDER},
    "bad": {"align": "center", "valign": "top", "bg_color": "#FBE0DC", **_BORDER},
    "bad_share": {"valign": "top", "num_format": "0.0%", "bg_color": "#FBE0DC", **_BORDER},
    "empty": {"bg_color": "#F2F2F2", **_BORDER},
    "code": {"align": "center", "valign": "top", "bg_color": "#E8F0FA", **_BORDER},
    "severe": {"align": "center", "valign": "top", "bold": True, "bg_color": "#F4B6AE", **_BORDER},
}  # fmt: skip

_LINE, _MOST_LINES = 16.0, 25
"""Points of a line of text; Excel's rows are at most 409 points high."""
_FILL = 0.92
"""Characters of a column that a line holds, as a share of its width in digits."""
Cell = str | int | float | date | None


class Pen:
    """A workbook being written; leaving the block completes it."""

    def __init__(self, stream: IO[bytes], title: str) -> None:
        self._book = xlsxwriter.Workbook(stream, dict(_OPTIONS))
        self._book.set_properties({"title": title, "created": _MADE})
        self._formats = {name: self._book.add_format(look) for name, look in _LOOKS.items()}
        self._quoted = {name: self._book.add_format({**look, "quote_prefix": True}) for name, look in _LOOKS.items()}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._book.close()

    def sheet(
        self, name: str, widths: Sequence[float], *, landscape: bool = True, repeat: int | None = None, paper: int = A4
    ) -> Page:
        """A sheet with columns of the given widths, printed one page wide, with the rows up to ``repeat`` on every page."""
        sheet = self._book.add_worksheet(name)
        for at, width in enumerate(widths):
            sheet.set_column(at, at, width)
        if landscape:
            sheet.set_landscape()
        sheet.set_paper(paper)
        sheet.fit_to_pages(1, 0)
        sheet.set_footer("&L&A&R&P / &N")
        if repeat is not None:
            sheet.repeat_rows(0, repeat)
        return Page(sheet, widths, self._formats, self._quoted)


class Page:
    """The cells of one sheet, written from the top row by row."""

    def __init__(self, sheet: Any, widths: Sequence[float], formats: dict[str, Any], quoted: dict[str, Any]) -> None:
        self.sheet = sheet
        self._widths = widths
        self._formats, self._quoted = formats, quoted
        self.row = 0

    def write(self, cells: Sequence[tuple[Cell, str]]) -> None:
        """The next row, as high as its texts need: each cell with the name of its look; ``None`` is an empty cell that has the look."""
        texts = zip((value for value, _ in cells), self._widths, strict=False)
        lines = max((_lines(value, width) for value, width in texts if isinstance(value, str)), default=1)
        if lines > 1:
            self.sheet.set_row(self.row, min(lines, _MOST_LINES) * _LINE)
        for at, (value, look) in enumerate(cells):
            self._cell(at, value, look)
        self.row += 1

    def line(self, text: str, look: str, width: int, height: float | None = None) -> None:
        """The next row as one text over so many columns."""
        if height is not None:
            self.sheet.set_row(self.row, height)
        if width > 1:
            self.sheet.merge_range(self.row, 0, self.row, width - 1, "", self._formats[look])
        self._cell(0, text, look)
        self.row += 1

    def skip(self) -> None:
        """An empty row."""
        self.row += 1

    def _cell(self, at: int, value: Cell, look: str) -> None:
        if value is None:
            self.sheet.write_blank(self.row, at, None, self._formats[look])
        elif isinstance(value, str):
            text = printable(value)
            formats = self._quoted if sheet_cell(text) != text or text.startswith("'") else self._formats
            self.sheet.write_string(self.row, at, text, formats[look])
        elif isinstance(value, date):
            self.sheet.write_datetime(self.row, at, value, self._formats[look])
        else:
            self.sheet.write_number(self.row, at, value, self._formats[look])


def _lines(text: str, width: float) -> int:
    """How many lines a text takes in a column; Chinese characters are twice as wide as others."""
    return sum(
        max(1, math.ceil(sum(1.0 + (east_asian_width(ch) in "WF") for ch in part) / (width * _FILL)))
        for part in text.split("\n")
    )


def printable(text: str) -> str:
    """A text as a cell can hold it: at most so long, and without the two characters that XML excludes."""
    return clip(text.replace("\ufffe", "\ufffd").replace("\uffff", "\ufffd"), MAX_CELL)


def both(text: Label) -> str:
    """A text in both languages, Chinese first; once where they are the same."""
    return text.zh if text.zh == text.en else f"{text.zh}\n{text.en}"
