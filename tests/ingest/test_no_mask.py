"""``--no-mask``: personal data goes in as it is, and the store says so to whoever asks."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from api.cli import run
from graph.settings import settings
from graph.store import Store
from ingest.copying import copy
from ingest.report import IngestReport
from ingest.run import ingest_paths

PHONE = "13812345678"
AT = "2026-03-01T00:00:00.000000Z"
COMPLAINTS = f"id,event_at,text,customer\nC1,2026-03-01,请回电{PHONE},{PHONE}\nC2,not a date,请回电{PHONE},\n"
Answer = Callable[..., str]


@pytest.fixture
def ask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Answer:
    """The command line on one store, in a folder with a table of complaints; what it said on standard output."""
    monkeypatch.chdir(tmp_path)
    Path("Complaint.csv").write_text(COMPLAINTS, encoding="utf-8")

    def call(*words: str, code: int = 0, lang: str = "zh") -> str:
        capfd.readouterr()
        assert run([*words, "--store", f"sqlite:///{tmp_path}/s.db", "--lang", lang]) == code
        return capfd.readouterr().out

    call("init")
    return call


def test_texts_and_rejects_keep_what_they_say_and_the_store_notes_it(ask: Answer) -> None:
    ask("ingest", "Complaint.csv", "--no-mask", "--source", "工单", code=1)
    ask("export", "all.jsonl", "--kind", "Complaint")
    assert f"请回电{PHONE}" in Path("all.jsonl").read_text(encoding="utf-8")
    assert PHONE in Path("Complaint.csv.rejects.csv").read_text(encoding="utf-8-sig")
    for command in ("doctor", "stats"):
        noted = json.loads(ask(command, "--json"))["unmasked"]
        assert list(noted) == ["工单"]
        assert noted["工单"].startswith("20")
        assert noted["工单"].endswith("Z")
    assert "工单" in ask("doctor")
    assert "未经脱敏" in ask("stats")
    assert "loaded unmasked: 工单 (20" in ask("stats", lang="en")
    assert "loaded unmasked: 工单 (20" in ask("doctor", lang="en")


def test_the_option_holds_for_one_run(ask: Answer) -> None:
    ask("ingest", "Complaint.csv", "--no-mask", "--source", "open", code=1)
    assert settings().mask is True
    ask("ingest", "Complaint.csv", "--source", "open", "--replace", code=1)
    ask("export", "all.jsonl", "--kind", "Complaint")
    assert PHONE not in Path("all.jsonl").read_text(encoding="utf-8")
    assert list(json.loads(ask("stats", "--json"))["unmasked"]) == ["open"]


@pytest.mark.parametrize("words", [("--dry-run",), ()])
def test_nothing_is_noted_of_a_check_or_of_a_masked_load(ask: Answer, words: tuple[str, ...]) -> None:
    ask("ingest", "Complaint.csv", *(("--no-mask", *words) if words else ()), code=1)
    assert json.loads(ask("stats", "--json"))["unmasked"] == {}
    assert "未经脱敏" not in ask("doctor") + ask("stats")


def test_the_setting_is_noted_as_the_option_is(ask: Answer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUYUAN_MASK", "false")
    settings.cache_clear()
    ask("ingest", "Complaint.csv", code=1)
    monkeypatch.delenv("SUYUAN_MASK")
    settings.cache_clear()
    assert list(json.loads(ask("stats", "--json"))["unmasked"]) == ["Complaint.csv"]


def test_a_watched_folder_is_noted_too(ask: Answer) -> None:
    Path("drop").mkdir()
    Path("drop/Complaint.csv").write_text(COMPLAINTS, encoding="utf-8")
    ask("ingest", "--watch", "drop", "--once", "--no-mask", code=1)
    noted = json.loads(ask("stats", "--json"))["unmasked"]
    assert list(noted) == ["drop"]
    assert noted["drop"].startswith("20")


def test_a_copy_keeps_the_note(new_store: Callable[[], Store], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here, there = new_store(), new_store()
    (tmp_path / "Complaint.csv").write_text(COMPLAINTS, encoding="utf-8")
    monkeypatch.setenv("SUYUAN_MASK", "false")
    settings.cache_clear()
    report: IngestReport = ingest_paths(
        here, [tmp_path / "Complaint.csv"], source="s", rejects=tmp_path / "r.csv", at=AT
    )
    monkeypatch.delenv("SUYUAN_MASK")
    settings.cache_clear()
    assert report.total.added == 1
    assert copy(here, there).same
    assert there.unmasked == here.unmasked == {"s": AT}
