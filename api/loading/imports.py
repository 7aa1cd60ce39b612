"""Uploads as jobs: taken down, put in line, each loaded by a process of its own, one at a time for a store, whichever worker took it."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import threading
import uuid
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import IO, Literal

from starlette.concurrency import run_in_threadpool

from api.beside import beside
from api.context import now
from api.files import FULL
from api.loading.jobs import HowToLoad, ImportJob, JobFolder, JobFolders
from graph.errors import DiskFull, UnknownId, UsageError
from graph.text import Text
from graph.values import BadValue, string
from ingest.mapping import shipped

MAX_UPLOAD = 256 * 1024 * 1024
"""Bytes of one upload; larger files go through ``suyuan ingest``."""
MOST_WAITING = 20
"""Jobs of a store that may wait or run; more are refused."""
KEPT = 100
"""Jobs that are kept; older ones are forgotten."""
_ROOT = Path(__file__).resolve().parents[2]
_LOG = logging.getLogger("suyuan.imports")

Refused = Literal["too_large", "too_many"]
"""Why an upload is not even put in line."""


class Imports:
    """The jobs of one store; may be used by many threads and processes at once."""

    def __init__(self, store_url: str) -> None:
        self._url = store_url
        self._folders = JobFolders(beside(store_url, "imports").absolute())
        self._line = ThreadPoolExecutor(max_workers=1, thread_name_prefix="import")
        self._stopping = threading.Event()

    def close(self) -> None:
        """Wait for the running job; those in line end as failed."""
        self._stopping.set()
        self._line.shutdown(wait=True)

    async def submit(self, chunks: AsyncIterator[bytes], how: HowToLoad) -> ImportJob | Refused:
        """Take an upload down and put it in line.

        Raises UsageError for a name that cannot be or an upload without content, UnknownId for a mapping that is not shipped, DiskFull
        where there is no room; nothing is kept then.
        """
        job = ImportJob(
            id=uuid.uuid4().hex, name=_file_name(how.name), state="waiting", dry_run=how.dry_run, submitted_at=now()
        )
        how = how._replace(source=_source(how.source))
        _check_mapping(how.mapping)
        folder, lock, taken = self._folders.of(job.id), None, False
        try:
            lock = await run_in_threadpool(self._begin, job)
            if lock is None:
                return "too_many"
            taken = await _take_down(chunks, folder.upload(job.name))
            if taken:
                self._line.submit(self._run, folder, lock, how)
            return job if taken else "too_large"
        except OSError as error:
            if error.errno not in FULL:
                raise
            raise DiskFull(
                Text("磁盘已满，上传没有收下", "the disk is full, the upload was not taken"), Text("请腾出空间后重新上传", "Make room and upload it again")
            ) from error  # fmt: skip
        finally:
            if not taken:
                folder.remove()
                if lock is not None:
                    lock.close()

    def get(self, id_: str) -> ImportJob:
        """A job as it stands. Raises UnknownId when there is none; one that nobody works on any more has failed."""
        return self._folders.of(id_).read()

    def recent(self, most: int) -> list[ImportJob]:
        """The last jobs, the newest upload first."""
        found = []
        for folder in self._folders.all()[:most]:
            with suppress(UnknownId):  # it was forgotten meanwhile
                found.append(folder.read())
        return sorted(found, key=lambda job: job.submitted_at, reverse=True)

    def rejects(self, id_: str) -> Path:
        """The CSV of refused rows. Raises UnknownId when the job is not there or refused none."""
        folder = self._folders.of(id_)
        folder.read()
        if not folder.rejects.is_file():
            raise UnknownId(f"{id_}/rejects", ())
        return folder.rejects

    def _begin(self, job: ImportJob) -> IO[bytes] | None:
        """Make a job's folder and hold it; None when too many are in line."""
        with self._folders.locked("line"):
            if self._folders.unfinished() >= MOST_WAITING:
                return None
            folder = self._folders.of(job.id)
            folder.upload(job.name).parent.mkdir(parents=True)
            lock = folder.work()
            folder.keep(job)
            return lock

    def _run(self, folder: JobFolder, lock: IO[bytes], how: HowToLoad) -> None:
        """Let a process load an upload, and wait for it. It shares the lock, and so holds it when this process is killed."""
        if not self._stopping.is_set():
            command = [sys.executable, "-m", "api.loading.process"]
            asked = {"store": self._url, "folder": str(folder.path), "how": how._asdict()}
            found = os.pathsep.join(filter(None, (str(_ROOT), os.environ.get("PYTHONPATH"))))
            done = subprocess.run(
                command, input=json.dumps(asked).encode(), pass_fds=[lock.fileno()], env=os.environ | {"PYTHONPATH": found},
                stdout=subprocess.DEVNULL, start_new_session=True, check=False,
            )  # fmt: skip
            if done.returncode:
                _LOG.error("import %s ended with exit code %d", folder.path.name, done.returncode)
        lock.close()
        self._folders.unfinished()  # ends what was left, this job included
        self._folders.forget(KEPT)


async def _take_down(chunks: AsyncIterator[bytes], path: Path) -> bool:
    """Write the bytes of an upload to a file; False as soon as there are too many."""
    size = 0
    with path.open("wb") as file:
        async for chunk in chunks:
            size += len(chunk)
            if size > MAX_UPLOAD:
                return False
            file.write(chunk)
    if not size:
        raise UsageError(
            Text("上传是空的", "the upload is empty"),
            Text("请把文件内容作为请求体发送", "Send the file's bytes as the body"),
        )
    return True


def _file_name(name: str) -> str:
    """A file's own name, which becomes one in a folder of the job; tables are told by it."""
    if not name.isprintable() or "/" in name or "\\" in name or name.startswith(".") or len(name.encode()) > 200:
        raise UsageError(
            Text(f"文件名不可用：{name[:60]!r}", f"not a file name that can be used: {name[:60]!r}"),
            Text("请写不带路径的文件名，例如 Complaint.csv", "Write a name without a path, e.g. Complaint.csv"),
        )
    return name


def _source(source: str | None) -> str | None:
    try:
        return string(source) if source is not None else None
    except BadValue as error:
        raise UsageError(error.reason, Text("请核对 source", "Check `source`")) from None


def _check_mapping(mapping: str | None) -> None:
    if mapping is not None and mapping not in shipped():
        raise UnknownId(mapping, shipped())
