"""Every operation of the OpenAPI document, asked with everything that fits it and much that does not: no answer departs from the document."""

from __future__ import annotations

import os
import re
import subprocess
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import pytest

from graph.settings import settings
from tests.api.entry import Entry, copied, guarded

CASES = 5
"""Examples an operation in the phases that draw; those of the coverage phase come on top, some forty each."""
CONFIG = """
[checks.positive_data_acceptance]
# What fits the schema may still not be meant: a day that is none, a cursor of no list, a name that names nothing.
expected-statuses = ["2xx", "304", "400", "401", "403", "404", "409", "413", "429"]
"""


@pytest.fixture
def entry(world: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Entry]:
    monkeypatch.setenv("SUYUAN_RATE_LIMIT", "")
    monkeypatch.setenv("SUYUAN_RATE_LIMIT_ANONYMOUS", "")
    settings.cache_clear()
    with guarded(copied(world, tmp_path)) as made:
        yield made


@pytest.mark.slow
def test_no_answer_departs_from_the_document(entry: Entry, tmp_path: Path) -> None:
    (tmp_path / "schemathesis.toml").write_text(CONFIG, encoding="utf-8")
    words = [
        "run", f"{entry.base}/api/v1/openapi.json", "--header", f"Authorization: Bearer {entry.tokens['admin']}", "--checks", "all",
        "--phases", "examples,coverage,fuzzing,stateful", "--max-examples", str(CASES), "--generation-deterministic",
        "--continue-on-failure", "--no-color",
    ]  # fmt: skip
    program = Path(sysconfig.get_path("scripts")) / "schemathesis"
    done = subprocess.run(
        [str(program), *words], cwd=tmp_path, env={"PATH": os.environ["PATH"], "HOME": str(tmp_path)},
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
    selected = re.search(r"Tested: (\d+)", done.stdout)
    described = sum(len(methods) for methods in entry.app.openapi()["paths"].values())
    assert selected is not None
    assert int(selected[1]) == described
