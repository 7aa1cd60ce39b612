"""Products and campaigns of an injected world with what goes on at them, and with which intensity it is felt."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np

from bench.inject_filing import EXTERNAL, UNMODELLED
from bench.inject_frame import CITIES, PROVINCE, Frame
from bench.inject_truth import SIZES, TWO, Floats, Truth

DAYS = 365.0
CAMPAIGNS = 2
"""Campaigns of a product, on average: one to three."""


@dataclass(frozen=True)
class Host:
    """A subject: what can go on at it (``sources``: points, EXTERNAL, UNMODELLED), what does (``faults``), when and where.

    Times are days since the world began. What goes on begins at the launch, or when a later stage is entered, and fades.
    """

    id: str
    campaign: bool
    unit: int
    product: int
    """Index of the promoted product; of a product itself its own."""
    launch: float
    end: float
    fade: float
    """Mean days until a fault's complaints have faded."""
    popularity: float
    entered: dict[int, float]
    """Stage → day."""
    sources: tuple[int, ...]
    odds: Floats
    """Relative rate of each source."""
    troubled: float
    """Probability that anything goes on."""
    faults: tuple[tuple[int, int], ...]
    """(place in sources, place in SIZES) of what goes on; at most two."""

    def begins(self, place: int, stage_of: tuple[int, ...]) -> float:
        """When a source's trouble is first felt."""
        source = self.sources[place]
        return max(self.launch, self.entered[stage_of[source]]) if source >= 0 else self.launch

    def swell(self, place: int, stage_of: tuple[int, ...], day: float) -> float:
        """Density over days with which a source's complaints come; integrates to 1 over its life."""
        start = self.begins(place, stage_of)
        if not start <= day < self.end:
            return 0.0
        return float(np.exp(-(day - start) / self.fade) / self.fade / (1 - np.exp(-(self.end - start) / self.fade)))


def draw_hosts(rng: np.random.Generator, truth: Truth, frame: Frame, products: int) -> tuple[Host, ...]:
    """Products first, then campaigns: one to three of each product."""
    rates = frame.base * np.exp(rng.normal(0, truth["fault_skew"], len(frame.points))) + 1e-4
    hosts = []
    ids = rng.permutation(10_000)
    for index in range(products):
        launch = float(rng.uniform(40, 130))
        hosts.append(_host(rng, truth, frame, rates, f"H{ids[index]:04}", index, launch, DAYS, (40, 90), PROVINCE))
    for product in range(products):
        for _ in range(int(rng.integers(1, 2 * CAMPAIGNS))):
            launch = float(rng.uniform(hosts[product].launch, 285))
            end = min(DAYS, launch + float(rng.uniform(60, 150)))
            unit = int(rng.integers(0, CITIES))
            hosts.append(
                _host(rng, truth, frame, rates, f"H{ids[len(hosts)]:04}", product, launch, end, (15, 40), unit)
            )
    return tuple(hosts)


def _host(
    rng: np.random.Generator, truth: Truth, frame: Frame, rates: Floats, id_: str, product: int, launch: float, end: float,
    fade: tuple[int, int], unit: int,
) -> Host:  # fmt: skip
    kind = "product" if unit == PROVINCE else "campaign"
    stages = [s for s, k in enumerate(frame.stage_kind) if k == kind]
    early = [s for s in stages if not frame.late[s]]
    entered = {s: launch - 35 * (len(early) - n) / len(early) for n, s in enumerate(early)}
    entered |= {s: launch + float(rng.uniform(0.2, 0.6)) * (end - launch) for s in stages if frame.late[s]}
    points = [p for p in range(len(frame.points)) if frame.kind(p) == kind]
    inside = 1 - truth["causeless_surge"] - truth["unmodelled_surge"]
    odds = np.concatenate(
        [
            inside * rates[points] / rates[points].sum(),
            [truth["causeless_surge"], truth["unmodelled_surge"]],
        ]
    )
    troubled = _troubled(truth, frame, kind)
    going_on = 0 if rng.random() >= troubled else 2 if rng.random() < TWO else 1
    picked = rng.choice(len(odds), going_on, replace=False, p=odds / odds.sum())
    faults = tuple((int(p), int(rng.choice(len(SIZES), p=truth.sizes))) for p in sorted(picked))
    return Host(
        id_, kind == "campaign", unit, product, launch, end, float(rng.uniform(*fade)), float(np.exp(rng.normal(0, 0.8))),
        entered, (*points, EXTERNAL, UNMODELLED), odds / odds.sum(), troubled, faults,
    )  # fmt: skip


def _troubled(truth: Truth, frame: Frame, kind: str) -> float:
    """Share of the subjects of a kind at which something goes on: such that faults fall on product and campaign points as often as the
    true causes say, and ``any_fault`` of all subjects are troubled.
    """
    share = sum(rate for point, rate in enumerate(frame.base) if frame.kind(point) == kind)
    subjects = CAMPAIGNS / (1 + CAMPAIGNS) if kind == "campaign" else 1 / (1 + CAMPAIGNS)
    return min(0.8, truth["any_fault"] * float(share) / subjects)


def sets_of(host: Host) -> tuple[tuple[tuple[int, ...], ...], Floats]:
    """Every set of sources that may go on at a host, and its probability before anything is seen."""
    odds = host.odds
    places = range(len(odds))
    pairs = tuple(combinations(places, 2))
    any_ = host.troubled
    of_pairs = [any_ * TWO * odds[a] * odds[b] * (1 / (1 - odds[a]) + 1 / (1 - odds[b])) for a, b in pairs]
    prior = np.array([1 - any_, *(any_ * (1 - TWO) * odds), *of_pairs])
    return ((), *((p,) for p in places), *pairs), prior


def shares(hosts: tuple[Host, ...], truth: Truth, at: int, day: float) -> dict[int, Floats]:
    """Whom the complaints that a host's trouble causes on a day are about, by where the trouble is felt.

    Returns:
        host index → shares of what is felt at product points, at campaign points, and of what has no point at all.
    """
    host = hosts[at]
    if host.campaign:
        return {at: np.full(3, 1 - truth["about_product"]), host.product: np.full(3, truth["about_product"])}
    running = [
        n for n, other in enumerate(hosts) if other.campaign and other.product == at and other.launch <= day < other.end
    ]
    if not running:
        return {at: np.ones(3)}
    felt = truth["names_felt"]
    whole = 1 + truth["via_campaign"] * len(running)
    own, each = 1 / whole, truth["via_campaign"] / whole
    of_campaign = np.array([(1 - felt) * each, felt / len(running) + (1 - felt) * each, each])
    return {at: np.array([felt + (1 - felt) * own, (1 - felt) * own, own]), **dict.fromkeys(running, of_campaign)}
