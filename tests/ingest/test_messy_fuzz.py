"""Messy tables altered at random: never a traceback or a hang, and every row is in the store or in the rejects."""

from __future__ import annotations

import csv
import io
import tempfile
import time
from pathlib import Path

import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.errors import InputError
from graph.stores import open_store
from ingest.report import IngestReport
from ingest.run import ingest_paths

MESSY = Path(__file__).resolve().parents[1] / "data" / "messy"
FUZZ = settings(max_examples=60, deadline=None, derandomize=True)
FEW = settings(max_examples=12, deadline=None, derandomize=True)
SLOWEST = 20.0
"""Seconds no small file may take, whatever is in it."""


def load(
    name: str, data: bytes, mapping: bytes | None = None
) -> tuple[IngestReport, list[dict[str, str]], set[str]] | None:
    """The report, the rejects and the ids stored; None where the file was refused as a whole."""
    with tempfile.TemporaryDirectory() as folder:
        path, rejects = Path(folder, name), Path(folder, "rejects.csv")
        path.write_bytes(data)
        if mapping is not None:
            Path(folder, "map.yaml").write_bytes(mapping)
        store = open_store(f"sqlite:///{folder}/store.db", create=True)
        store.initialise()
        began = time.monotonic()
        refused: InputError | None = None
        try:
            report = ingest_paths(
                store, [path], source="s", rejects=rejects, mapping=Path(folder, "map.yaml") if mapping else None
            )
            ids = {node.id for node in store.nodes("Complaint")}
        except InputError as error:
            refused = error
        finally:
            store.close()
        assert time.monotonic() - began < SLOWEST
        if refused is not None:
            assert refused.message("zh")
            assert refused.message("en")
            return None
        rows: list[dict[str, str]] = []
        if rejects.exists():
            with rejects.open(encoding="utf-8-sig", newline="") as stream:
                rows = list(csv.DictReader(stream))
        total = report.total
        assert total.read == total.added + total.changed + total.unchanged + total.refused
        assert len(rows) == total.refused
        assert all(row["reason"] for row in rows)
        return report, rows, ids


# ── bytes of the corpus, altered ──────────────────────────────────────────────────────────────────────
TEXTS = sorted(path for path in MESSY.rglob("*.csv") if path.stat().st_size < 5_000)
BOOKS = sorted(path for path in MESSY.rglob("*.xls*") if path.stat().st_size < 20_000)
SPLICES = st.sampled_from([b"", b",", b'"', b"\n", b"\r", b";", b"\t", b"\xef\xbb\xbf", b"\x00", b"\xff", b"=", b"#N/A", "合计".encode(), "，".encode(), b",,,,,", b'""']) | st.binary(max_size=6)  # fmt: skip


@st.composite
def altered(draw: st.DrawFn, paths: list[Path]) -> tuple[str, bytes]:
    """A file of the corpus with up to four places cut out, doubled or written over."""
    path = draw(st.sampled_from(paths))
    data = path.read_bytes()
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(data)))
        end = min(len(data), start + draw(st.integers(0, 40)))
        between = draw(SPLICES) if draw(st.booleans()) else data[start:end] * 2
        data = data[:start] + between + data[end:]
    return path.name, data


@FUZZ
@given(altered(TEXTS))
def test_altered_text_files(case: tuple[str, bytes]) -> None:
    load(*case)


@FEW
@given(altered(BOOKS))
def test_altered_workbooks(case: tuple[str, bytes]) -> None:
    load(*case)


# ── tables of messy cells: no row may be lost ─────────────────────────────────────────────────────────
CELLS = st.sampled_from(
    ["", "", " ", "\u3000", "K1", "Ｋ２", "00123", "1.0", "123.0", "2.02603E+17", "2026-03-01", "2026年3月1日", "46082", "昨天", "-", "NULL", "合计", "小计：3", "注：说明", "x", "#N/A", "编号", "投诉时间", "内容", "12%", "1,234", "K\u200b3", "'7", '="8"', "Z1、Z2", "已关闭", "=1+1", "共 3 条", "a\nb", '"']
) | st.text(st.characters(exclude_characters="\r"), max_size=6)  # fmt: skip
ROWS = st.lists(st.lists(CELLS, min_size=1, max_size=5), max_size=8)
HEAD = ["编号", "投诉时间", "内容", "客户化名"]


def blank(row: list[str]) -> bool:
    return not any(cell.strip() for cell in row)


def told(report: IngestReport) -> int:
    """Rows that notes say were left out: headings repeated among the rows."""
    return sum(note.count for note in report.notes if "headings repeated" in note.en)


@FUZZ
@given(ROWS, st.sampled_from([",", ";", "\t"]), st.sampled_from(["utf-8", "utf-8-sig"]))
def test_every_row_of_any_table_is_told_of(rows: list[list[str]], delimiter: str, encoding: str) -> None:
    stream = io.StringIO()
    csv.writer(stream, delimiter=delimiter, lineterminator="\n").writerows([HEAD, *rows])
    done = load("投诉.csv", stream.getvalue().encode(encoding, "replace"))
    if done is None:  # such as one that holds a NUL
        assert "\0" in stream.getvalue()
        return
    report, _, ids = done
    assert report.total.read + told(report) == sum(not blank(row) for row in rows)
    assert len(ids) == report.total.added


@FEW
@given(
    ROWS, st.lists(st.tuples(st.integers(1, 6), st.integers(0, 3), st.integers(0, 3), st.integers(0, 2)), max_size=2)
)
def test_every_row_of_any_sheet_is_told_of(rows: list[list[str]], areas: list[tuple[int, int, int, int]]) -> None:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True, "strings_to_formulas": False}) as book:
        sheet = book.add_worksheet("投诉")
        filled = [["".join(ch for ch in cell if ch.isprintable() or ch == "\n") for cell in row] for row in rows]
        for number, row in enumerate([HEAD, *filled]):
            for at, cell in enumerate(row):
                sheet.write_string(number, at, cell)
        if areas:
            top, left, down, right = areas[0]
            if down or right:
                sheet.merge_range(top, left, top + down, left + right, "合并")
                filled += [[]] * (top + down - len(filled))
                filled[top - 1] = [*filled[top - 1], "", "", "", ""]
                filled[top - 1][left] = "合并"
                for line in range(top, top + down + 1):
                    kept = [*filled[line - 1], *[""] * 8]
                    for column in range(left, left + right + 1):
                        kept[column] = "合并" if (line, column) == (top, left) else ""
                    filled[line - 1] = kept
    done = load("投诉.xlsx", stream.getvalue())
    assert done is not None
    report, _, ids = done
    assert report.total.read + told(report) >= sum(not blank(row) for row in filled)
    assert len(ids) == report.total.added
