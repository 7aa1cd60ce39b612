"""Injected worlds are fair: they know nothing of the tracer, say nothing of the truth in their tables, and come from their seed alone."""

from __future__ import annotations

import ast
import csv
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from bench.inject_filing import EXTERNAL
from bench.inject_hosts import sets_of, shares
from bench.inject_tables import write_world
from bench.inject_trace import stored
from bench.inject_truth import RANGES, draw_truth
from bench.inject_world import World, draw_world

ROOT = Path(__file__).parents[2]
MAKERS = ("truth", "frame", "filing", "hosts", "evidence", "world", "tables", "bayes", "joint")


@pytest.mark.parametrize("maker", MAKERS)
def test_makers_of_worlds_and_ceilings_import_nothing_of_the_product(maker: str) -> None:
    tree = ast.parse((ROOT / "bench" / f"inject_{maker}.py").read_text(encoding="utf-8"))
    imported = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    imported |= {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    ours = {name.split(".")[0] for name in imported} & {"graph", "ingest", "queries", "viz", "api"}
    assert ours == set()
    assert {n for n in imported if n.startswith("bench.")} <= {f"bench.inject_{m}" for m in MAKERS}


def test_a_seed_gives_the_same_tables_and_another_seed_others(tmp_path: Path) -> None:
    for folder, seed in (("a", 3), ("b", 3), ("c", 4)):
        write_world(draw_world(seed, products=4), tmp_path / folder)
    files = sorted(path.name for path in (tmp_path / "a").iterdir())
    assert all((tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes() for name in files)
    assert (tmp_path / "a" / "Complaint.csv").read_bytes() != (tmp_path / "c" / "Complaint.csv").read_bytes()


def test_every_parameter_lies_in_its_range() -> None:
    truth = draw_truth(np.random.default_rng(1))
    assert all(low <= truth[name] <= high for name, (low, high) in RANGES.items())
    assert np.allclose(truth.review.sum(1), 1, atol=1e-3)
    assert np.allclose(truth.kci.sum(1), 1, atol=1e-3)


def test_at_least_a_fifth_is_causeless_and_faults_are_heavy_tailed() -> None:
    for seed in range(1, 11):
        causes = [complaint.cause for complaint in draw_world(seed).complaints]
        assert causes.count(EXTERNAL) >= 0.2 * len(causes)
    sizes = Counter(level for host in draw_world(1).hosts for _, level in host.faults)
    assert sizes[0] > sizes[3] > 0


def test_tables_say_nothing_of_the_truth(small: World, tmp_path: Path) -> None:
    write_world(small, tmp_path)
    heads = {
        path.stem: path.read_text(encoding="utf-8").split("\n")[0].strip().split(",") for path in tmp_path.iterdir()
    }
    assert heads["Complaint"] == ["id", "event_at", "ABOUT", "IN_CATEGORY", "NAMES", "HOME_UNIT", "REPEATS"]
    assert "stop" not in heads["ControlPoint"]
    with (tmp_path / "Complaint.csv").open(encoding="utf-8") as stream:
        coded = [row["NAMES"] for row in csv.DictReader(stream)]
    assert coded == [small.frame.points[c.code] if c.code >= 0 else "" for c in small.complaints]


def test_every_row_is_taken_and_every_complaint_comes_back(small: World) -> None:
    with stored(small) as store:
        counts = store.counts()
        assert counts.nodes["Complaint"] == len(small.complaints)
        assert counts.nodes["ControlPoint"] == len(small.frame.points)
        assert sorted(case.id for case in store.cases()) == sorted(c.id for c in small.complaints)


def test_what_cannot_have_happened_has_not(small: World) -> None:
    """No complaint comes from a point whose stage its subject's family had not entered yet."""
    for complaint in small.complaints:
        first = small.complaints[complaint.episode]
        if complaint.cause >= 0 and complaint.about >= 0:
            family = [h for h in small.hosts if h.product == small.hosts[complaint.about].product]
            stage = small.frame.stage_of[complaint.cause]
            assert any(host.entered.get(stage, np.inf) <= first.day for host in family)


def test_priors_and_shares_are_distributions(small: World) -> None:
    for at, host in enumerate(small.hosts):
        assert sets_of(host)[1].sum() == pytest.approx(1)
        heard = shares(small.hosts, small.truth, at, (host.launch + host.end) / 2)
        assert np.sum(list(heard.values()), axis=0) == pytest.approx(np.ones(3))
        days = np.linspace(host.launch, host.end, 2001)
        density = [host.swell(0, small.frame.stage_of, day) for day in days]
        assert np.trapezoid(density, days) == pytest.approx(1, abs=0.05)
