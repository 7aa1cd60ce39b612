"""The breakpoint list and the life of its cases on a Neo4j server: every answer that of the embedded store."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from api.cli import run
from graph.settings import settings
from tests.api.conftest import FAILED_REVIEW, WORLD, complaint, edge, node, write_lines

KEY, OTHER = "unowned_control|ControlPoint:CP01", "unowned_control|ControlPoint:CP02"
DAY, LATER = "2026-03-31", "2026-04-30"
OWNED = [
    node("Assignment", "a-new", role="accountable"),
    edge("FOR", "Assignment:a-new", "ControlPoint:CP01"),
    edge("HELD_BY", "Assignment:a-new", "Owner:o1"),
    edge("DEPUTY", "Assignment:a-new", "Owner:o2"),
]
MOMENTS = {"computed_at", "at", "version", "revision"}
"""What differs because it says when, or how often the store was written: the two stores are written one after the other."""

Ask = Callable[..., Any]


@pytest.fixture
def results(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Lists are kept in the test's own folder."""
    monkeypatch.setenv("SUYUAN_RESULTS", str(tmp_path / "results"))
    settings.cache_clear()
    yield
    settings.cache_clear()


def _timeless(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _timeless(part) for name, part in value.items() if name not in MOMENTS}
    return [_timeless(part) for part in value] if isinstance(value, list) else value


def _life(ask: Ask, folder: Path) -> list[Any]:
    """A world, its list, two cases that are assigned, accepted, measured, claimed fixed, verified and opened again, and what changed between two runs."""
    lines = [*WORLD, *FAILED_REVIEW, *(line for n in range(1, 7) for line in complaint(f"C00{n}", "K-fee"))]
    ask("init")
    ask("ingest", str(write_lines(folder / "w.jsonl", lines)), "--source", "test")
    told = [ask("breakpoints", "--as-of", DAY), ask("breakpoints", "--as-of", DAY)]
    ask("case", "assign", KEY, "o1", "--due", "2026-04-15", "--as-of", DAY)
    ask("case", "measure", KEY, "appoint", "--assignee", "P1", "--due", "2026-05-31", "--as-of", DAY)
    ask("case", "accept", OTHER, "--reason", "预算；明年", "--until", "2026-04-15", "--as-of", DAY)
    told += [ask("case", "show", key, "--as-of", DAY) for key in (KEY, OTHER)]
    ask("case", "fixed", KEY, "--as-of", DAY)
    own = folder / "own.jsonl"
    ask("ingest", str(write_lines(own, OWNED)), "--source", "own")
    told += [ask("breakpoints", "--as-of", LATER, *words) for words in ((), ("--diff", "last"))]
    told += [ask("case", "show", key, "--as-of", LATER) for key in (KEY, OTHER)]
    ask("ingest", str(write_lines(own, [node("Owner", "o3")])), "--source", "own", "--replace")
    told += [ask("breakpoints", "--as-of", LATER), ask("case", "show", KEY, "--as-of", LATER)]
    told += [
        ask("matrix", name, "--as-of", LATER) for name in ("raci_owners", "leakage", "swim_lanes", "monthly_complaints")
    ]
    return told


@pytest.mark.neo4j
def test_the_list_and_its_cases_are_those_of_the_embedded_store(
    neo4j_url: str, results: None, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    def asked(store: str) -> Ask:
        def ask(*words: str) -> Any:
            capfd.readouterr()
            code = run([*words, *(() if words[0] == "init" else ("--json",)), "--store", store, "--lang", "en"])
            out, err = capfd.readouterr()
            assert code == 0, (words, err)
            return json.loads(out) if words[0] not in ("init", "ingest") and out.startswith("{") else None

        return ask

    lives = []
    for number, url in enumerate((f"sqlite:///{tmp_path / 's.db'}", neo4j_url)):
        folder = tmp_path / str(number)
        folder.mkdir()
        lives.append(_life(asked(url), folder))
    embedded, server = lives
    assert server[0] == server[1], "served from the folder, its age with it"
    assert {finding["key"] for finding in server[0]["findings"]} >= {KEY, OTHER}
    assert [one["status"] for one in server[6:8]] == ["verified", "open"]
    assert server[9]["status"] == "open"
    assert [_timeless(one) for one in server] == [_timeless(one) for one in embedded]
