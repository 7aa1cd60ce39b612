"""Blends what the lexicon says with what a trained model says, in log space, so that neither silences the other."""

from __future__ import annotations

import math
from collections.abc import Mapping

from queries.texts.learned import TextModel
from queries.texts.lexicon import NO_INTERNAL_CAUSE

NOTHING = "NOTHING"
"""Label of words that speak of no control point at all."""
OPEN_TO_NOTHING = 0.1
"""Of what the lexicon leaves open, the part that stands for texts which speak of no control point."""
FLOOR = 0.05
"""Share of the model's word that is spread over every point, so that one it never saw keeps a chance."""


def blended(
    shares: Mapping[str, float], elsewhere: float, model: TextModel, text: str, *, lexicon: float, trained: float
) -> dict[str, float]:
    """P ∝ lexicon share^``lexicon`` · model share^``trained`` over the points either knows, and NOTHING.

    What the lexicon leaves open is spread evenly over the points it did not name (a tenth of it on NOTHING); what the model
    says is floored; on a point it never learned (a customer's new one) the lexicon's word stands for both. So every point keeps a probability above 0, the lexicon's own among them.

    Args:
        shares: the lexicon's probability per point.
        elsewhere: what it leaves open.
        model: the trained model.
        text: the normalised, stripped text.
        lexicon: exponent of the lexicon's word.
        trained: exponent of the model's word.
    """
    learned = dict(zip(model.labels, model.logarithms(text).tolist(), strict=True))
    points = sorted({*shares, *learned, NO_INTERNAL_CAUSE} - {NOTHING})
    open_share = max(elsewhere, 1e-6)
    scores = {}
    for point in (*points, NOTHING):
        said = (
            open_share * OPEN_TO_NOTHING
            if point == NOTHING
            else shares.get(point, 0.0) + open_share * (1 - OPEN_TO_NOTHING) / len(points)
        )
        seen = (1 - FLOOR) * (math.exp(learned[point]) if point in learned else shares.get(point, 0.0))
        scores[point] = lexicon * math.log(said) + trained * math.log(seen + FLOOR / (len(points) + 1))
    highest = max(scores.values())
    raised = {point: math.exp(score - highest) for point, score in scores.items()}
    total = sum(raised.values())
    return {point: value / total for point, value in raised.items()}
