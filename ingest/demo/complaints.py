"""The complaints of the year: felt failures, complaints without any internal cause, and those no map knows a cause for.

Each is drafted with its planted cause; ids follow the order in which the complaints came in, and the truth is kept apart.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from random import Random

from graph.records import Ref
from ingest.demo.calendar import FIRST_DAY, LAST_DAY, REORGANISATION, customer_time, day_between
from ingest.demo.failures import Failure, Scene, Spread, single_slip
from ingest.demo.organisation import ITS_HEIR, MERGED_CITY
from ingest.demo.subjects import Campaign

COMPLAINTS = 5000
_CAUSELESS, _UNMODELLED, _SINGLE = 0.225, 0.05, 0.08
"""Shares of complaints without an internal cause, with one outside the model, and from slips that happened once."""
_REPEATED = 0.07
_MISFILED = 0.08
_HIDDEN_EVENTS = 8
_SEED_BED = ("K0201", "B0503", "H0202", "F0402", "A0303", "J0201", "C0201", "I0403")
"""Categories under which causes outside the model come in."""
_MARKETS = {"D": "consumer", "E": "home", "H": "consumer", "J": "business"}
"""Categories of these chapters are heard of one market's products; of others, hardly."""
_ELSEWHERE = 0.03
_CITY_SHARES = (22, 15, 12, 10, 9, 8, 7, 6, 5, 4, 2)


@dataclass(frozen=True)
class Draft:
    """One complaint with what caused it; ``failure`` is None without an internal cause known to the model."""

    moment: datetime
    category: str
    about: tuple[Ref, ...]
    city: str
    received_by: str
    channel: str
    cause: str
    """control_point, none or unmodelled."""
    failure: Failure | None = None
    repeats: int | None = None
    """Position in the list of drafts of the one it repeats."""
    customer: int = 0
    """Number of the customer: the position of the first draft of the chain."""


@dataclass(frozen=True)
class World:
    """All that complaints can arise from."""

    scene: Scene
    failures: Sequence[Failure]
    spread: Spread


def planted_total() -> int:
    """How many of the complaints the planted failures bring."""
    return COMPLAINTS - sum(round(COMPLAINTS * share) for share in (_CAUSELESS, _UNMODELLED, _SINGLE))


def draft_complaints(rng: Random, world: World) -> list[Draft]:
    """Every complaint of the year in no particular order; a repeat stands after what it repeats."""
    desk = _Desk(rng, world)
    for failure in world.failures:
        desk.fill(failure.size, partial(desk.felt, failure))
    desk.fill(round(COMPLAINTS * _SINGLE), desk.slipped)
    desk.fill(round(COMPLAINTS * _CAUSELESS), desk.causeless)
    hidden = [desk.hidden_event() for _ in range(_HIDDEN_EVENTS)]
    desk.fill(round(COMPLAINTS * _UNMODELLED), lambda: desk.unmodelled(*rng.choice(hidden)))
    return desk.drafts


class _Desk:
    """Takes down complaints one by one."""

    def __init__(self, rng: Random, world: World) -> None:
        self.rng, self.scene, self.spread, self.drafts = rng, world.scene, world.spread, list[Draft]()
        self._promoting: dict[Ref, list[Campaign]] = {}
        for campaign in world.scene.campaigns:
            for product in campaign.promotes:
                self._promoting.setdefault(product, []).append(campaign)
        self._market = {product.ref: product.segment for product in world.scene.products}
        self._market |= {campaign.ref: campaign.segment for campaign in world.scene.campaigns}
        self._campaign = {campaign.ref: campaign for campaign in world.scene.campaigns}
        visible = [(category, weight) for ways in world.scene.catalogue.felt_as.values() for category, weight in ways]
        self._usual = ([category for category, _ in visible], [weight for _, weight in visible])
        self._odd = (list(world.scene.catalogue.causeless), list(world.scene.catalogue.causeless.values()))

    def fill(self, quota: int, make: Callable[[], Draft]) -> None:
        """Add complaints of one origin, with the repeats some of them bring, until the quota is met exactly."""
        end = len(self.drafts) + quota
        while len(self.drafts) < end:
            first = len(self.drafts)
            self.drafts.append(replace(make(), customer=first))
            while len(self.drafts) < end and self.rng.random() < _REPEATED:
                last = self.drafts[-1]
                later = last.moment + timedelta(days=self.rng.randint(3, 20), minutes=self.rng.randrange(300))
                if later.date() > LAST_DAY:
                    break
                category = self.rng.choice(("I0304", "I0302", last.category, last.category, last.category))
                city, receiver = self._city_now(last.city, later), self._team_now(last.received_by, later)
                self.drafts.append(
                    replace(
                        last,
                        moment=later,
                        category=category,
                        repeats=len(self.drafts) - 1,
                        city=city,
                        received_by=receiver,
                    )
                )

    def slipped(self) -> Draft:
        """A customer feels a failure that happened once."""
        return self.felt(single_slip(self.rng, self.scene))

    def felt(self, failure: Failure) -> Draft:
        """A customer feels a failure, somewhere downstream."""
        anchor = None
        while anchor is None:
            anchor = self.spread.surface(self.rng, failure.point)
        moment = customer_time(self.rng, self._felt_day(failure))
        unit = failure.subject.id if failure.subject.kind == "OrgUnit" and self.rng.random() < 0.9 else ""
        city = failure.city if failure.city and self.rng.random() < 0.8 else ""
        category = self._category(anchor, failure.subject)
        about = self._about(failure, moment.date(), category)
        return self._take(moment, category, about, "control_point", city, unit, failure)

    def causeless(self) -> Draft:
        """A misunderstanding, the customer's own device, a third party, the weather, a wish."""
        day = day_between(self.rng, FIRST_DAY + timedelta(days=2), LAST_DAY)
        categories, weights = self._odd if self.rng.random() < 0.68 else self._usual
        category = self.rng.choices(categories, weights)[0]
        return self._take(customer_time(self.rng, day), category, self.anything(category), "none")

    def hidden_event(self) -> tuple[str, tuple[Ref, ...], date]:
        """Where and since when something goes wrong that the model has no point for: category, what it is about, first day."""
        category = self.rng.choice(_SEED_BED)
        return category, self.anything(category), day_between(self.rng, FIRST_DAY, LAST_DAY - timedelta(days=60))

    def unmodelled(self, category: str, about: tuple[Ref, ...], since: date) -> Draft:
        """Something went wrong inside that no control point of the model covers."""
        day = day_between(self.rng, since, since + timedelta(days=50))
        if self.rng.random() < 0.35:
            category = self.rng.choices(*self._usual)[0]
        return self._take(customer_time(self.rng, day), category, about, "unmodelled")

    def anything(self, category: str) -> tuple[Ref, ...]:
        """What a complaint may name without its being to blame: popular products and campaigns of its market, or nothing."""
        market = _MARKETS.get(category[0])
        pick = self.rng.random()
        if pick < 0.45:
            products = [product for product in self.scene.products if market in (None, product.segment)]
            return (self.rng.choices(products, [product.popularity for product in products])[0].ref,)
        if pick < 0.75:
            campaigns = [campaign for campaign in self.scene.campaigns if market in (None, campaign.segment)]
            return (self.rng.choices(campaigns, [campaign.popularity for campaign in campaigns])[0].ref,)
        return ()

    def _take(
        self, moment: datetime, category: str, about: tuple[Ref, ...], cause: str, city: str = "", unit: str = "",
        failure: Failure | None = None,
    ) -> Draft:  # fmt: skip
        cities = self.scene.organisation.cities
        home = self._city_now(city or self.rng.choices(cities, _CITY_SHARES)[0], moment)
        channel = self._channel()
        receiver = unit or self._receiver(channel, home)
        return Draft(
            moment, category, about, home if self.rng.random() < 0.97 else "", receiver, channel, cause, failure
        )

    def _felt_day(self, failure: Failure) -> date:
        """Complaints swell for a while and thin out."""
        span = max(1, (failure.ends - failure.starts).days)
        return failure.starts + timedelta(days=min(int(self.rng.triangular(0, span, 0.45 * span)), span - 1))

    def _category(self, anchor: str, subject: Ref) -> str:
        """The category a clerk files a complaint under: mostly one that fits the point and the market, sometimes a wrong one."""
        ways, market = self.scene.catalogue.felt_as[anchor], self._market.get(subject)
        weights = [
            weight if market is None or _MARKETS.get(category[0], market) == market else weight * _ELSEWHERE
            for category, weight in ways
        ]
        category = self.rng.choices([category for category, _ in ways], weights)[0]
        if self.rng.random() < _MISFILED:
            pool = self.scene.catalogue.siblings[category] if self.rng.random() < 0.7 else self.scene.catalogue.leaves
            category = self.rng.choice(pool)
        return category

    def _about(self, failure: Failure, day: date, category: str) -> tuple[Ref, ...]:
        """What the customer or the clerk names: mostly what failed, sometimes only something near it, sometimes nothing."""
        if failure.subject.kind == "OrgUnit":
            return self.anything(category) if self.rng.random() < 0.6 else ()
        pick = self.rng.random()
        if failure.subject.kind == "Campaign":
            product = self.rng.choice(self._campaign[failure.subject].promotes)
            if pick < 0.8:
                return (failure.subject, product) if self.rng.random() < 0.3 else (failure.subject,)
            return (product,) if pick < 0.92 else ()
        running = [c.ref for c in self._promoting.get(failure.subject, ()) if c.starts <= day < c.ends]
        if running and pick < 0.35:
            campaign = self.rng.choice(running)
            return (failure.subject, campaign) if pick < 0.2 else (campaign,)
        return (failure.subject,) if pick < 0.88 else ()

    def _channel(self) -> str:
        weights = {"CH-01": 42, "CH-03": 10, "CH-04": 3, "CH-05": 12, "CH-06": 2, "CH-07": 5, "CH-08": 4, "CH-09": 6, "CH-11": 2,
                   "CH-12": 3, "CH-13": 3, "CH-14": 2, "CH-16": 2, "CH-17": 1, "CH-19": 2, "CH-20": 1}  # fmt: skip
        return self.rng.choices(list(weights), list(weights.values()))[0]

    def _receiver(self, channel: str, city: str) -> str:
        if channel in ("CH-03", "CH-04", "CH-12", "CH-13"):
            return self.scene.organisation.teams[city]
        if channel in ("CH-05", "CH-06", "CH-07", "CH-20"):
            return "QC-INT"
        if channel in ("CH-14", "CH-16", "CH-17", "CH-19"):
            return "QC-CS"
        return "HL"

    @staticmethod
    def _city_now(city: str, moment: datetime) -> str:
        """The city itself, or its heir once it has been merged."""
        return ITS_HEIR if city == MERGED_CITY and moment.date() >= REORGANISATION else city

    def _team_now(self, unit: str, moment: datetime) -> str:
        """The unit itself, or the heir's team once the merged city's team is no more a first contact."""
        teams = self.scene.organisation.teams
        return teams[self._city_now(MERGED_CITY, moment)] if unit == teams[MERGED_CITY] else unit
