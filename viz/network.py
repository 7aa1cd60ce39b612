"""The picture as a pyvis network: fixed boxes without physics, plain ids of our own, no HTML anywhere.

Only pyvis's model of a vis-network is used, never its page: that one loads from a CDN, renders titles as HTML and
writes in the locale's encoding (tooling.md). Importing pyvis brings IPython with it, so import this module only
when a page is drawn.
"""

from __future__ import annotations

import json
from typing import Any

from pyvis.network import Network

from graph.subgraph import Subgraph
from graph.text import Lang
from viz.layout import BOX_HEIGHT, BOX_PAD, Layout
from viz.style import FONT_FACE, FONT_PX, HUES, TEXT

_LINE_ROOM = (BOX_HEIGHT - FONT_PX - 1) / 2  # above and below the text, so that a box is BOX_HEIGHT high

OPTIONS: dict[str, Any] = {
    "autoResize": False,
    "physics": {"enabled": False},
    "layout": {"improvedLayout": False, "hierarchical": {"enabled": False}},
    "interaction": {"dragNodes": False, "selectable": False, "hover": False, "tooltipDelay": 250, "zoomSpeed": 0.6},
    "nodes": {
        "shape": "box",
        "chosen": False,
        "font": {"face": FONT_FACE, "size": FONT_PX, "color": TEXT},
        "margin": {"top": _LINE_ROOM, "bottom": _LINE_ROOM, "left": BOX_PAD, "right": BOX_PAD},
        "heightConstraint": {"minimum": BOX_HEIGHT - 2 * _LINE_ROOM},
        "shapeProperties": {"borderRadius": 3},
    },
    "edges": {"chosen": False, "smooth": False},
}
"""vis-network's options; what a box looks like in each state is the page script's (``templates/surface.js``)."""


class MapNetwork(Network):  # type: ignore[misc]  # pyvis has no types
    """A laid-out subgraph as pyvis nodes and edges, keyed ``n0``, ``n1``… and ``e0``, ``e1``… in the subgraph's order.

    Own keys keep ids that nobody checked out of vis-network's lookup tables. vis-network draws the boxes, moves the
    view and tells which box was hit; the links are part of the network but hidden, for it would run them from centre to
    centre, behind their own boxes and through those of their column. ``templates/surface.js`` draws them border to border.
    """

    def __init__(self, subgraph: Subgraph, layout: Layout, lang: Lang) -> None:
        super().__init__(directed=True, cdn_resources="in_line")
        self.options = OPTIONS
        keys = {box.node.id: f"n{at}" for at, box in enumerate(layout.nodes)}
        centres = layout.centres(lang)
        for at, box in enumerate(layout.nodes):
            hue, width = HUES[box.node.column], layout.columns[box.column].width[lang]
            self.add_node(
                f"n{at}", label=box.short.in_(lang), shape="box", color={"background": hue.fill, "border": hue.border},
                x=centres[box.column], y=box.y, widthConstraint={"minimum": width - 2 * BOX_PAD},
            )  # fmt: skip
        for at, edge in enumerate(subgraph.edges):
            self.add_edge(keys[edge.source], keys[edge.target], id=f"e{at}", hidden=True)

    def data(self) -> dict[str, Any]:
        """Nodes, edges and options as vis-network takes them."""
        nodes, edges, _, _, _, options = self.get_network_data()
        return {"nodes": nodes, "edges": edges, "options": json.loads(options)}
