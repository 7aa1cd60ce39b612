"""Graph interchange: lines in any order, ids of two sorts, each line counted and refused by itself."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from graph.store import Store
from ingest.export import export
from ingest.report import IngestReport
from ingest.run import ingest_paths

Ingest = Callable[..., IngestReport]


def node(ref: str, **props: Any) -> dict[str, Any]:
    kind, _, id_ = ref.partition(":")
    return {"type": "node", "id": ref, "labels": [kind], "properties": {"id": id_, **props}}


def link(label: str, start: str, end: str, **props: Any) -> dict[str, Any]:
    ends = {side: {"id": ref, "labels": [ref.partition(":")[0]]} for side, ref in (("start", start), ("end", end))}
    return {"type": "relationship", "id": "1", "label": label, **ends, "properties": props}


def text(*lines: Any) -> str:
    return "\n".join(line if isinstance(line, str) else json.dumps(line, ensure_ascii=False) for line in lines) + "\n"


GRAPH = [
    node("Stage:S1", name="环节"), node("ControlPoint:C1", elements=["甲", "乙;丙"]), node("ControlPoint:C2"),
    link("AT", "ControlPoint:C1", "Stage:S1"), link("CAUSED_BY", "ControlPoint:C1", "ControlPoint:C2", weight=0.4),
    node("Campaign:M1"), node("Gate:G1"), node("Review:R1", event_at="2026-01-01", result="failed"),
    link("OF", "Review:R1", "Gate:G1"), link("ON", "Review:R1", "Campaign:M1"), node("Owner:O1"), link("BY", "Review:R1", "Owner:O1"),
    node("Incident:I1", event_at="2026-01-01"), node("Sync:Y1", event_at="2026-01-02"), node("OrgUnit:U1"), node("OrgUnit:U2"),
    link("FROM", "Sync:Y1", "OrgUnit:U1"), link("TO", "Sync:Y1", "OrgUnit:U2"), link("ON", "Sync:Y1", "Incident:I1"),
    node("Assignment:A1", role="head"), link("FOR", "Assignment:A1", "Campaign:M1"),
    link("HELD_BY", "Assignment:A1", "Owner:O1", valid_to="2026-01-01"), link("HELD_BY", "Assignment:A1", "Owner:O1", valid_from="2026-02-01"),
    node("Complaint:X1", event_at="2026-01-03"), node("Complaint:X2", event_at="2026-01-04"), link("REPEATS", "Complaint:X2", "Complaint:X1"),
]  # fmt: skip


@pytest.mark.parametrize("seed", range(4))
def test_the_order_of_lines_does_not_matter(new_store: Callable[[], Store], tmp_path: Path, seed: int) -> None:
    exports = []
    for lines in (GRAPH, random.Random(seed).sample(GRAPH, len(GRAPH))):
        store = new_store()
        path = tmp_path / "graph.jsonl"
        path.write_text(text(*lines), encoding="utf-8")
        report = ingest_paths(store, [path])
        assert (report.total.read, report.total.added, report.total.refused) == (len(GRAPH), len(GRAPH), 0)
        export(store, tmp_path / "out.jsonl")
        exports.append((tmp_path / "out.jsonl").read_bytes())
    assert exports[0] == exports[1]
    assert '["甲","乙;丙"]'.encode() in exports[0]


def test_again_changes_nothing(ingest: Ingest) -> None:
    ingest({"g.jsonl": text(*GRAPH)})
    again = ingest({"g.jsonl": text(*GRAPH)})
    assert (again.total.added, again.total.changed, again.total.unchanged) == (0, 0, len(GRAPH))


def test_file_local_ids_as_apoc_writes_them(ingest: Ingest, store: Store) -> None:
    report = ingest({
        "g.jsonl": text(
            {"type": "relationship", "id": "9", "label": "AT", "start": {"id": "12"}, "end": {"id": 7, "labels": ["Stage"]}},
            {"type": "node", "id": 7, "labels": ["Stage"], "properties": {"id": "S1"}},
            {"type": "node", "id": "12", "labels": ["ControlPoint"], "properties": {"id": 1}},
        )
    })  # fmt: skip
    assert report.total.added == 3
    (edge,) = store.edges("AT")
    assert (edge.source.id, edge.target.id) == ("1", "S1")


def test_an_end_may_be_in_the_store(ingest: Ingest, store: Store) -> None:
    ingest({"Stage.csv": "id\nS1\n"})
    report = ingest({"g.jsonl": text(node("ControlPoint:C1"), link("AT", "ControlPoint:C1", "Stage:S1"))})
    assert report.total.refused == 0
    assert len(list(store.edges("AT"))) == 1


def test_sources_in_the_file_are_kept(ingest: Ingest, store: Store) -> None:
    ingest({"g.jsonl": text(node("Stage:S1", sources=["b", "a"]), node("Stage:S2"))}, source="mine")
    assert [row.sources for row in store.nodes("Stage")] == [("a", "b"), ("mine",)]


@pytest.mark.parametrize(
    ("line", "counted_as", "says"),
    [
        ('{"type":"node",', "unknown", "not valid JSON"),
        ('{"type":"node","x":NaN}x', "unknown", "not valid JSON"),
        ("[" * 100_000, "unknown", "not valid JSON"),
        ("5", "unknown", "node or relationship"),
        ('{"type":"edge"}', "unknown", "node or relationship"),
        (node("Stgae:S1"), "unknown", "did you mean Stage"),
        ({"type": "node", "id": "S1", "labels": ["Stage", "Domain"], "properties": {"id": "S1"}}, "Stage", "exactly one"),
        ({"type": "node", "id": "S1", "labels": ["Stage"], "properties": {}}, "Stage", "properties.id is missing"),
        ({"type": "node", "id": "S1", "labels": ["Stage"], "properties": [1]}, "Stage", "must be an object"),
        (node("Stage:S1", nmae="x"), "Stage", "did you mean name"),
        (node("Stage:S1", name={"a": 1}), "Stage", "wrong type"),
        (node("Stage:S1", name=["a"]), "Stage", "wrong type"),
        (node("Stage:S1", order=True), "Stage", "wrong type"),
        (node("Stage:S1", order=1.5), "Stage", "not a whole number"),
        (node("Stage:S1", order=10**30), "Stage", "64"),
        (node("Stage:S1", name="\ud800"), "Stage", "surrogate"),
        (node("Stage:S1", sources="x"), "Stage", "list of texts"),
        (node("Indicator:I", domains=[1]), "Indicator", "strings only"),
        (node("Target:T", value="inf"), "Target", "finite"),
        (link("AT", "ControlPoint:C1", "Stage:S1", wieght=1), "AT", "unknown property"),
        (link("CAUSE_BY", "ControlPoint:C1", "ControlPoint:C2"), "unknown", "did you mean CAUSED_BY"),
        (link("CAUSED_BY", "ControlPoint:C1", "ControlPoint:C2", weight=7), "CAUSED_BY", "between 0 and 1"),
        (link("AT", "ControlPoint:C1", "Stage:S9"), "AT", "holds Stage:S9"),
        (link("AT", "Stage:S0", "Stage:S0"), "AT", "cannot lead"),
        (link("ABOUT", "Stage:S0", "Stage:S0"), "ABOUT", "cannot lead"),
        ({"type": "relationship", "label": "AT", "start": {"id": "99"}, "end": {"id": "Stage:S0"}}, "AT", "does not tell its kind"),
        ({"type": "relationship", "label": "AT", "end": {"id": "Stage:S0"}}, "AT", "start is missing"),
    ],
)  # fmt: skip
def test_a_bad_line_is_refused_by_itself(
    ingest: Ingest, store: Store, rejects: Path, line: Any, counted_as: str, says: str
) -> None:
    lines = [node("Stage:S0"), node("ControlPoint:C1"), node("ControlPoint:C2")]
    raw = line if isinstance(line, str) else json.dumps(line)
    report = ingest({"g.jsonl": text(*lines, raw)})
    assert (report.total.read, report.total.added, report.total.refused) == (4, 3, 1)
    assert report.kinds[counted_as].refused == 1
    said = rejects.read_text(encoding="utf-8-sig")
    assert says in said
    assert "input/g.jsonl,,4," in said


def test_a_node_without_an_edge_it_needs_is_refused_with_the_lines_it_took(ingest: Ingest, store: Store) -> None:
    report = ingest({
        "g.jsonl": text(
            node("Campaign:M1"), node("Gate:G1"),
            node("Review:R1", event_at="2026-01-01"), link("OF", "Review:R1", "Gate:G1"), link("ON", "Review:R1", "Campaign:M9"),
            node("Review:R2", event_at="2026-01-01"), link("OF", "Review:R2", "Gate:G1"),
            node("Review:R3", event_at="2026-01-01"), link("OF", "Review:R3", "Gate:G1"), link("ON", "Review:R3", "Campaign:M1"),
            link("BY", "Review:R3", "Owner:O9"),
        )
    })  # fmt: skip
    assert report.kinds["Review"].refused == 2
    assert report.kinds["OF"].model_dump() == {"read": 3, "added": 1, "changed": 0, "unchanged": 0, "refused": 2}
    assert report.kinds["ON"].refused == 1
    assert report.kinds["BY"].refused == 1
    assert report.total.read == report.total.added + report.total.refused == 11
    assert [row.id for row in store.nodes("Review")] == ["R3"]


def test_a_node_twice_names_the_first_line(ingest: Ingest, rejects: Path) -> None:
    local = {"type": "node", "id": "7", "labels": ["Stage"], "properties": {"id": "S1"}}
    report = ingest({"g.jsonl": text(node("Stage:S1"), node("Stage:S1", name="x"), local)})
    assert (report.total.added, report.total.refused) == (1, 2)
    assert rejects.read_text(encoding="utf-8-sig").count("row 1;") == 2


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_other_encodings_and_blank_lines(ingest: Ingest, store: Store, encoding: str) -> None:
    ingest({"g.jsonl": ("\n\n" + text(node("Stage:S1", name="环节一"), "  ")).encode(encoding)})
    assert next(store.nodes("Stage")).props["name"] == "环节一"
