"""Messy workbooks, .xlsx and .xls: merged areas, title lines, number formats, formulas, errors, epochs, hidden sheets, what cannot be read."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import old_workbook
import xlsxwriter
from messy_case import Case

_HEAD = ["编号", "投诉时间", "内容", "所属分类"]
_WHEN = datetime(2026, 3, 1, 9, 30)
_AT = "2026-03-01T01:30:00.000000Z"
_ROW = ["K1", _WHEN, "与宣传不符", "Z1"]
_ONE = {"Complaint:K1": {"event_at": _AT, "text": "与宣传不符", "IN_CATEGORY": ["Category:Z1"]}}
_MADE = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)


def book(fill: Callable[[xlsxwriter.Workbook], Any], **options: Any) -> bytes:
    """A workbook as Excel keeps it."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True, "strings_to_formulas": False, **options}) as made:
        made.set_properties({"created": _MADE})
        fill(made)
    return stream.getvalue()


def sheet(
    rows: list[list[Any]],
    name: str = "投诉",
    *,
    merged: tuple[tuple[int, int, int, int, str], ...] = (),
    **options: Any,
) -> bytes:
    """A workbook of one sheet; a merged area is first row and column, last row and column, from 0, and its text."""

    def fill(made: xlsxwriter.Workbook) -> None:
        put(made, made.add_worksheet(name), rows)
        for area in merged:
            made.get_worksheet_by_name(name).merge_range(*area)

    return book(fill, **options)


def put(made: xlsxwriter.Workbook, at: Any, rows: list[list[Any]]) -> None:
    """Fill a sheet: dates with a format, a pair is a number and its format, a triple a formula, its result and format."""
    day, moment = (made.add_format({"num_format": form}) for form in ("yyyy-mm-dd", "yyyy/m/d h:mm"))
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            if isinstance(cell, datetime | date):
                at.write_datetime(number, column, cell, moment if isinstance(cell, datetime) else day)
            elif isinstance(cell, tuple) and len(cell) == 2:
                at.write_number(number, column, cell[0], made.add_format({"num_format": cell[1]}))
            elif isinstance(cell, tuple):
                at.write_formula(number, column, cell[0], None, cell[1])
            elif cell is not None:
                at.write(number, column, cell)


def changed(data: bytes, part: str, old: bytes, new: bytes) -> bytes:
    """A workbook with bytes of one part replaced."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as before, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as after:
        for entry in before.infolist():
            content = before.read(entry)
            if entry.filename == part:
                assert old in content
                content = content.replace(old, new)
            after.writestr(zipfile.ZipInfo(entry.filename, (2000, 1, 1, 0, 0, 0)), content)
    return stream.getvalue()


def cases() -> list[Case]:
    """The cases of this page."""
    return [*_layout(), *_cells(), *_sheets(), *_old(), *_refused()]


def _layout() -> list[Case]:
    def xlsx(name: str, data: bytes, *rest: Any, **said: Any) -> Case:
        return Case(f"xlsx-{name}", {"投诉.xlsx": data}, *rest, **said)

    return [
        xlsx("plain", sheet([_HEAD, _ROW]), 1, values=_ONE),
        xlsx("title-merged", sheet([[], ["导出日期", date(2026, 3, 2)], _HEAD, _ROW], merged=((0, 0, 0, 3, "三月投诉清单"),)), 1, values=_ONE, notes={"lines above the heading not read": 2}),
        xlsx("far-from-corner", sheet([[], [], [], [None, None, *_HEAD], [None, None, *_ROW]]), 1, values=_ONE, notes={"columns without a heading": 2}),
        xlsx("heading-merged-over-two-rows", sheet([["", "", "", ""], ["", "投诉时间", "记录时间", ""], ["K1", _WHEN, date(2026, 3, 2), "x"]], merged=((0, 0, 1, 0, "编号"), (0, 1, 0, 2, "时间"), (0, 3, 1, 3, "内容"))), 1, values={"Complaint:K1": {"event_at": _AT, "recorded_at": "2026-03-01T16:00:00.000000Z", "text": "x"}}),
        xlsx("group-heading", sheet([[], _HEAD, _ROW], merged=((0, 0, 0, 1, "工单"), (0, 2, 0, 3, "诉求"))), 1, values=_ONE, notes={"lines above": 1}),
        xlsx("merged-down", sheet([_HEAD, ["K1", _WHEN, "x"], ["K2", _WHEN, "y"], ["K3", _WHEN, "z"]], merged=((1, 3, 3, 3, "Z1"),)), 3, values={f"Complaint:K{n}": {"IN_CATEGORY": ["Category:Z1"]} for n in (1, 2, 3)}, notes={"column 所属分类: values of merged": 2}),
        xlsx("merged-id", sheet([_HEAD, [None, _WHEN, "x", "Z1"], [None, _WHEN, "y", "Z2"]], merged=((1, 0, 2, 0, "K1"),)), 1, 1, reasons=["stands twice"]),
        xlsx("section-titles", sheet([_HEAD, [], _ROW, [], ["K2", _WHEN, "y", "Z2"]], merged=((1, 0, 1, 3, "一、宣传类"), (3, 0, 3, 3, "二、网络类"))), 2, 2, reasons=["merged over several columns"] * 2),
        xlsx("total-formula", sheet([_HEAD, _ROW, ["合计", ("=COUNTA(A2:A2)", 1, "")]]), 1, 1, reasons=["line of totals"], notes={"formulas": 1}),
        xlsx("repeated-heading", sheet([_HEAD, _ROW, _HEAD, ["K2", _WHEN, "y", "Z1"]]), 2, notes={"headings repeated": 1}),
        xlsx("beside", sheet([_HEAD, [*_ROW, None, "旁注"], ["K2", _WHEN, "y", "Z1"]]), 1, 1, reasons=["column F has no heading"]),
        xlsx("filtered-and-hidden-rows", book(_hidden_rows), 2),
        xlsx("line-break-in-heading", sheet([["编号\n（必填）", "投诉\n时间", " 内容 "], ["K1", _WHEN, "x"]]), 1),
        xlsx("empty-heading-column", sheet([["编号", None, "投诉时间", "内容"], ["K1", None, _WHEN, "x"], ["K2", "多余", _WHEN, "y"]]), 1, 1, notes={"columns without a heading": 1}, reasons=["column B has no heading"]),
    ]  # fmt: skip


def _hidden_rows(made: xlsxwriter.Workbook) -> None:
    at = made.add_worksheet("投诉")
    put(made, at, [_HEAD, _ROW, ["K2", _WHEN, "y", "Z1"]])
    at.set_row(2, options={"hidden": True})
    at.set_column(2, 2, options={"hidden": True})
    at.autofilter(0, 0, 2, 3)
    at.write_comment(1, 2, "批注不是数据")


def _cells() -> list[Case]:
    def xlsx(name: str, rows: list[list[Any]], *rest: Any, **said: Any) -> Case:
        return Case(f"xlsx-{name}", {"投诉.xlsx": sheet(rows)}, *rest, **said)

    plain = sheet([_HEAD, ["K1", _WHEN, ("=1+1", 2, ""), "Z1"], ["K2", _WHEN, "y", "Z1"]])
    return [
        xlsx("number-codes", [_HEAD, [20260301001, _WHEN, "x", "Z1"], ["007", _WHEN, "y", "Z1"], [7.0, _WHEN, "z", "Z1"]], 3, values={"Complaint:20260301001": {}, "Complaint:007": {}, "Complaint:7": {}}),
        xlsx("zeros-by-format", [_HEAD, [(123, "00000"), _WHEN, "x", "Z1"], [(123456, "00000"), _WHEN, "x", "Z1"], [(77, "0"), _WHEN, "x", "Z1"]], 3, values={"Complaint:00123": {}, "Complaint:123456": {}, "Complaint:77": {}}, notes={"leading zeros taken over": 1}),
        xlsx("code-beyond-15-digits", [_HEAD, [202603011234567890, _WHEN, "x", "Z1"], ["202603011234567891", _WHEN, "y", "Z1"]], 1, 1, reasons=["scientific notation"], values={"Complaint:202603011234567891": {}}),
        xlsx("full-width", [_HEAD, ["Ｋ１", "２０２６／３／１　９：３０", "１２３全角正文", "Ｚ１"]], 1, values={"Complaint:K1": {"event_at": _AT, "text": "１２３全角正文", "IN_CATEGORY": ["Category:Z1"]}}, notes={"column 编号: full-width": 1, "column 投诉时间: full-width": 1, "column 所属分类: full-width": 1}),
        xlsx("serial-dates", [_HEAD, ["K1", 46082.395833333336, "x", "Z1"], ["K2", (46082.395833333336, "yyyy\"年\"m\"月\"d\"日\" h:mm"), "y", "Z1"], ["K3", "2026年3月1日 9:30", "z", "Z1"]], 3, values={f"Complaint:K{n}": {"event_at": _AT} for n in (1, 2, 3)}, notes={"serial numbers": 1}),
        Case("xlsx-1904", {"投诉.xlsx": sheet([_HEAD, ["K1", _WHEN, "x", "Z1"], ["K2", 44620.395833333336, "y", "Z1"]], date_1904=True)}, 2, values={f"Complaint:K{n}": {"event_at": _AT} for n in (1, 2)}, notes={"serial numbers": 1}),
        xlsx("blanks", [_HEAD, [" K1\u3000", " 2026-03-01 09:30 ", " 与宣传不符\u00a0", "Z1 "], [" ", None, "\u3000"]], 1, values=_ONE, notes={"column 编号: blanks": 1, "column 内容: blanks": 1, "column 所属分类: blanks": 1}),
        Case("xlsx-per-cent", {"投诉分类.xlsx": sheet([["编号", "非内部原因占比"], ["Z8", (0.12, "0%")], ["Z9", "12.5%"], ["Z10", "1,2"]], "Sheet1")}, 2, 1, values={"Category:Z8": {"null_rate": 0.12}, "Category:Z9": {"null_rate": 0.125}}, notes={"percentages": 1, "is read as 投诉分类": 1}, reasons=["not a number"]),
        xlsx("errors", [_HEAD, ["K1", _WHEN, ("=NA()", "#N/A", ""), "Z1"], ["K2", _WHEN, "y", ("=1/0", "#DIV/0!", "")], ["K3", _WHEN, "#N/A", "Z1"]], 1, 2, reasons=["the error #N/A", "the error #DIV/0!"], values={"Complaint:K3": {"text": "#N/A"}}),
        Case("xlsx-formula-results", {"投诉.xlsx": plain}, 2, values={"Complaint:K1": {"text": "2"}}, notes={"column 内容: formulas": 1}),
        Case("xlsx-formula-without-result", {"投诉.xlsx": changed(plain, "xl/worksheets/sheet1.xml", b"<f>1+1</f><v>2</v>", b"<f>1+1</f>")}, 1, 1, reasons=["carries no result"], notes={"formulas": 1}),
        xlsx("truth-values", [["编号", "投诉时间", "客户化名"], ["K1", _WHEN, True]], 1),
        xlsx("control-characters", [_HEAD, ["K1", _WHEN, "a\x07b", "Z1"], ["K2", _WHEN, "y", "Z1"]], 1, 1, reasons=["control characters"]),
        xlsx("several-codes", [_HEAD, ["K1", _WHEN, "x", "Z1、Z2"], ["K2", _WHEN, "y", "Z1\nZ2"]], 2, values={f"Complaint:K{n}": {"IN_CATEGORY": ["Category:Z1", "Category:Z2"]} for n in (1, 2)}, notes={"told apart": 2}),
    ]  # fmt: skip


def _sheets() -> list[Case]:
    def several(made: xlsxwriter.Workbook) -> None:
        put(made, made.add_worksheet("投诉分类"), [["编号", "名称"], ["Z7", "新类"]])
        put(made, made.add_worksheet("投诉"), [_HEAD, ["K1", _WHEN, "x", "Z7"]])
        hidden = made.add_worksheet("数据字典")
        put(made, hidden, [["项", "值"], ["a", "b"]])
        hidden.hide()
        made.add_worksheet("Sheet4")
        made.add_chartsheet("图")

    def unknown(made: xlsxwriter.Workbook) -> None:
        put(made, made.add_worksheet("投诉"), [_HEAD, _ROW])
        put(made, made.add_worksheet("三月明细"), [["a"], ["b"]])

    return [
        Case("xlsx-sheets-hidden-empty-chart", {"book.xlsx": book(several)}, 2, notes={"it is hidden (2 rows)": 1, "it is empty": 1, "it is no table": 1}, values={"Complaint:K1": {"IN_CATEGORY": ["Category:Z7"]}}),
        Case("xlsx-sheet-nobody-named", {"投诉.xlsx": sheet([_HEAD, _ROW], "Sheet1")}, 1, values=_ONE, notes={"is read as 投诉": 1}),
        Case("xlsx-unknown-sheet", {"book.xlsx": book(unknown)}, error="三月明细"),
        Case("xlsx-named-csv", {"投诉.csv": sheet([_HEAD, _ROW])}, 1, values=_ONE),
        Case("xlsx-named-xls", {"投诉.xls": sheet([_HEAD, _ROW])}, 1, values=_ONE),
        Case("csv-named-xls", {"投诉.xls": "编号\t投诉时间\nK1\t2026-03-01\n".encode("gb18030")}, 1, notes={"GB18030": 1}),
        Case("csv-named-xlsx", {"投诉.xlsx": "编号,投诉时间\nK1,2026-03-01\n".encode()}, 1),
    ]  # fmt: skip


def _old() -> list[Case]:
    def xls(name: str, data: bytes, *rest: Any, **said: Any) -> Case:
        return Case(f"xls-{name}", {"投诉.xls": data}, *rest, **said)

    rows = [_HEAD, _ROW, ["K2", 46082.395833333336, "y", "Z2"]]
    return [
        xls("plain", old_workbook.workbook({"投诉": rows}), 2, values=_ONE, notes={"serial numbers": 1}),
        xls("1904", old_workbook.workbook({"投诉": [_HEAD, _ROW, ["K2", 44620.395833333336, "y", "Z2"]]}, epoch_1904=True), 2, values={**_ONE, "Complaint:K2": {"event_at": _AT}}, notes={"serial numbers": 1}),
        xls("errors", old_workbook.workbook({"投诉": [*rows, ["K3", _WHEN, old_workbook.NOT_AVAILABLE, "Z1"]]}), 2, 1, reasons=["the error #N/A"], notes={"serial": 1}),
        xls("merged", old_workbook.workbook({"投诉": [["清单"], _HEAD, ["K1", _WHEN, "与宣传不符", "Z1"], ["K2", _WHEN, "y"]]}, merges={"投诉": [(0, 0, 0, 3), (2, 3, 3, 3)]}), 2, values={**_ONE, "Complaint:K2": {"IN_CATEGORY": ["Category:Z1"]}}, notes={"merged": 1, "lines above": 1}),
        xls("hidden-sheet", old_workbook.workbook({"投诉": rows[:2], "字典": [["a"]]}, hidden=["字典"]), 1, notes={"it is hidden (1 rows)": 1}),
        Case("xls-named-xlsx", {"投诉.xlsx": old_workbook.workbook({"投诉": rows[:2]})}, 1, values=_ONE),
    ]  # fmt: skip


def _refused() -> list[Case]:
    whole = sheet([_HEAD, _ROW])
    return [
        Case("bad-password", {"投诉.xlsx": old_workbook.compound({"EncryptionInfo": b"x", "EncryptedPackage": b"y"})}, error="has a password"),
        Case("bad-word-file", {"投诉.xls": old_workbook.compound({"WordDocument": b"x"})}, error="damaged"),
        Case("bad-cut-xlsx", {"投诉.xlsx": whole[:1500]}, error="damaged"),
        Case("bad-cut-xls", {"投诉.xls": old_workbook.workbook({"投诉": [_HEAD, _ROW]})[:3000]}, error="damaged"),
        Case("bad-other-archive", {"投诉.xlsx": _archive()}, error="no .xlsx workbook"),
        Case("bad-error-in-heading", {"投诉.xlsx": sheet([["编号", "投诉时间", ("=NA()", "#N/A", "")], ["K1", _WHEN, "x"]])}, error="the heading holds the error #N/A"),
    ]  # fmt: skip


def _archive() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(zipfile.ZipInfo("a.csv", (2000, 1, 1, 0, 0, 0)), "id\n")
    return stream.getvalue()
