"""The trials beyond the page do what they say: learning counts ways as enumeration does, history speaks for what it repeats."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bench.inject_history import Said, by_history, said
from bench.inject_learning import WEIGHS, Shares, assumed, learned, relabelled, true_shares
from bench.inject_trace import stored
from bench.inject_truth import Floats
from bench.inject_world import Complaint, World
from queries.parameters import load_parameters


def one_way(small: World, cause: int, felt: int) -> tuple[World, Shares, Floats]:
    """A chain 3 → 2 → 1 → 0 of causes, and one complaint felt at a point."""
    points = len(small.frame.points)
    links = np.zeros((points, points))
    for effect in (1, 2, 3):
        links[effect, effect - 1] = 1.0
    stop = np.ones(points)
    stop[1:4] = 0.5
    world = replace(small, complaints=(Complaint("T0", 100.0, 0, -1, 0, -1, cause, 0),))
    where = np.zeros((1, points))
    where[0, felt] = 1.0
    return world, Shares(stop, links, np.full(len(small.filing.null_rate), 0.1)), where


def test_a_verdict_counts_each_step_of_the_only_way_once(small: World) -> None:
    world, before, felt = one_way(small, cause=1, felt=3)
    after = learned(world, before, felt, [0])
    assert after.stop[1] == pytest.approx((WEIGHS * 0.5 + 1) / (WEIGHS + 1))  # began here
    assert after.stop[2] == pytest.approx(WEIGHS * 0.5 / (WEIGHS + 1))  # passed through
    assert after.stop[3] == pytest.approx(WEIGHS * 0.5 / (WEIGHS + 1))
    assert after.stop[0] == 1
    assert np.allclose(after.cause, before.cause)  # each has one cause only
    assert after.null[0] == pytest.approx(WEIGHS * 0.1 / (WEIGHS + 1))


def test_a_verdict_that_the_map_cannot_reach_teaches_no_way(small: World) -> None:
    world, before, felt = one_way(small, cause=5, felt=3)
    after = learned(world, before, felt, [0])
    assert np.array_equal(after.stop, before.stop)


def test_many_verdicts_bring_the_numbers_nearer_to_the_truth(small: World) -> None:
    parameters = load_parameters()
    before = assumed(small, parameters)
    felt = said(small, before, parameters).felt
    everything = [*range(len(small.complaints))] * 20
    after = learned(small, before, felt, everything)
    assert np.abs(after.cause.sum(1) - before.cause.sum(1)).max() < 1e-9
    true_null = np.array([
        np.mean([c.cause == -1 for c in small.complaints if c.category == n] or [before.null[n]])
        for n in range(len(before.null))
    ])  # fmt: skip
    assert np.abs(after.null - true_null).mean() < np.abs(before.null - true_null).mean()


def test_relabelling_the_framework_writes_the_shares_and_nothing_else(small: World) -> None:
    shares = true_shares(small, assumed(small, load_parameters()))
    with stored(small) as store:
        known, changed = store.framework(), relabelled(store, small, shares)
    for kind in ("Stage", "Gate", "Indicator", "Target", "Owner", "Assignment", "OrgUnit"):
        assert changed.nodes(kind) == known.nodes(kind)
    for type_ in ("AT", "CHECKS", "GUARDS", "MEASURED_BY", "OF", "POINTS_TO", "CHILD_OF", "HELD_BY", "FOR", "PART_OF"):
        assert list(changed.edges(type_)) == list(known.edges(type_))
    weights = {(e.source.id, e.target.id): e.props["weight"] for e in changed.edges("CAUSED_BY")}
    points = small.frame.points
    assert weights == {
        (points[a], points[b]): shares.cause[a, b] for a, b in zip(*np.nonzero(shares.cause), strict=True)
    }


def alike(small: World, about: list[int]) -> World:
    """One complaint a day about the stated hosts, all of one category."""
    complaints = tuple(Complaint(f"T{n}", 100.0 + n, host, -1, 0, -1, 0, n) for n, host in enumerate(about))
    return replace(small, complaints=complaints)


def test_history_speaks_for_what_it_repeats_and_only_about_the_same_subject(small: World) -> None:
    """Twenty complaints about others seldom lead to point 1, three about this subject often; the last one says nothing of it."""
    points = len(small.frame.points)
    began = np.full((24, points), 0.8 / points)
    began[20:23, 1] = 0.3
    heard = Said(began, began, np.full((24, 2), 0.1), began[0])
    silent = np.zeros((24, points))
    mine, *others = [n for n, host in enumerate(small.hosts) if not host.campaign]
    usual = [others[n % len(others)] for n in range(20)]
    same = by_history(alike(small, [*usual, mine, mine, mine, mine]), heard, silent, family=False)
    apart = by_history(alike(small, [*usual, mine, mine, mine, others[0]]), heard, silent, family=False)
    assert np.allclose(same.sum(1), 1)
    assert same[23, 1] > 3 * apart[23, 1]
    assert same[23, 2] < apart[23, 2]


def test_what_is_ruled_out_stays_out_and_evidence_counts_once(small: World) -> None:
    points = len(small.frame.points)
    flat = np.full((4, points), 0.8 / points)
    heard = Said(flat, flat, np.full((4, 2), 0.1), flat[0])
    evidence = np.zeros((4, points))
    evidence[:, 2], evidence[:, 3] = -np.inf, 1.0
    found = by_history(alike(small, [0] * 4), heard, evidence, family=True)
    assert (found[:, 2] == 0).all()
    assert (found[:, 3] > found[:, 4]).all()
    assert found[3, 3] == pytest.approx(found[0, 3])  # complaints that say nothing new add nothing
