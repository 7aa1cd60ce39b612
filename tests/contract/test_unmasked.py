"""What a store notes of sources that were loaded unmasked: on every engine, and never on a rehearsal."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from graph.errors import Where
from graph.records import NodeRow, Record
from graph.store import Store

NewStore = Callable[[], Store]
FIRST, LATER = "2026-03-01T00:00:00.000000Z", "2026-04-01T00:00:00.000000Z"


def complaint(id_: str, *sources: str) -> Record:
    props = {"text": "张伟 13812345678", "event_at": FIRST, "recorded_at": FIRST}
    return Record(NodeRow("Complaint", id_, props, sources), (), Where())


def stage(id_: str, source: str) -> Record:
    return Record(NodeRow("Stage", id_, {"name": id_}, (source,)), (), Where())


def write(store: Store, records: Sequence[Record], at: str, *sources: str, rehearse: bool = False) -> None:
    with store.session(rehearse=rehearse, unmasked=dict.fromkeys(sources, at)) as session:
        session.write(records)


def test_the_first_unmasked_load_of_each_source_is_kept(new_store: NewStore) -> None:
    store = new_store()
    assert store.unmasked == {}
    write(store, [complaint("C1", "b")], FIRST, "b", "a")
    assert store.unmasked == {"b": FIRST}
    write(store, [complaint("C1", "b"), complaint("C2", "a")], LATER, "b", "a")
    assert store.unmasked == {"a": LATER, "b": FIRST}
    with store.session() as session:
        session.write([complaint("C3", "masked")])
    assert list(store.unmasked) == ["a", "b"]


def test_a_framework_holds_no_personal_data(new_store: NewStore) -> None:
    store = new_store()
    write(store, [stage("S1", "plan"), complaint("C1", "tickets")], FIRST, "plan", "tickets")
    assert store.unmasked == {"tickets": FIRST}


def test_a_rehearsal_leaves_no_note(new_store: NewStore) -> None:
    store = new_store()
    write(store, [complaint("C1", "a")], FIRST, "a", rehearse=True)
    assert (store.unmasked, store.counts().nodes) == ({}, {})


def test_the_note_moves_no_counter_and_survives_an_upgrade(new_store: NewStore) -> None:
    store = new_store()
    with store.session() as session:
        session.write([complaint("C1", "a")])
    before = store.revision()
    write(store, [complaint("C1", "a")], FIRST, "a")
    assert (store.unmasked, store.revision()) == ({"a": FIRST}, before)
    assert store.initialise() is False
    assert store.unmasked == {"a": FIRST}
