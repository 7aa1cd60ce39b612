"""Reads a CSV file: settles encoding and delimiter, checks the heading, yields rows of bounded size with their numbers."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from graph.errors import InputError, Where
from graph.text import Text
from ingest.sources.grid import Row, check_heading, too_many
from ingest.sources.text_file import MAX_LINE, TextFile, lines

_DELIMITERS = ",;\t"


@dataclass(frozen=True)
class CsvFile:
    """A CSV file whose heading was read; ``header`` has no trailing blanks."""

    text: TextFile
    delimiter: str
    header: tuple[str, ...]
    head_row: ClassVar[int] = 1

    @property
    def where(self) -> Where:
        """The file as a place."""
        return self.text.where

    def rows(self) -> Iterator[Row]:
        """Every row that is not blank; each has exactly as many cells as the heading, missing ones are empty.

        A row with more cells, or one the CSV rules cannot read, comes with ``broken``.

        Raises:
            InputError: the file broke off, or a cell is beyond all bounds (a quote that is never closed).
        """
        width = len(self.header)
        csv.field_size_limit(MAX_LINE)
        with self.text.open() as stream:
            taken: list[str] = []
            reader = csv.reader(_noting(lines(stream, self.text.where), taken), delimiter=self.delimiter, strict=True)
            next(reader)
            number = 1
            while True:
                number += 1
                taken.clear()
                try:
                    cells = next(reader)
                except StopIteration:
                    return
                except csv.Error as error:
                    yield Row(number, ["".join(taken).rstrip("\r\n")], _broken(str(error)))
                    continue
                if len(cells) != width:
                    if any(cells[width:]):
                        yield Row(number, cells, too_many(len(cells), width))
                        continue
                    del cells[width:]
                    cells += [""] * (width - len(cells))
                if any(cells):
                    yield Row(number, cells)


def open_csv(text: TextFile, *, delimiter: str | None = None) -> CsvFile:
    """Read the heading of a CSV file.

    Args:
        text: the file, opened by ``open_text``.
        delimiter: if it is known; else comma, semicolon or tab, whichever the heading holds most of.

    Raises:
        InputError: the heading is unreadable, too wide, has a gap or the same name twice.
    """
    csv.field_size_limit(MAX_LINE)
    with text.open() as stream:
        source = lines(stream, text.where)
        first = next(source)
        delimiter = delimiter or max(_DELIMITERS, key=first.count)
        try:
            header = next(csv.reader(_chain(first, source), delimiter=delimiter, strict=True))
        except csv.Error as error:
            reason = _broken(str(error))
            raise InputError(
                Text(f"表头读不通：{reason.zh}", f"the heading cannot be read: {reason.en}"),
                Text("请检查第一行的引号", "Check the quotes in the first row"), text.where,
            ) from None  # fmt: skip
    names = [name.strip() for name in header]
    while names and not names[-1]:
        names.pop()
    check_heading(names, text.where)
    return CsvFile(text, delimiter, tuple(names))


def _noting(source: Iterator[str], taken: list[str]) -> Iterator[str]:
    """The lines, each also kept in ``taken``: what a row that cannot be read looked like."""
    for line in source:
        taken.append(line)
        yield line


def _chain(first: str, rest: Iterator[str]) -> Iterator[str]:
    yield first
    yield from rest


def _broken(detail: str) -> Text:
    return Text(
        f"引号或格式有误（{detail}）；文本中的引号请写两次",
        f"broken quoting ({detail}); write a quote within a text twice",
    )
