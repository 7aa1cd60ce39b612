"""``docs/faults.md`` names tests that are there: a guard whose test was renamed or removed would be a promise that nobody keeps."""

from __future__ import annotations

import re

from tests.faults.child import ROOT

FAULTS = (
    "the loader killed", "server killed", "a full disk", "the connection cut", "a slow network", "clock", "two loaders at once",
    "a corrupt SQLite page", "Neo4j restarted during reads",
)  # fmt: skip
"""What must be in the page, in its own words."""


def test_every_fault_names_a_test_and_one_without_the_guard() -> None:
    page = (ROOT / "docs" / "faults.md").read_text(encoding="utf-8")
    rows = [line.strip("|").split(" | ") for line in page.splitlines() if line.startswith("| ")][1:]
    assert [fault for fault in FAULTS if not any(fault in row[0] for row in rows)] == []
    for fault, _, *columns in rows:
        assert len(columns) == 2, fault
        for column in columns:
            named = re.findall(r"`([\w/.]+)::(\w+)`", column)
            assert named, fault
            for file, test in named:
                assert f"def {test}(" in (ROOT / file).read_text(encoding="utf-8"), f"{fault}: {file}::{test}"


def test_every_test_without_a_guard_is_in_the_page() -> None:
    page = (ROOT / "docs" / "faults.md").read_text(encoding="utf-8")
    tests = "".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "tests" / "faults").glob("test_*.py")))
    assert [name for name in re.findall(r"^def (test_without_\w+)\(", tests, re.M) if f"::{name}`" not in page] == []
