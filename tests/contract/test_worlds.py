"""Whole worlds: what is exported, traced, listed and counted is the same, byte for byte, whoever keeps the graph."""

from __future__ import annotations

import csv
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from graph.schema import EDGES
from graph.store import Store
from ingest import catalogue, demo, pipeline
from ingest.export import export
from ingest.run import ingest_paths
from queries.breakpoints import breakpoints
from queries.parameters import load_parameters
from queries.trace import trace

LENDING = Path(__file__).parents[1] / "data" / "lending"
SEED, COMPLAINTS = 2025, 300
MOMENT, DAY = "2026-01-01T00:00:00.000000Z", "2026-01-01"


@pytest.fixture(scope="module")
def province(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Tables of the demo province: the organisation whole, some complaints with their steps, the facts of what they are about."""
    whole = demo.generate(tmp_path_factory.mktemp("demo"), SEED).tables
    complaints = sorted(_rows(whole / "Complaint.csv"), key=lambda row: row["id"])
    chosen = random.Random(SEED).sample(complaints, COMPLAINTS)
    named = {row["id"] for row in chosen}
    for row in chosen:
        row["REPEATS"] = row["REPEATS"] if row["REPEATS"] in named else ""
    about = {subject for row in chosen for subject in row["ABOUT"].split(";")}
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
        ingest_paths(store, [tables]),
    ]
    return [report.model_dump() for report in reports]


def _said(store: Store, folder: Path) -> Iterator[tuple[str, object]]:
    """Everything a store answers."""
    folder.mkdir(exist_ok=True)
    export(store, folder / "all.jsonl")
    yield "export", (folder / "all.jsonl").read_bytes()
    revision, framework, parameters = store.revision(), store.framework(), load_parameters()
    yield "revision", revision
    cases = list(store.cases())
    yield "cases", cases
    some = [case.id for case in cases[::-7]]
    yield "named cases", list(store.cases([*some, "nobody"]))
    yield (
        "traces",
        [
            trace(framework, case, revision=revision, as_of=MOMENT, parameters=parameters).model_dump_json()
            for case in cases
        ],
    )
    yield "tallies", list(store.tallies())
    yield "tallies of a quarter", list(store.tallies("2025-04-01", "2025-07-01"))
    found = breakpoints(framework, store.tallies(), revision=revision, as_of=DAY, computed_at=MOMENT)
    yield "breakpoints", found.model_dump_json()
    yield "counts", store.counts()
    yield (
        "found",
        [row.id for question in ("退费", "套餐 扣费", "宽带", "5g") for row in store.nodes("Complaint", text=question)],
    )


def _compare(store: Store, reference: Store, folder: Path) -> None:
    for (what, here), (_, there) in zip(_said(store, folder / "a"), _said(reference, folder / "b"), strict=True):
        assert here == there, what


def test_the_province_is_the_same_everywhere(store: Store, reference: Store, province: Path, tmp_path: Path) -> None:
    assert _load(store, province) == _load(reference, province)
    assert store.counts().nodes["Complaint"] == COMPLAINTS
    assert store.counts().nodes["Measurement"] > 1000
    _compare(store, reference, tmp_path)
    before = store.revision()
    for report in _load(store, province):
        assert (report["total"]["added"], report["total"]["changed"], report["removed"]) == (0, 0, {})
    assert store.revision() == before


def test_a_foreign_world_is_the_same_everywhere(store: Store, reference: Store, tmp_path: Path) -> None:
    for each in (store, reference):
        ingest_paths(each, [LENDING])
    _compare(store, reference, tmp_path)


def test_a_replacement_takes_back_exactly_what_is_left_out(
    store: Store, reference: Store, province: Path, tmp_path: Path
) -> None:
    less = tmp_path / "less"
    less.mkdir()
    for path in province.glob("*.csv"):
        lines = path.read_bytes().splitlines(keepends=True)
        cut = path.stem in ("HandlingStep", "Review", "Measurement")
        (less / path.name).write_bytes(b"".join(lines[: len(lines) // 2] if cut else lines))
    removed = []
    for each in (store, reference):
        _load(each, province)
        removed.append(ingest_paths(each, [less], source=province.name, replace=True).model_dump())
    assert removed[0] == removed[1]
    assert removed[0]["removed"]["Review"] > 0
    assert set(removed[0]["removed"]) & set(EDGES)
    _compare(store, reference, tmp_path)
