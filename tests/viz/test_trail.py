"""The traced way reads from the complaint to its root, its owner and the damage, and its arrows lead away from the complaint."""

from __future__ import annotations

from collections.abc import Callable

from graph.subgraph import Subgraph, SubgraphNode
from viz.trail import trail


def test_the_steps_follow_the_reading_order(sample: Subgraph) -> None:
    kinds = {node.id: node.column for node in sample.nodes}
    steps = trail(sample).steps
    assert [kinds[step] for step in steps] == [
        "Complaint",
        "ControlPoint",
        "ControlPoint",
        "Owner",
        "OrgUnit",
        "KCI",
        "KQI",
        "KPI",
    ]
    assert steps[1:3] == ("ControlPoint:CP37", "ControlPoint:CP23")  # where it hurts, then where it began


def test_an_arrow_points_away_from_the_complaint_whichever_way_the_link_is_stored(sample: Subgraph) -> None:
    backward = trail(sample).backward
    edges = {(edge.type, edge.source): at for at, edge in enumerate(sample.edges) if edge.on_path}
    assert (
        edges["RESPONSIBLE_FOR", "Owner:P07"] in backward
    )  # stored owner → control point, drawn control point → owner
    assert edges["CAUSED_BY", "ControlPoint:CP37"] not in backward
    assert len(backward) == 1


def test_one_owner_of_several_points_is_led_to_from_each(
    node: Callable[..., SubgraphNode], picture: Callable[..., Subgraph]
) -> None:
    points = [node("C:1", marks=["anchor"]), node("C:2"), node("O:1", "Owner")]
    assert trail(picture(points, [("O:1", "C:1", True), ("O:1", "C:2", True)])).backward == {0, 1}


def test_without_a_complaint_the_way_starts_at_the_root(
    node: Callable[..., SubgraphNode], picture: Callable[..., Subgraph]
) -> None:
    drawn = picture(
        [node("A:1", marks=["anchor"]), node("R:1", marks=["root"]), node("O:1", "Owner")],
        [("A:1", "R:1", True), ("O:1", "R:1", True)],
    )
    assert trail(drawn) == (("R:1", "A:1", "O:1"), frozenset({0, 1}), True)


def test_a_loop_and_separate_pieces_end(node: Callable[..., SubgraphNode], picture: Callable[..., Subgraph]) -> None:
    loop = picture(
        [node(f"C:{at}") for at in range(5)],
        [("C:0", "C:1", True), ("C:1", "C:2", True), ("C:2", "C:0", True), ("C:3", "C:4", True)],
    )
    assert trail(loop).steps == ("C:0", "C:1", "C:2", "C:3", "C:4")


def test_a_map_without_a_trace_has_no_way(node: Callable[..., SubgraphNode], picture: Callable[..., Subgraph]) -> None:
    assert trail(picture([node("C:1", marks=["gap"]), node("C:2")], [("C:1", "C:2")])) == ((), frozenset(), False)


def test_where_it_hurts_alone_is_no_traced_way(
    node: Callable[..., SubgraphNode], picture: Callable[..., Subgraph]
) -> None:
    found = trail(picture([node("A:1", marks=["anchor"]), node("T:1", "Complaint")], [("T:1", "A:1")]))
    assert found == (("A:1",), frozenset(), False)


def test_an_anchor_beside_the_traced_way_is_no_step_of_it(
    node: Callable[..., SubgraphNode], picture: Callable[..., Subgraph]
) -> None:
    drawn = picture(
        [node("A:1", marks=["anchor"]), node("A:2", marks=["anchor"]), node("R:1", marks=["root"])],
        [("A:2", "R:1", True)],
    )
    assert trail(drawn).steps == ("R:1", "A:2")
