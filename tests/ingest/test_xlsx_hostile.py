"""Workbooks made to do harm, or broken: each is refused with a message, fast, and the process that asked lives on."""

from __future__ import annotations

import importlib
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter

from graph.errors import InputError
from graph.store import Store
from ingest.run import ingest_paths
from ingest.sources import xlsx_book, xlsx_zip

ROOT = Path(__file__).resolve().parents[2]


def good(path: Path) -> Path:
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Stage")
        sheet.write_row(0, 0, ["id", "name"])
        sheet.write_row(1, 0, ["S1", "x"])
    return path


def altered(path: Path, change: Callable[[str, bytes], bytes], extra: dict[str, bytes] | None = None) -> Path:
    """The good workbook with parts changed and added."""
    source = good(path.with_name("good.xlsx"))
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
        for name, data in (extra or {}).items():
            new.writestr(name, data)
    return path


def sheet_only(change: Callable[[bytes], bytes]) -> Callable[[str, bytes], bytes]:
    return lambda name, data: change(data) if name == "xl/worksheets/sheet1.xml" else data


def same(name: str, data: bytes) -> bytes:
    return data


def far_cell(path: Path) -> Path:
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Stage")
        sheet.write(0, 0, "id")
        sheet.write(1_048_575, 16_383, "x")
    return path


def entities(path: Path) -> Path:
    declared = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">' + b"".join(
        b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9)
    )
    return altered(
        path,
        sheet_only(lambda data: data.replace(b"?>", b"?>" + declared + b"]>", 1).replace(b"<v>0</v>", b"<v>&j;</v>")),
    )


def shared_text(path: Path) -> Path:
    """One long text that a hundred thousand cells share: small unfolded, huge as rows."""

    def change(name: str, data: bytes) -> bytes:
        if name == "xl/sharedStrings.xml":
            return data.replace(b"<t>x</t>", b"<t>" + bytes(range(97, 123)) * 40_000 + b"</t>")
        if name == "xl/worksheets/sheet1.xml":
            rows = b"".join(b'<row r="%d"><c r="A%d" t="s"><v>3</v></c></row>' % (n, n) for n in range(3, 100_000))
            return data.replace(b"</sheetData>", rows + b"</sheetData>")
        return data

    return altered(path, change)


def lying_size(path: Path) -> Path:
    """The directory says a part is 100 bytes long; it is 50 MB."""
    altered(path, same, {"xl/worksheets/sheet9.xml": b" " * 50_000_000})
    data = bytearray(path.read_bytes())
    at = data.rindex(b"PK\x01\x02")
    data[at + 24 : at + 28] = (100).to_bytes(4, "little")
    path.write_bytes(bytes(data))
    return path


def cut_file(path: Path) -> Path:
    path.write_bytes(good(path).read_bytes()[:2000])
    return path


def old(path: Path, far: bool = False) -> Path:
    """An old workbook; with a far cell, one at its last row and column."""
    sys.path.insert(0, str(ROOT / "tests" / "data"))
    try:
        old_workbook = importlib.import_module("old_workbook")
    finally:
        sys.path.pop(0)
    rows = [["id"], *[[]] * 65_534, [*[None] * 255, "x"]] if far else [["id"], ["S1"]]
    path.write_bytes(old_workbook.workbook({"Stage": rows}))
    return path


def looping(path: Path) -> Path:
    """An old workbook whose first sector is followed by itself."""
    data = bytearray(old(path).read_bytes())
    data[-512:-508] = bytes(4)
    path.write_bytes(bytes(data))
    return path


def many_merges(path: Path) -> Path:
    """A sheet with two million merged areas."""
    areas = b"".join(b'<mergeCell ref="A%d:B%d"/>' % (n, n) for n in range(3, 2_000_000))
    return altered(
        path,
        sheet_only(lambda data: data.replace(b"</sheetData>", b"</sheetData><mergeCells>" + areas + b"</mergeCells>")),
    )


HOSTILE: dict[str, tuple[Callable[[Path], Path], str]] = {
    "one far cell": (far_cell, "limits"),
    "entities": (entities, "entities"),
    "a shared text": (shared_text, "limits"),
    "a bomb": (lambda path: altered(path, same, {"xl/media/a.xml": b"0" * 300_000_000}), "too large"),
    "a ratio": (lambda path: altered(path, same, {"xl/media/a.xml": b"0" * 30_000_000}), "ratio"),
    "many parts": (lambda path: altered(path, same, {f"x/{n}": b"" for n in range(10_001)}), "10001 parts|100\\d\\d parts"),
    "a lying size": (lying_size, "damaged"),
    "a cut file": (cut_file, "damaged"),
    "no workbook": (lambda path: _archive(path, {"a.txt": b"x"}), "no .xlsx workbook"),
    "an old workbook with a far cell": (lambda path: old(path, far=True), "limits|no kind|lacks|no heading"),
    "an old workbook in a loop": (looping, "damaged"),
    "an old workbook cut short": (lambda path: _cut(old(path)), "damaged"),
    "many merged areas": (many_merges, "damaged|limits|ratio|too large"),
    "a broken sheet": (lambda path: altered(path, sheet_only(lambda data: data[:-60])), "damaged"),
    "broken XML": (lambda path: altered(path, sheet_only(lambda data: b"<worksheet><sheetData><row r='x'>")), "damaged|limits"),
}  # fmt: skip


def _cut(path: Path) -> Path:
    path.write_bytes(path.read_bytes()[:1500])
    return path


def _archive(path: Path, parts: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return path


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_workbooks_are_refused_with_a_message(store: Store, tmp_path: Path, name: str) -> None:
    make, message = HOSTILE[name]
    path = make(tmp_path / "book.xlsx")
    with pytest.raises(InputError, match=message) as caught:
        ingest_paths(store, [path])
    assert "book.xlsx" in caught.value.message("zh")
    assert store.counts().nodes == {}


MEASURED = """
import resource, sys, time
from pathlib import Path
from graph.errors import InputError
from ingest.report import Notes
from ingest.sources.xlsx_book import Workbook
began = time.monotonic()
try:
    Workbook(Path(sys.argv[1]), "book.xlsx", Notes(), "Guide")
except InputError:
    # ru_maxrss of a process itself counts what its parent held when it forked: the children's and VmHWM do not
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    used = max(int(status["VmHWM"].split()[0]), resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
    print(time.monotonic() - began, used / 1024)
"""


@pytest.mark.parametrize("name", HOSTILE)
def test_refusing_takes_less_than_five_seconds_and_500_megabytes(tmp_path: Path, name: str) -> None:
    path = HOSTILE[name][0](tmp_path / "book.xlsx")
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, str(path)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    seconds, megabytes = map(float, done.stdout.split())
    assert seconds < 5
    assert megabytes < 500


def test_a_reader_that_is_killed_gives_a_message(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = good(tmp_path / "book.xlsx")
    killed = tmp_path / "reader.py"
    killed.write_text("import os, signal\nprint('[2,[\"S1\"]', flush=True)\nos.kill(os.getpid(), signal.SIGKILL)\n")
    monkeypatch.setattr(xlsx_book, "_READER", killed)
    with pytest.raises(InputError, match="limits"):
        ingest_paths(store, [path])
    assert store.counts().nodes == {}


def test_a_reader_that_hangs_is_ended(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = good(tmp_path / "book.xlsx")
    hanging = tmp_path / "reader.py"
    hanging.write_text("import time\ntime.sleep(60)\n")
    monkeypatch.setattr(xlsx_book, "_READER", hanging)
    monkeypatch.setattr(xlsx_book, "_SECONDS", 0.5)
    began = time.monotonic()
    with pytest.raises(InputError, match="limits"):
        ingest_paths(store, [path])
    assert time.monotonic() - began < 10


def test_the_bounds_let_ordinary_workbooks_through(store: Store, tmp_path: Path) -> None:
    path = good(tmp_path / "book.xlsx")
    assert ingest_paths(store, [path]).total.added == 1
    assert xlsx_zip.unfolded_size(path, xlsx_book.Where("book.xlsx")) < 100_000


@pytest.mark.parametrize(
    "part", ["xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml"]
)
@pytest.mark.parametrize("cut", [0, 1, 7, 50, 200])
def test_a_part_cut_anywhere_never_ends_in_anything_but_rows_or_a_message(
    store: Store, tmp_path: Path, part: str, cut: int
) -> None:
    path = altered(tmp_path / "book.xlsx", lambda name, data: data[: len(data) - 1 - cut] if name == part else data)
    try:
        report = ingest_paths(store, [path], rejects=tmp_path / "r.csv")
    except InputError:
        return
    total = report.total
    assert total.read == total.added + total.refused
