"""Messy tables of foreign layouts with a mapping, and a draft of one that must load as it stands."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import old_workbook
import xlsxwriter
from messy_books import book, put, sheet
from messy_case import Case, table

_WHEN = datetime(2026, 3, 1, 9, 30)
_AT = "2026-03-01T01:30:00.000000Z"
MAPPING = """version: 1
kind: Complaint
{more}properties:
  id: 工单号
  event_at: 受理时间
  text: 诉求
references:
  类: {{kind: Category, id: 大类}}
edges: {{IN_CATEGORY: 类}}
"""
_HEAD = ["序号", "工单号", "受理时间", "大类", "诉求"]
_ROW = [1, "Ｋ１", _WHEN, "Z1", "与宣传不符"]
_ONE = {"Complaint:K1": {"event_at": _AT, "text": "与宣传不符", "IN_CATEGORY": ["Category:Z1"]}}


def mapping(more: str = "", text: str = MAPPING) -> bytes:
    """The mapping file, with further keys at the top."""
    return text.format(more=more).encode()


def cases() -> list[Case]:
    """The cases of this page."""

    def two(made: xlsxwriter.Workbook) -> None:
        put(made, made.add_worksheet("封面"), [["某省公司"], ["三月"]])
        put(made, made.add_worksheet("明细"), [["投诉明细表"], [], _HEAD, _ROW])

    def months(made: xlsxwriter.Workbook) -> None:
        put(made, made.add_worksheet("1月"), [_HEAD, _ROW])
        put(made, made.add_worksheet("2月"), [["大类", "工单号", "诉求", "受理时间"], ["Z2", "K2", "y", _WHEN]])

    twice = [["工单", "", "", "", ""], ["工单号", "时间", "大类", "时间", "诉求"], ["K1", _WHEN, "Z1", datetime(2026, 3, 2), "与宣传不符"]]  # fmt: skip
    areas = ((0, 1, 0, 2, "受理"), (0, 3, 0, 4, "办结"))
    grouped = MAPPING.replace("受理时间", "受理/时间").replace("  text: 诉求", "  text: 诉求\n  closed_at: 办结/时间")
    numbered = MAPPING.replace("受理时间", '"时间#1"')

    def mapped(name: str, file: str, data: bytes, said: bytes, *rest: Any, **more: Any) -> Case:
        return Case(f"mapped-{name}", {file: data, "map.yaml": said}, *rest, mapping="map.yaml", **more)

    return [
        mapped("workbook", "a.xlsx", sheet([_HEAD, _ROW], "随便"), mapping(), 1, values=_ONE, notes={"full-width": 1, "columns the mapping does not read": 1}),
        mapped("workbook-sheet", "a.xlsx", book(two), mapping("sheet: 明细\n"), 1, values=_ONE, notes={"lines above": 1, "the mapping does not read it": 1}),
        mapped("workbook-sheet-missing", "a.xlsx", book(two), mapping("sheet: 明系\n"), error="has no sheet 明系"),
        mapped("workbook-sheet-not-said", "a.xlsx", book(two), mapping(), error="does not say which to read"),
        mapped("workbook-all-sheets", "a.xlsx", book(months), mapping('sheet: "*"\n'), 2, values=_ONE),
        mapped("workbook-group-names", "a.xlsx", sheet(twice, "x", merged=areas), mapping("", grouped), 1, values={"Complaint:K1": {"event_at": _AT, "closed_at": "2026-03-01T16:00:00.000000Z"}}),
        mapped("column-twice", "a.xlsx", sheet(twice[1:], "x"), mapping("", MAPPING.replace("受理时间", "时间")), error="stands 2 times"),
        mapped("column-by-number", "a.xlsx", sheet(twice[1:], "x"), mapping("", numbered), 1, values=_ONE),
        mapped("old-workbook", "a.xls", old_workbook.workbook({"x": [_HEAD, _ROW]}), mapping(), 1, values=_ONE),
        mapped("csv-title-and-total", "a.csv", table("投诉清单,,,,", "序号,工单号,受理时间,大类,诉求", "1,K1,2026/3/1 9:30,Z1,与宣传不符", "合计,1,,,").decode().encode("gb18030"), mapping(), 1, 1, values=_ONE, reasons=["line of totals"], notes={"GB18030": 1, "lines above": 1}),
        mapped("column-missing", "a.csv", table("工单号,受理时刻,大类,诉求", "K1,2026-03-01,Z1,x"), mapping(), error="the column 受理时间"),
        mapped("error-in-unread-column", "a.xlsx", sheet([_HEAD, [("=NA()", "#N/A", ""), *_ROW[1:]], [2, "K2", _WHEN, ("=NA()", "#N/A", ""), "y"]], "x"), mapping(), 1, 1, values=_ONE, reasons=["column 大类 holds the error"]),
        mapped("key-mistyped", "a.csv", table("工单号,受理时间,大类,诉求", "K1,2026-03-01,Z1,x"), mapping("shet: x\n"), error="unknown key shet"),
    ]  # fmt: skip
