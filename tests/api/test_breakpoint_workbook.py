"""The workbook of the list: as many rows as findings, nothing that runs, the same bytes twice, and what people change in it comes back."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import subprocess
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape
from zoneinfo import ZoneInfo

import pytest
import python_calamine

from api.cli import run
from api.listing.workbook_columns import CHOICES, COVER, GUIDE, LIST, LIST_COLUMNS, MEASURE_COLUMNS, MEASURES, Column
from api.listing.workbook_reading import is_list_workbook, read_workbook
from ingest.report import Notes
from queries.matrices.registry import MATRICES
from tests.api.conftest import edge, node, write_lines

DAY = "2026-03-31"
UNOWNED = "unowned_control|ControlPoint:CP01"
OTHER = "unowned_control|ControlPoint:CP02"
HOSTILE = '=HYPERLINK("http://x")\n+1;@SUM(A1)\t\'a\ufffe'


@pytest.fixture(scope="module")
def made(world: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small world, and a control point whose name would like to run."""
    folder = tmp_path_factory.mktemp("made")
    path = folder / "s.db"
    path.write_bytes(Path(world.removeprefix("sqlite:///")).read_bytes())
    lines = [
        node("ControlPoint", "CPX", name="=1+1", name_en="@SUM(A1)"),
        edge("AT", "ControlPoint:CPX", "Stage:D1-S1"),
    ]
    assert run(["ingest", str(write_lines(folder / "x.jsonl", lines)), "--store", f"sqlite:///{path}", "--json"]) == 0
    return path


@pytest.fixture
def store(made: Path, tmp_path: Path) -> str:
    """A store of its own for one test."""
    (tmp_path / "s.db").write_bytes(made.read_bytes())
    (tmp_path / "x.jsonl").touch()
    return f"sqlite:///{tmp_path / 's.db'}"


def exported(suyuan: Any, store: str, path: Path, *words: str) -> Path:
    assert suyuan("breakpoints", "--as-of", DAY, "--out", str(path), *words, store=store).code == 0
    return path


def cells(path: Path, sheet: str) -> list[list[Any]]:
    return python_calamine.CalamineWorkbook.from_path(str(path)).get_sheet_by_name(sheet).to_python()


def place(columns: tuple[Column, ...], name: str, row: int) -> str:
    """The address of a cell, e.g. I2; row 2 is the first below the heading."""
    at = [column.name for column in columns].index(name)
    return f"{chr(ord('A') + at)}{row}"


def row_of(path: Path, key: str) -> int:
    at = [column.name for column in LIST_COLUMNS].index("key")
    return next(n for n, row in enumerate(cells(path, LIST), start=1) if row[at] == key)


def edit(path: Path, changes: Mapping[tuple[str, str], str]) -> Path:
    """The workbook with some cells, by sheet and address, written as a person would."""
    names = python_calamine.CalamineWorkbook.from_path(str(path)).sheet_names
    parts = {f"xl/worksheets/sheet{n}.xml": name for n, name in enumerate(names, start=1)}
    target = path.with_name(f"edited-{path.name}")
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as written:
        for part in source.namelist():
            text = source.read(part)
            for (sheet, address), value in changes.items():
                if parts.get(part) == sheet:
                    cell = f'<c r="{address}" t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'
                    text, found = re.subn(
                        rf'(?s)<c r="{address}"(?:[^>]*/>|.*?</c>)'.encode(),
                        cell.encode().replace(b"\\", b"\\\\"),
                        text,
                    )
                    assert found == 1, (sheet, address)
            written.writestr(part, text)
    return target


def change(suyuan: Any, store: str, path: Path, **stated: str) -> Any:
    """Edit one row of the list and load it back."""
    key = stated.pop("key", UNOWNED)
    row = row_of(path, key)
    edited = edit(path, {(LIST, place(LIST_COLUMNS, name, row)): value for name, value in stated.items()})
    return suyuan("ingest", str(edited), "--json", "--rejects", "r.csv", store=store)


def state(suyuan: Any, store: str, key: str = UNOWNED) -> Any:
    return suyuan("case", "show", key, "--as-of", DAY, "--json", store=store).json


# ── what is written ─────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("words", [(), ("--kind", "unmonitored"), ("--unit", "P1")])
def test_count_is_list_is_csv_is_sheet(suyuan: Any, store: str, tmp_path: Path, words: tuple[str, ...]) -> None:
    answer = suyuan("breakpoints", "--as-of", DAY, "--json", *words, store=store).json
    exported(suyuan, store, tmp_path / "l.csv", *words)
    exported(suyuan, store, tmp_path / "l.xlsx", *words)
    rows = list(csv.DictReader(io.StringIO((tmp_path / "l.csv").read_text(encoding="utf-8-sig"), newline="")))
    sheet = cells(tmp_path / "l.xlsx", LIST)[1:]
    keys = [finding["key"] for finding in answer["findings"]]
    at = [column.name for column in LIST_COLUMNS].index("key")
    assert keys == [row["key"] for row in rows] == [row[at] for row in sheet]
    assert len(keys) == sum(answer["counts"]["class"].values()) == sum(answer["counts"]["kind"].values())
    cover = {str(row[0]): row[1] for row in cells(tmp_path / "l.xlsx", COVER)}
    assert int(cover["条数 · Findings"]) == len(keys)


def test_the_gaps_of_traces_are_rows_of_the_same_list(suyuan: Any, store: str, tmp_path: Path) -> None:
    """The other way round, that no finding is missing among the gaps: ``tests/queries/test_breakpoints_gaps.py``."""
    exported(suyuan, store, tmp_path / "l.csv")
    text = (tmp_path / "l.csv").read_text(encoding="utf-8-sig")
    rows = {row["key"]: row for row in csv.DictReader(io.StringIO(text, newline=""))}
    assert suyuan("trace", "--all", "--as-of", DAY, "--out", "t.jsonl", store=store).code == 0
    traces = [json.loads(line) for line in Path("t.jsonl").read_text(encoding="utf-8").splitlines()]
    gaps = {gap["key"]: gap for trace in traces for gap in trace["gaps"]}
    assert {"unmapped_category|Category:K-odd", "live_below_100|Campaign:M1"} <= gaps.keys() <= rows.keys()
    for key, gap in gaps.items():
        assert (gap["message"]["zh"], gap["message"]["en"]) == (rows[key]["message_zh"], rows[key]["message_en"])


def test_every_sheet_is_there_in_both_languages(suyuan: Any, store: str, tmp_path: Path) -> None:
    path = exported(suyuan, store, tmp_path / "l.xlsx")
    names = python_calamine.CalamineWorkbook.from_path(str(path)).sheet_names
    assert [names[0], names[1], names[2], names[-2], names[-1]] == [COVER, LIST, MEASURES, CHOICES, GUIDE]
    assert {name.rpartition(" ")[2] for name in names[3:-2]} == set(MATRICES)
    for column, heading in zip(LIST_COLUMNS, cells(path, LIST)[0], strict=True):
        zh, en, name = heading.split("\n")
        assert (zh, en, name) == (column.heading.zh, column.heading.en, f"[{column.name}]")
    messages = [row[3] for row in cells(path, LIST)[1:]]
    assert all(re.search("[\u4e00-\u9fff]", text) and re.search("[A-Za-z]{3} [a-z]", text) for text in messages)


def test_the_same_list_gives_the_same_bytes(suyuan: Any, store: str, tmp_path: Path) -> None:
    suyuan("case", "assign", UNOWNED, "o1", "--as-of", DAY, store=store)
    first, second = (exported(suyuan, store, tmp_path / name).read_bytes() for name in ("a.xlsx", "b.xlsx"))
    assert first == second


def test_nothing_in_it_runs(suyuan: Any, store: str, tmp_path: Path) -> None:
    suyuan("case", "fixed", UNOWNED, "--note", HOSTILE.replace("\ufffe", ""), "--as-of", DAY, store=store)
    suyuan("case", "measure", UNOWNED, "=1+1", "--as-of", DAY, store=store)
    path = exported(suyuan, store, tmp_path / "l.xlsx")
    with zipfile.ZipFile(path) as book:
        sheets = [book.read(name).decode() for name in book.namelist() if name.startswith("xl/worksheets/sheet")]
        assert not [name for name in book.namelist() if "external" in name.lower() or "vba" in name.lower()]
    assert not any("<f>" in text or "<f " in text or "<hyperlink" in text for text in sheets)
    texts = [cell for row in cells(path, LIST) for cell in row if isinstance(cell, str)]
    assert any("=1+1" in text for text in texts), "the name stands there as it is"
    assert "=1+1" in [row[2] for row in cells(path, MEASURES)]


def test_frozen_filtered_and_with_drop_downs(suyuan: Any, store: str, tmp_path: Path) -> None:
    path = exported(suyuan, store, tmp_path / "l.xlsx")
    with zipfile.ZipFile(path) as book:
        text = book.read("xl/worksheets/sheet2.xml").decode()
    assert 'state="frozen"' in text
    assert "<autoFilter" in text
    ranges = re.findall(r'<dataValidation type="(\w+)"[^>]*sqref="([A-Z])2:', text)
    wanted = {("list", "status"), ("list", "assignee"), ("date", "due"), ("list", "measure"), ("list", "measure_status"), ("date", "measure_due")}  # fmt: skip
    names = {place(LIST_COLUMNS, column.name, 1)[0]: column.name for column in LIST_COLUMNS}
    assert {(kind, names[letter]) for kind, letter in ranges} == wanted


# ── the way back ────────────────────────────────────────────────────────────────────────────────────
def test_a_workbook_nobody_edited_changes_nothing(suyuan: Any, store: str, tmp_path: Path) -> None:
    suyuan("case", "accept", UNOWNED, "--reason", HOSTILE.replace("\ufffe", ""), "--until", "2099-12-31", "--note", "多行\n第二行", "--as-of", DAY, store=store)  # fmt: skip
    suyuan("case", "measure", UNOWNED, "培训", "--due", "2026-12-31", "--assignee", "P1", "--as-of", DAY, store=store)
    suyuan("case", "measure", UNOWNED, "招聘", "--as-of", DAY, store=store)
    path = exported(suyuan, store, tmp_path / "l.xlsx")
    before = suyuan("stats", "--json", store=store).json, state(suyuan, store)
    result = suyuan("ingest", str(path), "--json", store=store)
    assert result.code == 0
    assert result.json["total"]["read"] == result.json["total"]["unchanged"] == len(cells(path, LIST)) - 1 + 2
    assert (suyuan("stats", "--json", store=store).json, state(suyuan, store)) == before


def test_edits_come_back_as_cases_and_measures(suyuan: Any, store: str, tmp_path: Path) -> None:
    path = exported(suyuan, store, tmp_path / "l.xlsx")
    result = change(
        suyuan, store, path, status="已指派", assignee="Owner:o1 岗位一", due="2026/6/30", note="尽快",
        measure="任命", measure_status="in_progress", measure_due="2026-05-31",
    )  # fmt: skip
    assert (result.code, result.json["kinds"]["FindingCase"]["changed"]) == (0, 1)
    found = state(suyuan, store)
    assert (found["status"], found["assignee"], found["due"], found["note"]) == ("assigned", "Owner:o1", "2026-06-30", "尽快")  # fmt: skip
    assert [(m["name"], m["status"], m["due"]) for m in found["measures"]] == [("任命", "in_progress", "2026-05-31")]
    assert {entry["by"] for entry in found["history"]} == {"workbook"}

    again = exported(suyuan, store, tmp_path / "l2.xlsx")
    assert (
        change(suyuan, store, again, status="接受 accepted", reason="预算").code == 1
    )  # no such word, and no end that fits
    accepted = change(suyuan, store, again, status="accepted", reason="预算", due="2099-01-01", note="")
    assert accepted.code == 0
    assert (state(suyuan, store)["status"], state(suyuan, store)["note"]) == ("accepted", None)


def test_the_same_edit_twice_changes_nothing_the_second_time(suyuan: Any, store: str, tmp_path: Path) -> None:
    path = exported(suyuan, store, tmp_path / "l.xlsx")
    assert change(suyuan, store, path, assignee="P1").json["total"]["changed"] == 1
    held = state(suyuan, store)
    second = change(suyuan, store, path, assignee="P1")
    assert (second.code, second.json["total"]["changed"]) == (0, 0)
    assert state(suyuan, store) == held


def test_a_newer_state_is_not_overwritten_row_by_row(suyuan: Any, store: str, tmp_path: Path) -> None:
    path = exported(suyuan, store, tmp_path / "l.xlsx")
    suyuan("case", "assign", UNOWNED, "o2", "--as-of", DAY, store=store)
    edited = edit(path, {
        (LIST, place(LIST_COLUMNS, "status", row_of(path, UNOWNED))): "fixed",
        (LIST, place(LIST_COLUMNS, "status", row_of(path, OTHER))): "fixed",
    })  # fmt: skip
    result = suyuan("ingest", str(edited), "--json", "--rejects", "r.csv", store=store)
    assert result.code == 1
    total = result.json["total"]
    assert (total["refused"], total["changed"], total["read"]) == (1, 1, len(cells(path, LIST)) - 1)
    (refusal,) = list(csv.DictReader(io.StringIO(Path("r.csv").read_text(encoding="utf-8-sig"))))
    assert (refusal["sheet"], int(refusal["row"])) == (LIST, row_of(path, UNOWNED))
    assert "Owner:o2" in refusal["reason"]
    assert UNOWNED in refusal["content"]
    assert (state(suyuan, store)["status"], state(suyuan, store, OTHER)["status"]) == ("assigned", "fixed")


@pytest.mark.parametrize(
    ("stated", "said"),
    [
        ({"status": "verified"}, "nobody sets"),
        ({"status": "erledigt"}, "not one of the choices"),
        ({"status": "accepted", "due": "2099-01-01"}, "reason"),
        ({"status": "accepted", "reason": "x", "due": "2020-01-01"}, "is over"),
        ({"assignee": "Owner:nobody"}, "was not found"),
        ({"due": "soon", "assignee": "P1"}, "not a date"),
        ({"measure": "train", "measure_status": "nearly"}, "not one of the choices"),
        ({"key": UNOWNED, "version": "0123456789ab.000000000000", "status": "fixed"}, "changed since the export"),
    ],
)
def test_a_row_that_cannot_be_is_refused_with_its_reason(
    suyuan: Any, store: str, tmp_path: Path, stated: dict[str, str], said: str
) -> None:
    path = exported(suyuan, store, tmp_path / "l.xlsx", "--kind", "unowned_control")
    result = change(suyuan, store, path, **stated)
    assert (result.code, result.json["total"]["refused"], result.json["total"]["changed"]) == (1, 1, 0)
    assert said in Path("r.csv").read_text(encoding="utf-8-sig")
    assert state(suyuan, store)["history"] == []


def test_a_changed_key_is_refused(suyuan: Any, store: str, tmp_path: Path) -> None:
    path = exported(suyuan, store, tmp_path / "l.xlsx", "--kind", "unowned_control")
    row = row_of(path, UNOWNED)
    changes = {"key": "unowned_control|ControlPoint:nowhere", "status": "fixed"}
    edited = edit(path, {(LIST, place(LIST_COLUMNS, name, row)): value for name, value in changes.items()})
    result = suyuan("ingest", str(edited), "--json", "--rejects", "r.csv", store=store)
    assert (result.code, result.json["total"]["refused"]) == (1, 1)
    assert "Did you mean" in Path("r.csv").read_text(encoding="utf-8-sig")


def test_new_rows_of_the_measures_sheet(suyuan: Any, store: str, tmp_path: Path) -> None:
    path = exported(suyuan, store, tmp_path / "l.xlsx", "--kind", "unowned_control")
    stated = {"key": UNOWNED, "measure": "培训", "measure_due": "2026-12-31", "measure_assignee": "OrgUnit:P1"}
    edited = edit(path, {(MEASURES, place(MEASURE_COLUMNS, name, 2)): value for name, value in stated.items()})
    result = suyuan("ingest", str(edited), "--json", store=store)
    assert (result.code, result.json["kinds"]["Measure"]["changed"]) == (0, 1)
    (measure,) = state(suyuan, store)["measures"]
    assert (measure["name"], measure["status"], measure["due"], measure["assignee"]) == ("培训", "planned", "2026-12-31", "OrgUnit:P1")  # fmt: skip
    again = exported(suyuan, store, tmp_path / "l2.xlsx", "--kind", "unowned_control")
    done = edit(again, {(MEASURES, place(MEASURE_COLUMNS, "measure_status", 2)): "完成"})
    assert suyuan("ingest", str(done), store=store).code == 0
    assert state(suyuan, store)["measures"][0]["status"] == "done"


def test_a_rehearsal_writes_nothing(suyuan: Any, store: str, tmp_path: Path) -> None:
    path = exported(suyuan, store, tmp_path / "l.xlsx", "--kind", "unowned_control")
    edited = edit(path, {(LIST, place(LIST_COLUMNS, "status", row_of(path, UNOWNED))): "fixed"})
    result = suyuan("ingest", str(edited), "--dry-run", "--json", store=store)
    assert (result.code, result.json["total"]["changed"], result.json["dry_run"]) == (0, 1, True)
    assert state(suyuan, store)["history"] == []


def test_it_is_loaded_on_its_own(suyuan: Any, store: str, tmp_path: Path) -> None:
    path = exported(suyuan, store, tmp_path / "l.xlsx", "--kind", "unowned_control")
    for words in ((str(path), str(tmp_path / "x.jsonl")), (str(path), "--source", "me"), (str(path), "--replace")):
        result = suyuan("ingest", *words, store=store)
        assert (result.code, "on its own" in result.err) == (2, True)


def test_a_heading_that_was_taken_away_is_said(suyuan: Any, store: str, tmp_path: Path) -> None:
    path = exported(suyuan, store, tmp_path / "l.xlsx", "--kind", "unowned_control")
    edited = edit(path, {(LIST, place(LIST_COLUMNS, "version", 1)): "something else"})
    result = suyuan("ingest", str(edited), store=store)
    assert (result.code, "version" in result.err) == (2, True)


def test_other_files_are_no_list(tmp_path: Path, suyuan: Any, store: str) -> None:
    (tmp_path / "no.xlsx").write_bytes(b"PK\x03\x04 broken")
    assert suyuan("template", "t.xlsx").code == 0
    assert not any(is_list_workbook(Path(name)) for name in ("no.xlsx", "t.xlsx", "x.jsonl"))


def test_rows_read_are_rows_written(suyuan: Any, store: str, tmp_path: Path) -> None:
    path = exported(suyuan, store, tmp_path / "l.xlsx")
    rows = read_workbook(path, ZoneInfo("Asia/Shanghai"), Notes())
    assert len(rows) == len(cells(path, LIST)) - 1
    assert not [row.key for row in rows if row.edited or row.fault]


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_libreoffice_saves_it_without_editing_it(suyuan: Any, store: str, tmp_path: Path) -> None:
    suyuan("case", "accept", UNOWNED, "--reason", "=1+1;\n二", "--until", "2099-12-31", "--as-of", DAY, store=store)
    path = exported(suyuan, store, tmp_path / "l.xlsx")
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = [
        "soffice", profile, "--headless", "--convert-to", "xlsx", "--outdir", str(tmp_path / "saved"), str(path),
    ]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    result = suyuan("ingest", str(tmp_path / "saved" / "l.xlsx"), "--json", store=store)
    assert (result.code, result.json["total"]["unchanged"]) == (0, len(cells(path, LIST)) - 1)
