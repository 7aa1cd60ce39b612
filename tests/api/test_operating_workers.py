"""Several workers on one store: whole revisions while somebody writes, no wrong answer and no lost write when a worker is killed."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.api.conftest import ROOT, complaint, write_lines
from tests.api.service import Service, running, until
from tests.api.test_operating_backup import WRITER

AS_OF = {"as_of": "2026-03-31"}
TRACE = "/api/v1/complaints/C001/trace"
LOADS, EACH = 16, 40
PRESENT = 12
"""Complaints of the small world."""

pytestmark = pytest.mark.slow


@pytest.fixture
def store(world: str, tmp_path: Path) -> str:
    shutil.copy(world.removeprefix("sqlite:///"), tmp_path / "copy.db")
    return f"sqlite:///{tmp_path / 'copy.db'}"


@pytest.fixture
def service(store: str, tmp_path: Path) -> Iterator[Service]:
    with running(store, tmp_path / "log") as found:
        yield found


@pytest.fixture(scope="module")
def shared_store(world: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A store for tests that leave its service running and count what they change themselves."""
    folder = tmp_path_factory.mktemp("shared")
    shutil.copy(world.removeprefix("sqlite:///"), folder / "copy.db")
    return f"sqlite:///{folder / 'copy.db'}"


@pytest.fixture(scope="module")
def shared(shared_store: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Its service."""
    with running(shared_store, tmp_path_factory.mktemp("log") / "log") as found:
        yield found


def told(answer: httpx.Response) -> dict[str, Any]:
    """An answer without the revision, which moves with every write."""
    body: dict[str, Any] = answer.json()
    body.pop("revision", None)
    return body


class Readers:
    """Threads that ask until told to stop; what they saw and what went wrong."""

    def __init__(self, count: int, ask: Callable[[httpx.Client], None], service: Service, *, patient: bool) -> None:
        self._ask, self._service, self._patient = ask, service, patient
        self._stop = threading.Event()
        self.done, self.broken = 0, 0
        self.wrong: list[BaseException] = []
        self._threads = [threading.Thread(target=self._read) for _ in range(count)]

    def _read(self) -> None:
        """With ``patient``, a connection that breaks is opened anew: the worker at its other end was killed."""
        while not self._stop.is_set():
            try:
                with self._service.client() as client:
                    while not self._stop.is_set():
                        self._ask(client)
                        self.done += 1
            except httpx.TransportError as error:
                self.broken += 1
                if not self._patient:
                    self.wrong.append(error)
                    return
            except BaseException as error:  # noqa: BLE001 — told to the test, whose thread this is not
                self.wrong.append(error)
                return

    def __enter__(self) -> Readers:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()


@contextmanager
def writing(store: str, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process that loads batch after batch of complaints into a store."""
    (folder / "batches").mkdir()
    for batch in range(LOADS):
        lines = [line for n in range(EACH) for line in complaint(f"W{batch:03}-{n:02}", "K-fee")]
        write_lines(folder / "batches" / f"{batch:03}.jsonl", lines)
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, store, str(folder / "batches"), str(folder / "written")], cwd=ROOT
    )
    yield writer
    assert writer.wait(timeout=120) == 0


# ── while somebody writes ───────────────────────────────────────────────────────────────────────────
def test_readers_see_whole_revisions_only_and_every_worker_the_new_one_within_a_second(
    service: Service, store: str, tmp_path: Path
) -> None:
    with service.client() as client:
        answer = told(client.get(TRACE, params=AS_OF))
    seen: set[tuple[int, int]] = set()

    def ask(client: httpx.Client) -> None:
        page = client.get("/api/v1/complaints", params={"limit": 1000})
        assert page.status_code == 200, page.text
        facts = int(page.headers["etag"].split(".")[1])
        seen.add((facts, len(page.json()["complaints"])))
        assert told(client.get(TRACE, params=AS_OF)) == answer

    with writing(store, tmp_path) as writer, Readers(4, ask, service, patient=False) as readers:
        writer.wait(timeout=120)
    ended = time.monotonic()
    final = (tmp_path / "written").read_text().splitlines()[-1].split()[2]
    with_new: set[str] = set()
    while len(with_new) < 2:
        with service.client() as client:
            page = client.get(
                "/api/v1/complaints", params={"limit": 1}, headers={"X-Request-ID": f"after-{time.monotonic_ns()}"}
            )
        assert page.headers["etag"].split(".")[1] == final
        until(lambda page=page: page.headers["x-request-id"] in service.log.read_text())  # type: ignore[misc]
        with_new |= {e["worker"] for e in service.events() if e["request_id"] == page.headers["x-request-id"]}
        assert time.monotonic() - ended < 5, "only one worker answered"
    assert readers.wrong == []
    counts = {int(line.split()[2]): int(line.split()[3]) for line in (tmp_path / "written").read_text().splitlines()}
    first = min(counts) - 1
    for facts, count in seen:
        assert (count - PRESENT) % EACH == 0, "a part of a batch was seen"
        assert count >= counts.get(facts, PRESENT if facts <= first else 0), "an answer older than its tag"
    assert len({count for _, count in seen}) > 3, "the readers saw hardly any of the writer's revisions"


def test_two_services_on_one_store_see_each_others_writes(shared: Service, shared_store: str, tmp_path: Path) -> None:
    with running(shared_store, tmp_path / "log2", workers=1) as other, shared.client() as one, other.client() as two:
        for number, (here, there) in enumerate(((one, two), (two, one))):
            given = here.post(f"/api/v1/complaints/C00{number + 2}/verdict", json={"confirm": True}, params=AS_OF)
            assert given.status_code == 201, given.text
            tag = here.get("/api/v1/complaints", params={"limit": 1}).headers["etag"]
            until(
                lambda there=there, tag=tag: (
                    there.get("/api/v1/complaints", params={"limit": 1}).headers["etag"] == tag
                ),
                1,
            )  # type: ignore[misc]


# ── kill -9 ─────────────────────────────────────────────────────────────────────────────────────────
def test_a_killed_worker_costs_no_wrong_answer_and_no_lost_write_and_is_back_within_two_seconds(
    shared: Service, shared_store: str, suyuan: Any
) -> None:
    with shared.client() as client:
        answer = told(client.get(TRACE, params=AS_OF))
    confirmed: list[tuple[str, str]] = []
    ids = iter([f"C{number:03}" for number in range(2, 11)] * 100)
    lock = threading.Lock()

    def ask(client: httpx.Client) -> None:
        found = client.get(TRACE, params=AS_OF)
        assert found.status_code == 200, found.text
        assert told(found) == answer

    def decide(client: httpx.Client) -> None:
        with lock:
            id_ = next(ids)
        reason = f"{id_} {time.monotonic_ns()}"
        given = client.post(
            f"/api/v1/complaints/{id_}/verdict", json={"control_point": "CP37", "reason": reason}, params=AS_OF
        )
        assert given.status_code in (200, 201), given.text
        if given.status_code == 201:
            confirmed.append((given.json()["verdict"], reason))

    times = []
    with Readers(4, ask, shared, patient=True) as readers, Readers(2, decide, shared, patient=True) as deciders:
        for victim in (0, 1, 0):
            until(lambda: readers.done > 0)
            before = shared.workers
            os.kill(before[victim], signal.SIGKILL)
            times.append(
                until(lambda before=before, victim=victim: len(set(shared.workers) - {before[victim]}) == 2, 2)
            )  # type: ignore[misc]
            with shared.client() as client:
                assert client.get("/ready").status_code == 200
            time.sleep(1.1)
    assert readers.wrong == deciders.wrong == []
    assert max(times) < 2
    assert readers.done > 20
    assert len(confirmed) > 5
    stored = {verdict["id"] if "id" in verdict else verdict["verdict"] for verdict in suyuan("verdicts", "--json", store=shared_store).json["verdicts"]}  # fmt: skip
    assert {verdict for verdict, _ in confirmed} <= stored
    assert suyuan("doctor", store=shared_store).code == 0
    assert sum(event["message"].endswith("died") for event in shared.events()) >= 3


def test_a_new_worker_answers_with_what_it_never_read_before(shared: Service) -> None:
    """A shared with one worker is back as well, and waits for callers meanwhile: the listening socket is the supervisor's."""
    with running_alone(shared) as alone:
        took = []
        for _ in range(3):  # the best of three: other tests share the processors
            (only,) = alone.workers
            os.kill(only, signal.SIGKILL)
            began = time.monotonic()
            with alone.client() as client:
                assert client.get(TRACE, params=AS_OF).status_code == 200
            took.append(time.monotonic() - began)
            time.sleep(1)
        assert min(took) < 2


@contextmanager
def running_alone(service: Service) -> Iterator[Service]:
    """A service with a single worker over the same store."""
    command = Path(f"/proc/{service.process.pid}/cmdline").read_bytes().decode().split("\0")
    with running(command[command.index("--store") + 1], service.log.with_name("alone"), workers=1) as found:
        yield found


def test_workers_go_with_a_supervisor_that_was_killed(service: Service) -> None:
    workers = service.workers
    service.process.kill()
    service.process.wait()
    until(lambda: not any(Path(f"/proc/{worker}").exists() for worker in workers), 5)
    with pytest.raises(httpx.ConnectError), service.client() as client:
        client.get("/health")


# ── stopping and replacing ──────────────────────────────────────────────────────────────────────────
def _slowly(content: bytes, midway: Callable[[], None]) -> Iterator[bytes]:
    half = len(content) // 2
    yield content[:half]
    time.sleep(0.3)
    midway()
    time.sleep(0.5)
    yield content[half:]


def test_a_stop_lets_the_running_request_end_and_takes_no_new_one(service: Service) -> None:
    rows = "id,name\nX1,甲\n".encode()
    with service.client() as client:
        sent = client.post(
            "/api/v1/imports", params={"name": "Product.csv"},
            content=_slowly(rows, lambda: service.process.send_signal(signal.SIGTERM)),
        )  # fmt: skip
    assert sent.status_code == 202, sent.text
    assert service.process.wait(timeout=30) == 0
    assert "Stopped." in service.log.read_text()
    with pytest.raises(httpx.ConnectError), service.client() as client:
        client.get("/health")


def test_hup_replaces_every_worker_and_fails_no_request(shared: Service) -> None:
    before = set(shared.workers)
    asked = {"n": 0}

    def ask(client: httpx.Client) -> None:
        with shared.client() as fresh:  # a kept connection may be closed by a worker that leaves, as HTTP allows
            assert fresh.get("/ready").status_code == 200
        asked["n"] += 1

    with Readers(2, ask, shared, patient=False) as readers:
        until(lambda: asked["n"] > 3)
        shared.process.send_signal(signal.SIGHUP)
        until(lambda: len(shared.workers) == 2 and not before & set(shared.workers))
        time.sleep(0.3)
    assert readers.wrong == []


# ── what is told of it ──────────────────────────────────────────────────────────────────────────────
def test_any_worker_tells_the_counts_of_all_also_of_one_that_is_gone(shared: Service) -> None:
    route = re.escape(
        'suyuan_http_requests_total{method="GET",route="/api/v1/complaints/{id:path}/trace",status="200"}'
    )

    def counted() -> set[int]:
        found = set()
        for _ in range(6):
            with shared.client() as client:
                found.add(int(float(re.search(route + r" (\S+)", client.get("/metrics").text)[1])))  # type: ignore[index]
        return found

    with shared.client() as client:
        assert client.get(TRACE, params=AS_OF).status_code == 200
    (before,) = counted()
    for _ in range(20):
        with shared.client() as client:
            assert client.get(TRACE, params=AS_OF).status_code == 200
    workers = {event["worker"] for event in shared.events() if event.get("route", "").endswith("/trace")}
    assert workers == {"1", "2"}
    assert counted() == {before + 20}
    os.kill(shared.workers[0], signal.SIGKILL)
    until(lambda: len(shared.workers) == 2)
    assert counted() == {before + 20}


def test_the_log_tells_requests_and_nothing_of_what_they_were_about(shared: Service) -> None:
    secrets = ["13800138000", "C001", "多扣了", "WORDS-OF-A-CUSTOMER", "nowhere-4711"]
    with shared.client(headers={"User-Agent": "WORDS-OF-A-CUSTOMER"}) as client:
        ids = [
            client.get(address, params=query, headers={"X-Request-ID": sent}).headers["x-request-id"]
            for sent, address, query in (
                ("mine-1", TRACE, AS_OF),
                ("mine-2", "/api/v1/complaints", {"text": "13800138000 多扣了"}),
                ("mine-3", "/api/v1/nowhere-4711", {}),
                ("a b\x7f", "/api/v1/complaints/WORDS-OF-A-CUSTOMER/trace", {}),
                ("x" * 65, "/api/v1/breakpoints", {"nowhere-4711": "13800138000"}),
            )
        ]
        ids.append(client.post("/api/v1/trace", json={"text": "多扣了 13800138000"}).headers["x-request-id"])
    assert ids[:3] == ["mine-1", "mine-2", "mine-3"]
    assert all(re.fullmatch(r"[0-9a-f]{32}", made) for made in ids[3:])
    until(lambda: all(made in shared.log.read_text() for made in ids))
    lines = shared.log.read_text(encoding="utf-8")
    assert [word for word in secrets if word in lines] == []
    events = {event["request_id"]: event for event in shared.events() if event["logger"] == "suyuan.access"}
    assert [events[made]["status"] for made in ids] == [200, 200, 404, 404, 422, events[ids[5]]["status"]]
    assert events["mine-1"]["route"] == "/api/v1/complaints/{id:path}/trace"
    assert {"method", "route", "status", "ms", "principal", "worker", "pid", "time", "level"} <= events["mine-1"].keys()


def test_the_log_can_be_text_and_quieter(store: str, tmp_path: Path) -> None:
    with running(store, tmp_path / "log3", workers=1, SUYUAN_LOG="text", SUYUAN_LOG_LEVEL="warning") as quiet:
        with quiet.client() as client:
            client.get(TRACE)
        os.kill(quiet.workers[0], signal.SIGKILL)
        until(lambda: "died" in quiet.log.read_text(), 60)
        assert quiet.events() == []
        assert "GET" not in quiet.log.read_text()


def test_an_answer_does_not_wait_for_the_acknowledgement_of_its_head(shared: Service) -> None:
    """With Nagle's algorithm left on, every answer on a kept connection takes 40 ms, whatever it is."""
    took = []
    with shared.client() as client:
        for _ in range(40):
            began = time.perf_counter()
            assert client.get("/health").status_code == 200
            took.append(time.perf_counter() - began)
    assert min(took) < 0.03
