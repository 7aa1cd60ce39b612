"""How each thing looks: one pale hue per tier, dark text, red only for the trace and for faults, and never red alone."""

from __future__ import annotations

from typing import NamedTuple

from graph.subgraph import Column, SubgraphNode


class Hue(NamedTuple):
    """The colours of one tier as ``#rrggbb``: fill and border of its boxes, the ink of its heading."""

    fill: str
    border: str
    ink: str


HUES: dict[Column, Hue] = {
    "KPI": Hue("#eef1fc", "#9fb0e3", "#2b3f94"),
    "KQI": Hue("#e9f5f9", "#8fc3d4", "#0f5c75"),
    "KCI": Hue("#e9f6f0", "#8fcbb0", "#12633f"),
    "ControlPoint": Hue("#fdf5e6", "#dcba7c", "#7a4a06"),
    "Complaint": Hue("#f6efe9", "#c2a58d", "#67452b"),
    "Owner": Hue("#f5effb", "#c2a3e0", "#57298a"),
    "OrgUnit": Hue("#eef1f5", "#a7b3c2", "#35465a"),
    "Other": Hue("#f4f4ef", "#bdbda6", "#4f4f3a"),
}
"""One hue per tier; every ink reads on white and on its own fill at 4.5 : 1 or better (tested)."""

TEXT = "#1c2733"
"""Ink of everything that is not dimmed."""
DIM_TEXT = "#66727f"
"""Ink of what stands back: still readable on its tint (4.5 : 1), for dimming must not hide."""
RED = "#b3201b"
"""The traced way and faults; always together with a solid root box, a thick border, ▲, ✕ or dashes."""
RED_FILL = "#fdeceb"
BLUE = "#0b57b0"
"""What the reader chose: a search hit, a selected box, a pressed button."""
EDGE, EDGE_DIM, EDGE_NEAR = "#cdd4dc", "#e6eaee", "#596878"
"""A plain line, one that stands back, one that touches the selected box."""
BAND = "#f3f5f7"
"""Fill of a stage band."""

PATH_WIDTH = 2.6
"""Width in px of the traced way, the only line with arrows."""
FONT_PX = 13
"""Size of the text in boxes at scale 1."""
MIN_TEXT_PX = 11
"""The page pans instead of drawing text smaller than this."""
FONT_FACE = "'Noto Sans CJK SC','Noto Sans SC','Microsoft YaHei','PingFang SC','Source Han Sans SC',sans-serif"
"""Fonts of the reader's own machine; nothing is fetched."""
FONT_FACE_EN = "'Segoe UI','Noto Sans','Helvetica Neue',Arial,'DejaVu Sans'," + FONT_FACE
"""English running text: a Chinese face would set its quotation marks a full em wide."""

SYMBOLS = {"red": "▲", "amber": "△", "green": "✓", "gap": "✕", "anchor": "◎", "root": "●"}
"""The sign drawn before a label, so that no meaning hangs on colour."""
_SIGN_ORDER = ("gap", "red", "amber", "green", "root", "anchor")


def sign(node: SubgraphNode) -> str:
    """The signs of a node's marks in a fixed order, e.g. ``"▲ "``; empty for a node without any."""
    begins = "root" in node.marks  # where it began says more than that it hurts there too
    signs = [SYMBOLS[mark] for mark in _SIGN_ORDER if mark in node.marks and not (begins and mark == "anchor")]
    return "".join(signs) + " " if signs else ""


def tint(colour: str, share: float) -> str:
    """A colour mixed with white: ``share`` 1 is the colour, 0 is white. Opaque, so that lines do not shine through a dimmed box."""
    parts = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return "#" + "".join(f"{round(255 - (255 - part) * share):02x}" for part in parts)


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, 1 to 21 (WCAG 2.2, "contrast ratio"); text needs 4.5."""
    bright, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def css_variables() -> str:
    """The colours that carry a meaning and the fonts as CSS custom properties, so that the style sheet does not repeat them."""
    inks = "".join(f"--ink-{tier}:{hue.ink};" for tier, hue in HUES.items())
    colours = f"--text:{TEXT};--red:{RED};--red-fill:{RED_FILL};--blue:{BLUE};--band:{BAND};"
    return f":root{{{inks}{colours}--font:{FONT_FACE};--font-en:{FONT_FACE_EN};}}\n"


def palette() -> dict[str, object]:
    """What the page's scripts need to colour the canvas; dimmed looks are opaque tints of the plain ones."""
    tiers = {
        tier: {
            "fill": hue.fill,
            "border": hue.border,
            "dimFill": tint(hue.fill, 0.45),
            "dimBorder": tint(hue.border, 0.6),
        }
        for tier, hue in HUES.items()
    }
    return {
        "tiers": tiers, "text": TEXT, "dimText": DIM_TEXT, "red": RED, "redFill": RED_FILL, "redDim": tint(RED, 0.45), "blue": BLUE,
        "edge": EDGE, "edgeDim": EDGE_DIM, "edgeNear": EDGE_NEAR, "band": BAND, "pathWidth": PATH_WIDTH,
        "face": FONT_FACE, "fontPx": FONT_PX, "minTextPx": MIN_TEXT_PX,
    }  # fmt: skip


def _luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
