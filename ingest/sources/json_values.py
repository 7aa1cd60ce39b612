"""Reads the JSON values of a file one after another, whether they stand alone, a line each or in one array; memory holds one value."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple, TextIO

from graph.errors import InputError, Where
from graph.text import Text
from ingest.sources.text_file import TextFile

MAX_VALUE = 16_000_000
"""Longest single value read, in characters."""
MAX_DEPTH = 64
"""Deepest nesting read."""
_CHUNK = 1 << 16
_BLANK = " \t\r\n\ufeff"
_DECODER = json.JSONDecoder(parse_constant=lambda name: _no_number(name))


class JsonValue(NamedTuple):
    """A value with the number of the line on which it begins (from 1)."""

    line: int
    value: Any


def json_values(text: TextFile) -> Iterator[JsonValue]:
    """The values of a file: the elements of its array, or those that follow each other with blanks or line breaks between.

    Raises:
        InputError: the file is no JSON, broke off, holds a value beyond all bounds or something after its array.
    """
    with text.open() as stream:
        yield from _Reader(stream, text.where).values()


class _Reader:
    """What was read and not yet used, and where in the file it begins."""

    def __init__(self, stream: TextIO, where: Where) -> None:
        self._stream, self._where = stream, where
        self._buffer = ""
        self._at = 0
        self._line = 1
        self._ended = False

    def values(self) -> Iterator[JsonValue]:
        in_array = self._next() == "["
        if in_array:
            self._skip(1)
            if self._next() == "]":
                self._skip(1)
                self._nothing_more()
                return
        while self._next():
            line = self._line
            yield JsonValue(line, self._value())
            if not in_array:
                continue
            mark = self._next()
            if mark == "]":
                self._skip(1)
                self._nothing_more()
                return
            if mark != ",":
                raise self._broken("expected , or ]" if mark else "the array is not closed")
            self._skip(1)
            if self._next() in ("]", ""):
                raise self._broken("a value is missing after the last comma")
        if in_array:
            raise self._broken("the array is not closed")

    def _next(self) -> str:
        """The next character that is not blank; '' at the end."""
        while True:
            rest = len(self._buffer)
            at = self._at
            while at < rest and self._buffer[at] in _BLANK:
                at += 1
            self._skip(at - self._at)
            if self._at < rest:
                return self._buffer[self._at]
            if not self._more():
                return ""

    def _value(self) -> Any:
        """The value that begins here; more is read, twice as much each time, until it is whole."""
        wanted = _CHUNK
        while True:
            try:
                value, end = _DECODER.raw_decode(self._buffer, self._at)
                # a number or word at the end of what was read may go on
                if end < len(self._buffer) or self._ended:
                    break
            except json.JSONDecodeError as error:
                if self._ended:
                    raise self._broken(error.msg) from None
            except RecursionError:
                raise self._too_deep() from None
            except ValueError as error:
                raise self._broken(str(error)) from None
            if len(self._buffer) - self._at > MAX_VALUE:
                raise InputError(
                    Text(f"一个 JSON 值超过 {MAX_VALUE} 字，或其格式有误", f"one JSON value is longer than {MAX_VALUE} characters, or broken"),
                    Text("请检查括号和引号，或分成几个文件", "Check brackets and quotes, or split the file"), self._place(),
                )  # fmt: skip
            self._more(wanted)
            wanted *= 2
        if _depth(value) > MAX_DEPTH:
            raise self._too_deep()
        self._skip(end - self._at)
        return value

    def _more(self, size: int = _CHUNK) -> bool:
        """Read on; what was used is forgotten."""
        read = self._stream.read(size)
        self._ended = not read
        self._buffer = self._buffer[self._at :] + read
        self._at = 0
        return bool(read)

    def _skip(self, count: int) -> None:
        self._line += self._buffer.count("\n", self._at, self._at + count)
        self._at += count

    def _nothing_more(self) -> None:
        if self._next():
            raise self._broken("there is something after the end of the array")

    def _place(self) -> Where:
        return self._where._replace(row=self._line)

    def _broken(self, detail: str) -> InputError:
        return InputError(
            Text(f"不是合法的 JSON（{detail}）", f"not valid JSON ({detail})"),
            Text("请重新导出，或检查该行起的括号、引号和逗号", "Export it again, or check brackets, quotes and commas from this line on"),
            self._place(),
        )  # fmt: skip

    def _too_deep(self) -> InputError:
        return InputError(
            Text(f"JSON 嵌套超过 {MAX_DEPTH} 层", f"the JSON is nested more than {MAX_DEPTH} deep"),
            Text("这不像单据或日志，请核对文件", "That is no ticket and no log: check the file"),
            self._place(),
        )


def _depth(value: Any) -> int:
    """How deeply lists and objects are nested, without recursion."""
    deepest, waiting = 0, [(value, 1)]
    while waiting:
        part, depth = waiting.pop()
        if isinstance(part, dict | list):
            deepest = max(deepest, depth)
            waiting += [(inner, depth + 1) for inner in (part.values() if isinstance(part, dict) else part)]
    return deepest


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is no JSON number")
