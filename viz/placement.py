"""A height for every box: stage bands down the page, few crossings, links as level as the rows allow.

Barycentre ordering (Sugiyama, Tagawa and Toda 1981, "Methods for Visual Understanding of Hierarchical System
Structures"): sweep over the columns, sort each by the mean height of what its boxes are linked to, move the boxes
there, and keep the arrangement with the fewest crossings (of equals the most level one) among all
sweeps and the order given. Last, boxes step aside for links that pass over their column.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from typing import NamedTuple

from viz.grid import Grid
from viz.spacing import spaced, spaced_clear

ROW = 23
"""Height of a row in px at scale 1."""
PAD = 8
"""Room in px above and below the rows of a band."""
BAND_GAP = 4
"""Room in px between two bands."""
SWEEPS = 24
"""Orders settle within a few sweeps, heights follow by halves: after this many the rest is below a pixel."""

EVASIONS = 4
"""For so many passing links even a small picture makes room on either side, so that they need not run through a box."""

CLEARANCE = 18
"""Between the middle of a box and a link that passes: half the box, and what the link climbs along it."""


class Block(NamedTuple):
    """Where a band, or the bandless rest (``band`` None), lies: the first and last row's centre, in px."""

    band: int | None
    first: int
    last: int

    @property
    def top(self) -> int:
        """The upper edge of the band."""
        return self.first - ROW // 2 - PAD

    @property
    def bottom(self) -> int:
        """The lower edge of the band."""
        return self.last + (ROW + 1) // 2 + PAD


class Placement(NamedTuple):
    """``y``: the centre of each node; ``blocks``: where each band lies; ``height``: of the whole picture; all in px."""

    y: tuple[int, ...]
    blocks: tuple[Block, ...]
    height: int


def place(grid: Grid) -> Placement:
    """Give every node of a grid its height.

    Nodes of a banded tier stand inside their band, the control points in adjacent rows; all others may stand anywhere
    in their column. No two boxes of a column come nearer than ``ROW``. O(sweeps · (V + E) log V).
    """
    blocks, height = _blocks(grid)
    y = _as_given(grid, blocks, height)
    best, least = y, _cost(grid, y)
    for sweep in range(SWEEPS):
        y = list(y)
        order = range(len(grid.columns)) if sweep % 2 == 0 else range(len(grid.columns) - 1, -1, -1)
        for column in order:
            _settle(grid, blocks, height, column, y)
        cost = _cost(grid, y)
        if cost < least:
            best, least = y, cost
    _step_aside(grid, blocks, height, best)
    return Placement(tuple(best), blocks, height)


def _cost(grid: Grid, y: list[int]) -> tuple[int, int]:
    return crossings(grid, y), sum(abs(y[at] - y[other]) for at, others in enumerate(grid.near) for other in others)


def crossings(grid: Grid, y: list[int]) -> int:
    """How many pairs of links between the same two columns cross, for given heights; links into one box do not cross. O(E log E)."""
    column_of = {at: column for column, (_, members) in enumerate(grid.columns) for at in members}
    between: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for at, others in enumerate(grid.near):
        for other in others:
            if column_of[at] < column_of[other]:
                between.setdefault((column_of[at], column_of[other]), []).append((y[at], y[other]))
    total = 0
    for links in between.values():
        above: list[int] = []
        pending: list[int] = []
        last = None
        for left, right in sorted(links):
            if left != last:
                for height in pending:
                    insort(above, height)
                pending, last = [], left
            total += len(above) - bisect_right(above, right)
            pending.append(right)
    return total


def _blocks(grid: Grid) -> tuple[tuple[Block, ...], int]:
    """Where the bands lie, centred in the height that the tallest column needs."""
    counts: dict[int | None, dict[str, int]] = {band: {} for band in range(len(grid.bands))} if grid.banded else {}
    for tier, members in grid.columns:
        if tier in grid.banded:
            for at in members:
                tally = counts.setdefault(grid.band_of[at], {})
                tally[tier] = tally.get(tier, 0) + 1
    sizes = [(band, max(tally.values(), default=1)) for band, tally in counts.items()]
    banded = sum(rows * ROW + 2 * PAD + BAND_GAP for _, rows in sizes)
    rows = [
        len(members) + 2 * min(len(grid.passing[at]), EVASIONS)
        for at, (tier, members) in enumerate(grid.columns)
        if tier not in grid.banded
    ]
    free = max(rows, default=0) * ROW + 2 * PAD
    height = max(banded, free)
    top, blocks = (height - banded) // 2, []
    for band, count in sizes:
        first = top + PAD + ROW // 2
        blocks.append(Block(band, first, first + (count - 1) * ROW))
        top += count * ROW + 2 * PAD + BAND_GAP
    return tuple(blocks), height


def _as_given(grid: Grid, blocks: tuple[Block, ...], height: int) -> list[int]:
    """Every column in the order of its nodes, in the middle of its room."""
    y = [0] * len(grid.nodes)
    for column in range(len(grid.columns)):
        for members, low, high in _rooms(grid, blocks, height, column):
            for at, position in zip(members, spaced([(low + high) / 2] * len(members), ROW, low, high), strict=True):
                y[at] = position
    return y


def _rooms(grid: Grid, blocks: tuple[Block, ...], height: int, column: int) -> list[tuple[list[int], int, int]]:
    """The runs of a column that may be reordered, each with the heights it must keep within."""
    tier, members = grid.columns[column]
    if tier not in grid.banded:
        return [(list(members), PAD + ROW // 2, height - PAD - ROW // 2)]
    return [([at for at in members if grid.band_of[at] == block.band], block.first, block.last) for block in blocks]


def _settle(grid: Grid, blocks: tuple[Block, ...], height: int, column: int, y: list[int]) -> None:
    """Sort one column by the mean height of its boxes' links and move the boxes there; changes ``y``."""
    packed = grid.columns[column][0] == "ControlPoint" and "ControlPoint" in grid.banded
    for members, low, high in _rooms(grid, blocks, height, column):
        wish = {
            at: sum(y[other] for other in grid.near[at]) / len(grid.near[at]) if grid.near[at] else float(y[at])
            for at in members
        }
        members.sort(key=lambda at: wish[at])  # stable: boxes that wish for the same height keep their order
        wishes = [(low + high) / 2] * len(members) if packed else [wish[at] for at in members]
        for at, position in zip(members, spaced(wishes, ROW, low, high), strict=True):
            y[at] = position


def _step_aside(grid: Grid, blocks: tuple[Block, ...], height: int, y: list[int]) -> None:
    """Move the boxes of free columns out of the way of links that pass over them, so that none seems to end there; changes ``y``."""
    for column, (tier, _) in enumerate(grid.columns):
        if tier in grid.banded or not grid.passing[column]:
            continue
        ((members, low, high),) = _rooms(grid, blocks, height, column)
        members.sort(key=lambda at: y[at])
        clear = spaced_clear([y[at] for at in members], _lines(grid, column, y), ROW, CLEARANCE, low, high)
        for at, position in zip(members, clear or [], strict=False):
            y[at] = position


def _lines(grid: Grid, column: int, y: list[int]) -> list[float]:
    """Where the links that pass over a column cross it: they leave and arrive level, like 3f² − 2f³ along the way."""
    column_of = {at: index for index, (_, members) in enumerate(grid.columns) for at in members}
    crossed = set()
    for left, right in grid.passing[column]:
        along = (column - column_of[left]) / (column_of[right] - column_of[left])
        crossed.add(y[left] + (y[right] - y[left]) * along * along * (3 - 2 * along))
    return sorted(crossed)
