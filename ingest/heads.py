"""Finds where in a table the heading stands: below title lines, over two lines, under merged group names (docs/tables.md)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from ingest.cells import bare
from ingest.sources.grid import MAX_COLUMNS, Merge, Row

LOOKED_AT = 30
"""Rows, empty ones aside, among which the heading must be."""
Known = Callable[[str], bool]
"""Whether a text is a heading that is looked for."""


class Wanted(NamedTuple):
    """What tells a heading from other rows: which texts are known, and which set of them makes a heading complete."""

    known: Known
    complete: Callable[[Sequence[str]], bool]
    least_share: float = 0.5
    """Which share of its texts must be known: all columns of our own tables are, of foreign ones a few."""

    def liking(self, rows: Sequence[Row]) -> float:
        """How many known headings the best row has: by this a delimiter is chosen."""
        return max((sum(map(self.known, map(bare, row.cells))) for row in rows if row.broken is None), default=0)


class Head(NamedTuple):
    """The heading: by column its name ('' where none) and, under a group name, ``group/name``; its rows; the lines above."""

    names: tuple[str, ...]
    grouped: tuple[str, ...]
    first: int
    last: int
    above: tuple[str, ...]


class _Line(NamedTuple):
    """A row near the start: its own cells, and these with merged areas spread over all their cells."""

    number: int
    own: list[str]
    spread: list[str]


def find_head(start: Sequence[Row], merges: Sequence[Merge], wanted: Wanted) -> Head | None:
    """The heading among the first rows; None when there is no row with text.

    Taken is the first row, or two rows together, that is complete and known well enough. Where there is none, the row
    that has most known headings: its faults can then be told; else the first that has two cells; else the first.
    """
    lines = [_line(row, merges) for row in start if row.broken is None and len(row.cells) <= MAX_COLUMNS]
    lines = [line for line in lines if any(line.own)]
    if not lines:
        return None
    best: tuple[int, int] = (0, -1)
    for at, line in enumerate(lines):
        score = _score(line.own, wanted)
        pair = _pair(lines, at, wanted)
        if pair is not None and _good(pair.names, wanted):
            return _with_lines_above(pair, lines[:at])
        if _good(line.own, wanted):
            return _single(lines, at)
        best = max(best, (score, -at - 1))
    if best[0]:
        return _single(lines, -best[1] - 1)
    return _single(lines, next((at for at, line in enumerate(lines) if sum(map(bool, line.own)) > 1), 0))


def _line(row: Row, merges: Sequence[Merge]) -> _Line:
    own = [bare(cell) for cell in row.cells]
    spread = list(own)
    for area in merges:
        if area.top == row.number and area.left < len(own) and own[area.left]:
            right = min(area.right, MAX_COLUMNS)
            spread += [""] * (right + 1 - len(spread))
            for column in range(area.left, right + 1):
                spread[column] = own[area.left]
    return _Line(row.number, own, spread)


def _score(names: Sequence[str], wanted: Wanted) -> int:
    return len({name for name in names if name and wanted.known(name)})


def _good(names: Sequence[str], wanted: Wanted) -> bool:
    """Whether a row is a heading beyond doubt."""
    filled = [name for name in names if name]
    return bool(filled) and wanted.complete(filled) and _score(names, wanted) >= wanted.least_share * len(filled)


def _single(lines: Sequence[_Line], at: int) -> Head:
    """One row as the heading; the row above it may hold group names."""
    line = lines[at]
    grouped = [""] * len(line.own)
    if at and lines[at - 1].number == line.number - 1 and len(set(filter(None, lines[at - 1].own))) > 1:
        above = _carried(lines[at - 1])
        grouped = [
            f"{above[n]}/{name}" if name and n < len(above) and above[n] else "" for n, name in enumerate(line.own)
        ]
    return _with_lines_above(Head(tuple(line.own), tuple(grouped), line.number, line.number, ()), lines[:at])


def _pair(lines: Sequence[_Line], at: int, wanted: Wanted) -> Head | None:
    """Two rows that together know more headings than either: names above, finer ones below some of them."""
    if at + 1 >= len(lines) or lines[at + 1].number != lines[at].number + 1:
        return None
    upper, lower = lines[at], lines[at + 1].own
    if not any(name and not (column < len(upper.own) and upper.own[column]) for column, name in enumerate(lower)):
        return None  # no name spans several columns: the row below is data
    above = _carried(upper)
    width = max(len(upper.own), len(lower))
    names, grouped, fitting = [], [], 0
    for column in range(width):
        top = above[column] if column < len(above) else ""
        own_top = upper.own[column] if column < len(upper.own) else ""
        low = lower[column] if column < len(lower) else ""
        both = [name for name in (low, f"{top}{low}", f"{top}/{low}") if low and wanted.known(name)]
        fitting += bool(both)
        names.append(both[0] if both else low or own_top)
        grouped.append(f"{top}/{low}" if top and low else "")
    alone = max(_score(upper.own, wanted), _score(lower, wanted))
    if _score(names, wanted) <= alone or 2 * fitting < sum(map(bool, lower)):
        return None
    return Head(tuple(names), tuple(grouped), upper.number, lines[at + 1].number, ())


def _carried(line: _Line) -> list[str]:
    """Group names over all their columns: those of merged areas, and without any each up to the next one."""
    if line.spread != line.own:
        return line.spread
    carried, last = [], ""
    for name in [*line.own, *[""] * (MAX_COLUMNS - len(line.own))]:
        last = name or last
        carried.append(last)
    return carried


def _with_lines_above(head: Head, lines: Sequence[_Line]) -> Head:
    return head._replace(above=tuple(" ".join(filter(None, line.own)) for line in lines))
