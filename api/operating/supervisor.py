"""Several processes that do the same work: forks them, puts another in the place of one that died, and stops them together.

uvicorn's own supervisor starts its workers by ``spawn``: each imports the whole program again, which on two busy cores takes
longer than the two seconds in which a lost worker must be replaced, and it looks for lost ones twice a second. Here the program is
imported once, before the fork, so that a replacement is there in tens of milliseconds; a signal tells of the loss at once.
"""

from __future__ import annotations

import logging
import os
import select
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from api.trouble import trouble_id

_LOG = logging.getLogger("suyuan.supervisor")
_STOP = (signal.SIGTERM, signal.SIGINT)
_HANDLED = (*_STOP, signal.SIGHUP, signal.SIGCHLD)
BREATH = 1.0
"""Seconds between two starts in the same place: a worker that cannot live is not started in a busy loop."""

Work = Callable[[int], None]
"""What a worker does until it gets SIGTERM; takes its place, from 1 on."""


class Supervisor:
    """Some places, each filled by a worker process; for the main thread of a process that has not started threads of its own."""

    def __init__(self, work: Work, places: int) -> None:
        self._work = work
        self._filled: dict[int, int] = {}
        """Process → place, of those that shall live."""
        self._leaving: set[int] = set()
        """Processes that were asked to stop."""
        self._started = dict.fromkeys(range(1, places + 1), -BREATH)
        self._heard, self._told = socket.socketpair()
        self._alive, self._held = os.pipe()

    def run(self, begun: Callable[[], None]) -> None:
        """Keep every place filled until SIGTERM or SIGINT; returns when the last worker has ended its work.

        ``begun`` is called once signals are heard. A second such signal ends the workers at once. SIGHUP replaces them one by one: the old ones end their work.
        """
        with self._listening():
            try:
                begun()
                self._keep_filled()
            finally:
                self._stop(signal.SIGTERM)
                while self._leaving:
                    if _STOP_NUMBERS & self._signals(None):
                        self._stop(signal.SIGKILL)
                    self._reap()

    def _keep_filled(self) -> None:
        while True:
            missing = set(self._started) - set(self._filled.values())
            wait = None
            for place in sorted(missing):
                due = self._started[place] + BREATH - time.monotonic()
                if due <= 0:
                    self._start(place)
                else:
                    wait = due if wait is None else min(wait, due)
            found = self._signals(wait)
            if _STOP_NUMBERS & found:
                return
            self._reap()
            if signal.SIGHUP in found:
                self._replace()

    def _start(self, place: int) -> None:
        self._started[place] = time.monotonic()
        signal.pthread_sigmask(signal.SIG_BLOCK, _HANDLED)  # a signal between fork and the worker's own handlers waits
        try:
            process = os.fork()
            if process == 0:
                self._be_worker(place)
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _HANDLED)
        self._filled[process] = place
        _LOG.info("worker %d started", place, extra={"worker_pid": process})

    def _be_worker(self, place: int) -> None:
        """The life of a worker; never returns, and runs nothing that the supervisor left to be done at its own end."""
        code = 1
        try:
            signal.set_wakeup_fd(-1)
            self._heard.close()
            self._told.close()
            os.close(self._held)
            for number in _HANDLED:
                signal.signal(number, signal.SIG_IGN if number == signal.SIGHUP else signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _HANDLED)
            threading.Thread(target=self._end_with_supervisor, daemon=True).start()
            self._work(place)
            code = 0
        except Exception as error:  # noqa: BLE001 — the outermost edge of a worker
            debugging = os.environ.get("SUYUAN_DEBUG") == "1"
            _LOG.error(
                "worker %d failed: %s, reference %s", place, type(error).__name__, trouble_id(error), exc_info=debugging
            )
        finally:
            with suppress(OSError, ValueError):
                sys.stderr.flush()
            os._exit(code)

    def _end_with_supervisor(self) -> None:
        """A worker whose supervisor was killed must not keep the port."""
        os.read(self._alive, 1)
        os.kill(os.getpid(), signal.SIGTERM)

    def _replace(self) -> None:
        old = dict(self._filled)
        _LOG.info("workers are replaced")
        for process, place in old.items():
            self._start(place)
            self._leave(process, signal.SIGTERM)

    def _stop(self, how: signal.Signals) -> None:
        for process in [*self._filled, *self._leaving]:
            self._leave(process, how)

    def _leave(self, process: int, how: signal.Signals) -> None:
        self._filled.pop(process, None)
        self._leaving.add(process)
        os.kill(process, how)

    def _reap(self) -> None:
        for process in [*self._filled, *self._leaving]:
            ended, status = os.waitpid(process, os.WNOHANG)
            if not ended:
                continue
            self._leaving.discard(process)
            place = self._filled.pop(process, None)
            if place is not None:
                code = os.waitstatus_to_exitcode(status)
                _LOG.error("worker %d died", place, extra={"worker_pid": process, "exit_code": code})

    # ── signals ───────────────────────────────────────────────────────────────────────────────────
    def _signals(self, seconds: float | None) -> set[int]:
        """The signals that came, after waiting for one; none when the time is up."""
        ready, _, _ = select.select([self._heard], [], [], seconds)
        return set(self._heard.recv(4096)) if ready else set()

    @contextmanager
    def _listening(self) -> Iterator[None]:
        for end in (self._heard, self._told):
            end.setblocking(False)
        handlers = {number: signal.signal(number, lambda *_: None) for number in _HANDLED}
        before = signal.set_wakeup_fd(self._told.fileno(), warn_on_full_buffer=False)
        try:
            yield
        finally:
            signal.set_wakeup_fd(before)
            for number, handler in handlers.items():
                signal.signal(number, handler)


_STOP_NUMBERS = {int(number) for number in _STOP}
