"""Writes an injected world as native tables: what an operator would have recorded, and nothing of the truth."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

from bench.inject_evidence import SKIPPED, KciSeen
from bench.inject_frame import CITIES, PROVINCE
from bench.inject_hosts import Host
from bench.inject_truth import RESULTS
from bench.inject_world import World

FIRST = datetime(2025, 1, 1)
"""The world's day 0, local time."""
_MONTH = 30
_GAPS = 0.1
"""Share of monthly values, after the first, that nobody recorded."""
_SUPERSEDED = 0.1
"""Share of reviews before which there was another, whose result says nothing."""
_VALUES = {0: (95.0, 100.0), 1: (90.0, 94.8), 2: (70.0, 89.8)}
"""State → values of an indicator that is better when higher, target 95, warning 90; else mirrored at 100."""
Row = list[object]


def write_world(world: World, folder: Path) -> None:
    """One CSV file a kind or weighted edge into a folder, made if need be."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng([world.seed, 7])
    for name, head, rows in (
        *_framework(world), *_organisation(world), *_filing(world), *_subjects(world), _complaints(world),
        _reviews(world, rng), _measurements(world, rng),
    ):  # fmt: skip
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(head.split())
            writer.writerows(rows)


Sheet = tuple[str, str, Iterable[Row]]


def _framework(world: World) -> list[Sheet]:
    f = world.frame
    of_point = {kci.point: kci.id for kci in f.kcis}
    stages = range(len(f.stages))
    effects, causes = np.nonzero(f.shown_cause)
    return [
        ("Domain", "id order", [["DP", 1], ["DC", 2]]),
        ("Stage", "id order IN_DOMAIN", [[f.stages[s], s, "DC" if f.stage_kind[s] == "campaign" else "DP"] for s in stages]),
        ("ControlPoint", "id subject_kind AT MEASURED_BY",
         [[id_, f.kind(p), f.stages[f.stage_of[p]], of_point.get(p, "")] for p, id_ in enumerate(f.points)]),
        ("CAUSED_BY", "from to weight",
         [[f.points[e], f.points[c], f.shown_cause[e, c]] for e, c in zip(effects, causes, strict=True)]),
        ("Gate", "id gate_kind GUARDS CHECKS",
         [[g.id, "stage", f.stages[g.stage], ";".join(f.points[p] for p in g.checks)] for g in f.gates]),
        ("Indicator", "id level direction period",
         [[k.id, "KCI", "higher" if k.higher else "lower", "month"] for k in f.kcis]),
        ("Target", "id value warning OF",
         [[f"Z-{k.id}", 95 if k.higher else 5, (90 if k.higher else 10) if k.warned else "", k.id] for k in f.kcis]),
    ]  # fmt: skip


def _organisation(world: World) -> list[Sheet]:
    f = world.frame
    owners = sorted({*f.stage_owner, *f.point_owner.values()})
    duties: list[Row] = [
        [f"A-{s}", "accountable", f"Stage:{s}", o] for s, o in zip(f.stages, f.stage_owner, strict=True)
    ]
    duties += [[f"A-{f.points[p]}", "accountable", f"ControlPoint:{f.points[p]}", o] for p, o in f.point_owner.items()]
    units: list[Row] = [[_unit(n), "city", _unit(PROVINCE)] for n in range(CITIES)]
    return [
        ("OrgUnit", "id tier PART_OF", [[_unit(PROVINCE), "province", ""], *units]),
        ("Owner", "id party BELONGS_TO", [[owner, "person", _unit(PROVINCE)] for owner in owners]),
        ("Assignment", "id role FOR HELD_BY", duties),
    ]  # fmt: skip


def _filing(world: World) -> list[Sheet]:
    filing, points = world.filing, world.frame.points
    families = range(filing.leaves, filing.shown.shape[0])
    categories: list[Row] = [[_category(n), "", ""] for n in families]
    categories += [
        [_category(n), _category(filing.leaves + filing.family_of[n]), "" if rate is None else rate]
        for n, rate in enumerate(filing.null_rate)
    ]
    rows, columns = np.nonzero(filing.shown)
    return [
        ("Category", "id CHILD_OF null_rate", categories),
        ("POINTS_TO", "from to weight",
         [[_category(int(c)), points[p], filing.shown[c, p]] for c, p in zip(rows, columns, strict=True)]),
    ]  # fmt: skip


def _subjects(world: World) -> list[Sheet]:
    rng = np.random.default_rng([world.seed, 11])
    products: list[Row] = []
    campaigns: list[Row] = []
    entries: list[Row] = []
    for host in world.hosts:
        if host.campaign:
            campaigns.append([host.id, "provincial", _unit(host.unit), world.hosts[host.product].id])
        else:
            products.append([host.id, "consumer", _unit(host.unit)])
        for stage, day in host.entered.items():
            if rng.random() >= world.truth["entries_lost"] and day < host.end:
                entries.append([f"E{len(entries):05}", _moment(day), world.frame.stages[stage], _ref(host)])
    return [
        ("Product", "id segment RUN_BY", products),
        ("Campaign", "id tier RUN_BY PROMOTES", campaigns),
        ("StageEntry", "id event_at OF ON", entries),
    ]


def _complaints(world: World) -> Sheet:
    rows: list[Row] = []
    for n, c in enumerate(world.complaints):
        rows.append(
            [
                c.id,
                _moment(c.day),
                _ref(world.hosts[c.about]) if c.about >= 0 else "",
                _category(c.category),
                world.frame.points[c.code] if c.code >= 0 else "",
                _unit(c.home) if c.home >= 0 else "",
                world.complaints[c.episode].id if c.episode != n else "",
            ]
        )
    return "Complaint", "id event_at ABOUT IN_CATEGORY NAMES HOME_UNIT REPEATS", rows


def _reviews(world: World, rng: np.random.Generator) -> Sheet:
    rows: list[Row] = []
    for host, evidence in zip(world.hosts, world.evidence, strict=True):
        for seen in evidence.reviews:
            of = f"{'Gate' if seen.gate else 'ControlPoint'}:{seen.of}"
            if rng.random() < _SUPERSEDED and np.isfinite(seen.recorded):
                before = seen.day - 1.5
                result = RESULTS[int(rng.integers(0, SKIPPED))]
                rows.append([f"R{len(rows):05}", _moment(before), _moment(before), result, of, _ref(host)])
            if np.isfinite(seen.recorded):
                moments = _moment(seen.day), _moment(seen.recorded)
                rows.append([f"R{len(rows):05}", *moments, RESULTS[seen.result], of, _ref(host)])
    return "Review", "id event_at recorded_at result OF ON", rows


def _measurements(world: World, rng: np.random.Generator) -> Sheet:
    rows: list[Row] = []
    done: set[tuple[str, str]] = set()
    for host, evidence in zip(world.hosts, world.evidence, strict=True):
        for kci in evidence.kcis:
            on, unit = ("", _unit(host.unit)) if kci.plan.per_unit else (_ref(host), "")
            if (kci.plan.id, on or unit) in done:
                continue
            done.add((kci.plan.id, on or unit))
            last = 365.0 if kci.plan.per_unit else host.end
            for month in range(round((kci.known - 1) / _MONTH) - 1, int(last // _MONTH)):
                first = month == round((kci.known - 1) / _MONTH) - 1
                if first or rng.random() >= _GAPS:
                    rows.append([f"V{len(rows):06}", *_period(month), _value(kci, rng), kci.plan.id, on, unit])
    return "Measurement", "id event_at recorded_at period_start period_end value OF ON IN", rows


def _period(month: int) -> tuple[str, str, str, str]:
    """Moment of the value, when it was recorded, first day, day after the last."""
    start, end = _MONTH * month, _MONTH * (month + 1)
    return _moment(end), _moment(end + 1), _moment(start)[:10], _moment(end)[:10]


def _value(kci: KciSeen, rng: np.random.Generator) -> float:
    value = round(float(rng.uniform(*_VALUES[kci.state])), 2)
    return value if kci.plan.higher else round(100 - value, 2)


def _moment(day: float) -> str:
    return (FIRST + timedelta(seconds=round(day * 86_400))).strftime("%Y-%m-%d %H:%M:%S")


def _ref(host: Host) -> str:
    return f"{'Campaign' if host.campaign else 'Product'}:{host.id}"


def _unit(number: int) -> str:
    return f"U{number}"


def _category(number: int) -> str:
    return f"C{number:03}"
