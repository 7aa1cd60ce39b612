"""What each way of guessing says about an injected world's complaints, in one form: probabilities of all causes and what it names."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from bench.inject_bayes import column
from bench.inject_truth import Floats
from bench.inject_world import World
from queries.answers import TraceAnswer

NAME_AT, LEAD = 0.6, 0.15
"""What the ceilings need for a name: the rule of the page, so that they and the tracer differ in what they know, not in nerve."""


@dataclass(frozen=True)
class Guess:
    """One way of guessing over all complaints of a world."""

    causes: Floats
    """complaints × (points, no internal cause, unmodelled)."""
    named: NDArray[np.int64]
    """Per complaint: the point it commits itself to, −1 for none."""
    owner: tuple[str, ...] = ()
    """Per complaint: whom it holds to answer then, where it says so."""
    pointed: NDArray[np.bool_] | None = None
    """Per complaint: whether it names a point, a stage or a domain; None where that means the same as a point."""


def traced(world: World, answers: Iterable[TraceAnswer]) -> Guess:
    """The tracer's answers, each point's probability summed over subjects."""
    place = {f"ControlPoint:{id_}": n for n, id_ in enumerate(world.frame.points)}
    by_id = {answer.complaint.removeprefix("Complaint:"): answer for answer in answers}
    causes = np.zeros((len(world.complaints), len(place) + 2))
    named, owner, pointed = [], [], []
    beside = {"no_internal_cause": len(place), "unmodelled": len(place) + 1}
    for n, complaint in enumerate(world.complaints):
        answer = by_id[complaint.id]
        for candidate in answer.candidates:
            point = candidate.control_point
            at = place[point] if point is not None else beside[candidate.hypothesis]
            causes[n, at] += candidate.probability
        root = answer.root.control_point if answer.root is not None and answer.outcome == "named" else None
        named.append(place[root] if root is not None else -1)
        pointed.append(answer.outcome in ("named", "stage", "domain"))
        owner.append(str(getattr(answer.owner.then, "holder", "")) if answer.owner is not None else "")
    return Guess(causes, np.array(named), tuple(owner), np.array(pointed))


def ceiling(causes: Floats, name_at: float = NAME_AT) -> Guess:
    """Probabilities of all causes with the page's rule for naming; ``name_at`` is the probability that a name needs."""
    second, first = np.sort(causes, axis=1)[:, -2:].T
    best = causes.argmax(1)
    named = (first >= name_at) & (first - second >= LEAD) & (best < causes.shape[1] - 2)
    return Guess(causes, np.where(named, best, -1))


def most_frequent(world: World) -> Guess:
    """Always the commonest causes of this very world, counted over its truth: more than anybody could know."""
    points = len(world.frame.points)
    counts = np.bincount([column(world, c.cause) for c in world.complaints], minlength=points + 2)
    causes = np.tile(counts / counts.sum(), (len(world.complaints), 1))
    return Guess(causes, np.full(len(world.complaints), int(counts[:points].argmax())))


def symptom(world: World) -> Guess:
    """Where it hurts is the cause: the code, else what the category points to on the map."""
    causes = np.array([_felt(world, n) for n in range(len(world.complaints))])
    best = causes[:, :-2].argmax(1)
    return Guess(causes, np.where(causes.max(1) > 0, best, -1))


def random_ancestor(world: World) -> Guess:
    """Any point from which the map leads to where it hurts most, that point included, drawn by lot."""
    rng = np.random.default_rng([world.seed, 17])
    points = len(world.frame.points)
    upstream: nx.DiGraph[int] = nx.DiGraph()
    upstream.add_nodes_from(range(points))
    upstream.add_edges_from(zip(*(at.tolist() for at in np.nonzero(world.frame.shown_cause)), strict=True))
    causes = np.zeros((len(world.complaints), points + 2))
    for n in range(len(world.complaints)):
        felt = int(_felt(world, n).argmax())
        reached = sorted(nx.descendants(upstream, felt) | {felt})
        causes[n, reached] = 1 / len(reached) + 1e-6 * rng.permutation(len(reached))
    return Guess(causes, causes[:, :points].argmax(1))


def _felt(world: World, n: int) -> Floats:
    points = len(world.frame.points)
    complaint = world.complaints[n]
    row = np.zeros(points + 2)
    if complaint.code >= 0:
        row[complaint.code] = 1.0
        return row
    weights = world.filing.weights(complaint.category)
    row[:points] = weights / weights.sum() if weights.any() else 0.0
    return row
