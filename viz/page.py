"""One offline HTML page from a subgraph: the picture, the evidence beside it and the same content as tables."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from graph.subgraph import Label, Subgraph
from graph.text import Lang
from viz import words
from viz.inline import content_policy, own_file, script_json, vis_network
from viz.layout import BOX_PAD, LANGS, MARGIN, Layout, NodeBox, lay_out
from viz.style import css_variables, palette
from viz.trail import Trail, trail
from viz.widths import one_line, shorten

SCRIPTS = ("surface.js", "paint.js", "panel.js", "controls.js")
"""Our scripts, each a file of ``viz/templates`` with one job, in the order in which they run."""
_NAME_CHARACTERS, _DETAIL_CHARACTERS, _TITLE_CHARACTERS = 200, 2_000, 300
_HTML_LANG: dict[Lang, str] = {"zh": "zh-CN", "en": "en"}


def render(subgraph: Subgraph, lang: Lang) -> bytes:
    """A whole HTML page in UTF-8 that opens from a USB stick: it holds both languages, starts in ``lang``, fetches nothing.

    The same subgraph gives the same bytes on every run. Labels and details are text, whatever they contain.
    Raises UsageError when there are more than ``viz.grid.MAX_NODES`` nodes, or the subgraph contradicts itself.
    """
    from viz.network import MapNetwork  # brings pyvis and IPython with it: only who draws pays for that

    layout, walk = lay_out(subgraph), trail(subgraph)
    scripts, style = _scripts(), _style()
    picture = _picture(subgraph, layout, walk) | {"network": MapNetwork(subgraph, layout, lang).data()}
    html = _template().render(
        lang=lang,
        html_lang=_HTML_LANG[lang],
        policy=page_policy(),
        style=Markup(style),
        scripts=[Markup(text) for text in scripts],
        data=Markup(script_json(picture)),
        title=_cut(subgraph.title, _TITLE_CHARACTERS),
        lead=[_cut(line, _DETAIL_CHARACTERS) for line in subgraph.lead],
        counts=words.counts(len(subgraph.nodes), sum("gap" in node.marks for node in subgraph.nodes)),
        words=words,
        columns=layout.columns,
        marks=frozenset(mark for node in subgraph.nodes for mark in node.marks),
        traced=walk.traced,
        node_rows=_node_rows(layout),
        link_rows=_link_rows(subgraph, layout),
    )
    return html.encode()


@lru_cache(maxsize=1)
def page_policy() -> str:
    """The content security policy of every page of :func:`render`: its scripts and its style are the same whatever it shows.

    Whoever serves the page sends the same as a header, for a stricter one would forbid what the page allows itself.
    """
    return content_policy(_scripts(), [_style()])


def _scripts() -> list[str]:
    return [vis_network(), *(own_file(name) for name in SCRIPTS)]


def _style() -> str:
    return css_variables() + own_file("map.css")


@lru_cache(maxsize=1)
def _template() -> Template:
    loader = PackageLoader("viz", "templates")
    environment = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template("map.html.j2")


def _picture(subgraph: Subgraph, layout: Layout, walk: Trail) -> dict[str, Any]:
    """What the page's scripts read; nodes and links are named by their index."""
    index = {box.node.id: at for at, box in enumerate(layout.nodes)}
    return {
        "columns": [{"tier": c.tier, "width": c.width, "gap": c.gap} for c in layout.columns],
        "bands": [{"top": b.top, "bottom": b.bottom, "name": _pair(b.short)} for b in layout.bands],
        "bandColumns": layout.band_columns,
        "height": layout.height,
        "margin": MARGIN,
        "pad": BOX_PAD,
        "nodes": [_node(box) for box in layout.nodes],
        "links": [
            {
                "source": index[edge.source], "target": index[edge.target], "name": _pair(words.link_name(edge)),
                "note": _pair(_cut(edge.label, _DETAIL_CHARACTERS)) if edge.label else None,
                "basis": _pair(words.basis_name(edge)), "onPath": edge.on_path, "backward": at in walk.backward,
            }
            for at, edge in enumerate(subgraph.edges)
        ],
        "steps": [index[step] for step in walk.steps],
        "traced": walk.traced,
        "looks": palette(),
        "words": {
            lang: {
                "texts": {key: label.in_(lang) for key, label in words.TEXTS.items()},
                "tiers": {key: label.in_(lang) for key, label in words.STEPS.items()},
                "marks": {key: label.in_(lang) for key, label in words.MARKS.items()},
            }
            for lang in LANGS
        },
        "title": _pair(_cut(subgraph.title, _TITLE_CHARACTERS)),
    }  # fmt: skip


def _node(box: NodeBox) -> dict[str, Any]:
    return {
        "id": one_line(box.node.id)[:_NAME_CHARACTERS],
        "kind": _pair(words.kind_name(box.node.kind)),
        "tier": box.node.column,
        "column": box.column,
        "y": box.y,
        "short": _pair(box.short),
        "name": _pair(_name(box)),
        "marks": list(box.node.marks),
        "detail": [_pair(_cut(line, _DETAIL_CHARACTERS)) for line in box.node.detail],
    }


def _node_rows(layout: Layout) -> list[dict[str, Any]]:
    """The table of nodes in reading order: column by column, top to bottom."""
    bands = {band.band.id: band.band.label for band in layout.bands}
    order = sorted(range(len(layout.nodes)), key=lambda at: (layout.nodes[at].column, layout.nodes[at].y, at))
    return [
        {
            "at": at,
            "tier": words.STEPS[box.node.column],
            "name": _name(box),
            "id": one_line(box.node.id)[:_NAME_CHARACTERS],
            "band": bands.get(box.node.band or ""),
            "marks": [words.MARKS[mark] for mark in box.node.marks],
            "detail": [_cut(line, _DETAIL_CHARACTERS) for line in box.node.detail],
        }
        for at, box in ((at, layout.nodes[at]) for at in order)
    ]


def _link_rows(subgraph: Subgraph, layout: Layout) -> list[dict[str, Any]]:
    """The table of links, the traced way first."""
    boxes = {box.node.id: box for box in layout.nodes}
    return [
        {
            "source": _name(boxes[edge.source]),
            "name": words.link_name(edge),
            "target": _name(boxes[edge.target]),
            "note": _cut(edge.label, _DETAIL_CHARACTERS) if edge.label else None,
            "basis": words.basis_name(edge),
            "on_path": edge.on_path,
        }
        for edge in sorted(subgraph.edges, key=lambda edge: not edge.on_path)
    ]


def _name(box: NodeBox) -> Label:
    """A node's whole name without signs; its id where it has none."""
    label = box.node.label
    return _cut(Label(zh=one_line(label.zh) or box.node.id, en=one_line(label.en) or box.node.id), _NAME_CHARACTERS)


def _cut(label: Label, characters: int) -> Label:
    return Label(zh=shorten(label.zh, characters).zh, en=shorten(label.en, characters).en)


def _pair(label: Label) -> dict[Lang, str]:
    return {"zh": label.zh, "en": label.en}
