"""``python -m bench.inject --seed N [--seeds 10]``: faults injected into worlds that the tracer did not make, and how many it finds.

A world (inject_truth, inject_frame, inject_filing, inject_hosts, inject_evidence, inject_world) knows nothing of the tracer: its
parameters are drawn per seed from stated ranges (when and how they were fixed: docs/decisions/0019), and it reaches the tracer
as native tables through the real intake (inject_tables, inject_trace). The tracer is printed beside three trivial baselines
(inject_guesses) and two ceilings from the true parameters (inject_bayes, inject_joint).
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from bench.inject_bayes import one_complaint
from bench.inject_filing import EXTERNAL, UNMODELLED
from bench.inject_guesses import Guess, ceiling, most_frequent, random_ancestor, symptom, traced
from bench.inject_joint import joint
from bench.inject_scores import METRICS, Counted, Interval, count, difference, families, figures
from bench.inject_trace import answers, stored
from bench.inject_world import PRODUCTS, World, draw_world
from bench.measure import Figure
from bench.plan import Plan

TRACE, ONE, JOINT = "the trace", "Bayes, one complaint", "Bayes, all of the subject's"
WORLDS = 10
_AIMS = (
    ("AC@1 − that of Bayes on one complaint", "≥ 0", "AC@1", ONE, 1.0),
    ("AC@1 − 0.75 × that of Bayes on all", "≥ 0", "AC@1", JOINT, 0.75),
)
_SHARES = ("precision", "coverage", "false accusations")
_LIMITS = (("precision", "≥", 0.82), ("coverage", "≥", 0.25), ("false accusations", "≤", 0.10), ("ECE", "≤", 0.10))


def guesses(world: World) -> dict[str, Guess]:
    """Every way of guessing over one world."""
    with stored(world) as store:
        found = {TRACE: traced(world, answers(store))}
    found |= {ONE: ceiling(one_complaint(world)), JOINT: ceiling(joint(world))}
    rivals: tuple[tuple[str, Callable[[World], Guess]], ...] = (
        ("most frequent cause", most_frequent), ("symptom = cause", symptom), ("random ancestor", random_ancestor),
    )  # fmt: skip
    return found | {name: rival(world) for name, rival in rivals}


def study(seeds: Sequence[int], products: int = PRODUCTS) -> tuple[list[str], dict[str, list[Counted]]]:
    """One line about each world, and each guess counted in every world."""
    lines: list[str] = []
    counted: dict[str, list[Counted]] = {}
    for seed in seeds:
        world = draw_world(seed, products)
        lines.append(_line(world))
        family = families(world)
        for name, guess in guesses(world).items():
            counted.setdefault(name, []).append(count(world, guess, family))
    return lines, counted


def _line(world: World) -> str:
    made = [c.cause for c in world.complaints]
    share = {cause: made.count(cause) / len(made) for cause in (EXTERNAL, UNMODELLED)}
    return (
        f"seed {world.seed}: {len(made)} complaints, {len(world.hosts)} subjects, {len(world.frame.points)} points, "
        f"{share[EXTERNAL]:.0%} causeless, {share[UNMODELLED]:.0%} unmodelled"
    )


def table(found: Mapping[str, Mapping[str, Interval]]) -> str:
    """Metrics down, guesses across, each figure with its interval."""
    width = 26
    lines = [" " * 18 + "".join(f"{name:>{width + 2}}" for name in found)]
    for metric in METRICS:
        cells = [_cell(of[metric]) if metric in of else "" for of in found.values()]
        lines.append(f"{metric:<18}" + "".join(f"{cell:>{width + 2}}" for cell in cells))
    return "\n".join(lines)


def _cell(figure: Interval) -> str:
    mean, low, high = figure
    return "–" if mean != mean else f"{mean:.3f} [{low:.3f}, {high:.3f}]"


def aims(counted: Mapping[str, Sequence[Counted]]) -> list[tuple[str, str, Interval, bool]]:
    """What issue 5 aims at: what, the aim, the figure reached, whether it is reached."""
    found = figures(counted[TRACE])
    rows = [
        (what, aim, (value := difference(counted[TRACE], counted[rival], metric, share)), value[0] >= 0)
        for what, aim, metric, rival, share in _AIMS
    ]
    for metric, sign, bound in _LIMITS:
        value = found[metric]
        rows.append((metric, f"{sign} {bound}", value, value[0] >= bound if sign == "≥" else value[0] <= bound))
    return rows


def run(plan: Plan) -> list[Figure]:
    """The study on the first ten worlds, whatever the plan asks for: these are the ones its decision record speaks of."""
    del plan
    seeds = range(1, 1 + WORLDS)
    _, counted = study(seeds)
    against = f"injected worlds of seeds {seeds[0]}–{seeds[-1]}"
    found = [_figure(what, aim, value, against, met=met) for what, aim, value, met in aims(counted)]
    both = {name: figures(of) for name, of in counted.items()}
    detail = {name: _cell(of["AC@1"]) for name, of in both.items()}
    return [*found, Figure("inject", "AC@1 of the trace", both[TRACE]["AC@1"][0], "", against, detail=detail)]


def _figure(what: str, aim: str, value: Interval, against: str, *, met: bool) -> Figure:
    """A figure with its interval: shares as per cent, as a reader of the page quotes them."""
    if what not in _SHARES:
        return Figure("inject", what, value[0], f"[{value[1]:.3f}, {value[2]:.3f}]", against, aim, met)
    sign, bound = aim.split()
    low, high = 100 * value[1], 100 * value[2]
    return Figure(
        "inject", what, 100 * value[0], f"% [{low:.1f}, {high:.1f}]", against, f"{sign} {100 * float(bound):.0f}", met
    )


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(
        prog="bench.inject", description="Fault injection: what the trace finds, beside baselines and ceilings."
    )
    parser.add_argument("--seed", type=int, required=True, help="first seed")
    parser.add_argument("--seeds", type=int, default=1, help="how many seeds, one after the other")
    parser.add_argument("--json", type=Path, help="keep the figures here")
    arguments = parser.parse_args()
    lines, counted = study(range(arguments.seed, arguments.seed + arguments.seeds))
    found = {name: figures(of) for name, of in counted.items()}
    print("\n".join([*lines, "", "mean over worlds [95 % bootstrap over families of subjects]", table(found), ""]))
    for what, aim, value, met in aims(counted):
        print(f"{what:<40} aim {aim:<7} {_cell(value)}  {'reached' if met else 'not reached'}")
    if arguments.json:
        arguments.json.write_text(json.dumps({"worlds": lines, "figures": found}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
