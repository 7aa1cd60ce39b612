"""The shares of a framework as verdicts have moved them: each weighs as many verdicts as the prior says, then the counts tell.

A version keeps counts, not products: a customer who mends a weight or a stop probability sees it at once, under any version.
"""

from __future__ import annotations

import math

from queries.parameters import Parameters, Votes
from queries.upstream import stop_of
from queries.view import View


def moved(share: float, votes: Votes | None, prior: float) -> float:
    """A share after votes: (prior · share + hits) / (prior + hits + misses), the mean of its Beta distribution."""
    return share if votes is None else (prior * share + votes.hits) / (prior + votes.hits + votes.misses)


def causes_of(view: View, parameters: Parameters) -> tuple[tuple[tuple[int, float], ...], ...]:
    """Per point the (index, weight) of its causes: w_uv = (prior · w0 + n_uv) / (prior + n_u).

    w0 are the framework's weights in shares of 1; n_u sums over the causes that the framework of the day still has. A weight
    of 0 is the framework's word that there is no such cause, and no verdict can have come along it.
    """
    learned, prior = parameters.learned, parameters.learning.prior
    if learned is None:
        return view.causes
    found = []
    for point, causes in zip(view.points, view.causes, strict=True):
        counts = learned.causes.get(point.id)
        total = math.fsum(weight for _, weight in causes)
        if counts and total > 0:
            came = [counts.get(view.points[cause].id, 0.0) for cause, _ in causes]
            of_point = math.fsum(came)
            causes = tuple(
                (cause, (prior * weight / total + times) / (prior + of_point))
                for (cause, weight), times in zip(causes, came, strict=True)
            )
        found.append(causes)
    return tuple(found)


def stops_of(view: View, parameters: Parameters) -> tuple[float | None, ...]:
    """Per point its own stop probability after the votes; None: the usual one, where there are neither votes nor a word of its own."""
    learned = parameters.learned
    if learned is None:
        return tuple(point.stop for point in view.points)
    return tuple(
        moved(stop_of(point.stop, causes, parameters.stop), learned.stop[point.id], parameters.learning.prior)
        if point.id in learned.stop
        else point.stop
        for point, causes in zip(view.points, view.causes, strict=True)
    )


def null_rate(category: str, stated: float | None, parameters: Parameters) -> float:
    """Share of a category's complaints (empty: of those without one) that have no internal cause, before its bounds."""
    rate = parameters.nulls.rate if stated is None else stated
    learned = parameters.learned
    return rate if learned is None else moved(rate, learned.no_internal_cause.get(category), parameters.learning.prior)


def unmodelled_floor(parameters: Parameters) -> float:
    """The least share of complaints whose root the framework does not lead to."""
    learned = parameters.learned
    votes = None if learned is None else learned.unmodelled
    return moved(parameters.nulls.unmodelled, votes, parameters.learning.prior)
