"""How cost grows: loading, ``trace --all`` and one trace at several sizes of world, and one trace about campaigns of every degree."""

from __future__ import annotations

import json
import os
import random
import resource
import sqlite3
import sys
import tempfile
import time
from itertools import islice
from pathlib import Path

from api.context import AsOf
from api.serving import Serving
from api.tracing import trace_lines
from bench import world
from bench.measure import Figure, apart, median, percentile, seconds
from bench.plan import Plan

SMALLEST, SHORT, FULL = 10_000, 30_000, 1_000_000
AS_OF = AsOf("2026-01-01T00:00:00.000000Z", "2025-12-31")
RATE, MEMORY, LINEAR, SINGLE, FLAT = 10_000, 1_500, 1.3, 2.0, 1.5
FRAMES, AT_FRAME = (100, 1_000, 10_000), 2_000
"""Nodes of made frameworks, and complaints traced on each."""
_ONE_CORE = 2_000
"""Complaints by which the rate of a single process is measured."""
_SINGLE, _ON_A_FRAME = 500, 100
"""Traces one by one, of each sort of complaint: in a province, and on a made framework."""


def run(plan: Plan) -> list[Figure]:
    """Every size in a process of its own; the largest against the smallest."""
    largest = plan.largest(SHORT, FULL)
    sizes = [size for size in (SMALLEST, 100_000) if size < largest] + [largest]
    found = {size: apart("bench.growth", size, plan.seed) for size in sizes}
    small, large = found[min(sizes)], found[largest]
    linear = small["rate"] / large["rate"]
    degree = large["heavy_p99"] / large["light_p99"]
    flat = large["p99"] / small["p99"]
    jobs = f"{large['jobs']:.0f} processes"
    at = f"trace --all of {largest:,} complaints, whole answers written, {jobs}"
    return [
        Figure("growth", at, large["rate"], "/s", "", f"≥ {RATE:,}", large["rate"] >= RATE, _all(found)),
        Figure("growth", "the same in one process", large["rate_of_one"], "/s"),
        Figure("growth", f"{at}: memory, all processes", large["memory"], "MB", "", f"≤ {MEMORY:,}", large["memory"] <= MEMORY),
        Figure("growth", f"{at}: time a complaint", linear, "×", f"the same at {min(sizes):,}", f"≤ {LINEAR}", linear <= LINEAR),
        Figure("growth", f"one trace in process at {largest:,} complaints, case read, p99", large["p99"], "ms", "", f"≤ {SINGLE:.0f}",
               large["p99"] <= SINGLE, {f"p50/p99 ms at {size:,}": f"{one['p50']:.2f}/{one['p99']:.2f}" for size, one in found.items()}),
        Figure("growth", "p99 of one trace", flat, "×", f"that at {min(sizes):,} complaints", f"≤ {FLAT}", flat <= FLAT),
        Figure("growth", f"p99 of one trace about the heaviest campaign ({large['heaviest']:,.0f} complaints)", degree, "×",
               f"that about the lightest ({large['lightest']:,.0f})", f"≤ {FLAT}", degree <= FLAT,
               {"p50 ms": f"{large['heavy_p50']:.2f} against {large['light_p50']:.2f}"}),
        _frames(plan),
        Figure("growth", f"loading {largest:,} complaints and all around them", large["load"], "s", detail=_loads(found)),
    ]  # fmt: skip


def _frames(plan: Plan) -> Figure:
    """One trace on the largest made framework against the smallest: causes fan out alike, there are more of them to be weighed."""
    found = {nodes: apart("bench.growth", AT_FRAME, plan.seed, nodes) for nodes in FRAMES}
    detail = {f"p50/p99 ms at {nodes:,}": f"{one['p50']:.2f}/{one['p99']:.2f}" for nodes, one in found.items()}
    ratio = found[FRAMES[-1]]["p50"] / found[FRAMES[0]]["p50"]
    return Figure(
        "growth",
        f"p50 of one trace on a framework of {FRAMES[-1]:,} nodes",
        ratio,
        "×",
        f"that on one of {FRAMES[0]:,}",
        detail=detail,
    )


def _all(found: dict[int, dict[str, float]]) -> dict[str, str]:
    return {
        f"{size:,}": f"{one['rate']:,.0f}/s in {one['trace']:,.0f} s, {one['memory']:,.0f} MB"
        for size, one in found.items()
    }


def _loads(found: dict[int, dict[str, float]]) -> dict[str, str]:
    return {f"{size:,}": f"{one['load']:,.0f} s, {one['bytes'] / 2**20:,.0f} MB of file" for size, one in found.items()}


def measured(shape: world.Shape) -> dict[str, float]:
    """Everything of one size, of this very process and those that it starts; single traces alone on a made framework."""
    with tempfile.TemporaryDirectory() as name:
        folder, url = Path(name), f"sqlite:///{Path(name) / 'world.db'}"
        found = {"load": seconds(lambda: world.make(folder, shape).close())}
        found["bytes"] = sum(file.stat().st_size for file in folder.iterdir())
        desk = Serving(url)
        found |= _singles(desk, folder / "world.db", shape)
        if shape.frame is None:
            found |= _bulk(desk, url, folder / "traces.jsonl", shape.complaints)
        desk.close()
    return found


def _singles(desk: Serving, file: Path, shape: world.Shape) -> dict[str, float]:
    """One trace after the other: of complaints drawn at random, about the heaviest campaign, and about the lightest ones."""
    rng = random.Random(shape.seed)
    number = _SINGLE if shape.frame is None else _ON_A_FRAME
    connection = sqlite3.connect(file)
    about = connection.execute(
        'SELECT target, count(*), max(source) FROM "Complaint.ABOUT" GROUP BY target ORDER BY 2, 1'
    ).fetchall()
    heaviest, most, _ = about[-1]
    of_it = [
        id_
        for (id_,) in connection.execute(
            'SELECT source FROM "Complaint.ABOUT" WHERE target = ? LIMIT 100000', (heaviest,)
        )
    ]
    connection.close()
    anyone = [f"T{rng.randrange(shape.complaints):08}" for _ in range(number)]
    heavy, light = rng.sample(of_it, min(number, len(of_it))), [last for _, _, last in about[:number]]
    found: dict[str, float] = {"heaviest": most, "lightest": about[0][1]}
    for prefix, ids in (("", anyone), ("heavy_", heavy), ("light_", light)):
        taken: list[float] = []
        for lap in range(3):  # in the first one subjects are read
            taken = [seconds(lambda: desk.trace(id_, AS_OF)) * 1000 for id_ in ids] + (taken if lap > 1 else [])  # noqa: B023 (called at once)
        found |= {f"{prefix}p50": median(taken), f"{prefix}p99": percentile(taken, 0.99)}
    return found


def _bulk(desk: Serving, url: str, out: Path, complaints: int) -> dict[str, float]:
    """All complaints by as many processes as there are cores, and the first ones by one process."""
    jobs = len(os.sched_getaffinity(0))
    start = time.perf_counter()
    alone = sum(lines.complaints for lines in islice(trace_lines(desk, url, AS_OF, None, 1), _ONE_CORE))
    one = time.perf_counter()
    done = 0
    with out.open("wb") as file:
        for lines in trace_lines(desk, url, AS_OF, None, jobs):
            file.write(lines.text)
            done += lines.complaints
            if (
                file.tell() > 2**30
            ):  # a million answers are 20 GB: what was written is written, the disk need not hold it
                file.seek(0)
                file.truncate()
    taken = time.perf_counter() - one
    assert done == complaints
    memory = (
        sum(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, *[resource.RUSAGE_CHILDREN] * jobs))
        / 1024
    )
    return {"jobs": jobs, "rate_of_one": alone / (one - start), "rate": done / taken, "trace": taken, "memory": memory}


if __name__ == "__main__":
    size, number, *nodes = map(int, sys.argv[2:])
    print(json.dumps(measured(world.Shape(size, number, frame=nodes[0] if nodes else None))))
