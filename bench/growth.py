"""How cost grows: ``trace --all`` (the table of conclusions, and whole answers) and one trace at several sizes of world, and one trace about campaigns of every degree."""

from __future__ import annotations

import json
import os
import random
import resource
import sqlite3
import sys
import tempfile
import time
from collections.abc import Generator
from contextlib import closing
from pathlib import Path
from typing import IO

from api.context import AsOf
from api.serving import Serving
from api.tracing import Lines, trace_lines
from bench import world
from bench.kept import kept
from bench.measure import Figure, apart, median, peak, percentile, seconds
from bench.plan import Plan

SMALLEST, SHORT, FULL = 10_000, 20_000, 1_000_000
GROWN = 10_000_000
"""Complaints of the largest world in which single traces are made, in a full run; making it takes a quarter of an hour, once."""
AS_OF = AsOf("2026-01-01T00:00:00.000000Z", "2025-12-31")
RATE, MEMORY, LINEAR, SINGLE, FLAT = 10_000, 1_500, 1.3, 2.0, 1.5
FRAMES, AT_FRAME = (100, 1_000, 10_000), 2_000
"""Nodes of made frameworks, and complaints traced on each."""
ANSWERS = 5_000
"""Whole answers that are written: a million would be tens of gigabytes and take a quarter of an hour or more."""
_ROWS_OF_ONE, _ANSWERS_OF_ONE = 20_000, 2_000
"""Complaints by which the rates of a single process are measured."""
_SINGLE, _ON_A_FRAME = 500, 100
"""Traces one by one, of each sort of complaint: in a province, and on a made framework."""


def run(plan: Plan) -> list[Figure]:
    """Every size in a process of its own; the largest against the smallest."""
    largest = plan.largest(SHORT, FULL)
    sizes = [size for size in (SMALLEST, 100_000) if size < largest] + [largest]
    found = {size: apart("bench.growth", size, plan.seed) for size in sizes}
    single = dict(found)
    if plan.full and largest < GROWN:
        single[GROWN] = apart("bench.growth", GROWN, plan.seed, "singles")
    small, large, grown = found[min(sizes)], found[largest], single[max(single)]
    linear = small["csv_pace"] / large["csv_pace"]
    degree = grown["heavy_p99"] / grown["light_p99"]
    flat = grown["p99"] / small["p99"]
    jobs = f"{large['jobs']:.0f} processes"
    at = f"trace --all of {largest:,} complaints, the table of conclusions, {jobs}"
    rate, memory = large["csv_rate"], large["csv_memory"]
    return [
        Figure("growth", at, rate, "/s", "", f"≥ {RATE:,}", rate >= RATE, _all(found, "csv")),
        Figure("growth", f"the same in one process, the first {_ROWS_OF_ONE:,}", large["csv_of_one"], "/s"),
        Figure("growth", f"{at}: memory, all processes", memory, "MB", "", f"≤ {MEMORY:,}", memory <= MEMORY),
        Figure("growth", f"{at}: time a complaint", linear, "×", f"the same at {min(sizes):,}", f"≤ {LINEAR}", linear <= LINEAR),
        Figure("growth", f"trace --all, whole answers of {large['jsonl_complaints']:,.0f} complaints among {largest:,}, {jobs}", large["jsonl_rate"], "/s",
               detail=_all(found, "jsonl")),
        Figure("growth", f"the same in one process, the first {_ANSWERS_OF_ONE:,}", large["jsonl_of_one"], "/s"),
        Figure("growth", f"one trace in process at {largest:,} complaints, case read, p99", large["p99"], "ms", "", f"≤ {SINGLE:.0f}",
               large["p99"] <= SINGLE),
        Figure("growth", f"p99 of one trace at {max(single):,} complaints", flat, "×", f"that at {min(sizes):,}", f"≤ {FLAT}", flat <= FLAT,
               {f"p50/p99 ms at {size:,}": f"{one['p50']:.2f}/{one['p99']:.2f}" for size, one in single.items()}),
        Figure("growth", f"p99 of one trace about the heaviest campaign ({grown['heaviest']:,.0f} complaints)", degree, "×",
               f"that about the lightest ({grown['lightest']:,.0f})", f"≤ {FLAT}", degree <= FLAT,
               {"p50 ms": f"{grown['heavy_p50']:.2f} against {grown['light_p50']:.2f}"}),
        _frames(plan),
        Figure("growth", f"bytes of the file a complaint, all around it included, at {max(single):,}", grown["bytes"] / max(single), "B", detail=_files(single)),
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


def _all(found: dict[int, dict[str, float]], form: str) -> dict[str, str]:
    return {
        f"{size:,}": f"{one[f'{form}_complaints']:,.0f} in {one[f'{form}_taken']:,.0f} s, {one[f'{form}_rate']:,.0f}/s with the start of the processes, "
        f"{one[f'{form}_pace']:,.0f}/s after it; {one[f'{form}_size'] / 2**20:,.0f} MB written, {one[f'{form}_memory']:,.0f} MB of memory"
        for size, one in found.items()
    }


def _files(found: dict[int, dict[str, float]]) -> dict[str, str]:
    return {f"MB at {size:,}": f"{one['bytes'] / 2**20:,.0f}" for size, one in found.items()}


def measured(shape: world.Shape, *, bulk: bool) -> dict[str, float]:
    """Everything of one size, of this very process and those that it starts; without ``bulk`` single traces alone."""
    made = kept(shape)
    file = made.folder / "world.db"
    found: dict[str, float] = {"bytes": file.stat().st_size}
    with closing(Serving(made.url)) as desk, tempfile.TemporaryDirectory() as name:
        found |= _singles(desk, file, shape)
        if bulk:
            found |= _bulk(desk, made.url, Path(name))
            assert found["csv_complaints"] == shape.complaints
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


def _bulk(desk: Serving, url: str, folder: Path) -> dict[str, float]:
    """The table of all complaints by as many processes as there are cores and its first rows by one; then some whole answers likewise."""
    jobs = len(os.sched_getaffinity(0))
    found: dict[str, float] = {"jobs": jobs}
    for form, most, alone in (("csv", None, _ROWS_OF_ONE), ("jsonl", ANSWERS, _ANSWERS_OF_ONE)):
        with (folder / f"traces.{form}").open("wb") as file:
            traced = _traced(trace_lines(desk, url, AS_OF, None, jobs, form), most, file)
            found |= {f"{form}_{name}": value for name, value in traced.items()}
            found[f"{form}_size"] = file.tell()
            found[f"{form}_of_one"] = _traced(trace_lines(desk, url, AS_OF, None, 1, form), alone, file)["pace"]
        of_one = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024  # of the largest, and not less than ours
        found[f"{form}_memory"] = peak() + jobs * of_one
    return found


def _traced(traces: Generator[Lines, None, None], most: int | None, file: IO[bytes]) -> dict[str, float]:
    """Write the traces of so many complaints, or of all: how many a second from the start, and since the first came, when every process is there."""
    start = first = time.perf_counter()
    done = known = 0
    with closing(traces):
        for lines in traces:
            file.write(lines.text)
            done += lines.complaints
            if not known and done:
                first, known = time.perf_counter(), done
            if most is not None and done >= most:
                break
    end = time.perf_counter()
    return {
        "complaints": done,
        "rate": done / (end - start),
        "pace": (done - known) / (end - first),
        "taken": end - start,
    }


if __name__ == "__main__":
    size, number, *rest = sys.argv[2:]
    nodes = [int(word) for word in rest if word.isdigit()]
    asked = world.Shape(int(size), int(number), frame=nodes[0] if nodes else None)
    print(json.dumps(measured(asked, bulk=not rest)))
