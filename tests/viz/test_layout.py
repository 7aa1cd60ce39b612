"""No two boxes overlap, bands hold their boxes, lines cross no more than in the order given, whatever the graph."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.errors import UsageError
from graph.subgraph import Band, Label, Subgraph, SubgraphEdge, SubgraphNode
from graph.text import Lang
from viz import placement
from viz.grid import MAX_NODES, ORDER, grid
from viz.layout import BOX_HEIGHT, BOX_PAD, LANGS, Layout, lay_out
from viz.style import FONT_PX
from viz.widths import advance

plain = settings(derandomize=True, deadline=None, max_examples=60)
NAMES = ("计费准确性", "Consistency of go-live configuration with a long name", "x", "退订 unsubscribe 成功率")


@st.composite
def subgraphs(draw: st.DrawFn) -> Subgraph:
    bands = draw(st.integers(0, 4))
    nodes = []
    for at in range(draw(st.integers(0, 24))):
        band = draw(st.sampled_from([None, *(f"S{rank}" for rank in range(bands))]))
        name = draw(st.sampled_from(NAMES))
        marks = tuple(draw(st.sets(st.sampled_from(("gap", "red", "root", "anchor", "path")), max_size=2)))
        nodes.append(
            SubgraphNode(
                id=f"N:{at}",
                kind="Owner",
                label=Label(zh=name, en=name),
                column=draw(st.sampled_from(ORDER)),
                band=band,
                marks=marks,
            )
        )
    ends = st.sampled_from([node.id for node in nodes]) if nodes else st.nothing()
    links = draw(st.lists(st.tuples(ends, ends, st.booleans()), max_size=40)) if nodes else []
    return Subgraph(
        title=Label(zh="图", en="Picture"),
        nodes=tuple(nodes),
        edges=tuple(SubgraphEdge(type="FOR", source=one, target=other, on_path=path) for one, other, path in links),
        bands=tuple(
            Band(id=f"S{rank}", label=Label(zh=f"环节{rank}", en=f"Stage {rank}"), rank=rank) for rank in range(bands)
        ),
    )


def rectangles(layout: Layout, lang: Lang) -> list[tuple[float, float, float, float]]:
    centres = layout.centres(lang)
    found = []
    for box in layout.nodes:
        half = layout.columns[box.column].width[lang] / 2
        x = centres[box.column]
        found.append((x - half, box.y - BOX_HEIGHT / 2, x + half, box.y + BOX_HEIGHT / 2))
    return found


@plain
@given(subgraphs())
def test_boxes_never_overlap_and_stay_on_the_sheet(subgraph: Subgraph) -> None:
    layout = lay_out(subgraph)
    for lang in LANGS:
        boxes = rectangles(layout, lang)
        for one, other in combinations(boxes, 2):
            assert one[2] < other[0] or other[2] < one[0] or one[3] < other[1] or other[3] < one[1]
        assert all(left >= 0 and top >= 0 and bottom <= layout.height for left, top, _, bottom in boxes)


@plain
@given(subgraphs())
def test_every_label_fits_its_box(subgraph: Subgraph) -> None:
    layout = lay_out(subgraph)
    for box in layout.nodes:
        for lang in LANGS:
            assert advance(box.short.in_(lang)) * FONT_PX <= layout.columns[box.column].width[lang] - 2 * BOX_PAD + 1e-6


@plain
@given(subgraphs())
def test_a_banded_box_stands_in_its_band_and_no_other_box_of_its_column_does(subgraph: Subgraph) -> None:
    layout = lay_out(subgraph)
    bands = {band.band.id: band for band in layout.bands}
    assert all(one.bottom <= other.top for one, other in zip(layout.bands, layout.bands[1:], strict=False))
    for box in layout.nodes:
        if box.node.column == "ControlPoint" and box.node.band in bands:
            assert bands[box.node.band].top <= box.y - BOX_HEIGHT / 2
            assert box.y + BOX_HEIGHT / 2 <= bands[box.node.band].bottom
        behind = layout.band_columns or (0, -1)
        if box.node.column == "ControlPoint" and box.node.band is None and behind[0] <= box.column <= behind[1]:
            assert not any(band.top < box.y < band.bottom for band in layout.bands)


@plain
@given(subgraphs())
def test_crossings_are_counted_as_by_brute_force_and_never_more_than_in_the_given_order(subgraph: Subgraph) -> None:
    sorted_ = grid(subgraph)
    column = {at: index for index, (_, members) in enumerate(sorted_.columns) for at in members}
    links = [(at, other) for at, others in enumerate(sorted_.near) for other in others if column[at] < column[other]]

    def brute(y: list[int]) -> int:
        return sum(
            (y[a] - y[c]) * (y[b] - y[d]) < 0
            for (a, b), (c, d) in combinations(links, 2)
            if (column[a], column[b]) == (column[c], column[d])
        )

    placed = placement.place(sorted_)
    assert placement.crossings(sorted_, list(placed.y)) == brute(list(placed.y))
    given_order = placement._as_given(sorted_, placed.blocks, placed.height)
    assert brute(list(placed.y)) <= brute(given_order)


def test_a_crossing_that_can_be_undone_is_undone(
    node: Callable[..., SubgraphNode], picture: Callable[..., Subgraph]
) -> None:
    crossed = picture(
        [node("C:1"), node("C:2"), node("O:1", "Owner"), node("O:2", "Owner")], [("O:1", "C:2"), ("O:2", "C:1")]
    )
    sorted_ = grid(crossed)
    assert placement.crossings(sorted_, list(placement.place(sorted_).y)) == 0


def test_a_chain_without_rivals_is_level(node: Callable[..., SubgraphNode], picture: Callable[..., Subgraph]) -> None:
    chain = [
        node("K:1", "KPI"),
        node("Q:1", "KQI"),
        node("I:1", "KCI"),
        node("C:1", band="S1"),
        node("C:2", band="S1"),
        node("O:1", "Owner"),
    ]
    layout = lay_out(picture(chain, [("K:1", "Q:1"), ("Q:1", "I:1"), ("I:1", "C:1"), ("C:1", "O:1")], ["S1"]))
    heights = {box.node.id: box.y for box in layout.nodes}
    assert max(abs(heights[one] - heights["C:1"]) for one in ("K:1", "Q:1", "I:1", "O:1")) <= 1


def test_a_line_that_passes_a_column_does_not_run_through_its_boxes(
    node: Callable[..., SubgraphNode], picture: Callable[..., Subgraph]
) -> None:
    """Complaint – product passes over the unit that received the complaint; it must not look like unit – product."""
    drawn = picture(
        [node("T:1", "Complaint"), node("U:1", "OrgUnit"), node("P:1", "Other")], [("T:1", "U:1"), ("T:1", "P:1")]
    )
    complaint, unit, product = (box.y for box in lay_out(drawn).nodes)
    assert abs(unit - (complaint + product) / 2) > BOX_HEIGHT / 2


def test_a_kci_without_a_band_joins_its_control_point_only_where_kcis_have_bands(
    node: Callable[..., SubgraphNode], picture: Callable[..., Subgraph]
) -> None:
    points = [node("C:1", band="S1"), node("C:2", band="S2")]
    links = [("C:2", "I:2"), ("C:1", "I:1")]
    joined = lay_out(picture([*points, node("I:1", "KCI", "S1"), node("I:2", "KCI")], links, ["S1", "S2"]))
    assert joined.band_columns == (0, 1)
    assert joined.bands[1].top < joined.nodes[3].y < joined.bands[1].bottom
    free = lay_out(picture([*points, node("I:1", "KCI"), node("I:2", "KCI")], links, ["S1", "S2"]))
    assert free.band_columns == (1, 1)


def test_the_tiers_stand_in_their_order_and_absent_ones_take_no_room(sample: Subgraph) -> None:
    assert [column.tier for column in lay_out(sample).columns] == [
        "KPI",
        "KQI",
        "KCI",
        "ControlPoint",
        "Complaint",
        "Owner",
        "OrgUnit",
    ]


def test_too_many_nodes_are_refused_with_the_way_to_narrow(
    node: Callable[..., SubgraphNode], picture: Callable[..., Subgraph]
) -> None:
    lay_out(picture([node(f"C:{at}") for at in range(MAX_NODES)]))
    with pytest.raises(UsageError) as caught:
        lay_out(picture([node(f"C:{at}") for at in range(MAX_NODES + 1)]))
    assert "501" in caught.value.message("zh")
    assert "--unit" in caught.value.message("zh")
    assert "--unit" in caught.value.message("en")


@pytest.mark.parametrize(("ids", "links"), [(["C:1", "C:1"], []), (["C:1"], [("C:1", "C:2")])])
def test_a_subgraph_that_contradicts_itself_is_refused(
    ids: list[str], links: list[tuple[str, str]], node: Callable[..., SubgraphNode], picture: Callable[..., Subgraph]
) -> None:
    with pytest.raises(UsageError, match=r"C:[12]"):
        lay_out(picture([node(id_) for id_ in ids], links))
