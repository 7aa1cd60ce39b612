"""The addresses of operation: ready, metrics, and the description of the API as a page that fetches nothing from elsewhere."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict

from api.health import StoreRevision
from api.metrics import MEDIA_TYPE, Meter
from api.routes.common import STORE_PROBLEM, Asked, problems
from api.routes.describing import describe
from api.speaking import spoken
from graph.errors import StoreError

router = APIRouter(tags=["operation"])
_NO_STORE = {"Cache-Control": "no-store"}
_TEXT: dict[int | str, dict[str, Any]] = {200: {"content": {"text/plain": {}}, "description": "Prometheus text"}}
_PAGE: dict[int | str, dict[str, Any]] = {200: {"content": {"text/html": {}}, "description": "网页 · The page"}}
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


class Ready(BaseModel):
    """The store answers and its framework is in memory, at which revision."""

    model_config = ConfigDict(frozen=True)
    status: str = "ready"
    revision: StoreRevision


@router.get("/ready", include_in_schema=False)
@router.get("/api/v1/ready", summary="是否就绪 · Ready", response_model=Ready, responses=problems(_503=STORE_PROBLEM))
def ready(serving: Asked) -> Response:
    """Whether questions can be answered without further reading: the framework is loaded here if it was not."""
    revision = serving.snapshot().revision
    content = Ready(revision=StoreRevision(**revision._asdict())).model_dump_json()
    return Response(content, media_type="application/json", headers=_NO_STORE)


@router.get("/metrics", include_in_schema=False)
@router.get("/api/v1/metrics", summary="监控指标 · Metrics", response_class=Response, responses=_TEXT)
def metrics(serving: Asked, request: Request) -> Response:
    """Requests by address and status, their durations, the store's revision, in the text format of Prometheus; of this process."""
    meter: Meter = request.app.state.meter
    try:
        revision = serving.store.revision()
    except StoreError:
        revision = None
    return Response(meter.text(revision), headers={"Content-Type": MEDIA_TYPE} | _NO_STORE)


@router.get("/api/v1/docs", summary="接口说明 · The API described", response_class=Response, responses=_PAGE)
def docs(request: Request) -> Response:
    """Every address with its parameters, answers and an example, as one page without scripts."""
    lang = spoken(request)
    page = describe(request.app.openapi(), lang)
    headers = {"Content-Security-Policy": _POLICY, "Vary": "Accept-Language", "Content-Language": lang}
    return Response(page, media_type="text/html; charset=utf-8", headers=headers)
