"""Nightly feeds by the command line: a watched folder with exit codes for cron, standard input, and repeats."""

from __future__ import annotations

import io
import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from api.loading import feeds
from ingest.unchanged import UNCHANGED
from tests.api.conftest import Suyuan

TICKETS = [
    {
        "id": f"T{n}",
        "description": f"多扣费{n}",
        "creationDate": f"2026-03-0{n}T00:00:00Z",
        "ticketType": "资费",
        "relatedParty": [{"id": "u1", "role": "customer", "@referredType": "Customer"}],
    }
    for n in (1, 2, 3)
]


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeds, "SETTLED", 0.01)


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    folder.mkdir()
    return folder


def watch(suyuan: Suyuan, inbox: Path, store: str, *more: str) -> tuple[int, list[dict[str, object]]]:
    result = suyuan("ingest", "--watch", str(inbox), "--once", "--json", *more, store=store)
    return result.code, json.loads(result.out)["files"] if result.code < 2 else []


def test_exit_codes_of_a_watched_folder(suyuan: Suyuan, inbox: Path, empty: str, tmp_path: Path) -> None:
    assert watch(suyuan, inbox, empty) == (0, [])
    (inbox / "t.json").write_text(json.dumps(TICKETS), encoding="utf-8")
    code, (run,) = watch(suyuan, inbox, empty)
    assert (code, run["status"], run["report"]["sources"]) == (0, "done", ["in"])  # type: ignore[index]
    (inbox / "t.json").write_text(json.dumps([{**TICKETS[0], "creationDate": "soon"}]), encoding="utf-8")
    code, (run,) = watch(suyuan, inbox, empty)
    assert (code, run["status"], run["kept_as"]) == (1, "done", "done/t-2.json")
    (inbox / "t.json").write_text(json.dumps(TICKETS)[:-5], encoding="utf-8")
    code, (run,) = watch(suyuan, inbox, empty)
    assert (code, run["status"]) == (1, "failed")
    assert watch(suyuan, tmp_path / "gone", empty)[0] == 2
    (inbox / "t.json").write_text(json.dumps(TICKETS), encoding="utf-8")
    assert watch(suyuan, inbox, f"sqlite:///{tmp_path}/none.db")[0] == 3
    code, (run,) = watch(suyuan, inbox, empty)  # what the store's trouble left behind
    assert (code, run["resumed"]) == (0, True)


def test_the_same_file_dropped_twice_is_moved_on_with_a_report_of_its_own(
    suyuan: Suyuan, inbox: Path, empty: str
) -> None:
    kept = []
    for _ in range(2):
        (inbox / "Owner.csv").write_text("id,name,party\na,甲,role\n", encoding="utf-8")
        code, (run,) = watch(suyuan, inbox, empty)
        assert (code, run["report"]["total"]["read"]) == (0, 1)  # type: ignore[index]
        kept.append((run["kept_as"], [note["en"] for note in run["report"]["notes"]]))  # type: ignore[index]
    assert kept == [("done/Owner.csv", []), ("done/Owner-2.csv", [UNCHANGED.en])]


def test_a_wrong_mapping_touches_no_file(suyuan: Suyuan, inbox: Path, empty: str, tmp_path: Path) -> None:
    (inbox / "t.csv").write_text("a\n1\n", encoding="utf-8")
    (tmp_path / "bad.yaml").write_text("version: 7\n", encoding="utf-8")
    assert watch(suyuan, inbox, empty, "--mapping", str(tmp_path / "bad.yaml"))[0] == 2
    assert [entry.name for entry in inbox.iterdir()] == ["t.csv"]


@pytest.mark.parametrize("words", [("--dry-run",), ("x.csv",), ("--rejects", "r.csv"), ("--again",)])
def test_what_does_not_go_with_watch(words: tuple[str, ...], suyuan: Suyuan, inbox: Path, empty: str) -> None:
    assert suyuan("ingest", "--watch", str(inbox), "--once", *words, store=empty).code == 2


def test_standard_input(suyuan: Suyuan, empty: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO("\n".join(map(json.dumps, TICKETS)).encode())))
    report = suyuan("ingest", "-", "--json", "--source", "pipe", store=empty).json
    assert (report["sources"], report["kinds"]["Complaint"]["added"]) == (["pipe"], 3)
    assert suyuan("ingest", "-", "x.csv", store=empty).code == 2
    assert suyuan("ingest", store=empty).code == 2


def test_repeats(suyuan: Suyuan, empty: str, tmp_path: Path) -> None:
    path = tmp_path / "t.json"
    path.write_text(json.dumps(TICKETS), encoding="utf-8")
    assert suyuan("ingest", str(path), store=empty).code == 0
    dry = suyuan("repeats", "--dry-run", "--json", store=empty).json["report"]
    assert (dry["dry_run"], dry["total"]["added"]) == (True, 2)
    assert suyuan("stats", "--json", store=empty).json["edges"].get("REPEATS") is None
    done = suyuan("repeats", "--days", "1", "--similar", "--json", store=empty).json
    assert (done["report"]["total"]["added"], done["proposals"]) == (2, [])
    assert suyuan("repeats", "--days", "0", "--json", store=empty).json["report"]["removed"] == {"REPEATS": 2}
    assert "REPEATS" in suyuan("repeats", "--similar", store=empty).out
