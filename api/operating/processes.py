"""Serving with several worker processes that share one listening socket, each holding the framework of the store's revision itself."""

from __future__ import annotations

import gc
import os
import signal
import socket
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from types import FrameType
from typing import NoReturn

import uvicorn
from fastapi import FastAPI

from api.operating.supervisor import Supervisor
from graph.errors import SuYuanError
from graph.settings import Settings

COLLECTED_AFTER = 100_000
"""New objects after which the collector looks for circles; at the usual 700 a request in a hundred waited a quarter of a second."""
GRACE = 30
"""Seconds that running requests are given when a worker stops; a running import is waited for without a limit."""
BACKLOG = 2048
"""Callers that may wait to be accepted."""

SWITCH = 0.001
"""Seconds after which a thread that computes lets another go on (Python: 0.005): one that looked into a file briefly waits that long."""

MakeApplication = Callable[[], FastAPI]


def serve(
    listener: socket.socket, make: MakeApplication, workers: int, chosen: Settings, begun: Callable[[], None]
) -> None:
    """Serve until SIGTERM or SIGINT, then let running requests and the running import end.

    Args:
        listener: a socket that listens; who comes before the workers are up waits.
        make: makes the application, once in each worker.
        workers: how many processes.
        chosen: the settings that say how the log is written.
        begun: called once callers are taken and signals heard.
    """
    with tempfile.TemporaryDirectory(prefix="suyuan-") as counts:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = counts  # read when prometheus_client is first imported, below
        from api import app  # noqa: F401 — imported before the fork: workers share it, and a new one is there at once
        from api.operating.logs import set_up

        set_up("supervisor", chosen.log, chosen.log_level)

        def work(place: int) -> None:
            set_up(str(place), chosen.log, chosen.log_level)
            _work(listener, make)

        Supervisor(work, workers).run(begun)


def warmed(application: FastAPI) -> FastAPI:
    """The application with the framework in memory, so that its first caller does not wait for that."""
    with suppress(SuYuanError):  # where the store is not there yet, the first question says so
        application.state.serving.snapshot()
    return application


def _work(listener: socket.socket, make: MakeApplication) -> None:
    """Answer what comes in on the socket until SIGTERM."""
    server: uvicorn.Server | None = None

    def stop(_: int, __: FrameType | None) -> None:
        if server is None:
            _leave()
        server.should_exit = True

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    sys.setswitchinterval(SWITCH)
    application = make()
    # What a worker holds for good is not looked through again by the collector, and answers make no circles (0036): it may be patient.
    gc.collect()
    gc.freeze()
    gc.set_threshold(COLLECTED_AFTER, *gc.get_threshold()[1:])
    server = uvicorn.Server(
        uvicorn.Config(
            application, log_config=None, access_log=False, server_header=False, backlog=BACKLOG,
            timeout_graceful_shutdown=GRACE,
        )
    )  # fmt: skip
    server.run(sockets=[listener])


def _leave() -> NoReturn:
    os._exit(0)
