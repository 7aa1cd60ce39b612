"""The whole geometry of a picture: column widths and places, clipped labels and box centres, the same on every run."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from graph.subgraph import Band, Column, Label, Subgraph, SubgraphNode
from graph.text import Lang
from viz.grid import Grid, grid
from viz.placement import Placement, place
from viz.style import FONT_PX, sign
from viz.widths import advance, clip, one_line

BOX_HEIGHT = 18
"""Height of a box in px; with a row of 23 px there are 5 px between two boxes."""
BOX_PAD = 9
"""Room in px between the border of a box and its text, left and right."""
NARROWEST, WIDEST = 92, {"zh": 170, "en": 178}
"""Width of a column's boxes in px: as its longest label asks, within these."""
COMPLAINT_WIDEST = 136
"""The complaint is told in full beside the picture; its box leaves the room to the others."""
GAP, ARC_GAP = 34, 72
"""Least room in px between two columns, and after a column with links of its own (they bulge into it)."""
MARGIN = 12
"""Room in px left of the first column and right of the last."""
BAND_LABEL_EM = {"zh": 9.0, "en": 10.5}
"""Longest name of a stage beside its band, in em."""

BOLD = 1.08
"""Bold text is this much wider."""
LANGS: tuple[Lang, ...] = ("zh", "en")
"""The languages every page holds."""


@dataclass(frozen=True)
class ColumnBox:
    """One tier: the width of its boxes and the least room before it, in px, in each language."""

    tier: Column
    width: dict[Lang, int]
    gap: dict[Lang, int]


@dataclass(frozen=True)
class NodeBox:
    """One box: its node, its column's index, the height of its centre in px, the text that fits into it, and the whole text."""

    node: SubgraphNode
    column: int
    y: int
    short: Label
    full: Label


@dataclass(frozen=True)
class BandBox:
    """One stage band: its upper and lower edge in px and the name that fits beside it."""

    band: Band
    top: int
    bottom: int
    short: Label


@dataclass(frozen=True)
class Layout:
    """A picture's geometry; ``nodes`` in the order of the subgraph, ``band_columns`` the first and last column bands lie behind."""

    columns: tuple[ColumnBox, ...]
    nodes: tuple[NodeBox, ...]
    bands: tuple[BandBox, ...]
    band_columns: tuple[int, int] | None
    height: int

    def centres(self, lang: Lang) -> tuple[int, ...]:
        """The x of each column's centre in px at the least width; a wider window moves the columns apart, never the rows."""
        x, found = MARGIN, []
        for column in self.columns:
            x += column.gap[lang]
            found.append(x + column.width[lang] // 2)
            x += column.width[lang]
        return tuple(found)


def lay_out(subgraph: Subgraph) -> Layout:
    """Give every box and band of a subgraph its place.

    Raises UsageError for more than ``viz.grid.MAX_NODES`` nodes or a subgraph that contradicts itself.
    """
    sorted_ = grid(subgraph)
    placed = place(sorted_)
    arcs = _columns_with_arcs(subgraph)
    column_of = {at: index for index, (_, members) in enumerate(sorted_.columns) for at in members}
    full = [_whole(node) for node in sorted_.nodes]
    bands = _bands(sorted_, placed)
    columns = tuple(_column(sorted_, index, full, arcs, bands) for index in range(len(sorted_.columns)))
    nodes = tuple(
        NodeBox(node, column_of[at], placed.y[at], _fit(full[at], columns[column_of[at]]), full[at])
        for at, node in enumerate(sorted_.nodes)
    )
    behind = [index for index, (tier, _) in enumerate(sorted_.columns) if tier in sorted_.banded]
    return Layout(columns, nodes, bands, (behind[0], behind[-1]) if behind else None, placed.height)


def _whole(node: SubgraphNode) -> Label:
    signs = sign(node)
    return Label(zh=signs + (one_line(node.label.zh) or node.id), en=signs + (one_line(node.label.en) or node.id))


def _columns_with_arcs(subgraph: Subgraph) -> frozenset[Column]:
    tier = {node.id: node.column for node in subgraph.nodes}
    return frozenset(tier[edge.source] for edge in subgraph.edges if tier[edge.source] == tier[edge.target])


def _column(
    sorted_: Grid, index: int, full: list[Label], arcs: frozenset[Column], bands: tuple[BandBox, ...]
) -> ColumnBox:
    tier, members = sorted_.columns[index]
    width: dict[Lang, int] = {}
    gap: dict[Lang, int] = {}
    behind = [at for at, (name, _) in enumerate(sorted_.columns) if name in sorted_.banded]
    for lang in LANGS:
        longest = max(advance(full[at].in_(lang)) for at in members)
        widest = COMPLAINT_WIDEST if tier == "Complaint" else WIDEST[lang]
        width[lang] = min(max(ceil(longest * FONT_PX) + 2 * BOX_PAD, NARROWEST), widest)
        gap[lang] = 0 if index == 0 else ARC_GAP if sorted_.columns[index - 1][0] in arcs else GAP
        if (
            bands and behind and index == behind[-1]
        ):  # the names of the stages stand left of the last column of the band
            gap[lang] = max(
                gap[lang], round(max(advance(band.short.in_(lang)) for band in bands) * FONT_PX * BOLD) + 24
            )
    return ColumnBox(tier, width, gap)


def _fit(full: Label, column: ColumnBox) -> Label:
    room: dict[Lang, float] = {lang: (column.width[lang] - 2 * BOX_PAD) / FONT_PX for lang in LANGS}
    return Label(zh=clip(full.zh, room["zh"]), en=clip(full.en, room["en"]))


def _bands(sorted_: Grid, placed: Placement) -> tuple[BandBox, ...]:
    found = []
    for block in placed.blocks:
        if block.band is not None:
            band = sorted_.bands[block.band]
            name = Label(
                zh=clip(one_line(band.label.zh) or band.id, BAND_LABEL_EM["zh"]),
                en=clip(one_line(band.label.en) or band.id, BAND_LABEL_EM["en"]),
            )
            found.append(BandBox(band, block.top, block.bottom, name))
    return tuple(found)
