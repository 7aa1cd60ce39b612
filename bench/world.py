"""A seeded province of any size on the default maps: campaigns with heavy-tailed complaint counts, reviews, values, repeats."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from graph.errors import Where
from graph.records import EdgeRow, NodeRow, Record, Ref
from graph.store import Store
from graph.stores import open_store
from graph.values import Props
from ingest import catalogue, pipeline

START, DAYS = date(2025, 1, 1), 365
UNITS = 31
TEXT = "办的时候讲好每月三十八元，这个月账上却扣了五十八元，问了两次都说查不出来，请尽快核实退费。"
_SOURCE = ("world",)
_PER_CAMPAIGN = 100
_HEAVIEST = 200_000


def make(folder: Path, complaints: int, seed: int) -> Store:
    """A store in ``folder`` with the catalogue and so many complaints, one campaign for a hundred of them, the heaviest with up to a fifth."""
    store = open_store(f"sqlite:///{folder / 'world.db'}", create=True)
    store.initialise()
    pipeline.load(store, catalogue.records(plan_only=False), source="catalogue")
    pipeline.load(store, records(complaints, seed), source="world")
    return store


def records(complaints: int, seed: int) -> Iterator[Record]:
    """Units, campaigns with entries and reviews, monthly values of every KCI in every unit, and the complaints in order of time."""
    rng = random.Random(seed)
    known: dict[str, list[str]] = {"Category": [], "Stage": [], "Indicator": []}
    checked: list[Ref] = []
    for record in catalogue.records(plan_only=False):
        node = record.node
        if node is not None and node.kind in known and node.props.get("level", "KCI") == "KCI":
            known[node.kind].append(node.id)
        checked += [edge.source for edge in record.edges if edge.type == "CHECKS"]
    campaigns = max(10, complaints // _PER_CAMPAIGN)
    for n in range(UNITS):
        yield _record("OrgUnit", f"U{n:02}", {"tier": "province"}, {})
    stages = sorted(stage for stage in known["Stage"] if stage.startswith("D2"))
    for n in range(campaigns):
        yield from _campaign(rng, f"M{n:06}", stages, sorted(set(checked)))
    yield from _values(rng, known["Indicator"])
    yield from _complaints(rng, complaints, campaigns, known["Category"])


def _record(kind: str, id_: str, props: Props, links: dict[str, list[Ref]]) -> Record:
    ref = Ref(kind, id_)
    edges = [EdgeRow(name, ref, target, {}, _SOURCE) for name, targets in links.items() for target in targets]
    return Record(NodeRow(kind, id_, props, _SOURCE), tuple(edges), Where(), tuple(links))


def _moment(rng: random.Random, day: int) -> str:
    return f"{START + timedelta(days=day)}T{rng.randrange(24):02}:{rng.randrange(60):02}:{rng.randrange(60):02}.000000Z"


def _fact(at: str, **more: str | float) -> Props:
    return {"event_at": at, "recorded_at": at, **more}


def _campaign(rng: random.Random, id_: str, stages: list[str], gates: list[Ref]) -> Iterator[Record]:
    begun = rng.randrange(-60, DAYS - 60)
    unit, campaign = Ref("OrgUnit", f"U{rng.randrange(UNITS):02}"), Ref("Campaign", id_)
    yield _record("Campaign", id_, {"tier": "provincial"}, {"RUN_BY": [unit]})
    for n, stage in enumerate(stages):
        at = _moment(rng, begun + 3 * n)
        yield _record("StageEntry", f"{id_}-E{n}", _fact(at), {"OF": [Ref("Stage", stage)], "ON": [campaign]})
    for n, gate in enumerate(gates):
        if rng.random() < 0.9:
            result = rng.choices(["passed", "conditional", "waived", "failed"], [80, 10, 5, 5])[0]
            facts = _fact(_moment(rng, begun + n % 9), result=result, mode="manual")
            yield _record("Review", f"{id_}-R{n}", facts, {"OF": [gate], "ON": [campaign]})


def _values(rng: random.Random, indicators: list[str]) -> Iterator[Record]:
    for month in range(1, 13):
        start, end = date(2025, month, 1), date(2025 + month // 12, month % 12 + 1, 1)
        for unit in range(UNITS):
            for indicator in indicators:
                facts = _fact(
                    f"{end}T00:00:00.000000Z", value=round(rng.uniform(80, 100), 2), period_start=str(start), period_end=str(end)
                )  # fmt: skip
                links = {"OF": [Ref("Indicator", indicator)], "IN": [Ref("OrgUnit", f"U{unit:02}")]}
                yield _record("Measurement", f"V-{indicator}-{unit:02}-{month:02}", facts, links)


def _complaints(rng: random.Random, complaints: int, campaigns: int, categories: list[str]) -> Iterator[Record]:
    heaviest = min(_HEAVIEST, complaints // 5)
    weights = [heaviest / complaints] + [0.8 / (n + 2) for n in range(1, campaigns)]
    whole = sum(weights[1:])
    cumulated, total = [], 0.0
    for n, weight in enumerate(weights):
        total += weight if n == 0 else (1 - weights[0]) * weight / whole
        cumulated.append(total)
    for n in range(complaints):
        campaign = rng.choices(range(campaigns), cum_weights=cumulated)[0]
        links = {
            "ABOUT": [Ref("Campaign", f"M{campaign:06}")],
            "IN_CATEGORY": [Ref("Category", rng.choice(categories))],
            "HOME_UNIT": [Ref("OrgUnit", f"U{rng.randrange(UNITS):02}")] if rng.random() < 0.7 else [],
            "REPEATS": [Ref("Complaint", f"T{rng.randrange(max(0, n - 1000), n):08}")]
            if n and rng.random() < 0.05
            else [],
        }
        at = _moment(rng, n * DAYS // complaints)
        yield _record("Complaint", f"T{n:08}", _fact(at, text=TEXT, status="closed"), links)
