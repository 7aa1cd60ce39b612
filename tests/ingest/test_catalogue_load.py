"""The catalogue in a real store: everything is stored, again changes nothing, and the plan alone can follow the whole."""

from __future__ import annotations

from pathlib import Path

from graph.stores import open_store
from ingest.catalogue import records
from ingest.pipeline import load


def test_loading_again_changes_nothing_and_the_plan_alone_withdraws_the_rest(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'catalogue.db'}", create=True)
    store.initialise()
    first = load(store, records(plan_only=False), source="catalogue", replace=True)
    assert (first.total.read, first.total.refused) == (len(list(records(plan_only=False))), 0)
    assert first.total.added == first.total.read
    whole = store.counts()

    again = load(store, records(plan_only=False), source="catalogue", replace=True)
    assert again.total.unchanged == again.total.read

    plan = load(store, records(plan_only=True), source="catalogue", replace=True)
    assert plan.total.refused == 0
    alone = store.counts()
    assert (alone.nodes["Domain"], alone.nodes["Stage"], alone.nodes["ControlPoint"]) == (3, 17, 43)
    assert "CAUSED_BY" not in alone.edges
    assert alone.edges["MEASURED_BY"] == 1

    load(store, records(plan_only=False), source="catalogue", replace=True)
    assert store.counts() == whole
    store.close()
