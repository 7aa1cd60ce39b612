"""The worked example of trace.md, both halves, from its own table."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from queries.concentration import concentration_factor

EXAMPLE: dict[str, Any] = yaml.safe_load(
    (Path(__file__).parent / "data" / "worked_example.yaml").read_text(encoding="utf-8")
)
M1 = "Campaign:M1"


@pytest.fixture
def example(world):
    for stage, (domain, order) in EXAMPLE["stages"].items():
        world.stage(stage, domain, order)
    world.node("Domain:D1", order=1).node("Domain:D2", order=2)
    for point, stage in EXAMPLE["points"].items():
        world.point(point, stage)
    world.points_to("K", EXAMPLE["points_to"])
    for effect, causes in EXAMPLE["caused_by"].items():
        world.caused_by(effect, causes)
    for point, kci in EXAMPLE["measured_by"].items():
        world.kci(point, kci)
    world.gate("G24", "营销上线", ["CP24"])
    for n in range(4):  # the unit records what is to be expected of it: four of five with M1's own
        other = f"Campaign:M0{n}"
        world.subject(other, run_by=("U",)).entry(other, "营销上线", "2026-01-10")
        world.review(other, "Gate:G24", "passed", "2026-01-09")
    return world.subject(M1, tier="provincial", run_by=("U",))


def add_evidence(world, proofs=("waived", "red")):
    world.entry(M1, "营销上线", "2026-02-01").entry(M1, "业务使用", "2026-02-10")
    if "waived" in proofs:
        world.review(M1, "ControlPoint:CP23", "waived", "2026-02-01")
    if "red" in proofs:
        world.value("KCI23", 90, "2026-02-01", "2026-03-01", on=M1)
    world.value("KCI37", 99, "2026-02-01", "2026-03-01", on=M1)
    for point in ("CP20", "CP27"):
        world.review(M1, f"ControlPoint:{point}", "passed", "2026-02-02")
    return world


@pytest.fixture
def earlier(example, count):
    """M1's earlier complaints and everybody's: as many as give the base rates of the page, (N_a + 1) / (N + 7 points)."""
    told = EXAMPLE["concentration"]
    for point in told["complaints"]:
        example.points_to(f"K-{point}", {point: 0.8})
    example.node("Category:K-elsewhere")
    everything = {f"K-{point}": round(share * told["all"]) - 1 for point, share in told["base"].items()}
    everything["K-elsewhere"] = told["all"] - len(EXAMPLE["points"]) - sum(everything.values())
    return count({f"K-{point}": n for point, n in told["complaints"].items()}, everything)


def by_point(answer):
    return {c.control_point.split(":")[1]: c.probability for c in answer.candidates if c.control_point}


def stages(answer):
    sums: dict[str, float] = {}
    for c in answer.candidates:
        if c.stage:
            sums[c.stage.split(":")[1]] = sums.get(c.stage.split(":")[1], 0) + c.probability
    return sums


def test_without_evidence_only_the_domain_is_named(example, ask):
    answer = ask(example, example.case(about=[M1]))
    found = by_point(answer)
    for point, expected in EXAMPLE["without_evidence"].items():
        assert found[point] == pytest.approx(expected, abs=1e-3)
    for null in answer.candidates:
        if null.hypothesis != "control_point":
            assert null.probability == pytest.approx(0.1, abs=1e-9)
    ((stage, expected),) = EXAMPLE["best_stage"].items()
    sums = stages(answer)
    assert max(sums, key=sums.__getitem__) == stage
    assert sums[stage] == pytest.approx(expected, abs=1e-3)
    assert answer.outcome == "domain"
    assert answer.root.model_dump() == {
        "control_point": None, "stage": None, "domain": "Domain:D2", "subject": None,
        "probability": pytest.approx(EXAMPLE["domain"], abs=1e-3),
    }  # fmt: skip


def test_with_evidence_the_launch_check_is_named(example, ask, earlier):
    answer = ask(add_evidence(example), example.case(about=[M1], episodes=earlier))
    found = by_point(answer)
    for point, expected in EXAMPLE["with_evidence"].items():
        assert found[point] == pytest.approx(expected, abs=1e-3)
    for stage, expected in EXAMPLE["with_evidence_stage"].items():
        assert stages(answer)[stage] == pytest.approx(expected, abs=1e-3)
    assert answer.outcome == "named"
    assert (answer.root.control_point, answer.root.subject) == ("ControlPoint:CP23", M1)
    says = {c.control_point: {t.name: t.evidence for t in c.terms} for c in answer.candidates if c.control_point}
    assert says["ControlPoint:CP24"]["review"] == ("Gate:G24",)  # the missing review
    assert answer.candidates[0].path == ("ControlPoint:CP37", "ControlPoint:CP23")


@pytest.mark.parametrize("proof", ["waived", "red"])
def test_one_proof_alone_does_not_name_it(example, ask, earlier, proof):
    answer = ask(add_evidence(example, (proof,)), example.case(about=[M1], episodes=earlier))
    assert by_point(answer)["CP23"] == pytest.approx(EXAMPLE["one_proof"], abs=1e-3)
    assert answer.outcome != "named"


def test_the_factor_is_clipped_on_both_sides(parameters):
    numbers = parameters.concentration
    assert concentration_factor(1000, 1000, 0.01, numbers) == numbers.highest == 3
    assert concentration_factor(0, 1000, 0.5, numbers) == pytest.approx(1 / 3)
    assert concentration_factor(0, 0, 0.2, numbers) == pytest.approx(1)
