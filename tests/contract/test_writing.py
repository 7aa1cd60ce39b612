"""Writing and withdrawing: cases as data, each with what every store must answer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from graph.store import Store
from tests.contract.conftest import BACKENDS
from tests.contract.notation import content, record, tallies

FOLDER = Path(__file__).parent / "cases"
CASES = [case for file in sorted(FOLDER.glob("*.yaml")) for case in yaml.safe_load(file.read_text(encoding="utf-8"))]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_case(store: Store, case: dict[str, Any]) -> None:
    for step in case["steps"]:
        before = store.revision()
        replacing = "replace" in step
        removed: dict[str, int] = {}
        with store.session(replacing=replacing) as session:
            report = session.write([record(text) for text in step.get("replace" if replacing else "write")])
            if replacing:
                removed = dict(session.withdraw(step.get("source", "a")).removed)
        after = store.revision()
        assert [str(outcome) for outcome in report.outcomes] == step["outcomes"]
        assert {n: [str(ref) for ref in refs] for n, refs in report.missing.items()} == step.get("missing", {})
        assert removed == step.get("removed", {})
        if "conflicts" in step:
            assert [[c.element, c.property, c.before, c.after] for c in report.conflicts] == step["conflicts"]
        if "moves" in step:
            moved = [int(after.framework > before.framework), int(after.facts > before.facts)]
            assert moved == step["moves"]
        if "content" in step:
            assert content(store) == step["content"]
        if "tallies" in step:
            assert tallies(store) == step["tallies"]


def test_no_case_names_a_store() -> None:
    """A case that names a store would be an exception for it, and exceptions only grow."""
    named = [
        f"{file.name}: {name}"
        for file in [*FOLDER.glob("*.yaml"), *Path(__file__).parent.glob("test_*.py")]
        for name in BACKENDS
        if name in file.read_text(encoding="utf-8").lower()
    ]
    assert named == []


def test_a_rehearsal_answers_alike_and_leaves_nothing(store: Store) -> None:
    records = [
        record({"node": "Campaign:M1"}),
        record(
            {
                "node": "Complaint:T1",
                "props": {"event_at": "2026-01-01T00:00:00.000000Z"},
                "edges": [["ABOUT", "Campaign:M1"]],
            }
        ),
    ]
    with store.session(rehearse=True) as session:
        first = [str(o) for batch in records for o in session.write([batch]).outcomes]
        again = [str(o) for o in session.write(records).outcomes]
    assert (first, again) == (["added", "added"], ["unchanged", "unchanged"])
    assert content(store) == {"nodes": {}, "edges": {}}
    assert store.revision() == (0, 0)
    with store.session() as session:
        assert [str(o) for o in session.write(records).outcomes] == first
