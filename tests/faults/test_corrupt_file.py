"""Bytes of a closed database flipped, wherever they lie: a clear error or a finding of ``doctor --deep``, never a traceback or a wrong answer in silence.

What protects: SQLite's own checks while it reads, whose errors become ``StoreDamaged`` with its mend (``sqlite.py``: ``_translate``), and the pages looked at
first by the deep look (``sqlite_integrity.py``: ``_pages``), which catches what reading passes over.
"""

from __future__ import annotations

import random
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from graph.errors import StoreDamaged, StoreError
from graph.stores import integrity, open_store, sqlite_integrity
from graph.stores import sqlite as sqlite_store
from ingest.export import export
from tests.faults.child import suyuan
from tests.faults.world import fill, silent

PAGE = 4096
DAMAGES = 60


@pytest.fixture(scope="module")
def healthy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with free pages, and the export of it beside."""
    path = tmp_path_factory.mktemp("healthy") / "healthy.db"
    store = open_store(f"sqlite:///{path}", create=True)
    store.initialise()
    fill(store, 300)
    export(store, path.with_suffix(".jsonl"))
    store.close()
    connection = sqlite3.connect(path)
    connection.executescript("CREATE TABLE big(x); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40) INSERT INTO big SELECT randomblob(4000) FROM n; DROP TABLE big; PRAGMA wal_checkpoint(TRUNCATE)")  # fmt: skip
    connection.close()
    return path


@pytest.fixture
def damaged(healthy: Path, tmp_path: Path) -> Path:
    """A copy, to be damaged."""
    return Path(shutil.copy(healthy, tmp_path / "store.db"))


def flip(path: Path, at: int, many: int = 16) -> None:
    with path.open("r+b") as file:
        file.seek(at)
        old = file.read(many)
        file.seek(at)
        file.write(bytes(byte ^ 0xA5 for byte in old))


def told(path: Path) -> str:
    """What is made of a file: ``error``, ``found`` by the deep look, or ``whole``."""
    try:
        found = list(integrity(f"sqlite:///{path}", silent))
    except StoreError as error:
        return "error" if error.exit_code == 3 and error.message("zh") else "unsaid"
    return "found" if found else "whole"


def same_answer(path: Path, healthy: Path) -> bool:
    """Whether an export is the healthy store's; an error of ours counts as said."""
    try:
        store = open_store(f"sqlite:///{path}")
        try:
            export(store, path.with_suffix(".jsonl"))
        finally:
            store.close()
    except StoreError:
        return True
    return path.with_suffix(".jsonl").read_bytes() == healthy.with_suffix(".jsonl").read_bytes()


@pytest.mark.parametrize("at", [0, 16, 18, 24, 28, 44, 60, 68])
def test_the_header(damaged: Path, healthy: Path, at: int) -> None:
    """Magic, page size, versions, size, schema format, user version, our own mark."""
    flip(damaged, at, 4)
    assert told(damaged) in ("error", "found") or same_answer(damaged, healthy)


def test_no_database_at_all(damaged: Path) -> None:
    damaged.write_bytes(b"certainly no database" * 500)
    said = suyuan("stats", store=f"sqlite:///{damaged}")
    assert (said.code, "restore a backup" in said.err) == (3, True)


def test_a_file_cut_short(damaged: Path) -> None:
    damaged.write_bytes(damaged.read_bytes()[: 40 * PAGE])
    assert told(damaged) in ("error", "found")


def pages(path: Path) -> dict[str, list[int]]:
    """Page numbers by sort: b-tree interior and leaves, free, overflow."""
    connection = sqlite3.connect(path)
    count = connection.execute("PRAGMA page_count").fetchone()[0]
    connection.close()
    raw = path.read_bytes()
    trunk = int.from_bytes(raw[32:36], "big")
    found: dict[str, list[int]] = {"interior": [], "leaf": [], "free": [trunk]}
    for number in range(2, count + 1):
        kind = raw[(number - 1) * PAGE]
        if number != trunk and kind in (2, 5):
            found["interior"].append(number)
        elif number != trunk and kind in (10, 13):
            found["leaf"].append(number)
    return found


@pytest.mark.parametrize("sort", ["interior", "leaf", "free"])
def test_a_damaged_page_of_each_sort_is_told(damaged: Path, healthy: Path, sort: str) -> None:
    """The header of the page itself: SQLite's reading stops at it, or the deep look finds it."""
    numbers = pages(damaged)[sort]
    for number in random.Random(3).sample(numbers, min(8, len(numbers))):
        shutil.copy(healthy, damaged)
        flip(damaged, (number - 1) * PAGE, 12)
        assert told(damaged) in ("error", "found"), number


def test_bytes_flipped_anywhere_never_pass_in_silence(damaged: Path, healthy: Path) -> None:
    """Where neither an error nor a finding comes up, the answers are those of the healthy file: the bytes were in an unused place, or in a text.

    A text of a complaint changed by the disk is still a text: only a checksum kept elsewhere would tell it.
    """
    rnd = random.Random(8)
    raw = healthy.read_bytes()
    used = [at for at in range(0, len(raw), 16) if any(raw[at : at + 16])]
    outcomes: dict[str, int] = {}
    for _ in range(DAMAGES):
        shutil.copy(healthy, damaged)
        flip(damaged, rnd.choice(used), 16)
        outcome = told(damaged)
        if outcome == "whole" and not same_answer(damaged, healthy):
            outcome = "text"
        outcomes[outcome] = outcomes.get(outcome, 0) + 1
    assert outcomes.get("found", 0) + outcomes.get("error", 0) > DAMAGES // 4
    assert outcomes.get("text", 0) <= DAMAGES // 10, outcomes


def test_without_the_look_at_pages_damage_passes(damaged: Path, healthy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The freelist is read by no question: only the look at pages sees that the next load will trip over it."""
    flip(damaged, (pages(damaged)["free"][0] - 1) * PAGE, 12)
    assert told(damaged) == "found"

    def nothing(_connection: object) -> Iterator[object]:
        return iter(())

    monkeypatch.setattr(sqlite_integrity, "_pages", nothing)
    assert told(damaged) == "whole"


def test_doctor_says_what_to_do(damaged: Path) -> None:
    flip(damaged, (pages(damaged)["leaf"][5] - 1) * PAGE, 12)
    said = suyuan("doctor", "--deep", store=f"sqlite:///{damaged}", lang="zh")
    assert said.code in (1, 3)
    assert "从备份恢复" in said.out + said.err


def test_a_torn_log_loses_its_last_transactions_and_nothing_else(healthy: Path, tmp_path: Path) -> None:
    """The end of the write-ahead log flipped, as a power cut leaves it: SQLite reads up to the last whole transaction."""
    path = Path(shutil.copy(healthy, tmp_path / "open.db"))
    url = f"sqlite:///{path}"
    store = open_store(url)
    before = store.counts().nodes["Complaint"]
    store.close()
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA wal_autocheckpoint = 0")
    connection.execute("BEGIN")
    connection.execute("UPDATE Channel SET channel_kind = '热线'")
    connection.execute("COMMIT")
    torn = tmp_path / "torn.db"
    shutil.copy(path, torn)
    log = Path(shutil.copy(f"{path}-wal", f"{torn}-wal"))
    connection.close()
    flip(log, log.stat().st_size - 40)
    store = open_store(f"sqlite:///{torn}")
    assert store.counts().nodes["Complaint"] == before
    assert [row.props["channel_kind"] for row in store.nodes("Channel")] == ["营业厅"]
    store.close()
    assert list(integrity(f"sqlite:///{torn}", silent)) == []


def asked_of_a_damaged_page(path: Path) -> tuple[type[StoreError], str]:
    """What a question says whose table has a broken first page."""
    connection = sqlite3.connect(path)
    (root,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'Complaint'").fetchone()
    connection.close()
    flip(path, (root - 1) * PAGE, 12)
    store = open_store(f"sqlite:///{path}")
    with pytest.raises(StoreError) as caught:
        list(store.nodes("Complaint"))
    store.close()
    return caught.type, caught.value.mend.en


def test_a_damaged_page_under_a_question_is_an_error_of_ours(damaged: Path) -> None:
    """Not SQLite's exception and no shortened answer."""
    kind, mend = asked_of_a_damaged_page(damaged)
    assert kind is StoreDamaged
    assert "backup" in mend


def test_without_the_translation_nobody_would_be_sent_to_a_backup(
    damaged: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_store, "_damaged", lambda _error: False)
    kind, mend = asked_of_a_damaged_page(damaged)
    assert kind is not StoreDamaged
    assert "backup" not in mend
