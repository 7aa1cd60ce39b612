"""Tables as operators really send them: every file of the corpus is read = stored + refused, with the values, notes and reasons it should give."""

from __future__ import annotations

import csv
import importlib
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from graph.errors import InputError
from graph.records import Ref
from graph.schema import EDGES
from graph.store import Store
from ingest.run import ingest_paths

DATA = Path(__file__).resolve().parents[1] / "data"
FOLDER = DATA / "messy"
EXPECTED: dict[str, dict[str, Any]] = json.loads((FOLDER / "expected.json").read_text(encoding="utf-8"))
BASE = [("Domain", "D1"), ("Category", "Z1"), ("Category", "Z2"), ("ControlPoint", "CP37"), ("ControlPoint", "CP38"), ("Campaign", "M1"), ("OrgUnit", "U1")]  # fmt: skip


@pytest.fixture
def based(store: Store, tmp_path: Path) -> Store:
    """A store with a few nodes that the tables refer to."""
    lines = [json.dumps({"type": "node", "id": f"{k}:{i}", "labels": [k], "properties": {"id": i}}) for k, i in BASE]
    (tmp_path / "base.jsonl").write_text("\n".join(lines))
    ingest_paths(store, [tmp_path / "base.jsonl"])
    return store


def found(store: Store, name: str) -> dict[str, Any]:
    """A node's properties, and by edge type where its links lead."""
    ref = Ref.parse(name)
    (node,) = store.nodes(ref.kind, [ref.id])
    ends: dict[str, list[str]] = {}
    for edge_type, declared in EDGES.items():
        if ref.kind in declared.sources:
            ends[edge_type] = [str(edge.target) for edge in store.edges(edge_type) if edge.source == ref]
    return {**node.props, **ends}


def test_the_corpus_is_what_its_script_makes() -> None:
    sys.path.insert(0, str(DATA))
    try:
        make_messy = importlib.import_module("make_messy")
    finally:
        sys.path.remove(str(DATA))
    cases = make_messy.cases()
    assert len(cases) >= 60
    assert {case.name: case.expected() for case in cases} == EXPECTED
    there = {str(path.relative_to(FOLDER)): path.read_bytes() for path in FOLDER.rglob("*") if path.is_file()}
    del there["expected.json"]
    assert there == {f"{case.name}/{name}": data for case in cases for name, data in case.files.items()}


@pytest.mark.parametrize("name", EXPECTED)
def test_every_row_is_stored_or_refused(based: Store, tmp_path: Path, rejects: Path, name: str) -> None:
    want = EXPECTED[name]
    folder = FOLDER / name
    mapping = folder / want["mapping"] if "mapping" in want else None
    files = [path for path in sorted(folder.iterdir()) if path != mapping]
    paths = [folder] if len(files) > 1 else files
    load: Callable[[], Any] = lambda: ingest_paths(  # noqa: E731
        based, paths, source="mine", mapping=mapping, encoding=want.get("encoding"), rejects=rejects
    )
    if "error" in want:
        before = based.counts()
        with pytest.raises(InputError) as caught:
            load()
        assert want["error"] in caught.value.message("en")
        assert caught.value.message("zh")
        assert based.counts() == before
        return
    report = load()
    total = report.total
    assert (total.read, total.added, total.refused) == (want["read"], want.get("stored", 0), want.get("refused", 0))
    rows: list[dict[str, str]] = []
    if rejects.exists():
        with rejects.open(encoding="utf-8-sig", newline="") as stream:
            rows = list(csv.DictReader(stream))
    assert len(rows) == total.refused
    assert all(row["row"] and row["reason"] and row["content"] for row in rows)
    reasons = [row["reason"] for row in sorted(rows, key=lambda row: int(row["row"]))]
    assert [part for part, reason in zip(want.get("reasons", []), reasons, strict=True) if part not in reason] == []
    for ref, values in want.get("values", {}).items():
        stored = found(based, ref)
        assert {key: stored.get(key) for key in values} == values
    for part, count in want.get("notes", {}).items():
        assert sum(note.count for note in report.notes if part in note.en) == count, [n.en for n in report.notes]
