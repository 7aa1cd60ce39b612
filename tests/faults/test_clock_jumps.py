"""The clock set forward or back while something goes on: no wait becomes endless or is over at once, and no order is lost.

What protects: waits are measured by the clock that only runs on (``neo4j_connection.py``: ``_attempt``; ``supervisor.py``), the bounds of a worker begin anew
when the other clock goes back (``rates.py``), no login waits longer than the longest wait (``attempts.py``), an import that somebody works on is not forgotten
whatever the time of its folder (``jobs.py``), claims have numbers of their own (``graph/claims.py``), and a run of an earlier day is a look back (``lists.py``).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from neo4j.exceptions import ServiceUnavailable

from api.access import attempts, rates
from api.access.attempts import FREE_BY_ACCOUNT, keys_of
from api.access.books import Books
from api.access.clock import later
from api.access.rates import Rates
from api.listing import lists
from api.loading.jobs import ImportJob, JobFolder, JobFolders
from graph.claims import Element
from graph.errors import StoreError
from graph.stores import neo4j_connection, open_store
from graph.stores.neo4j_connection import Connection
from tests.contract.notation import record
from tests.faults.child import ROOT, deep, suyuan

HOUR = 3600.0
AT = "2026-03-10T08:00:00.000000Z"


class Jumping:
    """The wall clock, set by so many seconds while the test runs."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def time(self) -> float:
        return time.time() + self.ahead


# ── waits ─────────────────────────────────────────────────────────────────────────────────────────────
def survives(url: str, clock: Jumping) -> bool:
    """Whether a question to a server outlives two lost connections between which the clock is set forward."""
    connection, asked = Connection(url), [0]

    def work(tx: neo4j_connection.Transacting) -> int:
        asked[0] += 1
        if asked[0] < 3:
            clock.ahead += HOUR
            raise ServiceUnavailable("lost")
        return int(tx.run("RETURN 1").single(strict=True)[0])

    try:
        return connection.read(work) == 1
    except StoreError:
        return False
    finally:
        connection.close()


@pytest.mark.parametrize("measured", ["by what only runs on", "by the wall clock"])
def test_attempts_at_neo4j_do_not_end_because_the_clock_was_set(
    neo4j_url: str, monkeypatch: pytest.MonkeyPatch, measured: str
) -> None:
    clock = Jumping()
    steady = time.monotonic if measured == "by what only runs on" else clock.time
    monkeypatch.setattr(neo4j_connection, "time", SimpleNamespace(monotonic=steady, sleep=lambda _seconds: None))
    assert survives(neo4j_url, clock) is (measured == "by what only runs on")


WORKERS = """
import os, sys, time, types
from api.operating import supervisor
begun = time.time()
steady = time.monotonic if sys.argv[1] == "steady" else (lambda: time.time() - (3600.0 if os.path.exists(sys.argv[2]) else 0.0))
supervisor.time = types.SimpleNamespace(monotonic=steady)
def work(place):
    print("worker", flush=True)
    time.sleep(60)
supervisor.Supervisor(work, 1).run(lambda: None)
"""
"""A supervisor whose clock is set back by an hour as soon as a file is there."""


def replaced(measured: str, folder: Path, patience: float) -> bool:
    """Whether a worker that is killed after the clock was set back has a successor within some seconds."""
    with subprocess.Popen([sys.executable, "-c", WORKERS, measured, str(folder / "set")], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=ROOT) as process:  # fmt: skip
        assert process.stdout is not None
        process.stdout.readline()
        (folder / "set").touch()
        (worker,) = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        os.kill(int(worker), 9)
        until = time.monotonic() + patience
        os.set_blocking(process.stdout.fileno(), False)
        told = b""
        while not told and time.monotonic() < until:
            told = process.stdout.read() or b""
            time.sleep(0.02)
        process.terminate()
    return told == b"worker\n"


@pytest.mark.parametrize(("measured", "patience"), [("steady", 20.0), ("wall", 2.0)])
def test_a_worker_is_replaced_although_the_clock_was_set_back(tmp_path: Path, measured: str, patience: float) -> None:
    """By the wall clock the successor would come an hour later."""
    assert replaced(measured, tmp_path, patience) is (measured == "steady")


def waits_after_a_jump_back(monkeypatch: pytest.MonkeyPatch) -> int:
    """Seconds that somebody has to wait who asked too often before the clock was set back by an hour."""
    clock = Jumping()
    monkeypatch.setattr("limits.storage.memory.time", clock)
    monkeypatch.setattr("limits.strategies.time", clock)
    monkeypatch.setattr(rates, "time", clock)
    bounds = Rates("2/minute", "")
    for _ in range(3):
        waited = bounds.wait("anna", "")
    assert 0 < waited <= 60
    clock.ahead = -HOUR
    return bounds.wait("anna", "")


def test_nobody_waits_an_hour_because_the_clock_was_set_back(monkeypatch: pytest.MonkeyPatch) -> None:
    assert waits_after_a_jump_back(monkeypatch) == 0


def test_without_beginning_anew_they_would(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Rates, "_begin_anew_after_a_jump", lambda self: None)
    assert waits_after_a_jump_back(monkeypatch) > HOUR - 60


def login_waits(folder: Path) -> float:
    """Seconds that an account has to wait whose failures were counted by a clock a day ahead."""
    books = Books(f"sqlite:///{folder / 'store.db'}")
    keys = keys_of("anna", "198.51.100.1")
    for _ in range(FREE_BY_ACCOUNT + 1):
        books.attempts.begin(keys, later(AT, 24 * HOUR))
    waited = books.attempts.begin(keys, AT)
    books.close()
    return waited


def test_no_login_waits_a_day_because_the_clock_was_ahead(tmp_path: Path) -> None:
    assert login_waits(tmp_path) == 0.0


def test_without_a_longest_wait_it_would(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attempts, "LONGEST_WAIT", 7 * 24 * HOUR)
    assert login_waits(tmp_path) > 23 * HOUR


# ── what is kept by time ──────────────────────────────────────────────────────────────────────────────
def jobs(folder: Path) -> tuple[JobFolders, JobFolder]:
    """Jobs that ended, and one that came after the clock was set back by a day and waits."""
    folders = JobFolders(folder)
    for number in range(4):
        made = folders.of(f"{number:032x}")
        made.path.mkdir(parents=True)
        job = ImportJob(id=made.path.name, name="a.csv", state="done", dry_run=False, submitted_at=AT)
        if number == 0:
            made.upload("a.csv").parent.mkdir()
            job = job.model_copy(update={"state": "waiting"})
        made.keep(job)
        os.utime(made.path, times=(time.time() - 24 * HOUR * (number == 0),) * 2)
    return folders, folders.of(f"{0:032x}")


def test_an_import_in_line_is_not_forgotten_because_the_clock_was_set_back(tmp_path: Path) -> None:
    folders, waiting = jobs(tmp_path / "imports")
    folders.forget(2)
    assert waiting.path.is_dir()
    assert len(folders.all()) == 3


def test_without_the_look_at_its_upload_it_would(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folders, waiting = jobs(tmp_path / "imports")
    monkeypatch.setattr(JobFolder, "holds_upload", False)
    folders.forget(2)
    assert not waiting.path.exists()


class Clock:
    """The wall clock as the program sees it; a test sets it."""

    shown = datetime.fromisoformat("2026-03-10T08:00:00+00:00")

    @classmethod
    def now(cls, _zone: object) -> datetime:
        cls.shown += timedelta(milliseconds=1)
        return cls.shown

    combine = datetime.combine

    @classmethod
    def jump(cls, **by: int) -> None:
        cls.shown += timedelta(**by)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> type[Clock]:
    monkeypatch.setattr("api.context.datetime", Clock)
    monkeypatch.setattr(Clock, "shown", Clock.shown)
    return Clock


def claimed_last(clock: type[Clock], folder: Path) -> str:
    """What a channel is called that two sources name in turn, each time by a clock set back; the last word is the third's."""
    url = f"sqlite:///{folder / 'store.db'}"
    assert suyuan("init", "--empty", store=url).code == 0
    for source, name in (("x", "first"), ("y", "second"), ("x", "third")):
        (folder / "Channel.csv").write_text(f"id,name\nH1,{name}\n", encoding="utf-8")
        assert suyuan("ingest", str(folder / "Channel.csv"), "--source", source, store=url).code == 0
        clock.jump(days=-400)
    assert deep(url) == ["None: no control points: the framework is empty"]
    store = open_store(url)
    (row,) = store.nodes("Channel")
    store.close()
    return str(row.props["name"])


def test_claims_follow_the_order_of_loads_not_the_clock(clock: type[Clock], tmp_path: Path) -> None:
    assert claimed_last(clock, tmp_path) == "third"


def test_claims_in_the_order_of_the_clock_would_not(
    clock: type[Clock], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Element, "_next_seq", lambda _element: int(clock.shown.timestamp()))
    assert claimed_last(clock, tmp_path) == "second"


def listed(clock: type[Clock], folder: Path) -> tuple[list[str], list[bool]]:
    """Three runs of the list, the second by a clock set back by a month, with a verdict after each of two; the verdicts in their order, which runs moved cases."""
    url = f"sqlite:///{folder / 'store.db'}"
    assert suyuan("init", store=url).code == 0
    store = open_store(url)
    with store.session() as session:
        props = {"event_at": "2026-01-05T00:00:00.000000Z", "text": "扣费"}
        session.write([record({"node": "Complaint:C1", "props": props, "source": "t"})])
    store.close()
    out = str(folder / "list.json")
    assert suyuan("breakpoints", "--out", out, store=url).code == 0
    assert suyuan("verdict", "C1", "--outcome", "unmodelled", store=url).code == 0
    clock.jump(days=-30)
    assert suyuan("breakpoints", "--refresh", "--out", out, store=url).code == 0
    assert suyuan("verdict", "C1", "--outcome", "no_internal_cause", store=url).code == 0
    clock.jump(days=60)
    assert suyuan("breakpoints", "--refresh", "--out", out, store=url).code == 0
    said = suyuan("verdicts", "--json", store=url).json
    assert said["broken"] == 0
    assert deep(url) == []
    runs = json.loads((folder / "store.results" / "runs.json").read_bytes())
    assert [run["number"] for run in runs] == [1, 2, 3]
    return [line["outcome"] for line in said["verdicts"]], [run["of_record"] for run in runs]


def test_verdicts_and_runs_of_the_list_under_a_clock_that_jumps(clock: type[Clock], tmp_path: Path) -> None:
    """A run of an earlier day than the last of record is kept as a look back and moves nothing; a verdict counts by the moment that it states."""
    assert listed(clock, tmp_path) == (["no_internal_cause", "unmodelled"], [True, False, True])


def test_without_the_look_at_earlier_days_a_run_of_the_past_would_move_cases(
    clock: type[Clock], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "max", lambda _recorded, default: default, raising=False)
    assert listed(clock, tmp_path)[1] == [True, True, True]
