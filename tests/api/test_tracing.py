"""Several processes write the same lines as one, in the same order; what goes wrong in one of them is told, never shown as a traceback."""

from __future__ import annotations

import os
from multiprocessing import active_children
from pathlib import Path
from typing import Any

import pytest

from api import tracing
from api.context import AsOf
from api.serving import serving
from graph.errors import StoreError, UsageError

AS_OF = AsOf("2026-06-02T00:00:00.000000Z", "2026-06-01")


@pytest.fixture(autouse=True)
def _small_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    small = {name: form._replace(window=2) for name, form in tracing.FORMS.items()}
    monkeypatch.setattr(tracing, "FORMS", small)


def _lines(world: str, jobs: int, form: str = "jsonl") -> list[tracing.Lines]:
    with serving(world) as desk:
        return list(tracing.trace_lines(desk, world, AS_OF, None, jobs, form))


def test_several_processes_write_what_one_writes(world: str) -> None:
    alone = _lines(world, 1)
    assert [lines.complaints for lines in alone] == [1] * 12
    for jobs in (2, 3):  # windows of two: each process gets several
        shared = _lines(world, jobs)
        assert [lines.complaints for lines in shared] == [2] * 6
        assert b"".join(lines.text for lines in shared) == b"".join(lines.text for lines in alone)


def test_the_command_shares_out_and_says_how_many(suyuan: Any, world: str, tmp_path: Path) -> None:
    for jobs in ("1", "2"):
        result = suyuan(
            "trace", "--all", "--out", f"{jobs}.jsonl", "--jobs", jobs, "--as-of", "2026-06-01", store=world
        )
        assert (result.code, result.out) == (0, "")
        assert "12 traces" in result.err
    assert (tmp_path / "1.jsonl").read_bytes() == (tmp_path / "2.jsonl").read_bytes()


def test_a_process_that_is_ended_is_told(world: str) -> None:
    with serving(world) as desk:
        lines = tracing.trace_lines(desk, world, AS_OF, None, 2)
        next(lines)
        for process in active_children():
            process.kill()
        with pytest.raises(UsageError, match="ended"):
            list(lines)


def test_a_store_that_goes_away_under_a_process_is_told_as_such(world: str) -> None:
    with serving(world) as desk, pytest.raises(StoreError, match="there is no store"):
        list(tracing.trace_lines(desk, f"{world}.gone", AS_OF, None, 2))


def test_processes_are_gone_when_nobody_wants_their_lines(world: str) -> None:
    with serving(world) as desk:
        lines = tracing.trace_lines(desk, world, AS_OF, None, 2)
        next(lines)
        assert len(active_children()) == 2
        lines.close()
        assert active_children() == []


@pytest.mark.parametrize(("complaints", "jobs"), [(0, 1), (999, 1), (1_999, 1), (10**7, len(os.sched_getaffinity(0)))])
def test_a_process_must_be_worth_starting(complaints: int, jobs: int) -> None:
    assert tracing.fitting_jobs(complaints) == jobs


@pytest.mark.parametrize("arguments", [["C001", "--jobs", "2"], ["--jobs", "2"]])
def test_jobs_goes_with_all(suyuan: Any, world: str, arguments: list[str]) -> None:
    result = suyuan("trace", *arguments, store=world)
    assert result.code == 2
    assert "--jobs goes with --all" in result.err
