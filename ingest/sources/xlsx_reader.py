"""The program that unfolds one workbook, run by ``xlsx_book`` in a process of its own, so that a hostile file can end only this one.

Run as ``xlsx_reader.py FILE MEMORY SECONDS SPOOL``. To standard output, the spool: one JSON line a row that is not empty,
``[number, [text, …], [[column, fault], …]]``, the fault an error value or ``=`` for a formula without a result. To standard error,
last: one JSON line, the index ``[{name, visible, sheet, start, rows, epoch_1904, merges, formulas, padded}]`` with the byte at which
a sheet's rows start, how many there are, its merged areas, and by column how many cells are formulas and how many numbers got the
leading zeros that their format shows; or ``{"fault": CODE, "detail": TEXT}``.
"""

from __future__ import annotations

import json
import resource
import struct
import sys
import zipfile
import zlib
from collections import Counter
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from typing import Any
from xml.etree import ElementTree
from xml.parsers import expat

import python_calamine

from ingest.sources.book_marks import MOST_MERGES, Encrypted, Entities, Marks, of_archive, of_compound


def main(path: str, memory: int, seconds: int, spool: int) -> None:
    """Read the workbook within limits on memory (bytes), processor time (seconds) and output (bytes)."""
    for limit, most in (
        (resource.RLIMIT_AS, memory), (resource.RLIMIT_CPU, seconds), (resource.RLIMIT_FSIZE, spool), (resource.RLIMIT_CORE, 0),
    ):  # fmt: skip
        resource.setrlimit(limit, (most, most))
    with open(path, "rb") as stream:
        is_archive = stream.read(2) == b"PK"
        stream.seek(0)
        epoch_1904, marks = of_archive(path) if is_archive else of_compound(stream.read())
        stream.seek(0)
        with python_calamine.CalamineWorkbook.from_filelike(stream) as book:
            index = []
            for at, sheet in enumerate(book.sheets_metadata):
                is_sheet = sheet.typ == python_calamine.SheetTypeEnum.WorkSheet
                visible = sheet.visible == python_calamine.SheetVisibleEnum.Visible
                start = sys.stdout.buffer.tell()
                entry: dict[str, Any] = {"name": sheet.name, "visible": visible, "sheet": is_sheet, "start": start}
                told = _write(book, at, marks.get(sheet.name, Marks())) if is_sheet else _NOTHING
                index.append(entry | {"epoch_1904": epoch_1904} | told)
            sys.stdout.buffer.flush()
    _say(index)


_NOTHING: dict[str, Any] = {"rows": 0, "merges": [], "formulas": {}, "padded": {}}


def _write(book: python_calamine.CalamineWorkbook, at: int, marks: Marks) -> dict[str, Any]:
    """Write a sheet's rows; what is to be told about it."""
    sheet = book.get_sheet_by_index(at)
    written = 0
    padded: Counter[int] = Counter()
    left = sheet.start[1] if sheet.start is not None else 0
    out = sys.stdout.buffer
    for number, raw in enumerate(sheet.iter_rows() if sheet.start is not None else (), start=1):
        cells = [""] * left + [cell if type(cell) is str else _text(cell) for cell in raw]
        faults = marks.faults.get(number)
        bad = sorted(faults.items()) if faults else []
        for column, width in marks.padded.get(number, {}).items():
            if column < len(cells) and cells[column].isdigit() and len(cells[column]) < width:
                cells[column] = cells[column].zfill(width)
                padded[column] += 1
        while len(cells) > (bad[-1][0] + 1 if bad else 0) and not cells[-1]:
            cells.pop()
        if not cells:
            continue
        line = json.dumps([number, cells, bad], ensure_ascii=False, separators=(",", ":"))
        out.write(line.encode("utf-8", "surrogatepass") + b"\n")
        written += 1
    merges = sheet.merged_cell_ranges or []
    if len(merges) > MOST_MERGES:
        raise ValueError(f"{len(merges)} merged areas")
    areas = [[top + 1, start, bottom + 1, end] for (top, start), (bottom, end) in merges]
    return {"rows": written, "merges": areas, "formulas": dict(marks.formulas), "padded": dict(padded)}


def _text(cell: object) -> str:
    """A cell as the text that a CSV file would hold: whole numbers without ``.0``, dates and times as ISO 8601."""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 2**53 else repr(cell)
    if isinstance(cell, datetime):
        return cell.isoformat(" ")
    if isinstance(cell, date | time):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        return str(cell)
    return str(cell).strip()


def _say(what: object) -> None:
    sys.stderr.write("\n" + json.dumps(what) + "\n")
    sys.stderr.flush()


def run(arguments: list[str]) -> int:
    """Exit code 0 and an index, or 1 and a fault."""
    try:
        main(arguments[0], *map(int, arguments[1:]))
    except Entities as found:
        _say({"fault": "entities", "detail": str(found)})
    except MemoryError:
        _say({"fault": "memory", "detail": ""})
    except OSError as error:
        _say({"fault": "spool", "detail": str(error.strerror)})
    except (python_calamine.PasswordError, Encrypted):
        _say({"fault": "password", "detail": ""})
    except (
        python_calamine.CalamineError, zipfile.BadZipFile, ElementTree.ParseError, expat.ExpatError, KeyError, ValueError,
        NotImplementedError, EOFError, RuntimeError, zlib.error, struct.error,
    ) as error:  # fmt: skip
        _say({"fault": "damaged", "detail": str(error)[:200]})
    else:
        return 0
    return 1


if __name__ == "__main__":
    with suppress(BrokenPipeError):
        sys.exit(run(sys.argv[1:]))
