"""The examples of docs/tables.md and docs/mapping.md load as they stand there, and the mapping page names every key."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import BaseModel

from graph.store import Store
from ingest.mapping import MappingFile
from ingest.mapping_spec import Condition, EventSpec, LinkSpec, Mapping, ReferenceSpec, RuleSpec, ValueSpec
from ingest.report import IngestReport

DOCS = Path(__file__).parents[2] / "docs"
Ingest = Callable[..., IngestReport]


def test_the_tables_of_the_page_load(ingest: Ingest, store: Store) -> None:
    page = (DOCS / "tables.md").read_text(encoding="utf-8")
    tables = dict(re.findall(r"`(\S+\.csv)`\n\n```csv\n(.*?)```", page, re.DOTALL))
    assert len(tables) == 7
    assert ingest(tables).total.refused == 0
    assert {e.target.id: e.props["weight"] for e in store.edges("POINTS_TO")} == pytest.approx({"X1": 0.6, "X2": 0.3})


def test_the_interchange_lines_of_the_page_load(ingest: Ingest, store: Store) -> None:
    (lines,) = re.findall(r"```json\n(.*?)```", (DOCS / "tables.md").read_text(encoding="utf-8"), re.DOTALL)
    assert ingest({"g.jsonl": lines}).total.refused == 0
    assert next(store.nodes("Stage")).sources == ("mine",)


def test_the_mapping_of_the_page_reads_and_shows_every_key(tmp_path: Path, ingest: Ingest, store: Store) -> None:
    example, of_events = re.findall(r"```yaml\n(.*?)```", (DOCS / "mapping.md").read_text(encoding="utf-8"), re.DOTALL)
    path = tmp_path / "example.yaml"
    path.write_text(example, encoding="utf-8")
    MappingFile(path)
    whole, parts = (Mapping, ValueSpec, ReferenceSpec, LinkSpec), (EventSpec, RuleSpec, Condition)
    models: list[tuple[type[BaseModel], str]] = [
        *((model, example + of_events) for model in whole),
        *((model, of_events) for model in parts),
    ]
    for model, text in models:
        for key in model.model_fields:
            assert re.search(rf"\b{key}:", text), f"{model.__name__}.{key}"
    ingest({"OrgUnit.csv": "id\nU1\n"})
    rows = "工单号;受理时间;标题;描述;状态;客户;大类;小类;关键词;归属单位\nW1;01/03/2026;慢;很慢;已办结;?;网络;无;快|稳;U1\nW2;01/03/2026;x;y;测试;z;a;b;c;U1\n"
    report = ingest({"rows.csv": rows.encode("gb18030")}, mapping=path)
    assert (report.kinds["Complaint"].added, report.total.refused) == (1, 0)
    complaint = next(store.nodes("Complaint"))
    assert (complaint.props["text"], complaint.props["customer"], complaint.props["status"]) == (
        "慢：很慢",
        "未知",
        "closed",
    )
    assert [e.target.id for e in store.edges("IN_CATEGORY")] == ["t/网络"]
