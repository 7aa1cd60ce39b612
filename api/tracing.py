"""The trace of every complaint in id order, whole answers or their conclusions, worked out by several processes at once where that pays.

A process of its own reads its share of the complaints and writes their lines; the shares are windows of ids dealt out in turn and
collected in the same turn, so that the lines are the same bytes in the same order however many processes there are.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager, suppress
from itertools import islice
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import NamedTuple

from api.conclusions import HEADINGS, ConclusionTable
from api.context import AsOf, opened
from api.reading import read_cases
from api.serving import Serving
from graph.case import Case
from graph.errors import StoreError, UsageError
from graph.framework import Framework
from graph.records import Revision
from graph.store import Store
from graph.text import Text
from ingest.pipeline import patient_collector
from queries.conclusion import conclude
from queries.parameters import Parameters
from queries.trace import trace

WORTH_A_PROCESS = 1_000
"""Complaints for which it pays to start one more process: starting takes about a second."""
_AHEAD = 2
"""Windows that lie ready for each process, so that none waits for the next."""


class Lines(NamedTuple):
    """The lines of some complaints, one after the other."""

    complaints: int
    text: bytes


class _Task(NamedTuple):
    """What every line is worked out from: all processes share one state of the framework and one set of numbers."""

    store_url: str
    framework: Framework
    revision: Revision
    as_of: str
    parameters: Parameters
    form: str
    """One of :data:`FORMS`."""

    def lines(self, store: Store, ids: list[str] | None) -> Iterator[bytes]:
        """The line of each of some complaints, or of all."""
        line = FORMS[self.form].lines(self)
        with patient_collector():
            for case in read_cases(store, self.framework, ids):
                yield line(case)


Line = Callable[[Case], bytes]


def _answers(task: _Task) -> Line:
    """Whole answers, a line of JSON each."""

    def line(case: Case) -> bytes:
        answer = trace(task.framework, case, revision=task.revision, as_of=task.as_of, parameters=task.parameters)
        return answer.model_dump_json().encode() + b"\n"

    return line


def _conclusions(task: _Task) -> Line:
    """What the answers come to, a row of a table each."""
    table = ConclusionTable(task.framework, task.revision, task.as_of, task.parameters.version)
    return lambda case: table.row(conclude(task.framework, case, as_of=task.as_of, parameters=task.parameters))


class Form(NamedTuple):
    """How the traces are written: what stands before the lines, how a line is made, and how many complaints a process is handed at once."""

    head: bytes
    lines: Callable[[_Task], Line]
    window: int


FORMS: Mapping[str, Form] = {"jsonl": Form(b"", _answers, 100), "csv": Form(HEADINGS, _conclusions, 1_000)}
"""A file name's suffix → what is written to such a file. Many answers at once would take much memory; of rows many share what is read for them."""


def fitting_jobs(complaints: int) -> int:
    """How many processes so many complaints are worth on this machine."""
    return max(1, min(len(os.sched_getaffinity(0)), complaints // WORTH_A_PROCESS))


def trace_lines(
    desk: Serving, store_url: str, as_of: AsOf, version: str | None, jobs: int, form: str = "jsonl"
) -> Generator[Lines, None, None]:
    """The traces of all complaints, in id order.

    Args:
        desk: the questions over the store.
        store_url: where the other processes find the same store.
        as_of: the moment asked about.
        version: of the numbers; None: those in force.
        jobs: how many processes work; 1: this one.
        form: one of :data:`FORMS`.

    Raises:
        UsageError: the version does not exist, or a process was ended from outside. StoreError: the store cannot be read.
    """
    numbers, (revision, framework) = desk.numbers(version), desk.snapshot()
    task = _Task(store_url, framework, revision, as_of.moment, numbers, form)
    if FORMS[form].head:
        yield Lines(0, FORMS[form].head)
    if jobs == 1:
        yield from (Lines(1, line) for line in task.lines(desk.store, None))
        return
    with ExitStack() as stack:
        windows = stack.enter_context(closing(_windows(desk.store, FORMS[form].window)))
        workers = [stack.enter_context(_worker(task)) for _ in range(jobs)]
        turns = [worker for _ in range(_AHEAD) for worker in workers]
        waiting = [worker for worker in turns if _hand_out(worker, windows)]
        while waiting:
            worker = waiting.pop(0)
            yield _collected(worker)
            if _hand_out(worker, windows):
                waiting.append(worker)


def _windows(store: Store, size: int) -> Generator[list[str], None, None]:
    """The ids of all complaints in order, so many at a time."""
    rows = store.nodes("Complaint")
    while window := [row.id for row in islice(rows, size)]:
        yield window


def _hand_out(worker: Connection, windows: Iterator[list[str]]) -> bool:
    """Give a process its next window; False when there is none left."""
    window = next(windows, None)
    if window is not None:
        with suppress(ConnectionError):  # it has ended: what it had to say, if anything, is still to be collected
            worker.send(window)
    return window is not None


def _collected(worker: Connection) -> Lines:
    try:
        found = worker.recv()
    except (EOFError, ConnectionError) as error:
        raise UsageError(
            Text(
                "一个溯源进程被中止了（内存可能不足）",
                "one of the tracing processes was ended (memory may have run out)",
            ),
            Text("请用 --jobs 1 重新运行", "Run again with --jobs 1"),
        ) from error
    if isinstance(found, Lines):
        return found
    raise StoreError(*found)


@contextmanager
def _worker(task: _Task) -> Iterator[Connection]:
    """A process at work and the way to it; it is gone when the block ends."""
    context = get_context("spawn")  # a forked process would share this one's connections to the store
    here, there = context.Pipe()
    process = context.Process(target=_work, args=(task, there), daemon=True)
    process.start()
    there.close()
    try:
        yield here
    finally:
        here.close()
        process.terminate()
        process.join()


def _work(task: _Task, parent: Connection) -> None:
    """What a process does: for every window of ids that comes it sends the lines, or what is wrong with the store."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent is interrupted, too, and ends this process
    try:
        with opened(task.store_url) as store:
            while True:
                ids = parent.recv()
                lines = list(task.lines(store, ids))
                parent.send(Lines(len(lines), b"".join(lines)))
    except StoreError as error:
        parent.send((error.what, error.mend))
    except (EOFError, ConnectionError):
        return  # the parent has what it wants
