"""A number of clients that ask one service as fast as it answers: ``wrk`` where it is installed, else a client on plain sockets."""

from __future__ import annotations

import asyncio
import json
import resource
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from bench.measure import median, percentile


class Load(NamedTuple):
    """What clients saw: answers a second, milliseconds, failed requests, and the share of one processor that asking took."""

    rate: float
    p50: float
    p99: float
    errors: float
    client_cpu: float


_SCRIPT = """
local paths, at = {}, 0
init = function(args)
  for line in io.lines(args[1]) do paths[#paths + 1] = line end
end
request = function()
  at = at % #paths + 1
  return wrk.format("GET", paths[at])
end
done = function(summary, latency, requests)
  local e = summary.errors
  io.write(string.format('\\n{"rate": %f, "p50": %f, "p99": %f, "errors": %d}\\n', summary.requests / summary.duration * 1e6,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000, e.status + e.connect + e.read + e.write + e.timeout))
end
"""


def loader() -> str:
    """What asks."""
    return "wrk" if shutil.which("wrk") else "a client on plain sockets"


def loaded(url: str, addresses: list[str], clients: int, seconds: float, folder: Path) -> Load:
    """Let clients ask for the addresses in turn for some seconds, each on a connection of its own that it keeps.

    Args:
        folder: where scripts for the client may be written.
    """
    paths, script = folder / "paths.txt", folder / "wrk.lua"
    paths.write_text("\n".join(addresses) + "\n", encoding="utf-8")
    script.write_text(_SCRIPT, encoding="utf-8")
    if shutil.which("wrk"):
        command = ["wrk", "-t1", f"-c{clients}", f"-d{max(1, round(seconds))}s", "--timeout", "60s", "-s", str(script), url, "--", str(paths)]  # fmt: skip
    else:
        command = [sys.executable, "-m", "bench.http_load", url, str(clients), str(seconds), str(paths)]
    before, began = _used(), time.perf_counter()
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    found = json.loads(done.stdout.strip().splitlines()[-1])
    return Load(client_cpu=(_used() - before) / (time.perf_counter() - began), **found)


def _used() -> float:
    """Processor seconds of the children that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


async def _client(url: str, paths: list[str], first: int, until: float, took: list[float]) -> int:
    place = urlsplit(url)
    reader, writer = await asyncio.open_connection(place.hostname, place.port)
    at, errors = first, 0
    while time.perf_counter() < until:
        began = time.perf_counter()
        writer.write(f"GET {paths[at % len(paths)]} HTTP/1.1\r\nHost: {place.netloc}\r\n\r\n".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))[15:])
        await reader.readexactly(length)
        took.append((time.perf_counter() - began) * 1000)
        errors += not head.startswith(b"HTTP/1.1 2")
        at += 1
    writer.close()
    return errors


async def _ask(url: str, clients: int, seconds: float, paths: list[str]) -> dict[str, float]:
    took: list[float] = []
    until = time.perf_counter() + seconds
    errors = await asyncio.gather(*(_client(url, paths, n * 37, until, took) for n in range(clients)))
    return {"rate": len(took) / seconds, "p50": median(took), "p99": percentile(took, 0.99), "errors": sum(errors)}


if __name__ == "__main__":
    asked_url, asked_clients, asked_seconds, asked_paths = sys.argv[1:]
    lines = Path(asked_paths).read_text(encoding="utf-8").split()
    print(json.dumps(asyncio.run(_ask(asked_url, int(asked_clients), float(asked_seconds), lines))))
