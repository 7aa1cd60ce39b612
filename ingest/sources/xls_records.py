"""Looks into an old Excel workbook (.xls) for what calamine does not tell: error cells, formulas, the epoch of dates, passwords.

Runs inside the bounded process of ``xlsx_reader.py``. Structures: Microsoft's open specifications MS-CFB (compound files,
2.2 and 2.3) and MS-XLS (records, 2.4).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

_SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_STREAM, _ROOT = 2, 5
_SHORT = 64
"""Bytes of a sector of a small stream."""
_END = 0xFFFFFFFA
"""Sector numbers from here on are marks, not sectors."""
_BOF, _EOF, _FILEPASS, _DATE_1904, _BOUNDSHEET, _BOOLERR, _FORMULA = 0x809, 0x0A, 0x2F, 0x22, 0x85, 0x205, 0x06
_ERRORS = {0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A"}


class Records(NamedTuple):
    """What the records say: by sheet, error cells (row from 1 → column → error) and formula cells (row, column)."""

    epoch_1904: bool
    encrypted: bool
    names: list[str]
    errors: list[dict[int, dict[int, str]]]
    formulas: list[set[tuple[int, int]]]


def is_compound(start: bytes) -> bool:
    """Whether bytes begin a compound file, which .xls workbooks, encrypted .xlsx ones and old Word files are."""
    return start.startswith(_SIGNATURE)


def streams(data: bytes) -> dict[str, bytes]:
    """The streams of a compound file by name.

    Raises ValueError or struct.error where the file is damaged.
    """
    size = 1 << struct.unpack_from("<H", data, 30)[0]
    directory, _, cutoff, short_table, _, difat, _ = struct.unpack_from("<7I", data, 48)
    if size not in (512, 4096):
        raise ValueError("sector size")
    table = _table(data, size, difat)
    entries = _chain(data, size, table, directory)
    short = list(_numbers(_chain(data, size, table, short_table)))
    found: dict[str, bytes] = {}
    container = b""
    for at in range(0, len(entries) - 127, 128):
        length, kind = struct.unpack_from("<HB", entries, at + 64)
        start, stream_size = struct.unpack_from("<II", entries, at + 116)
        name = entries[at : at + max(0, min(length, 64) - 2)].decode("utf-16-le", "replace")
        if kind == _ROOT:  # it holds the sectors of small streams
            container = _chain(data, size, table, start)
        elif kind == _STREAM and stream_size >= cutoff:
            found[name] = _chain(data, size, table, start)[:stream_size]
        elif kind == _STREAM:
            found[name] = _chain(b" " * _SHORT + container, _SHORT, short, start)[:stream_size]
    return found


def _table(data: bytes, size: int, difat: int) -> list[int]:
    """The file allocation table: sector → the next one of its chain."""
    places = [n for n in struct.unpack_from("<109I", data, 76) if n < _END]
    seen: set[int] = set()
    while difat < _END and difat not in seen:
        seen.add(difat)
        numbers = _numbers(_sector(data, size, difat))
        places += [n for n in numbers[:-1] if n < _END]
        difat = numbers[-1]
    table: list[int] = []
    for place in places:
        table.extend(_numbers(_sector(data, size, place)))
    return table


def _numbers(sector: bytes) -> tuple[int, ...]:
    return struct.unpack(f"<{len(sector) // 4}I", sector[: len(sector) // 4 * 4])


def _sector(data: bytes, size: int, number: int) -> bytes:
    found = data[(number + 1) * size : (number + 2) * size]
    if len(found) < 4:
        raise ValueError("cut short")
    return found


def _chain(data: bytes, size: int, table: list[int], start: int) -> bytes:
    parts, steps = [], 0
    while start < _END:
        if start >= len(table) or steps > len(table):
            raise ValueError("broken chain")
        parts.append(_sector(data, size, start))
        start = table[start]
        steps += 1
    return b"".join(parts)


def look(workbook: bytes) -> Records:
    """Walk the records of a Workbook stream, each once."""
    epoch, encrypted = False, False
    names: list[str] = []
    errors: list[dict[int, dict[int, str]]] = []
    formulas: list[set[tuple[int, int]]] = []
    sheet_of: dict[int, int] = {}
    depth, sheet = 0, -1
    for place, kind, body in _records(workbook):
        if kind == _BOF:
            depth += 1
            if depth == 1:
                sheet = sheet_of.get(place, -1)
        elif kind == _EOF:
            depth = max(0, depth - 1)
        elif kind == _FILEPASS:
            encrypted = True
            break
        elif kind == _DATE_1904 and len(body) >= 2:
            epoch = body[:2] == b"\x01\x00"
        elif kind == _BOUNDSHEET and len(body) >= 4:
            sheet_of[struct.unpack_from("<I", body)[0]] = len(errors)
            names.append(_name(body))
            errors.append({})
            formulas.append(set())
        elif depth == 1 and sheet >= 0 and kind in (_BOOLERR, _FORMULA) and len(body) >= 8:
            row, column = struct.unpack_from("<HH", body)
            if kind == _BOOLERR and body[7]:
                errors[sheet].setdefault(row + 1, {})[column] = _ERRORS.get(body[6], "#ERROR")
            elif kind == _FORMULA and len(body) >= 14:
                formulas[sheet].add((row + 1, column))
                if body[12:14] == b"\xff\xff" and body[6] == 2:
                    errors[sheet].setdefault(row + 1, {})[column] = _ERRORS.get(body[8], "#ERROR")
    return Records(epoch, encrypted, names, errors, formulas)


def _records(stream: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Where each record stands, its kind and its body."""
    at = 0
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        yield at, kind, stream[at + 4 : at + 4 + length]
        at += 4 + length


def _name(body: bytes) -> str:
    """The name in a BOUNDSHEET record: a length and, since Excel 97, a byte that says whether characters take two."""
    if len(body) < 8:
        return ""
    length, wide = body[6], body[7] & 1
    return body[8 : 8 + 2 * length].decode("utf-16-le", "replace") if wide else body[8 : 8 + length].decode("latin-1")
