"""The traces of the last 90 days, as far as the breakpoint list and the matrices need them, one complaint at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from api.reading import read_cases
from graph.framework import Framework
from graph.store import Store
from graph.values import days_before, local_day
from queries.findings.tallied import RECENT_DAYS
from queries.findings.traced import Traced, traced
from queries.parameters import Parameters
from queries.scoring import score

Progress = Callable[[int], None]
"""Called with how many complaints are traced so far."""
_REPORT_EVERY = 100


def recent_traces(
    store: Store, framework: Framework, numbers: Parameters, day: str, progress: Progress | None = None
) -> Iterator[Traced]:
    """Every complaint of the 90 days up to a day, traced, in id order."""
    since = days_before(day, RECENT_DAYS - 1)
    ids = [
        row.id
        for row in store.nodes("Complaint")
        if since <= local_day(str(row.props["event_at"]), framework.zone) <= day
    ]
    for done, case in enumerate(read_cases(store, framework, ids), start=1):
        yield traced(case, score(framework, case, numbers))
        if progress is not None and done % _REPORT_EVERY == 0:
            progress(done)
