"""A seeded province of any size: campaigns with heavy-tailed complaint counts, reviews, values, repeats, on the shipped maps or a made framework."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from bench.world_frame import frame
from bench.world_rows import record
from graph.records import Record, Ref
from graph.store import Store
from graph.stores import open_store
from graph.values import Props
from ingest import catalogue, pipeline

START, DAYS = date(2025, 1, 1), 365
UNITS = 31
TEXT = "办的时候讲好每月三十八元，这个月账上却扣了五十八元，问了两次都说查不出来，请尽快核实退费。"
LINKS = {"ABOUT": "Campaign", "IN_CATEGORY": "Category", "HOME_UNIT": "OrgUnit"}
"""The links that a table of complaints has a column for, and the kind each leads to."""
_PER_CAMPAIGN = 100
_HEAVIEST = 200_000
_STAGES_ENTERED = 5
_GATES_REVIEWED = 20
_MEASURED = 100
"""Indicators that have values: a made framework may have thousands, and every one would cost 372 rows."""


@dataclass(frozen=True)
class Shape:
    """How large a world is and how it hangs together; the same shape is the same world.

    Args:
        complaints: how many; 2.7 links each.
        seed: of all that is drawn.
        campaigns: how many, 100 to 100,000; None: one for a hundred complaints within these bounds. The first has up to a fifth
            of all complaints (at most 200,000), the others share the rest by 1/n.
        frame: nodes of a made framework, 100 to 10,000; None: the shipped maps.
        fan_out, depth: of the causes in a made framework.
    """

    complaints: int
    seed: int
    campaigns: int | None = None
    frame: int | None = None
    fan_out: int = 3
    depth: int = 6

    @property
    def campaigns_made(self) -> int:
        """How many campaigns there are."""
        return self.campaigns or min(100_000, max(100, self.complaints // _PER_CAMPAIGN))

    @property
    def heaviest(self) -> int:
        """About how many complaints the first campaign has."""
        return min(_HEAVIEST, self.complaints // 5)


def make(folder: Path, shape: Shape) -> Store:
    """The world as an embedded store ``world.db`` in a folder."""
    store = open_store(f"sqlite:///{folder / 'world.db'}", create=True)
    fill(store, shape)
    return store


def fill(store: Store, shape: Shape) -> None:
    """Load the world into a store that is empty or not there yet."""
    store.initialise()
    maps = list(maps_of(shape))
    pipeline.load(store, maps, source="catalogue" if shape.frame is None else "world")
    pipeline.load(store, around(shape, maps), source="world")
    pipeline.load(store, complaints(shape, maps), source="world")


def maps_of(shape: Shape) -> Iterator[Record]:
    """The framework: the shipped maps or a made one."""
    if shape.frame is None:
        return catalogue.records(plan_only=False)
    return frame(shape.frame, fan_out=shape.fan_out, depth=shape.depth, seed=shape.seed)


def around(shape: Shape, maps: list[Record]) -> Iterator[Record]:
    """Units, campaigns with entries and reviews, and monthly values of every KCI in every unit."""
    rng = random.Random(shape.seed)
    stages = [id_ for id_ in _ids(maps, "Stage") if id_.startswith("D2")][:_STAGES_ENTERED]
    gates = sorted({edge.source for known in maps for edge in known.edges if edge.type == "CHECKS"})
    for n in range(UNITS):
        yield record("OrgUnit", f"U{n:02}", {"tier": "province"}, {})
    for n in range(shape.campaigns_made):
        yield from _campaign(rng, f"M{n:06}", stages, gates)
    yield from _values(rng, _ids(maps, "Indicator", level="KCI")[:_MEASURED])


def complaints(shape: Shape, maps: list[Record]) -> Iterator[Record]:
    """The complaints in order of time."""
    rng = random.Random(shape.seed + 1)
    categories, cumulated = _ids(maps, "Category"), _weights(shape)
    campaigns = range(shape.campaigns_made)
    for n in range(shape.complaints):
        campaign = rng.choices(campaigns, cum_weights=cumulated)[0]
        repeats = n and rng.random() < 0.05
        links = {
            "ABOUT": [Ref("Campaign", f"M{campaign:06}")],
            "IN_CATEGORY": [Ref("Category", rng.choice(categories))],
            "HOME_UNIT": [Ref("OrgUnit", f"U{rng.randrange(UNITS):02}")] if rng.random() < 0.7 else [],
            "REPEATS": [Ref("Complaint", f"T{rng.randrange(max(0, n - 1000), n):08}")] if repeats else [],
        }
        at = _moment(rng, n * DAYS // shape.complaints)
        yield record("Complaint", f"T{n:08}", _fact(at, text=TEXT, status="closed"), links)


def write_table(path: Path, shape: Shape, maps: list[Record]) -> None:
    """The complaints as a native table, without what repeats what."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["id", "event_at", "text", "status", *LINKS])
        for made in complaints(shape, maps):
            assert made.node is not None  # a complaint
            ends = {edge.type: edge.target.id for edge in made.edges}
            props = made.node.props
            writer.writerow([made.node.id, props["event_at"], props["text"], props["status"], *(ends.get(name, "") for name in LINKS)])  # fmt: skip


def _ids(maps: list[Record], kind: str, level: str | None = None) -> list[str]:
    """The ids of a kind in order, or of one level of the indicators."""
    nodes = (known.node for known in maps if known.node is not None)
    return sorted(n.id for n in nodes if n.kind == kind and (level is None or n.props.get("level") == level))


def _weights(shape: Shape) -> list[float]:
    """The cumulated weights of the campaigns: the first by itself, the others by 1/n."""
    first = shape.heaviest / shape.complaints
    tail = [1 / (n + 2) for n in range(1, shape.campaigns_made)]
    whole, cumulated = sum(tail), [first]
    for weight in tail:
        cumulated.append(cumulated[-1] + (1 - first) * weight / whole)
    return cumulated


def _moment(rng: random.Random, day: int) -> str:
    return f"{START + timedelta(days=day)}T{rng.randrange(24):02}:{rng.randrange(60):02}:{rng.randrange(60):02}.000000Z"


def _fact(at: str, **more: str | float) -> Props:
    return {"event_at": at, "recorded_at": at, **more}


def _campaign(rng: random.Random, id_: str, stages: list[str], gates: list[Ref]) -> Iterator[Record]:
    begun = rng.randrange(-60, DAYS - 60)
    unit, campaign = Ref("OrgUnit", f"U{rng.randrange(UNITS):02}"), Ref("Campaign", id_)
    yield record("Campaign", id_, {"tier": "provincial"}, {"RUN_BY": [unit]})
    for n, stage in enumerate(stages):
        at = _moment(rng, begun + 3 * n)
        yield record("StageEntry", f"{id_}-E{n}", _fact(at), {"OF": [Ref("Stage", stage)], "ON": [campaign]})
    for n, gate in enumerate(rng.sample(gates, min(len(gates), _GATES_REVIEWED))):
        if rng.random() < 0.9:
            result = rng.choices(["passed", "conditional", "waived", "failed"], [80, 10, 5, 5])[0]
            facts = _fact(_moment(rng, begun + n % 9), result=result, mode="manual")
            yield record("Review", f"{id_}-R{n}", facts, {"OF": [gate], "ON": [campaign]})


def _values(rng: random.Random, indicators: list[str]) -> Iterator[Record]:
    for month in range(1, 13):
        start, end = date(2025, month, 1), date(2025 + month // 12, month % 12 + 1, 1)
        for unit in range(UNITS):
            for indicator in indicators:
                facts = _fact(
                    f"{end}T00:00:00.000000Z", value=round(rng.uniform(80, 100), 2), period_start=str(start), period_end=str(end)
                )  # fmt: skip
                links = {"OF": [Ref("Indicator", indicator)], "IN": [Ref("OrgUnit", f"U{unit:02}")]}
                yield record("Measurement", f"V-{indicator}-{unit:02}-{month:02}", facts, links)
