"""A full disk, a disk that may not be written and a limit on a file's size: said plainly, nothing half written, and a rerun with room completes it.

What protects: a batch is a transaction of SQLite's, whose log is cut off where it breaks off (``sqlite_write.py``); files beside the store are written to
another name and then put in place (``api/files.py``, ``ingest/export.py``); a full disk is told from other troubles (``sqlite.py``: ``_nothing_left``).
"""

from __future__ import annotations

import resource
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from api import files
from api.app import create_app
from api.files import replacing
from api.loading import imports
from graph.errors import StoreError, UsageError
from graph.store import Store
from graph.stores import open_store
from graph.stores import sqlite as sqlite_store
from ingest import pipeline
from ingest.run import ingest_paths
from tests.api.entry import listening
from tests.api.service import running
from tests.faults import unprotected
from tests.faults.child import deep, process, suyuan
from tests.faults.conftest import SmallDisk, write_tables
from tests.faults.world import exported_from, half_written

FULL = "the disk is full"


@pytest.fixture
def url(small_disk: SmallDisk) -> str:
    """An initialised store on a small disk."""
    found = f"sqlite:///{small_disk.folder / 'store.db'}"
    store = open_store(found, create=True)
    store.initialise()
    store.close()
    return found


@pytest.mark.slow
def test_a_load_onto_a_full_disk(small_disk: SmallDisk, url: str, tables: Path, tmp_path: Path) -> None:
    """Full from the start, full in the middle of a batch; what is in is whole batches; with room a rerun gives the bytes of an undisturbed load."""
    whole = f"sqlite:///{tmp_path / 'whole.db'}"
    assert suyuan("init", "--empty", store=whole).code == 0
    assert suyuan("ingest", str(tables), "--source", "s", store=whole).code == 0
    for leaving in (0, 40_000, 300_000, 1_000_000, 1_500_000):
        small_disk.fill(leaving)
        said = suyuan("ingest", str(tables), "--source", "s", store=url)
        assert (said.code, FULL in said.err, "Make room" in said.err) == (3, True, True), (leaving, said)
        small_disk.make_room()
        store = open_store(url)
        complaints = store.counts().nodes.get("Complaint", 0)
        assert complaints == 0 or (complaints + 50) % 5000 == 0, (
            "whole batches; the products share one with the first complaints"
        )
        store.close()
        assert deep(url) == ["None: no control points: the framework is empty"]
    assert suyuan("ingest", str(tables), "--source", "s", store=url).code == 0
    assert exported_from(url, tmp_path) == exported_from(whole, tmp_path)
    assert deep(url) == ["None: no control points: the framework is empty"]


@pytest.mark.parametrize(("connection", "whole"), [(sqlite3.Connection, True), (unprotected.Piecemeal, False)])
def test_transactions_keep_halves_off_a_full_disk(
    small_disk: SmallDisk, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, connection: type[sqlite3.Connection], whole: bool
) -> None:  # fmt: skip
    """Without them a load that breaks off leaves parts of a batch."""
    monkeypatch.setattr(pipeline, "BATCH", 10)
    folder = write_tables(tmp_path / "tables", 1_000)
    small_disk.fill(800_000)
    with unprotected.connecting(connection), pytest.raises(StoreError, match=FULL):
        ingest_paths(open_store(url), [folder], source="s")
    small_disk.make_room()
    store = open_store(url)
    assert store.counts().nodes["Product"] > 0
    assert (half_written(store, 10) == []) is whole
    store.close()


def test_the_words_for_a_full_disk_come_from_looking_at_it(
    small_disk: SmallDisk, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the look SQLite's own words reach the reader, who has another thing to mend."""
    small_disk.fill()
    with pytest.raises(StoreError, match=FULL):
        open_store(url)
    monkeypatch.setattr(sqlite_store, "_nothing_left", lambda error, path: False)
    with pytest.raises(StoreError, match="disk I/O error"):
        open_store(url)


def test_a_list_and_an_export_onto_a_full_disk(small_disk: SmallDisk, tmp_path: Path) -> None:
    """The results folder and the file asked for: what was there stays, nothing half written lies about."""
    store = f"sqlite:///{tmp_path / 'plan.db'}"
    env = {"SUYUAN_RESULTS": str(small_disk.folder)}
    assert suyuan("init", store=store).code == 0
    out = tmp_path / "list.json"
    assert suyuan("breakpoints", "--out", str(out), store=store, env=env).code == 0
    before = contents(small_disk.folder)
    small_disk.fill(1_000)
    said = suyuan("breakpoints", "--refresh", "--out", str(out), store=store, env=env)
    assert (said.code, FULL in said.err) == (2, True), said
    assert contents(small_disk.folder, without="ballast") == before
    exported = suyuan("export", str(small_disk.folder / "all.jsonl"), store=store)
    assert (exported.code, "No space left" in exported.err, "room" in exported.err) == (2, True, True)
    assert contents(small_disk.folder, without="ballast") == before
    small_disk.make_room()
    assert suyuan("breakpoints", "--refresh", "--out", str(out), store=store, env=env).code == 0
    assert suyuan("export", str(small_disk.folder / "all.jsonl"), store=store).code == 0
    assert deep(store, env) == []


@pytest.mark.parametrize("taken_away", [False, True])
def test_an_export_is_written_beside_the_one_it_replaces(
    small_disk: SmallDisk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, taken_away: bool
) -> None:
    """That of yesterday stays; written in its place the full disk would leave nothing of it."""
    store, exported = f"sqlite:///{tmp_path / 'store.db'}", small_disk.folder / "all.jsonl"
    assert suyuan("init", "--empty", store=store).code == 0
    for edition, rows, code in (("old", 100, 0), ("new", 500, 2)):
        folder = write_tables(tmp_path / edition, rows)
        assert suyuan("ingest", str(folder), "--source", "s", store=store).code == 0
        before = contents(small_disk.folder, without="ballast")
        if edition == "new":
            small_disk.fill(4096)
            if taken_away:
                monkeypatch.setattr(Path, "with_name", lambda path, _name: path)
        assert suyuan("export", str(exported), store=store).code == code
    assert (contents(small_disk.folder, without="ballast") == before) is not taken_away


@pytest.mark.parametrize("leaving", [0, 100_000])
def test_an_upload_onto_a_full_disk(small_disk: SmallDisk, url: str, tmp_path: Path, leaving: int) -> None:
    """It is not taken, and nothing of it stays in the way; with room it is."""
    table = b"id,name\n" + b"".join(b"K%d,name\n" % n for n in range(60_000))
    with running(url, tmp_path / "log", workers=1) as service, service.client() as client:
        small_disk.fill(leaving)
        said = client.post("/api/v1/imports?name=Category.csv", content=table)
        assert (said.status_code, said.json()["code"]) == (507, "no_space"), said.text
        small_disk.make_room()
        taken = client.post("/api/v1/imports?name=Category.csv", content=table)
        assert taken.status_code == 202
        assert [path.name for path in small_disk.folder.glob("*.imports/*") if len(path.name) == 32] == [
            taken.json()["id"]
        ]


@pytest.mark.parametrize(("known", "status"), [(imports.FULL, 507), ((), 500)])
def test_a_full_disk_is_told_from_a_defect(
    small_disk: SmallDisk, url: str, monkeypatch: pytest.MonkeyPatch, known: tuple[int, ...], status: int
) -> None:
    """By what the system calls it: an upload without room would be an internal error."""
    monkeypatch.setattr(imports, "FULL", known)
    with listening(create_app(url)) as base, httpx.Client(base_url=base, timeout=30) as client:
        assert client.get("/ready").status_code == 200
        small_disk.fill(100_000)
        assert client.post("/api/v1/imports?name=Category.csv", content=b"id\n" * 100_000).status_code == status


def test_a_backup_onto_a_full_disk(small_disk: SmallDisk, tables: Path, tmp_path: Path) -> None:
    """The backup of yesterday stays; what was begun is taken away; the store is none the worse."""
    store = f"sqlite:///{tmp_path / 'live.db'}"
    assert suyuan("init", "--empty", store=store).code == 0
    kept = small_disk.folder / "suyuan.zip"
    assert suyuan("backup", str(kept), store=store).code == 0
    before = contents(small_disk.folder)
    assert suyuan("ingest", str(tables), "--source", "s", store=store).code == 0
    small_disk.fill(100_000)
    said = suyuan("backup", str(kept), store=store)
    assert said.code in (2, 3), said
    assert "full" in said.err or "space" in said.err, said
    assert contents(small_disk.folder, without="ballast") == before
    small_disk.make_room()
    assert suyuan("backup", str(kept), "--verify", store=store).code == 0
    assert deep(store) == ["None: no control points: the framework is empty"]


def contents(folder: Path, without: str = "") -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != without
    }


@contextmanager
def straight(path: Path) -> Iterator[object]:
    """A file written where it is to be: what ``replacing`` keeps from happening."""
    with path.open("wb") as opened:
        yield opened


def test_a_file_is_put_in_place_whole(small_disk: SmallDisk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the other name the old content would be gone: shown by writing straight."""
    target = small_disk.folder / "answer.json"
    target.write_bytes(b"old")
    small_disk.fill(4096)
    with pytest.raises(UsageError, match=FULL), replacing(target) as file:
        file.write(b"n" * 100_000)
    assert target.read_bytes() == b"old"
    assert sorted(path.name for path in small_disk.folder.iterdir()) == ["answer.json", "ballast"]

    monkeypatch.setattr(files, "replacing", straight)
    with pytest.raises(OSError, match="No space"), files.replacing(target) as file:
        file.write(b"n" * 100_000)
    assert target.read_bytes() != b"old"


def test_a_limit_on_a_files_size_is_no_damage(tables: Path, tmp_path: Path) -> None:
    """RLIMIT_FSIZE in the child: where a small file system cannot be mounted this alone shows what a write that breaks off leaves."""
    url = f"sqlite:///{tmp_path / 'limited.db'}"
    assert suyuan("init", "--empty", store=url).code == 0

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1_200_000, 1_200_000))

    said = process("ingest", str(tables), "--source", "s", store=url, before=limit)
    assert said.code == 3, said
    assert "limited.db" in said.err
    assert deep(url) == ["None: no control points: the framework is empty"]
    assert suyuan("ingest", str(tables), "--source", "s", store=url).code == 0
    assert deep(url) == ["None: no control points: the framework is empty"]


def test_a_disk_that_may_not_be_written(small_disk: SmallDisk, url: str, tmp_path: Path) -> None:
    """Whoever looks, loads or lists is told that the right is missing, exit 3; nothing changes; with the right everything goes on."""
    few = write_tables(tmp_path / "few", 30)
    assert suyuan("ingest", str(few), "--source", "s", store=url).code == 0
    before = contents(small_disk.folder)
    small_disk.read_only()
    for words in (("stats",), ("ingest", str(few)), ("breakpoints",), ("init",)):
        said = suyuan(*words, store=url)
        assert (said.code, "no right to write" in said.err, "permissions" in said.err) == (3, True, True), said
    assert suyuan("doctor", "--deep", store=url).code == 3
    assert contents(small_disk.folder) == before
    small_disk.read_only(False)
    assert suyuan("ingest", str(few), "--source", "s", store=url).code == 0
    assert deep(url) == ["None: no control points: the framework is empty"]


def test_a_disk_that_becomes_unwritable_under_an_open_store(small_disk: SmallDisk, url: str, tmp_path: Path) -> None:
    """A reader that was open goes on reading where the kernel lets it; a writer is told, and nothing of its batch is there."""
    store: Store = open_store(url)
    assert store.counts().nodes == {}
    store.close()
    small_disk.read_only()
    with pytest.raises(StoreError) as caught:
        ingest_paths(open_store(url), [write_tables(tmp_path / "few", 30)], source="s")
    assert caught.value.exit_code == 3
    small_disk.read_only(False)
    assert open_store(url).counts().nodes == {}
