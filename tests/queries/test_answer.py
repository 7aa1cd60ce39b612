"""The JSON of the answers: the names others rely on, well formed whatever is missing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from queries.answers import TraceAnswer
from tests.queries import random_world

ROOT = Path(__file__).parents[2]
KEYS = [
    "complaint", "outcome", "reason", "as_of", "revision", "calibration", "root", "owner", "parties", "anchors", "candidates",
    "contributing", "earliest_gate", "chain", "indicators", "gaps", "next_evidence", "graph", "explanation",
]  # fmt: skip


@pytest.fixture
def full(world, ask):
    world.stage("S").point("V", "S").points_to("K", {"V": 0.9}).gate("G", "S", ["V"]).kci("V", "I")
    world.subject("Campaign:M").review("Campaign:M", "Gate:G", "failed", "2026-03-01").assign(
        "a", "Owner:o", ["ControlPoint:V"]
    )
    return json.loads(ask(world, world.case(about=["Campaign:M"])).model_dump_json())


def test_the_names_of_the_interface(full):
    assert list(full) == KEYS
    assert full["complaint"] == "Complaint:C1"
    assert full["revision"] == {"framework": 1, "facts": 1, "parameters": "assumed-1"}
    assert full["calibration"] == "uncalibrated"
    assert full["root"].keys() == {"control_point", "stage", "domain", "subject", "probability"}
    assert full["owner"].keys() == {"then", "now"}
    assert full["owner"]["now"] == {"holder": "Owner:o", "unit": None, "rule": None, "via": "control_point"}
    assert full["parties"].keys() == {"first_contact", "current_handler", "root_owner"}
    assert full["anchors"][0].keys() == {"control_point", "probability", "basis", "evidence", "words", "concentration"}
    assert full["candidates"][0].keys() == {
        "hypothesis", "control_point", "stage", "subject", "probability", "score", "terms", "path",
    }  # fmt: skip
    assert [t.keys() for t in full["candidates"][0]["terms"]] == [{"name", "value", "evidence", "facts"}] * 3
    review = full["candidates"][0]["terms"][1]
    assert review["facts"] == [{"id": review["evidence"][0], "value": "failed", "date": "2026-03-01"}]
    assert [t["name"] for t in full["candidates"][0]["terms"]] == ["prior", "review", "kci"]
    assert full["earliest_gate"] == {"gate": "Gate:G", "state": "failed_but_released"}
    assert full["chain"] == [{"from": "ControlPoint:V", "to": "Indicator:I", "basis": "default"}]
    assert full["indicators"] == [{"id": "Indicator:I", "level": "KCI", "value": None, "target": 98.0, "state": None}]
    assert full["gaps"][0].keys() == {"key", "class", "kind", "severity", "nodes", "message"}
    assert full["explanation"].keys() == {"zh", "en"}


def test_contested_owners_are_listed(world, ask):
    world.stage("S").point("V", "S").points_to("K", {"V": 0.9}).assign("a", "Owner:o", ["ControlPoint:V"]).assign(
        "b", "Owner:p", ["ControlPoint:V"]
    )
    now = json.loads(ask(world).model_dump_json())["owner"]["now"]
    assert [holding["holder"] for holding in now["contested"]] == ["Owner:o", "Owner:p"]


def test_without_an_anchor_only_the_nulls_compete(world, ask):
    answer = ask(world, world.case(categories=[]))
    assert (answer.outcome, answer.reason, answer.root, answer.owner) == ("unknown", "no_anchor", None, None)
    assert [(c.hypothesis, c.probability) for c in answer.candidates] == [
        ("unmodelled", 0.9),
        ("no_internal_cause", 0.1),
    ]
    assert (answer.anchors, answer.chain, answer.next_evidence) == ((), (), ())
    assert list(json.loads(answer.model_dump_json())) == KEYS


def test_a_stated_null_rate_is_enough_to_answer(world, ask):
    world.node("Category:K", null_rate=0.7)
    assert ask(world).outcome == "no_internal_cause"


@pytest.mark.parametrize("seed", range(12))
def test_json_and_back_is_the_same_answer(new_world, ask, seed):
    world = random_world.fill(new_world(), seed)
    text = ask(world, world.case(**world.asked)).model_dump_json()
    again = TraceAnswer.model_validate_json(text)
    assert again.model_dump_json() == text
    for number in _numbers(json.loads(text)):
        assert number == round(number, 9)


def _numbers(value):
    if isinstance(value, float):
        yield value
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _numbers(part)


_SCRIPT = """
from tests.queries.conftest import World, moment
from tests.queries.random_world import fill
from graph.records import Revision
from queries.parameters import load_parameters
from queries.trace import trace
for seed in range(40):
    world = fill(World(), seed)
    case = world.case(**world.asked)
    print(trace(world.framework(), case, revision=Revision(1, 1), as_of=moment("2026-06-30"), parameters=load_parameters()).model_dump_json())
"""


def test_the_same_bytes_under_any_hash_seed():
    outputs = {
        subprocess.run(
            [sys.executable, "-c", _SCRIPT], cwd=ROOT, env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
            capture_output=True, check=True,
        ).stdout
        for seed in ("0", "1", "2")
    }  # fmt: skip
    assert len(outputs) == 1
    assert outputs.pop().count(b"\n") == 40


def test_a_run_of_traces_equals_traces_one_by_one(new_world, ask, parameters):
    """What is remembered between traces of one framework changes nothing."""
    from graph.records import Revision
    from queries.trace import trace
    from tests.queries.conftest import moment

    world = random_world.fill(new_world(), 5)
    framework = world.framework()
    cases = [
        world.case(f"C{i}", random_world.day(100 + i), about=about)
        for i, about in enumerate([["Campaign:M"], [], ["Product:X"]] * 3)
    ]
    for case in cases:
        run = trace(framework, case, revision=Revision(1, 1), as_of=moment("2026-06-30"), parameters=parameters)
        assert run.model_dump_json() == ask(world, case).model_dump_json()
