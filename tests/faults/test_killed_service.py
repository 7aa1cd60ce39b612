"""``kill -9`` of the service: of a process that loads an upload, and of the supervisor.

What protects: who works on an import holds a lock that the kernel frees (``jobs.py``: ``_worked_on``), and workers hold a pipe of their supervisor's
(``supervisor.py``: ``_end_with_supervisor``). Whole services are killed in ``tests/api/test_operating_workers.py`` and ``tests/api/test_operating_imports.py``.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from api.loading.jobs import ImportJob, JobFolder
from tests.api.service import until
from tests.faults.child import ROOT
from tests.faults.unprotected import die, killed_in_a_child

JOB = ImportJob(id="0" * 32, name="a.csv", state="running", dry_run=False, submitted_at="2026-03-10T08:00:00.000000Z")


def state_of_a_killed_import(folder: Path) -> str:
    """What is told of an import whose process was killed while it held the lock."""
    found = JobFolder(folder / JOB.id)
    found.path.mkdir()
    found.keep(JOB)

    def work() -> None:
        held = found.work()
        assert found.read().state == "running", "while it works"
        die()
        held.close()

    assert killed_in_a_child(work)
    return found.read().state


def test_an_import_whose_process_is_gone_has_failed(tmp_path: Path) -> None:
    assert state_of_a_killed_import(tmp_path) == "failed"


def test_without_the_look_at_its_lock_it_would_run_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(JobFolder, "_worked_on", lambda _folder: True)
    assert state_of_a_killed_import(tmp_path) == "running"


SUPERVISOR = """
import sys, time
from api.operating.supervisor import Supervisor
if sys.argv[1] == "unprotected":
    Supervisor._end_with_supervisor = lambda self: None
def work(place):
    print("worker", flush=True)
    time.sleep(20)
Supervisor(work, 1).run(lambda: None)
"""


def outlives(sort: str, seconds: float) -> bool:
    """Whether a worker is still there some seconds after its supervisor was killed."""
    with subprocess.Popen([sys.executable, "-c", SUPERVISOR, sort], stdout=subprocess.PIPE, cwd=ROOT) as process:
        assert process.stdout is not None
        process.stdout.readline()
        (worker,) = map(int, Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split())
        process.send_signal(signal.SIGKILL)
        process.wait()
        try:
            until(lambda: not runs(worker), seconds)
        except AssertionError:
            os.kill(worker, signal.SIGKILL)
            return True
    return False


def runs(process: int) -> bool:
    """Whether a process is there and no zombie that its new parent has not looked after."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.parametrize(("sort", "seconds"), [("protected", 10.0), ("unprotected", 0.5)])
def test_a_worker_ends_with_its_supervisor_that_was_killed(sort: str, seconds: float) -> None:
    """Else it would keep the port, and the next service could not begin."""
    assert outlives(sort, seconds) is (sort == "unprotected")
