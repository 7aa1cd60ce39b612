"""The Makefile is the one list of commands; it works from anywhere and says what is missing."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.architecture.house import ROOT

MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
TARGETS = ("help", "demo", "test", "cover", "quick", "lint", "docs", "messages", "bench", "bench-full", "lock", "clean")

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")


def make(*arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run make without what an outer make handed down."""
    clean = {
        name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "CI")
    }
    return subprocess.run(
        ["make", *arguments], cwd=cwd, env=clean | environment, capture_output=True, text=True, check=False
    )


def recipe(target: str, tmp_path: Path, **environment: str) -> str:
    """What make would run for a target, from another folder."""
    done = make("--no-print-directory", "-n", "-C", str(ROOT), target, cwd=tmp_path, **environment)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_help_is_the_default_and_lists_every_target_in_both_languages(tmp_path: Path) -> None:
    done = make("--no-print-directory", "-C", str(ROOT), cwd=tmp_path)
    assert done.returncode == 0
    assert re.findall(r"^  make ([\w-]+)", done.stdout, re.M) == list(TARGETS)
    lines = [line for line in done.stdout.splitlines() if line.startswith("  make ")]
    assert [line for line in lines if " · " not in line or line.isascii()] == []
    phony = re.search(r"^\.PHONY: (.+)$", MAKEFILE, re.M)
    assert phony is not None
    assert tuple(phony[1].split()) == TARGETS


def test_test_runs_every_check_before_the_tests_and_wants_a_browser_and_a_neo4j_only_in_ci(tmp_path: Path) -> None:
    here = recipe("test", tmp_path)
    wanted = [
        "ruff check", "ruff format --check", "mypy", "lint-imports", "scripts/browser.sh", "scripts/neo4j.sh", "-m pytest",
    ]  # fmt: skip
    positions = [here.index(part) for part in wanted]
    assert positions == sorted(positions)
    in_ci = recipe("test", tmp_path, CI="true")
    for name in ("SUYUAN_REQUIRE_BROWSER", "SUYUAN_REQUIRE_NEO4J"):
        assert f'{name}="${{{name}:-}}"' in here
        assert f'{name}="${{{name}:-1}}"' in in_ci


def test_quick_leaves_slow_browser_and_neo4j_tests_out(tmp_path: Path) -> None:
    assert '-m "not slow and not browser and not neo4j"' in recipe("quick", tmp_path)


def test_ci_runs_make_test_with_everything_required() -> None:
    script = ROOT / ".ci" / "run"
    text = script.read_text(encoding="utf-8")
    assert text.startswith("#!/usr/bin/env bash\n")
    assert "set -euo pipefail" in text
    assert text.rstrip().endswith("exec make test")
    assert "export CI=true" in text
    assert subprocess.run(["bash", "-n", str(script)], check=False).returncode == 0


@pytest.mark.parametrize("script", sorted(path.name for path in (ROOT / "scripts").glob("*.sh")))
def test_scripts_can_be_run_and_stop_at_the_first_failure(script: str) -> None:
    path = ROOT / "scripts" / script
    assert os.access(path, os.X_OK)
    assert "\nset -eu\n" in path.read_text(encoding="utf-8")
    assert subprocess.run(["sh", "-n", str(path)], check=False).returncode == 0
    assert f"scripts/{script}" in MAKEFILE


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A folder with the Makefile and what it needs to begin, without an environment."""
    for name in ("Makefile", "pyproject.toml", "requirements.lock", "requirements-dev.lock"):
        shutil.copy(ROOT / name, tmp_path)
    shutil.copytree(ROOT / "scripts", tmp_path / "scripts")
    return tmp_path


def fake(folder: Path, name: str, body: str) -> Path:
    """An executable of that name that does what the shell lines say."""
    path = folder / name
    path.write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def test_a_missing_python_is_named_with_the_way_out(bare: Path) -> None:
    done = make("demo", "PYTHON=no-such-python", cwd=bare)
    assert done.returncode != 0
    assert "没有找到 no-such-python" in done.stderr
    assert "make PYTHON=PATH" in done.stderr


def test_an_old_python_is_refused_with_the_way_out(bare: Path) -> None:
    old = fake(bare, "old-python", 'case "$1" in -V) echo "Python 3.9.2" ;; *) exit 1 ;; esac')
    done = make("demo", f"PYTHON={old}", cwd=bare)
    assert done.returncode != 0
    assert "Python 3.9.2" in done.stderr
    assert "需要 Python 3.11" in done.stderr


def test_without_the_venv_module_an_ordinary_user_is_told_the_package(bare: Path) -> None:
    fake(bare, "id", "echo 1000")
    python = fake(bare, "some-python", 'case "$*" in *ensurepip*) exit 1 ;; *) exit 0 ;; esac')
    done = make("demo", f"PYTHON={python}", cwd=bare, PATH=f"{bare}:{os.environ['PATH']}")
    assert done.returncode != 0
    assert done.stderr.count("apt-get install python3-venv") == 2


@pytest.mark.parametrize(("ci", "code"), [("", 0), ("true", 2)])
def test_without_chromium_an_ordinary_user_is_told_what_is_skipped_and_ci_fails(
    tmp_path: Path, ci: str, code: int
) -> None:
    for name in ("sh", "grep", "env"):
        (tmp_path / name).symlink_to(str(shutil.which(name)))
    fake(tmp_path, "id", "echo 1000")
    fake(tmp_path, "dpkg-query", "exit 1")
    done = subprocess.run(
        [str(ROOT / "scripts" / "browser.sh")],
        env={"PATH": str(tmp_path), "CI": ci},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code
    assert "apt-get install chromium fonts-noto-cjk" in done.stderr
    assert "浏览器测试将跳过" in done.stderr


@pytest.mark.parametrize(("ci", "code"), [("", 0), ("true", 2)])
def test_without_java_an_ordinary_user_is_told_what_is_skipped_and_ci_fails(tmp_path: Path, ci: str, code: int) -> None:
    for name in ("sh", "cmp", "dirname"):
        (tmp_path / name).symlink_to(str(shutil.which(name)))
    fake(tmp_path, "id", "echo 1000")
    fake(tmp_path, "mvn", "exit 1")
    done = subprocess.run(
        [str(ROOT / "scripts" / "neo4j.sh")],
        env={"PATH": str(tmp_path), "CI": ci},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code
    assert "apt-get install openjdk-17-jre-headless" in done.stderr
    assert "Neo4j 测试将跳过" in done.stderr
