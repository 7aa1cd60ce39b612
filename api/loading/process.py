"""The process that loads one upload: a load keeps a processor busy, and questions to the worker that took it must not wait for it.

Started by ``api/loading/imports.py`` as ``python -m api.loading.process`` with the store, the job's folder and how to load it as JSON on stdin.
It goes on to the end of the job when the worker that started it is killed.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from api.context import now, read_as_of
from api.listing.workbook_import import import_workbook
from api.listing.workbook_reading import is_list_workbook
from api.loading.jobs import HowToLoad, ImportJob, JobFolder, JobFolders, failed
from api.operating.logs import set_up
from api.serving import serving
from api.trouble import trouble_id
from graph.errors import SuYuanError
from graph.settings import settings
from graph.text import Text
from ingest.report import IngestReport
from ingest.run import ingest_paths


def load(store_url: str, folder: JobFolder, how: HowToLoad) -> None:
    """Load an upload when it is its turn among those of the store, and write down what became of it."""
    with JobFolders(folder.path.parent).locked("turn"):
        job = folder.keep(folder.read().model_copy(update={"state": "running"}))
        try:
            report = _load(store_url, job, how, folder)
            done = {
                "state": "done",
                "report": report,
                "rows": report.total.read,
                "rejects": folder.rejects.is_file(),
            }
            job = job.model_copy(update=done)
        except SuYuanError as error:
            job = failed(job, error.what, error.mend)
        except Exception as error:  # noqa: BLE001 — the outermost edge of a job: whoever waits for it must learn that it ended
            reference = trouble_id(error)
            job = failed(
                job,
                Text("服务器内部错误", "internal error"),
                Text(f"请把编号 {reference} 告诉管理员", f"Tell the administrator the reference {reference}"),
            )
        folder.end(job.model_copy(update={"ended_at": now()}))


def _load(store_url: str, job: ImportJob, how: HowToLoad, folder: JobFolder) -> IngestReport:
    path = folder.upload(job.name)
    with serving(store_url) as desk:
        if is_list_workbook(path):
            return import_workbook(
                desk, path, read_as_of(None), now(), dry_run=how.dry_run, rejects=folder.rejects
            )  # fmt: skip

        def advance(rows: int) -> None:
            folder.keep(job.model_copy(update={"rows": rows}))

        return ingest_paths(
            desk.store, [path], source=how.source, mapping=Path(how.mapping) if how.mapping is not None else None,
            replace=how.replace, dry_run=how.dry_run, rejects=folder.rejects, progress=advance, at=now(),
        )  # fmt: skip


if __name__ == "__main__":
    set_up("import", settings().log, settings().log_level)
    asked = json.load(sys.stdin)
    load(asked["store"], JobFolder(Path(asked["folder"])), HowToLoad(**asked["how"]))
