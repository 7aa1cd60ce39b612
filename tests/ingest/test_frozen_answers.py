"""A verdict's frozen answer fits no cell: a workbook goes without it, and comes back without taking it away."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path

import python_calamine

from graph.store import Store
from ingest.export import export
from ingest.report import IngestReport
from ingest.run import ingest_paths
from ingest.template import write_template
from ingest.workbook import GUIDE
from tests.ingest.test_xlsx_reading import write

Ingest = Callable[..., IngestReport]
ANSWER = json.dumps({"findings": "溯源结论" * 18_000}, ensure_ascii=False)
"""72,000 characters: as long as answers of real cases get."""
SHEET = "裁定 Verdict"


def verdict(id_: str, **props: object) -> str:
    line = {"type": "node", "id": f"Verdict:{id_}", "labels": ["Verdict"], "properties": {"id": id_, **props}}
    return json.dumps(line, ensure_ascii=False) + "\n"


def two_verdicts(ingest: Ingest) -> None:
    lines = verdict("V1", outcome="confirmed", reason="属实", answer=ANSWER) + verdict("V2", answer=ANSWER)
    assert ingest({"verdicts.jsonl": lines}).total.added == 2


def answers(store: Store) -> dict[str, object]:
    return {row.id: row.props.get("answer") for row in store.nodes("Verdict")}


def back(store: Store, path: Path, *, source: str = "mine", dry_run: bool = False) -> IngestReport:
    report = ingest_paths(store, [path], source=source, replace=True, rejects=path.parent / "r.csv", dry_run=dry_run)
    assert report.total.refused == 0
    return report


def test_a_workbook_goes_without_it_says_so_and_withdraws_nothing(ingest: Ingest, store: Store, tmp_path: Path) -> None:
    two_verdicts(ingest)
    export(store, tmp_path / "graph.xlsx")
    book = python_calamine.load_workbook(str(tmp_path / "graph.xlsx"))
    rows = book.get_sheet_by_name(SHEET).to_python()
    assert not [heading for heading in rows[0] if "answer" in str(heading)]
    assert "Verdict 当时答案 answer" in str(book.get_sheet_by_name(GUIDE).to_python())
    check = back(store, tmp_path / "graph.xlsx", dry_run=True)
    assert check.diff is not None
    assert check.diff.elements == []
    report = back(store, tmp_path / "graph.xlsx")
    assert (report.total.unchanged, report.removed) == (2, {})
    assert answers(store) == {"V1": ANSWER, "V2": ANSWER}


def test_an_edit_changes_what_it_says_and_a_deleted_row_goes_whole(
    ingest: Ingest, store: Store, tmp_path: Path
) -> None:
    two_verdicts(ingest)
    export(store, tmp_path / "graph.xlsx")
    rows = python_calamine.load_workbook(str(tmp_path / "graph.xlsx")).get_sheet_by_name(SHEET).to_python()
    rows[1][rows[0].index("理由 reason")] = "复核后改判"
    write(tmp_path / "edited.xlsx", {SHEET: rows[:2]})
    report = back(store, tmp_path / "edited.xlsx")
    assert (report.total.changed, report.removed) == (1, {"Verdict": 1})
    (kept,) = store.nodes("Verdict")
    assert (kept.props["reason"], kept.props["answer"]) == ("复核后改判", ANSWER)


def test_another_source_does_not_take_it_over(ingest: Ingest, store: Store, tmp_path: Path) -> None:
    two_verdicts(ingest)
    export(store, tmp_path / "graph.xlsx")
    back(store, tmp_path / "graph.xlsx", source="theirs")
    ingest({"verdicts.jsonl": verdict("V2", answer=ANSWER)}, replace=True)
    assert answers(store) == {"V1": None, "V2": ANSWER}


def test_lines_hold_everything(ingest: Ingest, store: Store, new_store: Callable[[], Store], tmp_path: Path) -> None:
    two_verdicts(ingest)
    export(store, tmp_path / "graph.jsonl")
    other = new_store()
    ingest_paths(other, [tmp_path / "graph.jsonl"], source="mine")
    assert answers(other) == answers(store)


def test_a_row_of_our_own_tables_may_still_state_it(ingest: Ingest, store: Store) -> None:
    two_verdicts(ingest)
    report = ingest({"Verdict.csv": "id,answer\nV1,short\n"}, replace=True)
    assert (report.total.changed, answers(store)) == (1, {"V1": "short"})


def test_the_template_does_not_ask_for_it() -> None:
    stream = io.BytesIO()
    write_template(stream)
    stream.seek(0)
    sheet = python_calamine.load_workbook(stream).get_sheet_by_name(SHEET)
    assert not [heading for heading in sheet.to_python()[0] if "answer" in str(heading)]
