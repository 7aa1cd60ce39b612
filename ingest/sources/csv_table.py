"""Reads a CSV file: settles encoding and delimiter, checks the heading, yields rows of bounded size with their numbers."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from graph.errors import InputError
from graph.text import Text
from ingest.sources.text_file import MAX_LINE, TextFile, lines

MAX_COLUMNS = 1_000
"""More columns than any table of ours or any export has: a heading with more is a broken file."""
_DELIMITERS = ",;\t"


class Row(NamedTuple):
    """One row: its number as a spreadsheet counts (the heading is row 1), its cells, or why it cannot be read."""

    number: int
    cells: list[str]
    broken: Text | None = None


@dataclass(frozen=True)
class CsvFile:
    """A CSV file whose heading was read; ``header`` has no trailing blanks."""

    text: TextFile
    delimiter: str
    header: tuple[str, ...]

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
                        yield Row(number, cells, _too_many(len(cells), width))
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
    _check_heading(names, text)
    return CsvFile(text, delimiter, tuple(names))


def row_text(cells: list[str]) -> str:
    """A row as it might stand in the file, for the rejects; one cell alone as it is."""
    if len(cells) == 1:
        return cells[0]
    return ",".join(
        '"' + cell.replace('"', '""') + '"' if any(ch in cell for ch in ',"\n\r') else cell for cell in cells
    )


def _noting(source: Iterator[str], taken: list[str]) -> Iterator[str]:
    """The lines, each also kept in ``taken``: what a row that cannot be read looked like."""
    for line in source:
        taken.append(line)
        yield line


def _chain(first: str, rest: Iterator[str]) -> Iterator[str]:
    yield first
    yield from rest


def _check_heading(names: list[str], text: TextFile) -> None:
    if len(names) > MAX_COLUMNS:
        raise InputError(
            Text(f"表头有 {len(names)} 列，上限 {MAX_COLUMNS}", f"the heading has {len(names)} columns, at most {MAX_COLUMNS} are read"),
            Text("请检查分隔符，或只导出需要的列", "Check the delimiter, or export the columns you need"), text.where,
        )  # fmt: skip
    if not names:
        raise InputError(
            Text("第一行没有列名", "the first row holds no headings"),
            Text("请在第一行写列名", "Put the headings into the first row"),
            text.where,
        )
    for place, name in enumerate(names, start=1):
        if not name:
            raise InputError(
                Text(f"第 {place} 列没有列名", f"column {place} has no heading"),
                Text("请补上列名或删去该列", "Name the column or remove it"), text.where._replace(row=1),
            )  # fmt: skip
        if name in names[: place - 1]:
            raise twice(name, text)


def twice(name: str, text: TextFile) -> InputError:
    """Two columns with the same meaning."""
    return InputError(
        Text(f"列 {name} 出现了两次", f"column {name} stands twice"),
        Text("请合并或删去其中一列", "Merge them or remove one"), text.where._replace(row=1, field=name),
    )  # fmt: skip


def _too_many(found: int, expected: int) -> Text:
    return Text(
        f"有 {found} 个单元格，表头只有 {expected} 列；含分隔符的文本请加引号",
        f"{found} cells, but the heading has {expected}; put texts that hold the delimiter in quotes",
    )


def _broken(detail: str) -> Text:
    return Text(
        f"引号或格式有误（{detail}）；文本中的引号请写两次",
        f"broken quoting ({detail}); write a quote within a text twice",
    )
