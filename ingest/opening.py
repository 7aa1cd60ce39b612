"""Opens one file of an input: tells what it is by its content and gives its tables, by their own names or as a mapping chooses them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from graph.errors import InputError, Where, nearest
from graph.text import Text
from ingest.headed import HeadedTable
from ingest.heads import Wanted
from ingest.mapping import MappingFile
from ingest.names import Meaning, table_meaning
from ingest.report import Notes
from ingest.sources.csv_table import CsvTable, open_csv
from ingest.sources.text_file import TextFile
from ingest.sources.xlsx_book import Sheet, Workbook, left_out
from ingest.tables import Table, meaning_of, understand, wanted
from ingest.workbook import GUIDE

_SUFFIXES = (".csv", ".csv.gz", ".tsv", ".tsv.gz", ".txt", ".jsonl", ".jsonl.gz", ".ndjson")
_UNNAMED = re.compile(r"(?:sheet|工作表|表)[ _-]?\d*\Z", re.IGNORECASE)
"""What a spreadsheet program calls a sheet that nobody named."""
_ANY = Wanted(lambda text: False, lambda names: True)
_HEADER_ONLY = "{} 只有表头，没有数据行", "{} holds a heading and no rows"


@dataclass(frozen=True)
class Input:
    """One file to load and whose word it is."""

    path: Path
    shown: str
    source: str


def native_tables(entry: Input, text: TextFile | None, notes: Notes, stack: ExitStack) -> Iterator[Table]:
    """The tables of a file that follow our own layout, each understood by its name and headings."""
    if text is not None:
        named = table_meaning(stem_of(entry.path))
        table = csv_table(text, wanted(named) if named is not None else _ANY, notes)
        found = [understand(table, meaning_of(table, stem_of(entry.path)), notes)]
    else:
        found = [understand(sheet, meaning, notes) for sheet, meaning in _own_sheets(entry, notes, stack)]
    for understood in found:
        note_if_empty(understood.file, notes)
        yield understood


def _own_sheets(entry: Input, notes: Notes, stack: ExitStack) -> Iterator[tuple[Sheet, Meaning]]:
    """The visible sheets of a workbook and what their names mean; a single one that nobody named goes by the file's name."""
    book = _workbook(entry, notes, stack)
    visible = [sheet for sheet in book.sheets if sheet.visible]
    for sheet in book.sheets:
        if not sheet.visible:
            notes.add(left_out(sheet.where, Text(f"已隐藏（{sheet.count} 行）", f"it is hidden ({sheet.count} rows)")))
    if not any(sheet.count > 1 for sheet in visible):
        notes.add(Text(f"{entry.shown} 没有数据行", f"{entry.shown} holds no rows"))
    for sheet in visible:
        name = sheet.where.sheet
        of_file = stem_of(entry.path)
        if len(visible) == 1 and _UNNAMED.match(name) and table_meaning(of_file) is not None:
            notes.add(Text(f"{entry.shown} 的工作表 {name} 按文件名读作 {of_file}", f"{entry.shown}: sheet {name} is read as {of_file}, after the file"))  # fmt: skip
            name = of_file
        yield sheet, meaning_of(sheet, name)


def chosen_sheets(entry: Input, chosen: MappingFile, notes: Notes, stack: ExitStack) -> list[Sheet]:
    """The sheets of a workbook that a mapping reads.

    Raises:
        InputError: it names one that is not there, or none where there are several.
    """
    sheets = {sheet.where.sheet: sheet for sheet in _workbook(entry, notes, stack).sheets}
    visible = [name for name, sheet in sheets.items() if sheet.visible]
    names = list(chosen.mapping.sheet) or (visible if len(visible) == 1 else [])
    if names == ["*"]:
        names = visible
    for name in names:
        if name not in sheets:
            raise chosen.error(
                ("sheet",), Text(f"{entry.shown} 没有工作表 {name}", f"{entry.shown} has no sheet {name}"), nearest(name, sheets)
            )  # fmt: skip
    if not names:
        listed = ", ".join(visible)
        raise InputError(
            Text(f"工作簿有 {len(visible)} 张可见的工作表，映射没有说读哪张", f"the workbook has {len(visible)} visible sheets, and the mapping does not say which to read"),
            Text(f"请在映射中写 sheet: 名称（{listed}），或 \"*\" 表示全部", f"Write sheet: NAME in the mapping ({listed}), or \"*\" for all"),
            Where(entry.shown),
        )  # fmt: skip
    for name in sheets:
        if name not in names:
            notes.add(left_out(Where(entry.shown, name), Text("映射不读它", "the mapping does not read it")))
    return [sheets[name] for name in dict.fromkeys(names)]


def _workbook(entry: Input, notes: Notes, stack: ExitStack) -> Workbook:
    book = Workbook(entry.path, entry.shown, notes, GUIDE)
    stack.callback(book.close)
    return book


def csv_table(text: TextFile, heading: Wanted, notes: Notes, delimiter: str | None = None) -> CsvTable:
    """A text file as a table, its delimiter settled by the heading that is looked for."""
    if text.encoding == "gb18030":
        notes.add(Text(f"{text.shown} 按 GB18030 读取", f"{text.shown} was read as GB18030"))
    return open_csv(text, heading.liking, delimiter=delimiter)


def note_if_empty(file: HeadedTable, notes: Notes) -> None:
    """Say so where a text file has a heading and no rows; of a workbook it is said once for all sheets."""
    if not file.where.sheet and next(file.rows(), None) is None:
        notes.add(Text(*(form.format(file.where.file) for form in _HEADER_ONLY)))


def start_of(text: TextFile) -> str:
    """The first characters of a text file that are not blank.

    Raises:
        InputError: it is one JSON array.
    """
    with text.open() as stream:
        start = stream.read(4096)
        while start and not start.strip("\ufeff \t\r\n") and (more := stream.read(4096)):
            start = more
    if start.lstrip("\ufeff \t\r\n").startswith("["):
        raise InputError(
            Text("这是一个 JSON 数组", "this is one JSON array"),
            Text("请每行写一个对象（.jsonl）", "Write one object a line (.jsonl)"), text.where,
        )  # fmt: skip
    return start


def stem_of(path: Path) -> str:
    """A file's name without the endings of tables."""
    name = path.name
    suffix = max((suffix for suffix in _SUFFIXES if name.lower().endswith(suffix)), key=len, default=path.suffix)
    return name[: len(name) - len(suffix)] if suffix else name
