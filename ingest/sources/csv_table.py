"""Reads a CSV file: settles its delimiter, yields rows of bounded size with their numbers, and goes on after a row with broken quotes."""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import ClassVar

from graph.errors import Where
from graph.text import Text
from ingest.sources.grid import ERROR_VALUES, Counted, Fault, Merge, Row
from ingest.sources.text_file import MAX_LINE, TextFile, lines

_DELIMITERS = ",;\t|"
_LOOKED_AT = 30
"""Rows by which the delimiter is settled."""
_SEPARATOR_LINE = "sep="
Liking = Callable[[list[Row]], float]
"""How well rows read with a delimiter fit what is expected; more is better."""


@dataclass(frozen=True)
class CsvTable:
    """A CSV file whose encoding and delimiter are settled."""

    text: TextFile
    delimiter: str
    merges: ClassVar[tuple[Merge, ...]] = ()
    read_as: ClassVar[tuple[Counted, ...]] = ()
    epoch_1904: ClassVar[bool] = False
    exact_width: ClassVar[bool] = True

    @property
    def where(self) -> Where:
        """The file as a place."""
        return self.text.where

    def rows(self) -> Iterator[Row]:
        """Every row that is not empty; one the CSV rules cannot read comes with ``broken``, the lines after it are read on their own.

        Raises:
            InputError: the file broke off, or a line is beyond all bounds.
        """
        csv.field_size_limit(MAX_LINE)
        with self.text.open() as stream:
            source = _Lines(lines(stream, self.where))
            reader = csv.reader(source, delimiter=self.delimiter, strict=True)
            number = 0
            while True:
                number += 1
                source.taken.clear()
                doubtful = source.again
                try:
                    cells = next(reader)
                except StopIteration:
                    return
                except csv.Error as error:
                    first, *rest = source.taken
                    source.give_back(rest)
                    yield Row(number, [first.rstrip("\r\n")], _broken(str(error)))
                    continue
                width = len(cells)
                while cells and not cells[-1]:
                    cells.pop()
                if not cells or (number == 1 and _is_separator_line(cells, self.delimiter)):
                    continue
                faults = _faults(cells) if "#" in source.taken[0] or len(source.taken) > 1 else ()
                yield Row(number, cells, None, faults, width if doubtful else -1)


class _Lines:
    """Lines that can be given back; those read so far of the present row are in ``taken``."""

    def __init__(self, source: Iterator[str]) -> None:
        self._source = source
        self._waiting: deque[str] = deque()
        self.taken: list[str] = []

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._waiting.popleft() if self._waiting else next(self._source)
        self.taken.append(line)
        return line

    @property
    def again(self) -> bool:
        """Whether the next line was part of a row that could not be read."""
        return bool(self._waiting)

    def give_back(self, lines_: list[str]) -> None:
        """Lines to be read again, on their own."""
        self._waiting.extendleft(reversed(lines_))


def open_csv(text: TextFile, liking: Liking, *, delimiter: str | None = None) -> CsvTable:
    """Settle the delimiter of a CSV file.

    Args:
        text: the file, opened by ``open_text``.
        liking: says how well the first rows fit what is expected; where that does not decide, the first line does.
        delimiter: if it is known; else comma, semicolon, tab or a bar. A first line ``sep=;``, as Excel writes it, names it.

    Raises:
        InputError: the first line is beyond all bounds.
    """
    if delimiter is not None:
        return CsvTable(text, delimiter)
    with text.open() as stream:
        start = list(islice(lines(stream, text.where), _LOOKED_AT))
    named = start[0].lstrip("\ufeff").rstrip("\r\n").strip('"') if start else ""
    if named.lower().startswith(_SEPARATOR_LINE) and len(named) == len(_SEPARATOR_LINE) + 1:
        return CsvTable(text, named[-1])

    def fit(candidate: str) -> tuple[float, int, int, int]:
        found = list(islice(CsvTable(text, candidate).rows(), _LOOKED_AT))
        widths = [len(row.cells) for row in found if row.broken is None]
        return (
            liking(found),
            start[0].count(candidate),
            -sum(width > widths[0] for width in widths),
            max(widths, default=0),
        )

    # most files hold one of them only: no need to read the start four times
    there = [candidate for candidate in _DELIMITERS if any(candidate in line for line in start)]
    if not any(candidate in start[0] for candidate in there):
        there = list(dict.fromkeys((",", *there)))  # a heading of one column, and texts that hold a delimiter below it
    return CsvTable(text, max(there, key=fit) if len(there) > 1 else there[0])


def _faults(cells: list[str]) -> tuple[Fault, ...]:
    """Error values that a spreadsheet wrote into the file."""
    return tuple(
        Fault(at, code) for at, cell in enumerate(cells) if cell[:1] == "#" and (code := cell.strip()) in ERROR_VALUES
    )


def _is_separator_line(cells: list[str], delimiter: str) -> bool:
    return cells[0].lower().lstrip("\ufeff") in (_SEPARATOR_LINE, _SEPARATOR_LINE + delimiter) and len(cells) == 1


def _broken(detail: str) -> Text:
    return Text(
        f"引号或格式有误（{detail}）；文本中的引号请写两次",
        f"broken quoting ({detail}); write a quote within a text twice",
    )
