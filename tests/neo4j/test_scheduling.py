"""With several workers, tests on Neo4j run on one of them, and a test cannot get there unnoticed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.neo4j.server import ROOT

SUITE = """
import os, pathlib, pytest

@pytest.fixture
def neo4j_server():
    return None

@pytest.mark.parametrize("n", range(12))
def test_plain(n, record):
    record("plain")

@pytest.mark.parametrize("n", range(12))
def test_on_neo4j(n, record, neo4j_server):
    record("neo4j")

@pytest.mark.parametrize("where", ["elsewhere", pytest.param("neo4j", marks=pytest.mark.neo4j)])
def test_by_parameter(where, record):
    record("neo4j" if where == "neo4j" else "plain")

@pytest.fixture
def record():
    def write(what):
        with pathlib.Path("ran.txt").open("a") as file:
            file.write(what + " " + os.environ["PYTEST_XDIST_WORKER"] + "\\n")
    return write
"""


def run(folder: Path, suite: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a suite of its own with this scheduling."""
    (folder / "test_suite.py").write_text(suite, encoding="utf-8")
    (folder / "pytest.ini").write_text(f"[pytest]\nmarkers = neo4j\npythonpath = {ROOT}\n", encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "tests.neo4j.scheduling", *arguments]
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, env={"PYTHONPATH": str(ROOT)}
    )


def test_all_on_one_worker_and_the_rest_on_both(tmp_path: Path) -> None:
    done = run(tmp_path, SUITE, "-n", "2")
    assert done.returncode == 0, done.stdout
    ran = [line.split() for line in (tmp_path / "ran.txt").read_text(encoding="utf-8").splitlines()]
    workers = {what: {worker for kind, worker in ran if kind == what} for what in ("plain", "neo4j")}
    assert [kind for kind, _ in ran].count("neo4j") == 13
    assert len(workers["neo4j"]) == 1
    assert workers["plain"] - workers["neo4j"]


def test_the_mark_selects_what_asks_for_the_server(tmp_path: Path) -> None:
    done = run(tmp_path, SUITE, "-m", "not neo4j", "--collect-only", "-q")
    assert "13/26 tests collected" in done.stdout


@pytest.mark.parametrize("mark", ["@pytest.mark.neo4j\ndef test_quiet(): pass", "def test_quiet(neo4j_server): pass"])
def test_one_that_does_not_say_so_is_refused(mark: str, tmp_path: Path) -> None:
    suite = "import pytest\n@pytest.fixture\ndef neo4j_server(): pass\n"
    done = run(tmp_path, suite + mark)
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert "test_suite.py::test_quiet" in done.stderr + done.stdout
