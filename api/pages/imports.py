"""The pages of uploads: the form, the jobs of late, and one job with its progress and its report."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import RedirectResponse
from starlette.concurrency import run_in_threadpool

from api.access.auditing import audit
from api.loading.form_upload import Sent, sent
from api.loading.imports import MAX_UPLOAD
from api.loading.jobs import HowToLoad, ImportJob
from api.pages.asking import Refused, refused
from api.pages.render import page
from api.routes.imports import REFUSED, imports_of
from graph.errors import UsageError
from graph.schema import EDGES, KINDS
from graph.values import clip
from ingest.mapping import shipped

router = APIRouter(include_in_schema=False)
RECENT = 20
"""Jobs told on the page."""
SHOWN = 200
"""Changes, conflicts and notes told of one job; the figures count all."""
_NOTHING = HowToLoad("")


@router.get("/imports")
def imports(request: Request) -> Response:
    """The form of an upload and what became of those before."""
    return _form(request, _NOTHING)


@router.post("/imports")
async def upload(request: Request) -> Response:
    """Take a file down, put it in line and go to its job; a refusal is shown with the form."""
    how = _NOTHING
    try:
        async with sent(request) as form:
            if form is None:
                return await run_in_threadpool(_form, request, _NOTHING, _refused_for("too_large"))
            how = _how(form)
            job = await imports_of(request).submit(form.chunks, how)
    except UsageError as error:
        problem = refused(error)._replace(status=400)
        return await run_in_threadpool(_form, request, how, problem)
    if not isinstance(job, ImportJob):
        return await run_in_threadpool(_form, request, how, _refused_for(job))
    said = {"name": job.name, "source": how.source or "", "replace": str(how.replace), "dry_run": str(how.dry_run)}
    await run_in_threadpool(audit, request, "import.submit", job.id, said)
    return RedirectResponse(f"/imports/{job.id}", 303)


@router.get("/imports/{id}")
def job(request: Request, id: Annotated[str, Path(max_length=64)]) -> Response:
    """How far it is, asked again every second while it runs; when it ended the account of every row."""
    found = imports_of(request).get(id)
    return page(
        request,
        "pages/import.html.j2",
        {"job": found, "most": SHOWN, "kinds": KINDS, "edges": EDGES},
        headers={"Cache-Control": "no-store"},
    )


def _how(form: Sent) -> HowToLoad:
    fields = {name: clip(value.strip(), 200) or None for name, value in form.fields.items()}
    return HowToLoad(
        form.name, fields.get("source"), fields.get("mapping"), fields.get("replace") == "yes", fields.get("dry_run") == "yes"
    )  # fmt: skip


def _refused_for(reason: str) -> Refused:
    status, _, what, mend = next(told for name, told in REFUSED.items() if name == reason)
    return Refused(status, what, mend)


def _form(request: Request, said: HowToLoad, problem: Refused | None = None) -> Response:
    context = {
        "jobs": imports_of(request).recent(RECENT), "mappings": sorted(shipped()), "said": said, "problem": problem,
        "most": MAX_UPLOAD // 1024 // 1024,
    }  # fmt: skip
    return page(request, "pages/imports.html.j2", context, status=problem.status if problem is not None else 200)
