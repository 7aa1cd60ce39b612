"""The demo's tables go through the real intake into a real store: nothing refused, and a second time nothing changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from graph.stores import open_store
from ingest import catalogue
from ingest.demo import generate
from ingest.pipeline import load
from ingest.run import ingest_paths


@pytest.mark.slow
def test_loads_whole_and_a_second_time_changes_nothing(tmp_path: Path) -> None:
    made = generate(tmp_path / "demo", 2025)
    store = open_store(f"sqlite:///{tmp_path / 'demo.db'}", create=True)
    store.initialise()
    assert load(store, catalogue.records(plan_only=False), source="catalogue").total.refused == 0
    rejects = tmp_path / "rejects.csv"
    first = ingest_paths(store, [made.tables], source="demo", rejects=rejects)
    assert first.total.refused == 0, rejects.read_text(encoding="utf-8")[:2000]
    assert {kind: counts.added for kind, counts in first.kinds.items()} == made.counts
    assert store.counts().nodes["Complaint"] == 5000
    second = ingest_paths(store, [made.tables], source="demo", again=True)
    assert (second.total.added, second.total.changed, second.total.refused) == (0, 0, 0)
    store.close()
