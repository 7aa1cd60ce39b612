"""What a monitor reads: requests counted by address, method and status, and how long they took, for all workers together.

With several workers prometheus_client keeps the counts of each in a file of its own, in the folder that
PROMETHEUS_MULTIPROC_DIR names when it is first imported (``api/operating/processes.py`` sees to that); whichever worker is asked
adds them up, those of workers that are gone included, so that a counter never goes back.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import lru_cache

from prometheus_client import (
    CONTENT_TYPE_PLAIN_0_0_4,
    CollectorRegistry,
    Counter,
    Histogram,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from api.version import program_version
from graph.records import Revision

MEDIA_TYPE = CONTENT_TYPE_PLAIN_0_0_4
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Upper bounds in seconds."""
SHARED = "PROMETHEUS_MULTIPROC_DIR"
"""The variable that names the folder of the workers' counts; without it the counts are of this process alone."""


class Meter:
    """Counts since the service started."""

    def __init__(self) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self._own = CollectorRegistry()
        self._requests = Counter(
            "suyuan_http_requests", "Answered requests.", ("method", "route", "status"), registry=self._own
        )
        self._seconds = Histogram(
            "suyuan_http_request_seconds", "How long requests took.", ("method", "route"), buckets=BUCKETS, registry=self._own
        )  # fmt: skip
        self._of = lru_cache(maxsize=4096)(self._children)

    def note(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one answered request."""
        requests, took = self._of(method, route, status)
        requests.inc()
        took.observe(seconds)

    def text(self, revision: Revision | None) -> bytes:
        """Everything in the text format of Prometheus; without a revision the store cannot be read."""
        counts = self._own
        if SHARED in os.environ:
            counts = CollectorRegistry()
            MultiProcessCollector(counts)  # type: ignore[no-untyped-call]
        store = CollectorRegistry()
        store.register(_StoreState(revision))
        return generate_latest(store) + generate_latest(counts)

    def _children(self, method: str, route: str, status: int) -> tuple[Counter, Histogram]:
        return self._requests.labels(method, route, str(status)), self._seconds.labels(method, route)


class _StoreState(Collector):
    """The program and its store as gauges, as they are when asked."""

    def __init__(self, revision: Revision | None) -> None:
        self._revision = revision

    def collect(self) -> Iterator[Metric]:
        """The gauges; no revision where the store cannot be read."""
        build = GaugeMetricFamily("suyuan_build_info", "Version of the program.", labels=("version",))
        build.add_metric((program_version(),), 1)
        yield build
        yield GaugeMetricFamily("suyuan_store_up", "1 when the store answers.", int(self._revision is not None))
        if self._revision is not None:
            counters = GaugeMetricFamily("suyuan_store_revision", "Counters of the store.", labels=("counter",))
            for name, value in self._revision._asdict().items():
                counters.add_metric((name,), value)
            yield counters
