"""Every request gets an id, a line in the log and a place in the counts, under its address as declared, never as asked for.

Addresses as asked for hold ids, and queries hold words of customers: neither is logged or counted.
"""

from __future__ import annotations

import logging
import re
import time
import uuid
from contextvars import ContextVar

from fastapi import FastAPI
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.metrics import Meter

HEADER = "X-Request-ID"
REQUEST_ID: ContextVar[str | None] = ContextVar("request_id", default=None)
"""The id of the request that is being answered, in every task and thread that works on it."""
NOWHERE = "(none)"
"""Stands for every address that there is none of: what callers make up must not become a series each."""
_SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}\Z")
_METHODS = frozenset(("GET", "POST", "PATCH", "PUT", "DELETE", "HEAD", "OPTIONS"))
_ASKED_ALL_THE_TIME = frozenset(("/health", "/ready", "/metrics", "/api/v1/health", "/api/v1/ready", "/api/v1/metrics"))
"""Addresses of monitors, which would fill the log: they are logged as details."""
_LOG = logging.getLogger("suyuan.access")


class Observed:
    """ASGI middleware around everything else; the id is ``request.state.request_id`` as well."""

    def __init__(self, app: ASGIApp, meter: Meter) -> None:
        self._app = app
        self._meter = meter

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status, began = 500, time.perf_counter()
        id_ = _id_of(scope)
        scope.setdefault("state", {})["request_id"] = id_
        token = REQUEST_ID.set(id_)

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = int(message["status"])
                MutableHeaders(scope=message)[HEADER] = id_
            await send(message)

        try:
            await self._app(scope, receive, watched)
        finally:
            self._note(scope, status, time.perf_counter() - began)
            REQUEST_ID.reset(token)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", NOWHERE)
        method = scope["method"] if scope["method"] in _METHODS else NOWHERE
        self._meter.note(method, route, status, seconds)
        level = logging.DEBUG if route in _ASKED_ALL_THE_TIME else logging.INFO
        if _LOG.isEnabledFor(level):
            who = getattr(scope["state"].get("principal"), "name", None)
            told = {
                "method": method,
                "route": route,
                "status": status,
                "ms": round(seconds * 1000, 1),
                "principal": who,
            }
            _LOG.log(level, "%s %s %d", method, route, status, extra=told)


def _id_of(scope: Scope) -> str:
    """The caller's own id where it can stand in a log and a header as it is, else a new one."""
    asked = Headers(scope=scope).get(HEADER, "")
    return asked if _SAFE.match(asked) else uuid.uuid4().hex


def install(app: FastAPI) -> None:
    """Give an application all of this; it stands around everything added before."""
    app.state.meter = Meter()
    app.add_middleware(Observed, meter=app.state.meter)
