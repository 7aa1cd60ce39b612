"""How complaints are filed in an injected world: what each cause looks like in categories and codes, and what the map says of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench.inject_frame import Frame
from bench.inject_truth import Floats, Truth

EXTERNAL, UNMODELLED = -1, -2
"""Causes that are no control point: from outside, or inside where the model has no point."""
_CODE_OF_NOTHING = 0.3
"""How often a complaint that no control point caused gets a code, compared with the others."""

_POINTED_AT = (0.06, 0.30, 0.59, 0.05)
"""Shares of categories that 1, 2, 3, 4 points lead to: those of the shipped map (8, 43, 85 and 7 of 143)."""


@dataclass(frozen=True)
class Filing:
    """Categories, numbered: leaves first, then families. Columns of the truth are leaves."""

    leaves: int
    family_of: tuple[int, ...]
    """Leaf → family, families counted from 0."""
    filed: Floats
    """filed[a, c]: category of a complaint that hurts at point a, confusion included."""
    external: Floats
    unmodelled: Floats
    surfaces: Floats
    """surfaces[v, a]: where a failure of v is felt."""
    of_campaign: NDArray[np.bool_]
    """Whether a point is one of campaigns."""
    code: Floats
    """code[a, b]: probability that a complaint that hurts at a carries the code b."""
    stray_code: float
    """Probability that a complaint without a control point behind it carries any one code."""
    shown: Floats
    """POINTS_TO weights of leaves, then of families; a leaf without any is served by its family."""
    null_rate: tuple[float | None, ...]

    def likelihood(self, category: int, code: int) -> Floats:
        """P(category, code, where it is felt | cause).

        Args:
            category: the leaf.
            code: the point named as cause code, or −1 for none.

        Returns:
            3 × (points…, external, unmodelled): felt at a product point, at a campaign point, at no point at all.
        """
        points = len(self.of_campaign)
        coded = self.code[:, code] if code >= 0 else 1 - self.code.sum(1)
        seen = self.filed[:, category] * coded
        found = np.zeros((3, points + 2))
        found[0, :points] = self.surfaces @ (seen * ~self.of_campaign)
        found[1, :points] = self.surfaces @ (seen * self.of_campaign)
        stray = self.stray_code if code >= 0 else 1 - points * self.stray_code
        found[2, points:] = self.external[category] * stray, self.unmodelled[category] * stray
        return found

    def felt_at(self) -> Floats:
        """P(where it is felt | cause), in the same layout."""
        points = len(self.of_campaign)
        found = np.zeros((3, points + 2))
        found[0, :points] = self.surfaces @ ~self.of_campaign
        found[1, :points] = self.surfaces @ self.of_campaign
        found[2, points:] = 1.0
        return found

    def weights(self, category: int) -> Floats:
        """What the map says a leaf points to, its family's word where it has none."""
        own = category if self.shown[category].any() else self.leaves + self.family_of[category]
        return np.array(self.shown[own])


def draw_filing(rng: np.random.Generator, truth: Truth, frame: Frame) -> Filing:
    """One way of filing, true and as shown."""
    points = len(frame.points)
    leaves = round(points * rng.uniform(1.3, 1.8))
    families = max(3, leaves // 5)
    family_of = tuple(int(f) for f in rng.integers(0, families, leaves))
    clean = _habits(rng, points, leaves)
    confused = _confusion(family_of, truth["confusion"])
    usual = frame.felt @ clean
    external = 0.5 * rng.dirichlet(np.full(leaves, 0.3)) + 0.5 * usual
    unmodelled = 0.5 * rng.dirichlet(np.full(leaves, 0.3)) + 0.5 * usual
    filed, external, unmodelled = clean @ confused, external @ confused, unmodelled @ confused
    surfaces = (frame.felt[:, None] * frame.origin).T
    surfaces = surfaces / np.maximum(surfaces.sum(1, keepdims=True), 1e-300)
    right = truth["code_right"]
    of_campaign = np.array([frame.kind(point) == "campaign" for point in range(points)])
    code = truth["codes"] * (right * np.eye(points) + (1 - right) / points)
    null_rate = _null_rates(rng, truth, frame.felt @ filed, external, unmodelled)
    shown = _pointings(rng, truth, frame.felt[:, None] * clean, family_of, families, null_rate)
    return Filing(
        leaves, family_of, filed, external, unmodelled, surfaces, of_campaign, code,
        truth["codes"] * _CODE_OF_NOTHING / points, shown, null_rate,
    )  # fmt: skip


def _habits(rng: np.random.Generator, points: int, leaves: int) -> Floats:
    """P(category | where it hurts) without confusion. Categories have the shape of the shipped map: mostly two or three points each."""
    clean = np.zeros((points, leaves))
    for leaf in range(leaves):
        count = int(rng.choice([1, 2, 3, 4], p=_POINTED_AT))
        first = leaf % points
        others = rng.choice(np.delete(np.arange(points), first), count - 1, replace=False)
        clean[first, leaf] = rng.gamma(8.0)
        clean[others, leaf] = rng.gamma(8.0, 1.0, count - 1)
    return np.asarray(clean / clean.sum(1, keepdims=True))


def _confusion(family_of: tuple[int, ...], share: float) -> Floats:
    leaves = len(family_of)
    sibling = np.array([[float(a == b) for b in family_of] for a in family_of])
    sibling /= sibling.sum(1, keepdims=True)
    return (1 - share) * np.eye(leaves) + share / 2 * sibling + share / 2 / leaves


def _null_rates(
    rng: np.random.Generator, truth: Truth, usual: Floats, external: Floats, unmodelled: Floats
) -> tuple[float | None, ...]:
    """What the map states as the share without internal cause: the true one with an error, or nothing."""
    outside, open_ = truth["causeless"] * external, truth["unmodelled"] * unmodelled
    inside = (1 - truth["causeless"] - truth["unmodelled"]) * usual
    true = np.clip(outside / (outside + open_ + inside), 0.01, 0.95)
    stated = 1 / (1 + np.exp(-(np.log(true / (1 - true)) + rng.normal(0, truth["null_error"], len(true)))))
    absent = rng.random(len(true)) < truth["null_absent"]
    return tuple(None if gone else round(float(rate), 3) for rate, gone in zip(stated, absent, strict=True))


def _pointings(
    rng: np.random.Generator, truth: Truth, joint: Floats, family_of: tuple[int, ...], families: int,
    null_rate: tuple[float | None, ...],
) -> Floats:  # fmt: skip
    """Weights of leaves and families: P(where it hurts | category) with some care, some of it missing or left open."""
    leaves = joint.shape[1]
    rows = []
    for leaf in range(leaves):
        true = joint[:, leaf]
        share = true / true.sum() if true.sum() > 0 else true
        noisy = np.where(share > 0.02, rng.gamma(np.maximum(truth["pointing_care"] * share, 1e-3)), 0.0)
        noisy *= rng.random(len(noisy)) >= truth["pointing_missing"]
        stated = null_rate[leaf]
        room = (1 - (0.1 if stated is None else stated)) * (1 - truth["pointing_open"] * rng.random() * 2)
        rows.append(np.floor(1000 * room * noisy / max(noisy.sum(), 1e-12)) / 1000)
    for family in range(families):
        members = [rows[leaf] for leaf in range(leaves) if family_of[leaf] == family]
        mean = np.mean(members, axis=0) if members else np.zeros(joint.shape[0])
        rows.append(np.floor(1000 * mean) / 1000)
    return np.array(rows)
