"""The embedded store as a file: opening what is none, locks, other processes, upgrade, kill."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from graph import errors
from graph.records import Ref
from graph.settings import settings
from graph.stores import open_store
from graph.stores.sqlite import file_system
from tests.contract.notation import content, record

ROOT = Path(__file__).parents[2]
T0 = "2026-01-01T00:00:00.000000Z"


def url(folder: Path) -> str:
    return f"sqlite:///{folder / 'a.db'}"


def made(folder: Path) -> str:
    store = open_store(url(folder), create=True)
    store.initialise()
    store.close()
    return url(folder)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUYUAN_BUSY_TIMEOUT", "0.1")
    settings.cache_clear()


@pytest.fixture(autouse=True)
def fresh_settings() -> object:
    settings.cache_clear()
    yield
    settings.cache_clear()


@pytest.mark.parametrize("address", ["", "suyuan.db", "sqlite://", "sqlite:///", "mysql://x", "sqlite://relative.db"])
def test_an_address_that_names_no_store_is_refused(address: str) -> None:
    with pytest.raises(errors.UsageError):
        open_store(address)


def test_a_missing_store_asks_for_init(tmp_path: Path) -> None:
    with pytest.raises(errors.StoreMissing) as caught:
        open_store(url(tmp_path))
    assert "suyuan init" in caught.value.message("en")
    assert not list(tmp_path.iterdir()), "looking must not create a file"


def test_a_folder_or_a_missing_folder_is_no_store(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "not" / "there.db"):
        with pytest.raises(errors.StoreMissing):
            open_store(f"sqlite:///{path}", create=True)


def test_other_files_are_left_as_they_are(tmp_path: Path) -> None:
    text = tmp_path / "a.db"
    text.write_text("no database at all, " * 100)
    with pytest.raises(errors.StoreDamaged):
        open_store(url(tmp_path), create=True)
    assert text.read_text().startswith("no database")
    other = tmp_path / "other.db"
    connection = sqlite3.connect(other)
    connection.execute("CREATE TABLE x(y)")
    connection.close()
    before = other.read_bytes()
    with pytest.raises(errors.StoreDamaged):
        open_store(f"sqlite:///{other}", create=True)
    assert other.read_bytes() == before


def test_a_newer_store_is_refused_and_an_older_one_upgraded(tmp_path: Path) -> None:
    address = made(tmp_path)
    with open_store(address).session() as session:
        session.write([record({"node": "Stage:S1", "props": {"order": 1}})])
    connection = sqlite3.connect(tmp_path / "a.db")
    connection.execute('ALTER TABLE "Stage" DROP COLUMN customer_step')
    connection.execute('DROP TABLE "Complaint.NAMES"')
    connection.commit()
    with pytest.raises(errors.StoreOutdated):
        open_store(address)
    older = open_store(address, create=True)
    assert older.initialise() is True
    assert older.initialise() is False
    older.close()
    assert content(open_store(address))["nodes"] == {"Stage:S1": {"order": 1, "sources": ["a"]}}
    connection.execute("UPDATE meta SET value = '999' WHERE key = 'schema_version'")
    connection.commit()
    connection.close()
    for create in (False, True):
        with pytest.raises(errors.StoreTooNew):
            open_store(address, create=create)


def test_another_time_zone_than_the_days_were_counted_in_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = made(tmp_path)
    monkeypatch.setenv("SUYUAN_TIMEZONE", "Europe/Berlin")
    settings.cache_clear()
    with pytest.raises(errors.StoreError) as caught:
        open_store(address)
    assert "Asia/Shanghai" in caught.value.message("zh")


def test_a_damaged_file_says_so(tmp_path: Path) -> None:
    address = made(tmp_path)
    with open_store(address).session() as session:
        session.write([record({"node": f"Stage:S{n}", "props": {"note": "x" * 500}}) for n in range(200)])
    sqlite3.connect(tmp_path / "a.db").execute("PRAGMA wal_checkpoint(TRUNCATE)")
    data = bytearray((tmp_path / "a.db").read_bytes())
    data[8192:] = b"\xff" * (len(data) - 8192)
    (tmp_path / "a.db").write_bytes(bytes(data))
    with pytest.raises(errors.StoreError):
        list(open_store(address).nodes("Stage"))


@pytest.mark.usefixtures("impatient")
def test_a_second_writer_is_told_and_readers_go_on(tmp_path: Path) -> None:
    address = made(tmp_path)
    store, other = open_store(address), open_store(address)
    with store.session() as first:
        first.write([record({"node": "Stage:S1"})])
    with other.session(rehearse=True) as holding:  # holds the write lock until it ends
        holding.write([record({"node": "Stage:S2"})])
        assert [row.id for row in store.nodes("Stage")] == ["S1"], "a reader sees the last committed batch"
        with pytest.raises(errors.StoreLocked) as caught, store.session() as late:
            late.write([record({"node": "Stage:S3"})])
        assert caught.value.exit_code == 3
    with store.session() as late:
        late.write([record({"node": "Stage:S3"})])
    assert [row.id for row in store.nodes("Stage")] == ["S1", "S3"]


def test_a_reader_in_another_process_sees_whole_batches_only(tmp_path: Path) -> None:
    """While batches of 50 stages are written, another process counts them over and over: always a multiple of 50."""
    address = made(tmp_path)
    reader = subprocess.Popen(
        [sys.executable, "-c",
         "import sys; from graph.stores import open_store\n"
         "s = open_store(sys.argv[1]); print('ready', flush=True); n = 0\n"
         "while n < 1000:\n n = s.counts().nodes.get('Stage', 0); print(n)\n", address],
        cwd=ROOT, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert reader.stdout is not None
    assert reader.stdout.readline() == "ready\n"
    with open_store(address).session() as session:
        for batch in range(20):
            session.write([record({"node": f"Stage:{batch}-{n}"}) for n in range(50)])
    seen = [int(line) for line in reader.communicate(timeout=60)[0].split()]
    assert {n % 50 for n in seen} == {0}
    assert seen[-1] == 1000


@pytest.mark.parametrize("delay", [0.02, 0.1, 0.3])
def test_kill_leaves_the_last_whole_batch(tmp_path: Path, delay: float) -> None:
    address = made(tmp_path)
    writer = subprocess.Popen(
        [sys.executable, "-c",
         "import sys; from graph.stores import open_store; from tests.contract.notation import record\n"
         "with open_store(sys.argv[1]).session() as s:\n"
         " print('ready', flush=True)\n"
         " for b in range(100000):\n"
         "  s.write([record({'node': f'Complaint:{b:06}-{n}', 'props': {'event_at': sys.argv[2]}}) for n in range(20)])\n",
         address, T0],
        cwd=ROOT, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert writer.stdout is not None
    writer.stdout.readline()
    time.sleep(delay)
    writer.send_signal(signal.SIGKILL)
    writer.communicate()
    store = open_store(address)
    complaints = store.counts().nodes.get("Complaint", 0)
    assert complaints % 20 == 0
    assert sum(t.complaints for t in store.tallies()) == complaints
    assert store.revision().facts == complaints // 20


def test_a_failing_write_leaves_nothing_of_its_batch(tmp_path: Path) -> None:
    store = open_store(made(tmp_path))
    good, bad = record({"node": "Stage:S1"}), record({"node": "Stage:S2", "props": {"order": "not a number"}})
    with pytest.raises(errors.StoreError), store.session() as session:
        session.write([good, bad])
    assert store.counts().nodes == {}
    assert store.revision() == (0, 0)
    with store.session() as session:
        session.write([good])
    assert store.counts().nodes == {"Stage": 1}


def test_network_file_systems_are_recognised_by_the_longest_mount() -> None:
    mounts = "/dev/sda / ext4 rw 0 0\nnas:/x /mnt/nas nfs4 rw 0 0\n/dev/sdb /mnt/nas/local xfs rw 0 0\nsrv /mnt/my\\040share cifs rw 0 0\n"
    assert file_system(Path("/home/x"), mounts) == "ext4"
    assert file_system(Path("/mnt/nas/deep/er"), mounts) == "nfs4"
    assert file_system(Path("/mnt/nas/local"), mounts) == "xfs"
    assert file_system(Path("/mnt/my share"), mounts) == "cifs"


def test_a_store_on_a_network_file_system_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("graph.stores.sqlite._mounts", lambda: f"nas:/x {tmp_path} nfs4 rw 0 0\n")
    with pytest.raises(errors.StoreError) as caught:
        open_store(url(tmp_path), create=True)
    assert "nfs4" in caught.value.message("en")


def test_an_unreadable_or_unwritable_file_says_so(tmp_path: Path) -> None:
    address = made(tmp_path)
    if os.geteuid() == 0:  # root may write anything: let the kernel refuse by a read-only connection instead
        store = open_store(address)
        store._connect().execute("PRAGMA query_only=1")  # type: ignore[attr-defined]
        with pytest.raises(errors.StoreReadOnly):
            store.initialise()
        return
    (tmp_path / "a.db").chmod(0o400)
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(errors.StoreReadOnly), open_store(address).session() as session:
            session.write([record({"node": "Stage:S1"})])
    finally:
        tmp_path.chmod(0o700)


def test_a_case_holds_the_subject_its_products_its_reviews_and_the_units_values(tmp_path: Path) -> None:
    store = open_store(made(tmp_path))
    with store.session() as session:
        report = session.write([
            record(text) for text in (
                {"node": "OrgUnit:U1", "edges": [["PART_OF", "OrgUnit:U0"]]}, {"node": "OrgUnit:U0"}, {"node": "OrgUnit:H"},
                {"node": "Owner:A", "edges": [["BELONGS_TO", "OrgUnit:H"]]}, {"node": "Indicator:K"}, {"node": "Stage:S"}, {"node": "Gate:G"},
                {"node": "Product:P", "props": {"segment": "home"}, "edges": [["RUN_BY", "OrgUnit:U1"]]},
                {"node": "Campaign:M", "edges": [["PROMOTES", "Product:P"], ["LANDS_IN", "OrgUnit:U1"]]},
                {"node": "Review:R", "props": {"event_at": T0, "recorded_at": T0, "result": "failed"}, "edges": [["OF", "Gate:G"], ["ON", "Campaign:M"]]},
                {"node": "StageEntry:E", "props": {"event_at": T0, "recorded_at": T0}, "edges": [["OF", "Stage:S"], ["ON", "Product:P"]]},
                {"node": "Measurement:V0", "props": {"event_at": T0, "recorded_at": T0, "value": 1.5}, "edges": [["OF", "Indicator:K"], ["IN", "OrgUnit:U0"]]},
                {"node": "Measurement:V1", "props": {"event_at": T0, "recorded_at": T0, "value": 2.5, "period_end": "2026-01-01"}, "edges": [["OF", "Indicator:K"], ["ON", "Campaign:M"], ["IN", "OrgUnit:U1"]]},
                {"node": "Complaint:T", "props": {"event_at": T0}, "edges": [["ABOUT", "Campaign:M"], ["RECEIVED_BY", "Owner:A"]]},
                {"node": "HandlingStep:2", "props": {"event_at": T0, "seq": 2, "step": "routed"}, "edges": [["OF", "Complaint:T"], ["TO", "OrgUnit:U1"]]},
                {"node": "HandlingStep:1", "props": {"event_at": T0, "seq": 1, "step": "received"}, "edges": [["OF", "Complaint:T"], ["BY", "Owner:A"]]},
            )
        ])  # fmt: skip
    assert not report.missing
    (case,) = store.cases(["nobody", "T"])
    assert set(case.subjects) == {Ref("Campaign", "M"), Ref("Product", "P"), Ref("OrgUnit", "H")}
    assert [(r.of, r.result) for r in case.subjects[Ref("Campaign", "M")].reviews] == [(Ref("Gate", "G"), "failed")]
    assert case.subjects[Ref("Product", "P")].run_by == ("U1",)
    assert [e.stage for e in case.subjects[Ref("Product", "P")].entries] == ["S"]
    assert {key: [v.value for v in values] for key, values in case.series.items()} == {
        (None, "U0"): [1.5],
        (Ref("Campaign", "M"), "U1"): [2.5],
    }
    assert [(s.id, s.by, s.to) for s in case.steps] == [
        ("1", Ref("Owner", "A"), None),
        ("2", None, Ref("OrgUnit", "U1")),
    ]
    with store.session(replacing=True) as session:  # a withdrawn measurement leaves no value behind
        session.withdraw("a")
    assert store.counts().nodes == {}
    assert list(store.cases()) == []
