"""A trial beside the product: stop, cause weights and null rates learned from a random sample of verdicts, by the counts of the page.

What a verdict says about the way from where it hurts to the root is taken in expectation over all ways, so that no path is
guessed. Verdicts are the truth of the sampled complaints: people who are always right, the best case for learning.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bench.inject_bayes import column
from bench.inject_truth import Floats
from bench.inject_world import World
from graph.framework import Framework
from graph.records import EdgeRow, NodeRow, Ref
from graph.schema import KINDS
from graph.store import Store
from queries.parameters import Parameters

WEIGHS = 20.0
"""How many verdicts an assumed share weighs."""


@dataclass(frozen=True)
class Shares:
    """The numbers of a map: stop by point, cause weights (rows sum to 1 or 0), null rate by category."""

    stop: Floats
    cause: Floats
    null: Floats

    def visits(self) -> Floats:
        """visits[a, u]: how often a walk upstream from a comes by u."""
        return np.asarray(np.linalg.inv(np.eye(len(self.stop)) - (1 - self.stop)[:, None] * self.cause))


def assumed(world: World, parameters: Parameters) -> Shares:
    """What the tracer reads from the map and its parameter file."""
    total = world.frame.shown_cause.sum(1, keepdims=True)
    cause = np.where(total > 0, world.frame.shown_cause / np.maximum(total, 1e-12), 0.0)
    stop = np.where(total[:, 0] > 0, parameters.stop.usual, 1.0)
    null = [parameters.nulls.rate if rate is None else rate for rate in world.filing.null_rate]
    return Shares(stop, cause, np.array(null))


def true_shares(world: World, known: Shares) -> Shares:
    """The limit of learning: the true stop and weights, null rates as the map has them."""
    return Shares(world.frame.stop, world.frame.cause, known.null)


def learned(world: World, before: Shares, felt: Floats, sample: Sequence[int]) -> Shares:
    """The shares after verdicts on some complaints.

    Args:
        world: for the verdicts.
        before: the assumed shares.
        felt: complaints × points: where each hurts.
        sample: which complaints were judged.
    """
    points = len(before.stop)
    visits = before.visits()
    came = np.zeros((points, points))
    began = np.zeros(points)
    judged, nothing = np.zeros((2, len(before.null)))
    for n in sample:
        complaint = world.complaints[n]
        cause = column(world, complaint.cause)
        judged[complaint.category] += 1
        nothing[complaint.category] += cause == points
        if cause >= points:
            continue
        reached = float(felt[n] @ visits[:, cause])
        if reached <= 0:
            continue
        passed = felt[n] @ visits / reached
        came += passed[:, None] * (1 - before.stop)[:, None] * before.cause * visits[:, cause][None, :]
        began[cause] += 1
    on = came.sum(1)
    cause_weights = (WEIGHS * before.cause + came) / (WEIGHS + on)[:, None]
    stop = np.where(before.stop < 1, (WEIGHS * before.stop + began) / (WEIGHS + began + on), 1.0)
    return Shares(stop, cause_weights, (WEIGHS * before.null + nothing) / (WEIGHS + judged))


def relabelled(store: Store, world: World, shares: Shares) -> Framework:
    """The stored framework with the shares written into it."""
    known = store.framework()
    place = {id_: n for n, id_ in enumerate(world.frame.points)}
    nodes = []
    for kind in KINDS:
        if KINDS[kind].group != "framework":
            continue
        for row in known.nodes(kind).values():
            props = dict(row.props)
            if kind == "ControlPoint" and shares.stop[place[row.id]] < 1:
                props["stop"] = float(shares.stop[place[row.id]])
            if kind == "Category" and int(row.id[1:]) < len(shares.null):
                props["null_rate"] = float(shares.null[int(row.id[1:])])
            nodes.append(NodeRow(kind, row.id, props, row.sources))
    edges = [edge for type_ in _EDGES for edge in known.edges(type_)]
    refs = [Ref("ControlPoint", id_) for id_ in world.frame.points]
    for effect, cause in zip(*np.nonzero(shares.cause), strict=True):
        weight = float(shares.cause[effect, cause])
        edges.append(EdgeRow("CAUSED_BY", refs[effect], refs[cause], {"weight": weight}, ("learned",)))
    return Framework(nodes, edges, known.revision, known.zone.key)


_EDGES = (
    "IN_DOMAIN", "AT", "GUARDS", "CHECKS", "MEASURED_BY", "OF", "IN", "PART_OF", "BELONGS_TO", "FOR", "HELD_BY",
    "POINTS_TO", "CHILD_OF",
)  # fmt: skip
"""The other edges that injected worlds have."""
