"""``python -m bench [AREA …]``: measure areas, keep the figures as JSON and as a page."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from bench.measure import Figure, as_json, document, joined, seconds
from bench.page import page
from bench.plan import SIZES, Plan
from bench.registry import AREAS


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and report, or print the page of a document measured before."""
    parser = argparse.ArgumentParser(prog="bench", description="Measure SuYuan against stated rivals.")
    parser.add_argument("areas", nargs="*", metavar="AREA", help=f"which of {', '.join(AREAS)} (default: all)")
    parser.add_argument("--size", choices=SIZES, help="complaints of the largest world (default: what each area takes)")
    parser.add_argument("--full", action="store_true", help="the sizes of the acceptance list; takes hours")
    parser.add_argument("--seed", type=int, default=Plan.seed, help="seed of every world")
    parser.add_argument("--json", type=Path, help="keep the figures here, beside those of other areas that are there")
    parser.add_argument("--page", type=Path, help="keep the page here")
    parser.add_argument("--read", type=Path, metavar="JSON", help="measure nothing: the page of these figures")
    asked = parser.parse_args(arguments)
    unknown = [area for area in asked.areas if area not in AREAS]
    if unknown:
        parser.error(f"no area {', '.join(unknown)}: choose from {', '.join(AREAS)}")
    if asked.read is not None:
        found = json.loads(asked.read.read_text(encoding="utf-8"))
        _keep(found, asked.json, asked.page)
    else:
        plan = Plan(asked.seed, SIZES[asked.size] if asked.size else None, asked.full)
        before = (
            json.loads(asked.json.read_text(encoding="utf-8")) if asked.json is not None and asked.json.exists() else {}
        )
        found = document([], plan, {})
        for measured in measure(asked.areas or list(AREAS), plan):
            found = joined(before, measured)
            _keep(found, asked.json, asked.page)
    print(page(found))


def _keep(found: dict[str, Any], json_: Path | None, page_: Path | None) -> None:
    for path, text in ((json_, as_json(found)), (page_, page(found))):
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")


def measure(areas: Sequence[str], plan: Plan) -> Iterator[dict[str, Any]]:
    """The document of some areas, after each of them as far as it is then: a run of an hour that breaks off leaves what it measured.

    An area that cannot be measured here is said and left out.
    """
    figures: list[Figure] = []
    took: dict[str, float] = {}
    for name in areas:
        area = AREAS[name]
        if not area.available():
            print(f"bench: {name} left out, it cannot be measured here", file=sys.stderr)
            continue
        took[name] = seconds(lambda area=area: figures.extend(area.run(plan)))  # type: ignore[misc]
        print(f"bench: {name} {took[name]:.0f} s", file=sys.stderr, flush=True)
        yield document(figures, plan, took)


if __name__ == "__main__":
    main()
