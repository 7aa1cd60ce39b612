"""A random framework as plain data: stages, points, true and shown causes, gates, indicators, owners, units."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bench.inject_truth import Floats, Truth

CITIES = 8
PROVINCE = CITIES
"""Units are numbered: the cities, then the province above them."""


@dataclass(frozen=True)
class GatePlan:
    """A gate on a stage and the points it checks."""

    id: str
    stage: int
    checks: tuple[int, ...]


@dataclass(frozen=True)
class KciPlan:
    """An indicator of a point: per unit or per subject, better when higher or lower, with a warning level or without."""

    id: str
    point: int
    per_unit: bool
    higher: bool
    warned: bool


@dataclass(frozen=True)
class Frame:
    """The framework. Points and stages are numbered in stage order; their ids are shuffled so that no order shows through."""

    stages: tuple[str, ...]
    stage_kind: tuple[str, ...]
    """Per stage: product (domain DP) or campaign (domain DC)."""
    late: tuple[bool, ...]
    """Per stage: entered only some time after the launch."""
    points: tuple[str, ...]
    stage_of: tuple[int, ...]
    stop: Floats
    cause: Floats
    """True weights, effect × cause, rows sum to 1 or 0."""
    shown_cause: Floats
    felt: Floats
    """Base rate with which a failure is felt at each point."""
    origin: Floats
    """origin[a, v]: probability that a failure felt at a began at v."""
    gates: tuple[GatePlan, ...]
    reviewed: tuple[int, ...]
    """Points that are reviewed by themselves."""
    kcis: tuple[KciPlan, ...]
    stage_owner: tuple[str, ...]
    point_owner: dict[int, str]
    recording: tuple[float, ...]
    """Per unit: share of its reviews that it records."""

    def kind(self, point: int) -> str:
        """The subject kind of a point."""
        return self.stage_kind[self.stage_of[point]]

    def owner(self, point: int) -> str:
        """Who answers for a point: its own owner, else that of its stage."""
        return self.point_owner.get(point, self.stage_owner[self.stage_of[point]])

    @property
    def base(self) -> Floats:
        """Long-run share of each point among all causes."""
        return np.asarray(self.felt @ self.origin)


def draw_frame(rng: np.random.Generator, truth: Truth) -> Frame:
    """One framework with its truth and what the map says of it."""
    product_stages, campaign_stages = int(rng.integers(3, 6)), int(rng.integers(3, 6))
    kinds = ("product",) * product_stages + ("campaign",) * campaign_stages
    stage_of = tuple(s for s in range(len(kinds)) for _ in range(int(rng.integers(2, 5))))
    count = len(stage_of)
    cause = _causes(rng, stage_of)
    mean = truth["stop_mean"]
    stop = np.where(cause.sum(1) > 0, np.clip(rng.beta(6 * mean, 6 * (1 - mean), count), 0.05, 0.95), 1.0)
    felt = rng.gamma(4.0, 1.0, count) * (1 + np.arange(count) / count)
    kcis = tuple(
        KciPlan(
            f"K{p:03}", p, kinds[stage_of[p]] == "campaign" and rng.random() < truth["kci_per_unit"],
            bool(rng.random() < 0.7), bool(rng.random() < 0.8),
        )
        for p in range(count) if rng.random() < 0.8
    )  # fmt: skip
    owners = [f"W{n:02}" for n in rng.permutation(3 * len(kinds))]
    careless = rng.random(CITIES + 1) < truth["careless_units"]
    recording = np.where(careless, rng.uniform(0.3, 0.65, CITIES + 1), rng.uniform(0.85, 0.99, CITIES + 1))
    return Frame(
        stages=tuple(f"S{n:02}" for n in rng.permutation(len(kinds))),
        stage_kind=kinds,
        late=tuple(s in (product_stages - 1, len(kinds) - 1) for s in range(len(kinds))),
        points=tuple(f"P{n:03}" for n in rng.permutation(count)),
        stage_of=stage_of,
        stop=stop,
        cause=cause,
        shown_cause=_shown(rng, cause, stage_of, truth),
        felt=felt / felt.sum(),
        origin=np.linalg.solve(np.eye(count) - (1 - stop)[:, None] * cause, np.diag(stop)),
        gates=_gates(rng, stage_of, len(kinds)),
        reviewed=tuple(p for p in range(count) if rng.random() < 0.3),
        kcis=kcis,
        stage_owner=tuple(owners[int(rng.integers(0, max(2, len(kinds) - 2)))] for _ in kinds),
        point_owner={p: owners[len(kinds) + p % len(kinds)] for p in range(count) if rng.random() < 0.3},
        recording=tuple(float(r) for r in recording),
    )


def _causes(rng: np.random.Generator, stage_of: tuple[int, ...]) -> Floats:
    """True causes: up to three earlier points each, nearer ones more often; now and then a loop."""
    count = len(stage_of)
    cause = np.zeros((count, count))
    for effect in range(1, count):
        if rng.random() < 0.15:
            continue
        near = np.exp(-(effect - 1 - np.arange(effect)) / 5)
        picked = rng.choice(effect, min(effect, int(rng.integers(1, 4))), replace=False, p=near / near.sum())
        cause[effect, picked] = rng.gamma(1.5, 1.0, len(picked)) + 0.1
    if rng.random() < 0.3:
        later = int(rng.integers(count // 2, count))
        cause[int(rng.integers(0, count // 2)), later] += 0.4
    return np.asarray(cause / np.maximum(cause.sum(1, keepdims=True), 1e-12))


def _shown(rng: np.random.Generator, cause: Floats, stage_of: tuple[int, ...], truth: Truth) -> Floats:
    """What the map says: the true links with weights off by some care, some links missing, some spurious."""
    shown = np.where(cause > 0, rng.gamma(np.maximum(truth["map_care"] * cause, 1e-3)), 0.0)
    shown *= rng.random(cause.shape) >= truth["causes_missing"]
    for effect in range(2, len(stage_of)):
        if rng.random() < truth["causes_spurious"]:
            shown[effect, int(rng.integers(0, effect))] += 0.3 * truth["map_care"]
    total = shown.sum(1, keepdims=True)
    weights = np.round(shown / np.maximum(total, 1e-12), 3)
    return np.where(weights >= 0.01, weights, 0.0)


def _gates(rng: np.random.Generator, stage_of: tuple[int, ...], stages: int) -> tuple[GatePlan, ...]:
    found = []
    for stage in range(stages):
        points = [p for p, at in enumerate(stage_of) if at == stage]
        checks = tuple(p for p in points if rng.random() < 0.8) or tuple(points[:1])
        if rng.random() < 0.85:
            found.append(GatePlan(f"G{stage:02}", stage, checks))
    return tuple(found)
