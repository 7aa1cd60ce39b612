"""Who has which duty: assignments with their periods, and the planted truth of who answered for a control on a day.

Most holders stay, about a third change on the day of the reorganisation. On purpose a few duties are contested, a few
are still held by owners who left, some have no deputy, a few products lack a function and a few points have nobody.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from graph.records import Ref
from ingest.demo.calendar import FIRST_DAY, REORGANISATION, in_year
from ingest.demo.catalogue import Catalogue, own_rows
from ingest.demo.organisation import MERGED_CITY, PROVINCE, Organisation
from ingest.demo.subjects import Campaign, Product
from ingest.demo.tables import Tables

MANAGED = ("CP20", "CP21", "CP26")
"""What a campaign manager answers for within the campaign; the other points stay with their lines."""
_FUNCTIONS = ("development", "operation", "support", "sales", "service")
_CHANGES_HOLDER = 0.35
_HAS_DEPUTY = 0.85
_CONTESTED = 3


@dataclass
class Duty:
    """One assignment with its holders in turn; the last one holds it openly unless the duty itself has ended."""

    id: str
    holders: list[tuple[str, date]]
    """Owner and the day from which that owner holds it."""
    ends: date | None = None

    def holder(self, day: date) -> str:
        """Who holds it on a day; empty before the first and after the end."""
        if self.ends is not None and day >= self.ends:
            return ""
        return next((owner for owner, since in reversed(self.holders) if since <= day), "")


@dataclass
class Duties:
    """Every accountable duty by what it covers, from the most specific scope to the least."""

    products: dict[tuple[str, str], Duty] = field(default_factory=dict)
    campaigns: dict[str, Duty] = field(default_factory=dict)
    cities: dict[tuple[str, str], Duty] = field(default_factory=dict)
    province: dict[str, Duty] = field(default_factory=dict)

    def answerable(self, catalogue: Catalogue, point: str, subject: Ref, city: str, day: date) -> str:
        """Who answered for a control point on a subject in a city on a day; empty: nobody."""
        stage = catalogue.stage[point]
        function = "development" if stage in ("D1-S1", "D1-S2", "D1-S3", "D1-S4", "D1-S5") else "operation"
        candidates = [
            self.products.get((subject.id, function)) if subject.kind == "Product" else None,
            self.campaigns.get(subject.id) if point in MANAGED else None,
            self.cities.get((city, point)),
            self.province.get(point),
        ]
        return next((owner for duty in candidates if duty is not None and (owner := duty.holder(day))), "")


class _Writer:
    """Writes assignments into the tables and numbers them."""

    def __init__(self, rng: Random, tables: Tables, organisation: Organisation) -> None:
        self.rng, self.tables, self.organisation = rng, tables, organisation
        self._number = 0

    def duty(
        self, pool: Sequence[str], targets: Sequence[Ref], within: Sequence[Ref] = (), *, role: str = "accountable",
        function: str | None = None, since: date = FIRST_DAY, ends: date | None = None,
    ) -> Duty:  # fmt: skip
        """Add an assignment held by one of a pool, perhaps handed to another of it when the province reorganises."""
        first = self.rng.choice(pool)
        holders = [(first, since)]
        others = [owner for owner in pool if owner != first]
        if (
            others
            and since < REORGANISATION
            and (ends or date.max) > REORGANISATION
            and self.rng.random() < _CHANGES_HOLDER
        ):
            holders.append((self.rng.choice(others), REORGANISATION))
        ref = self._node(targets, within, role, function, since, ends)
        for (owner, start), until in zip(holders, [start for _, start in holders[1:]] + [ends], strict=True):
            self.tables.edge("HELD_BY", ref, Ref("Owner", owner), valid_from=start, valid_to=until)
        deputies = [
            owner for owner in pool if owner not in {owner for owner, _ in holders} | set(self.organisation.leavers)
        ]
        if role == "accountable" and deputies and self.rng.random() < _HAS_DEPUTY:
            self.tables.edge("DEPUTY", ref, Ref("Owner", self.rng.choice(deputies)), valid_from=since, valid_to=ends)
        return Duty(ref.id, holders, ends)

    def by_unit(
        self, unit: str, targets: Sequence[Ref], within: Sequence[Ref], role: str, since: date = FIRST_DAY
    ) -> None:
        """Add an assignment held by a unit."""
        ref = self._node(targets, within, role, None, since, None)
        self.tables.edge("HELD_BY", ref, Ref("OrgUnit", unit), valid_from=since)

    def _node(
        self,
        targets: Sequence[Ref],
        within: Sequence[Ref],
        role: str,
        function: str | None,
        since: date,
        ends: date | None,
    ) -> Ref:
        self._number += 1
        return self.tables.node(
            "Assignment", f"AS-{self._number:04d}", role=role, function=function, valid_from=since, valid_to=ends,
            FOR=list(targets), WITHIN=list(within),
        )  # fmt: skip


def assign_duties(
    rng: Random, tables: Tables, organisation: Organisation, products: Sequence[Product], campaigns: Sequence[Campaign]
) -> Duties:
    """Hand out every duty of the year: points of the province and its cities, products, campaigns, units."""
    writer, duties = _Writer(rng, tables, organisation), Duties()
    _assign_points(writer, duties)
    _assign_products(writer, duties, products)
    _assign_campaigns(writer, duties, campaigns)
    _assign_units(writer)
    return duties


def _assign_points(writer: _Writer, duties: Duties) -> None:
    organisation, rows = writer.organisation, own_rows("duties")
    contested = sorted(writer.rng.sample([i for i, row in enumerate(rows) if not row["scope"]], _CONTESTED))
    for number, row in enumerate(rows):
        targets = [Ref("ControlPoint", point) for point in row["points"].split(";")]
        if row["scope"]:
            for city in organisation.cities:
                pool = [*organisation.post(city, row["title"]), *organisation.of_unit(city)]
                ends = REORGANISATION if city == MERGED_CITY else None
                duty = writer.duty(pool, targets, [Ref("OrgUnit", city)], ends=ends)
                duties.cities |= {(city, target.id): duty for target in targets}
            continue
        pool = [*organisation.post(row["unit"], row["title"]) * 2, *organisation.of_unit(row["unit"])[:2]]
        duties.province |= {target.id: (duty := writer.duty(pool, targets)) for target in targets[:1]}
        duties.province |= {target.id: duty for target in targets[1:]}
        if number in contested:
            rivals = [owner for owner in organisation.of_unit(row["unit"]) if owner not in {o for o, _ in duty.holders}]
            writer.duty(rivals or organisation.of_unit("QC-CS"), targets)


def _assign_products(writer: _Writer, duties: Duties, products: Sequence[Product]) -> None:
    organisation = writer.organisation
    pools = {
        "operation": organisation.post("QC-PRD", "产品运营主管") + organisation.post("QC-PRD", "产品经理"),
        "support": organisation.of_unit("QC-IT"),
        "sales": organisation.post("QC-MKT", "营销策划主管") + organisation.post("QC-CHN", "渠道运营主管"),
        "service": organisation.post("QC-CS", "投诉管理主管") + organisation.post("QC-CS", "知识库主管"),
    }
    for product in products:
        managers = organisation.post("QC-PRD", "产品经理")
        if product.run_by != "QC-PRD":
            managers = [
                owner for owner in organisation.of_unit(product.run_by) if "经理" in _title(organisation, owner)
            ]
        missing = writer.rng.choice(_FUNCTIONS) if writer.rng.random() < 0.08 else ""
        for function in _FUNCTIONS:
            if function == missing:
                continue
            own = function in ("development", "operation")
            pool = managers if own else pools[function]
            duty = writer.duty(
                pool, [product.ref], role="accountable" if own else "responsible", function=function
            )  # fmt: skip
            if own:
                duties.products[product.ref.id, function] = duty


def _assign_campaigns(writer: _Writer, duties: Duties, campaigns: Sequence[Campaign]) -> None:
    organisation = writer.organisation
    pools = {
        "O06": organisation.of_unit("O06"),
        "O07": organisation.of_unit("O07"),
        PROVINCE: organisation.post("QC-MKT", "营销案经理"),
    }
    points = [Ref("ControlPoint", point) for point in MANAGED]
    for campaign in campaigns:
        pool = pools.get(campaign.run_by) or organisation.of_unit(campaign.run_by)
        if campaign.segment == "business" and campaign.run_by == PROVINCE:
            pool = organisation.post("QC-ENT", "政企营销案经理")
        since = in_year(campaign.starts - timedelta(days=20))
        if writer.rng.random() < 0.94:
            duties.campaigns[campaign.ref.id] = writer.duty(pool, points, [campaign.ref], since=since)
        parties = {PROVINCE} if campaign.tier == "national" else set()
        parties |= (organisation.companies & set(campaign.promoted_runners)) - {campaign.run_by}
        for unit in sorted(parties):
            if writer.rng.random() < 0.9:
                writer.by_unit(unit, [campaign.ref], [], "participant", since)


def _assign_units(writer: _Writer) -> None:
    organisation = writer.organisation
    for unit in organisation.names:
        staff = organisation.of_unit(unit)
        if not staff:
            continue
        ends = REORGANISATION if unit == MERGED_CITY else None
        for role in ("head", "team", "liaison"):
            if writer.rng.random() < 0.95:
                pool = staff[:1] if role == "head" else staff[1:] or staff
                writer.duty(pool, [Ref("OrgUnit", unit)], role=role, ends=ends)


def _title(organisation: Organisation, owner: str) -> str:
    return next(o.title for o in organisation.owners if o.id == owner)
