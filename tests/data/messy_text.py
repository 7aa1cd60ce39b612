"""Messy CSV files: encodings, delimiters, headings, notations, quotes, lines that are no rows."""

from __future__ import annotations

from messy_case import Case, table

_HEAD = "投诉编号,投诉时间,内容,所属分类".replace("投诉编号", "编号")
_PLAIN = (_HEAD, "K1,2026-03-01 09:30,与宣传不符,Z1", "K2,2026-03-02,信号弱,Z2")
_AT = "2026-03-01T01:30:00.000000Z"


def cases() -> list[Case]:
    """The cases of this page."""
    return [*_encodings(), *_headings(), *_codes(), *_values(), *_lines(), *_refused()]


def _encodings() -> list[Case]:
    text = "\n".join(_PLAIN) + "\n"
    big5 = (
        "編號,內容,投訴時間\nK1,與宣傳不符,2026-03-01\n".replace("編號", "id")
        .replace("內容", "text")
        .replace("投訴時間", "event_at")
    )
    both = {"Complaint:K1": {"text": "与宣传不符", "IN_CATEGORY": ["Category:Z1"]}}
    return [
        Case("csv-utf8", {"投诉.csv": text.encode()}, 2, values=both),
        Case("csv-utf8-bom", {"投诉.csv": text.encode("utf-8-sig")}, 2, values=both),
        Case("csv-gb18030", {"投诉.csv": text.encode("gb18030")}, 2, values=both, notes={"was read as GB18030": 1}),
        Case("csv-utf16", {"投诉.csv": text.replace(",", "\t").encode("utf-16")}, 2, values=both),
        Case("csv-big5", {"投诉.csv": big5.encode("big5")}, 1, values={"Complaint:K1": {"text": "與宣傳不符"}}, encoding="big5"),
        Case("csv-semicolon", {"投诉.csv": text.replace(",", ";").encode()}, 2, values=both),
        Case("csv-tab", {"投诉.tsv": text.replace(",", "\t").encode()}, 2, values=both),
        Case("csv-bar", {"投诉.csv": text.replace(",", "|").encode()}, 2, values=both),
        Case("csv-sep-line", {"投诉.csv": b"sep=;\r\n" + text.replace(",", ";").replace("\n", "\r\n").encode()}, 2, values=both),
        Case("csv-crlf-no-end", {"投诉.csv": text.rstrip("\n").replace("\n", "\r\n").encode()}, 2, values=both),
        Case("csv-old-mac", {"投诉.csv": text.replace("\n", "\r").encode()}, 2, values=both),
    ]  # fmt: skip


def _headings() -> list[Case]:
    row = "K1,2026-03-01 09:30,与宣传不符,Z1"
    one = {"Complaint:K1": {"event_at": _AT, "IN_CATEGORY": ["Category:Z1"]}}
    return [
        Case("csv-title-lines", {"投诉.csv": table("投诉清单,,,", "导出人：张三 13800138000,,,", "", _HEAD, row)}, 1, values=one, notes={"lines above the heading not read": 2}),
        Case("csv-title-without-delimiters", {"投诉.csv": table("某省公司三月投诉清单", _HEAD.replace(",", ";"), row.replace(",", ";"))}, 1, values=one, notes={"lines above the heading not read": 1}),
        Case("csv-two-line-heading", {"投诉.csv": table("编号,内容,时间,", ",,投诉时间,记录时间", "K1,x,2026-03-01 09:30,2026-03-02")}, 1, values={"Complaint:K1": {"event_at": _AT, "recorded_at": "2026-03-01T16:00:00.000000Z"}}),
        Case("csv-group-line", {"投诉.csv": table("工单信息,,客户诉求,", _HEAD, row)}, 1, values=one, notes={"lines above the heading not read": 1}),
        Case("csv-repeated-heading", {"投诉.csv": table(_HEAD, row, _HEAD, "K2,2026-03-02,y,Z1", _HEAD)}, 2, notes={"headings repeated among the rows left out": 2}),
        Case("csv-reordered-heading", {"投诉.csv": table(_HEAD, row, "投诉时间,编号,所属分类,内容", "2026-03-02,K2,Z2,信号弱")}, 2, values={"Complaint:K2": {"text": "信号弱", "IN_CATEGORY": ["Category:Z2"]}}, notes={"headings repeated": 1}),
        Case("csv-second-table", {"投诉.csv": table(_HEAD, row, "", "编号,客户化名,严重程度", "K9,c1,高", "K8,c2,低")}, 1, 3, values=one, reasons=["heading of another table", "below the heading of another", "below the heading of another"]),
        Case("csv-empty-columns", {"投诉.csv": table("编号,,投诉时间,内容,,", "K1,,2026-03-01,x,,", "K2,,2026-03-02,y,,")}, 2, notes={"columns without a heading not read": 1}),
        Case("csv-value-without-heading", {"投诉.csv": table("编号,,投诉时间", "K1,甲,2026-03-01", "K2,,2026-03-02")}, 1, 1, reasons=["column B has no heading"]),
        Case("csv-marked-headings", {"投诉.csv": table("*编号,投诉时间（必填）,内容：,升级级别(次)", "K1,2026-03-01,x,2")}, 1, values={"Complaint:K1": {"escalation_level": 2}}, notes={"is read as escalation_level": 1}),
        Case("csv-per-cent-heading", {"POINTS_TO.csv": table("起点,终点,权重(%)", "Z1,CP37,60", "Z1,CP38,30.5%")}, 2, notes={"the heading says %": 1, "percentages turned": 1}),
        Case("csv-invisible-in-heading", {"投诉.csv": "\ufeff\u200b编号,投诉\u200b时间,内容\u3000\nK1,2026-03-01,x\n".encode()}, 1),
        Case("csv-row-numbers", {"投诉.csv": table(",编号,投诉时间", "0,K1,2026-03-01", "1,K2,2026-03-01", "7,K3,2026-03-01")}, 2, 1, notes={"numbers the rows": 2, "columns without a heading": 1}, reasons=["column A has no heading"]),
        Case("csv-headings-said-twice", {"投诉.csv": table("编号/ID,投诉时间(event_at),内容 | text", "K1,2026-03-01 09:30,x")}, 1, values={"Complaint:K1": {"event_at": _AT, "text": "x"}}, notes={"is read as": 3}),
        Case("csv-heading-only", {"投诉.csv": table(_HEAD)}, 0, notes={"holds a heading and no rows": 1}),
        Case("csv-column-twice", {"投诉.csv": table("编号,投诉时间,内容,内容", "K1,2026-03-01,x,y")}, error="stands twice"),
        Case("csv-unknown-column", {"投诉.csv": table("序列,编号,投诉时间", "1,K1,2026-03-01")}, error="has no column 序列"),
    ]  # fmt: skip


def _codes() -> list[Case]:
    return [
        Case("csv-full-width-codes", {"投诉.csv": table("编号,投诉时间,所属分类", "Ｋ１,2026-03-01,Ｚ１", "Ｋ－２,2026-03-01,z２;Z2".replace("z２", "Ｚ１"))}, 2, values={"Complaint:K1": {"IN_CATEGORY": ["Category:Z1"]}, "Complaint:K-2": {"IN_CATEGORY": ["Category:Z1", "Category:Z2"]}}, notes={"column 编号: full-width": 2, "column 所属分类: full-width": 2}),
        Case("csv-invisible-codes", {"投诉.csv": "编号,投诉时间,所属分类\n\u200bK1\ufeff,2026-03-01,Z\u200b1\n".encode()}, 1, values={"Complaint:K1": {"IN_CATEGORY": ["Category:Z1"]}}, notes={"invisible characters": 2}),
        Case("csv-leading-zeros", {"投诉.csv": table("编号,投诉时间", "00123,2026-03-01", "123,2026-03-01")}, 2, values={"Complaint:00123": {}, "Complaint:123": {}}),
        Case("csv-code-as-float", {"投诉.csv": table("编号,投诉时间", "20260301001.0,2026-03-01")}, 1, values={"Complaint:20260301001": {}}, notes={"the .0 after whole numbers": 1}),
        Case("csv-code-in-science", {"投诉.csv": table("编号,投诉时间", "2.02603E+17,2026-03-01", "2.02603E+17,2026-03-02", "K3,2026-03-03")}, 1, 2, reasons=["scientific notation", "scientific notation"]),
        Case("csv-code-in-excel-quotes", {"投诉.csv": table("编号,投诉时间", '"=""00123""",2026-03-01', "'00456,2026-03-01", '"00789\t",2026-03-01')}, 3, values={"Complaint:00123": {}, "Complaint:00456": {}, "Complaint:00789": {}}, notes={"an apostrophe before the code": 2, "blanks at the ends": 1}),
        Case("csv-several-codes", {"投诉.csv": table("编号,投诉时间,所属分类", "K1,2026-03-01,Z1、Z2", 'K2,2026-03-01,"Z1\nZ2"', "K3,2026-03-01,Z1；Z2", 'K4,2026-03-01,"Z1,Z2"', "K5,2026-03-01,Z1|Z2")}, 5, values={f"Complaint:K{n}": {"IN_CATEGORY": ["Category:Z1", "Category:Z2"]} for n in range(1, 6)}, notes={"told apart": 4}),
        Case("csv-unknown-code", {"投诉.csv": table("编号,投诉时间,所属分类", "K1,2026-03-01,Z9", "K2,2026-03-01,Z1")}, 1, 1, reasons=["neither the store nor this input holds Category:Z9"]),
        Case("csv-kind-with-full-width-colon", {"投诉.csv": table("编号,投诉时间,涉及对象", "K1,2026-03-01,Campaign：M1")}, 1, values={"Complaint:K1": {"ABOUT": ["Campaign:M1"]}}),
        Case("csv-duplicate-ids", {"投诉.csv": table("编号,投诉时间", "K1,2026-03-01", "K1 ,2026-03-02", "K2,2026-03-02")}, 2, 1, reasons=["stands twice in this input"]),
        Case("csv-no-id", {"投诉.csv": table("编号,投诉时间,内容", ",2026-03-01,x", "NULL,2026-03-01,y", "—,2026-03-01,z", "K1,2026-03-01,w")}, 1, 3, reasons=["id is missing"] * 3),
    ]  # fmt: skip


def _values() -> list[Case]:
    dates = [
        "2026年3月1日 9时30分",
        "2026/3/1 9:30",
        "2026.3.1 09:30:00",
        "20260301093000",
        "2026年3月1日上午9点30分",
        "2026-03-01T09:30:00+08:00",
        "2026-03-01 星期日 09:30",
        "２０２６－０３－０１ ０９：３０",
        "2026-03-01 09:30:00.0",
        "46082.395833333336",
    ]
    return [
        Case("csv-dates", {"投诉.csv": table("编号,投诉时间", *(f"K{n},{text}" for n, text in enumerate(dates)))}, len(dates), values={f"Complaint:K{n}": {"event_at": _AT} for n in range(len(dates))}, notes={"brought into one form": 4, "serial numbers": 1, "full-width": 1}),
        Case("csv-bad-dates", {"投诉.csv": table("编号,投诉时间", "K1,昨天", "K2,2026-02-30", "K3,03/04/2026", "K4,2026-03", "K5,0000-00-00 00:00:00", "K6,2026-03-01")}, 1, 5, reasons=["not a date", "not a date", "not a date", "not a date", "event_at is missing"]),
        Case("csv-compact-dates", {"营销案.csv": table("id,上线日期,下线日期", "N1,20260301,2026年12月31日", "N2,46082,-")}, 2, values={"Campaign:N1": {"starts": "2026-03-01", "ends": "2026-12-31"}, "Campaign:N2": {"starts": "2026-03-01"}}, notes={"serial": 1, "taken as empty": 1}),
        Case("csv-numbers", {"权限.csv": table("id,额度(元)", 'Q1,"1,234.50"', "Q2,¥200", "Q3,３００", "Q4,50元", "Q5,3万元", "Q6,-", "Q7,12.5%")}, 6, 1, values={"Permission:Q1": {"limit": 1234.5}, "Permission:Q2": {"limit": 200.0}, "Permission:Q3": {"limit": 300.0}, "Permission:Q7": {"limit": 0.125}}, notes={"thousands": 1, "currency": 2, "full-width": 1, "taken as empty": 1, "percentages": 1, "is read as limit": 1}, reasons=["not a number"]),
        Case("csv-whole-numbers", {"投诉.csv": table("编号,投诉时间,升级级别", "K1,2026-03-01,2.0", "K2,2026-03-01,1.5", "K3,2026-03-01,三")}, 1, 2, values={"Complaint:K1": {"escalation_level": 2}}, notes={"the .0 after": 1}, reasons=["not a whole number"] * 2),
        Case("csv-yes-no", {"产品.csv": table("id,网络类,市场", "P1,是,个人", "P2,✓,家庭", "P3,Ｎ,政企 ", "P4,1.0,个人", "P5,大概,个人", "P6,无,个人")}, 5, 1, values={"Product:P2": {"network": True, "segment": "home"}, "Product:P3": {"network": False, "segment": "business"}}, notes={"ticks": 1, "taken as empty": 1}, reasons=["neither true nor false"]),
        Case("csv-choices", {"投诉.csv": table("编号,投诉时间,状态", "K1,2026-03-01,已关闭", "K2,2026-03-01,ＣＬＯＳＥＤ", "K3,2026-03-01,特殊结单")}, 2, 1, values={"Complaint:K2": {"status": "closed"}}, reasons=["not one of the choices"]),
        Case("csv-blanks-around", {"投诉.csv": table("编号,投诉时间,内容", " K1 , 2026-03-01 ,\u3000前后有空白\u3000", "K2,2026-03-01,干净")}, 2, values={"Complaint:K1": {"text": "前后有空白"}}, notes={"column 编号: blanks": 1, "column 投诉时间: blanks": 1, "column 内容: blanks": 1}),
        Case("csv-control-characters", {"投诉.csv": "编号,投诉时间,内容\nK1,2026-03-01,a\x07b\nK2,2026-03-01,ok\n".encode()}, 1, 1, reasons=["control characters"]),
        Case("csv-error-values", {"投诉.csv": table("编号,投诉时间,内容", "K1,2026-03-01,#N/A", "K2,#VALUE!,x", "K3,2026-03-01,#5号楼")}, 1, 2, reasons=["the error #N/A", "the error #VALUE!"]),
        Case("csv-lines-in-cells", {"投诉.csv": 'id,投诉时间,内容\r\nK1,2026-03-01,"第一行\r\n第二行，含""引号"""\r\nK2,2026-03-01,x\r\n'.encode()}, 2, values={"Complaint:K1": {"text": '第一行\r\n第二行，含"引号"'}}),
        Case("csv-personal-data", {"投诉.csv": table("编号,投诉时间,内容", "K1,2026-03-01,我的电话是13800138000", "K2,昨天,我的电话是13900139000")}, 1, 1, values={"Complaint:K1": {"text": "我的电话是〔手机号〕"}}, reasons=["not a date"]),
    ]  # fmt: skip


def _lines() -> list[Case]:
    return [
        Case("csv-total-line", {"投诉.csv": table(_HEAD, "K1,2026-03-01,x,Z1", "合 计,1,,", "小计：1条,,,")}, 1, 2, reasons=["line of totals"] * 2),
        Case("csv-remarks-below", {"投诉.csv": table(_HEAD, "K1,2026-03-01,x,Z1", ",,,", "注：本表由系统导出,,,", "制表人：李四,,审核：王五,", "共 1 条,,,")}, 1, 3, reasons=["a remark below"] * 3),
        Case("csv-framework-remark", {"环节.csv": table("id,name", "S9,新环节", "注：以上环节自三月起执行,", "合计,1")}, 1, 2, reasons=["a remark below", "line of totals"]),
        Case("csv-blank-lines", {"投诉.csv": table(_HEAD, "", ",,,", "K1,2026-03-01,x,Z1", "  , ,\u3000,", "", "K2,2026-03-01,y,Z1", ",,,")}, 2),
        Case("csv-short-rows", {"投诉.csv": table(_HEAD, "K1,2026-03-01", "K2,2026-03-01,y")}, 2),
        Case("csv-long-rows", {"投诉.csv": table(_HEAD, "K1,2026-03-01,有逗号,没引号,Z1", "K2,2026-03-01,y,Z1,,")}, 1, 1, reasons=["5 cells"]),
        Case("csv-broken-quote", {"投诉.csv": table("id,投诉时间,内容", 'K1,2026-03-01,"没有收尾', "K2,2026-03-01,好的", 'K3,2026-03-01,"完整"', "K4,2026-03-01,也好")}, 3, 1, reasons=["broken quoting"]),
        Case("csv-broken-quote-at-end", {"投诉.csv": table("id,投诉时间,内容", "K1,2026-03-01,x", 'K2,2026-03-01,"没有收尾', "第二行")}, 1, 2, reasons=["broken quoting", "part of the row above"]),
        Case("csv-text-after-quote", {"投诉.csv": table("id,投诉时间,内容", 'K1,2026-03-01,"引号"后还有字', "K2,2026-03-01,x")}, 1, 1, reasons=["broken quoting"]),
        Case("csv-concatenated", {"投诉.csv": (table("id,投诉时间", "K1,2026-03-01") + "\ufeff".encode() + table("id,投诉时间", "K2,2026-03-01"))}, 2, notes={"headings repeated": 1}),
        Case("csv-folder-of-tables", {"Stage.csv": table("id,属于领域", "S8,D1"), "ControlPoint.csv": table("id,AT", "C8,S8", "C9,S7"), "readme.md": b"x"}, 2, 1, notes={"readme.md left out": 1}, reasons=["Stage:S7"]),
    ]  # fmt: skip


def _refused() -> list[Case]:
    return [
        Case("bad-zero-bytes", {"投诉.csv": b""}, error="the file is empty"),
        Case("bad-blank", {"投诉.csv": b"\xef\xbb\xbf \r\n\t\r\n"}, error="the file is empty"),
        Case("bad-binary", {"投诉.csv": b"id,text\nK1,\x00\x01\x02\n"}, error="NUL"),
        Case("bad-encoding", {"投诉.csv": b"id,text\nK1,caf\xe9,\xff\n"}, error="not in utf-8, gb18030"),
        Case("bad-page-as-xls", {"投诉.xls": "<html><table><tr><td>编号</td></tr></table></html>".encode()}, error="HTML or XML"),
        Case("bad-xml-as-xls", {"投诉.xls": b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>'}, error="HTML or XML"),
        Case("bad-name", {"工单.csv": table("id", "K1")}, error="is no kind's or edge's name"),
        Case("bad-json-array", {"投诉.csv": b'[{"id": 1}]'}, error="one JSON array"),
    ]  # fmt: skip
