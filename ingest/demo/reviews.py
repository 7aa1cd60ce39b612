"""What the reviews of the year recorded: mostly good records, some warnings where a control failed, some false alarms."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from random import Random

from graph.records import Ref
from ingest.demo.calendar import LAST_DAY, in_year, office_time
from ingest.demo.catalogue import Catalogue
from ingest.demo.failures import Failure
from ingest.demo.organisation import Organisation
from ingest.demo.subjects import Campaign, Product
from ingest.demo.tables import Tables

_ON_FAILURE = {"passed": 20, "conditional": 13, "waived": 33, "failed": 26, "missing": 8}
"""A control that failed is often waved through without a mark."""
_NOTICED = {"passed": 40, "conditional": 25, "failed": 30, "missing": 5}
"""A later review while customers already complain."""
_OTHERWISE = {"passed": 946, "conditional": 22, "waived": 8, "failed": 5, "missing": 19}
"""False alarms and gaps where nothing was wrong."""
_CARELESS_UNIT, _CARELESS_GAPS = "O15-2", 0.3
"""A company that keeps poor records: there a missing review means nothing."""
_REASONS = {
    "conditional": ("限期补齐后复核", "留有一项待整改", "先行上线，十日内补正"),
    "waived": ("工期紧，按特批放行", "上级口头同意，补单", "影响面小，免检"),
    "failed": ("与方案不一致", "抽查不合格", "材料缺项", "测试用例未过"),
}
_PRE_LAUNCH = "RG-09"
_QUARTERLY = ("RG-07", "RG-18")
_BILLING = "RG-13"


class ReviewBook:
    """Writes the reviews of every subject and handling unit."""

    def __init__(
        self, rng: Random, tables: Tables, catalogue: Catalogue, organisation: Organisation, failures: Sequence[Failure]
    ) -> None:
        self._rng, self._tables, self._catalogue = rng, tables, catalogue
        self._failures: dict[tuple[str, str], list[Failure]] = {}
        for failure in failures:
            self._failures.setdefault((failure.subject.id, failure.point), []).append(failure)
        self._reviewers = {
            "Product": organisation.of_unit("QC-PRD") + organisation.post("QC-CS", "服务质检岗"),
            "Campaign": organisation.post("QC-MKT", "营销案审核岗") + organisation.post("QC-BIL", "计费稽核岗"),
            "OrgUnit": organisation.post("QC-CS", "服务质检岗"),
        }
        self._number = 0

    def products(self, products: Sequence[Product]) -> None:
        """Reviews of the products: each stage's gate once, those of commercial use and of the network every quarter."""
        for product in products:
            for gate in self._gates("product"):
                stage = self._catalogue.gate_stage[gate]
                entered = product.entered.get(stage)
                if entered is None or (gate == "RG-18" and not product.network):
                    continue
                first = entered.date() + timedelta(days=1)
                days = list(_every(first, 91)) if gate in _QUARTERLY else [first]
                self._review(gate, "product", product.ref, product.run_by, days)

    def campaigns(self, campaigns: Sequence[Campaign]) -> None:
        """Reviews of the campaigns: before launch by machine and by hand, then promotion, handling and bills."""
        for campaign in campaigns:
            for gate in self._gates("campaign"):
                first = campaign.starts - timedelta(days=self._rng.randint(1, 5))
                days = [in_year(first)]
                if gate == _BILLING:
                    billed = campaign.entered["D2-S5"].date() + timedelta(days=1)
                    days = [day for day in _every(billed, 61) if day < campaign.ends] or [in_year(billed)]
                self._review(gate, "campaign", campaign.ref, campaign.run_by, days)

    def handling(self, units: Sequence[str]) -> None:
        """Reviews of the handling units, every quarter."""
        for unit in units:
            for gate in self._gates("handling"):
                first = date(2025, 1, 8) + timedelta(days=self._rng.randrange(10))
                self._review(gate, "handling", Ref("OrgUnit", unit), unit, list(_every(first, 91)))

    def _gates(self, kind: str) -> list[str]:
        return [
            gate
            for gate, points in self._catalogue.checks.items()
            if any(self._catalogue.kind[p] == kind for p in points)
        ]

    def _review(self, gate: str, kind: str, subject: Ref, unit: str, days: list[date]) -> None:
        """One gate's reviews of one subject on the given days, point by point, with the gate's own verdict when complete."""
        points = [point for point in self._catalogue.checks[gate] if self._catalogue.kind[point] == kind]
        for number, day in enumerate(days):
            until = days[number + 1] if number + 1 < len(days) else date.max
            moment = office_time(self._rng, day)
            results = {point: self._result(subject, point, unit, day, until) for point in points}
            for point, result in results.items():
                if result == "missing":
                    continue
                if gate == _PRE_LAUNCH:
                    machine = result if result == "failed" and self._rng.random() < 0.5 else "passed"
                    self._write(Ref("ControlPoint", point), subject, machine, "automatic", moment - timedelta(hours=6))
                self._write(Ref("ControlPoint", point), subject, result, "manual", moment)
            if "missing" not in results.values() and self._rng.random() < 0.5:
                verdict = "conditional" if "failed" in results.values() else "passed"
                self._write(Ref("Gate", gate), subject, verdict, "manual", moment + timedelta(hours=1))

    def _result(self, subject: Ref, point: str, unit: str, day: date, until: date) -> str:
        weights = _OTHERWISE
        for failure in self._failures.get((subject.id, point), ()):
            if day <= failure.starts < until:
                weights = _ON_FAILURE
            elif failure.felt_on(day):
                weights = _NOTICED
        if unit == _CARELESS_UNIT and self._rng.random() < _CARELESS_GAPS:
            return "missing"
        return self._rng.choices(list(weights), list(weights.values()))[0]

    def _write(self, of: Ref, subject: Ref, result: str, mode: str, moment: datetime) -> None:
        self._number += 1
        reviewer = self._rng.choice(self._reviewers[subject.kind])
        self._tables.node(
            "Review", f"RV-{self._number:05d}", result=result, mode=mode, event_at=moment,
            reason=self._rng.choice(_REASONS[result]) if result in _REASONS and self._rng.random() < 0.9 else None,
            OF=[of], ON=[subject], BY=[Ref("Owner", reviewer)],
        )  # fmt: skip


def _every(first: date, days: int) -> Iterator[date]:
    while first <= LAST_DAY:
        yield first
        first += timedelta(days=days)
