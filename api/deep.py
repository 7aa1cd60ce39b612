"""The deep look of ``suyuan doctor --deep``: the store's own integrity check, the seals of verdicts, and the folders beside the store."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from pydantic import ValidationError

from api.beside import beside
from api.context import opened
from api.listing.results import Results
from api.loading.jobs import ImportJob
from api.verdicts import stored_rulings
from api.versions import Versions, folder_of
from graph.errors import SuYuanError
from graph.records import Revision
from graph.store import Store
from graph.stores import integrity
from graph.stores.faults import SHOWN, Step
from graph.text import Text

Finding = tuple[str, Text, Text]
"""Name of the check, what is wrong and where, how to mend it."""
_FROM_BACKUP = Text("请从备份恢复该文件", "Restore the file from a backup")
_RUN_AGAIN = Text(
    "请从备份恢复该文件夹；或移走它并重新运行 suyuan breakpoints（首末次出现日期会丢失）",
    "Restore the folder from a backup; or move it away and run `suyuan breakpoints` again (first and last days are lost)",
)
_BROKEN_OFF = Text("是中断的写入留下的，可以删除", "An interrupted write left them: they can be deleted")


def look_deep(store_url: str, step: Step) -> Iterator[Finding]:
    """Everything that is wrong in and beside a store.

    Args:
        store_url: where the graph is kept.
        step: is told what is looked at next.

    Raises:
        StoreError: the store cannot be opened or read.
    """
    whole = True
    for fault in integrity(store_url, step):
        whole = whole and fault.check != "pages"
        yield fault.check, fault.what, fault.mend
    step(Text("裁定的封印与存储旁的文件夹", "seals of verdicts, and the folders beside the store"))
    if whole:  # of a damaged file nothing more can be believed
        with opened(store_url) as store:
            yield from _verdicts(store)
            yield from _results(store_url, store.revision())
    yield from _parameters(store_url)
    yield from _imports(store_url)


def _verdicts(store: Store) -> Iterator[Finding]:
    broken = [f"Verdict:{one.id}" for one in stored_rulings(store) if one.seal == "broken"]
    if broken:
        yield (
            "verdicts",
            Text(
                f"裁定在写入后被改动过：{_some(broken)}",
                f"verdicts were changed after they were given: {_some(broken)}",
            ),
            Text(
                "请从备份恢复，或重新裁定（suyuan verdict）", "Restore a backup, or give them again (`suyuan verdict`)"
            ),
        )


def _results(store_url: str, revision: Revision) -> Iterator[Finding]:
    results = Results(store_url)
    if not results.folder.exists():
        return
    runs_file = results.folder / "runs.json"
    runs = results.runs()
    if runs_file.exists() and not runs and _unreadable(runs_file):
        yield "results", _not_read(runs_file), _RUN_AGAIN
    if (results.folder / "seen.json.gz").exists() and not results.seen():
        yield "results", _not_read(results.folder / "seen.json.gz"), _RUN_AGAIN
    lost = [f"{run.number}" for run in runs if run.kept and results.list_of(run) is None]
    if lost:
        yield (
            "results",
            Text(f"断点清单缺失或损坏：{results.folder}，第 {_some(lost)} 次", f"lists of breakpoints are missing or damaged: {results.folder}, runs {_some(lost)}"),
            _RUN_AGAIN,
        )  # fmt: skip
    ahead = [f"{r.number}" for r in runs if r.framework > revision.framework or r.facts > revision.facts]
    if ahead:
        yield (
            "results",
            Text(f"断点清单来自更晚的存储：{results.folder}，第 {_some(ahead)} 次", f"lists were computed from a later state of the store: {results.folder}, runs {_some(ahead)}"),
            Text("存储是从较旧的备份恢复的：请连同该文件夹一起恢复，或移走该文件夹", "The store was restored from an older backup: restore the folder with it, or move it away"),
        )  # fmt: skip
    yield from _left_over(results.folder)


def _unreadable(path: Path) -> bool:
    """Whether a file of JSON is anything but an empty list."""
    try:
        return bool(json.loads(path.read_bytes()))
    except (OSError, ValueError):
        return True


def _parameters(store_url: str) -> Iterator[Finding]:
    folder = folder_of(store_url)
    versions = Versions(folder)
    for name in versions.names():
        try:
            versions.get(name)
        except SuYuanError as error:
            yield "parameters", error.what, error.mend
    yield from _left_over(folder)


def _imports(store_url: str) -> Iterator[Finding]:
    folder = beside(store_url, "imports")
    if not folder.is_dir():
        return
    bad = []
    for path in sorted(folder.glob("*/job.json")):
        try:
            ImportJob.model_validate_json(path.read_bytes())
        except (OSError, ValidationError):
            bad.append(str(path))
    if bad:
        yield "imports", Text(f"导入任务的记录不可读：{_some(bad)}", f"the notes of import jobs cannot be read: {_some(bad)}"), _FROM_BACKUP  # fmt: skip


def _left_over(folder: Path) -> Iterator[Finding]:
    left = sorted(str(path) for path in folder.glob("**/.*.part")) if folder.is_dir() else []
    if left:
        yield "left over", Text(f"未写完的文件：{_some(left)}", f"files that were not finished: {_some(left)}"), _BROKEN_OFF  # fmt: skip


def _not_read(path: Path) -> Text:
    return Text(f"文件不可读：{path}", f"the file cannot be read: {path}")


def _some(names: list[str]) -> str:
    return ", ".join(names[:SHOWN]) + (f" … ({len(names)})" if len(names) > SHOWN else "")
