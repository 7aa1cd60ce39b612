"""What a monitor reads: requests counted by address, method and status, and how long they took, as Prometheus text."""

from __future__ import annotations

import threading
import time
from bisect import bisect_left
from collections import Counter

from fastapi import FastAPI
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.version import program_version
from graph.records import Revision

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Upper bounds in seconds."""
_OTHER = "(none)"
"""Stands for every address that there is none of: what callers make up must not become a series each."""


class Meter:
    """Counts of one process since it started."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._requests: Counter[tuple[str, str, int]] = Counter()
        self._buckets: dict[tuple[str, str], list[int]] = {}
        self._seconds: Counter[tuple[str, str]] = Counter()

    def note(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one answered request."""
        with self._lock:
            self._requests[method, route, status] += 1
            buckets = self._buckets.setdefault((method, route), [0] * (len(BUCKETS) + 1))
            buckets[bisect_left(BUCKETS, seconds)] += 1
            self._seconds[method, route] += seconds  # type: ignore[assignment]  # a Counter of seconds

    def text(self, revision: Revision | None) -> str:
        """Everything in the text format of Prometheus; without a revision the store cannot be read."""
        with self._lock:
            requests, buckets, seconds = (
                dict(self._requests),
                {k: list(v) for k, v in self._buckets.items()},
                dict(self._seconds),
            )
        lines = _head("suyuan_build_info", "gauge", "Version of the program.")
        lines.append(f'suyuan_build_info{{version="{program_version()}"}} 1')
        lines += _head("suyuan_store_up", "gauge", "1 when the store answers.")
        lines.append(f"suyuan_store_up {int(revision is not None)}")
        if revision is not None:
            lines += _head("suyuan_store_revision", "gauge", "Counters of the store.")
            lines += [
                f'suyuan_store_revision{{counter="{name}"}} {value}' for name, value in revision._asdict().items()
            ]
        lines += _head("suyuan_http_requests_total", "counter", "Answered requests of this process.")
        lines += [
            f'suyuan_http_requests_total{{method="{method}",route="{route}",status="{status}"}} {n}'
            for (method, route, status), n in sorted(requests.items())
        ]
        lines += _head("suyuan_http_request_seconds", "histogram", "How long requests of this process took.")
        for (method, route), counts in sorted(buckets.items()):
            lines += _histogram(f'method="{method}",route="{route}"', counts, seconds[method, route])
        return "\n".join(lines) + "\n"


class Metered:
    """ASGI middleware that notes every answer under the address as declared, never as asked for."""

    def __init__(self, app: ASGIApp, meter: Meter) -> None:
        self._app = app
        self._meter = meter

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status, began = 500, time.perf_counter()

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = int(message["status"])
            await send(message)

        try:
            await self._app(scope, receive, watched)
        finally:
            route = getattr(scope.get("route"), "path", _OTHER)
            method = scope["method"] if scope["method"] in ("GET", "POST", "PATCH", "HEAD", "OPTIONS") else _OTHER
            self._meter.note(method, route, status, time.perf_counter() - began)


def install(app: FastAPI) -> None:
    """Give an application a meter, which stands around everything added before."""
    app.state.meter = Meter()
    app.add_middleware(Metered, meter=app.state.meter)


def _head(name: str, kind: str, text: str) -> list[str]:
    return [f"# HELP {name} {text}", f"# TYPE {name} {kind}"]


def _histogram(labels: str, counts: list[int], seconds: float) -> list[str]:
    lines, total = [], 0
    for bound, n in zip((*map(str, BUCKETS), "+Inf"), counts, strict=True):
        total += n
        lines.append(f'suyuan_http_request_seconds_bucket{{{labels},le="{bound}"}} {total}')
    return [
        *lines, f"suyuan_http_request_seconds_sum{{{labels}}} {seconds:.6f}", f"suyuan_http_request_seconds_count{{{labels}}} {total}",
    ]  # fmt: skip
