"""Event logs: a small invented one of the shape of ServiceNow's, and the real one where it is at hand."""

from __future__ import annotations

import csv
import gzip
import random
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import pytest

from graph.store import Store
from ingest.export import export
from ingest.report import IngestReport
from ingest.run import ingest_paths

ROOT = Path(__file__).parents[2]
SMALL = ROOT / "tests/data/event_log/incidents.csv"
REAL = ROOT.parent / "shared/data/servicenow_incident_log/incident_event_log_119998.csv.gz"
MAPPING = Path("servicenow_incident_log")

RECEIVED, ROUTED, RETURNED, HANDLED, CLOSED, REOPENED = (
    "received",
    "routed",
    "returned",
    "handled",
    "closed",
    "reopened",
)
BY_HAND = {  # place of the event in the incident → step: read from the log by a person
    "INC0000130": {1: RECEIVED, 2: ROUTED, 3: HANDLED, 5: HANDLED, 6: CLOSED},
    "INC0000137": {1: RECEIVED, 2: HANDLED, 3: REOPENED, 4: CLOSED},
    "INC0000164": {1: RECEIVED, 2: ROUTED, 3: RETURNED, 6: HANDLED, 7: CLOSED},
    "INC0000294": {1: RECEIVED, 2: ROUTED, 4: HANDLED, 8: HANDLED, 9: REOPENED, 12: HANDLED, 17: HANDLED, 19: HANDLED, 21: CLOSED},
    "INC0002317": {1: RECEIVED, 3: ROUTED, 4: ROUTED, 5: HANDLED, 6: CLOSED},
    "INC0002483": {1: RECEIVED, 5: HANDLED, 6: HANDLED, 7: REOPENED, 10: HANDLED, 11: CLOSED},
    "INC0003426": {1: RECEIVED, 2: HANDLED, 3: HANDLED, 5: HANDLED, 6: CLOSED},
    "INC0010225": {1: RECEIVED, 2: CLOSED},
    "INC0019475": {1: RECEIVED, 2: HANDLED, 3: CLOSED},
    "INC0023036": {1: RECEIVED, 3: HANDLED, 4: CLOSED},
}  # fmt: skip


def _steps(store: Store) -> dict[str, dict[int, str]]:
    """Incident → place of the event → step."""
    found: dict[str, dict[int, str]] = defaultdict(dict)
    for node in store.nodes("HandlingStep"):
        incident, _, place = node.id.rpartition("/")
        found[incident][int(place)] = str(node.props["step"])
    return found


def _ends(store: Store, edge: str, start: str) -> dict[str, str]:
    return {e.source.id: str(e.target) for e in store.edges(edge) if e.source.id.startswith(start)}


@pytest.fixture
def small(store: Store, rejects: Path) -> IngestReport:
    return ingest_paths(store, [SMALL], mapping=MAPPING, rejects=rejects)


def test_every_event_is_a_step_or_counted_or_refused(small: IngestReport, rejects: Path) -> None:
    steps, cases = small.kinds["HandlingStep"], small.kinds["Complaint"]
    notes = {note.en: note.count for note in small.notes}
    (unchanged,) = (count for note, count in notes.items() if "change none of the listed columns" in note)
    events = len(SMALL.read_text(encoding="utf-8").splitlines()) - 1
    assert steps.read + unchanged == events
    assert (unchanged, cases.added, cases.refused, steps.refused) == (1, 3, 1, 4)
    said = rejects.read_text(encoding="utf-8-sig")
    for part in ("15,number,", "16,sys_updated_at,", "17,sys_mod_count,", "18,status,", "Lost is not among", "18,OF,"):
        assert part in said
    assert any("made_sla = False" in note and count == 1 for note, count in notes.items())
    assert any("not stored: location" in note for note in notes)


def test_what_an_incident_becomes(small: IngestReport, store: Store) -> None:
    one, two, three = store.nodes("Complaint")
    assert one.props == {
        "event_at": "2021-03-01T00:00:00.000000Z", "recorded_at": "2021-03-01T00:00:00.000000Z", "status": "closed",
        "closed_at": "2021-03-05T02:00:00.000000Z", "severity": "3 - Moderate", "customer": "Caller 7",
    }  # fmt: skip
    assert (two.props["status"], three.props["status"], "closed_at" in two.props) == ("held", "in_progress", False)
    assert _ends(store, "IN_CATEGORY", "T") == {
        "T01": "Category:servicenow/Area 1/Sub 1", "T02": "Category:servicenow/Area 1/Sub 1", "T03": "Category:servicenow/Area 1",
    }  # fmt: skip
    assert set(_ends(store, "RECEIVED_BY", "T").values()) == {
        "OrgUnit:servicenow/Desk"
    }  # of T02, the first that is known
    assert set(_ends(store, "RAISED_VIA", "T").values()) == {"Channel:servicenow/Phone"}
    assert list(store.edges("BELONGS_TO")) == []


def test_changes_of_state_and_group_become_steps(small: IngestReport, store: Store) -> None:
    assert _steps(store) == {
        "T01": {1: RECEIVED, 3: ROUTED, 4: RETURNED, 5: HANDLED, 6: REOPENED, 7: HANDLED, 8: CLOSED},
        "T02": {1: RECEIVED, 2: ROUTED, 3: HANDLED},
        "T03": {1: RECEIVED, 2: ROUTED},
    }
    desk, network = "OrgUnit:servicenow/Desk", "OrgUnit:servicenow/Network"
    person, resolver = "Owner:servicenow/Resolver 1", "Owner:servicenow/Resolved by 2"
    assert _ends(store, "BY", "T01") == {
        "T01/1": desk, "T01/3": desk, "T01/4": network, "T01/5": resolver, "T01/6": desk, "T01/7": resolver, "T01/8": person,
    }  # fmt: skip
    assert _ends(store, "TO", "T01") == {"T01/3": network, "T01/4": desk}
    assert (_ends(store, "BY", "T02"), _ends(store, "TO", "T02")) == ({"T02/3": desk}, {"T02/2": desk})
    step = next(node for node in store.nodes("HandlingStep") if node.id == "T02/3")
    assert (step.props["seq"], step.props["note_en"], step.props["event_at"]) == (
        2,
        "Awaiting Vendor",
        "2021-03-03T00:30:00.000000Z",
    )


def test_neither_the_order_of_rows_nor_their_files_matter(
    new_store: Callable[[], Store], tmp_path: Path, rejects: Path
) -> None:
    head, *rows = SMALL.read_text(encoding="utf-8").splitlines()
    whole = new_store()
    ingest_paths(whole, [SMALL], mapping=MAPPING, rejects=rejects)
    for seed in range(3):
        random.Random(seed).shuffle(rows)
        parts = [tmp_path / f"{seed}a.csv", tmp_path / f"{seed}b.csv"]
        for part, lines in zip(parts, (rows[:7], rows[7:]), strict=True):
            part.write_text("\n".join((head, *lines)), encoding="utf-8")
        other = new_store()
        ingest_paths(other, parts, mapping=MAPPING, rejects=rejects)
        for store in (whole, other):
            export(store, tmp_path / f"{id(store)}.jsonl")
        assert (tmp_path / f"{id(whole)}.jsonl").read_bytes() == (tmp_path / f"{id(other)}.jsonl").read_bytes()


def test_a_longer_log_adds_its_steps_and_a_second_load_changes_nothing(store: Store, tmp_path: Path) -> None:
    head, *rows = [
        line for line in SMALL.read_text(encoding="utf-8").splitlines() if line.startswith(("number", "T01"))
    ]
    path = tmp_path / "log.csv"
    path.write_text("\n".join((head, *rows[:4])), encoding="utf-8")
    ingest_paths(store, [path], mapping=MAPPING)
    assert next(store.nodes("Complaint")).props["status"] == "in_progress"
    longer = rows[:8]
    path.write_text("\n".join((head, *longer)), encoding="utf-8")
    report = ingest_paths(store, [path], mapping=MAPPING)
    assert (report.kinds["HandlingStep"].added, report.kinds["HandlingStep"].changed) == (4, 0)
    assert next(store.nodes("Complaint")).props["status"] == "closed"
    again = ingest_paths(store, [path], mapping=MAPPING)
    assert (again.total.added, again.total.changed) == (0, 0)


class _Counted:
    """The real log read once more, in plain Python: events in the order of time, then counter."""

    def __init__(self) -> None:
        self.steps, self.hops, self.returns, self.breaches, self.reassigned = 0, Counter[str](), 0, 0, Counter[str]()
        incidents: dict[str, list[dict[str, str]]] = defaultdict(list)
        with gzip.open(REAL, "rt", encoding="utf-8", newline="") as stream:
            for row in csv.DictReader(stream):
                incidents[row["number"]].append(row)
        self.events, self.incidents = sum(map(len, incidents.values())), len(incidents)
        for number, rows in incidents.items():
            rows.sort(key=lambda r: (datetime.strptime(r["sys_updated_at"], "%d/%m/%Y %H:%M"), int(r["sys_mod_count"])))
            self._count(number, rows)

    def _count(self, number: str, rows: list[dict[str, str]]) -> None:
        self.steps += 1
        self.breaches += rows[-1]["made_sla"] == "False"
        self.reassigned[number] = max(int(row["reassignment_count"]) for row in rows)
        had = {rows[0]["assignment_group"]}
        for old, new in pairwise(rows):
            moved = new["assignment_group"] != old["assignment_group"]
            self.steps += moved or new["incident_state"] != old["incident_state"]
            self.hops[number] += moved
            self.returns += moved and new["assignment_group"] in had - {"?"}
            had.add(new["assignment_group"])


@pytest.mark.skipif(not REAL.exists(), reason="the event log is not part of the repository")
def test_the_real_log_against_a_count_of_its_own(store: Store, rejects: Path) -> None:
    report = ingest_paths(store, [REAL], mapping=MAPPING, rejects=rejects)
    counted = _Counted()
    assert (counted.events, counted.incidents) == (119_998, 20_769)
    assert (report.kinds["Complaint"].added, report.total.refused) == (counted.incidents, 0)
    assert report.kinds["HandlingStep"].added == counted.steps == 92_190
    notes = {note.en: note.count for note in report.notes}
    assert any("change none" in note and count == counted.events - counted.steps for note, count in notes.items())
    assert any("made_sla = False" in note and count == counted.breaches for note, count in notes.items())

    steps = _steps(store)
    hops = Counter(
        {incident: sum(step in (ROUTED, RETURNED) for step in of.values()) for incident, of in steps.items()}
    )
    differing = {incident for incident in steps if hops[incident] != counted.hops[incident]}
    assert len(differing) == 1  # one event both reopens and moves an incident: it is the reopening
    assert sum(step == RETURNED for of in steps.values() for step in of.values()) == counted.returns
    # The log's own counter: equal for 99.6 %; elsewhere it rose while the group that is written stayed.
    assert sum(hops[incident] == counted.reassigned[incident] for incident in steps) == 20_687
    for incident, expected in BY_HAND.items():
        assert steps[incident] == expected
