"""Feeds of files: a watched folder that is loaded as files come in, and standard input."""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from pydantic import BaseModel

from api.context import Invocation, now
from api.terminal import output
from graph.errors import UsageError
from graph.settings import settings
from graph.text import Lang, Text
from ingest.mapping import MappingFile
from ingest.report import IngestReport
from ingest.run import ingest_paths
from ingest.watching import FileRun, Load, Watch, exit_code

SETTLED = 1.0
"""Seconds in which a file must not have changed before it is picked up."""
STANDARD_INPUT = Path("-")


class Feed(NamedTuple):
    """A watched folder and how its files are read."""

    folder: Path
    source: str | None
    mapping: Path | None
    encoding: str | None
    replace: bool


class WatchAnswer(BaseModel):
    """What became of every file of one look at a folder."""

    files: list[FileRun]


@contextmanager
def input_paths(paths: Sequence[Path] | None) -> Iterator[list[Path]]:
    """The paths to load; standard input becomes a file ``stdin`` while the block runs.

    Raises:
        UsageError: none is given, or standard input together with others.
    """
    if not paths:
        raise UsageError(
            Text("缺少要装入的文件或文件夹", "no file or folder to load is named"),
            Text("例：suyuan ingest DIR；或 suyuan ingest --watch DIR", "E.g. suyuan ingest DIR, or suyuan ingest --watch DIR"),
        )  # fmt: skip
    if STANDARD_INPUT not in paths:
        yield list(paths)
        return
    if len(paths) > 1:
        raise UsageError(
            Text("标准输入（-）须单独装入", "standard input (-) is loaded on its own"), Text("请去掉其他路径", "Leave the other paths out")
        )  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        taken = Path(folder) / "stdin"
        with taken.open("wb") as stream:
            shutil.copyfileobj(sys.stdin.buffer, stream)
        yield [taken]


def keep_watch(call: Invocation, feed: Feed, *, every: float | None, as_json: bool) -> int:
    """Load what is in a folder, and go on with what comes in.

    Args:
        call: the store and the language.
        feed: the folder and how its files are read.
        every: seconds between two looks; None: one look, then the exit code.
        as_json: print what became of the files as JSON, an object for each look that found any.

    Returns:
        0: every row was stored, or another process is at work there · 1: rows were refused or a file could not be read.

    Raises:
        UsageError: the folder cannot be used. InputError: the mapping is wrong: no file is touched.
        StoreError: the store cannot be used; what was in hand is loaded by the next run.
    """
    if feed.mapping is not None:
        MappingFile(feed.mapping)
    settings().mask_secret()
    watch = Watch(feed.folder, _loader(call, feed), now=now)
    code = 0
    with watch.alone() as mine:
        if not mine:
            output.say(
                Text("另一个进程正在处理该文件夹。", "Another process is at work in that folder.").in_(call.lang)
            )
            return 0
        while True:
            before = watch.seen()
            time.sleep(SETTLED if before else 0)
            runs = []
            for run in watch.once(before):
                runs.append(run)
                _tell(run, call.lang)
            if as_json and (runs or every is None):
                output.print_json(WatchAnswer(files=runs))
            code = max(code, exit_code(runs))
            if every is None:
                return code
            time.sleep(every)


def _loader(call: Invocation, feed: Feed) -> Load:
    """Loads one file of a feed; what comes through one folder is one source, whatever the files are called."""
    source = feed.source or feed.folder.resolve().name

    def load(path: Path, rejects: Path) -> IngestReport:
        with call.store() as store:
            return ingest_paths(
                store, [path], source=source, mapping=feed.mapping, encoding=feed.encoding, replace=feed.replace, rejects=rejects, at=now(),
            )  # fmt: skip

    return load


def _tell(run: FileRun, lang: Lang) -> None:
    """A line on what became of a file."""
    if run.report is not None:
        total = run.report.total
        said = Text(
            f"{run.file}：读入 {total.read}，拒绝 {total.refused} → {run.kept_as}",
            f"{run.file}: {total.read} read, {total.refused} refused → {run.kept_as}",
        )
    else:
        assert run.error is not None
        said = Text(f"{run.file}：{run.error.zh} → {run.kept_as}", f"{run.file}: {run.error.en} → {run.kept_as}")
    output.say(said.in_(lang))
