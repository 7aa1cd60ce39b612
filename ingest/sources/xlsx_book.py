"""Reads an .xlsx workbook: has another process unfold it within limits, then gives each sheet as a table (docs/decisions/0013)."""

from __future__ import annotations

import json
import string
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, NamedTuple

from graph.errors import InputError, Where
from graph.text import Text
from ingest.report import Notes
from ingest.sources.grid import Row, check_heading, too_many
from ingest.sources.xlsx_zip import damaged, unfolded_size

_READER = Path(__file__).with_name("xlsx_reader.py")
_BASE_MEMORY = 256 * 1024 * 1024
_MEMORY_PER_BYTE = 10
"""Address space the reader may have: a base, and so much for each byte of the workbook unfolded (measured need: 2 for texts, 7 for small numbers)."""
_PLAIN = {ord(ch) + 0xFEE0: ch for ch in string.digits + string.ascii_letters}
_SECONDS = 120
_BASE_SPOOL = 16 * 1024 * 1024
_SPOOL_PER_BYTE = 4
"""Bytes of rows a workbook may give for each byte of it unfolded: texts shared by many cells cannot fill the disk."""


class _Entry(NamedTuple):
    """What the reader says about a sheet."""

    name: str
    visible: bool
    sheet: bool
    start: int
    rows: int
    full_width: list[int]


@dataclass(frozen=True)
class Sheet:
    """A sheet of a workbook whose heading was read; the first row that is not blank is the heading."""

    spool: IO[bytes]
    where: Where
    header: tuple[str, ...]
    head_row: int
    start: int
    """Where in the spool the rows below the heading begin."""
    count: int
    """How many they are."""
    full_width: tuple[int, ...]
    """Columns in which some cell holds full-width letters or digits."""
    codes: frozenset[int] = frozenset()
    """Columns that hold codes: full-width characters become plain ones."""

    def rows(self) -> Iterator[Row]:
        """Every row below the heading that is not blank, as in a CSV file; one with an error value comes with ``broken``."""
        width = len(self.header)
        narrow = [column for column in self.full_width if column in self.codes]
        for number, cells, errors in _lines(self.spool, self.start, self.count):
            if errors:
                yield Row(number, cells, _error_value(self.header, errors))
                continue
            if len(cells) > width:
                yield Row(number, cells, too_many(len(cells), width))
                continue
            cells += [""] * (width - len(cells))
            for column in narrow:
                cells[column] = plain_code(cells[column])
            yield Row(number, cells)

    def with_codes(self, columns: tuple[int, ...], notes: Notes) -> Sheet:
        """The sheet with full-width characters in the given columns made plain; each column where that happens is noted."""
        for column in columns:
            if column in self.full_width:
                changed = sum(
                    column < len(cells) and plain_code(cells[column]) != cells[column]
                    for _, cells, _ in _lines(self.spool, self.start, self.count)
                )
                if changed:
                    notes.add(_narrowed(self.where, self.header[column]), changed)
        return Sheet(
            self.spool, self.where, self.header, self.head_row, self.start, self.count, self.full_width, frozenset(columns)
        )  # fmt: skip


class Workbook:
    """An unfolded workbook; ``sheets`` are those to load, ``close`` deletes the spool.

    Args:
        path: the file, an archive.
        shown: what messages call it.
        notes: where sheets left out are noted.
        guide: the name of a sheet that is never data.

    Raises:
        InputError: the workbook is hostile, damaged or too large, or a heading cannot be read.
    """

    def __init__(self, path: Path, shown: str, notes: Notes, guide: str) -> None:
        self._spool: IO[bytes] = tempfile.TemporaryFile(prefix="suyuan-xlsx-")  # noqa: SIM115 — closed by close()
        try:
            entries = _unfold(path, Where(shown), self._spool)
            self.sheets = [
                sheet for entry in entries if entry.name != guide and (sheet := self._sheet(entry, Where(shown), notes))
            ]
        except BaseException:
            self.close()
            raise
        if not any(sheet.count for sheet in self.sheets):
            notes.add(Text(f"{shown} 没有数据行", f"{shown} holds no rows"))

    def close(self) -> None:
        """Delete the spool."""
        self._spool.close()

    def _sheet(self, entry: _Entry, where: Where, notes: Notes) -> Sheet | None:
        place = where._replace(sheet=entry.name)
        if not (entry.visible and entry.sheet and entry.rows):
            notes.add(_left_out(place, entry))
            return None
        number, header, errors = next(_lines(self._spool, entry.start, 1))
        rows_start = self._spool.tell()
        if errors:
            reason = _error_value((), errors)
            raise InputError(reason, Text("请改正表头", "Correct the heading"), place._replace(row=number))
        check_heading(header, place, number)
        return Sheet(
            self._spool, place, tuple(header), number, rows_start, entry.rows - 1, tuple(entry.full_width)
        )  # fmt: skip


def _lines(spool: IO[bytes], start: int, count: int) -> Iterator[Any]:
    """So many rows from a place in the spool; passes over several sheets may be under way at once."""
    position = start
    for _ in range(count):
        spool.seek(position)
        line = spool.readline()
        position += len(line)
        yield json.loads(line)


def _unfold(path: Path, where: Where, spool: IO[bytes]) -> list[_Entry]:
    """Have the reader write the rows to the spool; its index."""
    size = unfolded_size(path, where)
    limits = (_BASE_MEMORY + _MEMORY_PER_BYTE * size, _SECONDS, _BASE_SPOOL + _SPOOL_PER_BYTE * size)
    try:
        done = subprocess.run(
            [sys.executable, "-I", str(_READER), str(path.resolve()), *map(str, limits)],
            stdin=subprocess.DEVNULL, stdout=spool, stderr=subprocess.PIPE, timeout=2 * _SECONDS, check=False, cwd=path.resolve().parent,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise _beyond(where) from None
    said = _last_line(done.stderr)
    if done.returncode == 0 and isinstance(said, list):
        return [_Entry(**entry) for entry in said]
    if done.returncode < 0 or not isinstance(said, dict) or said["fault"] in ("memory", "spool"):
        raise _beyond(where)
    if said["fault"] == "entities":
        raise InputError(
            Text(f"工作簿的 {said['detail']} 声明了 XML 实体，Excel 从不这样写", f"part {said['detail']} declares XML entities, which Excel never writes"),
            Text("请在 Excel 中重新另存为 .xlsx", "Save it as .xlsx in Excel again"), where,
        )  # fmt: skip
    if said["fault"] == "password":
        raise InputError(
            Text("工作簿有密码", "the workbook has a password"), Text("请去掉密码后另存", "Save it without"), where
        )
    raise damaged(where, str(said["detail"]))


def _last_line(output: bytes) -> Any:
    lines = output.decode("utf-8", "replace").strip().splitlines()
    try:
        return json.loads(lines[-1]) if lines else None
    except ValueError:
        return None


def _beyond(where: Where) -> InputError:
    """The reader ran out of what it may use, or was ended."""
    return InputError(
        Text("读取工作簿超出了内存或时间限制，已中止", "reading the workbook went beyond the limits on memory or time and was stopped"),
        Text(
            "常见原因是表格最右或最下方有一个多余的单元格：请只复制有数据的区域到新工作簿，或另存为 CSV",
            "Often one stray cell far to the right or below is the cause: copy the area with data to a new workbook, or save it as CSV",
        ),
        where,
    )  # fmt: skip


def plain_code(text: str) -> str:
    """A code with full-width letters and digits made plain; every other character stays."""
    return text if text.isascii() else text.translate(_PLAIN)


def _error_value(header: tuple[str, ...], errors: list[list[Any]]) -> Text:
    column, error = errors[0]
    name = header[column] if column < len(header) else str(column + 1)
    return Text(
        f"列 {name} 是错误值 {error}；请改正公式或填入值", f"column {name} holds the error {error}; mend the formula or write a value"
    )  # fmt: skip


def _narrowed(where: Where, heading: str) -> Text:
    return Text(
        f"{where.file} 工作表 {where.sheet} 列 {heading}：全角字符改为半角",
        f"{where.file}, sheet {where.sheet}, column {heading}: full-width characters made plain",
    )


def _left_out(where: Where, entry: _Entry) -> Text:
    if not entry.sheet:
        zh, en = "不是表格", "it is no table"
    elif not entry.visible:
        zh, en = "已隐藏", "it is hidden"
    else:
        zh, en = "是空的", "it is empty"
    return Text(f"略过 {where.file} 的工作表 {where.sheet}：{zh}", f"{where.file}: sheet {where.sheet} left out: {en}")
