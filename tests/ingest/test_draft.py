"""Drafts of mappings: what headings and values say, in Chinese and English, and that a draft loads as it stands."""

from __future__ import annotations

import importlib
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from graph.errors import InputError, UsageError
from graph.store import Store
from ingest.draft_file import draft_mapping
from ingest.run import ingest_paths

CHINESE = """某省公司投诉工单清单,,,,,,,,
导出人：张三 13800138000,,,,,,,,
序号,工单号,受理时间,投诉大类,投诉小类,工单状态,归属地市,受理渠道,投诉内容
1,GD2026030100001,2026/3/1 9:05,资费争议,套餐扣费,已办结,南京,热线,客户称套餐外扣费与宣传不符要求退费
2,GD2026030100002,2026/3/1 9:15,网络质量,信号弱,处理中,苏州,营业厅,客户反映家中信号弱
3,GD2026030100003,2026/3/1 10:05,资费争议,套餐扣费,特殊结单,南京,APP,客户称办理套餐未告知合约期
合计,3,,,,,,,
"""
ENGLISH = """Ticket ID\tCreated At\tDescription\tStatus\tPriority\tProvince\tComplaint Type\tAgent Name
T-1\t25/12/2025 10:00\tBilled twice for one month\tclosed\tP1\tNorth\tBilling\tJo
T-2\t03/01/2026 11:30\tNo signal at home since Monday\topen\tP2\tSouth\tNetwork\tAl
"""


def drafted(tmp_path: Path, name: str, data: bytes, **options: str) -> tuple[Path, Path, str]:
    table, mapping = tmp_path / name, tmp_path / "draft.yaml"
    table.write_bytes(data)
    text = draft_mapping(table, **options)
    mapping.write_text(text, encoding="utf-8")
    return table, mapping, text


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_draft_of_a_chinese_export_loads_as_it_stands(
    store: Store, tmp_path: Path, rejects: Path, encoding: str
) -> None:
    table, mapping, text = drafted(tmp_path, "工单.csv", CHINESE.encode(encoding))
    report = ingest_paths(store, [table], mapping=mapping, rejects=rejects)
    assert (report.kinds["Complaint"].added, report.total.refused) == (3, 1)  # the line of totals
    first = next(store.nodes("Complaint"))
    assert first.props["event_at"] == "2026-03-01T01:05:00.000000Z"
    assert first.props["status"] == "closed"
    assert {str(e.target) for e in store.edges("CHILD_OF")} == {"Category:c/资费争议", "Category:c/网络质量"}
    assert len(list(store.edges("HOME_UNIT"))) == len(list(store.edges("RAISED_VIA"))) == 3
    left = [line for line in text.splitlines() if line.startswith("#")]
    assert any("序号" in line for line in left)
    assert any("特殊结单" in line for line in text.splitlines() if line.strip().startswith("#"))
    assert "13800138000" not in text


def test_a_draft_of_an_english_export_loads_as_it_stands(store: Store, tmp_path: Path, rejects: Path) -> None:
    table, mapping, text = drafted(tmp_path, "tickets.tsv", ENGLISH.encode())
    report = ingest_paths(store, [table], mapping=mapping, rejects=rejects)
    assert (report.kinds["Complaint"].added, report.total.refused) == (2, 0)
    first, second = store.nodes("Complaint")
    assert (first.props["event_at"], second.props["event_at"]) == ("2025-12-25T02:00:00.000000Z", "2026-01-03T03:30:00.000000Z")  # fmt: skip
    assert (first.props["status"], second.props["status"]) == ("closed", "in_progress")
    assert any('"Agent Name"' in line for line in text.splitlines() if line.startswith("#"))


def test_a_draft_reads_the_sheet_with_most_rows_of_a_workbook(store: Store, tmp_path: Path, rejects: Path) -> None:
    sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "data"))
    try:
        messy_books = importlib.import_module("messy_books")
    finally:
        sys.path.pop(0)

    rows: list[list[Any]] = [
        ["工单流水号", "投诉时间", "诉求"],
        *[[f"G{n}", datetime(2026, 3, 1, 9, n), "资费与宣传不一致"] for n in range(5)],
    ]

    def fill(made: Any) -> None:
        messy_books.put(made, made.add_worksheet("封面"), [["三月"]])
        messy_books.put(made, made.add_worksheet("明细"), [["投诉明细"], [], *rows])

    table, mapping, text = drafted(tmp_path, "a.xlsx", messy_books.book(fill))
    assert yaml.safe_load(text)["sheet"] == "明细"
    report = ingest_paths(store, [table], mapping=mapping, rejects=rejects)
    assert (report.total.added, report.total.refused) == (5, 0)


def test_values_speak_against_a_heading(tmp_path: Path) -> None:
    _, _, text = drafted(
        tmp_path, "a.csv", "工单号,受理时间,投诉内容\nA1,张三,x很长的内容\nA2,李四,y很长的内容\n".encode()
    )
    assert "event_at" not in yaml.safe_load(text)["properties"]
    assert "without event_at every row is refused" in text


def test_day_and_month_that_cannot_be_told_apart_are_left_to_a_person(tmp_path: Path) -> None:
    rows = "Ticket ID,Created At,Description\nT1,03/04/2026,some long text\nT2,05/06/2026,another long text\n"
    _, _, text = drafted(tmp_path, "a.csv", rows.encode())
    assert "event_at" not in yaml.safe_load(text)["properties"]


def test_a_heading_that_stands_twice_is_named_so_that_the_draft_loads(
    store: Store, tmp_path: Path, rejects: Path
) -> None:
    rows = "工单号,受理时间,备注,投诉内容,备注\nA1,2026-03-01,甲,资费不清楚,乙\nA2,2026-03-02,丙,信号不好,丁\n"
    table, mapping, text = drafted(tmp_path, "a.csv", rows.encode())
    assert "备注#" in text
    assert ingest_paths(store, [table], mapping=mapping, rejects=rejects).total.added == 2


def test_headings_cannot_write_yaml_of_their_own(tmp_path: Path) -> None:
    rows = '工单号,受理时间,"x\ny: {a: &b c}",投诉内容\nA1,2026-03-01,"v\nkind: Stage",内容内容内容\n'
    _, _, text = drafted(tmp_path, "a.csv", rows.encode())
    assert set(yaml.safe_load(text)) == {"version", "kind", "properties"}
    assert yaml.safe_load(text)["kind"] == "Complaint"


def test_what_cannot_be_told_is_asked_for(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be told"):
        drafted(tmp_path, "a.csv", b"alpha,beta\n1,2\n3,4\n")
    with pytest.raises(UsageError) as caught:
        drafted(tmp_path, "a.csv", b"alpha,beta\n1,2\n", kind="Complant")
    assert "Complaint" in caught.value.message("en")
    _, _, text = drafted(tmp_path, "a.csv", "编号,名称\nU1,甲\nU2,乙\n".encode(), kind="OrgUnit")
    assert yaml.safe_load(text)["properties"] == {"id": "编号", "name": "名称"}
