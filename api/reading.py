"""Complaints as every face reads them: from the store, with what their texts say where nothing else points."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from api.anchoring import text_anchorer
from graph.case import Case
from graph.framework import Framework
from graph.store import Store
from ingest import catalogue
from queries.reading import read


def read_cases(store: Store, framework: Framework, ids: Sequence[str] | None = None) -> Iterator[Case]:
    """The named complaints in the order given, or all in id order."""
    for case in store.cases(ids):
        yield read(framework, case, text_anchorer, source=catalogue.SOURCE)
