"""What runs of the breakpoint list left behind: the lists themselves, when each finding was seen, and which list still stands.

A finding is computed and never stored in the graph (schema.md), and a store has no place for results; so the lists lie in a
folder beside it: ``runs.json`` names them, ``lists/`` holds them, ``seen.json.gz`` the first and last day of each key. Files
are written whole or not at all, ``runs.json`` last, under a lock that other processes respect.
"""

from __future__ import annotations

import fcntl
import gzip
import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from api.beside import beside
from api.files import replacing
from graph.settings import settings
from queries.finding import BreakpointList

NEWEST_KEPT = 20
"""Lists kept whatever their day; of older days the last list of each is kept."""
_SQLITE = "sqlite:///"


class Run(BaseModel):
    """One run: what it was computed from, and the state of the store for which it still stands."""

    model_config = ConfigDict(frozen=True)
    number: int
    framework: int
    facts: int
    as_of: str
    computed_at: str
    program: str
    findings: int
    stands_framework: int
    """The revision for which the list stands: the one computed from, moved on when only cases were written since."""
    stands_facts: int
    stamp: str
    """What the file of an embedded store looked like then: another file may carry the same revision."""
    of_record: bool = True
    """Whether it moved the cases and the days on which findings were seen; a look into the past or the future does not."""
    kept: bool = True
    """Whether the list itself is still there."""


class Results:
    """The folder of one store."""

    def __init__(self, store_url: str) -> None:
        self._url = store_url
        self.folder = folder_of(store_url)

    @contextmanager
    def locked(self) -> Iterator[bool]:
        """Keep other processes from running the list or changing cases meanwhile; False where nothing can be kept here."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            handle = open(self.folder / "lock", "ab")  # noqa: SIM115 — closed below, which lets go of the lock
        except OSError:
            yield False
            return
        with handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield True

    def runs(self) -> list[Run]:
        """Every run, oldest first; none where nothing was kept or what was kept cannot be read."""
        try:
            return [Run(**run) for run in json.loads((self.folder / "runs.json").read_bytes())]
        except (OSError, ValueError, TypeError):
            return []

    def list_of(self, run: Run) -> BreakpointList | None:
        """The list of a run; None when it is no longer kept or damaged."""
        try:
            return BreakpointList.model_validate_json(gzip.decompress(self._list_file(run.number).read_bytes()))
        except (OSError, EOFError, ValidationError):
            return None

    def seen(self) -> dict[str, tuple[str, str]]:
        """Key of a finding → first and last day on which a run of record found it."""
        try:
            found = json.loads(gzip.decompress((self.folder / "seen.json.gz").read_bytes()))
        except (OSError, EOFError, ValueError):
            return {}
        return {key: (first, last) for key, (first, last) in found.items()}

    def add(self, run: Run, answer: BreakpointList) -> None:
        """Keep a run with its list; call under :meth:`locked`."""
        self._list_file(run.number).parent.mkdir(exist_ok=True)
        self._write(self._list_file(run.number), gzip.compress(answer.model_dump_json().encode(), 6, mtime=0))
        if run.of_record:
            self._see(answer)
        self.keep([*self.runs(), run])

    def _see(self, answer: BreakpointList) -> None:
        seen = self.seen()
        for finding in answer.findings:
            first, last = seen.get(finding.key, (answer.as_of, answer.as_of))
            seen[finding.key] = (min(first, answer.as_of), max(last, answer.as_of))
        text = json.dumps(dict(sorted(seen.items())), ensure_ascii=False)
        self._write(self.folder / "seen.json.gz", gzip.compress(text.encode(), 6, mtime=0))

    def keep(self, runs: list[Run]) -> None:
        """Write down the runs; lists that are no longer needed go. Call under :meth:`locked`."""
        last_of_day = {run.computed_at[:10]: run.number for run in runs if run.of_record}
        needed = {*last_of_day.values(), *(run.number for run in runs[-NEWEST_KEPT:])}
        runs = [run for run in runs if run.of_record or run.number in needed]
        kept = [run if run.number in needed or not run.kept else run.model_copy(update={"kept": False}) for run in runs]
        text = json.dumps([run.model_dump() for run in kept], ensure_ascii=False, indent=1)
        self._write(self.folder / "runs.json", text.encode())
        for path in (self.folder / "lists").glob("*.json.gz"):
            if path.name not in {self._list_file(run.number).name for run in kept if run.kept}:
                path.unlink(missing_ok=True)

    def stamp(self) -> str:
        """What the file of an embedded store looks like; empty for a server, which is known by its revision alone."""
        if not self._url.startswith(_SQLITE):
            return ""
        path = Path(self._url.removeprefix(_SQLITE))
        return "|".join(_look(file) for file in (path, path.with_name(f"{path.name}-wal")))

    def _list_file(self, number: int) -> Path:
        return self.folder / "lists" / f"{number:06d}.json.gz"

    @staticmethod
    def _write(path: Path, content: bytes) -> None:
        with replacing(path) as file:
            file.write(content)


def folder_of(store_url: str) -> Path:
    """The results folder of a store: one of its own in SUYUAN_RESULTS, else beside the store."""
    chosen = settings().results
    if chosen is None:
        return beside(store_url, "results")
    embedded = store_url.startswith(_SQLITE)
    name = str(Path(store_url.removeprefix(_SQLITE)).resolve()) if embedded else store_url.partition("://")[2]
    return chosen / hashlib.sha256(name.encode()).hexdigest()[:12]


def _look(path: Path) -> str:
    try:
        found: Any = path.stat()
    except OSError:
        return "-"
    return (
        "-"
        if path.name.endswith("-wal") and not found.st_size
        else f"{found.st_ino}.{found.st_size}.{found.st_mtime_ns}"
    )
