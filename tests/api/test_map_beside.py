"""What stands beside a map says what the picture says, and leads into what was folded."""

from __future__ import annotations

from api.views.map_beside import beside
from graph.subgraph import Band, Label, Subgraph, SubgraphEdge, SubgraphNode
from queries.finding import Finding


def label(text: str) -> Label:
    return Label(zh=text, en=text)


def finding(severity: int, *nodes: str) -> Finding:
    return Finding(
        key=f"k{severity}|{'|'.join(nodes)}", **{"class": "breakpoint"}, kind="unowned_control", severity=severity, nodes=nodes, message=label("m"),
        rule=label("r"), clause="c", complaints=1.0, measure=label("x"), unit=None, owner=None, first_seen="2026-01-01", last_seen="2026-01-01",
    )  # fmt: skip


HOLDS = label("holds 3 control points and KCIs")
PICTURE = Subgraph(
    title=label("t"),
    nodes=(
        SubgraphNode(id="Stage:S1", kind="Stage", label=label("one"), column="ControlPoint", band="S1", detail=(HOLDS,)),
        SubgraphNode(id="ControlPoint:P", kind="ControlPoint", label=label("p"), column="ControlPoint", band="S2"),
        SubgraphNode(id="OrgUnit:U", kind="OrgUnit", label=label("u"), column="OrgUnit", detail=(label("holds 9 owners"),)),
        SubgraphNode(id="Indicator:K", kind="Indicator", label=label("k"), column="KCI", band="S2"),
    ),
    edges=(
        SubgraphEdge(type="RESPONSIBLE_FOR", source="OrgUnit:U", target="ControlPoint:P", label=label("accountable")),
        SubgraphEdge(type="MEASURED_BY", source="ControlPoint:P", target="Indicator:K"),
    ),
    bands=(Band(id="S1", label=label("one"), rank=0), Band(id="S2", label=label("two"), rank=1)),
)  # fmt: skip


def test_rows_are_the_points_and_folded_stages_with_what_hangs_on_them() -> None:
    rows = beside(PICTURE, ()).rows
    assert [row.node for row in rows] == ["Stage:S1", "ControlPoint:P"]
    (holder,) = rows[1].holders
    assert (holder.node, holder.duties) == ("OrgUnit:U", label("accountable"))
    assert [id_ for id_, _ in rows[1].indicators] == ["Indicator:K"]
    assert rows[0].holders == rows[0].indicators == ()


def test_every_part_can_be_narrowed_to_and_says_what_it_holds() -> None:
    found = beside(PICTURE, ())
    assert [(part.node, part.detail) for part in found.stages] == [("Stage:S1", (HOLDS,)), ("Stage:S2", ())]
    assert [(part.node, part.detail) for part in found.units] == [("OrgUnit:U", (label("holds 9 owners"),))]


def test_marks_are_the_grave_findings_of_what_is_drawn() -> None:
    grave, slight, elsewhere = finding(3, "ControlPoint:P"), finding(2, "ControlPoint:P"), finding(4, "ControlPoint:Q")
    assert [(one.node, one.findings) for one in beside(PICTURE, (grave, slight, elsewhere)).marked] == [
        ("ControlPoint:P", (grave,))
    ]
