"""A trial beside the product: joint Bayes over all of a subject's earlier complaints, with the tracer's assumed numbers.

At most one lasting fault per subject. Given that v is at fault, a complaint of the subject began at v with probability φ, else
anywhere; a complaint's categories and codes then speak for v by the ratio of its own share to the usual one, and reviews and
indicators of v speak once for the fault, not once a complaint. φ is unknown and averaged over a grid.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bench.inject_learning import Shares
from bench.inject_truth import Floats
from bench.inject_world import World
from queries.parameters import Parameters

PHI = (0.2, 0.4, 0.6, 0.8)
FAULT = 0.5
"""Probability, before anything is seen, that a subject with complaints has a lasting fault."""
ROOM = 5.0
"""Complaints that the usual shares count before the first is seen."""


@dataclass(frozen=True)
class Said:
    """What each complaint says by itself: ``felt`` where it hurts, ``began`` where it began (mass 1 − nulls), both × points; the nulls."""

    felt: Floats
    began: Floats
    nulls: Floats
    expected: Floats
    """Where complaints begin as far as the map knows before any is seen: all categories alike."""


def said(world: World, shares: Shares, parameters: Parameters) -> Said:
    """Steps 1 and 2 of the page without concentration, read from the map."""
    onward = shares.visits() * shares.stop[None, :]
    felt, began, nulls = [], [], []
    for complaint in world.complaints:
        weights = world.filing.weights(complaint.category)
        if complaint.code >= 0:
            weights = parameters.anchor.category * weights
            weights[complaint.code] += parameters.anchor.code
        rates = _nulls(float(weights.sum()), float(shares.null[complaint.category]), parameters)
        felt.append(_normal(weights))
        began.append(max(0.0, 1 - sum(rates)) * (felt[-1] @ onward))
        nulls.append(rates)
    expected = np.mean([_normal(world.filing.weights(n)) @ onward for n in range(world.filing.leaves)], axis=0)
    return Said(np.array(felt), np.array(began), np.array(nulls), expected)


def _nulls(mass: float, stated: float, parameters: Parameters) -> tuple[float, float]:
    outside = min(parameters.nulls.highest, max(parameters.nulls.lowest, stated))
    return outside, max(parameters.nulls.unmodelled, 1 - mass - outside)


def _normal(weights: Floats) -> Floats:
    return np.asarray(weights / weights.sum()) if weights.any() else weights


def by_history(world: World, heard: Said, evidence: Floats, *, family: bool) -> Floats:
    """P of every cause for every complaint.

    Args:
        world: for who is about what, and the order of complaints.
        heard: what each says by itself.
        evidence: complaints × points, the tracer's review and indicator terms; −inf where it rules a point out.
        family: whether complaints about a product's other campaigns, too, speak of the product's points.
    """
    points = len(world.frame.points)
    of_product = np.array([world.frame.kind(p) == "product" for p in range(points)])
    usual = np.cumsum(heard.began, axis=0) + ROOM * heard.expected
    found = np.zeros((len(world.complaints), points + 2))
    about: dict[int, list[int]] = {}
    related: dict[int, list[int]] = {}
    for n, complaint in enumerate(world.complaints):
        alone = np.concatenate([heard.began[n] * np.exp(evidence[n]), heard.nulls[n]])
        if complaint.about < 0:
            found[n] = alone / alone.sum()
            continue
        product = world.hosts[complaint.about].product
        base = usual[n] / (n + 1 + ROOM)
        before = [m for m in about.get(complaint.about, []) if m != complaint.episode]
        wider = [m for m in related.get(product, []) if m != complaint.episode] if family else before
        ratios = heard.began[wider] / np.maximum(base, 1e-12)
        own = np.isin(wider, before)[:, None]
        found[n] = _one(heard.began[n], heard.nulls[n], evidence[n], base, np.where(of_product | own, ratios, 1.0))
        if complaint.episode == n:
            about.setdefault(complaint.about, []).append(n)
            related.setdefault(product, []).append(n)
    return found


def _one(began: Floats, nulls: Floats, evidence: Floats, base: Floats, ratios: Floats) -> Floats:
    """The causes of one complaint, given the ratios with which the earlier ones speak for each point."""
    points = len(began)
    total = np.zeros(points + 2)
    alive = np.isfinite(evidence)
    fault = np.where(alive, base * np.exp(np.where(alive, evidence, 0.0)), 0.0)
    usual = np.concatenate([np.where(alive, began, 0.0), nulls])
    prior = FAULT * fault / max(float(np.where(alive, base, 0.0).sum()), 1e-12)
    for phi in PHI:
        history = np.prod((1 - phi) + phi * ratios, axis=0) if len(ratios) else np.ones(points)
        weight = prior * history
        total += ((1 - FAULT) + (1 - phi) * weight.sum()) * usual
        total[:points] += phi * weight * began / np.maximum(base, 1e-12)
    return np.asarray(total / total.sum())
