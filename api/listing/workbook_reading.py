"""Reads an edited workbook of the list: the rows that say something else than when they were exported."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from api.listing.workbook_columns import (
    GUIDE,
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
from graph.errors import InputError, Where
from graph.text import Text
from graph.values import BadValue, clip, date_, string
from ingest.report import Notes
from ingest.sources.grid import Row as RawRow
from ingest.sources.xlsx_book import Sheet, Workbook
from ingest.sources.xlsx_zip import unfolded_size

_NAME = re.compile(r"\[(\w+)\]\s*\Z")
_INDEX = "xl/workbook.xml"
_LONGEST_INDEX = 1_000_000


class Said(NamedTuple):
    """One row that people may have edited.

    ``cells``: what its editable cells say, by column: statuses as their names, dates as ``YYYY-MM-DD``. ``version``: the state
    it was exported from, None for a row that somebody added. ``fault``: why it cannot be read.
    """

    kind: str
    where: Where
    key: str
    cells: Mapping[str, str | None]
    edited: bool
    version: str | None
    fault: Text | None = None


def is_list_workbook(path: Path) -> bool:
    """Whether a file is a workbook that holds the sheet of the list."""
    if not zipfile.is_zipfile(path):
        return False
    try:
        unfolded_size(path, Where(path.name))
        with zipfile.ZipFile(path) as archive, archive.open(_INDEX) as part:
            return f'"{LIST}"' in part.read(_LONGEST_INDEX).decode("utf-8", "replace")
    except (InputError, KeyError, OSError, zipfile.BadZipFile):
        return False  # whoever loads it as a table says what is wrong with it


def read_workbook(path: Path, zone: ZoneInfo, notes: Notes) -> list[Said]:
    """Every row of the list and of the measures that holds anything, in order.

    Raises InputError where the workbook, or the heading of a sheet, cannot be read.
    """
    with closing(Workbook(path, path.name, notes, GUIDE)) as book:
        sheets = {sheet.where.sheet: sheet for sheet in book.sheets}
        found = list(_rows(sheets[LIST], "FindingCase", LIST_COLUMNS, zone)) if LIST in sheets else []
        if MEASURES in sheets:
            found += _rows(sheets[MEASURES], "Measure", MEASURE_COLUMNS, zone)
        return found


def _rows(sheet: Sheet, kind: str, columns: Sequence[Column], zone: ZoneInfo) -> Iterator[Said]:
    rows = sheet.rows()
    heading = next(rows)
    places = {match[1]: at for at, cell in enumerate(heading.cells) if (match := _NAME.search(cell)) is not None}
    wanted = [*edit_cells(columns), "key", "version"]
    missing = [name for name in wanted if name not in places]
    if missing:
        raise InputError(
            Text(f"表头缺少列：{'、'.join(missing)}", f"the heading lacks the columns {', '.join(missing)}"),
            Text("请保留导出时的表头（方括号中的列名）", "Keep the heading as exported, with the names in brackets"),
            sheet.where._replace(row=heading.number),
        )
    for row in rows:
        texts = {name: _text(row, at) for name, at in places.items()}
        if any(texts[name] for name in wanted):
            yield _said(kind, sheet.where._replace(row=row.number), texts, columns, zone)


def _text(row: RawRow, at: int) -> str:
    return row.cells[at].strip() if at < len(row.cells) else ""


def _said(kind: str, where: Where, texts: Mapping[str, str], columns: Sequence[Column], zone: ZoneInfo) -> Said:
    cells: dict[str, str | None] = {}
    key, stamp = texts["key"], texts["version"]
    version = stamp.partition(".")[0] or None
    for name in edit_cells(columns):
        try:
            cells[name] = _value(name, texts[name], zone)
        except BadValue as error:
            return Said(kind, where._replace(field=name), key, cells, True, version, error.reason)
    said = [_written(name, value) for name, value in cells.items()]
    return Said(kind, where, key, cells, version is None or mark(version, said) != stamp, version)


def _value(name: str, text: str, zone: ZoneInfo) -> str | None:
    if not text:
        return None
    if name in ("status", "measure_status"):
        return _choice(text, STATUS_WORDS if name == "status" else MEASURE_WORDS)
    if name in ("due", "measure_due"):
        return date_(text, zone)
    if name in ("assignee", "measure_assignee"):
        return text.split()[0] if re.match(r"(Owner|OrgUnit):\S", text) else string(text)
    return string(text)


def _choice(text: str, words: Mapping[str, str]) -> str:
    """A status by its word, or by the Chinese or English half of it."""
    for name, word in words.items():
        if text.casefold() in (word.casefold(), *word.casefold().split(" ")):
            return name
    raise BadValue(
        Text(f"不在可选值内：{clip(text)}；可填 {'、'.join(words.values())}", f"not one of the choices: {clip(text)}; write one of {', '.join(words)}")
    )  # fmt: skip


def _written(name: str, value: str | None) -> str | None:
    """What the cell of a value held when it was exported."""
    if value is None or name not in ("status", "measure_status"):
        return value
    return (STATUS_WORDS if name == "status" else MEASURE_WORDS)[value]
