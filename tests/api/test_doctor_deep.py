"""``suyuan doctor --deep``: what it tells of verdicts and of the folders beside a store, its exit codes, and the mend it names."""

from __future__ import annotations

import gzip
import json
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from api.cli import run

Place = Callable[[Path], None]


@pytest.fixture(scope="module")
def template(world: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with a verdict, and a run of the list beside it."""
    path = tmp_path_factory.mktemp("template") / "used.db"
    shutil.copy(world.removeprefix("sqlite:///"), path)
    url = f"sqlite:///{path}"
    assert run(["verdict", "C001", "--confirm", "--store", url]) == 0
    assert run(["breakpoints", "--out", str(path.with_name("list.json")), "--store", url]) == 0
    return path.parent


@pytest.fixture
def used(template: Path, tmp_path: Path) -> Path:
    """One's own copy of it."""
    shutil.copytree(template, tmp_path / "used")
    return tmp_path / "used" / "used.db"


def _sql(script: str) -> Place:
    def change(path: Path) -> None:
        connection = sqlite3.connect(path)
        connection.executescript(script)
        connection.close()

    return change


def _results(path: Path) -> Path:
    return path.with_name("used.results")


def _one_list(path: Path) -> None:
    next((_results(path) / "lists").glob("*.gz")).write_bytes(b"no list")


def _runs_ahead(path: Path) -> None:
    file = _results(path) / "runs.json"
    runs = json.loads(file.read_bytes())
    file.write_text(json.dumps([{**run, "facts": run["facts"] + 1000} for run in runs]))


def _import(path: Path) -> None:
    job = path.with_name("used.imports") / ("a" * 32)
    job.mkdir(parents=True)
    (job / "job.json").write_text("{")


def _numbers(path: Path) -> None:
    folder = path.with_name("used.parameters")
    folder.mkdir()
    (folder / "assumed-v1-00000000.yaml").write_text("version: other\n")


FAULTS: dict[str, tuple[str, Place]] = {
    "a verdict that was changed": ("verdicts", _sql("UPDATE Verdict SET reason = 'other' ")),
    "runs that cannot be read": ("results", lambda path: (_results(path) / "runs.json").write_text("[{") and None),
    "a list that is no list": ("results", _one_list),
    "runs of a later state": ("results", _runs_ahead),
    "days that cannot be read": ("results", lambda path: (_results(path) / "seen.json.gz").write_bytes(gzip.compress(b"{")) and None),
    "an import job": ("imports", _import),
    "a version of the numbers": ("parameters", _numbers),
    "a count": ("tally", _sql("UPDATE tally SET complaints = 99")),
}  # fmt: skip


def test_a_store_in_use_is_told_healthy(suyuan: Any, used: Path) -> None:
    said = suyuan("doctor", "--deep", "--json", store=f"sqlite:///{used}")
    assert (said.code, said.json["deep"], said.json["remarks"]) == (0, True, [])
    assert "Looking at pages of the file" in said.err
    assert "正在核对" in suyuan("doctor", "--deep", store=f"sqlite:///{used}", lang="zh").err


@pytest.mark.parametrize("name", FAULTS)
def test_each_fault_is_told_and_nothing_else(suyuan: Any, used: Path, name: str) -> None:
    check, damage = FAULTS[name]
    damage(used)
    url = f"sqlite:///{used}"
    assert suyuan("doctor", "--json", store=url).json["remarks"] == [], "the quick look does not see it"
    said = suyuan("doctor", "--deep", "--json", store=url)
    assert said.code == 1
    (remark,) = said.json["remarks"]
    assert (remark["check"], remark["level"]) == (check, "problem")
    assert remark["mend"]["zh"]
    assert remark["what"]["zh"] in suyuan("doctor", "--deep", store=url, lang="zh").out


def test_a_file_that_was_not_finished_is_a_hint(suyuan: Any, used: Path) -> None:
    (_results(used) / ".runs.json.abc.part").write_text("half")
    said = suyuan("doctor", "--deep", "--json", store=f"sqlite:///{used}")
    assert said.code == 0
    assert [(remark["check"], remark["level"]) for remark in said.json["remarks"]] == [("left over", "hint")]


def test_the_mend_that_is_told_mends(suyuan: Any, used: Path) -> None:
    url = f"sqlite:///{used}"
    _sql("UPDATE tally SET complaints = 99; DELETE FROM tally_day")(used)
    assert "suyuan init --rebuild" in suyuan("doctor", "--deep", store=url).out
    assert "created or upgraded" in suyuan("init", "--rebuild", store=url).err
    assert suyuan("doctor", "--deep", store=url).code == 0
