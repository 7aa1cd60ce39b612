"""Imports under several workers: seen from all, in turn, in a process of their own, and failed only when nobody works on them."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.api.service import Service, running, until

pytestmark = pytest.mark.slow

SMALL = "id,name\nX1,甲\n".encode()
LARGE = b"id,name\n" + b"".join(f"P{n:06},product {n}\n".encode() for n in range(40_000))
"""Takes a few seconds."""


@pytest.fixture
def service(world: str, tmp_path: Path) -> Iterator[Service]:
    shutil.copy(world.removeprefix("sqlite:///"), tmp_path / "copy.db")
    with running(f"sqlite:///{tmp_path / 'copy.db'}", tmp_path / "log") as found:
        yield found


def submit(client: httpx.Client, content: bytes) -> str:
    """Send a file; the id of its job."""
    sent = client.post("/api/v1/imports", params={"name": "Product.csv", "source": "upload"}, content=content)
    assert sent.status_code == 202, sent.text
    id_: str = sent.json()["id"]
    return id_


def job(service: Service, id_: str) -> dict[str, Any]:
    """A job as whichever worker is asked tells it."""
    with service.client() as client:
        found: dict[str, Any] = client.get(f"/api/v1/imports/{id_}").json()
    return found


def is_(service: Service, id_: str, *states: str) -> bool:
    """Whether a job is in one of some states."""
    return job(service, id_)["state"] in states


def loading() -> list[int]:
    """The processes that load an upload now."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            command = (entry / "cmdline").read_bytes()
        except (OSError, NotADirectoryError):
            continue
        if entry.name.isdigit() and b"api.loading.process" in command:
            found.append(int(entry.name))
    return found


def of(service: Service, id_: str, folder: Path) -> int:
    """The process that loads a job: the one that holds its lock."""
    lock = os.stat(folder / "copy.imports" / id_ / "lock")
    for process in loading():
        for handle in Path(f"/proc/{process}/fd").iterdir():
            try:
                found = handle.stat()
            except OSError:
                continue
            if (found.st_dev, found.st_ino) == (lock.st_dev, lock.st_ino):
                return process
    raise AssertionError("no process loads it")


def test_an_import_leaves_its_worker_free_and_outlives_it_and_waiting_ones_fail(
    service: Service, tmp_path: Path
) -> None:
    with service.client() as client:  # one connection, hence one worker
        first, second = submit(client, LARGE), submit(client, SMALL)
        until(lambda: is_(service, first, "running"))
        took = []
        for _ in range(20):
            began = time.monotonic()
            assert client.get("/api/v1/complaints/C001/trace").status_code == 200
            took.append(time.monotonic() - began)
        assert is_(service, first, "running")
        worker = next(int(e["pid"]) for e in service.events() if e.get("route") == "/api/v1/imports")
        os.kill(worker, signal.SIGKILL)
    assert sorted(took)[len(took) // 2] < 0.5
    assert is_(service, first, "running")
    until(lambda: is_(service, second, "failed"), 5)
    assert "stopped" in job(service, second)["problem"]["en"]
    until(lambda: is_(service, first, "done", "failed"), 60)
    assert job(service, first)["report"]["total"]["added"] == 40_000
    with service.client() as client:
        third = submit(client, SMALL)
    until(lambda: is_(service, third, "done"))
    assert not list((tmp_path / "copy.imports").glob("*/upload")), "an upload holds customers' words"


def test_an_import_whose_process_is_killed_has_failed(service: Service, tmp_path: Path) -> None:
    with service.client() as client:
        id_ = submit(client, LARGE)
        until(lambda: is_(service, id_, "running"))
        os.kill(of(service, id_, tmp_path), signal.SIGKILL)
        until(lambda: is_(service, id_, "failed"), 5)
        assert not (tmp_path / "copy.imports" / id_ / "upload").exists() or until(
            lambda: not (tmp_path / "copy.imports" / id_ / "upload").exists(), 5
        )
        again = submit(client, SMALL)
        until(lambda: is_(service, again, "done"))


def test_a_stop_waits_for_the_running_import_and_those_in_line_have_failed(service: Service, tmp_path: Path) -> None:
    with service.client() as client:
        first, second = submit(client, LARGE), submit(client, SMALL)
        until(lambda: is_(service, first, "running"))
    assert service.stop() == 0
    with running(f"sqlite:///{tmp_path / 'copy.db'}", tmp_path / "log2", workers=1) as after:
        assert job(after, first)["state"] == "done"
        assert job(after, first)["report"]["total"]["added"] == 40_000
        assert job(after, second)["state"] == "failed"
    assert not list((tmp_path / "copy.imports").glob("*/upload"))


def test_imports_taken_by_different_workers_run_in_turn_and_are_counted_together(
    service: Service, tmp_path: Path
) -> None:
    submitted: list[str] = []
    refused = 0
    (tmp_path / "copy.imports").mkdir()
    with (tmp_path / "copy.imports" / "turn.lock").open("wb") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)  # as an import that runs holds it
        for _ in range(23):
            with service.client() as client:
                sent = client.post("/api/v1/imports", params={"name": "Product.csv"}, content=SMALL)
            if sent.status_code == 202:
                submitted.append(sent.json()["id"])
            else:
                assert (sent.status_code, sent.json()["code"]) == (429, "too_many_imports")
                refused += 1
        assert (len(submitted), refused) == (20, 3)
        takers = {event["worker"] for event in service.events() if event.get("route") == "/api/v1/imports"}
        assert takers == {"1", "2"}
        time.sleep(1.5)
        assert {job(service, id_)["state"] for id_ in submitted} == {"waiting"}
    until(lambda: sum(is_(service, id_, "done") for id_ in submitted) >= 2)
