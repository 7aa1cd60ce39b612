"""``suyuan template`` and ``suyuan export FILE.xlsx`` from the command line: what they write loads as it stands."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import python_calamine
import xlsxwriter

from graph.schema import EDGES, KINDS
from graph.values import reader
from ingest.template import EXAMPLE
from ingest.workbook import GUIDE, kind_layout, layouts

Suyuan = Callable[..., Any]
URL = "sqlite:///t.db"


def fill(path: Path, sheets: dict[str, list[list[str]]]) -> None:
    with xlsxwriter.Workbook(path) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)


@pytest.fixture
def empty(suyuan: Suyuan) -> str:
    assert suyuan("init", "--empty", store=URL).code == 0
    return URL


def test_an_empty_template_loads_as_no_rows(suyuan: Suyuan, empty: str) -> None:
    written = suyuan("template", "t.xlsx")
    assert (written.code, "suyuan ingest t.xlsx" in written.err) == (0, True)
    loaded = suyuan("ingest", "t.xlsx", "--json", store=empty)
    assert (loaded.code, loaded.json["total"]["read"]) == (0, 0)
    assert [note["en"] for note in loaded.json["notes"]] == ["t.xlsx holds no rows"]


def test_a_template_has_a_sheet_a_kind_and_a_sheet_an_edge_with_properties(suyuan: Suyuan) -> None:
    suyuan("template", "t.xlsx")
    names = python_calamine.load_workbook("t.xlsx").sheet_names
    assert names[0] == GUIDE
    own = [edge.name for edge in EDGES.values() if {*edge.properties} - {"basis", "clause"}]
    assert [name.split(" ")[-1] for name in names[1:]] == [*KINDS, *own]
    with zipfile.ZipFile("t.xlsx") as archive:
        sheet = archive.read(f"xl/worksheets/sheet{names.index('投诉 Complaint') + 1}.xml").decode()
        comments = "".join(archive.read(name).decode() for name in archive.namelist() if "comments" in name)
    assert 'state="frozen"' in sheet
    assert "已确认,已拒绝,待处理" in sheet
    assert "投诉的分类" in comments
    assert "the complaint's category" in comments.replace("&#39;", "'").replace("&apos;", "'")


def test_the_same_template_every_time(suyuan: Suyuan) -> None:
    suyuan("template", "a.xlsx")
    suyuan("template", "b.xlsx")
    assert Path("a.xlsx").read_bytes() == Path("b.xlsx").read_bytes()


def test_the_filled_example_of_the_guide_loads_as_it_stands(suyuan: Suyuan, empty: str) -> None:
    suyuan("template", "t.xlsx")
    rows = python_calamine.load_workbook("t.xlsx").get_sheet_by_name(GUIDE).to_python()
    cells = [[str(cell) for cell in row] for row in rows]
    sheets: dict[str, list[list[str]]] = {}
    for at, row in enumerate(cells):
        found = re.match(r"工作表 · sheet: (.+)", row[0])
        if found is not None:
            sheets[found[1]] = [[cell for cell in line if cell] for line in cells[at + 1 : at + 3]]
    assert len(sheets) == len(EXAMPLE)
    fill(Path("e.xlsx"), sheets)
    loaded = suyuan("ingest", "e.xlsx", "--json", store=empty)
    assert (loaded.code, loaded.json["total"]["added"]) == (0, len(EXAMPLE))


def test_every_value_of_every_drop_down_loads(suyuan: Suyuan, empty: str) -> None:
    sheets: dict[str, list[list[str]]] = {}
    offered = 0
    for layout in layouts():
        if layout.meaning.what != "kind" or KINDS[layout.meaning.name].model.needs:
            continue
        head = [column.heading for column in layout.columns]
        choices = [(at, choice) for at, column in enumerate(layout.columns) for choice in column.choices]
        offered += len(choices)
        rows = []
        for number, (at, choice) in enumerate(choices):
            row = [""] * len(head)
            row[0], row[at] = f"X{number}", choice
            names = [column.name for column in layout.columns]
            if KINDS[layout.meaning.name].group == "fact":
                row[names.index("event_at")] = "2026-03-01 09:30"
            rows.append(row)
        sheets[layout.name] = [head, *rows]
    fill(Path("d.xlsx"), sheets)
    loaded = suyuan("ingest", "d.xlsx", "--json", store=empty)
    assert (loaded.code, loaded.json["total"]["added"]) == (0, offered)
    assert offered > 150


def test_every_drop_down_of_edges_and_records_is_one_that_is_read() -> None:
    from zoneinfo import ZoneInfo

    from ingest.readers import property_reader

    for layout in layouts():
        for column in layout.columns:
            for choice in column.choices:
                assert column.prop is not None
                assert property_reader(column.prop, ZoneInfo("Asia/Shanghai"))(choice) is not None
    assert reader("boolean", ZoneInfo("UTC"))("否") is False


def test_another_suffix_is_refused_and_an_old_file_stays(suyuan: Suyuan) -> None:
    refused = suyuan("template", "t.csv")
    assert (refused.code, ".xlsx" in refused.err, Path("t.csv").exists()) == (2, True, False)


def test_a_store_goes_out_as_a_workbook_and_comes_back_unchanged(suyuan: Suyuan) -> None:
    suyuan("init", store="sqlite:///w.db")
    assert suyuan("export", "w.xlsx", store="sqlite:///w.db").code == 0
    again = suyuan("ingest", "w.xlsx", "--source", "catalogue", "--dry-run", "--json", store="sqlite:///w.db")
    total = again.json["total"]
    assert (again.code, total["unchanged"], total["changed"], total["added"]) == (0, total["read"], 0, 0)
    assert kind_layout("Stage").name in python_calamine.load_workbook("w.xlsx").sheet_names
