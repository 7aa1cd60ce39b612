"""The one-complaint ceiling: Bayes with the true parameters on one complaint and what was recorded of its subject, no other complaint seen.

The posterior of the cause of a complaint about a subject at a moment is in proportion to the expected intensity of each
cause given the evidence, times the likelihood of category and code (Slivnyak–Mecke for a Cox process).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bench.inject_filing import EXTERNAL
from bench.inject_hosts import Host, sets_of, shares
from bench.inject_truth import SIZES, Floats
from bench.inject_world import Complaint, World


def column(world: World, cause: int) -> int:
    """Where a cause stands in a row of probabilities: the points, then outside causes, then what is unmodelled."""
    points = len(world.frame.points)
    return cause if cause >= 0 else points if cause == EXTERNAL else points + 1


@dataclass(frozen=True)
class Trouble:
    """What may go on at a host: sets of places, their prior, and which set holds which place (0 or 1)."""

    host: Host
    columns: tuple[int, ...]
    sets: tuple[tuple[int, ...], ...]
    prior: Floats
    holds: Floats
    size_odds: Floats

    def expected(self, log_likelihood: Floats | None = None) -> Floats:
        """Expected size of the trouble of each source, given evidence or before any."""
        weight = self.prior if log_likelihood is None else self.prior * np.exp(log_likelihood - log_likelihood.max())
        mean = float(SIZES @ self.size_odds)
        return np.asarray(mean * (weight / weight.sum()) @ self.holds)


def troubles(world: World) -> tuple[Trouble, ...]:
    """Per host."""
    found = []
    for host in world.hosts:
        sets, prior = sets_of(host)
        holds = np.array([[float(place in members) for place in range(len(host.sources))] for members in sets])
        columns = tuple(column(world, source) for source in host.sources)
        found.append(Trouble(host, columns, sets, prior, holds, world.truth.sizes))
    return tuple(found)


def quiet(world: World, about: int, day: float) -> Floats:
    """Background intensity of each cause in complaints about a host on a day."""
    host, rates = world.hosts[about], world.background
    if not host.launch <= day < host.end:
        return np.zeros(len(world.frame.points) + 2)
    outside = [rates.causeless, rates.unmodelled]
    return np.asarray(host.popularity * np.concatenate([rates.slips * world.slip_odds(about, day), outside]))


def swells(world: World, host: Host, day: float) -> Floats:
    """Density of a host's trouble on a day, by source."""
    return np.array([host.swell(place, world.frame.stage_of, day) for place in range(len(host.sources))])


def cluster(world: World, product: int) -> tuple[int, ...]:
    """A product and its campaigns: those whose trouble is heard in each other's complaints."""
    return tuple(n for n, host in enumerate(world.hosts) if host.product == product)


def one_complaint(world: World) -> Floats:
    """P of every cause for every complaint: complaints × (points, no internal cause, unmodelled)."""
    known = troubles(world)
    felt_at = world.filing.felt_at()
    rows = []
    for n, complaint in enumerate(world.complaints):
        seen = world.filing.likelihood(complaint.category, complaint.code)
        if complaint.episode != n:  # whom a repetition is about was settled when the first was made
            seen = felt_at * seen.sum(0)
        day = world.complaints[complaint.episode].day
        if complaint.about >= 0:
            row = _about_something(world, known, complaint, day, seen)
        else:
            row = _about_nothing(world, known, day) * seen.sum(0)
        rows.append(row / row.sum())
    return np.array(rows)


def _about_something(
    world: World, known: tuple[Trouble, ...], complaint: Complaint, day: float, seen: Floats
) -> Floats:
    found = np.asarray(quiet(world, complaint.about, day) * seen.sum(0))
    for at in cluster(world, world.hosts[complaint.about].product):
        share = shares(world.hosts, world.truth, at, day).get(complaint.about)
        swell = swells(world, world.hosts[at], day)
        if share is not None and swell.any():
            trouble = known[at]
            columns = list(trouble.columns)
            evidence = world.evidence[at].log_likelihood(trouble.sets, world.truth, complaint.day)
            np.add.at(found, columns, swell * trouble.expected(evidence) * (share @ seen[:, columns]))
    return found


def _about_nothing(world: World, known: tuple[Trouble, ...], day: float) -> Floats:
    intensity = np.zeros(len(world.frame.points) + 2)
    for at, trouble in enumerate(known):
        intensity += quiet(world, at, day)
        np.add.at(intensity, list(trouble.columns), swells(world, trouble.host, day) * trouble.expected())
    return intensity
