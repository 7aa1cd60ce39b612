"""The picture of a trace: the right boxes, lines and marks; nothing that dangles."""

from __future__ import annotations

import json

import pytest

M = "Campaign:M1"


@pytest.fixture
def answer(world, ask):
    world.stage("S1", "D", 1, name="上线").stage("S2", "D", 2, name="使用")
    world.point("CP23", "S1").point("CP37", "S2").points_to("K", {"CP37": 0.8}).caused_by("CP37", {"CP23": 1})
    world.gate("RG", "S1", ["CP23"]).kci("CP23", "KCI7").value("KCI7", 90, "2026-02-01", "2026-03-01", on=M)
    world.edge("ROLLS_UP_TO", "Indicator:KCI7", "Indicator:KQI8", weight=1.0).node("Indicator:KQI8", level="KQI")
    world.subject(M, name="校园套餐", run_by=("P",)).review(M, "ControlPoint:CP23", "failed", "2026-02-01")
    world.assign("a", "Owner:o1", ["ControlPoint:CP23"], held={"valid_to": "2026-03-01"}).edge(
        "BELONGS_TO", "Owner:o1", "OrgUnit:P"
    )
    world.edge("HELD_BY", "Assignment:a", "Owner:o2", valid_from="2026-03-01")
    return ask(world, world.case(about=[M], received_by=["OrgUnit:Desk"], text="<b>多扣了20元</b>"))


def test_every_part_of_the_answer_is_drawn(answer):
    nodes = {node.id: node for node in answer.graph.nodes}
    assert nodes.keys() == {
        "Complaint:C1", M, "OrgUnit:Desk", "ControlPoint:CP37", "ControlPoint:CP23", "Gate:RG", "Owner:o1", "Owner:o2", "OrgUnit:P",
        "Indicator:KCI7", "Indicator:KQI8",
    }  # fmt: skip
    assert set(nodes["ControlPoint:CP23"].marks) >= {"root", "path"}
    assert set(nodes["ControlPoint:CP37"].marks) >= {"anchor", "path"}
    assert "red" in nodes["Indicator:KCI7"].marks
    assert (nodes["ControlPoint:CP23"].band, nodes["ControlPoint:CP23"].column) == ("S1", "ControlPoint")
    assert (nodes["Indicator:KQI8"].column, nodes[M].column, nodes["Owner:o1"].column) == ("KQI", "Other", "Owner")
    assert nodes[M].label.zh == "校园套餐"
    assert "gap" not in nodes["ControlPoint:CP23"].marks, "lesser findings are counted, not marked"
    assert any(line.zh.startswith("断点清单另有") for line in nodes["ControlPoint:CP23"].detail)
    assert answer.graph.lead[0].zh.startswith("结论：最先失效的是控制点")
    assert [band.id for band in answer.graph.bands] == ["S1", "S2"]


def test_a_grave_finding_marks_its_box_and_is_told_there(world, ask):
    world.stage("S1", "D", 1).point("CP23", "S1").points_to("K", {"CP23": 0.9}).subject(M, run_by=("P",))
    answer = ask(world, world.case(about=[M]))
    (box,) = (node for node in answer.graph.nodes if node.id == "ControlPoint:CP23")
    assert "gap" in box.marks
    (unowned,) = (gap for gap in answer.gaps if gap.kind == "unowned_control")
    assert unowned.message.zh in {line.zh for line in box.detail}


def test_where_only_a_domain_is_named_the_strongest_anchor_is_joined_to_the_complaint(world, ask):
    for point in ("A", "B", "C"):
        world.stage(f"S{point}", "D", ord(point)).point(point, f"S{point}")
    world.points_to("K", {"A": 0.4, "B": 0.25, "C": 0.25}).subject(M)
    answer = ask(world, world.case(about=[M]))
    assert answer.outcome == "domain"
    joined = [e.target for e in answer.graph.edges if e.type == "POINTS_TO" and e.on_path]
    assert joined == ["ControlPoint:A"]


def test_the_way_is_marked_from_the_complaint_to_owner_and_indicators(answer):
    path = {(edge.type, edge.source, edge.target) for edge in answer.graph.edges if edge.on_path}
    assert path == {
        ("POINTS_TO", "Complaint:C1", "ControlPoint:CP37"), ("CAUSED_BY", "ControlPoint:CP37", "ControlPoint:CP23"),
        ("RESPONSIBLE_FOR", "Owner:o1", "ControlPoint:CP23"), ("RESPONSIBLE_FOR", "Owner:o2", "ControlPoint:CP23"),
        ("BELONGS_TO", "Owner:o1", "OrgUnit:P"), ("MEASURED_BY", "ControlPoint:CP23", "Indicator:KCI7"),
        ("ROLLS_UP_TO", "Indicator:KCI7", "Indicator:KQI8"),
    }  # fmt: skip
    labels = {edge.source: edge.label.zh for edge in answer.graph.edges if edge.type == "RESPONSIBLE_FOR"}
    assert labels == {"Owner:o1": "当时负责", "Owner:o2": "现在负责"}


def test_no_line_dangles_and_no_box_comes_twice(answer):
    ids = [node.id for node in answer.graph.nodes]
    assert len(ids) == len(set(ids))
    assert all({edge.source, edge.target} <= set(ids) for edge in answer.graph.edges)


def test_details_are_facts_and_text_stays_text(answer):
    details = {node.id: [line.zh for line in node.detail] for node in answer.graph.nodes}
    assert "内容：<b>多扣了20元</b>" in details["Complaint:C1"]
    assert any("不通过却仍放行" in line for line in details["ControlPoint:CP23"])
    assert any(line.startswith("截至 2026-03-01 为 90") for line in details["Indicator:KCI7"])


def test_the_json_holds_nodes_and_edges_only(answer):
    assert json.loads(answer.model_dump_json())["graph"].keys() == {"nodes", "edges"}


def test_without_an_anchor_the_complaint_stands_alone(world, ask):
    found = ask(world, world.case(categories=[]))
    assert ([node.id for node in found.graph.nodes], found.graph.edges) == (["Complaint:C1"], ())
