"""The joint ceiling: Bayes with the true parameters on all complaints of a subject at once, earlier and later, with all its evidence.

A Gibbs sampler over what goes on at a product and its campaigns: each host's state is drawn exactly, by enumeration, given
the others'. The chain starts at the truth, which is itself a draw from the posterior, so that there is nothing to burn in.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench.inject_bayes import Trouble, cluster, one_complaint, quiet, swells, troubles
from bench.inject_hosts import shares
from bench.inject_truth import SIZES, Floats
from bench.inject_world import World

SWEEPS = 50
_LEVELS = len(SIZES)


@dataclass
class _State:
    """A host's possible states: two rows of ``felt`` each (the last row is nothing); ``now`` is the current one."""

    columns: NDArray[np.int64]
    """Column of the cause of each row of ``felt``."""
    felt: Floats
    """(source, size) × episodes: intensity times likelihood."""
    first: NDArray[np.int64]
    second: NDArray[np.int64]
    touched: NDArray[np.bool_]
    """Episodes to which the host may add anything."""
    added: NDArray[np.float32]
    """What each state adds to them."""
    log_weight: Floats
    """ln prior + ln P(evidence) − expected complaints."""
    now: int

    def heard(self) -> Floats:
        """What the current state adds to each episode."""
        return np.asarray(self.felt[self.first[self.now]] + self.felt[self.second[self.now]])


def joint(world: World, sweeps: int = SWEEPS) -> Floats:
    """P of every cause for every complaint; a complaint about nothing has no others to go with and keeps its own."""
    rng = np.random.default_rng([world.seed, 13])
    found = one_complaint(world)
    known = troubles(world)
    members: dict[int, list[int]] = {}
    for n, complaint in enumerate(world.complaints):
        if complaint.about >= 0:
            members.setdefault(world.hosts[complaint.about].product, []).append(n)
    for product, complaints in sorted(members.items()):
        _sample(world, known, cluster(world, product), complaints, found, rng, sweeps)
    return found


def _sample(
    world: World, known: tuple[Trouble, ...], hosts: tuple[int, ...], complaints: list[int], found: Floats,
    rng: np.random.Generator, sweeps: int,
) -> None:  # fmt: skip
    episodes = sorted({world.complaints[n].episode for n in complaints})
    place = {episode: n for n, episode in enumerate(episodes)}
    likelihood = np.array(
        [world.filing.likelihood(world.complaints[e].category, world.complaints[e].code) for e in episodes]
    )
    for n in complaints:
        one = world.complaints[n]
        if one.episode != n:
            likelihood[place[one.episode]] *= world.filing.likelihood(one.category, one.code).sum(0)
    calm = np.array([quiet(world, world.complaints[e].about, world.complaints[e].day) for e in episodes])
    calm *= likelihood.sum(1)
    states = [_state(world, known[at], at, episodes, likelihood) for at in hosts]
    states = [state for state in states if state.felt.any()]
    total = calm.sum(1) + sum((state.heard() for state in states), np.zeros(len(episodes)))
    causes = np.zeros_like(calm)
    for _ in range(sweeps):
        for state in states:
            others = np.maximum(total - state.heard(), 1e-30)
            state.now = _draw(state, others, rng)
            total = others + state.heard()
        causes += _responsible(calm, states)
    causes /= sweeps
    for n in complaints:
        found[n] = causes[place[world.complaints[n].episode]]


def _draw(state: _State, others: Floats, rng: np.random.Generator) -> int:
    rest = 1 / others[state.touched].astype(np.float32)
    fit = np.log(1 + state.added * rest).sum(1) + state.log_weight
    odds = np.exp(fit - fit.max())
    return int(np.searchsorted(np.cumsum(odds), rng.random() * odds.sum()))


def _responsible(calm: Floats, states: list[_State]) -> Floats:
    """Shares of the causes of each episode, given the current states."""
    parts = calm.copy()
    for state in states:
        for row in (state.first[state.now], state.second[state.now]):
            if row < len(state.columns):
                parts[:, state.columns[row]] += state.felt[row]
    return np.asarray(parts / parts.sum(1, keepdims=True))


def _state(world: World, trouble: Trouble, at: int, episodes: list[int], likelihood: Floats) -> _State:
    sources = len(trouble.columns)
    base = np.zeros((sources, len(episodes)))
    for n, episode in enumerate(episodes):
        one = world.complaints[episode]
        share = shares(world.hosts, world.truth, at, one.day).get(one.about)
        if share is not None:
            base[:, n] = swells(world, trouble.host, one.day) * (share @ likelihood[n][:, list(trouble.columns)])
    felt = np.vstack(
        [(base[:, None, :] * SIZES[None, :, None]).reshape(sources * _LEVELS, -1), np.zeros(len(episodes))]
    )
    nothing = sources * _LEVELS
    seen = world.evidence[at].log_likelihood(trouble.sets, world.truth, np.inf)
    first: list[int] = []
    second: list[int] = []
    weight: list[float] = []
    now = 0
    true = tuple(sorted(trouble.host.faults))
    told = 1 - world.truth["about_lost"]
    for members, prior, evidence in zip(trouble.sets, trouble.prior, seen, strict=True):
        for levels in np.ndindex(*(_LEVELS,) * len(members)):
            if tuple(zip(members, levels, strict=True)) == true:
                now = len(first)
            rows = [m * _LEVELS + level for m, level in zip(members, levels, strict=True)]
            rows += [nothing] * (2 - len(rows))
            first.append(rows[0])
            second.append(rows[1])
            sizes = sum(np.log(world.truth.sizes[n]) - told * SIZES[n] for n in levels)
            weight.append(np.log(prior) + evidence + sizes)
    columns = np.repeat(np.array(trouble.columns), _LEVELS)
    touched = np.asarray(felt.any(0))
    added = (felt[first][:, touched] + felt[second][:, touched]).astype(np.float32)
    return _State(columns, felt, np.array(first), np.array(second), touched, added, np.array(weight), now)
