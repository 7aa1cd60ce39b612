"""``docs/plan_coverage.md`` lists all 219 ids of the plan, and what it claims for each is true today."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from graph.records import EdgeRow, NodeRow, Ref
from ingest.catalogue import records
from ingest.catalogue.coverage import Claim, claims, page

REPO = Path(__file__).resolve().parents[2]
PLAN_ROWS = REPO.parent / "shared" / "design" / "plan_rows.md"
RANGES = {
    "G{:02}": 14, "D1-S{}": 7, "D2-S{}": 7, "D3-S{}": 3, "CP{:02}": 40, "CP-u{}": 3, "M1{:02}": 11, "M2{:02}": 18, "M3{:02}": 21,
    "KCI{:02}": 21, "KQI{:02}": 14, "KPI{:02}": 2, "O{:02}": 23, "S{:02}": 17, "L{:02}": 8, "T{:02}": 10,
}  # fmt: skip
CLAIMS = list(claims())


@cache
def nodes() -> dict[Ref, NodeRow]:
    return {item.node.ref: item.node for item in records(False) if item.node is not None}


@cache
def edges() -> dict[tuple[str, str, str], EdgeRow]:
    return {(e.type, str(e.source), str(e.target)): e for item in records(False) for e in item.edges}


@cache
def names_in(path: Path) -> frozenset[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return frozenset(n.name for n in ast.walk(tree) if isinstance(n, ast.FunctionDef) and n.name.startswith("test"))


def untrue(claim: Claim) -> list[str]:
    """The parts of a claim that do not hold."""
    wrong = []
    for part in claim.nodes:
        ref, _, name = part.partition("#")
        node = nodes().get(Ref.parse(ref))
        if node is None or (name and name not in node.props):
            wrong.append(part)
    wrong += [part for part in claim.edges if len(part.split(" ")) != 3 or tuple(part.split(" ")) not in edges()]
    for feature in claim.features:
        module, test_file = REPO / feature.module, REPO / feature.test_file
        if not module.is_file() or not test_file.is_file() or feature.test not in names_in(test_file):
            wrong.append(str(feature))
    return wrong


def test_it_lists_exactly_the_219_ids() -> None:
    expected = {pattern.format(number) for pattern, last in RANGES.items() for number in range(1, last + 1)}
    listed = [claim.id for claim in CLAIMS]
    assert len(listed) == len(expected) == 219
    assert set(listed) == expected


@pytest.mark.skipif(not PLAN_ROWS.is_file(), reason="the design pages are not beside this checkout")
def test_the_ids_are_those_of_the_design_page() -> None:
    text = PLAN_ROWS.read_text(encoding="utf-8").partition("## 1. ")[2]
    in_rows = set(re.findall(r"^\| ([A-Z][A-Za-z0-9-]*\d) \|", text, flags=re.MULTILINE))
    assert len(in_rows) == 181
    inside_rows = {f"CP{n}" for n in range(20, 41)} | {f"S{n:02}" for n in range(1, 18)}
    assert in_rows | inside_rows == {claim.id for claim in CLAIMS}


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.id)
def test_every_claim_is_true(claim: Claim) -> None:
    assert untrue(claim) == []
    assert claim.how == ("open" if claim.open else "feature" if claim.features else "data")
    assert claim.nodes or claim.edges or claim.features or claim.open
    assert set(claim.open) | set(claim.remaining) <= set("3456789")
    assert not (claim.open and (claim.nodes or claim.edges or claim.features))


def test_a_false_claim_is_seen() -> None:
    true = next(claim for claim in CLAIMS if claim.features)
    assert untrue(true._replace(nodes=("ControlPoint:CP99",))) == ["ControlPoint:CP99"]
    assert untrue(true._replace(nodes=("Stage:D1-S1#colour",))) == ["Stage:D1-S1#colour"]
    assert untrue(true._replace(edges=("NEXT Stage:D1-S2 Stage:D1-S1",))) == ["NEXT Stage:D1-S2 Stage:D1-S1"]
    for change in ({"test": "test_nothing"}, {"test_file": "tests/none.py"}, {"module": "queries/none.py"}):
        assert untrue(true._replace(features=(true.features[0]._replace(**change),))) != []


def test_the_page_is_made_from_the_claims() -> None:
    written = (REPO / "docs" / "plan_coverage.md").read_text(encoding="utf-8")
    assert written == page(), "run: python -m ingest.catalogue.coverage > docs/plan_coverage.md"
    assert all(f"| {claim.id} |" in written for claim in CLAIMS)
