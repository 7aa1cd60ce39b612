"""The addresses of uploads: send a file, watch its job, fetch the rows that were refused."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import FileResponse
from pydantic import BaseModel, ConfigDict, Field

from api.access.auditing import audit
from api.errors import problem_response
from api.loading.imports import MAX_UPLOAD, MOST_WAITING, Imports, Refused
from api.loading.jobs import HowToLoad, ImportJob
from api.routes.common import problems
from graph.text import Text

router = APIRouter(tags=["imports"])
JobPath = Annotated[str, Path(description="导入编号 · Id of the import")]
_CSV = "text/csv; charset=utf-8"
_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "文件内容 · The bytes of the file",
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}


REFUSED: dict[Refused, tuple[int, str, Text, Text]] = {
    "too_large": (
        413, "too_large",
        Text(f"上传超过 {MAX_UPLOAD // 1024 // 1024} MB", f"the upload is larger than {MAX_UPLOAD // 1024 // 1024} MB"),
        Text("请拆分，或在服务器上用 suyuan ingest 装入", "Split it, or load it on the server with `suyuan ingest`"),
    ),
    "too_many": (
        429, "too_many_imports",
        Text(f"已有 {MOST_WAITING} 个导入在排队", f"{MOST_WAITING} imports are waiting already"), Text("请稍后再试", "Try again later"),
    ),
}  # fmt: skip
"""Why an upload is not put in line → status, code and words."""


class ImportQuery(BaseModel):
    """How an upload is loaded."""

    model_config = ConfigDict(extra="forbid")
    name: str = Field(
        min_length=1,
        max_length=200,
        description="文件名，如 Complaint.csv；表由它识别 · The file's name, by which tables are told",
    )
    source: str | None = Field(default=None, max_length=200, description="数据来源的名称；默认为文件名 · Who asserts the data; default: the file's name")  # fmt: skip
    mapping: str | None = Field(default=None, max_length=100, description="内置映射名 · Name of a shipped mapping")
    replace: bool = Field(
        default=False, description="撤回该来源以前给出而这次没有的内容 · Withdraw what the source no longer asserts"
    )
    dry_run: bool = Field(default=False, description="只检查，不写入 · Check only")


@router.post(
    "/api/v1/imports", summary="上传并装入 · Upload and load", response_model=ImportJob, status_code=202, openapi_extra=_BODY,
    responses=problems(
        _400="上传不成立 · Not an upload that can be loaded", _404="没有这个映射 · No such mapping", _413="文件太大 · Too large",
        _422="参数不可用 · Unusable parameters", _429="排队太多 · Too many are waiting", _507="磁盘已满 · The disk is full",
    ),
)  # fmt: skip
async def upload(asked: Annotated[ImportQuery, Query()], request: Request) -> Response:
    """Take a file of any known format and put it in line; the answer names the job to watch."""
    job = await imports_of(request).submit(request.stream(), HowToLoad(**asked.model_dump()))
    if not isinstance(job, ImportJob):
        return problem_response(request, *REFUSED[job])
    how = {"name": job.name, "source": asked.source or "", "replace": str(asked.replace), "dry_run": str(asked.dry_run)}
    await run_in_threadpool(audit, request, "import.submit", job.id, how)
    headers = {"Location": f"/api/v1/imports/{job.id}", "Cache-Control": "no-store"}
    return Response(job.model_dump_json(), 202, headers, "application/json")


@router.get(
    "/api/v1/imports/{id}", summary="导入的进度与报告 · Progress and report of an import", response_model=ImportJob,
    responses=problems(_404="没有这个导入 · No such import"),
)  # fmt: skip
def import_job(id: JobPath, request: Request) -> Response:
    """How far it is; when done the account of every row, when failed why and how to mend it."""
    job = imports_of(request).get(id)
    return Response(job.model_dump_json(), media_type="application/json", headers={"Cache-Control": "no-store"})


@router.get(
    "/api/v1/imports/{id}/rejects", summary="拒收的行 · Refused rows", response_class=Response,
    responses=problems(_404="没有这个导入 · No such import")
    | {200: {"content": {_CSV: {}}, "description": "CSV"}, 204: {"description": "没有拒收的行 · No row was refused"}},
)  # fmt: skip
def import_rejects(id: JobPath, request: Request) -> Response:
    """Every refused row with its place, the reason and what it said, as CSV."""
    jobs = imports_of(request)
    if not jobs.get(id).rejects:
        return Response(status_code=204, headers={"Cache-Control": "no-store"})
    audit(request, "import.rejects", id)
    return FileResponse(
        jobs.rejects(id), media_type=_CSV, filename="rejects.csv", headers={"Cache-Control": "no-store"}
    )


def imports_of(request: Request) -> Imports:
    """The uploads of the application."""
    found: Imports = request.app.state.imports
    return found
