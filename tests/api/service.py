"""The service as an operator runs it: a supervisor and its workers as real processes, on a free port."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx

from tests.api.conftest import ROOT


class Service:
    """A running service."""

    def __init__(self, process: subprocess.Popen[bytes], url: str, log: Path) -> None:
        self.process, self.url, self.log = process, url, log

    @property
    def workers(self) -> list[int]:
        """The processes of the workers that are there now."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(word) for word in children.read_text().split()]

    def client(self, **options: Any) -> httpx.Client:
        """A client; each has connections of its own, so that several reach several workers."""
        return httpx.Client(base_url=self.url, timeout=60, **options)

    def events(self) -> list[dict[str, Any]]:
        """The log so far."""
        return [json.loads(line) for line in self.log.read_text(encoding="utf-8").splitlines() if line.startswith("{")]

    def stop(self) -> int:
        """SIGTERM; the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=60)


@contextmanager
def running(store: str, log: Path, *options: str, workers: int = 2, **environment: str) -> Iterator[Service]:
    """The service over a store until the block ends, ready when it begins."""
    command = [sys.executable, "-m", "api", "serve", "--port", "0", "--workers", str(workers), *options]
    clean = {name: value for name, value in os.environ.items() if not name.startswith("SUYUAN_")}
    with log.open("wb") as errors:
        process = subprocess.Popen(
            [*command, "--store", store, "--lang", "en"], cwd=ROOT, stderr=errors, env=clean | environment
        )
    try:
        until(lambda: "http://" in log.read_text(encoding="utf-8"), 60)
        line = log.read_text(encoding="utf-8").splitlines()[0]
        url = line[line.index("http://") :].split(" ")[0].removesuffix("/api/v1").rstrip("/")
        service = Service(process, url, log)
        until(lambda: len(service.workers) == workers, 60)
        with service.client() as client:
            assert client.get("/ready").status_code == 200
        yield service
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=20)
            process.kill()
        process.wait()


def until(holds: Callable[[], bool], seconds: float = 20) -> float:
    """Wait until something holds; the seconds it took. Fails when it does not in time."""
    began = time.monotonic()
    while not holds():
        assert time.monotonic() - began < seconds, "it did not come about in time"
        time.sleep(0.01)
    return time.monotonic() - began
