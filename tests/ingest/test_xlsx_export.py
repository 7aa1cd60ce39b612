"""A graph written as a workbook and loaded back is the same graph, and no cell of it can run."""

from __future__ import annotations

import json
import re
import tempfile
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import python_calamine
from hypothesis import given, settings
from hypothesis import strategies as st

import ingest.workbook_writer as writer
from graph.errors import UsageError
from graph.schema import EDGES, KINDS, Property
from graph.settings import settings as configured
from graph.store import Store
from graph.stores import open_store
from graph.values import string
from ingest import catalogue
from ingest.cells import as_code
from ingest.export import export
from ingest.names import heading_meaning, table_meaning
from ingest.pipeline import load
from ingest.report import IngestReport
from ingest.run import ingest_paths
from ingest.workbook import edge_layout, kind_layout
from tests.ingest.test_xlsx_reading import write

Ingest = Callable[..., IngestReport]
NewStore = Callable[[], Store]


def lines(store: Store, path: Path) -> list[dict[str, Any]]:
    """The graph as it is exported, without the sources."""
    export(store, path)
    found = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    for line in found:
        line["properties"].pop("sources")
    return found


def there_and_back(store: Store, other: Store, folder: Path) -> IngestReport:
    nodes, edges = export(store, folder / "graph.xlsx")
    counts = store.counts()
    assert (nodes, edges) == (sum(counts.nodes.values()), sum(counts.edges.values()))
    report = ingest_paths(other, [folder / "graph.xlsx"], rejects=folder / "rejects.csv")
    assert report.total.refused == 0, (folder / "rejects.csv").read_text(encoding="utf-8-sig")
    assert lines(other, folder / "back.jsonl") == lines(store, folder / "graph.jsonl")
    return report


def test_every_sheet_and_heading_of_ours_is_one_that_is_read() -> None:
    for layout in [*map(kind_layout, KINDS), *map(edge_layout, EDGES)]:
        assert table_meaning(layout.name) == layout.meaning
        assert len(layout.name) <= 31
        for column in layout.columns:
            meaning = heading_meaning(layout.meaning, column.heading)
            assert meaning is not None
            assert meaning.name == column.name
            assert sum(map(len, column.choices)) + len(column.choices) <= 255


def test_the_catalogue_comes_back_whole(store: Store, new_store: NewStore, tmp_path: Path) -> None:
    load(store, catalogue.records(plan_only=False), source="catalogue")
    there_and_back(store, new_store(), tmp_path)


def test_the_same_graph_gives_the_same_bytes(ingest: Ingest, store: Store, tmp_path: Path) -> None:
    ingest({"Stage.csv": "id,name\nS1,=1+1\n"})
    for name in ("one.xlsx", "two.xlsx"):
        export(store, tmp_path / name)
    assert (tmp_path / "one.xlsx").read_bytes() == (tmp_path / "two.xlsx").read_bytes()


def test_an_edited_workbook_comes_back_and_what_was_deleted_is_withdrawn(
    ingest: Ingest, store: Store, tmp_path: Path
) -> None:
    ingest({"Stage.csv": "id,name\nS1,a\nS2,b\n", "ControlPoint.csv": "id,AT\nC1,S1\nC2,S1\n"})
    export(store, tmp_path / "graph.xlsx")
    sheets = python_calamine.load_workbook(str(tmp_path / "graph.xlsx"))
    edited = {name: sheets.get_sheet_by_name(name).to_python() for name in ("控制点 ControlPoint", "环节 Stage")}
    points = edited["控制点 ControlPoint"]
    points[1][points[0].index("所在环节 AT")] = "S2"
    del points[2]
    write(tmp_path / "edited.xlsx", edited)
    report = ingest_paths(store, [tmp_path / "edited.xlsx"], source="mine", replace=True, rejects=tmp_path / "r.csv")
    assert (report.total.refused, report.kinds["ControlPoint"].changed, report.kinds["Stage"].unchanged) == (0, 1, 2)
    assert report.removed["ControlPoint"] == 1
    assert [(edge.source.id, edge.target.id) for edge in store.edges("AT")] == [("C1", "S2")]


EVIL = ("=1+1", "+1", "-2+3", "@SUM(A1)", '=HYPERLINK("http://x.example","y")', "=cmd|' /C calc'!A0", "'=1", "＝1", "http://x.example", "007", "_x0041_", "#N/A", "TRUE", "1e3", "a;b")  # fmt: skip


def test_no_cell_can_run_and_each_comes_back_as_it_was(
    ingest: Ingest, store: Store, new_store: NewStore, tmp_path: Path
) -> None:
    rows = "".join(json.dumps({"type": "node", "id": f"Stage:{n}", "labels": ["Stage"], "properties": {"id": f"{text} {n}" if ";" in text else text, "name": text}}, ensure_ascii=False) + "\n" for n, text in enumerate(EVIL))  # fmt: skip
    ingest({"evil.jsonl": rows})
    there_and_back(store, new_store(), tmp_path)
    with zipfile.ZipFile(tmp_path / "graph.xlsx") as archive:
        sheets = [archive.read(name).decode() for name in archive.namelist() if name.startswith("xl/worksheets/sheet")]
    assert not [sheet for sheet in sheets if re.search(r"<f[ >]|<hyperlink", sheet)]


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ('{"type":"node","id":"Stage:Ａ1","labels":["Stage"],"properties":{"id":"Ａ1"}}', "Stage:Ａ1"),
        ('{"type":"node","id":"Rule:R","labels":["Rule"],"properties":{"id":"R","participants":["a;b"]}}', "participants"),
        ('{"type":"node","id":"Stage:S","labels":["Stage"],"properties":{"id":"S","note":"' + "字" * 32_768 + '"}}', "note"),
        ('{"type":"node","id":"Stage:S","labels":["Stage"],"properties":{"id":"S","note":"a\uffffb"}}', "note"),
    ],
)  # fmt: skip
def test_what_would_not_come_back_is_refused_and_no_file_is_left(
    ingest: Ingest, store: Store, tmp_path: Path, line: str, named: str
) -> None:
    assert ingest({"x.jsonl": line}).total.added == 1
    with pytest.raises(UsageError) as caught:
        export(store, tmp_path / "graph.xlsx")
    assert named in caught.value.message("zh")
    assert not list(tmp_path.glob("graph.xlsx*"))


def test_more_rows_than_excel_holds_are_refused(
    ingest: Ingest, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ingest({"Stage.csv": "id\n" + "".join(f"S{n}\n" for n in range(10))})
    export(store, tmp_path / "graph.xlsx")
    monkeypatch.setattr(writer, "MAX_ROWS", 10)
    with pytest.raises(UsageError, match="rows Excel holds"):
        export(store, tmp_path / "more.xlsx")
    assert not (tmp_path / "more.xlsx").exists()


def test_some_kinds_alone_withdraw_nothing_when_loaded_back(ingest: Ingest, store: Store, tmp_path: Path) -> None:
    ingest({"Stage.csv": "id\nS1\n", "ControlPoint.csv": "id,AT\nC1,S1\n", "Gate.csv": "id,GUARDS,CHECKS\nG1,S1,C1\n"})
    export(store, tmp_path / "some.xlsx", ["ControlPoint", "Gate"])
    report = ingest_paths(store, [tmp_path / "some.xlsx"], source="mine", rejects=tmp_path / "r.csv")
    assert (report.total.unchanged, report.total.read, report.removed) == (2, 2, {})
    assert [str(edge.target) for edge_type in ("AT", "GUARDS", "CHECKS") for edge in store.edges(edge_type)] == [
        "Stage:S1", "Stage:S1", "ControlPoint:C1",
    ]  # fmt: skip


# ── small random graphs ───────────────────────────────────────────────────────────────────────────────
ALPHABET = st.characters(exclude_categories=("Cc", "Cs"), exclude_characters="\ufffe\uffff") | st.sampled_from(
    "\n\t\r=;；\"'_"
)
TEXTS = st.sampled_from(EVIL) | st.text(ALPHABET, max_size=8).map(lambda text: string(text) or "空")
PARTS = TEXTS.map(lambda text: string(re.sub("[;；]", "", text)) or "空")
IDS = st.sampled_from(["Stage:1", "a b", "甲", "a;b", *EVIL]) | TEXTS.map(
    lambda text: as_code("".join(filter(str.isprintable, text))).strip() or "空"
)
DATES = st.dates().map(str)


def values(prop: Property) -> st.SearchStrategy[Any]:
    if prop.choices:
        return st.sampled_from(prop.choices)
    if prop.type == "number":
        low, high = (0.0, 1.0) if prop.ge is not None else (None, None)
        return st.floats(low, high, allow_nan=False, allow_infinity=False)
    made: dict[str, st.SearchStrategy[Any]] = {
        "string": TEXTS, "integer": st.integers(-(2**63), 2**63 - 1), "boolean": st.booleans(), "date": DATES,
        "moment": st.datetimes(datetime(3, 1, 1), datetime(9998, 1, 1)).map(lambda when: when.isoformat(timespec="microseconds") + "Z"),
        "strings": st.lists(PARTS, min_size=1, max_size=3),
    }  # fmt: skip
    return made[prop.type]


@st.composite
def graphs(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Control points, stages, channels, complaints and steps with any properties, and edges of several sorts among them."""
    kinds = ("Stage", "ControlPoint", "Product", "OrgUnit", "Policy", "Complaint", "HandlingStep")
    ids = {kind: draw(st.lists(IDS, min_size=1, max_size=3, unique=True)) for kind in kinds}
    ids["Complaint"] = [re.sub("[;；]", ".", id_) for id_ in ids["Complaint"]]  # a step needs its complaint in a column
    found: list[dict[str, Any]] = []
    for kind in kinds:
        for id_ in ids[kind]:
            names = draw(st.lists(st.sampled_from([prop.name for prop in KINDS[kind].stored]), max_size=5, unique=True))
            props = {name: draw(values(KINDS[kind].properties[name])) for name in names}
            props.pop("valid_to", None)
            if KINDS[kind].group == "fact":
                props["event_at"] = "2020-01-01T00:00:00.000000Z"
                props["recorded_at"] = "2020-01-01T00:00:00.000001Z"
            found.append({"type": "node", "id": f"{kind}:{id_}", "labels": [kind], "properties": {"id": id_, **props}})
    wanted = [("AT", "ControlPoint", "Stage"), ("PART_OF", "OrgUnit", "OrgUnit"), ("RULED_BY", "Product", "Policy"),
              ("RULED_BY", "OrgUnit", "Policy"), ("ABOUT", "Complaint", "Product"), ("BY", "HandlingStep", "OrgUnit")]  # fmt: skip
    for edge, source, target in wanted:
        pairs = draw(
            st.lists(st.tuples(st.sampled_from(ids[source]), st.sampled_from(ids[target])), max_size=4, unique=True)
        )
        for start, end in pairs:
            props = draw(
                st.fixed_dictionaries({}, optional={"basis": st.sampled_from(["plan", "default"]), "clause": TEXTS})
            )
            found.append({
                "type": "relationship", "label": edge, "start": {"id": f"{source}:{start}", "labels": [source]},
                "end": {"id": f"{target}:{end}", "labels": [target]}, "properties": props,
            })  # fmt: skip
    for id_ in ids["HandlingStep"]:
        found.append({
            "type": "relationship", "label": "OF", "start": {"id": f"HandlingStep:{id_}", "labels": ["HandlingStep"]},
            "end": {"id": f"Complaint:{draw(st.sampled_from(ids['Complaint']))}", "labels": ["Complaint"]},
            "properties": draw(st.fixed_dictionaries({}, optional={"clause": TEXTS})),
        })  # fmt: skip
    return found


@settings(max_examples=25, deadline=None, derandomize=True)
@given(graphs())
def test_any_graph_comes_back_as_it_was(graph: list[dict[str, Any]]) -> None:
    with tempfile.TemporaryDirectory() as name, pytest.MonkeyPatch.context() as patch:
        folder = Path(name)
        patch.setenv("SUYUAN_MASK", "false")
        configured.cache_clear()
        (folder / "in.jsonl").write_text("".join(json.dumps(line) + "\n" for line in graph), encoding="utf-8")
        stores = [open_store(f"sqlite:///{folder}/{at}.db", create=True) for at in "ab"]
        for store in stores:
            store.initialise()
        ingest_paths(stores[0], [folder / "in.jsonl"], rejects=folder / "first.csv")
        assert stores[0].counts().nodes["Complaint"] >= 1
        there_and_back(*stores, folder)
        for store in stores:
            store.close()
    configured.cache_clear()
