"""TMF621 trouble tickets in both versions: what becomes of them, what is kept, what comes out again, and what broken ones get."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as bounded
from hypothesis import strategies as st

from graph.errors import InputError
from graph.records import Ref
from graph.settings import settings
from graph.store import Store
from ingest.report import IngestReport
from ingest.run import ingest_paths
from ingest.tmf621_fields import api_of, status_of
from ingest.tmf621_write import full_ticket, stated_api

DATA = Path(__file__).parents[1] / "data" / "tmf621"
FIELDS = json.loads((DATA / "fields.json").read_text(encoding="utf-8"))
EXAMPLES = ["v4_retrieve.json", "v5_retrieve.json", "v5_list.json", "v5_create_event.json"]
TIMES = ("creationDate", "resolutionDate")
Intake = Callable[..., IngestReport]


def example(name: str) -> Any:
    return json.loads((DATA / name).read_text(encoding="utf-8"))


def written(store: Store, id_: str = "3180") -> dict[str, Any]:
    """The stored ticket in the version it came in, without a trace."""
    (node,) = store.nodes("Complaint", [id_])
    api = stated_api(node)
    assert api is not None
    return full_ticket(node, api, steps=(), links={}, name=str)


def balanced(report: IngestReport) -> bool:
    return all(
        count.read == count.added + count.changed + count.unchanged + count.refused for count in report.kinds.values()
    )


@pytest.fixture
def unmasked(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("SUYUAN_MASK", "false")
    settings.cache_clear()
    yield
    settings.cache_clear()


@pytest.fixture
def intake(store: Store, tmp_path: Path, rejects: Path) -> Intake:
    """``intake(value, …)`` writes one JSON text a value and loads the file as source ``tmf``."""

    def run(*said: Any, **options: Any) -> IngestReport:
        path = tmp_path / "tickets.json"
        path.write_text(
            "\n".join(part if isinstance(part, str) else json.dumps(part, ensure_ascii=False) for part in said),
            encoding="utf-8",
        )
        report = ingest_paths(store, [path], source="tmf", rejects=rejects, **options)
        assert balanced(report)
        return report

    return run


# ── in ────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_becomes_a_complaint_with_its_steps(name: str, store: Store, rejects: Path) -> None:
    report = ingest_paths(store, [DATA / name], source="tmf", rejects=rejects)
    assert report.total.refused == 0
    (complaint,) = store.nodes("Complaint", ["3180"])
    wanted = {"event_at": "2022-05-31T07:34:45.968000Z", "status": "resolved", "severity": "Minor", "customer": "9176"}
    assert wanted.items() <= complaint.props.items()
    steps = [(n.props["step"], n.props["note_en"]) for n in store.nodes("HandlingStep") if n.id.startswith("3180/")]
    assert steps == [
        ("received", "acknowledged"),
        ("handled", "inProgress"),
        ("handled", "pending"),
        ("handled", "resolved"),
    ]
    edges = [edge for kind in ("IN_CATEGORY", "RAISED_VIA") for edge in store.edges(kind) if edge.source.id == "3180"]
    assert [edge.target for edge in edges] == [Ref("Category", "tmf621/Bill Dispute"), Ref("Channel", "tmf621/8774")]


def test_a_second_load_changes_nothing(store: Store, rejects: Path) -> None:
    paths = [DATA / "v5_list.json"]
    first = ingest_paths(store, paths, source="tmf", rejects=rejects).total
    second = ingest_paths(store, paths, source="tmf", rejects=rejects, again=True).total
    assert (second.added, second.changed, second.unchanged) == (0, 0, first.added)


def test_a_create_request_has_no_id_yet_and_is_refused(store: Store, rejects: Path) -> None:
    report = ingest_paths(store, [DATA / "v5_create_request.json"], source="tmf", rejects=rejects)
    assert (report.total.read, report.total.refused) == (1, 1)
    content = rejects.read_text(encoding="utf-8-sig")
    assert "the ticket has no id" in content
    assert "Smith" not in content  # names of parties are masked there, too


def test_tickets_refer_to_nodes_that_are_there_and_create_others(store: Store, intake: Intake, tmp_path: Path) -> None:
    framework = tmp_path / "frame.jsonl"
    nodes = [
        ("Category", {"id": "K9", "name": "账单争议", "name_en": "Bill Dispute"}),
        ("OrgUnit", {"id": "P1"}),
        ("Product", {"id": "PR1"}),
    ]
    framework.write_text(
        "\n".join(
            json.dumps({"type": "node", "id": f"{k}:{p['id']}", "labels": [k], "properties": p}) for k, p in nodes
        ),
        encoding="utf-8",
    )
    ingest_paths(store, [framework], source="frame")
    said = example("v5_retrieve.json")
    said["relatedEntity"] = [
        {"role": "complained", "entity": {"id": id_, "@referredType": kind}}
        for id_, kind in (("PR1", "Product"), ("C7", "Campaign"), ("B1", "CustomerBill"))
    ]
    said["relatedParty"] += [
        {"role": "homeUnit", "partyOrPartyRole": {"id": "P1", "@referredType": "Organization"}},
        {"role": "assignee", "partyOrPartyRole": {"id": "A1", "name": "张三丰", "@referredType": "Individual"}},
    ]
    intake(said)
    found = {
        (edge.type, str(edge.target))
        for kind in ("IN_CATEGORY", "ABOUT", "HOME_UNIT", "BY")
        for edge in store.edges(kind)
    }
    assert found == {
        ("IN_CATEGORY", "Category:K9"),
        ("ABOUT", "Product:PR1"),
        ("ABOUT", "Campaign:tmf621/C7"),
        ("HOME_UNIT", "OrgUnit:P1"),
        ("BY", "Owner:tmf621/A1"),
    }
    assert "张三丰" not in json.dumps(
        [dict(node.props) for kind in ("Owner", "Complaint") for node in store.nodes(kind)], ensure_ascii=False
    )


def test_tickets_that_repeat_others(store: Store, intake: Intake) -> None:
    base = {"description": "d", "creationDate": "2026-03-01T00:00:00Z", "ticketType": "t"}
    related = [
        {"id": "A", "relationshipType": "isDuplicateOf"},
        {"id": "gone", "relationshipType": "duplicate"},
        {"id": "A", "relationshipType": "dependent"},
    ]
    report = intake([{**base, "id": "B", "troubleTicketRelationship": related}, {**base, "id": "A"}])
    assert [(edge.source.id, edge.target.id) for edge in store.edges("REPEATS")] == [("B", "A")]
    assert (report.kinds["REPEATS"].read, report.kinds["REPEATS"].refused) == (
        2,
        1,
    )  # one names a ticket that is not there


@pytest.mark.parametrize(
    ("raw", "ours"),
    [("inProgress", "in_progress"), ("In Progress", "in_progress"), ("HELD", "held"), ("somewhere", None), (3, None)],
)
def test_statuses(raw: object, ours: str | None) -> None:
    assert status_of(raw) == ours


def test_a_status_beyond_the_eight_is_kept_and_said(store: Store, intake: Intake) -> None:
    report = intake(
        {
            "id": "X",
            "description": "d",
            "creationDate": "2026-03-01T00:00:00Z",
            "ticketType": "t",
            "status": "withLawyer",
        }
    )
    assert "none of TM Forum's eight" in " ".join(note.en for note in report.notes)
    assert written(store, "X")["status"] == "withLawyer"


# ── events ────────────────────────────────────────────────────────────────────────────────────────
def event(kind: str, time: str, **ticket: Any) -> dict[str, Any]:
    return {
        "eventId": time,
        "eventTime": time,
        "eventType": f"TroubleTicket{kind}Event",
        "event": {"troubleTicket": ticket},
    }


CREATED = event(
    "Create",
    "2026-03-01T01:00:00Z",
    id="E1",
    description="多扣费",
    ticketType="资费",
    creationDate="2026-03-01T01:00:00Z",
    status="acknowledged",
    statusChangeDate="2026-03-01T01:00:00Z",
    priority="1",
)
STARTED = event(
    "StatusChange",
    "2026-03-01T02:00:00Z",
    id="E1",
    status="inProgress",
    statusChangeDate="2026-03-01T02:00:00Z",
    statusChangeReason="派单",
)
CLOSED = event(
    "StatusChange", "2026-03-02T02:00:00Z", id="E1", status="closed", statusChangeDate="2026-03-02T02:00:00Z"
)
REOPENED = event(
    "StatusChange", "2026-03-03T02:00:00Z", id="E1", status="inProgress", statusChangeDate="2026-03-03T02:00:00Z"
)
EVENTS = [CREATED, STARTED, CLOSED, REOPENED]


def _state(store: Store) -> list[Any]:
    return [(node.id, dict(node.props)) for kind in ("Complaint", "HandlingStep") for node in store.nodes(kind)]


def test_events_of_one_ticket_become_one_in_the_order_of_their_times(store: Store, intake: Intake) -> None:
    report = intake(*reversed(EVENTS))
    assert (report.kinds["Complaint"].read, report.kinds["Complaint"].refused) == (4, 0)
    (complaint,) = store.nodes("Complaint")
    assert (complaint.props["status"], complaint.props["text"]) == ("in_progress", "多扣费")
    assert [node.props["step"] for node in store.nodes("HandlingStep")] == ["received", "handled", "closed", "reopened"]
    assert written(store, "E1")["priority"] == "1"


def test_events_of_later_nights_are_laid_over_what_is_stored(new_store: Callable[[], Store], tmp_path: Path) -> None:
    at_once, night_by_night = new_store(), new_store()
    path = tmp_path / "tickets.jsonl"
    for store, nights in ((at_once, [EVENTS]), (night_by_night, [[said] for said in EVENTS])):
        for night in nights:
            path.write_text("\n".join(map(json.dumps, night)), encoding="utf-8")
            assert ingest_paths(store, [path], source="tmf").total.refused == 0
    assert _state(night_by_night) == _state(at_once)


def test_a_delete_event_and_what_is_no_ticket_are_refused(intake: Intake, rejects: Path) -> None:
    report = intake(
        [
            CREATED,
            event("Delete", "2026-03-04T00:00:00Z", id="E1"),
            {"some": "thing"},
            7,
            CREATED["event"]["troubleTicket"],
            CREATED["event"]["troubleTicket"],
        ]
    )
    assert (report.kinds["Complaint"].read, report.kinds["Complaint"].refused) == (6, 4)
    said = rejects.read_text(encoding="utf-8-sig")
    assert all(text in said for text in ("removes no complaint", "neither a TMF621 ticket", "stands twice"))


# ── out ───────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.usefixtures("unmasked")
@pytest.mark.parametrize("name", ["v4_retrieve.json", "v5_retrieve.json"])
def test_a_ticket_comes_out_as_it_went_in_unknown_fields_too(name: str, store: Store, intake: Intake) -> None:
    said = example(name) | {
        "x-vendor": {"deep": [1, {"unknown": "kept"}], "none": None, "big": 13812345678},
        "priority": "P1",
    }
    intake(said)
    out = written(store)
    assert {k: v for k, v in out.items() if k not in TIMES} == {k: v for k, v in said.items() if k not in TIMES}
    assert out["creationDate"] == "2022-05-31T07:34:45.968000Z"  # the same moment, as moments are written here


@pytest.mark.parametrize("api", ["v4", "v5"])
@pytest.mark.parametrize("name", ["v4_retrieve.json", "v5_retrieve.json"])
def test_what_comes_out_has_the_fields_of_its_version(name: str, api: Any, store: Store, rejects: Path) -> None:
    ingest_paths(store, [DATA / name], source="tmf", rejects=rejects)
    (node,) = store.nodes("Complaint", ["3180"])
    out = full_ticket(node, api, steps=(), links={}, name=str)
    listed = FIELDS[api]
    assert set(listed["required"]) <= out.keys()
    # a ticket of the other version keeps what this one has no field for
    foreign = (
        {"troubleTicketCharacteristic", "externalIdentifier"} if (name, api) == ("v5_retrieve.json", "v4") else set()
    )
    assert out.keys() - set(listed["ticket"]) == foreign
    for field, parts in (("relatedParty", out["relatedParty"]), ("relatedEntity", out["relatedEntity"])):
        assert all(set(listed[field]) <= part.keys() for part in parts)
    history = out["statusChange" if api == "v4" else "statusChangeHistory"]
    own = set(listed["statusChange"]) - {"@type"}
    assert all(own <= part.keys() for part in history)
    assert [part["status"] for part in history] == ["acknowledged", "inProgress", "pending", "resolved"]
    assert api_of(out) == (api if foreign == set() else "v5")


def test_names_and_numbers_of_people_are_masked_in_what_is_kept(store: Store, intake: Intake) -> None:
    said = example("v5_retrieve.json")
    said["note"][0]["text"] = "请回电13812345678"
    said["troubleTicketCharacteristic"].append({"name": "callback", "value": 13912345678})
    said["description"] = "我是王小明，电话13812345678"
    report = intake(said)
    (node,) = store.nodes("Complaint")
    everything = json.dumps(dict(node.props), ensure_ascii=False)
    assert not [text for text in ("138123", "139123", "Smith", "Miller", "王小明") if text in everything]
    assert "Disputed" not in everything
    assert json.loads(str(node.props["original"]))["tmf621"]["note"][0]["text"].startswith("请回电〔手机号")
    assert {note.en for note in report.notes} >= {"personal data masked: name", "personal data masked: mobile phone"}


# ── bounds ────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    "text",
    [
        '[{"@type":"TroubleTicket","id":"1"',
        '[{"@type":"TroubleTicket","id":"1"},]',
        '[{"@type":"TroubleTicket","id":"1"}] []',
        '[{"@type":"TroubleTicket","id":"1"} {"id":"2"}]',
        '{"@type":"TroubleTicket","id":NaN}',
        '{"@type":"TroubleTicket","a":' + "[" * 100 + "]" * 100 + "}",
        '{"@type":"TroubleTicket","a":' + "[" * 200_000 + "}",
        '{"@type":"TroubleTicket","a":' + "9" * 5_000 + "}",
        '{"@type":"TroubleTicket","a":"' + "x" * 100_000,
    ],
)
def test_broken_files_are_refused_before_anything_is_written(text: str, intake: Intake, store: Store) -> None:
    with pytest.raises(InputError, match=r"JSON|after"):
        intake(text)
    assert not store.counts().nodes


JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8), lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3), max_leaves=6)  # fmt: skip


@bounded(max_examples=60, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(field=st.sampled_from(sorted(example("v5_retrieve.json"))), value=JSON, inner=st.booleans())
def test_any_value_in_any_field_is_stored_or_refused(field: str, value: Any, inner: bool, intake: Intake) -> None:
    said = example("v5_retrieve.json")
    if inner and isinstance(said[field], list):
        said[field] = [value, *said[field]]
    else:
        said[field] = value
    report = intake(said)
    assert report.kinds["Complaint"].read == 1


@bounded(max_examples=60, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.integers(0, 3_000), junk=st.binary(min_size=1, max_size=6))
def test_broken_bytes_never_lose_a_ticket_silently(
    place: int, junk: bytes, store: Store, tmp_path: Path, rejects: Path
) -> None:
    path = tmp_path / "broken.json"
    raw = (DATA / "v4_retrieve.json").read_bytes()
    path.write_bytes(raw[:place] + junk + raw[place + len(junk) :])
    try:
        report = ingest_paths(store, [path], source="tmf", rejects=rejects)
    except InputError:
        return
    assert balanced(report)
    assert report.total.read >= 1
