"""Makes the style sheet of Neo4j Browser, ``docs/cypher/style.grass``, in the hues of the maps: ``python -m viz.browser_style`` prints it."""

from __future__ import annotations

import sys

from graph.schema import KINDS
from graph.subgraph import Column
from viz.style import EDGE_NEAR, HUES, TEXT, Hue

_COLUMNS: dict[Column, tuple[str, ...]] = {
    "KPI": ("FindingCase", "Measure", "Verdict", "Assessment", "Milestone"),
    "KQI": ("Product", "Campaign", "Review", "StageEntry", "Sync"),
    "KCI": ("Indicator", "Target", "Measurement"),
    "ControlPoint": ("Domain", "Stage", "ControlPoint", "Gate"),
    "Complaint": ("Complaint", "HandlingStep", "Category", "Incident"),
    "Owner": ("Owner", "Assignment", "Rule"),
    "OrgUnit": ("OrgUnit",),
}
"""Which kinds share a tier's hue; indicators have one, for Browser colours by label, not by level. The rest are grey."""
_LARGE = ("ControlPoint", "Complaint", "OrgUnit", "Campaign", "Product")
_NAMELESS = ("HandlingStep", "Review", "Measurement", "StageEntry", "Sync", "Target", "Assignment", "Verdict")
"""Kinds that are usually without a name: their id is shown."""


def hue_of(kind: str) -> Hue:
    """The colours of a kind."""
    return HUES[next((column for column, kinds in _COLUMNS.items() if kind in kinds), "Other")]


def style_sheet() -> str:
    """The whole sheet in Neo4j Browser's GraSS format, every kind in the order of the vocabulary."""
    rules = [
        _rule("node", diameter="50px", color="#ffffff", border_color="#bdbda6", border_width="2px", text_color_internal=TEXT,
              font_size="10px"),
        _rule("relationship", color=EDGE_NEAR, shaft_width="1px", font_size="8px", padding="3px", text_color_external=TEXT,
              text_color_internal="#ffffff", caption='"<type>"'),
    ]  # fmt: skip
    for kind in KINDS:
        hue = hue_of(kind)
        rules.append(
            _rule(
                f"node.{kind}", diameter="65px" if kind in _LARGE else "50px", color=hue.fill, border_color=hue.border,
                text_color_internal=hue.ink, caption='"{id}"' if kind in _NAMELESS else '"{name}"',
            )
        )  # fmt: skip
    return "\n".join(rules)


def _rule(selector: str, **properties: str) -> str:
    lines = "".join(f"  {name.replace('_', '-')}: {value};\n" for name, value in properties.items())
    return f"{selector} {{\n{lines}}}\n"


if __name__ == "__main__":
    sys.stdout.buffer.write(style_sheet().encode())
