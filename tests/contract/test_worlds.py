"""Whole worlds: what is exported, traced, listed and counted is the same, byte for byte, whoever keeps the graph."""

from __future__ import annotations

import csv
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from graph.schema import EDGES
from graph.store import Store
from ingest import catalogue, demo, pipeline
from ingest.run import ingest_paths
from tests.contract.answers import compare
from tests.contract.foreign import LEFT_OUT, SOURCE, foreign_world

LENDING = Path(__file__).parents[1] / "data" / "lending"
SEED, COMPLAINTS, KNOWN = 2025, 300, 25
"""Complaints of the province, and of how many of them what they are about has its facts: the server takes its time for each."""


@pytest.fixture(scope="module")
def province(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Tables of the demo province: the organisation whole, some complaints with their steps, the facts of what some of them are about."""
    whole = demo.generate(tmp_path_factory.mktemp("demo"), SEED).tables
    complaints = sorted(_rows(whole / "Complaint.csv"), key=lambda row: row["id"])
    chosen = random.Random(SEED).sample(complaints, COMPLAINTS)
    named = {row["id"] for row in chosen}
    for row in chosen:
        row["REPEATS"] = row["REPEATS"] if row["REPEATS"] in named else ""
    about = {subject for row in chosen[:KNOWN] for subject in row["ABOUT"].split(";")}
    keep: dict[str, Callable[[dict[str, str]], bool]] = {
        "HandlingStep": lambda row: row["OF"] in named,
        "Review": lambda row: row["ON"] in about,
        "StageEntry": lambda row: row["ON"] in about,
        "Measurement": lambda row: not row["ON"] or row["ON"] in about,
    }
    folder = tmp_path_factory.mktemp("province")
    for path in sorted(whole.glob("*.csv")):
        rows = chosen if path.stem == "Complaint" else [row for row in _rows(path) if keep.get(path.stem, _any)(row)]
        with (folder / path.name).open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
    return folder


def _any(_: dict[str, str]) -> bool:
    return True


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def _load(store: Store, tables: Path) -> list[Any]:
    reports = [
        pipeline.load(store, catalogue.records(plan_only=False), source="catalogue"),
        ingest_paths(store, [tables], again=True),
    ]
    return [report.model_dump() for report in reports]


def test_the_province_is_the_same_everywhere(store: Store, reference: Store, province: Path, tmp_path: Path) -> None:
    """Loaded, loaded again, and in part taken back."""
    assert _load(store, province) == _load(reference, province)
    assert store.counts().nodes["Complaint"] == COMPLAINTS
    assert store.counts().nodes["Measurement"] > 1000
    compare(store, reference, tmp_path)
    before = store.revision()
    for report in _load(store, province):
        assert (report["total"]["added"], report["total"]["changed"], report["removed"]) == (0, 0, {})
    assert store.revision() == before
    less = _half_of(province, tmp_path / "less")
    removed = [
        ingest_paths(each, [less], source=province.name, replace=True).model_dump() for each in (store, reference)
    ]
    assert removed[0] == removed[1]
    assert removed[0]["removed"]["Review"] > 0
    assert set(removed[0]["removed"]) & set(EDGES)
    compare(store, reference, tmp_path)


def _half_of(tables: Path, folder: Path) -> Path:
    """The tables without half of the steps, reviews and values."""
    folder.mkdir()
    for path in tables.glob("*.csv"):
        lines = path.read_bytes().splitlines(keepends=True)
        cut = path.stem in ("HandlingStep", "Review", "Measurement")
        (folder / path.name).write_bytes(b"".join(lines[: len(lines) // 2] if cut else lines))
    return folder


def test_a_foreign_world_is_the_same_everywhere(store: Store, reference: Store, tmp_path: Path) -> None:
    for each in (store, reference):
        ingest_paths(each, [LENDING])
    compare(store, reference, tmp_path)


@pytest.mark.parametrize("seed", range(len(LEFT_OUT)))
def test_a_random_foreign_world_is_the_same_everywhere(
    store: Store, reference: Store, tmp_path: Path, seed: int
) -> None:
    reports = [
        pipeline.load(each, foreign_world(seed), source=SOURCE, rejects=tmp_path / f"{number}.csv").model_dump()
        for number, each in enumerate((store, reference))
    ]
    assert reports[0] == reports[1]
    assert reports[0]["total"]["added"] > 300
    refused = [path.read_bytes() if path.exists() else b"" for path in (tmp_path / "0.csv", tmp_path / "1.csv")]
    assert refused[0] == refused[1]
    assert not LEFT_OUT[seed] & set(store.counts().nodes)
    compare(store, reference, tmp_path)
