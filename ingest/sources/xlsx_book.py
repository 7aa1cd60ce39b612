"""Reads a workbook, .xlsx or .xls: has another process unfold it within limits, then gives each sheet as a table (docs/decisions/0013, 0022)."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, ClassVar, NamedTuple

from graph.errors import InputError, Where
from graph.text import Text
from ingest.report import Notes
from ingest.sources.grid import Counted, Fault, Merge, Row
from ingest.sources.xlsx_zip import damaged, looks_like_archive, old_size, unfolded_size

_READER = Path(__file__).with_name("xlsx_reader.py")
_ROOT = Path(__file__).resolve().parents[2]
_RUN = "import runpy, sys; sys.path.insert(0, sys.argv.pop(1)); del sys.argv[0]; runpy.run_path(sys.argv[0], run_name='__main__')"
"""Runs the reader in an isolated interpreter that finds our packages and nothing of the folder it stands in."""
_BASE_MEMORY = 256 * 1024 * 1024
_MEMORY_PER_BYTE = 10
"""Address space the reader may have: a base, and so much for each byte of the workbook unfolded (measured need: 2 for texts, 7 for small numbers)."""
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
    epoch_1904: bool
    merges: list[list[int]]
    formulas: dict[str, int]
    padded: dict[str, int]


@dataclass(frozen=True)
class Sheet:
    """A sheet of a workbook as it stands."""

    spool: IO[bytes]
    where: Where
    visible: bool
    start: int
    """Where in the spool its rows begin."""
    count: int
    """How many they are."""
    merges: tuple[Merge, ...]
    epoch_1904: bool
    read_as: tuple[Counted, ...]
    exact_width: ClassVar[bool] = False

    def rows(self) -> Iterator[Row]:
        """Every row that is not empty; cells that hold an error or a formula without a result are among its faults."""
        for number, cells, faults in _lines(self.spool, self.start, self.count):
            yield Row(number, cells, None, tuple(Fault(*fault) for fault in faults))


class Workbook:
    """An unfolded workbook; ``sheets`` are those that hold something, hidden ones among them; ``close`` deletes the spool.

    Args:
        path: the file, an archive or an old workbook.
        shown: what messages call it.
        notes: where sheets that hold nothing or are no tables are noted.
        guide: the name of a sheet that is never data.

    Raises:
        InputError: the workbook is hostile, damaged, protected or too large.
    """

    def __init__(self, path: Path, shown: str, notes: Notes, guide: str) -> None:
        self._spool: IO[bytes] = tempfile.TemporaryFile(prefix="suyuan-xlsx-")  # noqa: SIM115 — closed by close()
        try:
            entries = _unfold(path, Where(shown), self._spool)
        except BaseException:
            self.close()
            raise
        self.sheets: list[Sheet] = []
        for entry in entries:
            if entry.name == guide:
                continue
            if entry.sheet and entry.rows:
                self.sheets.append(_sheet(self._spool, Where(shown, entry.name), entry))
            else:
                why = Text("是空的", "it is empty") if entry.sheet else Text("不是表格", "it is no table")
                notes.add(left_out(Where(shown, entry.name), why))

    def close(self) -> None:
        """Delete the spool."""
        self._spool.close()


def _sheet(spool: IO[bytes], where: Where, entry: _Entry) -> Sheet:
    read_as = [Counted(int(column), "formula", count) for column, count in entry.formulas.items()]
    read_as += [Counted(int(column), "padded", count) for column, count in entry.padded.items()]
    merges = tuple(Merge(*area) for area in entry.merges)
    return Sheet(spool, where, entry.visible, entry.start, entry.rows, merges, entry.epoch_1904, tuple(sorted(read_as)))


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
    size = unfolded_size(path, where) if looks_like_archive(path) else old_size(path, where)
    limits = (_BASE_MEMORY + _MEMORY_PER_BYTE * size, _SECONDS, _BASE_SPOOL + _SPOOL_PER_BYTE * size)
    try:
        done = subprocess.run(
            [sys.executable, "-I", "-c", _RUN, str(_ROOT), str(_READER), str(path.resolve()), *map(str, limits)],
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
            Text("工作簿有密码，读不了", "the workbook has a password and cannot be read"),
            Text("请在 Excel 中去掉密码后另存", "Remove the password in Excel and save it"),
            where,
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


def left_out(where: Where, why: Text) -> Text:
    """The note on a sheet that is not read."""
    return Text(
        f"略过 {where.file} 的工作表 {where.sheet}：{why.zh}", f"{where.file}: sheet {where.sheet} left out: {why.en}"
    )
