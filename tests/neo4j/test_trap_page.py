"""The page of traps names tests that are there: a trap whose test was renamed or removed would be a promise that nobody keeps."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_trap_names_a_test_that_is_there_or_says_why_not() -> None:
    page = (ROOT / "docs" / "neo4j.md").read_text(encoding="utf-8")
    _, _, section = page.partition("\n## 陷阱 · Traps\n")
    rows = [line.strip("|").split("|") for line in section.splitlines() if line.startswith("| ")][1:]
    assert len(rows) >= 19
    for trap, _, tests in rows:
        named = re.findall(r"`([\w/.]+)::(\w+)`", tests)
        assert named or "nothing to test" in tests, trap
        for file, test in named:
            path = ROOT / file
            assert path.exists(), f"{trap}: {file}"
            assert f"def {test}(" in path.read_text(encoding="utf-8"), f"{trap}: {file}::{test}"
