"""The ceilings are what they say: calibrated under the true parameters, and the joint one equal to plain enumeration."""

from __future__ import annotations

import numpy as np
import pytest

from bench.inject_bayes import cluster, column, one_complaint, quiet, troubles
from bench.inject_filing import EXTERNAL
from bench.inject_hosts import shares
from bench.inject_joint import joint
from bench.inject_truth import SIZES, Floats
from bench.inject_world import World, draw_world


def true_columns(world: World) -> list[int]:
    return [column(world, complaint.cause) for complaint in world.complaints]


def test_ceilings_are_calibrated_and_the_joint_one_knows_more() -> None:
    """Of a true posterior, the mean of P(truth) is the mean of ΣP²; and more data lower the mean surprise."""
    said: dict[str, list[float]] = {"one": [], "joint": []}
    expected: dict[str, list[float]] = {"one": [], "joint": []}
    surprise: dict[str, list[float]] = {"one": [], "joint": []}
    for seed in range(20, 28):
        world = draw_world(seed, products=8)
        true = true_columns(world)
        for name, causes in (("one", one_complaint(world)), ("joint", joint(world, sweeps=20))):
            of_truth = causes[np.arange(len(true)), true]
            assert np.allclose(causes.sum(1), 1)
            said[name] += of_truth.tolist()
            expected[name] += (causes**2).sum(1).tolist()
            surprise[name] += (-np.log(np.maximum(of_truth, 1e-6))).tolist()
    for name in said:
        assert np.mean(said[name]) == pytest.approx(np.mean(expected[name]), abs=0.04)
    assert np.mean(surprise["joint"]) < np.mean(surprise["one"]) - 0.1


def test_joint_equals_enumeration_of_everything_that_may_go_on() -> None:
    """A product with one campaign: both hosts' states enumerated outright, sharing no code with the sampler."""
    world, pair, members = _small_family()
    episodes = sorted({world.complaints[n].episode for n in members})
    seen = {e: world.filing.likelihood(world.complaints[e].category, world.complaints[e].code) for e in episodes}
    for n in members:
        one = world.complaints[n]
        if one.episode != n:
            seen[one.episode] = seen[one.episode] * world.filing.likelihood(one.category, one.code).sum(0)
    calm = np.array([
        quiet(world, world.complaints[e].about, world.complaints[e].day) * seen[e].sum(0) for e in episodes
    ])  # fmt: skip
    tables = [_states(world, at, episodes, seen) for at in pair]
    (weight_a, causes_a), (weight_b, causes_b) = tables
    heard = calm.sum(1) + causes_a.sum(2)[:, None, :] + causes_b.sum(2)[None, :, :]
    fit = np.log(heard).sum(2) + weight_a[:, None] + weight_b[None, :]
    odds = np.exp(fit - fit.max())
    odds /= odds.sum()
    over = odds[:, :, None] / heard
    exact = np.einsum("abe,ek->ek", over, calm)
    exact += np.einsum("abe,aek->ek", over, causes_a) + np.einsum("abe,bek->ek", over, causes_b)
    sampled = joint(world, sweeps=1500)
    for n in members:
        assert sampled[n] == pytest.approx(exact[episodes.index(world.complaints[n].episode)], abs=0.06)


def _small_family() -> tuple[World, tuple[int, ...], list[int]]:
    """A product with one campaign and a handful of complaints."""
    for seed in range(40, 80):
        world = draw_world(seed, products=3)
        for product in range(3):
            pair = cluster(world, product)
            members = [n for n, c in enumerate(world.complaints) if c.about in pair]
            if len(pair) == 2 and 4 <= len(members) <= 9:
                return world, pair, members
    raise AssertionError("no such family in forty worlds")


def _states(world: World, at: int, episodes: list[int], seen: dict[int, Floats]) -> tuple[Floats, Floats]:
    """Every state that a host can be in: ln weight, and what it adds, states × episodes × causes."""
    trouble = troubles(world)[at]
    evidence = world.evidence[at].log_likelihood(trouble.sets, world.truth, np.inf)
    told = 1 - world.truth["about_lost"]
    weights, causes = [], []
    for members, prior, known in zip(trouble.sets, trouble.prior, evidence, strict=True):
        for levels in np.ndindex(*(len(SIZES),) * len(members)):
            weights.append(np.log(prior) + known + sum(np.log(world.truth.sizes[n]) - told * SIZES[n] for n in levels))
            added = np.zeros((len(episodes), len(world.frame.points) + 2))
            for place, level in zip(members, levels, strict=True):
                for row, episode in enumerate(episodes):
                    one = world.complaints[episode]
                    share = shares(world.hosts, world.truth, at, one.day).get(one.about)
                    if share is not None:
                        swell = trouble.host.swell(place, world.frame.stage_of, one.day)
                        at_column = trouble.columns[place]
                        added[row, at_column] += SIZES[level] * swell * float(share @ seen[episode][:, at_column])
            causes.append(added)
    return np.array(weights), np.array(causes)


def test_without_evidence_the_ceiling_still_tells_outside_causes_by_their_categories() -> None:
    world = draw_world(5, products=10)
    causes = one_complaint(world)
    outside = np.array([c.cause == EXTERNAL for c in world.complaints])
    points = len(world.frame.points)
    assert causes[outside, points].mean() > causes[~outside, points].mean() + 0.05
