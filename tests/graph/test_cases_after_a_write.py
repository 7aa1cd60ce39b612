"""What a reader of cases remembers is forgotten when the store moves: counts of earlier complaints, and measured values of a subject."""

from __future__ import annotations

from pathlib import Path

from bench.world_rows import record
from graph.records import Record, Ref
from graph.store import Store
from graph.stores import open_store
from ingest import pipeline

CAMPAIGN, UNIT = Ref("Campaign", "M"), Ref("OrgUnit", "U")


def complaint(id_: str, day: str) -> Record:
    at = f"{day}T04:00:00.000000Z"
    links = {"ABOUT": [CAMPAIGN], "IN_CATEGORY": [Ref("Category", "K")], "HOME_UNIT": [UNIT]}
    return record("Complaint", id_, {"event_at": at, "recorded_at": at}, links)


def known(store: Store) -> tuple[int, int]:
    """Earlier complaints about the campaign, and its values in the unit, as the case of one complaint holds them."""
    (case,) = store.cases(["C1"])
    return sum(case.episodes.about.by_categories.values()), len(case.series.get((CAMPAIGN, "U"), ()))


def test_a_case_read_after_a_write_knows_what_was_written(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'store.db'}", create=True)
    store.initialise()
    frame = [
        record("OrgUnit", "U", {}, {}),
        record("Category", "K", {}, {}),
        record("Indicator", "I", {"level": "KCI"}, {}),
    ]
    pipeline.load(store, [*frame, record("Campaign", "M", {}, {}), complaint("C1", "2026-03-10")], source="test")
    assert known(store) == (0, 0)
    at = "2026-03-01T00:00:00.000000Z"
    links = {"OF": [Ref("Indicator", "I")], "IN": [UNIT], "ON": [CAMPAIGN]}
    value = record("Measurement", "V", {"value": 1.0, "event_at": at, "recorded_at": at}, links)
    pipeline.load(store, [complaint("C0", "2026-03-09"), value], source="test")
    assert known(store) == (1, 1)
    store.close()
