"""The list as a job: kept with its revision, served from there, settled with its cases, compared with earlier ones."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.listing.results import folder_of
from api.serving import serving
from graph.settings import settings
from queries.breakpoints import KINDS
from queries.findings.predicate import Found
from queries.findings.view import View
from tests.api.conftest import WORLD, complaint, edge, node, write_lines
from tests.api.test_http import served

DAY = "2026-03-31"
LATER = "2026-04-30"
KEY = "unowned_control|ControlPoint:CP01"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with the small world, to be copied."""
    from api.cli import run

    folder = tmp_path_factory.mktemp("made")
    url = f"sqlite:///{folder / 'world.db'}"
    assert run(["init", "--store", url, "--json"]) == 0
    lines = write_lines(folder / "w.jsonl", [*WORLD, *complaint("C001", "K-fee")])
    assert run(["ingest", str(lines), "--store", url, "--json", "--source", "test"]) == 0
    return folder / "world.db"


@pytest.fixture
def store(made: Path, tmp_path: Path) -> str:
    """A store of its own for one test."""
    (tmp_path / "s.db").write_bytes(made.read_bytes())
    return f"sqlite:///{tmp_path / 's.db'}"


def own(suyuan: Any, store: str, tmp_path: Path, point: str = "CP01", holder: str = "Owner:o1") -> None:
    """Close the gap of KEY: somebody is appointed."""
    lines = [node("Assignment", "a-new", role="accountable"), edge("FOR", "Assignment:a-new", f"ControlPoint:{point}"),
             edge("HELD_BY", "Assignment:a-new", holder), edge("DEPUTY", "Assignment:a-new", "Owner:o2")]  # fmt: skip
    assert (
        suyuan("ingest", str(write_lines(tmp_path / "own.jsonl", lines)), "--source", "own", "--json", store=store).code
        == 0
    )


def disown(suyuan: Any, store: str, tmp_path: Path) -> None:
    """Open the gap again."""
    empty = write_lines(tmp_path / "own.jsonl", [node("Owner", "o3")])
    assert suyuan("ingest", str(empty), "--source", "own", "--replace", "--json", store=store).code == 0


def listed(suyuan: Any, store: str, *words: str, day: str = DAY) -> Any:
    return suyuan("breakpoints", "--as-of", day, "--json", *words, store=store).json


def case(suyuan: Any, store: str, key: str = KEY, day: str = DAY) -> Any:
    return suyuan("case", "show", key, "--as-of", day, "--json", store=store).json


# ── kept and served ─────────────────────────────────────────────────────────────────────────────────
def test_a_list_is_served_until_the_store_moves_or_somebody_asks(suyuan: Any, store: str, tmp_path: Path) -> None:
    first = listed(suyuan, store)
    assert listed(suyuan, store) == first, "served, its age in computed_at"
    assert listed(suyuan, store, "--refresh")["computed_at"] > first["computed_at"]
    own(suyuan, store, tmp_path)
    moved = listed(suyuan, store)
    assert moved["computed_at"] > first["computed_at"]
    assert moved["revision"] != first["revision"]
    assert listed(suyuan, store, day=LATER)["as_of"] == LATER


def test_when_only_facts_moved_the_framework_is_not_searched_again(
    suyuan: Any, store: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    searched: list[str] = []
    predicate = KINDS["unowned_control"]
    find = predicate.find
    assert find is not None

    def counting(view: View) -> Iterator[Found]:
        searched.append(view.as_of)
        return find(view)

    monkeypatch.setitem(KINDS, predicate.kind, replace(predicate, find=counting))
    with serving(store) as desk:
        first = desk.listing.get(DAY, f"{DAY}T01:00:00.000000Z")
        more = write_lines(tmp_path / "c.jsonl", complaint("C002", "K-odd"))
        assert suyuan("ingest", str(more), "--source", "more", "--json", store=store).code == 0
        second = desk.listing.get(DAY, f"{DAY}T02:00:00.000000Z")
        assert second.revision.facts > first.revision.facts
        assert {f.key for f in second.findings} - {f.key for f in first.findings} == {
            "unmapped_category|Category:K-odd"
        }
        assert len(searched) == 1
        own(suyuan, store, tmp_path)
        third = desk.listing.get(DAY, f"{DAY}T03:00:00.000000Z")
        assert (len(searched), KEY in {f.key for f in third.findings}) == (2, False)
    with serving(store) as anew:
        whole = anew.listing.get(DAY, f"{DAY}T03:00:00.000000Z", refresh=True)
        assert (len(searched), whole.findings) == (3, third.findings)


def test_a_look_at_the_past_is_served_too(suyuan: Any, store: str) -> None:
    listed(suyuan, store, day=LATER)
    assert listed(suyuan, store, day="2026-01-31") == listed(suyuan, store, day="2026-01-31")


def test_another_file_of_the_same_name_is_another_store(suyuan: Any, store: str, made: Path, tmp_path: Path) -> None:
    """Revisions begin anew with every store: a list must not survive the store it was made of."""
    before = listed(suyuan, store)
    path = Path(store.removeprefix("sqlite:///"))
    for name in ("", "-wal", "-shm"):
        path.with_name(path.name + name).unlink(missing_ok=True)
    assert suyuan("init", store=store).code == 0
    lines = write_lines(tmp_path / "w.jsonl", [line for line in [*WORLD, *complaint("C001", "K-fee")] if "CP37" not in str(line)])  # fmt: skip
    assert suyuan("ingest", str(lines), "--source", "test", store=store).code == 0
    after = listed(suyuan, store)
    assert after["revision"] == before["revision"]
    assert len(after["findings"]) > len(before["findings"])


@pytest.mark.parametrize("damage", ["runs.json", "lists", "seen.json.gz"])
def test_damaged_results_are_computed_anew(suyuan: Any, store: str, damage: str) -> None:
    whole = listed(suyuan, store)
    folder = folder_of(store)
    target = next((folder / damage).iterdir()) if damage == "lists" else folder / damage
    target.write_bytes(b"\x1f\x8bnot what it was")
    assert listed(suyuan, store)["findings"] == whole["findings"]


def test_where_nothing_can_be_kept_the_list_is_still_answered(
    suyuan: Any, store: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    monkeypatch.setenv("SUYUAN_RESULTS", str(tmp_path / "file"))
    settings.cache_clear()
    assert listed(suyuan, store)["findings"]


def test_results_of_two_stores_lie_apart(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SUYUAN_RESULTS", str(tmp_path / "all"))
    settings.cache_clear()
    folders = {folder_of(url) for url in ("sqlite:///a.db", "sqlite:///b.db", "neo4j://h:1", "neo4j://h:2")}
    assert len(folders) == 4
    assert all(folder.parent == tmp_path / "all" for folder in folders)


# ── cases ───────────────────────────────────────────────────────────────────────────────────────────
def test_the_life_of_a_case(suyuan: Any, store: str, tmp_path: Path) -> None:
    count = len(listed(suyuan, store)["findings"])
    assert suyuan("case", "assign", KEY, "o1", "--due", "2026-06-30", "--as-of", DAY, store=store).code == 0
    (found,) = listed(suyuan, store, "--status", "assigned")["findings"]
    assert (found["key"], found["first_seen"], found["last_seen"]) == (KEY, DAY, DAY)
    assert suyuan("case", "measure", KEY, "appoint", "--due", "2026-05-31", "--as-of", DAY, store=store).code == 0
    assert suyuan("case", "fixed", KEY, "--as-of", DAY, store=store).code == 0
    assert listed(suyuan, store, day=LATER)["findings"][0]["status"] in ("open", "fixed")
    assert case(suyuan, store, day=LATER)["status"] == "fixed", "claimed, not yet verified: it still holds"

    own(suyuan, store, tmp_path)
    assert len(listed(suyuan, store, day=LATER)["findings"]) == count - 1
    verified = case(suyuan, store, day=LATER)
    assert (verified["status"], verified["finding"], verified["history"][-1]["by"]) == ("verified", None, "run")
    refused = suyuan("case", "assign", KEY, "o1", "--as-of", LATER, store=store)
    assert refused.code == 2
    assert "no longer found" in refused.err

    disown(suyuan, store, tmp_path)
    (again,) = [f for f in listed(suyuan, store, day=LATER)["findings"] if f["key"] == KEY]
    assert (again["status"], again["first_seen"], again["last_seen"]) == ("open", DAY, LATER)
    now = case(suyuan, store, day=LATER)
    assert [h["status"] for h in now["history"]] == ["assigned", "assigned", "fixed", "verified", "open"]
    assert [(m["name"], m["status"], m["due"]) for m in now["measures"]] == [("appoint", "planned", "2026-05-31")]


def test_a_look_at_the_past_moves_no_case(suyuan: Any, store: str, tmp_path: Path) -> None:
    listed(suyuan, store, day=LATER)
    suyuan("case", "fixed", KEY, "--as-of", LATER, store=store)
    own(suyuan, store, tmp_path)
    listed(suyuan, store, day=DAY)
    listed(suyuan, store, day="2099-01-01")
    rows = (tmp_path / "out.jsonl", suyuan("export", "out.jsonl", "--kind", "FindingCase", store=store))
    assert '"status":"fixed"' in rows[0].read_text(encoding="utf-8").replace(" ", "")


def test_accepting_and_its_end(suyuan: Any, store: str) -> None:
    listed(suyuan, store)
    words = ("case", "accept", KEY, "--reason", "预算；明年", "--until", "2026-04-15", "--as-of", DAY)
    assert suyuan(*words, store=store).code == 0
    assert case(suyuan, store)["reason"] == "预算；明年"
    assert len(listed(suyuan, store, "--status", "accepted", day="2026-04-15")["findings"]) == 1
    assert listed(suyuan, store, "--status", "accepted", day="2026-04-16")["findings"] == []
    assert case(suyuan, store, day="2026-04-16")["history"][-1]["status"] == "open"
    late = suyuan("case", "accept", KEY, "--reason", "x", "--until", "2026-03-01", "--as-of", DAY, store=store)
    assert (late.code, "is over" in late.err) == (2, True)


def test_cases_survive_export_and_import(suyuan: Any, store: str, empty: str) -> None:
    listed(suyuan, store)
    suyuan("case", "accept", KEY, "--reason", "预算；a;b", "--until", "2026-12-31", "--as-of", DAY, store=store)
    suyuan("case", "measure", KEY, "train", "--assignee", "P1", "--as-of", DAY, store=store)
    for name in ("all.jsonl", "all.xlsx"):
        other = empty.replace("empty", name.partition(".")[2])
        assert suyuan("export", name, store=store).code == 0
        assert suyuan("init", "--empty", store=other).code == 0
        assert suyuan("ingest", name, store=other).code == 0
        told = case(suyuan, other)
        assert {k: told[k] for k in ("reason", "measures", "history", "version")} == {
            k: case(suyuan, store)[k] for k in ("reason", "measures", "history", "version")
        }


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("assign", KEY, "nobody"), "nobody was not found"),
        (("assign", "unowned_control|ControlPoint:CP1", "o1"), "Did you mean"),
        (("measure", KEY, "train", "--status", "finished"), "planned"),
        (("accept", KEY, "--reason", " ", "--until", "2027-01-01"), "reason"),
        (("assign", KEY, "o1", "--due", "soon"), "--due"),
    ],
)
def test_what_cannot_be_decided_is_said(suyuan: Any, store: str, words: tuple[str, ...], said: str) -> None:
    result = suyuan("case", *words, "--as-of", DAY, store=store)
    assert (result.code, said in result.err) == (2, True), result.err
    assert case(suyuan, store)["history"] == []


def test_personal_data_in_a_reason_is_masked_everywhere(suyuan: Any, store: str) -> None:
    suyuan("case", "fixed", KEY, "--note", "call 13800138000", "--as-of", DAY, store=store)
    assert "13800138000" not in json.dumps(case(suyuan, store))


# ── two lists ───────────────────────────────────────────────────────────────────────────────────────
def test_what_changed_since(suyuan: Any, store: str, tmp_path: Path) -> None:
    before = listed(suyuan, store)
    none = suyuan("breakpoints", "--as-of", DAY, "--diff", "last", store=store)
    assert (none.code, "no list of last" in none.err) == (2, True)
    own(suyuan, store, tmp_path)
    revision = f"{before['revision']['framework']}.{before['revision']['facts']}"
    for words in (("--diff", "last"), ("--diff", revision), ("--diff", DAY)):
        compared = listed(suyuan, store, *words, day=LATER)
        assert KEY in [f["key"] for f in compared["gone"]]
        assert compared["now"]["findings"] == len(listed(suyuan, store, day=LATER)["findings"])
    kinds = listed(suyuan, store, "--diff", revision, "--kind", "no_target", day=LATER)
    assert {f["kind"] for part in ("new", "gone") for f in kinds[part]} <= {"no_target"}
    assert suyuan("breakpoints", "--as-of", LATER, "--diff", revision, store=store, lang="zh").out.count("消失") == 1


# ── over HTTP ───────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def client(store: str) -> Iterator[httpx.Client]:
    with served(store) as opened:
        yield opened


def test_the_case_over_http(client: httpx.Client) -> None:
    address, query = f"/api/v1/breakpoints/{KEY}", {"as_of": DAY}
    first = client.get(address, params=query).json()
    assert (first["status"], first["finding"]["key"]) == ("open", KEY)
    body = {"assignee": "o1", "due": "2026-06-30", "version": first["version"]}
    second = client.patch(address, params=query, json=body)
    assert (second.status_code, second.json()["status"], second.json()["assignee"]) == (200, "assigned", "Owner:o1")
    late = client.patch(address, params=query, json=body | {"status": "fixed"})
    assert (late.status_code, late.json()["code"]) == (409, "case_changed")
    assert client.get(address, params=query).json()["status"] == "assigned"
    assert client.patch(address, params=query, json={"status": "verified"}).status_code == 422
    assert client.patch(address, params=query, json={"status": "accepted"}).status_code == 400
    assert client.get("/api/v1/breakpoints/none|X:1", params=query).status_code == 404
    found = client.get("/api/v1/breakpoints", params={"as_of": DAY, "status": "assigned"}).json()
    assert [f["key"] for f in found["findings"]] == [KEY]


def test_the_tag_of_the_list_moves_with_a_case(client: httpx.Client) -> None:
    query = {"as_of": DAY}
    tag = client.get("/api/v1/breakpoints", params=query).headers["etag"]
    assert client.get("/api/v1/breakpoints", params=query, headers={"If-None-Match": tag}).status_code == 304
    client.patch(f"/api/v1/breakpoints/{KEY}", params=query, json={"status": "fixed"})
    assert client.get("/api/v1/breakpoints", params=query, headers={"If-None-Match": tag}).status_code == 200
