"""Scores of guesses against the truth of injected worlds, each with a bootstrap interval over whole families of subjects.

Complaints of one subject stand and fall together, so that what is drawn with replacement is a product with its campaigns,
within each world; a figure is the mean over worlds, its interval the middle 95 % of the redrawn means.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench.inject_bayes import column
from bench.inject_guesses import Guess
from bench.inject_truth import Floats
from bench.inject_world import World

DRAWS = 1000
BINS = 10
METRICS = (
    "precision", "coverage", "AC@1", "AC@3", "MRR", "AC@1 stage", "AC@3 stage", "MRR stage",
    "AC@1 owner", "AC@3 owner", "MRR owner", "false accusations", "ECE", "owner then", "pointed anyway",
)  # fmt: skip
"""precision of named roots · coverage: share of all complaints with a named point · AC@k and MRR: over complaints that a
point caused · false accusations: share of complaints without internal cause for which a point is named · ECE: of the
likeliest hypothesis, nulls included, 10 bins · owner then: right among names · pointed anyway: like false accusations, but
stages and domains count too."""


class Interval(tuple[float, float, float]):
    """A mean with the ends of its interval."""


@dataclass(frozen=True)
class Counted:
    """One guess in one world: sums by family of subjects. ``parts`` are (numerator, denominator) by metric."""

    parts: dict[str, tuple[Floats, Floats]]
    bins: Floats
    """family × bin × (complaints, confidence, hits)."""

    def at(self, weights: Floats) -> dict[str, Floats]:
        """Every metric under each row of weights (rows × families); nan where nothing can be counted."""
        with np.errstate(invalid="ignore", divide="ignore"):
            found = {name: weights @ top / (weights @ bottom) for name, (top, bottom) in self.parts.items()}
            summed = np.einsum("wf,fbk->wbk", weights, self.bins)
            gaps = np.abs(summed[:, :, 1] - summed[:, :, 2]).sum(1)
            found["ECE"] = gaps / summed[:, :, 0].sum(1)
        return found


def families(world: World, keep: NDArray[np.bool_] | None = None) -> NDArray[np.int64]:
    """Per complaint the family it is drawn with: its product's; complaints about nothing each stand alone; −1: left out."""
    products = 1 + max(host.product for host in world.hosts)
    found = np.array([
        world.hosts[c.about].product if c.about >= 0 else products + n for n, c in enumerate(world.complaints)
    ])  # fmt: skip
    if keep is not None:
        found[~keep] = -1
    _, dense = np.unique(found, return_inverse=True)
    return dense - int((found == -1).any())


def count(world: World, guess: Guess, family: NDArray[np.int64]) -> Counted:
    """Sums of one guess by family."""
    keep = family >= 0
    points = len(world.frame.points)
    true = np.array([column(world, c.cause) for c in world.complaints])
    inside, outside = true < points, true == points
    named = guess.named >= 0
    per: dict[str, tuple[Floats, Floats]] = {
        "precision": (_f(named & (guess.named == true)), _f(named)),
        "coverage": (_f(named), np.ones(len(true))),
        "false accusations": (_f(named & outside), _f(outside)),
        "pointed anyway": (_f((named if guess.pointed is None else guess.pointed) & outside), _f(outside)),
    }
    owners = tuple(world.frame.owner(p) for p in range(points))
    for suffix, groups in (("", tuple(range(points))), (" stage", world.frame.stage_of), (" owner", owners)):
        rank = _ranks(guess.causes[:, :points], groups, np.where(inside, true, 0))
        per[f"AC@1{suffix}"] = _f(inside & (rank <= 1)), _f(inside)
        per[f"AC@3{suffix}"] = _f(inside & (rank <= 3)), _f(inside)
        per[f"MRR{suffix}"] = inside / rank, _f(inside)
    if guess.owner:
        right = np.array([
            o == f"Owner:{owners[t]}" if t < points else False for o, t in zip(guess.owner, true, strict=True)
        ])  # fmt: skip
        per["owner then"] = _f(named & right), _f(named)
    count_ = int(family.max()) + 1
    parts = {n: (_by(family, a * keep, count_), _by(family, b * keep, count_)) for n, (a, b) in per.items()}
    confidence, hit = guess.causes.max(1), guess.causes.argmax(1) == true
    bins = np.zeros((count_, BINS, 3))
    place = np.minimum((confidence * BINS).astype(int), BINS - 1)
    np.add.at(bins, (family[keep], place[keep]), np.stack([np.ones(len(true)), confidence, hit], 1)[keep])
    return Counted(parts, bins)


def figures(worlds: Sequence[Counted], draws: int = DRAWS, seed: int = 0) -> dict[str, Interval]:
    """Mean over worlds of every metric with its interval."""
    plain = _mean([counted.at(np.ones((1, len(counted.bins)))) for counted in worlds])
    redrawn = _mean([counted.at(_weights(len(counted.bins), draws, seed + n)) for n, counted in enumerate(worlds)])
    return {name: _figure(plain[name], redrawn[name]) for name in plain}


def difference(ours: Sequence[Counted], theirs: Sequence[Counted], name: str, share: float = 1.0) -> Interval:
    """Mean over worlds of ours − share · theirs, both under the same draws."""
    rows = []
    for draws in (0, DRAWS):
        both = []
        for n, (a, b) in enumerate(zip(ours, theirs, strict=True)):
            weights = _weights(len(a.bins), draws, n) if draws else np.ones((1, len(a.bins)))
            both.append({name: a.at(weights)[name] - share * b.at(weights)[name]})
        rows.append(_mean(both)[name])
    return _figure(rows[0], rows[1])


def _figure(plain: Floats, redrawn: Floats) -> Interval:
    if np.isnan(redrawn).all():
        return Interval((float(plain[0]), float("nan"), float("nan")))
    low, high = np.nanpercentile(redrawn, [2.5, 97.5])
    return Interval((float(plain[0]), float(low), float(high)))


def _mean(worlds: list[dict[str, Floats]]) -> dict[str, Floats]:
    """Mean over the worlds in which a metric can be counted."""
    found = {}
    for name in worlds[0]:
        stacked = np.array([world[name] for world in worlds])
        there = ~np.isnan(stacked)
        total = np.where(there, stacked, 0).sum(0)
        found[name] = np.where(there.any(0), total / np.maximum(there.sum(0), 1), np.nan)
    return found


def _weights(count_: int, draws: int, seed: int) -> Floats:
    rng = np.random.default_rng([seed, 19])
    return rng.multinomial(count_, np.full(count_, 1 / count_), size=draws).astype(float)


def _ranks(causes: Floats, groups: Sequence[object], true: NDArray[np.int64]) -> Floats:
    """Rank of the true cause's group among the groups, by summed probability; equals share the middle of their ranks."""
    names = sorted({*groups}, key=str)
    member = np.array([[float(group == name) for name in names] for group in groups])
    summed = np.round(causes @ member, 9)
    own = (summed * member[true]).sum(1, keepdims=True)
    return np.asarray((summed > own).sum(1) + ((summed == own).sum(1) + 1) / 2)


def _by(family: NDArray[np.int64], values: Floats, count_: int) -> Floats:
    keep = family >= 0
    return np.bincount(family[keep], weights=values[keep], minlength=count_).astype(float)


def _f(flags: NDArray[np.bool_]) -> Floats:
    return flags.astype(float)
