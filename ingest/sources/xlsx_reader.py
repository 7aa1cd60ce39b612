"""The program that unfolds one workbook, run by ``xlsx_book`` in a process of its own, so that a hostile file can end only this one.

Run as ``python -I xlsx_reader.py FILE MEMORY SECONDS SPOOL``; imports nothing of SuYuan. To standard output, the spool: one JSON line a
row that is not blank, ``[number, [text, …], [[column, error], …]]``. To standard error, last: one JSON line, the index
``[{name, visible, sheet, start, rows, full_width}]`` with the byte at which a sheet's rows start, how many there are, and
the columns that hold full-width letters or digits; or ``{"fault": CODE, "detail": TEXT}``.
"""

from __future__ import annotations

import json
import posixpath
import re
import resource
import sys
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from typing import IO, Any
from xml.etree import ElementTree
from xml.parsers import expat

import python_calamine

CHUNK = 1 << 20
_ERROR_CELL = re.compile(rb"""\bt\s*=\s*["']e["']""")
_FULL_WIDTH = re.compile("[０-９Ａ-Ｚａ-ｚ]")
_REFERENCE = re.compile(r"([A-Z]+)(\d+)\Z")
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


class Fault(Exception):
    """Why a workbook is not read: a code that ``xlsx_book`` knows, and a detail."""


def main(path: str, memory: int, seconds: int, spool: int) -> None:
    """Read the workbook within limits on memory (bytes), processor time (seconds) and output (bytes)."""
    for limit, most in (
        (resource.RLIMIT_AS, memory), (resource.RLIMIT_CPU, seconds), (resource.RLIMIT_FSIZE, spool), (resource.RLIMIT_CORE, 0),
    ):  # fmt: skip
        resource.setrlimit(limit, (most, most))
    errors = _error_cells(path)
    with open(path, "rb") as stream, python_calamine.CalamineWorkbook.from_filelike(stream) as book:
        index = []
        for at, sheet in enumerate(book.sheets_metadata):
            is_sheet = sheet.typ == python_calamine.SheetTypeEnum.WorkSheet
            visible = sheet.visible == python_calamine.SheetVisibleEnum.Visible
            entry: dict[str, Any] = {"name": sheet.name, "visible": visible, "sheet": is_sheet}
            start = sys.stdout.buffer.tell()
            rows, wide = (0, []) if not (is_sheet and visible) else _write(book, at, errors.get(sheet.name, {}))
            index.append(entry | {"start": start, "rows": rows, "full_width": wide})
        sys.stdout.buffer.flush()
    _say(index)


def _write(book: python_calamine.CalamineWorkbook, at: int, errors: dict[int, dict[int, str]]) -> tuple[int, list[int]]:
    """Write a sheet's rows; how many, and which columns hold full-width characters."""
    sheet = book.get_sheet_by_index(at)
    written = 0
    wide: set[int] = set()
    left = sheet.start[1] if sheet.start is not None else 0
    out = sys.stdout.buffer
    for number, raw in enumerate(sheet.iter_rows() if sheet.start is not None else (), start=1):
        cells = [""] * left + [cell.strip() if type(cell) is str else _text(cell) for cell in raw]
        faults = errors.get(number)
        bad = sorted(faults.items()) if faults else []
        while len(cells) > (bad[-1][0] + 1 if bad else 0) and not cells[-1]:
            cells.pop()
        if not cells:
            continue
        line = json.dumps([number, cells, bad], ensure_ascii=False, separators=(",", ":"))
        if _FULL_WIDTH.search(line) is not None:
            wide.update(column for column, cell in enumerate(cells) if _FULL_WIDTH.search(cell) is not None)
        out.write(line.encode("utf-8", "surrogatepass") + b"\n")
        written += 1
    return written, sorted(wide)


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


# ── error cells, which calamine gives as empty ones ─────────────────────────────────────────────────────
def _error_cells(path: str) -> dict[str, dict[int, dict[int, str]]]:
    """Sheet name → row → column → error such as ``#N/A``; refuses parts that declare entities on the way."""
    with zipfile.ZipFile(path) as archive:
        suspects = {name for name in archive.namelist() if name.endswith((".xml", ".rels")) and _scan(archive, name)}
        if not suspects:
            return {}
        relations = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))  # noqa: S314 — no entities, see _scan
        parts = {
            str(relation.get("Id")): posixpath.normpath(posixpath.join("/xl", str(relation.get("Target")))).lstrip("/")
            for relation in relations
        }
        found = {}
        for element in ElementTree.fromstring(archive.read("xl/workbook.xml")).iter():  # noqa: S314
            part = parts.get(str(element.get(_RELATION)))
            if element.tag.endswith("}sheet") and part in suspects:
                found[str(element.get("name"))] = _errors_of(archive, part)
        return found


def _scan(archive: zipfile.ZipFile, name: str) -> bool:
    """Whether a part may hold error cells."""
    before, suspect = b"", False
    with archive.open(name) as stream:
        while chunk := stream.read(CHUNK):
            window = before + chunk
            if b"<!DOCTYPE" in window or b"<!ENTITY" in window:
                raise Fault("entities", name)
            suspect = suspect or (name.startswith("xl/worksheets/") and _ERROR_CELL.search(window) is not None)
            before = chunk[-16:]
    return suspect


def _errors_of(archive: zipfile.ZipFile, part: str) -> dict[int, dict[int, str]]:
    found: dict[int, dict[int, str]] = {}
    with archive.open(part) as stream:
        for row, column, error in _walk(stream):
            found.setdefault(row, {})[column] = error
    return found


def _walk(stream: IO[bytes]) -> Iterator[tuple[int, int, str]]:
    """Row (from 1), column (from 0) and value of every error cell."""
    found: list[tuple[int, int, str]] = []
    place = [0, -1]
    text: list[str] = []
    state = {"error": False, "value": False}

    def start(tag: str, attributes: dict[str, str]) -> None:
        tag = tag.rpartition(":")[2]
        if tag == "row":
            place[:] = [int(attributes.get("r", place[0] + 1)), -1]
        elif tag == "c":
            match = _REFERENCE.match(attributes.get("r", ""))
            place[1] = _column(match[1]) if match is not None else place[1] + 1
            state["error"] = attributes.get("t") == "e"
            text.clear()
        elif tag == "v":
            state["value"] = state["error"]

    def end(tag: str) -> None:
        tag = tag.rpartition(":")[2]
        if tag == "v":
            state["value"] = False
        elif tag == "c" and state["error"]:
            found.append((place[0], place[1], "".join(text)[:20] or "#ERROR"))

    def characters(data: str) -> None:
        if state["value"]:
            text.append(data)

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, characters
    while chunk := stream.read(CHUNK):
        parser.Parse(chunk, False)
        yield from found
        found.clear()
    parser.Parse(b"", True)
    yield from found


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def _say(what: object) -> None:
    sys.stderr.write("\n" + json.dumps(what) + "\n")
    sys.stderr.flush()


def run(arguments: list[str]) -> int:
    """Exit code 0 and an index, or 1 and a fault."""
    try:
        main(arguments[0], *map(int, arguments[1:]))
    except Fault as fault:
        _say({"fault": fault.args[0], "detail": fault.args[1]})
    except MemoryError:
        _say({"fault": "memory", "detail": ""})
    except OSError as error:
        _say({"fault": "spool", "detail": str(error.strerror)})
    except python_calamine.PasswordError:
        _say({"fault": "password", "detail": ""})
    except (
        python_calamine.CalamineError, zipfile.BadZipFile, ElementTree.ParseError, expat.ExpatError, KeyError, ValueError,
        NotImplementedError, EOFError, RuntimeError, zlib.error,
    ) as error:  # fmt: skip
        _say({"fault": "damaged", "detail": str(error)[:200]})
    else:
        return 0
    return 1


if __name__ == "__main__":
    with suppress(BrokenPipeError):
        sys.exit(run(sys.argv[1:]))
