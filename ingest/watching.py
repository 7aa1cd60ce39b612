"""Loads what is dropped into a folder, each file once: picked up whole, moved to ``done`` or ``failed`` with a report, resumed after a kill.

DIR/            files and folders of tables are dropped here
DIR/working/    what is being loaded; a run that was killed leaves it here, and the next one loads it again
DIR/done/       what was loaded, with NAME.report.json and, where rows were refused, NAME.rejects.csv
DIR/failed/     what could not be read at all, with NAME.report.json
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from pydantic import BaseModel

from graph.errors import InputError, UsageError
from graph.text import Text
from ingest.report import IngestReport

WORKING, DONE, FAILED = "working", "done", "failed"
UNFINISHED = (".part", ".partial", ".tmp", ".temp", ".filepart", ".crdownload", ".swp")
"""Endings of files that somebody is still writing."""
_LOCK = ".suyuan-watch.lock"
_REPORT, _REJECTS = ".report.json", ".rejects.csv"

Load = Callable[[Path, Path], IngestReport]
"""Loads a file or folder; refused rows go to the second path."""


class FileError(BaseModel):
    """Why a file could not be read at all, and how to mend that."""

    zh: str
    en: str
    mend_zh: str
    mend_en: str


class FileRun(BaseModel):
    """What became of one file or folder: the JSON beside it."""

    file: str
    """Its name as it was dropped."""
    kept_as: str
    """Where it lies now, below the watched folder."""
    status: Literal["done", "failed"]
    resumed: bool
    """Whether a run that was killed had begun with it."""
    size: int
    """Bytes, of a folder all its files together."""
    started_at: str
    finished_at: str
    error: FileError | None = None
    report: IngestReport | None = None

    @property
    def clean(self) -> bool:
        """Whether every row was stored."""
        return self.report is not None and not self.report.total.refused


class Watch:
    """A watched folder.

    Args:
        folder: the folder; what it needs below is created.
        load: loads one file or folder.
        now: gives the present moment, for the reports.

    Raises:
        UsageError: it is no folder that may be written to.
    """

    def __init__(self, folder: Path, load: Load, *, now: Callable[[], str]) -> None:
        self._folder, self._load, self._now = folder, load, now
        if not folder.is_dir():
            raise UsageError(
                Text(f"没有文件夹 {folder}", f"there is no folder {folder}"), Text("请先建立它，或核对路径", "Create it, or check the path")
            )  # fmt: skip
        try:
            for name in (WORKING, DONE, FAILED):
                (folder / name).mkdir(exist_ok=True)
        except OSError as error:
            raise _unwritable(folder, error) from error

    @contextmanager
    def alone(self) -> Iterator[bool]:
        """Keep the folder for this process while the block runs; False when another process has it."""
        try:
            stream = (self._folder / _LOCK).open("w")
        except OSError as error:
            raise _unwritable(self._folder, error) from error
        with stream:
            try:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
                return
            yield True

    def seen(self) -> dict[str, tuple[int, int]]:
        """What is ready to be picked up: name → bytes and time of the last change. Hidden and unfinished files are not."""
        found = {}
        for entry in self._folder.iterdir():
            if (
                entry.name in (WORKING, DONE, FAILED)
                or entry.name.startswith((".", "~$"))
                or entry.name.lower().endswith(UNFINISHED)
            ):
                continue
            found[entry.name] = _state(entry)
        return found

    def once(self, before: dict[str, tuple[int, int]]) -> Iterator[FileRun]:
        """Load what a killed run left, then everything that has not changed since ``before``, in the order of names.

        Args:
            before: what :meth:`seen` said a moment ago: a file that grew since is still being written and is left.

        Raises:
            StoreError: the store cannot be used; what is in hand stays in ``working`` and is loaded by the next run.
        """
        for left in sorted(entry for entry in (self._folder / WORKING).iterdir() if not _is_ours(entry)):
            yield self._run(left, resumed=True)
        now = self.seen()
        for name in sorted(now):
            if before.get(name) != now[name]:
                continue
            taken = self._folder / WORKING / name
            try:
                os.rename(self._folder / name, taken)
            except FileNotFoundError:
                continue  # somebody took it back
            except OSError as error:
                raise _unwritable(self._folder, error) from error
            yield self._run(taken, resumed=False)

    def _run(self, taken: Path, *, resumed: bool) -> FileRun:
        """Load one file or folder and move it on, its report written before."""
        started = self._now()
        size = _state(taken)[0]
        rejects = taken.with_name(taken.name + _REJECTS)
        report, error = None, None
        try:
            report = self._load(taken, rejects)
        except (InputError, UsageError) as refused:
            error = FileError(zh=refused.what.zh, en=refused.what.en, mend_zh=refused.mend.zh, mend_en=refused.mend.en)
        status: Literal["done", "failed"] = "done" if error is None else "failed"
        kept = _free(self._folder / status, taken.name)
        run = FileRun(
            file=taken.name, kept_as=f"{status}/{kept.name}", status=status, resumed=resumed, size=size,
            started_at=started, finished_at=self._now(), error=error, report=report,
        )  # fmt: skip
        _write(kept.with_name(kept.name + _REPORT), run.model_dump_json(indent=2) + "\n")
        if rejects.exists():
            os.replace(rejects, kept.with_name(kept.name + _REJECTS))
        os.rename(taken, kept)
        return run


def exit_code(runs: Sequence[FileRun]) -> int:
    """0: every row of every file was stored; 1: rows were refused or a file could not be read."""
    return 0 if all(run.clean for run in runs) else 1


def _state(entry: Path) -> tuple[int, int]:
    """Bytes and time of the last change; of a folder, of all its files."""
    files = [entry] if not entry.is_dir() else [entry, *(inner for inner in entry.iterdir() if inner.is_file())]
    states = []
    for file in files:
        try:
            states.append(file.stat())
        except FileNotFoundError:  # it went between the two looks
            states.append(os.stat_result((0,) * 10))
    own = states[1:] if entry.is_dir() else states
    return sum(state.st_size for state in own), max(state.st_mtime_ns for state in states)


def _free(folder: Path, name: str) -> Path:
    """A path below a folder that nothing has yet, the name itself if it can be: neither the file nor a report of it is overwritten."""
    stem, dot, suffix = name.partition(".")
    for number in range(1, 1_000_000):
        path = folder / (name if number == 1 else f"{stem}-{number}{dot}{suffix}")
        if not path.exists():
            return path
    raise UsageError(
        Text(f"{folder} 中同名文件过多：{name}", f"too many files named {name} in {folder}"), Text("请清理该文件夹", "Clear that folder out")
    )  # fmt: skip


def _is_ours(entry: Path) -> bool:
    """Whether a file in ``working`` was written by us beside one that is being loaded."""
    return entry.name.endswith(_REJECTS) and entry.with_name(entry.name.removesuffix(_REJECTS)).exists()


def _write(path: Path, text: str) -> None:
    part = path.with_name(f".{path.name}.part")
    with part.open("w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    os.replace(part, path)


def _unwritable(folder: Path, error: OSError) -> UsageError:
    reason = error.strerror or str(error)
    return UsageError(
        Text(f"文件夹 {folder} 不可用：{reason}", f"the folder {folder} cannot be used: {reason}"),
        Text(
            "请检查权限，并让它下面的文件夹在同一磁盘上",
            "Check its permissions, and that the folders below it are on the same disk",
        ),
    )
