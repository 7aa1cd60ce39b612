"""The file of numbers: complete, versioned, replaceable, and refused with a clear word when it is wrong."""

from __future__ import annotations

import pytest
import yaml

from graph.errors import InputError
from queries.parameters import load_parameters


def test_the_shipped_numbers_are_those_of_the_definition(parameters):
    numbers = parameters.model_dump()
    assert numbers.pop("version") == "assumed-1"
    assert numbers == {
        "status": "assumed",
        "anchor": {"code": 0.95, "category": 0.05},
        "concentration": {"k": 10, "lowest": pytest.approx(1 / 3), "highest": 3},
        "nulls": {"rate": 0.1, "lowest": 0.01, "highest": 0.85, "unmodelled": 0.1},
        "stop": {"usual": 0.5, "lowest": 0.05},
        "review": {"failed": 4, "waived": 3, "conditional": 2, "passed": 0.7, "missing": 1.5, "recorded": 0.8},
        "kci": {"red": 3, "amber": 1.5, "green": 0.6, "stale_periods": 2},
        "evidence": {"bound": 8, "review": 1, "kci": 1, "temperature": 1},
        "decision": {"probability": 0.6, "lead": 0.15},
        "learning": {"prior": 20, "ridge": 40, "coolest": 0.2, "warmest": 5, "sample": 200, "error": 0.1},
        "learned": None,
        "calibrated": None,
    }


def test_a_customer_can_replace_them(tmp_path, parameters, world, ask):
    numbers = parameters.model_dump() | {"version": "ours-7"}
    numbers["decision"] = {"probability": 0.99, "lead": 0.15}
    numbers["evidence"] = numbers["evidence"] | {"review": 0.5}
    file = tmp_path / "ours.yaml"
    file.write_text(yaml.safe_dump(numbers), encoding="utf-8")
    ours = load_parameters(file)
    world.stage("S").point("V", "S").points_to("K", {"V": 0.9}).subject("Campaign:M").review(
        "Campaign:M", "ControlPoint:V", "failed", "2026-03-01"
    )
    case = world.case(about=["Campaign:M"])
    usual, replaced = ask(world, case), ask(world, case, parameters=ours)
    assert (usual.outcome, replaced.outcome) == ("named", "unknown")
    assert replaced.revision.parameters == "ours-7"
    assert replaced.candidates[0].terms[1].value == pytest.approx(usual.candidates[0].terms[1].value / 2)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (lambda n: n["stop"].update(lowest=0), "stop.lowest"), (lambda n: n["review"].update(failed=-1), "review.failed"),
        (lambda n: n.pop("version"), "version"), (lambda n: n["kci"].update(blue=2), "kci.blue"),
        (lambda n: n["decision"].update(probability=60), "decision.probability"), (lambda n: n["nulls"].update(rate=float("nan")), "nulls.rate"),
    ],
)  # fmt: skip
def test_a_wrong_number_is_refused_by_name(tmp_path, parameters, change, field):
    numbers = parameters.model_dump()
    change(numbers)
    file = tmp_path / "bad.yaml"
    file.write_text(yaml.safe_dump(numbers), encoding="utf-8")
    with pytest.raises(InputError) as refused:
        load_parameters(file)
    assert refused.value.where.field == field


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"a: [", b"just text", b""])
def test_a_file_that_is_none_is_refused(tmp_path, content):
    file = tmp_path / "bad.yaml"
    file.write_bytes(content)
    with pytest.raises(InputError):
        load_parameters(file)


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(InputError):
        load_parameters(tmp_path / "none.yaml")
