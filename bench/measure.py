"""Timing with paired repetitions, and the figures as one JSON document and one Markdown page."""

from __future__ import annotations

import json
import os
import platform
import resource
import sqlite3
import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from typing import Any


@dataclass
class Figure:
    """One measured thing: what, how much, against which rival and aim."""

    area: str
    what: str
    value: float
    unit: str
    rival: str = ""
    aim: str = ""
    met: bool | None = None
    detail: dict[str, Any] = field(default_factory=dict)


def seconds(run: Callable[[], object]) -> float:
    """Wall seconds of one call."""
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def paired(ours: Callable[[], object], rival: Callable[[], object], rounds: int) -> list[tuple[float, float]]:
    """Seconds of both, taken in turn, so that a machine that drifts slows both."""
    return [(seconds(ours), seconds(rival)) for _ in range(rounds)]


def median(values: list[float]) -> float:
    """The middle one."""
    return statistics.median(values)


def percentile(values: list[float], share: float) -> float:
    """The value below which a share of the values lies (nearest rank)."""
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, int(share * len(ranked)))]


def machine() -> dict[str, str]:
    """Where the figures were taken."""
    return {
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "cores": str(os.cpu_count()),
        "sqlite": sqlite3.sqlite_version,
        "networkx": version("networkx"),
        "pydantic": version("pydantic"),
        "peak memory of the bench": f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB",
    }


def as_json(figures: list[Figure], revision: str) -> str:
    """Everything measured, for machines."""
    document = {"revision": revision, "machine": machine(), "figures": [asdict(figure) for figure in figures]}
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def as_markdown(figures: list[Figure], revision: str) -> str:
    """Everything measured, for people."""
    lines = [
        "# What it costs",
        "",
        f"Written by `make bench` at revision `{revision}`. Trust ratios, not absolute times: both sides ran in turn in one process.",
        "",
        " · ".join(f"{name}: {value}" for name, value in machine().items()),
        "",
        "| area | what | figure | against | aim | met |",
        "|---|---|---|---|---|---|",
    ]
    for f in figures:
        met = "" if f.met is None else "yes" if f.met else "no"
        lines.append(f"| {f.area} | {f.what} | {f.value:,.3g} {f.unit} | {f.rival} | {f.aim} | {met} |")
    details = [f for f in figures if f.detail]
    if details:
        lines += ["", "## Detail", ""]
        lines += [f"- {f.area}, {f.what}: " + ", ".join(f"{k} {v}" for k, v in f.detail.items()) for f in details]
    return "\n".join(lines) + "\n"
