"""Backups: one revision whatever writers do, proved by checksums, put back whole or not at all."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

import api.backups
from api.backups import back_up, restore, verify
from api.context import opened
from graph.errors import InputError, StoreLocked, UsageError
from graph.schema import KINDS
from tests.api.conftest import ROOT, complaint, write_lines
from tests.api.service import until

AT = "2026-03-31T00:00:00.000000Z"
LOADS, EACH = 60, 40

WRITER = """
import sys
from pathlib import Path
from graph.stores import open_store
from ingest.run import ingest_paths
store, folder, log = open_store(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3])
with log.open("a", buffering=1) as written:
    for file in sorted(folder.glob("*.jsonl")):
        ingest_paths(store, [file], source="writer", at="2026-03-31T00:00:00.000000Z")
        revision = store.revision()
        print(file.name, revision.framework, revision.facts, store.counts().nodes["Complaint"], file=written)
"""
"""Loads the files of a folder one after another, and notes the revision and the number of complaints after each."""


@pytest.fixture
def store(world: str, tmp_path: Path) -> str:
    shutil.copy(world.removeprefix("sqlite:///"), tmp_path / "copy.db")
    return f"sqlite:///{tmp_path / 'copy.db'}"


@pytest.fixture
def archive(store: str, tmp_path: Path, suyuan: Any) -> Path:
    """A backup of a store with a list, numbers and a file of accounts beside it."""
    assert suyuan("breakpoints", "--json", store=store).code == 0
    accounts = tmp_path / "copy.access" / "access.db"
    accounts.parent.mkdir(mode=0o700)
    with sqlite3.connect(accounts) as connection:
        connection.execute("CREATE TABLE users (name TEXT)")
        connection.execute("INSERT INTO users VALUES ('wang')")
    connection.close()
    accounts.chmod(0o600)
    back_up(store, tmp_path / "backup.zip", AT)
    return tmp_path / "backup.zip"


def answers(suyuan: Any, store: str) -> list[Any]:
    """What a store answers to a few questions."""
    told = [suyuan("trace", id_, "--as-of", "2026-03-31", "--json", store=store) for id_ in ("C001",)]
    told += [
        suyuan("stats", "--json", store=store),
        suyuan("who", "CP37", "--as-of", "2026-03-31", "--json", store=store),
    ]
    assert all(result.code == 0 for result in told)
    return [result.json for result in told]


# ── under load ──────────────────────────────────────────────────────────────────────────────────────
def _write_batches(folder: Path) -> None:
    folder.mkdir()
    for batch in range(LOADS):
        lines = [line for n in range(EACH) for line in complaint(f"W{batch:03}-{n:02}", "K-fee")]
        write_lines(folder / f"{batch:03}.jsonl", lines)


def test_a_backup_under_load_is_one_whole_revision_with_its_answers(store: str, tmp_path: Path, suyuan: Any) -> None:
    batches, log = tmp_path / "batches", tmp_path / "log"
    log.touch()
    _write_batches(batches)
    shutil.copy(tmp_path / "copy.db", tmp_path / "replayed.db")
    writer = subprocess.Popen([sys.executable, "-c", WRITER, store, str(batches), str(log)], cwd=ROOT)
    taken = []
    until(lambda: log.read_text().count("\n") > 2)
    while writer.poll() is None and len(taken) < 5:
        taken.append(tmp_path / f"{len(taken)}.zip")
        back_up(store, taken[-1], AT)
    assert writer.wait(timeout=120) == 0
    written = [line.split() for line in log.read_text().splitlines()]
    existed = {(int(framework), int(facts)): int(count) for _, framework, facts, count in written}
    assert len(taken) >= 2

    held = {}
    for number, archive in enumerate(taken):
        back = f"sqlite:///{tmp_path / f'back{number}.db'}"
        manifest = restore(archive, back, force=False)
        with opened(back) as opened_back:
            revision, counts = opened_back.revision(), opened_back.counts()
            assert existed[tuple(revision)] == counts.nodes["Complaint"] == manifest.nodes["Complaint"]
            tallied = sum(tally.complaints for tally in opened_back.tallies())
            assert tallied == counts.nodes["Complaint"]
        held[tuple(revision)] = (number, back)
    assert len(held) >= 2, "the writer did not write while backups were taken"

    # The same loads up to the first backup's revision, replayed into another store, give the same answers.
    revision, (_, back) = min(held.items())
    until_then = [name for name, framework, facts, _ in written if (int(framework), int(facts)) <= revision]
    replayed = f"sqlite:///{tmp_path / 'replayed.db'}"
    again = tmp_path / "again"
    again.mkdir()
    for name in until_then:
        shutil.copy(batches / name, again / name)
    subprocess.run([sys.executable, "-c", WRITER, replayed, str(again), str(tmp_path / "log2")], cwd=ROOT, check=True)
    assert answers(suyuan, back) == answers(suyuan, replayed)
    for kind in KINDS:
        with opened(back) as one, opened(replayed) as other:
            assert [(row.ref, row.props) for row in one.nodes(kind)] == [
                (row.ref, row.props) for row in other.nodes(kind)
            ]


# ── the file ────────────────────────────────────────────────────────────────────────────────────────
def test_everything_comes_back_where_it_was(archive: Path, store: str, tmp_path: Path, suyuan: Any) -> None:
    before = answers(suyuan, store)
    lists = sorted(path.read_bytes() for path in (tmp_path / "copy.results").rglob("*.gz"))
    elsewhere = f"sqlite:///{tmp_path / 'new' / 'place.db'}"
    told = suyuan("restore", str(archive), "--json", store=elsewhere)
    assert told.code == 0
    assert told.json["nodes"] == before[1]["nodes"]
    assert answers(suyuan, elsewhere) == before
    assert sorted(path.read_bytes() for path in (tmp_path / "new" / "place.results").rglob("*.gz")) == lists
    accounts = tmp_path / "new" / "place.access" / "access.db"
    assert (accounts.stat().st_mode & 0o777, accounts.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    connection = sqlite3.connect(accounts)
    assert connection.execute("SELECT name FROM users").fetchall() == [("wang",)]
    connection.close()
    assert archive.stat().st_mode & 0o077 == 0
    assert not [path for path in tmp_path.rglob(".*") if path.name != ".lock"]


def test_backup_and_its_proof_by_the_command_line(store: str, tmp_path: Path, suyuan: Any) -> None:
    told = suyuan("backup", str(tmp_path / "b.zip"), "--verify", "--json", store=store)
    assert told.code == 0
    assert told.json == verify(tmp_path / "b.zip").model_dump(mode="json")
    assert told.json["revision"] == suyuan("doctor", "--json", store=store).json["revision"]
    assert suyuan("backup", str(tmp_path / "b.zip"), store=store, lang="zh").out.count("个节点") == 1


def test_a_restore_replaces_nothing_unasked_and_nothing_in_use(archive: Path, store: str, suyuan: Any) -> None:
    with pytest.raises(UsageError) as refused:
        restore(archive, store, force=False)
    assert "--force" in refused.value.mend.en
    before = answers(suyuan, store)
    with opened(store) as held:
        held.revision()
        with pytest.raises(StoreLocked):
            restore(archive, store, force=True)
        assert answers(suyuan, store) == before
    restore(archive, store, force=True)
    assert answers(suyuan, store) == before


def _changed(archive: Path, target: Path, name: str, content: bytes | None, as_name: str | None = None) -> Path:
    """The archive with one member changed, left out, or under another name."""
    with zipfile.ZipFile(archive) as old, zipfile.ZipFile(target, "w") as new:
        for member in old.namelist():
            if member != name:
                new.writestr(member, old.read(member))
            elif content is not None:
                new.writestr(as_name or member, content)
    return target


@pytest.mark.parametrize("harm", ["flipped", "left out", "cut", "climbing", "no manifest"])
def test_what_is_not_a_whole_backup_is_refused_and_leaves_nothing(archive: Path, tmp_path: Path, harm: str) -> None:
    harmed = tmp_path / "harmed.zip"
    with zipfile.ZipFile(archive) as whole:
        store, manifest = whole.read("store.db"), json.loads(whole.read("manifest.json"))
    if harm == "flipped":
        _changed(archive, harmed, "store.db", store[:5000] + bytes([store[5000] ^ 1]) + store[5001:])
    elif harm == "left out":
        _changed(archive, harmed, "results/runs.json", None)
    elif harm == "cut":
        harmed.write_bytes(archive.read_bytes()[:-2000])
    elif harm == "climbing":
        manifest["files"][0]["name"] = "results/../../../climbed"
        _changed(archive, harmed, "manifest.json", json.dumps(manifest).encode())
    else:
        _changed(archive, harmed, "manifest.json", None)
    there = sorted(tmp_path.iterdir())
    for look in (lambda: verify(harmed), lambda: restore(harmed, f"sqlite:///{tmp_path / 'x.db'}", force=False)):
        with pytest.raises(InputError) as refused:
            look()
        assert refused.value.what.zh
    assert sorted(tmp_path.iterdir()) == there


def test_a_store_on_a_server_names_its_own_tool(suyuan: Any, tmp_path: Path) -> None:
    for command in ("backup", "restore"):
        file = tmp_path / "b.zip"
        file.touch()
        refused = suyuan(command, str(file), store="neo4j://127.0.0.1:1")
        assert refused.code == 2
        assert "neo4j-admin database dump" in refused.err
        assert "docs/operation.md" in refused.err
    page = (ROOT / "docs" / "operation.md").read_text(encoding="utf-8")
    assert "neo4j-admin database dump" in page


def test_a_backup_never_takes_the_place_of_its_store(store: str, tmp_path: Path) -> None:
    before = (tmp_path / "copy.db").read_bytes()
    for target in (tmp_path / "copy.db", tmp_path):
        with pytest.raises(UsageError):
            back_up(store, target, AT)
    assert (tmp_path / "copy.db").read_bytes() == before


# ── kill -9 ─────────────────────────────────────────────────────────────────────────────────────────
def _killed_before(step: int, archive: Path, store: str) -> bool:
    """Restore in a process that is killed before its N-th step: a file unpacked, a move, a write to the disk. Whether it came so far."""
    process = os.fork()
    if process == 0:
        left = iter(range(step))

        def dying(function: Any) -> Any:
            def call(*arguments: Any, **options: Any) -> Any:
                if next(left, None) is None:
                    os.kill(os.getpid(), signal.SIGKILL)
                return function(*arguments, **options)

            return call

        try:
            for name in ("_copy_checked", "_move", "_sync", "settle"):
                setattr(api.backups, name, dying(getattr(api.backups, name)))
            restore(archive, store, force=True)
        finally:
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) == -signal.SIGKILL


@pytest.mark.slow
def test_a_restore_that_is_killed_leaves_the_old_or_none_and_can_be_run_again(
    archive: Path, store: str, tmp_path: Path, suyuan: Any
) -> None:
    whole = answers(suyuan, store)
    lines = write_lines(tmp_path / "more.jsonl", complaint("NEW", "K-fee"))
    assert suyuan("ingest", str(lines), "--source", "later", store=store).code == 0
    later = answers(suyuan, store)
    assert later != whole
    kept = tmp_path / "kept"
    shutil.copytree(tmp_path, kept, ignore=shutil.ignore_patterns("kept", "*.zip"))
    seen = set()
    for step in range(40):
        for path in tmp_path.glob("copy.*"):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        shutil.copytree(kept, tmp_path, dirs_exist_ok=True)
        killed = _killed_before(step, archive, store)
        if (tmp_path / "copy.db").exists():
            found = answers(suyuan, store)
            assert found in (later, whole)
            seen.add("old" if found == later else "new")
        else:
            seen.add("none")
        assert suyuan("restore", str(archive), "--force", store=store).code == 0
        assert answers(suyuan, store) == whole
        if not killed:
            break
    assert not killed
    assert seen == {"old", "none", "new"}
    assert not list(tmp_path.glob(".copy.db*"))
