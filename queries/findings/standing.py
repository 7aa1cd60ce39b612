"""What the kinds that read the framework alone found, kept with it: facts may move without these being searched again.

Kept in memory for as long as the framework itself is held, which is how long nothing in it changed, and for a few days: a
validity may begin or end with any day, and a sentence may name the day.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from threading import Lock
from types import MappingProxyType

from graph.framework import Framework
from queries.findings.predicate import Found
from queries.findings.registry import KINDS
from queries.findings.search import Search
from queries.per_framework import PerFramework

DAYS_KEPT = 4
"""Days per framework: a run of traces looks at one day, a server at very few."""

Standing = Mapping[str, Collection[Found]]
"""Kind → its findings."""

FRAMEWORK_KINDS = tuple(kind for kind, predicate in KINDS.items() if predicate.framework_only)
"""The kinds whose findings are the same until the framework or the day is another."""

_NOTHING: Standing = MappingProxyType({})
_kept: PerFramework[dict[str, Standing]] = PerFramework(lambda _: {})
_lock = Lock()


def standing(framework: Framework, day: str) -> Standing:
    """What an earlier search of the framework on a day found, for the kinds that may be kept; empty where there was none."""
    with _lock:
        return _kept(framework).get(day, _NOTHING)


def keep(framework: Framework, search: Search) -> None:
    """Keep what a search of the framework found, searching now what it was not asked before."""
    found = {kind: tuple(search.found(kind) or ()) for kind in FRAMEWORK_KINDS}
    with _lock:
        days = _kept(framework)
        days[search.view.as_of] = MappingProxyType(found)
        while len(days) > DAYS_KEPT:
            del days[next(iter(days))]
