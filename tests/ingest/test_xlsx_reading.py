"""Workbooks read as tables: names of sheets, kinds of cells, what is noted, what is refused and where."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from graph.errors import InputError
from graph.store import Store
from ingest.report import IngestReport
from ingest.run import ingest_paths

DAY, MOMENT, PERCENT = "yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss", "0%"
Sheets = dict[str, Sequence[Sequence[Any]]]


class Formula(str):
    """A formula with the error that it gives."""


def write(path: Path, sheets: Sheets, *, hidden: Sequence[str] = (), epoch_1904: bool = False) -> Path:
    """A workbook as Excel keeps it: dates as serial numbers with a format."""
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False, "date_1904": epoch_1904}) as book:
        day, moment, percent = (book.add_format({"num_format": form}) for form in (DAY, MOMENT, PERCENT))
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            if name in hidden:
                sheet.hide()
            for number, row in enumerate(rows):
                for at, cell in enumerate(row):
                    if isinstance(cell, Formula):
                        sheet.write_formula(number, at, "=NA()", None, str(cell))
                    elif isinstance(cell, datetime):
                        sheet.write_datetime(number, at, cell, moment)
                    elif isinstance(cell, date):
                        sheet.write_datetime(number, at, cell, day)
                    elif isinstance(cell, time):
                        sheet.write_datetime(number, at, cell, moment)
                    elif isinstance(cell, tuple):
                        sheet.write_number(number, at, cell[0], percent)
                    elif cell is not None:
                        sheet.write(number, at, cell)
    return path


@pytest.fixture
def load(store: Store, tmp_path: Path, rejects: Path) -> Callable[..., IngestReport]:
    """``load({"Stage": rows})`` writes a workbook and loads it."""

    def run(sheets: Sheets, **options: Any) -> IngestReport:
        path = write(tmp_path / "book.xlsx", sheets, **options)
        return ingest_paths(store, [path], source="mine", rejects=rejects)

    return run


Load = Callable[..., IngestReport]


def refused(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def test_sheets_are_tables_whatever_their_order_and_language(load: Load, store: Store) -> None:
    report = load({
        "起因于": [["起点 from", "to", "权重"], ["C1", "C2", 0.4]],
        "控制点 ControlPoint": [["编号 id", "名称", "AT"], ["C1", "甲", "S1"], ["C2", "乙", "S1"]],
        "Stage": [["id", "name"], ["S1", "环节"]],
    })  # fmt: skip
    assert {name: count.added for name, count in report.kinds.items()} == {
        "CAUSED_BY": 1,
        "ControlPoint": 2,
        "Stage": 1,
    }
    (edge,) = store.edges("CAUSED_BY")
    assert (edge.source.id, edge.target.id, edge.props["weight"]) == ("C1", "C2", 0.4)
    assert [edge.target.id for edge in store.edges("AT")] == ["S1", "S1"]


@pytest.mark.parametrize("epoch_1904", [False, True])
def test_cells_become_what_a_person_sees(load: Load, store: Store, epoch_1904: bool) -> None:
    report = load(
        {
            "Complaint": [
                ["id", "event_at", "text", "escalation_level", "customer"],
                [12, datetime(2026, 3, 1, 9, 30), 13800.0, 2, "007"],
                ["K2", date(2026, 3, 1), " 尾空格  ", 3.0, True],
                ["K3", "2026-03-01 09:30:15", 0.25, "4", None],
            ],
            "Campaign": [["id", "starts", "edition"], ["M1", date(2026, 3, 1), date(2026, 3, 2)]],
            "Category": [["id", "null_rate"], ["Z1", (0.12,)]],
        },
        epoch_1904=epoch_1904,
    )
    assert report.total.refused == 0
    first, second, third = store.nodes("Complaint")
    assert (first.id, first.props["event_at"]) == ("12", "2026-03-01T01:30:00.000000Z")
    assert (first.props["text"], first.props["escalation_level"], first.props["customer"]) == ("13800", 2, "007")
    assert (second.props["event_at"], second.props["text"]) == ("2026-02-28T16:00:00.000000Z", "尾空格")
    assert (second.props["escalation_level"], second.props["customer"]) == (3, "true")
    assert (third.props["event_at"], third.props["text"]) == ("2026-03-01T01:30:15.000000Z", "0.25")
    (campaign,) = store.nodes("Campaign")
    assert (campaign.props["starts"], campaign.props["edition"]) == ("2026-03-01", "2026-03-02")
    assert next(store.nodes("Category")).props["null_rate"] == 0.12


def test_a_refusal_names_file_sheet_row_as_excel_counts_and_field(load: Load, rejects: Path) -> None:
    report = load(
        {"投诉": [[], [], ["id", "event_at"], [], ["K1", "昨天"], ["K2", date(2026, 1, 1)], [None, date(2026, 1, 2)]]}
    )
    assert (report.total.read, report.total.added, report.total.refused) == (3, 1, 2)
    rows = refused(rejects)
    assert [(row["file"], row["sheet"], row["row"], row["field"]) for row in rows] == [
        ("book.xlsx", "投诉", "5", "event_at"),
        ("book.xlsx", "投诉", "7", "id"),
    ]
    assert "昨天" in rows[0]["reason"]


@pytest.mark.parametrize("error", ["#N/A", "#DIV/0!", "#REF!"])
def test_an_error_value_refuses_its_row_and_a_text_that_looks_like_one_does_not(
    load: Load, store: Store, rejects: Path, error: str
) -> None:
    report = load({
        "Domain": [["id"], ["D1"]],
        "Stage": [["id", "name", "note"], ["S1", Formula(error)], ["S2", error], ["S3", None, Formula(error)], [Formula(error)]],
    })  # fmt: skip
    assert (report.total.read, report.total.added, report.total.refused) == (5, 2, 3)
    assert next(store.nodes("Stage")).props["name"] == error
    assert [row["row"] for row in refused(rejects)] == ["2", "4", "5"]
    assert all(error in row["reason"] for row in refused(rejects))


def test_full_width_codes_are_made_plain_and_noted_once_a_column(load: Load, store: Store) -> None:
    report = load({
        "Stage": [["id", "name"], ["Ｓ１", "全角Ｓ１"], ["S２", "x"]],
        "ControlPoint": [["id", "AT"], ["C1", "S1；Ｓ2"]],
    })  # fmt: skip
    assert report.total.refused == 0
    assert [(node.id, node.props["name"]) for node in store.nodes("Stage")] == [("S1", "全角Ｓ１"), ("S2", "x")]
    assert [edge.target.id for edge in store.edges("AT")] == ["S1", "S2"]
    noted = [(note.en, note.count) for note in report.notes if "full-width" in note.en]
    assert noted == [
        ("book.xlsx, sheet Stage, column id: full-width characters made plain", 2),
        ("book.xlsx, sheet ControlPoint, column AT: full-width characters made plain", 1),
    ]


def test_hidden_and_empty_sheets_are_left_out_with_a_note(load: Load) -> None:
    report = load({"Stage": [["id"], ["S1"]], "Domain": [["id"], ["D1"]], "Sheet3": []}, hidden=["Domain"])
    assert list(report.kinds) == ["Stage"]
    assert [note.en for note in report.notes] == [
        "book.xlsx: sheet Sheet3 left out: it is empty",
        "book.xlsx: sheet Domain left out: it is hidden (2 rows)",
    ]


@pytest.mark.parametrize(
    ("sheets", "expected"),
    [
        ({"Stage": [["id"], ["S1"]], "控制典": [["id"], ["C1"]]}, ("控制典", "控制点")),
        ({"Stage": [["id", "nmae"], ["S1", "x"]]}, ("nmae", "name")),
        ({"Stage": [["id", "id"], ["S1", "x"]]}, ("twice", "sheet Stage")),
        ({"Stage": [["id", "编号"], ["S1", "x"]]}, ("twice", "sheet Stage")),
        ({"Stage": [["name"], ["x"]]}, ("lacks", "sheet Stage")),
        ({"Stage": [["id", Formula("#N/A")], ["S1", "x"]]}, ("#N/A", "sheet Stage")),
    ],
)
def test_what_cannot_be_understood_refuses_the_file_before_a_row_is_written(
    load: Load, store: Store, sheets: Sheets, expected: tuple[str, ...]
) -> None:
    with pytest.raises(InputError) as caught:
        load(sheets)
    message = caught.value.message("en")
    assert "book.xlsx" in message
    assert [part for part in expected if part not in message] == []
    assert store.counts().nodes == {}


def test_a_cell_beside_the_table_is_not_lost_silently(load: Load, rejects: Path) -> None:
    report = load({"Stage": [["id", "name"], ["S1", "x", "note beside"], ["S2", "y"]]})
    assert (report.total.added, report.total.refused) == (1, 1)
    assert "note beside" in refused(rejects)[0]["content"]


def test_a_folder_may_hold_workbooks_beside_csv(store: Store, tmp_path: Path, rejects: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    write(folder / "a.xlsx", {"ControlPoint": [["id", "AT"], ["C1", "S1"]]})
    (folder / "Stage.csv").write_text("id\nS1\n")
    (folder / "~$a.xlsx").write_bytes(b"lock")
    report = ingest_paths(store, [folder], rejects=rejects)
    assert (report.total.added, report.notes) == (2, [])
