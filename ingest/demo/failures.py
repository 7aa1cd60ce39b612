"""The planted truth: which control failed on what and when, and how a failure surfaces further down.

The world keeps to the shape of the catalogue's CAUSED_BY map but not to its numbers: leaks are bent by noise, every point
shows its own share of what arrives there, and a few ways exist that no map holds. None of these numbers is known outside.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

from graph.records import Ref
from ingest.demo.calendar import FIRST_DAY, LAST_DAY, day_between
from ingest.demo.catalogue import Catalogue
from ingest.demo.organisation import MERGED_CITY, Organisation
from ingest.demo.subjects import Campaign, Product

_CAMPAIGN_ROOTS, _PRODUCT_ROOTS, _HANDLING_ROOTS = 78, 46, 34
CITY_RUN = ("CP27", "CP28", "CP29", "CP30", "NW-04", "D3-01", "D3-04")
"""Points where a failure has a place: most of its complaints come from one city."""
_CAMPAIGN_SHARES = {
    "CP20": 12, "CP21": 11, "CP22": 5, "CP23": 16, "CP24": 8, "CP25": 12, "CP26": 10, "CP27": 9, "CP28": 3, "CP29": 5,
    "CP30": 6, "CP37": 6, "CP38": 1, "CP39": 2, "CP40": 3,
}  # fmt: skip
_PRODUCT_SHARES = {
    "CP01": 1, "CP02": 2, "CP03": 1, "CP04": 3, "CP05": 4, "CP06": 3, "CP07": 4, "CP08": 1, "CP09": 2, "CP10": 1, "CP11": 2,
    "CP12": 3, "CP13": 4, "CP14": 5, "CP15": 8, "CP16": 4, "CPu1": 4, "CPu2": 6, "CPu3": 3, "D1C-01": 4, "D1C-02": 2,
    "CP31": 8, "CP32": 8, "CP33": 8, "CP34": 9, "CP35": 7, "CP36": 8,
}  # fmt: skip
_NETWORK_SHARES = {"NW-01": 8, "NW-02": 7, "NW-03": 6, "NW-04": 7}
_EXIT_SHARES = {"CP17": 5, "CP18": 6, "CP19": 4}
_HIDDEN_WAYS = 5


@dataclass(frozen=True)
class Failure:
    """A control point that failed on a subject: on ``slip`` it was let through, from ``starts`` on customers feel it."""

    point: str
    subject: Ref
    city: str
    slip: date
    starts: date
    ends: date
    size: int
    """How many complaints it brings."""

    def felt_on(self, day: date) -> bool:
        """Whether customers feel it on a day."""
        return self.starts <= day < self.ends

    def at_work_in(self, start: date, end: date) -> bool:
        """Whether the control is out of order on some day of start ≤ day < end: figures turn before customers notice."""
        return self.slip < end and start < self.ends


@dataclass(frozen=True)
class Scene:
    """Where controls can fail."""

    catalogue: Catalogue
    organisation: Organisation
    products: Sequence[Product]
    campaigns: Sequence[Campaign]


class Spread:
    """How failures travel downstream in this world."""

    def __init__(self, rng: Random, catalogue: Catalogue) -> None:
        self._visible = catalogue.felt_as
        self._shows = {point: rng.uniform(0.45, 0.92) for point in catalogue.stage}
        self._ways = {
            cause: [(effect, leak * rng.lognormvariate(0, 0.5)) for effect, leak in effects]
            for cause, effects in catalogue.effects.items()
        }
        points = list(catalogue.stage)
        for _ in range(_HIDDEN_WAYS):
            cause, effect = sorted(rng.sample(range(len(points)), 2))
            self._ways.setdefault(points[cause], []).append((points[effect], 0.3))

    def surface(self, rng: Random, point: str) -> str | None:
        """The point where customers feel one failure of a point, or None when it dies away unfelt."""
        here = point
        while True:
            ways = self._ways.get(here, [])
            if here in self._visible and (not ways or rng.random() < self._shows[here]):
                return here
            if not ways:
                return None
            here = rng.choices([effect for effect, _ in ways], [leak for _, leak in ways])[0]


def plant(rng: Random, scene: Scene, total: int) -> list[Failure]:
    """The failures of the year; their sizes, a few large and many small, add up to ``total`` complaints."""
    drafts = [_on_campaign(rng, scene, campaign) for campaign in rng.sample(list(scene.campaigns), _CAMPAIGN_ROOTS)]
    drafts += [_on_product(rng, scene, product) for product in _spread_over(rng, scene.products, _PRODUCT_ROOTS)]
    drafts += [_on_handling(rng, scene) for _ in range(_HANDLING_ROOTS)]
    weights = [rng.lognormvariate(0, 0.9) for _ in drafts]
    scale = total / sum(weights)
    sizes = [max(2, round(weight * scale)) for weight in weights]
    sizes[sizes.index(max(sizes))] += total - sum(sizes)
    return [replace(draft, size=size) for draft, size in zip(drafts, sizes, strict=True)]


def single_slip(rng: Random, scene: Scene) -> Failure:
    """A control that slipped once, for one customer; it is in no list of failures and so leaves no review or figure behind."""
    pick = rng.random()
    if pick < 0.45:
        return _on_campaign(rng, scene, rng.choice(scene.campaigns))
    if pick < 0.8:
        return _on_product(rng, scene, rng.choice(scene.products))
    return _on_handling(rng, scene)


def _spread_over(rng: Random, products: Sequence[Product], count: int) -> list[Product]:
    return rng.choices(products, [product.popularity**0.5 for product in products], k=count)


def _on_campaign(rng: Random, scene: Scene, campaign: Campaign) -> Failure:
    point = _pick(rng, _CAMPAIGN_SHARES)
    billed = point in ("CP37", "CP38", "CP39", "CP40")
    launch = campaign.entered["D2-S5"].date() + timedelta(days=3) if billed else campaign.starts
    starts = min(launch + timedelta(days=rng.randrange(4, 40)), LAST_DAY - timedelta(days=10))
    early = point in ("CP20", "CP21", "CP22", "CP23", "CP24", "CP25", "CP26")
    slip = campaign.starts - timedelta(days=1) if early else _before(launch, starts)
    ends = min(max(campaign.ends, starts + timedelta(days=60)), starts + timedelta(days=150), LAST_DAY)
    return Failure(point, campaign.ref, _place(rng, scene.organisation, point, starts), slip, starts, ends, 1)


def _on_product(rng: Random, scene: Scene, product: Product) -> Failure:
    shares = dict(_PRODUCT_SHARES)
    if product.network:
        shares |= _NETWORK_SHARES
    leaves = product.entered.get("D1-S7")
    if leaves is not None:
        shares |= _EXIT_SHARES
    point = _pick(rng, shares)
    launch = product.entered["D2-S4"].date() + timedelta(days=4)
    starts = day_between(rng, launch, LAST_DAY - timedelta(days=70))
    if leaves is not None and point in _EXIT_SHARES:
        starts = leaves.date() + timedelta(days=5 + rng.randrange(20))
    built = point[:2] == "CP" and point[2:].isdigit() and int(point[2:]) <= 16
    slip = launch - timedelta(days=6) if built else _before(launch, starts)
    ends = min(starts + timedelta(days=rng.randint(60, 150)), LAST_DAY)
    return Failure(point, product.ref, _place(rng, scene.organisation, point, starts), slip, starts, ends, 1)


def _on_handling(rng: Random, scene: Scene) -> Failure:
    point = rng.choice([point for point, kind in scene.catalogue.kind.items() if kind == "handling"])
    starts = day_between(rng, FIRST_DAY + timedelta(days=20), LAST_DAY - timedelta(days=70))
    ends = starts + timedelta(days=rng.randint(45, 120))
    unit = rng.choice(scene.organisation.handling_units(LAST_DAY))
    city = next((city for city, team in scene.organisation.teams.items() if team == unit), "")
    return Failure(point, Ref("OrgUnit", unit), city, starts - timedelta(days=15), starts, min(ends, LAST_DAY), 1)


def _before(launch: date, starts: date) -> date:
    """Some weeks before customers notice, yet not before there was anything to notice."""
    return min(max(launch, starts - timedelta(days=25)), starts - timedelta(days=1))


def _place(rng: Random, organisation: Organisation, point: str, day: date) -> str:
    cities = [city for city in organisation.cities_on(day) if city != MERGED_CITY]
    return rng.choice(cities) if point in CITY_RUN else ""


def _pick(rng: Random, shares: Mapping[str, int]) -> str:
    return rng.choices(list(shares), list(shares.values()))[0]
