"""Every area of the bench: its name, what it measures and the one function that measures it."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from bench import aggregation, breakpoints, demo, growth, http, ingest, inject, intake, neo4j, trace
from bench.measure import Figure
from bench.plan import Plan
from graph.text import Text


class Area(NamedTuple):
    """One area; ``run`` measures it for a plan, ``available`` says whether it can be measured here."""

    about: Text
    run: Callable[[Plan], list[Figure]]
    available: Callable[[], bool] = lambda: True


AREAS: dict[str, Area] = {
    "demo": Area(Text("示例省份的溯源与预设起因", "The demo province beside its planted causes"), demo.run),
    "ingest": Area(
        Text("投诉表首次装入、原样重装", "A first load of a table of complaints, and the same again"), ingest.run
    ),
    "intake": Area(Text("同一批投诉的三种格式", "The same complaints in three formats"), intake.run),
    "trace": Area(
        Text("单条溯源与公式本身，对照用户自己会写的", "One trace and the formula, beside what a user would write"),
        trace.run,
    ),
    "growth": Area(
        Text("随投诉量与营销案热度的增长", "How cost grows with complaints and with what they are about"), growth.run
    ),
    "aggregation": Area(
        Text("控制点 × 月 × 单位的投诉量", "Complaints by control point, month and unit"), aggregation.run
    ),
    "breakpoints": Area(Text("断点清单", "The breakpoint list"), breakpoints.run),
    "http": Area(Text("并发访问下的服务", "The service under load"), http.run),
    "inject": Area(Text("故障注入研究", "The study with injected faults"), inject.run),
    "neo4j": Area(
        Text("Neo4j 上的装入、溯源、清单与汇总", "Loading, tracing, the list and sums on a Neo4j server"),
        neo4j.run,
        neo4j.available,
    ),
}
"""Name → area, in the order in which they run."""
