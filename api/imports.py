"""Uploads as jobs: each has a folder beside the store, so that any worker process can tell how far it is, and a thread of its own turn.

One job at a time a process, in the order of arrival; the upload is deleted when its job ends, for it holds customers' words.
"""

from __future__ import annotations

import os
import re
import shutil
import threading
import uuid
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from api.beside import beside
from api.context import now, read_as_of
from api.files import replacing
from api.serving import Serving
from api.trouble import trouble_id
from api.workbook_import import import_workbook
from api.workbook_reading import is_list_workbook
from graph.errors import SuYuanError, UnknownId, UsageError
from graph.subgraph import Label
from graph.text import Text
from graph.values import BadValue, string
from ingest.mapping import shipped
from ingest.report import IngestReport
from ingest.run import ingest_paths

MAX_UPLOAD = 256 * 1024 * 1024
"""Bytes of one upload; larger files go through ``suyuan ingest``."""
MOST_WAITING = 20
"""Jobs that may wait in one process; more are refused."""
KEPT = 100
"""Finished jobs that are kept; older ones are forgotten."""
_ID = re.compile(r"[0-9a-f]{32}\Z")
_STATE, _REJECTS = "job.json", "rejects.csv"


class HowToLoad(NamedTuple):
    """How an upload is loaded: whose word it is, by which shipped mapping, and whether at all."""

    name: str
    source: str | None = None
    mapping: str | None = None
    replace: bool = False
    dry_run: bool = False


class ImportJob(BaseModel):
    """An upload and what became of it; ``report`` when it is done, ``problem`` when it failed."""

    model_config = ConfigDict(frozen=True)
    id: str
    name: str
    state: Literal["waiting", "running", "done", "failed"]
    rows: int = Field(default=0, description="已读行数 · Rows read so far")
    dry_run: bool
    submitted_at: str
    ended_at: str | None = None
    report: IngestReport | None = None
    rejects: bool = Field(default=False, description="是否有拒收行可下载 · Whether there are refused rows to download")
    problem: Label | None = None
    mend: Label | None = None
    process: int = Field(default=0, description="处理它的进程 · The process that works on it")


Refused = Literal["too_large", "too_many"]
"""Why an upload is not even put in line."""


class Imports:
    """The jobs of one store; may be used by many threads and processes at once."""

    def __init__(self, store_url: str, desk: Serving) -> None:
        self._folder = beside(store_url, "imports")
        self._desk = desk
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="import")
        self._lock = threading.Lock()
        self._waiting = 0

    def close(self) -> None:
        """Finish the running job and leave the waiting ones, which then count as failed."""
        self._worker.shutdown(wait=True, cancel_futures=True)

    async def submit(self, chunks: AsyncIterator[bytes], how: HowToLoad) -> ImportJob | Refused:
        """Take an upload down and put it in line.

        Raises UsageError for a name that cannot be or an upload without content, UnknownId for a mapping that is not shipped; nothing
        is kept then.
        """
        name, how = _file_name(how.name), how._replace(source=_source(how.source))
        _check_mapping(how.mapping)
        with self._lock:
            if self._waiting >= MOST_WAITING:
                return "too_many"
            self._waiting += 1
        job = ImportJob(
            id=uuid.uuid4().hex,
            name=name,
            state="waiting",
            dry_run=how.dry_run,
            submitted_at=now(),
            process=os.getpid(),
        )
        folder, taken = self._folder / job.id, False
        try:
            (folder / "upload").mkdir(parents=True)
            taken = await _take_down(chunks, folder / "upload" / name)
            if taken:
                self._keep(job)
                self._worker.submit(self._run, job, how)
            return job if taken else "too_large"
        finally:
            if not taken:
                self._done_waiting()
                shutil.rmtree(folder, ignore_errors=True)

    def get(self, id_: str) -> ImportJob:
        """A job as it stands. Raises UnknownId when there is none; one whose process is gone has failed."""
        if not _ID.match(id_):
            raise UnknownId(id_, ())
        try:
            job = ImportJob.model_validate_json((self._folder / id_ / _STATE).read_bytes())
        except (OSError, ValueError):
            raise UnknownId(id_, ()) from None
        if job.state in ("waiting", "running") and not _alive(job.process):
            return job.model_copy(
                update=_failure(
                    Text("处理它的进程已经停止", "the process that worked on it has stopped"),
                    Text("请重新上传", "Upload it again"),
                )
            )
        return job

    def rejects(self, id_: str) -> Path:
        """The CSV of refused rows. Raises UnknownId when the job is not there or refused none."""
        path = self._folder / self.get(id_).id / _REJECTS
        if not path.is_file():
            raise UnknownId(f"{id_}/rejects", ())
        return path

    def _run(self, job: ImportJob, how: HowToLoad) -> None:
        self._done_waiting()
        folder = self._folder / job.id
        try:
            job = self._keep(job.model_copy(update={"state": "running"}))
            report = self._load(job, how, folder)
            done = {
                "state": "done",
                "report": report,
                "rows": report.total.read,
                "rejects": (folder / _REJECTS).is_file(),
            }
        except SuYuanError as error:
            done = _failure(error.what, error.mend)
        except Exception as error:  # noqa: BLE001 — the outermost edge of a job: whoever waits for it must learn that it ended
            reference = trouble_id(error)
            done = _failure(
                Text("服务器内部错误", "internal error"),
                Text(f"请把编号 {reference} 告诉管理员", f"Tell the administrator the reference {reference}"),
            )
        shutil.rmtree(folder / "upload", ignore_errors=True)
        self._keep(job.model_copy(update={**done, "ended_at": now()}))
        self._forget_old()

    def _load(self, job: ImportJob, how: HowToLoad, folder: Path) -> IngestReport:
        path, rejects = folder / "upload" / job.name, folder / _REJECTS
        if is_list_workbook(path):
            return import_workbook(self._desk, path, read_as_of(None), now(), dry_run=how.dry_run, rejects=rejects)

        def advance(rows: int) -> None:
            self._keep(job.model_copy(update={"rows": rows}))

        return ingest_paths(
            self._desk.store, [path], source=how.source, mapping=Path(how.mapping) if how.mapping is not None else None,
            replace=how.replace, dry_run=how.dry_run, rejects=rejects, progress=advance, at=now(),
        )  # fmt: skip

    def _keep(self, job: ImportJob) -> ImportJob:
        with replacing(self._folder / job.id / _STATE) as file:
            file.write(job.model_dump_json().encode())
        return job

    def _done_waiting(self) -> None:
        with self._lock:
            self._waiting -= 1

    def _forget_old(self) -> None:
        with suppress(OSError):
            folders = sorted(
                (entry for entry in self._folder.iterdir() if _ID.match(entry.name)),
                key=lambda entry: entry.stat().st_mtime,
            )
            for folder in folders[:-KEPT]:
                shutil.rmtree(folder, ignore_errors=True)


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


def _failure(what: Text, mend: Text) -> dict[str, object]:
    return {"state": "failed", "problem": Label(**what.as_dict()), "mend": Label(**mend.as_dict())}


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
