"""How ``trace --all`` grows with the number of complaints: traces a second and memory, each size in a process of its own.

``python -m bench.growth SIZE …`` measures any sizes (1,000,000 takes its time); ``make bench`` takes two small ones.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench import world
from bench.measure import Figure
from queries.parameters import load_parameters
from queries.trace import trace

SEED = 7
SIZES = (10_000, 40_000)
AS_OF = "2026-01-01T00:00:00.000000Z"
RATE, MEMORY, LINEAR = 5000, 1500, 1.3


def measured(complaints: int) -> dict[str, float]:
    """Seconds to load, seconds to trace all and write them, complaints a second, and peak memory in MB, of this very process."""
    with tempfile.TemporaryDirectory() as name:
        begun = time.perf_counter()
        store = world.make(Path(name), complaints, SEED)
        loaded = time.perf_counter()
        framework, revision, parameters = store.framework(), store.revision(), load_parameters()
        done = 0
        with (Path(name) / "traces.jsonl").open("wb") as file:
            for case in store.cases():
                answer = trace(framework, case, revision=revision, as_of=AS_OF, parameters=parameters)
                file.write(answer.model_dump_json().encode() + b"\n")
                done += 1
        ended = time.perf_counter()
        store.close()
    assert done == complaints
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"load": loaded - begun, "trace": ended - loaded, "rate": complaints / (ended - loaded), "memory": memory}


def _apart(complaints: int) -> dict[str, float]:
    """The same in a process of its own, whose memory is nobody else's."""
    command = [sys.executable, "-m", "bench.growth", "--one", str(complaints)]
    found: dict[str, float] = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return found


def run(sizes: tuple[int, ...] = SIZES) -> list[Figure]:
    """Rate and memory at the largest size, and seconds a complaint there as a multiple of those at the smallest."""
    found = {size: _apart(size) for size in sizes}
    small, large = found[min(sizes)], found[max(sizes)]
    growth = small["rate"] / large["rate"]
    detail = {
        f"{size:,}": f"{one['rate']:,.0f}/s, {one['memory']:,.0f} MB, loaded in {one['load']:,.0f} s"
        for size, one in found.items()
    }
    at = f"trace --all of {max(sizes):,} complaints, whole answers written"
    return [
        Figure("growth", at, large["rate"], "/s", "", f"≥ {RATE:,}", large["rate"] >= RATE, dict(detail)),
        Figure("growth", f"{at}, peak memory", large["memory"], "MB", "", f"≤ {MEMORY:,}", large["memory"] <= MEMORY),
        Figure("growth", "time a complaint there", growth, "×", f"the same at {min(sizes):,}", f"≤ {LINEAR}", growth <= LINEAR),
    ]  # fmt: skip


if __name__ == "__main__":
    if sys.argv[1] == "--one":
        print(json.dumps(measured(int(sys.argv[2]))))
    else:
        for figure in run(tuple(map(int, sys.argv[1:]))):
            print(figure.what, f"{figure.value:,.3g} {figure.unit}", figure.detail or "")
