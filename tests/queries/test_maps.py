"""A map shows exactly the points of its scope with their holders and chain, marks what the list finds, and stays small."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from graph.case import Subject
from graph.errors import UnknownId
from graph.framework import Framework
from graph.records import EdgeRow, NodeRow, Ref
from graph.subgraph import Subgraph, SubgraphNode
from queries.map_folding import MOST_LINES, MOST_NODES
from queries.maps import MapScope, responsibility_map
from tests.queries.breakpoints_world import DAY, World, listed


def drawn(world: World, scope: MapScope = MapScope(), *, marked: bool = False) -> Subgraph:  # noqa: B008 — a value
    findings = listed(world).findings if marked else ()
    return responsibility_map(world.framework(), scope, as_of=DAY, findings=findings)


def ids(picture: Subgraph, column: str) -> set[str]:
    return {node.id for node in picture.nodes if node.column == column}


def box(picture: Subgraph, id_: str) -> SubgraphNode:
    (one,) = [node for node in picture.nodes if node.id == id_]
    return one


def test_everything_is_drawn_in_its_column_and_band() -> None:
    world = World()
    picture = drawn(world)
    framework = world.framework()
    assert ids(picture, "ControlPoint") == {f"ControlPoint:{id_}" for id_ in framework.nodes("ControlPoint")}
    for node in picture.nodes:
        if node.column == "ControlPoint":
            assert node.band == framework.stage_of[node.id.partition(":")[2]]
        elif node.column in ("KCI", "KQI", "KPI"):
            assert framework.nodes("Indicator")[node.id.partition(":")[2]].props["level"] == node.column
    assert [band.id for band in picture.bands] == sorted(
        {n.band for n in picture.nodes if n.band}, key=lambda s: framework.stage_rank[s]
    )
    known = {node.id for node in picture.nodes}
    assert all({edge.source, edge.target} <= known for edge in picture.edges)


def test_a_holder_is_drawn_with_role_and_scope() -> None:
    picture = drawn(World(), MapScope(stage="T1"))
    (line,) = [
        e
        for e in picture.edges
        if e.type == "RESPONSIBLE_FOR" and (e.source, e.target) == ("Owner:fay", "ControlPoint:R1")
    ]
    assert line.label is not None
    assert line.label.zh == "负责（经领域“D3”，限home）"
    assert "accountable (through the domain" in line.label.en
    assert ("BELONGS_TO", "Owner:fay", "OrgUnit:UD") in {(e.type, e.source, e.target) for e in picture.edges}


def test_a_stage_shows_its_own_points_only() -> None:
    assert ids(drawn(World(), MapScope(stage="T1")), "ControlPoint") == {"ControlPoint:R1", "ControlPoint:R2"}


def test_a_stage_detailed_by_others_shows_theirs() -> None:
    assert ids(drawn(World(), MapScope(stage="T2")), "ControlPoint") == {"ControlPoint:R1", "ControlPoint:R2"}


def test_an_owner_is_the_only_holder_on_its_map() -> None:
    picture = drawn(World(), MapScope(owner="fay"))
    assert ids(picture, "Owner") == {"Owner:fay"}
    assert ids(picture, "ControlPoint") == {"ControlPoint:R1", "ControlPoint:R2", "ControlPoint:R3"}


def test_a_unit_takes_in_those_below_it() -> None:
    world = World()
    assert "Owner:fay" in ids(drawn(world, MapScope(unit="UD")), "Owner")
    assert "Owner:fay" in ids(drawn(world, MapScope(unit="U0")), "Owner")
    assert "Owner:fay" not in ids(drawn(world, MapScope(unit="US")), "Owner")


def test_scopes_hold_together() -> None:
    picture = drawn(World(), MapScope(unit="UD", stage="T3"))
    assert ids(picture, "ControlPoint") == {"ControlPoint:R3"}
    assert ids(picture, "Owner") == {"Owner:fay"}


def test_for_a_product_the_holder_is_the_one_the_trace_would_name() -> None:
    world = World()
    product = Subject(Ref("Product", "PR1"), world.nodes["Product:PR1"], run_by=("US",))  # type: ignore[arg-type]
    picture = drawn(world, MapScope(subject=product))
    assert {"ControlPoint:R1", "ControlPoint:R3"} <= ids(picture, "ControlPoint")
    assert "ControlPoint:R2" not in ids(picture, "ControlPoint")
    holders = {
        edge.source for edge in picture.edges if edge.target == "ControlPoint:R1" and edge.type == "RESPONSIBLE_FOR"
    }
    assert holders == {"Owner:fay"}  # the home segment is fay's, business is gus's
    assert ("RUN_BY", "Product:PR1", "OrgUnit:US") in {(e.type, e.source, e.target) for e in picture.edges}


def test_nobody_named_is_said_and_the_unit_that_must_appoint_is_drawn() -> None:
    world = World()
    for assignment in ("AR1", "AR2"):
        world.drop(f"Assignment:{assignment}")
    picture = drawn(world, MapScope(stage="T3"), marked=True)
    assert "nobody is named" in [line.en for line in box(picture, "ControlPoint:R3").detail]
    assert "1 of them have nobody named" in picture.lead[0].en
    assert "gap" in box(picture, "ControlPoint:R3").marks


def test_a_grave_finding_marks_its_box_and_tells_its_key() -> None:
    world = World()
    assert not any(node.marks for node in drawn(world, marked=True).nodes)
    for assignment in ("AR1", "AR2"):
        world.drop(f"Assignment:{assignment}")
    node = box(drawn(world, marked=True), "ControlPoint:R1")
    assert any("(unowned_control|ControlPoint:R1)" in line.en for line in node.detail)


def test_what_is_everywhere_is_told_once_and_not_marked() -> None:
    world = World()
    for n in range(6):
        world.set(f"ControlPoint:Z{n}")
        world.set(f"ControlPoint:Z{n} AT Stage:S3")
    world.drop("Domain:D1")
    for id_ in [
        id_ for id_ in world.nodes if id_.startswith("Assignment:") and world.nodes[id_].get("role") == "accountable"
    ]:
        world.drop(id_)
    picture = drawn(world, marked=True)
    assert not any(
        "gap" in node.marks
        for node in picture.nodes
        if node.column == "ControlPoint" and node.id.startswith("ControlPoint:Z")
    )
    assert any("Nobody" in line.en or "owner" in line.en.lower() for line in picture.lead[1:])


def test_the_same_framework_gives_the_same_map() -> None:
    assert drawn(World(), marked=True).model_dump_json() == drawn(World(), marked=True).model_dump_json()


@pytest.mark.parametrize("scope", [MapScope(unit="??"), MapScope(owner="??"), MapScope(stage="??")])
def test_what_is_not_there_is_refused(scope: MapScope) -> None:
    with pytest.raises(UnknownId):
        drawn(World(), scope)


# ── large frameworks ────────────────────────────────────────────────────────────────────────────────
def large(points: int, provinces: int, cities: int, owners: int) -> Framework:
    """One stage to ten points; provinces with cities, each city with owners who answer for one point each, within their city."""
    nodes, edges = [NodeRow("OrgUnit", "HQ", {"tier": "hq"})], []

    def link(type_: str, source: str, target: str) -> None:
        edges.append(EdgeRow(type_, Ref.parse(source), Ref.parse(target), {}))

    for n in range(points):
        if n % 10 == 0:
            nodes.append(NodeRow("Stage", f"S{n // 10:03}", {"order": n}))
        nodes += [NodeRow("ControlPoint", f"P{n:04}", {}), NodeRow("Indicator", f"K{n:04}", {"level": "KCI"})]
        link("AT", f"ControlPoint:P{n:04}", f"Stage:S{n // 10:03}")
        link("MEASURED_BY", f"ControlPoint:P{n:04}", f"Indicator:K{n:04}")
    for p in range(provinces):
        nodes.append(NodeRow("OrgUnit", f"P{p:02}", {"tier": "province"}))
        link("PART_OF", f"OrgUnit:P{p:02}", "OrgUnit:HQ")
        for c in range(cities):
            city = f"P{p:02}-C{c:02}"
            nodes.append(NodeRow("OrgUnit", city, {"tier": "city"}))
            link("PART_OF", f"OrgUnit:{city}", f"OrgUnit:P{p:02}")
            for o in range(owners):
                own = f"{city}-{o}"
                nodes += [NodeRow("Owner", own, {}), NodeRow("Assignment", own, {"role": "accountable"})]
                link("BELONGS_TO", f"Owner:{own}", f"OrgUnit:{city}")
                link("HELD_BY", f"Assignment:{own}", f"Owner:{own}")
                link("FOR", f"Assignment:{own}", f"ControlPoint:P{(p * cities * owners + c * owners + o) % points:04}")
    return Framework(nodes, edges, 1, "Asia/Shanghai")


@pytest.mark.parametrize(
    ("size", "folded"),
    [
        ((40, 3, 4, 5), []),
        ((60, 10, 8, 6), ["owners"]),
        ((60, 31, 13, 2), ["owners", "units below"]),
        ((700, 31, 14, 2), ["owners", "units below", "control points and KCIs"]),
    ],
)
def test_too_much_is_folded_and_the_map_says_so(size: Sequence[int], folded: list[str]) -> None:
    framework = large(*size)
    picture = responsibility_map(framework, MapScope(), as_of=DAY)
    assert len(picture.nodes) <= MOST_NODES
    assert len(picture.edges) <= MOST_LINES
    said = [line.en for line in picture.lead if "drawn together" in line.en]
    assert [name for name in ("owners", "units below", "control points and KCIs") if said and name in said[0]] == folded
    held = {edge.target for edge in picture.edges if edge.type == "RESPONSIBLE_FOR"}
    points = size[0] if "control points and KCIs" not in folded else size[0] // 10
    assert len(held) == min(points, size[1] * size[2] * size[3])  # whoever answers, every point is still answered for
