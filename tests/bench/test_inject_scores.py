"""Scores against small cases worked out by hand, and the baselines against what they claim to be."""

from __future__ import annotations

import math
from dataclasses import replace

import networkx as nx
import numpy as np
import pytest

from bench.inject_bayes import column
from bench.inject_filing import EXTERNAL
from bench.inject_guesses import Guess, ceiling, most_frequent, random_ancestor, symptom
from bench.inject_scores import count, difference, families, figures
from bench.inject_world import Complaint, World


def stated(small: World, causes: list[int], about: list[int]) -> World:
    """The small world with complaints of stated causes about stated hosts."""
    complaints = tuple(
        Complaint(f"T{n}", 100.0 + n, host, -1, 0, -1, cause, n)
        for n, (cause, host) in enumerate(zip(causes, about, strict=True))
    )
    return replace(small, complaints=complaints)


def guess(small: World, rows: list[dict[int, float]], named: list[int]) -> Guess:
    """Stated probabilities by column."""
    causes = np.zeros((len(rows), len(small.frame.points) + 2))
    for n, row in enumerate(rows):
        for at, probability in row.items():
            causes[n, at] = probability
    return Guess(causes, np.array(named))


def test_figures_by_hand(small: World) -> None:
    points = len(small.frame.points)
    world = stated(small, [3, 3, 4, EXTERNAL], [0, 0, 1, 1])
    rows = [{3: 0.75, 4: 0.25}, {4: 0.75, 3: 0.25}, {5: 0.55, 6: 0.3, 4: 0.15}, {2: 0.65, points: 0.35}]
    counted = count(world, guess(small, rows, [3, 4, -1, 2]), families(world))
    found = figures([counted])
    assert found["precision"][0] == pytest.approx(1 / 3)
    assert found["coverage"][0] == pytest.approx(3 / 4)
    assert found["AC@1"][0] == pytest.approx(1 / 3)
    assert found["AC@3"][0] == pytest.approx(1)
    assert found["MRR"][0] == pytest.approx((1 + 1 / 2 + 1 / 3) / 3)
    assert found["false accusations"][0] == pytest.approx(1)
    # bins: 0.7–0.8 holds two (one right), 0.5–0.6 and 0.6–0.7 one wrong each
    assert found["ECE"][0] == pytest.approx((abs(1.5 - 1) + 0.55 + 0.65) / 4)


def test_stages_and_owners_add_up_their_points(small: World) -> None:
    """Three points of one stage share a mass that no one of them leads with."""
    stage_of = small.frame.stage_of
    stage = next(s for s in stage_of if stage_of.count(s) >= 3)
    a, b, c = [p for p, s in enumerate(stage_of) if s == stage][:3]
    other = next(p for p, s in enumerate(stage_of) if s != stage and small.frame.owner(p) != small.frame.owner(a))
    world = stated(small, [a], [0])
    found = figures([count(world, guess(small, [{other: 0.4, a: 0.3, b: 0.2, c: 0.1}], [-1]), families(world))])
    assert found["AC@1"][0] == 0
    assert found["AC@1 stage"][0] == 1
    assert found["MRR"][0] == pytest.approx(1 / 2)


def test_equal_probabilities_share_their_ranks(small: World) -> None:
    """A guess that says nothing gains nothing from the order of ids."""
    points = len(small.frame.points)
    world = stated(small, list(range(points)), [0] * points)
    flat = Guess(np.full((points, points + 2), 1 / (points + 2)), np.full(points, -1))
    found = figures([count(world, flat, families(world))])
    assert found["AC@1"][0] == 0
    assert found["MRR"][0] == pytest.approx(2 / (points + 1))
    assert math.isnan(found["precision"][0])


def test_intervals_are_over_families_and_differences_paired(small: World) -> None:
    campaigns = [n for n, host in enumerate(small.hosts) if host.campaign]
    one = [campaigns[0]] * 40
    world = stated(small, [3] * 20 + [4] * 20, one)
    always = guess(small, [{3: 1.0}] * 40, [3] * 40)
    found = figures([count(world, always, families(world))])
    assert found["AC@1"] == pytest.approx((0.5, 0.5, 0.5))  # one family: nothing to redraw
    spread = stated(small, [3] * 20 + [4] * 20, [n % 8 for n in range(20)] + [(n + 3) % 8 for n in range(20)])
    counted = count(spread, always, families(spread))
    _, low, high = figures([counted])["precision"]
    assert low < 0.5 < high
    assert difference([counted], [counted], "AC@1") == pytest.approx((0, 0, 0))


def test_left_out_complaints_do_not_count(small: World) -> None:
    world = stated(small, [3, 4, EXTERNAL], [0, 0, 1])
    keep = np.array([True, False, True])
    found = figures([count(world, guess(small, [{3: 1.0}] * 3, [3, 3, -1]), families(world, keep))])
    assert found["AC@1"][0] == 1
    assert found["coverage"][0] == pytest.approx(1 / 2)


def test_a_ceiling_names_by_the_rule_of_the_page_and_never_a_null(small: World) -> None:
    points = len(small.frame.points)
    rows: list[dict[int, float]] = [{1: 0.6, 2: 0.4}, {1: 0.59, 2: 0.2, 3: 0.21}, {points: 0.9, 1: 0.1}]
    assert ceiling(guess(small, rows, [-1] * 3).causes).named.tolist() == [1, -1, -1]


def test_baselines_are_what_they_claim(small: World) -> None:
    true = [column(small, c.cause) for c in small.complaints]
    points = len(small.frame.points)
    commonest = max(range(points), key=true.count)
    assert set(most_frequent(small).named.tolist()) == {commonest}
    upstream = nx.DiGraph(list(zip(*np.nonzero(small.frame.shown_cause), strict=True)))
    felt, drawn = symptom(small).named, random_ancestor(small).named
    for at, ancestor in zip(felt, drawn, strict=True):
        assert ancestor == at or ancestor in nx.descendants(upstream, at)
    assert (felt != drawn).any()
    for n, complaint in enumerate(small.complaints):
        if complaint.code >= 0:
            assert felt[n] == complaint.code
