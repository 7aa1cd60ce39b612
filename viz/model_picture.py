"""Draws the vocabulary as one SVG picture, ``docs/cypher/data-model.svg``: ``python -m viz.model_picture`` prints it.

Every kind has a place; of the edges the main ones are drawn, each checked against the vocabulary, edges of a kind to itself are written
into its box. All of them stand in ``docs/schema.md``.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from html import escape
from typing import NamedTuple

from graph.schema import EDGES, KINDS
from viz.browser_style import hue_of
from viz.style import FONT_FACE, TEXT

_PLACES: dict[str, tuple[int, int]] = {
    "Policy": (2, 0), "System": (3, 0), "Monitor": (4, 0), "Measurement": (5, 0), "Channel": (0, 0),
    "HandlingStep": (0, 1), "Category": (2, 1), "Indicator": (4, 1), "Target": (5, 1), "Milestone": (6, 1),
    "Verdict": (0, 2), "Complaint": (1, 2), "Review": (2, 2), "ControlPoint": (3, 2), "Assignment": (4, 2), "Owner": (5, 2), "OrgUnit": (6, 2),
    "Incident": (0, 3), "Campaign": (2, 3), "Rule": (4, 3), "Sync": (5, 3), "Assessment": (6, 3),
    "Product": (1, 4), "StageEntry": (2, 4), "Stage": (3, 4), "Gate": (4, 4), "Permission": (5, 4),
    "Domain": (3, 5), "Measure": (5, 5), "FindingCase": (6, 5),
}  # fmt: skip
"""Kind → column and row."""
_LINES = """
HandlingStep OF Complaint, Verdict OF Complaint, Complaint PART_OF_INCIDENT Incident, Complaint RAISED_VIA Channel
Complaint IN_CATEGORY Category, Complaint ABOUT Campaign, Complaint ABOUT Product, Incident AFFECTS Product
Category POINTS_TO ControlPoint, Review OF ControlPoint, Review ON Campaign, Campaign PROMOTES Product, StageEntry ON Campaign
StageEntry OF Stage, ControlPoint AT Stage, Stage IN_DOMAIN Domain, Gate GUARDS Stage, Gate CHECKS ControlPoint
ControlPoint GOVERNED_BY Policy, ControlPoint EMBEDDED_IN System, ControlPoint WATCHED_BY Monitor
ControlPoint MEASURED_BY Indicator, Measurement OF Indicator, Target OF Indicator, Target IN OrgUnit
Assignment FOR ControlPoint, Rule FOR ControlPoint, Assignment HELD_BY Owner, Rule HELD_BY OrgUnit, Owner BELONGS_TO OrgUnit
Milestone FOR OrgUnit, Assessment FOR OrgUnit, Sync FROM OrgUnit, OrgUnit MAY_DO Permission, Measure ADDRESSES FindingCase
"""
_COLUMN, _ROW, _WIDTH, _HEIGHT = 212, 118, 138, 54
_LEFT, _TOP = 96, 48
_INK, _LINE = "#596878", "#8a97a5"


class _Box(NamedTuple):
    x: float
    y: float

    @classmethod
    def of(cls, kind: str) -> _Box:
        column, row = _PLACES[kind]
        return cls(_LEFT + column * _COLUMN, _TOP + row * _ROW)

    def towards(self, other: _Box) -> tuple[float, float]:
        """Where the line to another box leaves this one."""
        dx, dy = other.x - self.x, other.y - self.y
        share = min(_WIDTH / 2 / abs(dx) if dx else 9.0, _HEIGHT / 2 / abs(dy) if dy else 9.0)
        return self.x + dx * share, self.y + dy * share


def picture() -> str:
    """The whole picture; the same vocabulary gives the same text.

    Raises KeyError when a kind has no place or a drawn edge is not in the vocabulary.
    """
    unplaced = set(KINDS) ^ set(_PLACES)
    if unplaced:
        raise KeyError(f"no place, or no kind: {sorted(unplaced)}")
    width = _LEFT * 2 + 6 * _COLUMN
    height = _TOP * 2 + 5 * _ROW
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" '
        f'font-family="{escape(FONT_FACE)}">',
        "<title>溯源的数据模型 · SuYuan's data model</title>",
        '<defs><marker id="to" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        f'<path d="M0 0 8 4 0 8z" fill="{_LINE}"/></marker></defs>',
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
        *_lines(),
        *(part for kind in KINDS for part in _box(kind)),
        *_labels(),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def drawn_edges() -> list[tuple[str, str, str]]:
    """Source kind, edge type, target kind of every line, in order."""
    lines = [line.split() for line in _LINES.replace("\n", ",").split(",") if line.strip()]
    return [(source, edge, target) for source, edge, target in lines]


def _ends(source: str, target: str) -> tuple[tuple[float, float], tuple[float, float]]:
    a, b = _Box.of(source), _Box.of(target)
    return a.towards(b), b.towards(a)


def _lines() -> Iterator[str]:
    for source, edge, target in drawn_edges():
        if target not in EDGES[edge].targets(source):
            raise KeyError(f"{source} {edge} {target}")
        (x1, y1), (x2, y2) = _ends(source, target)
        yield f'<path d="M{x1:.1f} {y1:.1f} {x2:.1f} {y2:.1f}" stroke="{_LINE}" fill="none" marker-end="url(#to)"/>'


def _labels() -> Iterator[str]:
    """The names of the edges at the middle of their lines, above the boxes, with a white rim where they cross a line."""
    for source, edge, target in drawn_edges():
        (x1, y1), (x2, y2) = _ends(source, target)
        yield (
            f'<text x="{(x1 + x2) / 2:.1f}" y="{(y1 + y2) / 2 + 3:.1f}" text-anchor="middle" font-size="9" fill="{_INK}" '
            f'stroke="#ffffff" stroke-width="3" paint-order="stroke">{edge}</text>'
        )


def _box(kind: str) -> Iterator[str]:
    box, hue = _Box.of(kind), hue_of(kind)
    own = ", ".join(name for name, edge in EDGES.items() if kind in edge.targets(kind))
    texts = [(KINDS[kind].zh, 13, TEXT), (kind, 11, hue.ink), *([(f"↺ {own}", 9, _INK)] if own else [])]
    x, y = box.x - _WIDTH / 2, box.y - _HEIGHT / 2
    yield f'<rect x="{x:g}" y="{y:g}" width="{_WIDTH}" height="{_HEIGHT}" rx="5" fill="{hue.fill}" stroke="{hue.border}"/>'
    base = box.y + 5 - 8 * (len(texts) - 1)
    for text, size, ink in texts:
        yield f'<text x="{box.x:g}" y="{base:g}" text-anchor="middle" font-size="{size}" fill="{ink}">{text}</text>'
        base += 16


if __name__ == "__main__":
    sys.stdout.buffer.write(picture().encode())
