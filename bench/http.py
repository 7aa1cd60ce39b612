"""The service under load: traces, the list and maps asked by 1, 8 and 32 clients, beside a FastAPI route that does nothing.

Both are served by the program's own supervisor with as many workers as there are cores, at the same time, and asked in turn.
"""

from __future__ import annotations

import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

from bench import world
from bench.http_load import Load, loaded, loader
from bench.kept import kept
from bench.measure import Figure, median
from bench.plan import Plan
from graph.stores import open_store

SHORT, FULL = 100_000, 100_000
CLIENTS = (1, 8, 32)
AIMED_AT = 8
RATIO, RATE = 4.0, 300.0
SECONDS, WARMING = 2.0, 5.0
ASKED = 1000
"""Different complaints that are traced."""
_URL = re.compile(r"http://127\.0\.0\.1:\d+")


class Question(NamedTuple):
    """What is asked, of which of the two services, under which addresses in turn."""

    name: str
    service: str
    addresses: list[str]


def run(plan: Plan) -> list[Figure]:
    """Latencies and rates of every question at every number of clients."""
    shape = world.Shape(plan.largest(SHORT, FULL), plan.seed)
    source = kept(shape).folder
    workers = os.cpu_count() or 1
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        shutil.copytree(source, folder, dirs_exist_ok=True)  # the service writes beside its store
        store = f"sqlite:///{folder / 'world.db'}"
        urls = {
            "suyuan": stack.enter_context(
                _served(
                    ["-m", "api", "serve", "--port", "0", "--workers", str(workers), "--store", store, "--lang", "en"]
                )
            ),
            "empty": stack.enter_context(_served(["-m", "bench.http_empty", str(workers)])),
        }
        questions = _questions(store, plan.seed)
        found = _measured(urls, questions, folder, plan.rounds(2, 5))
    return _figures(found, shape.complaints, workers)


def _questions(store_url: str, seed: int) -> list[Question]:
    store = open_store(store_url)
    ids = [row.id for row in store.nodes("Complaint")]
    campaigns = [row.id for row in store.nodes("Campaign")]
    store.close()
    chance = random.Random(seed)
    return [
        Question("a route that does nothing", "empty", ["/nothing"]),
        Question("trace", "suyuan", [f"/api/v1/complaints/{id_}/trace" for id_ in chance.sample(ids, ASKED)]),
        Question("list, first 100", "suyuan", ["/api/v1/breakpoints?limit=100"]),
        Question("map of a campaign", "suyuan", [f"/api/v1/maps?campaign={id_}" for id_ in chance.sample(campaigns, 50)]),
    ]  # fmt: skip


def _measured(
    urls: dict[str, str], questions: list[Question], folder: Path, rounds: int
) -> dict[tuple[str, int], list[Load]]:
    """Every question at every number of clients, round after round, so that a machine that drifts slows all."""
    for question in questions:  # what is worked out once, such as the subjects of complaints, is worked out before
        loaded(urls[question.service], question.addresses, AIMED_AT, WARMING, folder)
    found: dict[tuple[str, int], list[Load]] = {}
    for _ in range(rounds):
        for clients in CLIENTS:
            for question in questions:
                one = loaded(urls[question.service], question.addresses, clients, SECONDS, folder)
                assert not one.errors, f"{question.name}: {one.errors} requests failed"
                found.setdefault((question.name, clients), []).append(one)
    return found


def _figures(found: dict[tuple[str, int], list[Load]], complaints: int, workers: int) -> list[Figure]:
    def middle(name: str, clients: int) -> Load:
        loads = found[name, clients]
        return Load(*(median([getattr(load, part) for load in loads]) for part in Load._fields))

    names = list(dict.fromkeys(name for name, _ in found))
    empty = names[0]
    share = max(load.client_cpu for loads in found.values() for load in loads)
    about = {"workers": workers, "complaints": f"{complaints:,}", "load from": loader(), "processor share of the client at most": f"{share:.0%}"}  # fmt: skip
    figures = []
    for name in names[1:]:
        for clients in CLIENTS:
            ours, rival = middle(name, clients), middle(empty, clients)
            detail = {
                "p50/p99 ms": f"{ours.p50:.1f}/{ours.p99:.1f}", "requests/s": f"{ours.rate:.0f}",
                "empty p50/p99 ms": f"{rival.p50:.1f}/{rival.p99:.1f}", "empty requests/s": f"{rival.rate:.0f}",
            }  # fmt: skip
            aimed = name == "trace" and clients == AIMED_AT
            ratio = ours.p99 / rival.p99
            figures.append(
                Figure("http", f"{name}, {clients} clients, p99", ratio, "×", f"{empty}: p99", f"≤ {RATIO:g}" if aimed else "",
                       ratio <= RATIO if aimed else None, detail | about if aimed else detail)
            )  # fmt: skip
            if aimed:
                figures.append(Figure("http", f"traces a second, {clients} clients", ours.rate, "/s", "", f"≥ {RATE:g}", ours.rate >= RATE))  # fmt: skip
    return figures


@contextmanager
def _served(words: list[str]) -> Iterator[str]:
    """A service as a process, until the block ends; its address."""
    environment = os.environ | {"SUYUAN_LOG": "json", "SUYUAN_RATE_LIMIT": ""}
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen([sys.executable, *words], stderr=log, env=environment)
        try:
            yield _address(process, log.fileno())
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait()


def _address(process: subprocess.Popen[bytes], log: int) -> str:
    while process.poll() is None:
        found = _URL.search(os.pread(log, 4096, 0).decode())
        if found is not None:
            return found[0]
    raise RuntimeError(os.pread(log, 4096, 0).decode())
