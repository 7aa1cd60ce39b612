"""What complaints are about: 60 products with their life cycle and 300 campaigns of three tiers spread over the year."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random

from graph.records import Ref
from ingest.demo.calendar import FIRST_DAY, LAST_DAY, in_year, office_time
from ingest.demo.catalogue import own_rows
from ingest.demo.organisation import PROVINCE, Organisation
from ingest.demo.tables import Tables

CAMPAIGNS = 300
_LEAVING_PRODUCTS = 6
_NEW_PRODUCTS = 16
_TIERS = {"national": 0.2, "provincial": 0.62, "specialised": 0.18}
_OCCASIONS = (
    "新春",
    "开学",
    "五一",
    "盛夏",
    "暑期",
    "金秋",
    "国庆",
    "岁末",
    "周年",
    "会员日",
    "邻里",
    "返乡",
    "毕业",
    "亲子",
    "老友",
)
_OFFERS = (
    "提速礼",
    "充值返",
    "半价享",
    "换新季",
    "流量加倍",
    "体验月",
    "合约购",
    "组网惠",
    "权益券",
    "携入礼",
    "积分换",
    "续约赠",
    "同享包",
    "尝鲜价",
)


@dataclass
class Product:
    """A product with the days it entered its stages; ``popularity`` is its share of interest."""

    ref: Ref
    name: str
    segment: str
    network: bool
    run_by: str
    popularity: float
    entered: dict[str, datetime] = field(default_factory=dict)


@dataclass
class Campaign:
    """A campaign, what it promotes and the days it entered its stages."""

    ref: Ref
    name: str
    tier: str
    segment: str
    run_by: str
    starts: date
    ends: date
    promotes: list[Ref]
    promoted_runners: list[str]
    popularity: float
    entered: dict[str, datetime] = field(default_factory=dict)


def build_products(rng: Random, tables: Tables) -> list[Product]:
    """The products: most are reviewed afresh in January, some are developed during the year, some are taken off sale."""
    rows = own_rows("products")
    numbers = rng.sample(range(len(rows)), _NEW_PRODUCTS + _LEAVING_PRODUCTS)
    new, leaving = set(numbers[:_NEW_PRODUCTS]), set(numbers[_NEW_PRODUCTS:])
    products = []
    for number, row in enumerate(rows):
        ref = tables.node(
            "Product", f"P{number + 1:03d}", name=row["name"], segment=row["segment"], network=row["network"] == "true",
            key_business=row["key_business"], RUN_BY=[Ref("OrgUnit", row["run_by"])],
        )  # fmt: skip
        product = Product(
            ref, row["name"], row["segment"], row["network"] == "true", row["run_by"], rng.paretovariate(1.3)
        )
        step = rng.randint(9, 22) if number in new else 2
        day = FIRST_DAY + timedelta(days=1 + rng.randrange(60 if number in new else 4))
        for stage in ("D1-S1", "D1-S2", "D1-S3", "D1-S4", "D1-S5", "D1-S6", "D2-S4"):
            product.entered[stage] = office_time(rng, day)
            day += timedelta(days=step + rng.randrange(2))
        if number in leaving:
            product.entered["D1-S7"] = office_time(rng, date(2025, 4, 1) + timedelta(days=rng.randrange(200)))
        _write_entries(tables, ref, product.entered)
        products.append(product)
    return products


def build_campaigns(
    rng: Random, tables: Tables, organisation: Organisation, products: Sequence[Product]
) -> list[Campaign]:
    """The campaigns: each prepared, launched, sold, billed and mostly over within the year."""
    names = [f"{occasion}·{offer}" for occasion in _OCCASIONS for offer in _OFFERS]
    names = rng.sample([f"{name}{part}" for name in names for part in ("（一期）", "（二期）")], CAMPAIGNS)
    campaigns = []
    for number, name in enumerate(names):
        tier = rng.choices(list(_TIERS), list(_TIERS.values()))[0]
        lead = rng.choices(products, [product.popularity for product in products])[0]
        if tier == "specialised":
            lead = rng.choice([product for product in products if product.run_by in organisation.companies])
        starts = FIRST_DAY + timedelta(days=16 + rng.randrange(300))
        ends = min(starts + timedelta(days=rng.choice((30, 45, 60, 92, 120, 183))), LAST_DAY)
        alike = [product for product in products if product.segment == lead.segment and product is not lead]
        promoted = [lead, *rng.sample(alike, rng.choice((0, 0, 1, 1, 2)))]
        headquarters = "O07" if lead.segment == "business" else "O06"
        run_by = {"national": headquarters, "provincial": PROVINCE, "specialised": lead.run_by}[tier]
        lands = rng.sample(organisation.cities_on(ends), rng.randint(2, 5)) if rng.random() < 0.3 else [PROVINCE]
        ref = tables.node(
            "Campaign", f"M{number + 1:03d}", name=name, tier=tier, edition="1", starts=starts, ends=ends,
            RUN_BY=[Ref("OrgUnit", run_by)], LANDS_IN=[Ref("OrgUnit", unit) for unit in sorted(lands)],
            PROMOTES=[product.ref for product in promoted],
        )  # fmt: skip
        campaign = Campaign(
            ref, name, tier, lead.segment, run_by, starts, ends, [product.ref for product in promoted],
            [product.run_by for product in promoted], rng.paretovariate(1.2),
        )  # fmt: skip
        _enter_stages(rng, campaign)
        _write_entries(tables, ref, campaign.entered)
        campaigns.append(campaign)
    return campaigns


def _enter_stages(rng: Random, campaign: Campaign) -> None:
    offsets = {"D2-S1": -rng.randint(8, 15), "D2-S2": 0, "D2-S3": 1, "D2-S4": 2, "D2-S5": rng.randint(3, 8)}
    for stage, offset in offsets.items():
        campaign.entered[stage] = office_time(rng, in_year(campaign.starts + timedelta(days=offset)))


def _write_entries(tables: Tables, subject: Ref, entered: dict[str, datetime]) -> None:
    for stage, moment in entered.items():
        tables.node("StageEntry", f"E-{subject.id}-{stage}", event_at=moment, OF=[Ref("Stage", stage)], ON=[subject])
