"""Reads XML as a stream of starts and ends within bounds: no document type, no entities, no depth and no token beyond what logs need."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple, cast
from xml.parsers import expat

from graph.errors import InputError, Where
from graph.text import Text

MAX_DEPTH = 64
"""Deepest nesting of elements read."""
MAX_TOKEN = 16 * 1024 * 1024
"""Longest stretch of a file without the start or end of an element, in bytes: what is longer fills the memory."""
MAX_UNPACKED = 8 * 1024**3
"""Most bytes that a packed file may unpack to."""
_CHUNK = 1 << 18


class Mark(NamedTuple):
    """The start of an element (with its attributes) or its end (with the text directly within it); names come without prefix."""

    ends: bool
    name: str
    attributes: dict[str, str]
    text: str


def open_binary(path: Path) -> BinaryIO:
    """A file as bytes; one whose name ends in .gz is unpacked on the way."""
    return cast(BinaryIO, gzip.open(path, "rb")) if path.name.lower().endswith(".gz") else path.open("rb")


def marks(path: Path, where: Where) -> Iterator[Mark]:
    """The starts and ends of all elements in document order.

    Raises:
        InputError: the file is no well-formed XML, declares a document type, broke off or is beyond the bounds.
    """
    handler = _Handler()
    done = quiet = 0
    try:
        with open_binary(path) as stream:
            while chunk := stream.read(_CHUNK):
                handler.parser.Parse(chunk, False)
                done += len(chunk)
                quiet = 0 if handler.found else quiet + len(chunk)
                if quiet > MAX_TOKEN or done > MAX_UNPACKED:
                    raise _Beyond(Text("文件中有过大的内容", "something in the file is too large"))
                yield from handler.take()
            handler.parser.Parse(b"", True)
            yield from handler.take()
    except _Beyond as error:
        raise InputError(
            error.reason, Text("事件日志不需要它；请重新导出为 XES 或 OCEL", "No event log needs that: export it again as XES or OCEL"),
            where._replace(row=handler.parser.CurrentLineNumber),
        ) from None  # fmt: skip
    except (expat.ExpatError, OSError, EOFError, zlib.error) as error:
        detail = getattr(error, "strerror", None) or str(error)
        raise InputError(
            Text(f"XML 读不通：{detail}", f"the XML cannot be read: {detail}"),
            Text("请重新导出，或检查文件是否传完", "Export it again, or check whether it was cut short"),
            where,
        ) from error


class _Beyond(Exception):
    """Something that is refused in a file that may well be XML."""

    def __init__(self, reason: Text) -> None:
        super().__init__(reason.en)
        self.reason = reason


class _Handler:
    """Collects marks from the parser; ``take`` hands them out."""

    def __init__(self) -> None:
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._characters
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.EntityDeclHandler = self._doctype
        self.found: list[Mark] = []
        self._texts: list[list[str]] = []
        self._length = 0

    def take(self) -> list[Mark]:
        """What was found since the last time."""
        found, self.found = self.found, []
        return found

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if len(self._texts) == MAX_DEPTH:
            raise _Beyond(Text(f"XML 嵌套超过 {MAX_DEPTH} 层", f"the XML is nested more than {MAX_DEPTH} deep"))
        self._texts.append([])
        self._length = 0
        self.found.append(Mark(False, name.rpartition(":")[2], attributes, ""))

    def _end(self, name: str) -> None:
        self.found.append(Mark(True, name.rpartition(":")[2], {}, "".join(self._texts.pop())))
        self._length = 0

    def _characters(self, text: str) -> None:
        self._length += len(text)
        if self._length > MAX_TOKEN:
            raise _Beyond(Text("文件中有过大的内容", "something in the file is too large"))
        if self._texts:
            self._texts[-1].append(text)

    def _doctype(self, *_: object) -> None:
        raise _Beyond(
            Text(
                "XML 含有文档类型或实体声明，不予读取", "the XML declares a document type or entities, which is refused"
            )
        )
