"""What a store notes of loads that would change nothing: void as soon as anything is written, on every engine."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import ingest.pipeline
from graph.errors import Where
from graph.records import EdgeRow, NodeRow, Record, Ref, Revision
from graph.store import Store
from graph.stores.loads import LONGEST, MOST
from ingest.copying import copy
from ingest.run import ingest_paths
from ingest.unchanged import UNCHANGED

NewStore = Callable[[], Store]
AT = "2026-03-01T00:00:00.000000Z"


def complaint(id_: str, text: str = "x", source: str = "a") -> Record:
    props = {"text": text, "event_at": AT, "recorded_at": AT}
    return Record(NodeRow("Complaint", id_, props, (source,)), (), Where())


def stage(id_: str, source: str = "a") -> Record:
    return Record(NodeRow("Stage", id_, {"name": id_}, (source,)), (), Where())


def note(store: Store, load: str, report: str, at: Revision | None = None) -> bool:
    with store.session() as session:
        return session.note(load, report, store.revision() if at is None else at)


# ── the note itself ─────────────────────────────────────────────────────────────────────────────────
def test_a_note_moves_no_counter_and_holds_until_something_is_written(store: Store) -> None:
    with store.session() as session:
        session.write([complaint("C1")])
    before = store.revision()
    assert dict(store.loads) == {}
    assert note(store, "L1", "报告")
    assert note(store, "L2", "{}")
    assert (dict(store.loads), store.revision()) == ({"L1": "报告", "L2": "{}"}, before)
    assert store.initialise() is False
    with store.session() as session:
        session.write([complaint("C1")])  # nothing new
    assert list(store.loads) == ["L1", "L2"]
    with store.session() as session:
        session.write([complaint("C1", "y")])
    assert dict(store.loads) == {}
    with store.session() as session:
        session.write([complaint("C1")])  # as it was: but who knows that?
    assert dict(store.loads) == {}
    assert note(store, "L3", "r")
    assert dict(store.loads) == {"L3": "r"}


@pytest.mark.parametrize("record", [complaint("C2"), stage("S2")], ids=["fact", "framework"])
def test_nothing_is_noted_of_another_revision(store: Store, record: Record) -> None:
    before = store.revision()
    with store.session() as session:
        session.write([record])
    assert not note(store, "L1", "r", before)
    assert dict(store.loads) == {}


def test_a_rehearsal_leaves_no_note(store: Store) -> None:
    with store.session(rehearse=True) as session:
        assert not session.note("L1", "r", store.revision())
    assert dict(store.loads) == {}


def test_few_notes_are_kept_and_none_that_is_long(store: Store) -> None:
    at = store.revision()
    with store.session() as session:
        for number in range(MOST + 3):
            assert session.note(f"L{number}", "r", at)
        assert session.note("L3", "again", at)  # the oldest left, which is the newest now
        assert session.note("new", "r", at)
        assert not session.note("long", "r" * (LONGEST + 1), at)
    known = dict(store.loads)
    assert (len(known), known["L3"], "L4" in known, "long" in known) == (MOST, "again", False, False)


def test_a_write_says_by_how_much_it_moved_the_counters(store: Store) -> None:
    edge = EdgeRow("IN_CATEGORY", Ref("Complaint", "C1"), Ref("Category", "K"), {}, ("a",))
    category = Record(NodeRow("Category", "K", {}, ("a",)), (), Where())
    batches = [
        [stage("S1")],
        [complaint("C1")],
        [stage("S2"), complaint("C2")],
        [complaint("C1")],
        [category, Record(None, (edge,), Where())],
        [],
    ]
    moved = []
    for batch in batches:
        before = store.revision()
        with store.session() as session:
            report = session.write(batch)
        assert (before.framework + report.moved.framework, before.facts + report.moved.facts) == store.revision()
        moved.append(report.moved)
    assert moved == [(1, 0), (0, 1), (1, 1), (0, 0), (1, 1), (0, 0)]
    before = store.revision()
    with store.session(replacing=True) as session:
        report = session.withdraw("a")
    assert (
        report.moved == (1, 1) == (store.revision().framework - before.framework, store.revision().facts - before.facts)
    )


def test_a_copy_carries_no_note(store: Store, reference: Store) -> None:
    for one in (store, reference):
        with one.session() as session:
            session.write([complaint("C1")])
        assert note(one, "L1", "r")
    copy(store, reference)
    assert list(reference.loads) == ["L1"]  # its own: the copy changed nothing
    with store.session() as session:
        session.write([complaint("C2")])
    assert note(store, "L2", "r")
    copy(store, reference)
    assert dict(reference.loads) == {}


# ── loads ───────────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def table(tmp_path: Path) -> Path:
    """Thirty complaints, and a framework row, which is written first."""
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "Category.csv").write_text("id,name\nK,k\n")
    rows = "".join(f"C{n},2026-03-01 10:00,text {n},K\n" for n in range(30))
    (folder / "Complaint.csv").write_text(f"id,event_at,text,IN_CATEGORY\n{rows}")
    return folder


def known(report: Any) -> bool:
    return UNCHANGED.zh in [note.zh for note in report.notes]


def test_the_second_run_is_recognised_and_every_write_of_others_ends_that(store: Store, table: Path) -> None:
    first = ingest_paths(store, [table], source="s")
    at = store.revision()
    second = ingest_paths(store, [table], source="s")
    assert (known(first), known(second), second.total.read, second.total.unchanged) == (False, True, 31, 31)
    assert store.revision() == at
    with store.session() as session:
        session.write([complaint("C3", "rewritten", "s")])
    third = ingest_paths(store, [table], source="s")
    assert (known(third), third.total.changed, third.total.unchanged) == (False, 1, 30)
    (row,) = store.nodes("Complaint", ["C3"])
    assert row.props["text"] == "text 3"


def interleaved(store: Store, table: Path, monkeypatch: pytest.MonkeyPatch, others: Callable[[], None]) -> Any:
    """A load in batches of ten; ``others`` write after its third batch. Returns the report of the run after it."""
    monkeypatch.setattr(ingest.pipeline, "BATCH", 10)
    seen: list[int] = []

    def step(rows: int) -> None:
        seen.append(rows)
        if len(seen) == 3:
            others()

    assert ingest_paths(store, [table], source="s", progress=step).total.added == 31
    assert len(seen) == 4
    return ingest_paths(store, [table], source="s")


def spoil(store: Store) -> None:
    """Somebody else writes, through a session of their own, over a row that the load has already written."""
    with store.session() as session:
        session.write([complaint("C1", "somebody else's", "s")])


def test_a_write_between_two_batches_of_a_load_keeps_it_from_being_noted(
    store: Store, table: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = interleaved(store, table, monkeypatch, lambda: spoil(store))
    assert (known(report), report.total.changed) == (False, 1)
    assert known(ingest_paths(store, [table], source="s")) is False, "a load that changed something is not foretold"
    assert known(ingest_paths(store, [table], source="s")) is True


def test_a_write_before_the_first_batch_keeps_a_load_from_being_noted(
    store: Store, table: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was looked at before: what was read from the store to understand the files may be different by then."""
    began: list[bool] = []
    real = ingest.pipeline.patient_collector

    def begin() -> Any:
        if not began:
            began.append(True)
            spoil(store)
        return real()

    monkeypatch.setattr(ingest.pipeline, "patient_collector", begin)
    ingest_paths(store, [table], source="s")
    assert dict(store.loads) == {}


def test_a_load_that_is_made_while_another_one_is_does_not_keep_the_other_known(
    store: Store, table: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two loads of other sources: neither has touched a row of the other, and still only the last to end may be noted."""
    small = tmp_path / "Product.csv"
    small.write_text("id,name\nP1,p\n")
    report = interleaved(store, table, monkeypatch, lambda: assert_known_at_once(store, small))
    assert (known(report), report.total.unchanged) == (False, 31)
    assert known(ingest_paths(store, [small])) is False, "the bigger one wrote after it"


def assert_known_at_once(store: Store, small: Path) -> None:
    ingest_paths(store, [small])
    assert known(ingest_paths(store, [small]))


def test_without_the_arithmetic_of_counters_a_spoilt_load_would_be_believed(
    store: Store, table: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The protection removed: the note goes to whatever revision the store is at, and the test above would fail."""
    with store.session() as session:
        kind: Any = type(session)
    real = kind.note
    monkeypatch.setattr(kind, "note", lambda self, load, text, at: real(self, load, text, store.revision()))
    assert known(interleaved(store, table, monkeypatch, lambda: spoil(store)))
    (row,) = store.nodes("Complaint", ["C1"])
    assert row.props["text"] == "somebody else's"
