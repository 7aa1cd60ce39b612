"""Writes workbooks in our layout through xlsxwriter, row by row: text stays text whatever it begins with, and the same rows give the same bytes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, tzinfo
from types import TracebackType
from typing import IO, Any, Self

import xlsxwriter
from xlsxwriter.exceptions import FileCreateError

from graph.errors import UsageError
from graph.records import NodeRow
from graph.text import Text
from graph.values import Value, clip, instant
from ingest.resolver import SEPARATOR
from ingest.workbook import NO, YES, Column, Layout

MAX_ROWS = 1_048_576
"""Rows of a sheet, the heading among them."""
MAX_CELL = 32_767
"""UTF-16 units of a cell's text."""
_FIRST_DAY = "1900-03-01"
"""Earlier days mean other ones in Excel, which counts a 29 February 1900."""
_MADE = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)
"""Written as the time of making, so that the same content gives the same bytes."""
_FORMULA = ("=", "+", "-", "@", "'", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_OPTIONS = {
    "constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
}  # fmt: skip
_WIDTHS = {"id": 16, "name": 24, "text": 50, "note": 36}


class BookWriter:
    """A workbook being written; leaving the block completes it and removes what xlsxwriter keeps on disk meanwhile, after an error, too."""

    def __init__(self, stream: IO[bytes], zone: tzinfo) -> None:
        self._zone = zone
        self._book = xlsxwriter.Workbook(stream, dict(_OPTIONS))
        self._book.set_properties({"title": "SuYuan 溯源", "created": _MADE})
        self._head = self._book.add_format({"bold": True, "bg_color": "#DCE6F1", "bottom": 1, "num_format": "@"})
        self._text = self._book.add_format({"num_format": "@"})
        self._quoted = self._book.add_format({"num_format": "@", "quote_prefix": True})
        self._date = self._book.add_format({"num_format": "yyyy-mm-dd"})
        self._moment = self._book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        self._wrapped = self._book.add_format({"text_wrap": True, "valign": "top"})

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._book.close()
        except FileCreateError as wrapped:
            reason = wrapped.args[0] if wrapped.args else None
            raise (reason if isinstance(reason, OSError) else OSError(str(wrapped))) from wrapped

    def sheet(self, layout: Layout) -> SheetWriter:
        """A sheet with its heading: frozen, each column explained by a comment, with a drop-down where values are to choose from."""
        sheet = self._book.add_worksheet(layout.name)
        sheet.freeze_panes(1, 1)
        for at, column in enumerate(layout.columns):
            sheet.set_column(at, at, _WIDTHS.get(column.name, 18), self._format(column))
            if column.choices:
                sheet.data_validation(
                    1, at, MAX_ROWS - 1, at,
                    {"validate": "list", "source": list(column.choices), "error_type": "warning",
                     "error_title": "溯源 SuYuan", "error_message": "不在可选值内 · not one of the choices"},
                )  # fmt: skip
            sheet.write_string(0, at, column.heading, self._head)
            sheet.write_comment(
                0, at, f"{column.help.zh}\n{column.help.en}", {"author": "SuYuan", "width": 260, "height": 110}
            )
        return SheetWriter(sheet, layout, self._zone, self._text, self._quoted, self._date)

    def guide(self, name: str, rows: Sequence[Sequence[str]]) -> None:
        """A sheet of plain text that explains the others."""
        sheet = self._book.add_worksheet(name)
        sheet.set_column(0, 0, 26, self._wrapped)
        sheet.set_column(1, 20, 22, self._wrapped)
        for number, row in enumerate(rows):
            for at, text in enumerate(row):
                sheet.write_string(number, at, text, self._wrapped if len(row) > 1 else None)

    def _format(self, column: Column) -> Any:
        if column.prop is None or column.prop.type in ("string", "strings"):
            return self._text
        return {"date": self._date, "moment": self._moment}.get(column.prop.type)


class SheetWriter:
    """The rows of one sheet, from the second on."""

    def __init__(self, sheet: Any, layout: Layout, zone: tzinfo, text: Any, quoted: Any, day: Any) -> None:
        self._sheet, self._layout, self._zone = sheet, layout, zone
        self._text, self._quoted, self._date = text, quoted, day
        self._row = 0

    def write(self, element: str, values: Sequence[Value | None]) -> None:
        """One row, a value a column.

        Raises:
            UsageError: the sheet is full, or a cell cannot hold a value so that it comes back as it is; names ``element``.
        """
        self._row += 1
        if self._row >= MAX_ROWS:
            raise too_many_rows(self._layout.name)
        for at, (column, value) in enumerate(zip(self._layout.columns, values, strict=True)):
            if value is None:
                continue
            shown = _shown(column, value, element, self._zone)
            if isinstance(shown, date):
                self._sheet.write_datetime(self._row, at, shown, self._date)
            elif isinstance(shown, str):
                _check_cell(shown, column, element)
                self._sheet.write_string(
                    self._row, at, shown, self._quoted if shown.startswith(_FORMULA) else self._text
                )
            else:
                self._sheet.write_number(self._row, at, shown)


def too_many_rows(name: str) -> UsageError:
    """The graph is too large for a workbook."""
    return UsageError(
        Text(f"{name} 超过 Excel 的 {MAX_ROWS - 1} 行", f"{name}: more than the {MAX_ROWS - 1} rows Excel holds"),
        Text("请用 --kind 只导出需要的类型，或导出为 .jsonl", "Export some kinds with --kind, or write .jsonl"),
    )


def not_in_a_cell(element: str, column: str, why: Text) -> UsageError:
    """A value that would not come back from a workbook as it is."""
    return UsageError(
        Text(f"{element} 的 {column} 无法原样写入工作簿：{why.zh}", f"{column} of {element} would not come back from a workbook as it is: {why.en}"),
        Text("请导出为 .jsonl，或先改正该值", "Write .jsonl, or correct the value first"),
    )  # fmt: skip


def row_of(layout: Layout, node: NodeRow, links: dict[str, str]) -> list[Value | None]:
    """A node's cells in the order of the columns; ``links`` holds the cells of its link columns."""
    return [
        node.id if column.name == "id" else node.props.get(column.name) if column.prop is not None else links.get(column.name)
        for column in layout.columns
    ]  # fmt: skip


def _shown(column: Column, value: Value, element: str, zone: tzinfo) -> str | int | float | date:
    """The value as its cell holds it."""
    prop = column.prop
    if isinstance(value, bool):
        return YES if value else NO
    if isinstance(value, tuple):
        if any(SEPARATOR.search(part) for part in value):
            why = Text("列表的一项含有分号", "an item of the list holds a semicolon")
            raise not_in_a_cell(element, column.name, why)
        return ";".join(value)
    if isinstance(value, int | float):
        # xlsxwriter writes 16 digits; what needs more goes as text, which is read as exactly
        return value if float(f"{value:.16G}") == value and abs(value) < 2**53 else str(value) if isinstance(value, int) else repr(value)  # fmt: skip
    if prop is not None and prop.labels and value in prop.choices:
        return prop.labels[prop.choices.index(value)]
    if prop is not None and prop.type == "date" and value >= _FIRST_DAY:
        return date.fromisoformat(value)
    if prop is not None and prop.type == "moment":
        return _local(value, zone)
    return value


def _local(moment: str, zone: tzinfo) -> str:
    """A canonical moment in the zone, with its offset, so that it means the same under any setting."""
    try:
        local = instant(moment).astimezone(zone)
    except OverflowError:
        return moment
    offset = local.utcoffset()
    if offset is None or offset.total_seconds() % 60 or local.year < 1000:
        return moment
    return local.isoformat(" ")


def _check_cell(text: str, column: Column, element: str) -> None:
    if len(text) > MAX_CELL // 2 and len(text.encode("utf-16-le")) // 2 > MAX_CELL:
        why = Text(f"超过 Excel 单元格的 {MAX_CELL} 字", f"it is longer than the {MAX_CELL} characters of a cell")
    elif not text.isascii() and ("\ufffe" in text or "\uffff" in text):
        why = Text(f"含有 XML 不允许的字符：{clip(text)!r}", f"it holds a character that XML excludes: {clip(text)!r}")
    else:
        return
    raise not_in_a_cell(element, column.name, why)
