"""Writes small .xls workbooks (BIFF8 in a compound file) for tests: texts, numbers, dates, errors, merged areas; MS-CFB and MS-XLS."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple

Cell = str | int | float | date | datetime | None


class Fault(NamedTuple):
    """An error cell."""

    code: int


NOT_AVAILABLE = Fault(0x2A)
_GENERAL, _DATE, _MOMENT = 0, 1, 2
_SECTOR = 512


def workbook(
    sheets: Mapping[str, Sequence[Sequence[Cell | Fault]]], *, epoch_1904: bool = False,
    merges: Mapping[str, Sequence[tuple[int, int, int, int]]] | None = None, hidden: Sequence[str] = (),
) -> bytes:  # fmt: skip
    """A workbook; a merged area is first row, last row, first column, last column, all from 0."""
    head = _record(0x809, struct.pack("<HHHHII", 0x600, 5, 0, 0, 0, 0)) + _record(0x42, struct.pack("<H", 1200))
    head += _record(0x22, struct.pack("<H", int(epoch_1904)))
    for form in (0, 14, 22):
        head += _record(0xE0, struct.pack("<HH", 0, form) + bytes(16))
    bodies = [_sheet(rows, epoch_1904, (merges or {}).get(name, ())) for name, rows in sheets.items()]
    place = len(head) + sum(4 + 8 + 2 * len(name) for name in sheets) + 4
    for name, body in zip(sheets, bodies, strict=True):
        state = int(name in hidden)
        head += _record(0x85, struct.pack("<IBBBB", place, state, 0, len(name), 1) + name.encode("utf-16-le"))
        place += len(body)
    return compound({"Workbook": head + _record(0x0A, b"") + b"".join(bodies)})


def _sheet(
    rows: Sequence[Sequence[Cell | Fault]], epoch_1904: bool, merges: Sequence[tuple[int, int, int, int]]
) -> bytes:
    width = max((len(row) for row in rows), default=0)
    parts = [_record(0x809, struct.pack("<HHHHII", 0x600, 0x10, 0, 0, 0, 0))]
    parts.append(_record(0x200, struct.pack("<IIHHH", 0, len(rows), 0, width, 0)))
    for number, row in enumerate(rows):
        parts += [_cell(number, at, cell, epoch_1904) for at, cell in enumerate(row) if cell is not None]
    if merges:
        parts.append(
            _record(0xE5, struct.pack("<H", len(merges)) + b"".join(struct.pack("<4H", *area) for area in merges))
        )
    return b"".join(parts) + _record(0x0A, b"")


def _cell(row: int, column: int, cell: Cell | Fault, epoch_1904: bool) -> bytes:
    if isinstance(cell, Fault):
        return _record(0x205, struct.pack("<HHHBB", row, column, _GENERAL, cell.code, 1))
    if isinstance(cell, str):
        text = cell.encode("utf-16-le")
        return _record(0x204, struct.pack("<HHHHB", row, column, _GENERAL, len(text) // 2, 1) + text)
    if isinstance(cell, date):
        when = cell if isinstance(cell, datetime) else datetime(cell.year, cell.month, cell.day)
        start = datetime(1904, 1, 1) if epoch_1904 else datetime(1899, 12, 30)
        style = _MOMENT if isinstance(cell, datetime) else _DATE
        return _number(row, column, style, (when - start).total_seconds() / 86_400)
    return _number(row, column, _GENERAL, float(cell or 0))


def _number(row: int, column: int, style: int, value: float) -> bytes:
    return _record(0x203, struct.pack("<HHHd", row, column, style, value))


def _record(kind: int, body: bytes) -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def compound(streams: Mapping[str, bytes]) -> bytes:
    """A compound file (sectors of 512 bytes) with streams, each padded to the size from which it is no short one."""
    padded = {name: data.ljust(4096, b"\0") for name, data in streams.items()}
    sectors: list[bytes] = []
    table: list[int] = []
    starts = {}
    for name, data in padded.items():
        starts[name] = len(sectors)
        parts = [data[at : at + _SECTOR].ljust(_SECTOR, b"\0") for at in range(0, len(data), _SECTOR)]
        table += [len(sectors) + n + 1 for n in range(len(parts) - 1)] + [0xFFFFFFFE]
        sectors += parts
    directory = len(sectors)
    entries = [_entry("Root Entry", 5, 0xFFFFFFFE, 0, 1)]
    entries += [_entry(name, 2, starts[name], len(data), 0xFFFFFFFF) for name, data in padded.items()]
    entries += [bytes(128)] * (-len(entries) % 4)
    parts = [b"".join(entries[at : at + 4]) for at in range(0, len(entries), 4)]
    table += [directory + n + 1 for n in range(len(parts) - 1)] + [0xFFFFFFFE]
    sectors += parts
    place = len(sectors)
    table.append(0xFFFFFFFD)
    assert len(table) <= 128
    sectors.append(struct.pack("<128I", *table, *[0xFFFFFFFF] * (128 - len(table))))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<9I", 0, 1, directory, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    header += struct.pack("<109I", place, *[0xFFFFFFFF] * 108)
    return header + b"".join(sectors)


def _entry(name: str, kind: int, start: int, size: int, child: int) -> bytes:
    text = name.encode("utf-16-le")
    return text.ljust(64, b"\0") + struct.pack(
        "<HBBIII16sIQQIQ", len(text) + 2, kind, 1, 0xFFFFFFFF, 0xFFFFFFFF, child, b"", 0, 0, 0, start, size
    )
