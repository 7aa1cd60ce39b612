"""The page: one file, both languages, every fact as text, nothing fetched, the same bytes on every run."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest

from graph.errors import UsageError
from graph.subgraph import Label, Subgraph, SubgraphNode
from viz.grid import MAX_NODES
from viz.page import render

ROOT = Path(__file__).resolve().parents[2]
HOSTILE = "</script><script>alert(1)</script><!-- <img src=x onerror=alert(2)> \" onmouseover='alert(3)' {{7*7}} \u202eגנב\u2028"


class Parsed(HTMLParser):
    """The elements of a page: tag, attributes, and the text directly inside."""

    def __init__(self, html: bytes) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None], list[str]]] = []
        self._open: list[int] = []
        self.feed(html.decode())
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs), []))
        if tag not in ("meta", "link", "input", "br"):
            self._open.append(len(self.elements) - 1)

    def handle_endtag(self, tag: str) -> None:
        assert self.elements[self._open.pop()][0] == tag, f"</{tag}> closes something else"

    def handle_data(self, data: str) -> None:
        if self._open:
            self.elements[self._open[-1]][2].append(data)

    def texts(self, tag: str) -> list[tuple[dict[str, str | None], str]]:
        return [(attrs, "".join(text)) for name, attrs, text in self.elements if name == tag]

    @property
    def data(self) -> dict[str, object]:
        (text,) = [text for attrs, text in self.texts("script") if attrs.get("id") == "picture"]
        found: dict[str, object] = json.loads(text)
        return found


@pytest.fixture(scope="module")
def hostile(sample: Subgraph) -> Subgraph:
    """The sample with hostile text in every place that takes text, 100,000 characters in one of them."""
    bad = Label(zh=HOSTILE, en=HOSTILE)
    nodes = [
        SubgraphNode(
            id=f"{HOSTILE}{at}",
            kind=HOSTILE,
            label=bad,
            column=node.column,
            band=node.band,
            marks=node.marks,
            detail=(bad, Label(zh="长" * 100_000, en="x")),
        )
        for at, node in enumerate(sample.nodes[:12])
    ]
    edges = [
        sample.edges[0].model_copy(
            update={
                "type": HOSTILE,
                "source": nodes[0].id,
                "target": nodes[at].id,
                "label": bad,
                "basis": HOSTILE,
                "on_path": True,
            }
        )
        for at in range(1, 12)
    ]
    bands = tuple(band.model_copy(update={"label": bad}) for band in sample.bands)
    return Subgraph(title=bad, lead=(bad,), nodes=tuple(nodes), edges=tuple(edges), bands=bands)


@pytest.mark.parametrize(
    ("lang", "html_lang", "title"),
    [("zh", "zh-CN", "投诉 TS20260618-0032 的溯源"), ("en", "en", "Trace of complaint TS20260618-0032")],
)
def test_the_page_starts_in_the_language_asked_for(sample: Subgraph, lang: str, html_lang: str, title: str) -> None:
    page = Parsed(render(sample, lang))  # type: ignore[arg-type]
    assert page.texts("html")[0][0]["lang"] == html_lang
    assert page.texts("title")[0][1] == title


def test_every_node_and_link_stands_in_the_tables_in_both_languages(sample: Subgraph) -> None:
    html = render(sample, "zh").decode()
    nodes_table, links_table = re.findall(r"<table.*?</table>", html, re.DOTALL)
    assert nodes_table.count("<tr>") == len(sample.nodes) + 1
    assert links_table.count("<tr>") == len(sample.edges) + 1
    for node in sample.nodes:
        assert node.label.zh in nodes_table
        assert node.label.en in nodes_table
        assert node.id in nodes_table
        for line in node.detail[:1]:
            assert line.zh in nodes_table
    rows = re.findall(r"<tr>.*?</tr>", links_table, re.DOTALL)[1:]
    traced = sum(edge.on_path for edge in sample.edges)
    assert ["yes" in row for row in rows] == [at < traced for at in range(len(rows))]  # the traced way comes first


def test_lead_title_and_counts_are_said(sample: Subgraph) -> None:
    html = render(sample, "zh").decode()
    assert sample.lead[0].zh in html
    assert sample.lead[0].en in html
    assert "114 个节点，3 处断点" in html
    assert "114 nodes, 3 breakpoints" in html


def test_the_network_holds_every_box_once_at_its_place_and_every_link(sample: Subgraph) -> None:
    data = Parsed(render(sample, "zh")).data
    network = data["network"]
    assert isinstance(network, dict)
    assert [node["id"] for node in network["nodes"]] == [f"n{at}" for at in range(len(sample.nodes))]
    assert [(edge["id"], edge["from"], edge["to"]) for edge in network["edges"]][:2] == [
        (
            f"e{at}",
            f"n{[n.id for n in sample.nodes].index(edge.source)}",
            f"n{[n.id for n in sample.nodes].index(edge.target)}",
        )
        for at, edge in enumerate(sample.edges[:2])
    ]
    assert len(network["edges"]) == len(sample.edges)
    assert len({(node["x"], node["y"]) for node in network["nodes"]}) == len(sample.nodes)
    assert network["options"]["physics"] == {"enabled": False}


def test_nothing_is_fetched(sample: Subgraph, hostile: Subgraph) -> None:
    for subgraph in (sample, hostile):
        for tag, attrs, _ in Parsed(render(subgraph, "en")).elements:
            assert tag not in ("iframe", "object", "embed", "base", "img", "form", "video", "audio", "source")
            for name in ("src", "href", "srcset", "action", "data", "poster", "background"):
                assert attrs.get(name) in (None, "#tables", "data:,"), (tag, attrs)
            assert attrs.get("rel") in (None, "icon")
            assert not [name for name in attrs if name.startswith("on") or name == "style"], (tag, attrs)
        style = "".join(text for _, text in Parsed(render(subgraph, "en")).texts("style"))
        assert "url(" not in style
        assert "@import" not in style


def test_the_policy_holds_the_hash_of_every_script_and_style_and_of_nothing_else(hostile: Subgraph) -> None:
    page = Parsed(render(hostile, "zh"))
    (policy,) = [
        attrs["content"] or ""
        for attrs, _ in page.texts("meta")
        if attrs.get("http-equiv") == "Content-Security-Policy"
    ]
    runs = [text for attrs, text in page.texts("script") if attrs.get("type") != "application/json"]
    styles = [text for _, text in page.texts("style")]
    hashes = {base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in (*runs, *styles)}
    assert set(re.findall(r"'sha256-([^']+)'", policy)) == hashes
    assert len(runs) == 5
    first = next(
        tag for tag, attrs, _ in page.elements if tag in ("script", "style", "link", "body") or "http-equiv" in attrs
    )
    assert first == "meta"  # a policy binds only what follows it


def test_hostile_text_is_text(hostile: Subgraph) -> None:
    page = Parsed(render(hostile, "zh"))  # the parser itself fails on elements that do not nest
    assert sum(tag == "script" for tag, _, _ in page.elements) == 6
    assert not any(tag == "img" for tag, _, _ in page.elements)
    assert "{{7*7}}" in page.texts("title")[0][1]
    nodes = page.data["nodes"]
    assert isinstance(nodes, list)
    assert nodes[0]["detail"][0]["zh"] == HOSTILE
    assert "\u202e" not in nodes[0]["short"]["zh"]


def test_a_very_long_text_does_not_make_a_very_long_page(hostile: Subgraph) -> None:
    html = render(hostile, "zh")
    assert len(html) < 1_000_000
    assert "（全文共 100000 字）" in html.decode()


def test_an_empty_picture_says_so(picture: Callable[..., Subgraph]) -> None:
    html = render(picture([]), "en").decode()
    assert "There is nothing to draw." in html


def test_more_nodes_than_can_be_read_are_refused(
    node: Callable[..., SubgraphNode], picture: Callable[..., Subgraph]
) -> None:
    with pytest.raises(UsageError, match="501 nodes"):
        render(picture([node(f"C:{at}") for at in range(MAX_NODES + 1)]), "zh")


def test_the_same_bytes_under_any_hash_seed(tmp_path: Path) -> None:
    program = (
        "import sys, hashlib; from pathlib import Path; from graph.subgraph import Subgraph; from viz.page import render; "
        "s = Subgraph.model_validate_json(Path('tests/golden/map_sample.json').read_bytes()); "
        "print([hashlib.sha256(render(s, lang)).hexdigest() for lang in ('zh', 'en', 'zh')])"
    )
    found = set()
    for seed in ("0", "1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT), "LC_ALL": "C"}
        run = subprocess.run(
            [sys.executable, "-c", program], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
        )
        found.add(run.stdout)
    assert len(found) == 1
    first, other, again = re.findall(r"[0-9a-f]{64}", found.pop())
    assert first == again != other


def test_only_drawing_a_page_brings_pyvis_in() -> None:
    program = "import sys, viz.page; print(sorted({'pyvis', 'IPython'} & set(sys.modules)))"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    run = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "[]"
