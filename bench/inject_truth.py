"""The parameters of the truth of an injected world: each is drawn per seed from a stated range (how these were fixed: docs/decisions/0019)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

RANGES: dict[str, tuple[float, float]] = {
    # how failures travel, and how well the map that the tracer is given knows it
    "stop_mean": (0.3, 0.7),  # mean of the points' own stop probabilities (the tracer assumes 0.5 everywhere)
    "map_care": (4.0, 20.0),  # Dirichlet concentration of the shown cause weights around the true ones
    "causes_missing": (0.0, 0.15),  # share of true cause links that the map does not have
    "causes_spurious": (0.0, 0.15),  # share of points that the map gives a cause they do not have
    # how complaints are filed
    "confusion": (0.05, 0.20),  # share filed under a wrong category: half of them a sibling, half any
    "pointing_care": (10.0, 40.0),  # Dirichlet concentration of the shown pointing weights around the true ones
    "pointing_missing": (0.0, 0.10),  # share of true pointings that the map does not have
    "pointing_open": (0.0, 0.12),  # share of a category's weight that the map leaves open
    "null_error": (0.2, 0.8),  # standard deviation of the shown null rates' logits around the true ones
    "null_absent": (0.1, 0.5),  # share of categories without a stated null rate
    "codes": (0.0, 0.15),  # share of complaints with a cause code
    "code_right": (0.6, 0.9),  # how often a code names where it hurt
    "about_lost": (0.0, 0.08),  # share that names no subject
    "about_product": (0.03, 0.12),  # share of a campaign's complaints that name its product only
    "names_felt": (
        0.5,
        1.0,
    ),  # how often a product's fault is put to the campaign where it is felt, to the product where it is not
    "via_campaign": (0.3, 0.8),  # else: weight of each running campaign beside 1 for the product
    "repeated": (0.03, 0.12),  # share of complaints followed by a repetition
    # what complaints are made of
    "causeless": (0.24, 0.35),  # share without any internal cause
    "causeless_surge": (0.03, 0.12),  # how often what goes on at a subject is a surge from outside
    "unmodelled": (0.03, 0.08),  # share whose internal cause no control point covers
    "unmodelled_surge": (0.02, 0.06),  # how often what goes on at a subject is nothing the model covers
    "slips": (0.08, 0.20),  # share caused by a single slip of a control point, which leaves no evidence
    "any_fault": (0.25, 0.45),  # share of subjects at which something lasting goes on
    "tail": (0.6, 1.2),  # P(size of a fault) ∝ size^−tail over SIZES
    "fault_skew": (0.2, 0.6),  # log-sd of the points' fault rates around their share of causes
    # what reviews and indicators know
    "review_power": (0.2, 0.7),  # how often a review's result is moved by a fault
    "kci_power": (0.25, 0.75),  # how often an indicator is moved by a fault
    "kci_absent": (0.10, 0.35),  # share of (point, subject) never measured
    "kci_per_unit": (0.0, 0.4),  # share of campaign points' indicators that exist for the unit only
    "late": (0.02, 0.12),  # share of reviews recorded up to LATEST days after they happened
    "careless_units": (0.1, 0.4),  # share of units that record only 30–65 % of their reviews (others 85–99 %)
    "entries_lost": (0.0, 0.08),  # share of stage entries that nobody recorded
}
"""Range of each parameter, uniform. The tracer's own numbers (queries/parameters.yaml) are nowhere in this file."""

SIZES = np.array([3.0, 8.0, 20.0, 50.0])
"""Expected complaints of a fault over its whole life."""
TWO = 0.2
"""Share of the troubled subjects at which two things go on at once; never more."""
LATEST = 40.0
"""Longest delay in days with which a review is recorded."""
RESULTS = ("passed", "conditional", "waived", "failed", "skipped")
STATES = ("green", "amber", "red")
_SOUND_REVIEW = (0.80, 0.09, 0.05, 0.03, 0.03)
_MOVED_REVIEW = (0.0, 0.25, 0.30, 0.30, 0.15)
_SOUND_KCI = (0.76, 0.15, 0.09)
_MOVED_KCI = (0.05, 0.30, 0.65)


@dataclass(frozen=True)
class Truth:
    """One draw: ``of`` holds the ranged parameters; the tables are P(result | fault or not) and P(state | fault or not)."""

    of: dict[str, float]
    sizes: Floats
    """P of each of SIZES."""
    review: Floats
    """[sound, faulty] × RESULTS."""
    kci: Floats
    """[sound, faulty] × STATES."""

    def __getitem__(self, name: str) -> float:
        return self.of[name]


def draw_truth(rng: np.random.Generator) -> Truth:
    """The parameters of one world."""
    of = {name: float(rng.uniform(low, high)) for name, (low, high) in RANGES.items()}
    sizes = SIZES ** -of["tail"]
    sound_review = rng.dirichlet(60 * np.array(_SOUND_REVIEW))
    sound_kci = rng.dirichlet(60 * np.array(_SOUND_KCI))
    review = np.stack([sound_review, _moved(sound_review, _MOVED_REVIEW, of["review_power"], rng)])
    kci = np.stack([sound_kci, _moved(sound_kci, _MOVED_KCI, of["kci_power"], rng)])
    return Truth(of, sizes / sizes.sum(), np.maximum(review, 1e-4), np.maximum(kci, 1e-4))


def _moved(sound: Floats, towards: tuple[float, ...], power: float, rng: np.random.Generator) -> Floats:
    """What is seen of a fault: as if sound, but with some power moved towards the telling results."""
    telling = rng.dirichlet(20 * np.array(towards) + 0.1)
    return (1 - power) * sound + power * telling
