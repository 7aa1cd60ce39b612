"""Export: the same bytes after a way through an empty store, and a GraphML file that other tools read."""

from __future__ import annotations

import csv
import string
import tempfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.errors import UsageError
from graph.records import NodeRow
from graph.schema import KINDS, Property
from graph.store import Store
from graph.stores import open_store
from ingest.cells import as_code
from ingest.export import export
from ingest.report import IngestReport
from ingest.run import ingest_paths

Ingest = Callable[..., IngestReport]
FILES = {
    "Domain.csv": "id,name,order\nD1,领域,1\n", "Stage.csv": "id,IN_DOMAIN\nS1,D1\n",
    "ControlPoint.csv": "id,AT,elements,stop\nC1,S1,甲;乙,0.1\nC2,S1,,\n", "CAUSED_BY.csv": "from,to\nC1,C2\n",
    "OrgUnit.csv": "id,PART_OF\nU1,U2\nU2,\n", "Owner.csv": "id\nO1\n",
    "BELONGS_TO.csv": "from,to,valid_from,valid_to\nO1,U1,2025-01-01,2026-01-01\nO1,U1,2026-01-01,\n",
    "Complaint.csv": 'id,event_at,text,REPEATS\nX1,2026-01-01,"第一行\n""引号""",X2\nX2,2026-01-01 08:30:01.25,,\n',
}  # fmt: skip


def test_export_load_export_gives_the_same_bytes(
    ingest: Ingest, new_store: Callable[[], Store], store: Store, tmp_path: Path
) -> None:
    ingest(FILES, source="a")
    ingest({"Domain.csv": "id,name\nD1,领域\n"}, source="b")
    nodes, edges = export(store, tmp_path / "one.jsonl")
    assert (nodes, edges) == (9, 8)
    other = new_store()
    report = ingest_paths(other, [tmp_path / "one.jsonl"])
    assert (report.total.added, report.total.refused) == (nodes + edges, 0)
    export(other, tmp_path / "two.jsonl")
    assert (tmp_path / "one.jsonl").read_bytes() == (tmp_path / "two.jsonl").read_bytes()
    assert b'"sources":["a","b"]' in (tmp_path / "one.jsonl").read_bytes()


def test_kinds_may_be_chosen(ingest: Ingest, store: Store, tmp_path: Path) -> None:
    ingest(FILES)
    assert export(store, tmp_path / "some.jsonl", ["Stage", "ControlPoint"]) == (3, 3)
    with pytest.raises(UsageError) as caught:
        export(store, tmp_path / "some.jsonl", ["Stgae"])
    assert "Stage" in caught.value.message("en")


def test_graphml_reads_back(ingest: Ingest, store: Store, tmp_path: Path) -> None:
    ingest(FILES)
    path = tmp_path / "graph.graphml"
    assert export(store, path) == (9, 8)
    graph = nx.read_graphml(path, force_multigraph=True)
    assert (graph.number_of_nodes(), graph.number_of_edges()) == (9, 8)
    assert graph.nodes["ControlPoint:C1"]["elements"] == "甲;乙"
    assert graph.nodes["ControlPoint:C1"]["kind"] == "ControlPoint"
    assert {data["type"] for _, _, data in graph.edges(data=True)} >= {"AT", "BELONGS_TO", "CAUSED_BY"}
    first = path.read_bytes()
    export(store, path)
    assert path.read_bytes() == first


def test_what_cannot_be_exported_says_so_and_leaves_nothing(store: Store, tmp_path: Path) -> None:
    for path in (tmp_path / "graph.jsnl", tmp_path / "nowhere" / "graph.jsonl", tmp_path):
        with pytest.raises(UsageError):
            export(store, path)
    assert [entry.name for entry in tmp_path.iterdir() if entry.suffix == ".partial"] == []


# ── any row of any kind ───────────────────────────────────────────────────────────────────────────
TEXT = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff"), min_size=1, max_size=20
)
WRITABLE: dict[str, st.SearchStrategy[Any]] = {
    "string": TEXT, "integer": st.integers(-(2**63), 2**63 - 1), "number": st.floats(allow_nan=False, allow_infinity=False),
    "boolean": st.sampled_from(["true", "否"]), "date": st.dates().map(str), "moment": st.datetimes(datetime(2, 1, 1), datetime(9998, 1, 1)).map(str),
    "strings": st.lists(st.text(string.ascii_letters, min_size=1), min_size=1, max_size=3).map(";".join),
}  # fmt: skip


def cell(prop: Property) -> st.SearchStrategy[str]:
    if prop.choices:
        return st.sampled_from((*prop.choices, *prop.labels))
    values = WRITABLE[prop.type]
    if prop.ge is not None:
        values = st.floats(prop.ge, prop.le)
    return values.map(str)


@st.composite
def row(draw: st.DrawFn) -> tuple[str, dict[str, str]]:
    kind = draw(
        st.sampled_from([kind for kind, declared in KINDS.items() if not declared.model.needs and kind != "Rule"])
    )
    declared = KINDS[kind].properties.values()
    wanted = draw(
        st.sets(st.sampled_from([prop.name for prop in declared if prop.name not in ("valid_to", "recorded_at")]))
    )
    said = {prop.name: draw(cell(prop)) for prop in declared if prop.name in wanted}
    said |= {
        "id": draw(st.text(string.ascii_letters + "中文:|;,\"'", min_size=1, max_size=8).filter(as_code)),  # not "nan"
        "event_at": "2026-01-01",
    }
    return kind, {name: value for name, value in said.items() if name in KINDS[kind].properties}


@settings(max_examples=60, deadline=None, derandomize=True)
@given(row())
def test_a_table_row_survives_record_store_and_export(drawn: tuple[str, dict[str, str]]) -> None:
    kind, said = drawn
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder)
        with (path / f"{kind}.csv").open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows([said.keys(), said.values()])
        rows: list[NodeRow] = []
        files: list[bytes] = []
        source = path / f"{kind}.csv"
        for turn in range(2):
            store = open_store(f"sqlite:///{folder}/{turn}.db", create=True)
            store.initialise()
            report = ingest_paths(store, [source], source="mine", rejects=path / "rejects.csv")
            assert report.total.added == 1, (path / "rejects.csv").read_text(encoding="utf-8-sig")
            assert ingest_paths(store, [source], source="mine", again=True).total.unchanged == 1
            rows += store.nodes(kind)
            source = path / f"out{turn}.jsonl"
            export(store, source)
            files.append(source.read_bytes())
            store.close()
        assert rows[0] == rows[1]
        assert files[0] == files[1]
