"""XES logs: the events of a trace as handling steps, by the shipped mapping or one's own, and what hostile files get."""

from __future__ import annotations

import gzip
import resource
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as bounded
from hypothesis import strategies as st

from graph.errors import InputError
from graph.store import Store
from ingest.adapters import format_of
from ingest.report import IngestReport
from ingest.run import ingest_paths

TRACE = """
  <trace><string key="concept:name" value="T1"/><float key="amount" value="3.5"/>
    <event><string key="concept:name" value="受理"/><date key="time:timestamp" value="2026-03-01T09:00:00.000+08:00"/>
      <string key="org:group" value="一组"/><string key="org:resource" value="甲"/></event>
    <event><string key="concept:name" value="退回"/><date key="time:timestamp" value="2026-03-01T11:00:00Z"/><string key="org:group" value="一组"/></event>
    <event><string key="concept:name" value="转派"/><date key="time:timestamp" value="2026-03-01T10:00:00+08:00"/><string key="org:group" value="二组"/>
      <list key="tags"><values><string key="t" value="a"/><string key="t" value="b"/></values></list></event>
  </trace>"""
HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<!-- a log --><log xes.version="1849.2016" xmlns="http://www.xes-standard.org/">
  <extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
  <global scope="event"><string key="concept:name" value="x"/></global><string key="concept:name" value="the log"/>"""
LOG = f"{HEAD}{TRACE}</log>"


def written(tmp_path: Path, text: str | bytes, name: str = "log.xes") -> Path:
    path = tmp_path / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def balanced(report: IngestReport) -> bool:
    return all(
        count.read == count.added + count.changed + count.unchanged + count.refused for count in report.kinds.values()
    )


def test_a_log_becomes_complaints_and_steps(store: Store, tmp_path: Path) -> None:
    report = ingest_paths(store, [written(tmp_path, LOG)], source="log")
    assert report.total.refused == 0
    (complaint,) = store.nodes("Complaint")
    assert (complaint.id, complaint.props["event_at"]) == ("T1", "2026-03-01T01:00:00.000000Z")
    assert [(n.props["step"], n.props["note"]) for n in store.nodes("HandlingStep")] == [
        ("received", "受理"),
        ("routed", "转派"),
        ("returned", "退回"),
    ]
    assert {str(edge.target) for edge in store.edges("BY")} == {"Owner:甲", "OrgUnit:一组", "OrgUnit:二组"}
    (note,) = report.notes
    assert "case:amount, tags/t" in note.en  # what nobody reads is said


def test_a_packed_log_and_one_with_a_prefix_and_another_name(store: Store, tmp_path: Path) -> None:
    prefixed = LOG.replace("<log ", "<x:log ").replace("</log>", "</x:log>")
    paths = [
        written(tmp_path, gzip.compress(LOG.encode()), "a.xes.gz"),
        written(tmp_path, prefixed.replace('"T1"', '"T2"'), "b.xml"),
    ]
    assert [format_of(path) for path in paths] == ["xes", "xes"]
    report = ingest_paths(store, [tmp_path], source="log")  # two files of one source: groups are created once
    assert (report.kinds["Complaint"].added, report.kinds["OrgUnit"].added, report.total.refused) == (2, 2, 0)


def test_a_mapping_of_ones_own(store: Store, tmp_path: Path) -> None:
    mapping = tmp_path / "own.yaml"
    mapping.write_text(
        """version: 1
kind: Complaint
properties: {id: "case:concept:name", event_at: "first:time:timestamp", severity: "case:amount"}
events:
  case: "case:concept:name"
  order: [event:number]
  changes: [event:number]
  kind: HandlingStep
  properties: {id: {template: "{case:concept:name}-{event:number}"}, event_at: "time:timestamp"}
  references: {case: {kind: Complaint, id: "case:concept:name"}}
  edges: {OF: case}
  rules: [{when: {now: {"concept:name": [退回]}}, properties: {step: {constant: returned}}}, {properties: {step: {constant: handled}}}]
""",
        encoding="utf-8",
    )
    report = ingest_paths(store, [written(tmp_path, LOG)], source="log", mapping=mapping)
    assert report.total.refused == 0
    assert next(store.nodes("Complaint")).props["severity"] == "3.5"
    assert {n.id: n.props["step"] for n in store.nodes("HandlingStep")} == {
        "T1-1": "handled",
        "T1-2": "returned",
        "T1-3": "handled",
    }


def test_events_without_a_case_or_a_time_are_refused(store: Store, tmp_path: Path, rejects: Path) -> None:
    odd = '<trace><event><string key="concept:name" value="a"/></event></trace><trace><string key="concept:name" value="T9"/><event><string key="concept:name" value="b"/></event></trace>'
    report = ingest_paths(
        store, [written(tmp_path, LOG.replace("</log>", odd + "</log>"))], source="log", rejects=rejects
    )
    assert balanced(report)
    assert (report.kinds["HandlingStep"].read, report.kinds["HandlingStep"].refused) == (5, 2)
    assert "the case the event belongs to is missing" in rejects.read_text(encoding="utf-8-sig")


BOMB = '<?xml version="1.0"?><!DOCTYPE log [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><log><trace><event><string key="concept:name" value="&b;"/></event></trace></log>'
OUTSIDE = '<?xml version="1.0"?><!DOCTYPE log SYSTEM "file:///etc/passwd"><log><trace/></log>'


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (BOMB, "document type or entities"),
        (OUTSIDE, "document type or entities"),
        (HEAD + "<list>" * 100, "nested more than"),
        (HEAD + TRACE, "cannot be read"),
        (HEAD + "</log>", "holds no events"),
        (HEAD + "<trace><event>" + "".join(f'<string key="k{n}" value="v"/>' for n in range(1_100)) + "</event></trace></log>", "different attributes"),
    ],
)  # fmt: skip
def test_hostile_and_broken_files(text: str, says: str, store: Store, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=says):
        ingest_paths(store, [written(tmp_path, text)], source="log")
    assert not store.counts().nodes


def test_a_packed_file_of_one_endless_token_is_refused_in_little_memory(store: Store, tmp_path: Path) -> None:
    packed = gzip.compress(HEAD.encode() + b'<trace><event><string key="k" value="' + b"x" * 200_000_000, 1)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(InputError, match="too large"):
        ingest_paths(store, [written(tmp_path, packed, "log.xes.gz")], source="log")
    assert (
        resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 400_000
    )  # kilobytes; the packed bytes alone are 1 MB


@bounded(max_examples=80, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.integers(0, len(LOG.encode())), junk=st.binary(min_size=1, max_size=5), cut=st.booleans())
def test_broken_bytes_never_lose_an_event_silently(
    place: int, junk: bytes, cut: bool, store: Store, tmp_path: Path, rejects: Path
) -> None:
    raw = LOG.encode()
    path = written(tmp_path, raw[:place] + junk + (b"" if cut else raw[place + len(junk) :]))
    try:
        report = ingest_paths(store, [path], source="log", rejects=rejects)
    except InputError:
        return
    assert balanced(report)
