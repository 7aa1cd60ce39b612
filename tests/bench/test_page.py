"""One registry of areas; a measured document becomes a page that tells which bars are met."""

from __future__ import annotations

import inspect
import json
from pathlib import Path

import pytest

from bench import __main__ as command
from bench.measure import Figure, as_json, document, joined
from bench.page import page
from bench.plan import Plan
from bench.registry import AREAS

FIGURES = [
    Figure("trace", "one trace, p99", 1.234, "ms", "", "≤ 2", True, {"p50 ms": "0.8"}),
    Figure("ingest", "time | of a load", 4.81, "×", "executemany", "≤ 3", False),
    Figure("growth", "trace --all", 1234.5, "/s"),
]


def test_every_area_is_measured_by_a_function_of_one_shape() -> None:
    for name, area in AREAS.items():
        assert list(inspect.signature(area.run).parameters) == ["plan"]
        assert area.run.__module__ == f"bench.{name}"
        assert area.about.zh != area.about.en


def test_the_page_tells_bars_first_and_then_every_figure_with_its_area() -> None:
    found = document(FIGURES, Plan(seed=9), {"trace": 61.0, "ingest": 60.0})
    text = page(found)
    lines = text.splitlines()
    bars = lines[lines.index("## 指标 · Bars: 1 / 2") + 4 :][:2]
    assert bars == [
        "| trace | one trace, p99 | ≤ 2 | 1.23 ms | ✓ yes |",
        r"| ingest | time \| of a load, against executemany | ≤ 3 | 4.81 × | ✕ no |",
    ]
    assert [line for line in lines if line.startswith("## ")][1:] == ["## ingest", "## trace", "## growth"]
    assert "| trace --all | 1,234 /s |  |" in lines
    assert "seed 9" in text
    assert "Written by `python -m bench trace ingest`" in text
    assert "Written by `make bench-full`" in page(document(FIGURES, Plan(full=True), dict.fromkeys(AREAS, 1.0)))
    assert f"revision `{found['revisions']['trace']}`" in text
    assert page(json.loads(as_json(found))) == text


def test_an_area_measured_anew_stands_beside_the_others_of_the_same_plan() -> None:
    first = document(FIGURES, Plan(seed=9), dict.fromkeys(("trace", "ingest", "growth"), 10.0))
    first["revisions"] = dict.fromkeys(first["revisions"], "before")
    second = document([Figure("trace", "one trace, p99", 0.5, "ms")], Plan(seed=9), {"trace": 3.0})
    both = joined(first, second)
    assert [(figure["area"], figure["value"]) for figure in both["figures"]] == [
        ("ingest", 4.81),
        ("growth", 1234.5),
        ("trace", 0.5),
    ]
    assert both["seconds"] == {"ingest": 10.0, "growth": 10.0, "trace": 3.0}
    assert "revisions `before` (ingest, growth), " in page(both)
    assert joined(first, document([], Plan(seed=8), {}))["figures"] == []
    assert joined({}, second) == second


def test_the_command_prints_the_page_of_kept_figures_without_measuring(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = tmp_path / "bench.json"
    kept.write_text(as_json(document(FIGURES, Plan(), {})), encoding="utf-8")
    command.main(["--read", str(kept), "--page", str(tmp_path / "docs" / "bench.md")])
    written = (tmp_path / "docs" / "bench.md").read_text(encoding="utf-8")
    assert capsys.readouterr().out == written + "\n"
    assert "4.81 ×" in written


def test_an_unknown_area_is_refused_with_the_known_ones(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        command.main(["speed"])
    assert stopped.value.code == 2
    assert "no area speed: choose from demo, ingest, intake" in capsys.readouterr().err
