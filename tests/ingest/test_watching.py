"""A watched folder: every file is loaded once, whole, with a report; a run that is killed is completed by the next."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from graph.errors import StoreLocked, UsageError
from graph.store import Store
from graph.stores import open_store
from graph.text import Text
from ingest.export import export
from ingest.report import IngestReport
from ingest.run import ingest_paths
from ingest.watching import FileRun, Watch, exit_code

ROOT = Path(__file__).parents[2]
CLOCK = "2026-03-01T00:00:00.000000Z"
ROWS = 4_000


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    folder = tmp_path / "inbox"
    folder.mkdir()
    return folder


@pytest.fixture
def look(store: Store, inbox: Path) -> Callable[[], list[FileRun]]:
    def load(path: Path, rejects: Path) -> IngestReport:
        return ingest_paths(store, [path], source="feed", rejects=rejects)

    def run() -> list[FileRun]:
        watch = Watch(inbox, load, now=lambda: CLOCK)
        return list(watch.once(watch.seen()))

    return run


def names(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


def test_files_go_to_done_or_failed_with_their_reports(
    look: Callable[[], list[FileRun]], inbox: Path, store: Store
) -> None:
    (inbox / "Complaint.csv").write_text("id,event_at\nC1,2026-03-01\nC2,never\n", encoding="utf-8")
    (inbox / "Stage.csv").write_text("id,name\nS1,受理\n", encoding="utf-8")
    (inbox / "broken.json").write_text('[{"ticketType": "x",', encoding="utf-8")
    runs = look()
    assert [(run.file, run.status, run.clean) for run in runs] == [
        ("Complaint.csv", "done", False),
        ("Stage.csv", "done", True),
        ("broken.json", "failed", False),
    ]
    assert exit_code(runs) == 1
    assert names(inbox / "done") == [
        "Complaint.csv",
        "Complaint.csv.rejects.csv",
        "Complaint.csv.report.json",
        "Stage.csv",
        "Stage.csv.report.json",
    ]
    assert names(inbox / "failed") == ["broken.json", "broken.json.report.json"]
    assert names(inbox / "working") == []
    said = json.loads((inbox / "done" / "Complaint.csv.report.json").read_text(encoding="utf-8"))
    assert (said["report"]["total"]["read"], said["report"]["total"]["refused"], said["started_at"], said["size"]) == (
        2,
        1,
        CLOCK,
        35,
    )
    assert json.loads((inbox / "failed" / "broken.json.report.json").read_text(encoding="utf-8"))["error"]["mend_zh"]
    assert store.counts().nodes == {"Complaint": 1, "Stage": 1}
    assert look() == []


def test_the_same_name_again_overwrites_nothing(look: Callable[[], list[FileRun]], inbox: Path) -> None:
    for number in range(3):
        (inbox / "Stage.csv").write_text(f"id\nS{number}\n", encoding="utf-8")
        assert exit_code(look()) == 0
    assert [name for name in names(inbox / "done") if not name.endswith(".json")] == [
        "Stage-2.csv",
        "Stage-3.csv",
        "Stage.csv",
    ]


def test_a_folder_of_tables_is_loaded_together(look: Callable[[], list[FileRun]], inbox: Path, store: Store) -> None:
    night = inbox / "night"
    night.mkdir()
    (night / "Complaint.csv").write_text("id,event_at,IN_CATEGORY\nC1,2026-03-01,K1\n", encoding="utf-8")
    (night / "Category.csv").write_text("id\nK1\n", encoding="utf-8")
    (run,) = look()
    assert (run.clean, run.kept_as) == (True, "done/night")
    assert store.counts().edges == {"IN_CATEGORY": 1}


def test_what_is_still_being_written_is_left(store: Store, inbox: Path) -> None:
    (inbox / "Stage.csv.part").write_text("id\n", encoding="utf-8")
    (inbox / ".Stage.csv").write_text("id\n", encoding="utf-8")
    growing = inbox / "Domain.csv"
    growing.write_text("id\n", encoding="utf-8")
    watch = Watch(inbox, lambda path, rejects: ingest_paths(store, [path], rejects=rejects), now=lambda: CLOCK)
    before = watch.seen()
    growing.write_text("id\nD1\n", encoding="utf-8")
    assert list(watch.once(before)) == []
    assert [run.file for run in watch.once(watch.seen())] == ["Domain.csv"]
    assert names(inbox / "working") == []


def test_a_store_in_trouble_leaves_the_file_to_the_next_run(look: Callable[[], list[FileRun]], inbox: Path) -> None:
    (inbox / "Stage.csv").write_text("id\nS1\n", encoding="utf-8")

    def locked(path: Path, rejects: Path) -> IngestReport:
        raise StoreLocked(Text("忙", "busy"), Text("等", "wait"))

    watch = Watch(inbox, locked, now=lambda: CLOCK)
    with pytest.raises(StoreLocked):
        list(watch.once(watch.seen()))
    assert names(inbox / "working") == ["Stage.csv"]
    (run,) = look()
    assert (run.resumed, run.clean) == (True, True)


def test_one_process_at_a_time(inbox: Path) -> None:
    first, second = (Watch(inbox, lambda path, rejects: IngestReport(sources=[]), now=lambda: CLOCK) for _ in range(2))
    with first.alone() as mine, second.alone() as also:
        assert (mine, also) == (True, False)
    with second.alone() as now_mine:
        assert now_mine


def test_no_folder(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        Watch(tmp_path / "gone", lambda path, rejects: IngestReport(sources=[]), now=lambda: CLOCK)


def _feed(folder: Path) -> None:
    """Three files that together take a while."""
    tables = {
        "Category.csv": ["id", *(f"K{n}" for n in range(20))],
        "Complaint.csv": ["id,event_at,text,IN_CATEGORY", *(f"C{n:05},2026-01-{n % 28 + 1:02},文本{n},K{n % 20}" for n in range(ROWS))],
        "Product.csv": ["id", *(f"P{n}" for n in range(500))],
    }  # fmt: skip
    for name, lines in tables.items():
        part = folder / f"{name}.part"
        part.write_text("\n".join(lines) + "\n", encoding="utf-8")
        os.rename(part, folder / name)


@pytest.mark.slow
def test_killed_at_any_moment_the_next_run_completes_it(tmp_path: Path) -> None:
    urls = {}
    struck = 0
    for name, kills in (("whole", 0), ("killed", 6)):
        inbox = tmp_path / name
        inbox.mkdir()
        _feed(inbox)
        urls[name] = f"sqlite:///{tmp_path}/{name}.db"
        store = open_store(urls[name], create=True)
        store.initialise()
        store.close()
        (inbox / "working").mkdir()
        moments = random.Random(11)
        command = [
            sys.executable,
            "-m",
            "api",
            "ingest",
            "--watch",
            str(inbox),
            "--once",
            "--json",
            "--source",
            "feed",
            "--store",
            urls[name],
            "--lang",
            "en",
        ]
        for _ in range(kills):
            process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=ROOT)
            while process.poll() is None and not names(inbox / "working"):
                time.sleep(0.005)
            time.sleep(moments.uniform(0, 0.3))
            process.send_signal(signal.SIGKILL)
            process.wait()
            struck += bool(names(inbox / "working"))
        done = subprocess.run(command, capture_output=True, cwd=ROOT, check=False)
        assert done.returncode == 0, done.stderr
        assert names(inbox / "working") == []
        assert {"Category.csv", "Complaint.csv", "Product.csv"} <= set(names(inbox / "done"))
        store = open_store(urls[name])
        assert store.counts().nodes == {"Category": 20, "Complaint": ROWS, "Product": 500}
        export(store, tmp_path / f"{name}.jsonl")
        store.close()
    assert struck  # at least once a file was in hand
    assert (tmp_path / "killed.jsonl").read_bytes() == (tmp_path / "whole.jsonl").read_bytes()
