"""``python -m bench [--json FILE] [--page FILE] [AREA …]``: run the areas, print the page, keep both where asked."""

from __future__ import annotations

import argparse
import subprocess
from pathlib import Path

from bench import breakpoints, growth, ingest, inject, intake, neo4j, trace
from bench.measure import as_json, as_markdown

AREAS = {
    "ingest": ingest.run,
    "intake": intake.run,
    "trace": trace.run,
    "growth": growth.run,
    "breakpoints": breakpoints.run,
    "inject": inject.run,
    **({"neo4j": neo4j.run} if neo4j.available() else {}),
}
"""Area → what measures it; a Neo4j server is measured where one can be had."""


def main() -> None:
    """Run and report."""
    parser = argparse.ArgumentParser(prog="bench", description="Measure SuYuan against stated rivals.")
    parser.add_argument("areas", nargs="*", choices=[*AREAS, []], help="which areas (default: all)")
    parser.add_argument("--json", type=Path, help="keep the figures as JSON here")
    parser.add_argument("--page", type=Path, help="keep the page here")
    arguments = parser.parse_args()
    asked = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    revision = asked.stdout.strip() or "unknown"
    figures = [figure for area in arguments.areas or AREAS for figure in AREAS[area]()]
    page = as_markdown(figures, revision)
    if arguments.json:
        arguments.json.parent.mkdir(parents=True, exist_ok=True)
        arguments.json.write_text(as_json(figures, revision), encoding="utf-8")
    if arguments.page:
        arguments.page.write_text(page, encoding="utf-8")
    print(page)


if __name__ == "__main__":
    main()
