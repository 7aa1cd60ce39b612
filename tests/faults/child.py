"""The command line as an operator runs it: exit code and what it says, never a traceback."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from api.cli import run
from graph.settings import settings

ROOT = Path(__file__).resolve().parents[2]


class Ended(NamedTuple):
    """What one run of the command line gave."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The answer read as JSON."""
        return json.loads(self.out)


def suyuan(*arguments: str, store: str, env: Mapping[str, str] | None = None, lang: str = "en") -> Ended:
    """Run one command as the shell would, in this process: starting another takes a second. An internal error fails the test."""
    out, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        for name, value in (env or {}).items():
            patch.setenv(name, value)
        settings.cache_clear()
        code = run([*arguments, "--store", store, "--lang", lang])
    settings.cache_clear()
    return _checked(Ended(code, out.getvalue(), err.getvalue()))


def process(*arguments: str, store: str, before: Callable[[], None] | None = None) -> Ended:
    """Run one command as a process of its own; ``before`` is called in it before it begins."""
    done = subprocess.run(
        [sys.executable, "-m", "api", *arguments, "--store", store, "--lang", "en"],
        capture_output=True,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)},
        preexec_fn=before,
        timeout=120,
        check=False,
    )
    return _checked(Ended(done.returncode, done.stdout.decode(), done.stderr.decode()))


def _checked(ended: Ended) -> Ended:
    assert "Traceback" not in ended.err
    assert "Internal error" not in ended.err, ended.err
    return ended


def deep(store: str, env: Mapping[str, str] | None = None) -> list[str]:
    """The checks that ``suyuan doctor --deep`` finds broken."""
    said = suyuan("doctor", "--deep", "--json", store=store, env=env)
    assert said.code in (0, 1), said
    return [
        f"{remark['check']}: {remark['what']['en']}" for remark in said.json["remarks"] if remark["level"] == "problem"
    ]
