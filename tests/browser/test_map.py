"""The map in a real browser: drawn, offline, in both languages, usable by mouse and keyboard, deaf to hostile text."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from graph.subgraph import Label, Subgraph, SubgraphEdge, SubgraphNode
from viz import style
from viz.page import render
from viz.widths import one_line

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.conftest import Watch

pytestmark = pytest.mark.browser

LOOK = """(id) => {
  const at = Picture.nodes.findIndex((node) => node.id === id), box = Surface.nodeSet.get(`n${at}`);
  return { fill: box.color.background, border: box.color.border, ink: box.font.color, label: box.label };
}"""
PIXEL = """(id) => {  // the fill of a box, just inside its left border where no letter stands
  const at = Picture.nodes.findIndex((node) => node.id === id), { x, y } = Surface.network.getPosition(`n${at}`);
  const left = x - Picture.columns[Picture.nodes[at].column].width[language()] / 2 + 5;
  const seen = Surface.network.canvasToDOM({ x: left, y }), canvas = document.querySelector("#surface canvas");
  const copy = document.createElement("canvas"), ratio = canvas.width / canvas.clientWidth;
  [copy.width, copy.height] = [canvas.width, canvas.height];
  const pen = copy.getContext("2d", { willReadFrequently: true });
  pen.drawImage(canvas, 0, 0);
  const [r, g, b] = pen.getImageData(Math.round(seen.x * ratio), Math.round(seen.y * ratio), 1, 1).data;
  return "#" + [r, g, b].map((part) => part.toString(16).padStart(2, "0")).join("");
}"""
CLICK_AT = """(id) => {
  const at = Picture.nodes.findIndex((node) => node.id === id), seen = Surface.network.canvasToDOM(Surface.network.getPosition(`n${at}`));
  const frame = document.getElementById("surface").getBoundingClientRect();
  return [frame.left + seen.x, frame.top + seen.y];
}"""
VIEW = "() => ({ ...Surface.network.getViewPosition(), scale: Surface.network.getScale() })"
ROOT, ANCHOR, OTHER = "ControlPoint:CP23", "ControlPoint:CP37", "ControlPoint:CP26"


def headings(page: Page) -> list[str]:
    return [text.strip() for text in page.locator("#panel h3 .link").all_inner_texts()]


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize(("width", "height"), [(1680, 1000), (1366, 768)])
def test_the_traced_way_is_drawn_in_view(
    sample: Subgraph, open_html: Callable[..., Page], tmp_path: Path, lang: str, width: int, height: int
) -> None:
    page = open_html(render(sample, lang), width=width, height=height)  # type: ignore[arg-type]
    page.screenshot(path=tmp_path / f"{lang}-{width}.png")
    assert page.evaluate(PIXEL, ROOT) == style.RED
    assert page.evaluate(PIXEL, ANCHOR) == style.RED_FILL
    assert page.evaluate(VIEW)["scale"] * style.FONT_PX >= style.MIN_TEXT_PX - 1e-9


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_boxes_of_a_column_are_equal_and_one_line_high(
    sample: Subgraph, open_html: Callable[..., Page], lang: str
) -> None:
    """The estimated widths hold in the fonts of a real machine: no label widens its box by more than a pixel."""
    page = open_html(render(sample, lang))  # type: ignore[arg-type]
    boxes = page.evaluate("""() => Picture.nodes.map((node, at) => {
      const box = Surface.network.getBoundingBox(`n${at}`);
      return [box.right - box.left - Picture.columns[node.column].width[language()], box.bottom - box.top];
    })""")
    surplus = [wide for wide, _ in boxes]
    assert max(surplus) - min(surplus) <= 1
    assert {round(high) for _, high in boxes} == {round(boxes[0][1])}


def test_the_panel_tells_the_evidence_under_each_step(sample: Subgraph, open_html: Callable[..., Page]) -> None:
    page = open_html(render(sample, "zh"))
    assert headings(page) == [
        "计费准确性",
        "上线配置一致性",
        "许梅 · 产品经理",
        "产品运营中心",
        "上线配置一致率",
        "资费套餐匹配度",
        "客户满意度",
    ]
    evidence = page.locator("#panel li", has_text="上线配置一致性").inner_text()
    assert "上线配置评审被免除" in evidence
    assert "<script>alert(1)</script>" in page.locator("#panel .quote").inner_text()


def test_the_language_switches_without_a_reload(sample: Subgraph, open_html: Callable[..., Page]) -> None:
    page = open_html(render(sample, "zh"))
    page.evaluate("() => { window.stayed = true; }")
    for name, title, head, label in (
        ("English", "Trace of complaint", "Unit", "Clarity of key elements"),
        ("中文", "投诉 TS20260618-0032 的溯源", "责任单位", "关键要素清晰度"),
    ):
        page.get_by_role("button", name=name, exact=True).click()
        assert title in page.title()
        assert page.locator("#heads .head").last.inner_text() == head
        assert page.evaluate(LOOK, OTHER)["label"] == label
        assert label in page.locator("table.nodes").inner_text()
        assert page.locator("#search").get_attribute("placeholder") == (
            "名称或编号" if name == "中文" else "name or id"
        )
    assert page.evaluate("() => window.stayed")
    assert "许梅" in page.locator("#panel").inner_text()
    assert "Xu Mei" not in page.locator("body").inner_text()


def test_the_three_modes_dim_what_they_do_not_mean(sample: Subgraph, open_html: Callable[..., Page]) -> None:
    page = open_html(render(sample, "zh"))
    plain, gap = style.HUES["ControlPoint"].fill, "ControlPoint:NW-04"
    path, gaps, everything = (
        page.get_by_role("button", name=name, exact=True) for name in ("溯源路径", "断点", "全部")
    )
    assert path.get_attribute("aria-pressed") == "true"
    assert page.evaluate(LOOK, OTHER)["ink"] == page.evaluate(LOOK, gap)["ink"] == style.DIM_TEXT
    gaps.click()
    assert page.evaluate(LOOK, gap)["ink"] == style.RED
    assert page.evaluate(LOOK, ROOT)["ink"] == style.DIM_TEXT
    everything.click()
    assert (path.get_attribute("aria-pressed"), everything.get_attribute("aria-pressed")) == ("false", "true")
    assert page.evaluate(LOOK, OTHER)["fill"] == plain
    assert page.evaluate(LOOK, ROOT)["fill"] == style.RED
    assert page.evaluate(LOOK, gap)["label"].startswith("✕")


def test_the_search_highlights_counts_and_walks_the_hits(sample: Subgraph, open_html: Callable[..., Page]) -> None:
    page = open_html(render(sample, "en"))
    page.get_by_role("searchbox").fill("时延")  # a Chinese name on the English page
    assert page.locator("#hits").inner_text() == "1 found"
    assert page.evaluate(LOOK, "Indicator:KCI07")["border"] == style.BLUE
    assert page.evaluate(LOOK, ROOT)["ink"] == style.DIM_TEXT
    page.keyboard.press("Enter")
    assert page.locator("#panel h2").first.inner_text() == "Latency"
    page.get_by_role("searchbox").fill("no such thing")
    assert page.locator("#hits").inner_text() == "nothing found"
    page.keyboard.press("Escape")
    assert page.get_by_role("searchbox").input_value() == ""
    assert page.evaluate(LOOK, ROOT)["fill"] == style.RED


def test_a_box_is_chosen_by_mouse_table_or_link_and_left_again(
    sample: Subgraph, open_html: Callable[..., Page]
) -> None:
    page = open_html(render(sample, "zh"))
    page.mouse.click(*page.evaluate(CLICK_AT, OTHER))
    panel = page.locator("#panel")
    panel.locator("h2", has_text="关键要素清晰度").wait_for()
    assert "ControlPoint:CP26" in panel.inner_text()
    assert page.evaluate(LOOK, OTHER)["border"] == style.BLUE
    panel.locator(".linked .link").first.click()
    assert panel.locator("h2").first.inner_text() != "关键要素清晰度"
    panel.get_by_role("button", name="返回溯源路径").click()
    assert headings(page)[1] == "上线配置一致性"
    page.locator("table.nodes").get_by_role("button", name="界面", exact=True).click()
    assert panel.locator("h2").first.inner_text() == "界面"


def test_the_keyboard_reaches_every_column(sample: Subgraph, open_html: Callable[..., Page]) -> None:
    page = open_html(render(sample, "en"))
    page.locator("#surface").focus()
    names = []
    for key in ("ArrowRight", "ArrowLeft", "ArrowLeft", "ArrowDown", "ArrowUp"):
        page.keyboard.press(key)
        names.append(page.locator("#panel h2").first.inner_text())
    assert names[:2] == [
        "Complaint TS20260618-0032",
        "Charging accuracy",
    ]  # the way begins at the complaint; left of it its anchor
    assert names[2] == names[4] != names[3]
    assert page.locator("#spoken").inner_text().startswith("KCI, ")
    before = page.evaluate(VIEW)["scale"]
    page.keyboard.press("+")
    assert page.evaluate(VIEW)["scale"] > before
    for _ in range(20):
        page.keyboard.press("-")
    assert page.evaluate(VIEW)["scale"] * style.FONT_PX >= style.MIN_TEXT_PX - 1e-9
    page.keyboard.press("Escape")
    assert "Why it was traced here" in page.locator("#panel").inner_text()


def test_a_small_window_pans_within_the_picture_instead_of_shrinking_it(
    sample: Subgraph, open_html: Callable[..., Page]
) -> None:
    page = open_html(render(sample, "zh"), width=1000, height=600)
    surface = page.locator("#surface")
    box = surface.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 200, box["y"] + 100)
    start = page.evaluate(VIEW)
    for _ in range(40):
        page.mouse.wheel(0, 100)
    page.wait_for_function(f"() => Surface.network.getViewPosition().y > {start['y']} + 50")
    end = page.evaluate(VIEW)
    size = page.evaluate("() => Surface.size()")
    assert end["y"] <= size["height"] - box["height"] / 2 / end["scale"] + 1
    assert end["scale"] == start["scale"]


def test_a_wider_window_moves_the_columns_apart(sample: Subgraph, open_html: Callable[..., Page]) -> None:
    page = open_html(render(sample, "zh"), width=1400)
    gap = "() => Surface.network.getPosition('n20').x - Surface.network.getPosition('n0').x"
    narrow = page.evaluate(gap)
    page.set_viewport_size({"width": 1900, "height": 1000})
    page.wait_for_function(f"() => ({gap})() > {narrow} + 40")


def test_on_paper_the_whole_picture_and_the_tables_are_there(
    sample: Subgraph, open_html: Callable[..., Page], tmp_path: Path
) -> None:
    page = open_html(render(sample, "zh"), width=1366, height=768)
    seen = page.evaluate("""() => {
      window.dispatchEvent(new Event("beforeprint"));
      const canvas = document.querySelector("#surface canvas"), { height } = Surface.size();
      const whole = canvas.clientHeight >= height - 1;
      window.dispatchEvent(new Event("afterprint"));
      return [whole, canvas.clientHeight < height];
    }""")
    assert seen == [True, True]
    page.emulate_media(media="print")
    assert not page.locator(".tools").is_visible()
    assert page.locator("table.links").is_visible()
    page.pdf(path=tmp_path / "page.pdf", prefer_css_page_size=True, print_background=True)


HOSTILE = (
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(2)>",
    '" onmouseover="alert(3)" \'><svg onload=alert(4)>',
    "<a href='http://example.invalid/'>href</a><link rel=preconnect href=http://example.invalid>",
    "{{7*7}}${7*7} \u202eגנב\u2066\u2028<!--",
    "javascript:alert(5)",
    "__proto__",
    "W" * 5_000,
)


def test_hostile_text_does_not_run(open_html: Callable[..., Page]) -> None:
    """In every place that takes text, with everything a reader can do to bring it up; the watch fails on a dialog or a request."""
    labels = [Label(zh=text, en=text) for text in HOSTILE]
    columns = ("KPI", "KQI", "KCI", "ControlPoint", "Complaint", "Owner", "OrgUnit", "Other")
    nodes = tuple(
        SubgraphNode(id=text, kind=text, label=label, column=column, marks=("anchor",), detail=tuple(labels))  # type: ignore[arg-type]
        for text, label, column in zip(HOSTILE, labels, columns, strict=True)
    )
    edges = tuple(
        SubgraphEdge(type=text, source=HOSTILE[at], target=HOSTILE[at + 1], label=labels[at], basis=text, on_path=True)
        for at, text in enumerate(HOSTILE[:-1])
    )
    page = open_html(render(Subgraph(title=labels[0], lead=tuple(labels), nodes=nodes, edges=edges), "zh"))
    for at, text in enumerate(HOSTILE):
        page.evaluate("(at) => document.querySelector(`table [data-node='${at}']`).click()", at)
        shown = page.locator("#panel h2").first.inner_text()
        assert shown[:20].strip() == one_line(text)[:20].strip()
    frame = page.evaluate(CLICK_AT, HOSTILE[1])
    page.mouse.move(*frame)
    page.locator(".vis-tooltip", has_text="onerror").wait_for()
    for query in HOSTILE[:2]:
        page.get_by_role("searchbox").fill(query)
    page.get_by_role("button", name="English").click()
    assert page.locator("img, iframe, link[rel=preconnect]").count() == 0
    assert page.locator("svg").count() == 0
    assert page.evaluate("() => document.scripts.length") == 6


def test_a_script_smuggled_into_the_page_is_stopped_by_its_policy(
    open_html: Callable[..., Page], sample: Subgraph, watch: Watch
) -> None:
    """The second wall: were a text ever written as markup, the policy would not let it run."""
    html = render(sample, "zh").replace(
        b"<body>", b"<body><script>alert(9)</script><img src='http://example.invalid/x' onerror='alert(8)'>"
    )
    open_html(html)
    assert watch.faults
    assert not [fault for fault in watch.faults if fault.startswith(("dialog", "request"))]
    watch.faults.clear()


def test_the_watch_sees_requests_and_dialogs(open_html: Callable[..., Page], watch: Watch) -> None:
    """Or the tests above would pass in silence."""
    page = open_html(
        b"<!DOCTYPE html><title>x</title><img src='http://example.invalid/a.png'><script>alert(1); new WebSocket('ws://example.invalid/')</script>"
    )
    page.wait_for_timeout(200)
    kinds = {fault.split()[0] for fault in watch.faults}
    assert {"request", "dialog", "websocket"} <= kinds
    watch.faults.clear()


def test_a_map_without_a_trace_shows_everything_and_says_what_to_do(
    sample: Subgraph, open_html: Callable[..., Page]
) -> None:
    nodes = tuple(node.model_copy(update={"marks": ()}) for node in sample.nodes)
    edges = tuple(edge.model_copy(update={"on_path": False}) for edge in sample.edges)
    page = open_html(render(sample.model_copy(update={"nodes": nodes, "edges": edges}), "zh"))
    assert "没有得出溯源路径。" in page.locator("#panel").inner_text()
    assert page.get_by_role("button", name="溯源路径", exact=True).is_disabled()
    assert page.get_by_role("button", name="断点", exact=True).is_disabled()
    assert page.evaluate(LOOK, ROOT)["ink"] == style.TEXT
    without = sample.model_copy(update={"nodes": nodes[:2], "edges": ()})
    page = open_html(render(without, "en"))
    assert page.locator("#panel").inner_text() == "Choose a box to see what is known about it."


def test_an_empty_picture_opens(open_html: Callable[..., Page]) -> None:
    page = open_html(render(Subgraph(title=Label(zh="空", en="Empty"), nodes=(), edges=()), "en"))
    assert "There is nothing to draw." in page.locator("main").inner_text()
    page.locator("#surface").press("ArrowRight")
    page.get_by_role("button", name="中文").click()


def test_without_scripts_the_tables_still_tell_everything(chromium: object, sample: Subgraph, tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    file.write_bytes(render(sample, "en"))
    context = chromium.new_context(java_script_enabled=False)  # type: ignore[attr-defined]
    page = context.new_page()
    page.goto(file.as_uri())
    assert "Scripts are off" in page.locator("main").inner_text()
    assert page.locator("table.nodes tbody tr").count() == len(sample.nodes)
    assert "Consistency of go-live configuration" in page.locator("table.nodes").inner_text()
    context.close()
