"""What a workbook's parts say beside the values calamine reads: error cells, formulas, numbers shown with leading zeros, the epoch of dates.

Runs inside the bounded process of ``xlsx_reader.py``.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections import Counter
from dataclasses import dataclass, field
from typing import IO
from xml.etree import ElementTree
from xml.parsers import expat

from ingest.sources import xls_records

_CHUNK = 1 << 20
_TELLING = re.compile(rb"""\bt\s*=\s*["']e["']|<(?:\w+:)?f[\s>/]""")
"""An error cell or a formula."""
_REFERENCE = re.compile(r"([A-Z]+)(\d+)\Z")
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_ZEROS = re.compile(r"(0{2,})(;.*)?\Z")
"""A number format that shows leading zeros: ``00000``."""
NO_RESULT = "="
MOST_MERGES = 200_000
"""Merged areas of a sheet."""


class Encrypted(Exception):
    """The workbook cannot be read without its password."""


class Entities(Exception):
    """A part declares XML entities; named by the part."""


@dataclass
class Marks:
    """What is to be known of a sheet: row (from 1) → column (from 0) → fault, or width of the number; formulas by column."""

    faults: dict[int, dict[int, str]] = field(default_factory=dict)
    padded: dict[int, dict[int, int]] = field(default_factory=dict)
    formulas: Counter[int] = field(default_factory=Counter)


def of_compound(data: bytes) -> tuple[bool, dict[str, Marks]]:
    """Of an .xls workbook: whether dates count from 1904, and the marks by sheet.

    Raises ValueError or struct.error where it is damaged, Encrypted where it has a password.
    """
    streams = xls_records.streams(data)
    if "EncryptedPackage" in streams:
        raise Encrypted
    if "Workbook" not in streams and "Book" not in streams:
        raise ValueError("no workbook in it")
    records = xls_records.look(streams.get("Workbook") or streams["Book"])
    if records.encrypted:
        raise Encrypted
    return records.epoch_1904, {
        name: Marks(errors, {}, Counter(column for _, column in formulas))
        for name, errors, formulas in zip(records.names, records.errors, records.formulas, strict=True)
    }


def of_archive(path: str) -> tuple[bool, dict[str, Marks]]:
    """Of an .xlsx workbook: whether dates count from 1904, and the marks by sheet, where there are any.

    Raises Entities where a part declares entities.
    """
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        suspects = {name for name in names if name.endswith((".xml", ".rels")) and _scan(archive, name)}
        book = ElementTree.fromstring(archive.read("xl/workbook.xml"))  # noqa: S314 — no entities, see _scan
        epoch = any(
            e.get("date1904") in ("1", "true", "on") for e in book.iter() if e.tag.endswith("}workbookPr")
        )  # fmt: skip
        zeros = _zero_formats(archive) if "xl/styles.xml" in names else {}
        if not suspects and not zeros:
            return epoch, {}
        relations = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))  # noqa: S314
        parts = {
            str(relation.get("Id")): posixpath.normpath(posixpath.join("/xl", str(relation.get("Target")))).lstrip("/")
            for relation in relations
        }
        found = {}
        for element in book.iter():
            part = parts.get(str(element.get(_RELATION)), "")
            if element.tag.endswith("}sheet") and part in names and (part in suspects or zeros):
                with archive.open(part) as stream:
                    found[str(element.get("name"))] = _Walk(zeros).read(stream)
        return epoch, found


def _scan(archive: zipfile.ZipFile, name: str) -> bool:
    """Whether a part may hold error cells or formulas; ValueError where it declares more merged areas than any table has."""
    before, suspect, merges = b"", False, 0
    with archive.open(name) as stream:
        while chunk := stream.read(_CHUNK):
            window = before + chunk
            if b"<!DOCTYPE" in window or b"<!ENTITY" in window:
                raise Entities(name)
            suspect = suspect or (name.startswith("xl/worksheets/") and _TELLING.search(window) is not None)
            merges += chunk.count(b"mergeCell ")
            if merges > MOST_MERGES:
                raise ValueError(f"more than {MOST_MERGES} merged areas")
            before = chunk[-16:]
    return suspect


def _zero_formats(archive: zipfile.ZipFile) -> dict[str, int]:
    """Style number → how many digits it shows at least, of those that show leading zeros."""
    root = ElementTree.fromstring(archive.read("xl/styles.xml"))  # noqa: S314
    forms: dict[str | None, int] = {}
    for element in root.iter():
        shown = _ZEROS.match(element.get("formatCode", "")) if element.tag.endswith("}numFmt") else None
        if shown is not None:
            forms[element.get("numFmtId")] = len(shown[1])
    cells = next((e for e in root if e.tag.endswith("}cellXfs")), None) if forms else None
    return {str(at): forms[e.get("numFmtId")] for at, e in enumerate(cells if cells is not None else ()) if e.get("numFmtId") in forms}  # fmt: skip


class _Walk:
    """One pass over the XML of a sheet; remembers only cells that have something to tell."""

    def __init__(self, zeros: dict[str, int]) -> None:
        self._zeros = zeros
        self._marks = Marks()
        self._row, self._column = 0, -1
        self._type, self._style = "", ""
        self._formula = self._value = False
        self._text: list[str] = []

    def read(self, stream: IO[bytes]) -> Marks:
        """The marks of the sheet."""
        parser = expat.ParserCreate()
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        parser.CharacterDataHandler = self._characters
        while chunk := stream.read(_CHUNK):
            parser.Parse(chunk, False)
        parser.Parse(b"", True)
        return self._marks

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        tag = tag.rpartition(":")[2]
        if tag == "c":
            match = _REFERENCE.match(attributes.get("r", ""))
            self._column = _column(match[1]) if match is not None else self._column + 1
            self._type, self._style = attributes.get("t", "n"), attributes.get("s", "0")
            self._formula = False
            self._text.clear()
        elif tag == "f":
            self._formula = True
        elif tag == "v":
            self._value = True
        elif tag == "row":
            self._row, self._column = int(attributes.get("r", self._row + 1)), -1

    def _end(self, tag: str) -> None:
        tag = tag.rpartition(":")[2]
        if tag == "v":
            self._value = False
        elif tag == "c":
            if self._type == "e":
                self._fault("".join(self._text)[:20] or "#ERROR")
            elif self._formula and not self._text and self._type != "str":
                self._fault(NO_RESULT)
            if self._formula:
                self._marks.formulas[self._column] += 1
            if self._type == "n" and self._style in self._zeros:
                self._marks.padded.setdefault(self._row, {})[self._column] = self._zeros[self._style]

    def _fault(self, code: str) -> None:
        self._marks.faults.setdefault(self._row, {})[self._column] = code

    def _characters(self, data: str) -> None:
        if self._value:
            self._text.append(data)


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1
