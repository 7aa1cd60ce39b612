"""The monthly figures: of the province and its cities, of handling units, and of some products and campaigns.

A failure turns the indicators of its own point red often and those of the points it leads to sometimes; figures also go
red without any cause.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from random import Random

from graph.records import Ref
from ingest.demo.calendar import LAST_MONTH, month_start
from ingest.demo.catalogue import Catalogue, Indicator
from ingest.demo.failures import CITY_RUN, Failure
from ingest.demo.organisation import PROVINCE, Organisation
from ingest.demo.subjects import Campaign, Product
from ingest.demo.tables import Tables

_QUIET = {"green": 925, "amber": 55, "red": 20}
_OWN = {"green": 12, "amber": 12, "red": 76}
_NEXT = {"green": 68, "amber": 18, "red": 14}
_LOCAL = {"green": 35, "amber": 25, "red": 40}
"""A failure in one city as it shows in the figures of that whole city."""
_MEASURED_CAMPAIGNS, _MEASURED_PRODUCTS = 0.85, 0.95

_KNOWN = 0.9
"""Share of the indicators in question that such a subject reports."""


class MeasurementBook:
    """Writes every value of the year up to the last month that could be known in it."""

    def __init__(self, rng: Random, tables: Tables, catalogue: Catalogue, failures: Sequence[Failure]) -> None:
        self._rng, self._tables, self._catalogue = rng, tables, catalogue
        self._failures = failures
        self._number = 0

    def subjects(self, products: Sequence[Product], campaigns: Sequence[Campaign]) -> None:
        """Figures of the products and campaigns that are measured at all, as the province sees them."""
        by_subject: dict[Ref, list[Failure]] = {}
        for failure in self._failures:
            by_subject.setdefault(failure.subject, []).append(failure)
        for product in products:
            if self._rng.random() < _MEASURED_PRODUCTS:
                since = product.entered["D1-S6"].date()
                self._subject(
                    product.ref, "product", since, month_start(LAST_MONTH + 1), by_subject.get(product.ref, ())
                )
        for campaign in campaigns:
            if self._rng.random() < _MEASURED_CAMPAIGNS:
                self._subject(
                    campaign.ref, "campaign", campaign.starts, campaign.ends, by_subject.get(campaign.ref, ())
                )

    def units(self, organisation: Organisation) -> None:
        """Figures of the province (all of them), of the cities (what cities run) and of the handling units (handling)."""
        local = self._measuring(CITY_RUN)
        serving = self._measuring([point for point, kind in self._catalogue.kind.items() if kind == "handling"])
        for month in range(1, LAST_MONTH + 1):
            day = month_start(month)
            for indicator in self._catalogue.indicators:
                self._value(indicator, None, PROVINCE, month, _QUIET)
            for city in organisation.cities_on(day):
                here = self._weights((f for f in self._failures if f.city == city), month, _LOCAL, _QUIET)
                for indicator in local:
                    self._value(indicator, None, city, month, here.get(indicator, _QUIET))
            for unit in organisation.handling_units(day):
                here = self._weights((f for f in self._failures if f.subject.id == unit), month, _OWN, _NEXT)
                for indicator in serving:
                    self._value(indicator, None, unit, month, here.get(indicator, _QUIET))

    def _subject(self, subject: Ref, kind: str, since: date, until: date, failures: Iterable[Failure]) -> None:
        points = [point for point, of in self._catalogue.kind.items() if of == kind]
        known = [indicator for indicator in self._measuring(points) if self._rng.random() < _KNOWN]
        failures = list(failures)
        for month in range(since.month, LAST_MONTH + 1):
            if month_start(month) >= until:
                break
            here = self._weights(failures, month, _OWN, _NEXT)
            for indicator in known:
                self._value(indicator, subject, PROVINCE, month, here.get(indicator, _QUIET))

    def _measuring(self, points: Iterable[str]) -> list[str]:
        """The indicators that measure any of these points."""
        return list(dict.fromkeys(i for point in points for i in self._catalogue.measures.get(point, ())))

    def _weights(
        self, failures: Iterable[Failure], month: int, own: Mapping[str, int], following: Mapping[str, int]
    ) -> dict[str, Mapping[str, int]]:
        """Indicator → how it fares in a month in which these failures are felt."""
        found: dict[str, Mapping[str, int]] = {}
        for failure in failures:
            if not failure.at_work_in(month_start(month), month_start(month + 1)):
                continue
            for effect, _ in self._catalogue.effects.get(failure.point, ()):
                for indicator in self._catalogue.measures.get(effect, ()):
                    found.setdefault(indicator, following)
            for indicator in self._catalogue.measures.get(failure.point, ()):
                found[indicator] = own
        return found

    def _value(self, indicator: str, subject: Ref | None, unit: str, month: int, weights: Mapping[str, int]) -> None:
        self._number += 1
        state = self._rng.choices(list(weights), list(weights.values()))[0]
        end = month_start(month + 1)
        closing = datetime.combine(end, time())
        self._tables.node(
            "Measurement", f"V-{self._number:05d}", value=_figure(self._rng, self._catalogue.indicators[indicator], state),
            period_start=month_start(month), period_end=end, event_at=closing,
            recorded_at=closing + timedelta(days=self._rng.randint(1, 4), hours=10),
            OF=[Ref("Indicator", indicator)], ON=[subject] if subject else None, IN=[Ref("OrgUnit", unit)],
        )  # fmt: skip


def _figure(rng: Random, indicator: Indicator, state: str) -> float:
    """A value that meets the target (green), keeps only the warning level (amber) or misses that too (red)."""
    gap = indicator.warning - indicator.target
    if state == "green":
        if indicator.rising:
            return rng.uniform(indicator.target, max(indicator.target, 100.0))
        return rng.uniform(0.4, 1.0) * indicator.target
    if state == "amber":
        return indicator.target + gap * rng.uniform(0.2, 0.9)
    return indicator.warning + gap * rng.uniform(0.2, 2.0)
