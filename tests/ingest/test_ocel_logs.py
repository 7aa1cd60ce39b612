"""OCEL 2.0 logs in their three forms: one table of events by case, whichever form, and what hostile files get."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as bounded
from hypothesis import strategies as st

from graph.errors import InputError
from graph.store import Store
from ingest.adapters import format_of
from ingest.report import IngestReport
from ingest.run import ingest_paths

LOG: dict[str, Any] = {
    "objectTypes": [{"name": "Ticket", "attributes": [{"name": "prio", "type": "string"}]}, {"name": "employee", "attributes": []}],
    "eventTypes": [{"name": "open", "attributes": [{"name": "via", "type": "string"}]}, {"name": "solve", "attributes": []}],
    "objects": [
        {"id": "K1", "type": "Ticket", "attributes": [{"name": "prio", "time": "1970-01-01T00:00:00Z", "value": "3"}, {"name": "prio", "time": "2026-03-01T10:00:00Z", "value": "1"}]},
        {"id": "K2", "type": "Ticket"},
        {"id": "E1", "type": "employee"},
    ],
    "events": [
        {"id": "e1", "type": "open", "time": "2026-03-01T09:00:00Z", "attributes": [{"name": "via", "value": "app"}], "relationships": [{"objectId": id_, "qualifier": "q"} for id_ in ("K1", "K2", "E1")]},
        {"id": "e2", "type": "solve", "time": "2026-03-02T09:00:00Z", "relationships": [{"objectId": "K1", "qualifier": "q"}]},
        {"id": "e3", "type": "solve", "time": "2026-03-03T09:00:00Z", "relationships": [{"objectId": "E1", "qualifier": "q"}]},
    ],
}  # fmt: skip


def as_json(path: Path, log: dict[str, Any] = LOG) -> Path:
    path.write_text(json.dumps(log), encoding="utf-8")
    return path


def as_xml(path: Path, log: dict[str, Any] = LOG) -> Path:
    def related(part: dict[str, Any]) -> str:
        return (
            "<objects>"
            + "".join(
                f'<relationship object-id="{r["objectId"]}" qualifier="q"/>' for r in part.get("relationships", ())
            )
            + "</objects>"
        )

    def attributes(part: dict[str, Any]) -> str:
        return (
            "<attributes>"
            + "".join(
                f'<attribute name="{a["name"]}" time="{a.get("time", "")}">{a["value"]}</attribute>'
                for a in part.get("attributes", ())
            )
            + "</attributes>"
        )

    objects = "".join(
        f'<object id="{o["id"]}" type="{o["type"]}">{attributes(o)}{related(o)}</object>' for o in log["objects"]
    )
    events = "".join(
        f'<event id="{e["id"]}" type="{e["type"]}" time="{e["time"]}">{attributes(e)}{related(e)}</event>'
        for e in log["events"]
    )
    types = '<object-types><object-type name="Ticket"><attributes><attribute name="prio" type="string"/></attributes></object-type></object-types>'
    path.write_text(
        f'<?xml version="1.0" encoding="UTF-8"?><log>{types}<event-types/><objects>{objects}</objects><events>{events}</events></log>',
        encoding="utf-8",
    )
    return path


def as_sqlite(path: Path, log: dict[str, Any] = LOG) -> Path:
    db = sqlite3.connect(path)
    db.executescript(
        """CREATE TABLE event_map_type (ocel_type, ocel_type_map); CREATE TABLE object_map_type (ocel_type, ocel_type_map);
        CREATE TABLE event (ocel_id, ocel_type); CREATE TABLE object (ocel_id, ocel_type);
        CREATE TABLE event_object (ocel_event_id, ocel_object_id, ocel_qualifier);
        CREATE TABLE event_Open (ocel_id, ocel_time, via); CREATE TABLE event_Solve (ocel_id, ocel_time);
        CREATE TABLE object_Ticket (ocel_id, ocel_time, ocel_changed_field, prio);
        CREATE TABLE "object_odd ""name" (ocel_id, ocel_time, ocel_changed_field);
        INSERT INTO event_map_type VALUES ('open', 'Open'), ('solve', 'Solve');
        INSERT INTO object_map_type VALUES ('Ticket', 'Ticket'), ('employee', 'odd "name');"""
    )
    for part in log["objects"]:
        if part["type"] == "Ticket":
            states = part.get("attributes") or [{"time": "1970-01-01T00:00:00Z", "value": None}]
            db.executemany(
                "INSERT INTO object_Ticket VALUES (?, ?, 'prio', ?)",
                [(part["id"], a["time"], a["value"]) for a in states],
            )
        else:
            db.execute('INSERT INTO "object_odd ""name" VALUES (?, ?, NULL)', (part["id"], "1970-01-01T00:00:00Z"))
    for part in log["events"]:
        if part["type"] == "open":
            db.execute("INSERT INTO event_Open VALUES (?, ?, 'app')", (part["id"], part["time"]))
        else:
            db.execute("INSERT INTO event_Solve VALUES (?, ?)", (part["id"], part["time"]))
        db.executemany(
            "INSERT INTO event_object VALUES (?, ?, 'q')", [(part["id"], r["objectId"]) for r in part["relationships"]]
        )
    db.commit()
    db.close()
    return path


FORMS: dict[str, tuple[str, Callable[[Path], Path]]] = {
    "ocel-json": ("log.json", as_json), "ocel-xml": ("log.xmlocel", as_xml), "ocel-sqlite": ("log.sqlite", as_sqlite),
}  # fmt: skip


def balanced(report: IngestReport) -> bool:
    return all(
        count.read == count.added + count.changed + count.unchanged + count.refused for count in report.kinds.values()
    )


@pytest.mark.parametrize("form", FORMS)
def test_every_form_gives_the_same_cases_and_steps(form: str, store: Store, tmp_path: Path) -> None:
    name, write = FORMS[form]
    path = write(tmp_path / name)
    assert format_of(path) == form
    report = ingest_paths(store, [path], source="log")
    assert report.total.refused == 0
    assert [node.id for node in store.nodes("Complaint")] == ["K1", "K2"]
    steps = [(n.id, n.props["step"], n.props["note"], n.props["event_at"]) for n in store.nodes("HandlingStep")]
    assert steps == [
        ("K1/1", "received", "open", "2026-03-01T09:00:00.000000Z"),
        ("K1/2", "handled", "solve", "2026-03-02T09:00:00.000000Z"),
        ("K2/1", "received", "open", "2026-03-01T09:00:00.000000Z"),
    ]
    assert {(e.source.id, str(e.target)) for e in store.edges("BY")} == {("K1/1", "Owner:E1"), ("K2/1", "Owner:E1")}
    assert f"{name}: events that name no Ticket, not read" in {note.en for note in report.notes}


@pytest.mark.parametrize("form", FORMS)
def test_a_mapping_names_the_type_that_is_the_case(form: str, store: Store, tmp_path: Path) -> None:
    mapping = tmp_path / "own.yaml"
    mapping.write_text(
        """version: 1
kind: Complaint
properties: {id: "object:Ticket", event_at: "first:time:timestamp", severity: "case:prio"}
events:
  case: "object:Ticket"
  order: [event:number]
  changes: [event:number]
  kind: HandlingStep
  properties: {id: {template: "{object:Ticket}/{event:place}"}, event_at: "time:timestamp", step: {constant: handled}}
  references: {case: {kind: Complaint, id: "object:Ticket"}}
  edges: {OF: case}
  rules: [{properties: {}}]
""",
        encoding="utf-8",
    )
    name, write = FORMS[form]
    report = ingest_paths(store, [write(tmp_path / name)], source="log", mapping=mapping)
    assert report.total.refused == 0
    assert [node.props.get("severity") for node in store.nodes("Complaint")] == ["1", None]  # as it stood last


def test_where_no_type_is_plainly_the_case_the_types_are_named(store: Store, tmp_path: Path) -> None:
    text = json.dumps(LOG).replace('"Ticket"', '"Widget"')
    path = tmp_path / "log.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=r"Widget \(2\)") as error:
        ingest_paths(store, [path], source="log")
    assert "object:TYPE" in error.value.mend.en


@pytest.mark.parametrize(
    "text",
    [
        '{"objectTypes":[],"eventTypes":[],"events":3}',
        '{"objectTypes":[],"events":[3]}',
        '{"eventTypes":[' + "[" * 200_000,
        '{"eventTypes":[],"events":[]}',
    ],
)
def test_broken_json(text: str, store: Store, tmp_path: Path) -> None:
    path = tmp_path / "log.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError):
        ingest_paths(store, [path], source="log")


def test_a_database_cannot_make_us_do_more_than_read(store: Store, tmp_path: Path) -> None:
    path = as_sqlite(tmp_path / "log.sqlite")
    db = sqlite3.connect(path)
    db.executescript(
        """DROP TABLE event_Open; CREATE VIEW event_Open AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n)
        SELECT 'e' || x AS ocel_id, hex(randomblob(1000000)) AS ocel_time FROM n;"""
    )
    db.close()
    before = path.read_bytes()
    with pytest.raises(InputError, match="SQLite"):
        ingest_paths(store, [path], source="log")
    assert path.read_bytes() == before


def test_a_store_of_ours_is_no_log(store: Store, tmp_path: Path) -> None:
    assert [format_of(path) for path in sorted(tmp_path.glob("*.db"))] == [None]


@bounded(max_examples=60, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(form=st.sampled_from(sorted(FORMS)), place=st.integers(0, 60_000), junk=st.binary(min_size=1, max_size=6))
def test_broken_bytes_end_in_a_message_or_in_whole_counts(
    form: str, place: int, junk: bytes, store: Store, tmp_path: Path, rejects: Path
) -> None:
    name, write = FORMS[form]
    source = tmp_path / f"whole-{name}"
    if not source.exists():
        write(source)
    raw = source.read_bytes()
    at = place % len(raw)
    path = tmp_path / f"broken-{name}"
    path.write_bytes(raw[:at] + junk + raw[at + len(junk) :])
    if format_of(path) is None:
        return
    try:
        report = ingest_paths(store, [path], source="log", rejects=rejects)
    except InputError:
        return
    assert balanced(report)
