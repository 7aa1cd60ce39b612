"""docs/schema.md is what its generator writes today, in any process."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from graph import schema_page
from graph.schema import EDGES, KINDS

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "schema.md"


def test_the_reference_page_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == schema_page.page(), "run `make docs`"


@pytest.mark.parametrize("seed", ["0", "1"])
def test_the_command_prints_the_same_bytes_under_any_hash_seed(seed: str) -> None:
    command = [sys.executable, "-m", "graph.schema_page"]
    printed = subprocess.run(
        command, cwd=ROOT, env=os.environ | {"PYTHONHASHSEED": seed}, capture_output=True, check=True
    )
    assert printed.stdout == PAGE.read_bytes()


def test_every_kind_edge_property_and_choice_is_on_the_page() -> None:
    page = schema_page.page()
    lines = page.splitlines()
    for kind in KINDS.values():
        assert f"### {kind.zh} · {kind.name}" in lines
    for edge in EDGES.values():
        (row,) = (line for line in lines if line.startswith(f"| `{edge.name}`"))
        assert edge.zh in row
        assert all(end.source in row and end.target in row for end in edge.ends)
    for declared in [*KINDS.values(), *EDGES.values()]:
        for p in declared.properties.values():
            rows = [line for line in lines if line.startswith(f"| `{p.name}` | {p.zh} | {p.en} |")]
            assert rows, (declared.name, p.name)
            pairs = zip(p.choices, p.labels or ("",) * len(p.choices), strict=True)
            assert any(all(f"`{choice}` {label}".strip() in row for choice, label in pairs) for row in rows), (
                declared.name,
                p.name,
            )


def test_every_row_of_a_table_has_as_many_cells_as_its_heading() -> None:
    width = 0
    for line in schema_page.page().splitlines():
        if not line.startswith("|"):
            width = 0
            continue
        width = width or line.count("|")
        assert line.count("|") == width, line
