"""Timing with paired repetitions, and what was measured as one JSON document."""

from __future__ import annotations

import json
import os
import platform
import sqlite3
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from bench.plan import Plan

_LIBRARIES = ("pydantic", "networkx", "numpy", "neo4j", "neo4j-rust-ext", "duckdb")


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


def peak() -> float:
    """The most memory that this program ever held, in MB. What ``getrusage`` says begins with that of the process which started it."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(status.partition("VmHWM:")[2].split(maxsplit=1)[0]) / 1024


def apart(module: str, *arguments: object) -> dict[str, Any]:
    """What ``python -m MODULE --one ARGUMENTS`` prints as JSON: a measurement in a process of its own, whose memory is nobody else's."""
    command = [sys.executable, "-m", module, "--one", *map(str, arguments)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def machine() -> dict[str, str]:
    """Where the figures were taken, and with which versions."""
    found = {
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "processor": _processor(),
        "cores": str(os.cpu_count()),
        "memory": f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GB",
        "sqlite": sqlite3.sqlite_version,
    }
    for library in _LIBRARIES:
        try:
            found[library] = version(library)
        except PackageNotFoundError:
            found[library] = "not there"
    return found


def _processor() -> str:
    """The name the system gives the processor, else what Python knows."""
    known = Path("/proc/cpuinfo")
    lines = known.read_text(encoding="utf-8").splitlines() if known.exists() else []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def revision() -> str:
    """The revision of the program, with a plus where files differ from it."""
    root = Path(__file__).parents[1]

    def git(*arguments: str) -> str:
        return subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True, check=False).stdout.strip()

    return (git("rev-parse", "--short", "HEAD") or "unknown") + ("+" if git("status", "--porcelain", "-uno") else "")


def document(figures: Sequence[Figure], plan: Plan, took: Mapping[str, float]) -> dict[str, Any]:
    """Everything measured, for machines; ``took``: seconds by area."""
    at = revision()
    return {
        "revisions": dict.fromkeys(took, at),
        "plan": asdict(plan),
        "machine": machine(),
        "seconds": {area: round(seconds_, 1) for area, seconds_ in took.items()},
        "figures": [asdict(figure) for figure in figures],
    }


def joined(before: Mapping[str, Any], found: Mapping[str, Any]) -> dict[str, Any]:
    """A document with the areas that an earlier one of the same plan and machine has beside its own; of another plan or machine nothing is taken."""
    if any(before.get(part) != found[part] for part in ("plan", "machine")):
        return dict(found)
    new = found["seconds"]
    return {
        **found,
        **{part: {area: said for area, said in before[part].items() if area not in new} | found[part] for part in ("revisions", "seconds")},
        "figures": [figure for figure in before["figures"] if figure["area"] not in new] + found["figures"],
    }  # fmt: skip


def as_json(found: Mapping[str, Any]) -> str:
    """A document as text."""
    return json.dumps(found, ensure_ascii=False, indent=1) + "\n"
