"""``python -m ingest.demo``: generate the demo province, or report how traces agree with its planted causes."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from graph.errors import SuYuanError
from ingest.demo.generator import generate
from ingest.demo.report import compare
from ingest.demo.report_text import read_answers, read_truth, render


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one of the two commands; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m ingest.demo", description=__doc__)
    parser.add_argument("--lang", choices=("zh", "en"), default="zh", help="语言 · language")
    commands = parser.add_subparsers(dest="command", required=True)
    making = commands.add_parser("generate", help="生成演示省 · write the demo province")
    making.add_argument("directory", type=Path)
    making.add_argument("--seed", type=int, default=2025)
    reporting = commands.add_parser("report", help="与预设起因对照 · compare traces with the planted causes")
    reporting.add_argument("--truth", type=Path, required=True)
    reporting.add_argument("--answers", type=Path, required=True)
    reporting.add_argument("--json", action="store_true")
    for command in (making, reporting):
        command.add_argument("--lang", choices=("zh", "en"), default=argparse.SUPPRESS, help=argparse.SUPPRESS)
    chosen = parser.parse_args(arguments)
    try:
        if chosen.command == "generate":
            made = generate(chosen.directory, chosen.seed)
            sys.stdout.write("".join(f"{name}: {count}\n" for name, count in made.counts.items()))
        else:
            report = compare(read_truth(chosen.truth), read_answers(chosen.answers))
            sys.stdout.write(report.model_dump_json(indent=2) + "\n" if chosen.json else render(report, chosen.lang))
    except SuYuanError as error:
        sys.stderr.write(error.message(chosen.lang) + "\n")
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
