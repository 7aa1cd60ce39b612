"""An indicator chain laid out for drawing: boxes in four columns from the control point to satisfaction, and the lines between them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple, get_args

from queries.answers import ChainLink, IndicatorAnswer, State

BOX_WIDTH, BOX_HEIGHT = 240, 44
_GAP_X, _GAP_Y, _HEAD = 90, 14, 28
Level = Literal["ControlPoint", "KCI", "KQI", "KPI"]
_LEVELS: tuple[Level, ...] = get_args(Level)


class Box(NamedTuple):
    """A node with the place of its upper left corner; ``state`` and ``target`` only of an indicator, as far as they are known."""

    reference: str
    x: int
    y: int
    state: State | None
    target: float | None


class Line(NamedTuple):
    """A link from the right edge of a box to the left edge of another; ``thin``: it rests on no more than a default map."""

    x1: int
    y1: int
    x2: int
    y2: int
    thin: bool


class ChainPicture(NamedTuple):
    """A picture in pixels, with the heading of each column that has boxes and where it stands."""

    width: int
    height: int
    columns: tuple[tuple[str, int], ...]
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]


def chain_picture(
    start: str, start_level: Level, links: Sequence[ChainLink], indicators: Sequence[IndicatorAnswer]
) -> ChainPicture:
    """Lay out a chain: columns by level, in each the boxes in the answer's order, centred against the tallest column.

    Args:
        start: the control point or indicator at which the chain begins.
        start_level: the column it stands in.
        links, indicators: those of the answer.
    """
    level: dict[str, str] = {start: start_level} | {one.id: one.level or "KCI" for one in indicators if one.id != start}
    known = {one.id: (one.state, one.target) for one in indicators}
    columns = {name: [ref for ref, own in level.items() if own == name] for name in _LEVELS}
    present = [name for name in _LEVELS if columns[name]]
    tallest = max(len(columns[name]) for name in present)
    place: dict[str, tuple[int, int]] = {}
    for at, name in enumerate(present):
        above = (tallest - len(columns[name])) * (BOX_HEIGHT + _GAP_Y) // 2
        for row, ref in enumerate(columns[name]):
            place[ref] = (at * (BOX_WIDTH + _GAP_X), _HEAD + above + row * (BOX_HEIGHT + _GAP_Y))
    lines = [
        _line(place[link.from_], place[link.to], link.basis) for link in links if {link.from_, link.to} <= place.keys()
    ]
    return ChainPicture(
        len(present) * (BOX_WIDTH + _GAP_X) - _GAP_X, _HEAD + tallest * (BOX_HEIGHT + _GAP_Y),
        tuple((name, at * (BOX_WIDTH + _GAP_X)) for at, name in enumerate(present)),
        tuple(Box(ref, *at, *known.get(ref, (None, None))) for ref, at in place.items()), tuple(lines),
    )  # fmt: skip


def _line(start: tuple[int, int], end: tuple[int, int], basis: str) -> Line:
    middle = BOX_HEIGHT // 2
    return Line(start[0] + BOX_WIDTH, start[1] + middle, end[0], end[1] + middle, basis == "default")
