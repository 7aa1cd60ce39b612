"""The breakpoint list over worlds from one thousand to a hundred thousand nodes: how it grows, what each kind takes, beside plain rivals."""

from __future__ import annotations

import gc
import resource
import time
from collections.abc import Callable

from bench.list_world import DAY, ListWorld
from bench.measure import Figure, median, paired, seconds
from bench.plain_list import RIVALS
from bench.plan import Plan
from graph.framework import Framework
from graph.records import Ref, Revision, Tally
from queries.breakpoints import breakpoints
from queries.finding import BreakpointList
from queries.findings.facts import Facts
from queries.findings.registry import KINDS
from queries.findings.search import Search
from queries.findings.tallied import Tallied

SIZES = (1_000, 10_000, 100_000)
SHORT, FULL = 1, 3
"""Rounds."""
RIVAL_SIZES = (1_000, 3_000, 6_000)
"""The last one in a full run only."""
AIM_SECONDS, AIM_MEGABYTES = 15, 2048
_SHOWN = 8


def run(plan: Plan) -> list[Figure]:
    """Growth, time per kind at the largest size, what is saved when only facts moved, and plain rivals where they finish."""
    figures: list[Figure] = []
    rounds = plan.rounds(SHORT, FULL)
    for size in SIZES:
        world = ListWorld(size, plan.seed)
        figures += _whole(world, rounds, largest=size == SIZES[-1])
        if size == SIZES[-1]:
            figures += [_kinds(world), _again(world, rounds)]
        del world
        gc.collect()
    return [*figures, *_rivals(plan, rounds)]


def _whole(world: ListWorld, rounds: int, *, largest: bool) -> list[Figure]:
    """The whole list, its networkx graphs and all its indexes built from a framework that was just read."""
    taken, found = [], 0
    for _ in range(rounds):
        framework, tallies = world.framework(), world.tallies()
        start = time.perf_counter()
        answer = _list(world, framework, tallies)
        taken.append(time.perf_counter() - start)
        found = len(answer.findings)
    value = median(taken)
    what = f"the whole list, {world.nodes_made:,} nodes and {world.edges_made:,} edges"
    aim, met = (f"≤ {AIM_SECONDS}", value <= AIM_SECONDS) if largest else ("", None)
    figures = [Figure("breakpoints", what, value, "s", "", aim, met, {"findings": f"{found:,}"})]
    if largest:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        figures.append(
            Figure("breakpoints", "peak memory, the world and the list", peak, "MB", "", f"≤ {AIM_MEGABYTES}", peak <= AIM_MEGABYTES)
        )  # fmt: skip
    return figures


def _list(world: ListWorld, framework: Framework, tallies: list[Tally]) -> BreakpointList:
    return breakpoints(
        framework, tallies, revision=Revision(1, 1), as_of=DAY, computed_at=f"{DAY}T00:00:00.000000Z", facts=world
    )


def _kinds(world: ListWorld) -> Figure:
    """The time of every kind in the list's own order: the first to need an index or graph pays for it."""
    framework = world.framework()
    search = Search(framework, DAY, Tallied(world.tallies(), DAY), facts=Facts(world, DAY, framework.zone))
    taken = {kind: seconds(lambda kind=kind: search.found(kind)) for kind in KINDS}  # type: ignore[misc]
    slowest = sorted(taken, key=lambda kind: (-taken[kind], kind))[:_SHOWN]
    detail = {kind: f"{taken[kind]:.2f} s" for kind in slowest}
    return Figure("breakpoints", "all kinds, one after the other", sum(taken.values()), "s", detail=detail)


def _again(world: ListWorld, rounds: int) -> Figure:
    """A run after facts moved, as a share of one from nothing: what reads the framework alone stands."""
    shares = []
    for _ in range(rounds):
        framework, tallies = world.framework(), world.tallies()
        first, second = (
            seconds(lambda: _list(world, framework, tallies)) for _ in range(2)  # noqa: B023 — called at once
        )  # fmt: skip
        shares.append(second / first)
    what = f"the list again when only facts moved, {world.nodes_made:,} nodes"
    return Figure("breakpoints", what, median(shares), "×", "the list from nothing")


def _rivals(plan: Plan, rounds: int) -> list[Figure]:
    """Each search against the plain way, at sizes where that finishes: the ratio grows with the size."""
    figures = []
    for size in RIVAL_SIZES if plan.full else RIVAL_SIZES[:-1]:
        world = ListWorld(size, plan.seed)
        framework = world.framework()
        for kind, (how, rival) in RIVALS.items():

            def ours(kind: str = kind) -> set[frozenset[Ref]]:
                search = Search(framework, DAY, facts=Facts(world, DAY, framework.zone))  # noqa: B023 — called at once
                return {frozenset(found.nodes) for found in search.found(kind) or ()}

            def theirs(rival: Callable[[Framework, ListWorld], set[frozenset[Ref]]] = rival) -> set[frozenset[Ref]]:
                return rival(framework, world)  # noqa: B023 — called at once

            assert ours() == theirs(), f"the rival of {kind} finds something else"
            ratio = median([long / short for short, long in paired(ours, theirs, rounds)])
            figures.append(Figure("breakpoints", f"{kind} at {world.nodes_made:,} nodes", ratio, "×", how))
    return figures
