"""One upload as a folder that every process can read: what it is, how far it is, its refused rows, and whether anybody still works on it.

Who works on a job holds a lock on a file in its folder. The kernel lets go of it when the last process that holds it ends, be it by
``kill -9``: then nobody works on the job any more, whatever its state says and whoever has the process's number by now.
"""

from __future__ import annotations

import fcntl
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from api.files import replacing
from graph.errors import UnknownId
from graph.subgraph import Label
from graph.text import Text
from ingest.report import IngestReport

_ID = re.compile(r"[0-9a-f]{32}\Z")
_STATE, _REJECTS, _LOCK = "job.json", "rejects.csv", "lock"
_STOPPED = (
    Text("处理它的进程已经停止", "the process that worked on it has stopped"),
    Text("请重新上传", "Upload it again"),
)


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

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.state in ("done", "failed")


class JobFolder:
    """The folder of one job."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.rejects = path / _REJECTS

    def upload(self, name: str) -> Path:
        """Where the bytes of the upload lie until the job ends."""
        return self.path / "upload" / name

    def work(self) -> IO[bytes]:
        """The lock of who works on the job, held until this file and its copies in other processes are closed."""
        file = (self.path / _LOCK).open("wb")
        fcntl.flock(file, fcntl.LOCK_EX)
        return file

    def keep(self, job: ImportJob) -> ImportJob:
        """Write down how far it is."""
        with replacing(self.path / _STATE) as file:
            file.write(job.model_dump_json().encode())
        return job

    def end(self, job: ImportJob) -> None:
        """Write down that it ended, and delete the upload, which holds customers' words."""
        shutil.rmtree(self.path / "upload", ignore_errors=True)
        self.keep(job)

    def remove(self) -> None:
        """Forget the job and everything of it."""
        shutil.rmtree(self.path, ignore_errors=True)

    @property
    def holds_upload(self) -> bool:
        """Whether the bytes are still there, as they are until the job ends."""
        return (self.path / "upload").exists()

    def read(self) -> ImportJob:
        """The job as it stands; one that nobody works on any more has failed. Raises UnknownId when there is none."""
        job = self._written()
        if job.ended or self._worked_on():
            return job
        job = self._written()  # it may have ended between the two looks
        return job if job.ended else failed(job, *_STOPPED)

    def _written(self) -> ImportJob:
        try:
            return ImportJob.model_validate_json((self.path / _STATE).read_bytes())
        except (OSError, ValueError):
            raise UnknownId(self.path.name, ()) from None

    def _worked_on(self) -> bool:
        try:
            with (self.path / _LOCK).open("rb") as file:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        except OSError:
            return False
        return False


class JobFolders:
    """The folders of all jobs of one store."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def of(self, id_: str) -> JobFolder:
        """The folder of a job. Raises UnknownId for what is no id of one."""
        if not _ID.match(id_):
            raise UnknownId(id_, ())
        return JobFolder(self.path / id_)

    def all(self) -> list[JobFolder]:
        """Every job's folder, the one last worked on first."""
        found: list[tuple[float, str]] = []
        with suppress(FileNotFoundError):
            for entry in self.path.iterdir():
                with suppress(FileNotFoundError):
                    if _ID.match(entry.name):
                        found.append((entry.stat().st_mtime, entry.name))
        return [JobFolder(self.path / name) for _, name in sorted(found, reverse=True)]

    def unfinished(self) -> int:
        """How many jobs somebody works on; those that were left are ended first."""
        count = 0
        for folder in self.all():
            if not folder.holds_upload:
                continue
            with suppress(UnknownId):
                job = folder.read()
                count += not job.ended
                if job.ended:
                    folder.end(job)
        return count

    def forget(self, kept: int) -> None:
        """Delete the folders of all but so many jobs, none that somebody may work on: the clock that orders them may have been set back."""
        for folder in self.all()[kept:]:
            if not folder.holds_upload:
                folder.remove()

    @contextmanager
    def locked(self, name: str) -> Iterator[None]:
        """One process at a time, while the block runs; ``name`` says for what."""
        self.path.mkdir(parents=True, exist_ok=True)
        with (self.path / f"{name}.lock").open("wb") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


def failed(job: ImportJob, what: Text, mend: Text) -> ImportJob:
    """The job with the reason why nothing comes of it."""
    return job.model_copy(
        update={"state": "failed", "problem": Label(**what.as_dict()), "mend": Label(**mend.as_dict())}
    )
