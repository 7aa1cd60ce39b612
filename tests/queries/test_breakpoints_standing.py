"""What facts cannot change is not searched again: the list is the same as one made from nothing, and the work is saved."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest

from graph.framework import Framework
from graph.records import Revision
from graph.schema import EDGES
from graph.schema import KINDS as NODE_KINDS
from queries.breakpoints import KINDS, breakpoints, findings_touching
from queries.finding import BreakpointList
from queries.findings.predicate import Found
from queries.findings.search import Search
from queries.findings.standing import FRAMEWORK_KINDS, standing
from queries.findings.view import View
from tests.queries.breakpoints_edits import EDITS
from tests.queries.breakpoints_fact_edits import FACT_EDITS
from tests.queries.breakpoints_world import AFTER, BEFORE, DAY, NOW, AsSource, World

CHANGES = {name: edit.change for name, edit in EDITS.items()} | {name: edit[0] for name, edit in FACT_EDITS.items()}
DAYS = (DAY, DAY, DAY, BEFORE, AFTER)


def _listed(world: World, framework: Framework, day: str) -> BreakpointList:
    return breakpoints(
        framework, world.tallies, revision=Revision(7, 9), as_of=day, computed_at=NOW, facts=AsSource(world), traces=world.traces,
    )  # fmt: skip


def _rows(framework: Framework) -> str:
    """Everything a framework holds."""
    nodes = [framework.nodes(name) for name, kind in NODE_KINDS.items() if kind.group == "framework"]
    return repr((nodes, [list(framework.edges(name)) for name in EDGES]))


def test_random_edits_of_facts_give_the_list_made_from_nothing() -> None:
    """As a server does it: the framework is read again only when something in it changed, so that its findings stand."""
    chance, kept, again = random.Random(6), 0, 0
    for _ in range(12):
        world = World()
        held = world.framework()
        names = chance.sample(sorted(FACT_EDITS), 16) + chance.sample(sorted(EDITS), 2)
        for name in chance.sample(names, len(names)):
            with suppress(KeyError):  # an earlier edit took away what this one edits
                CHANGES[name](world)
            anew = world.framework()
            if _rows(anew) != _rows(held):
                held = anew
                again += 1
            day = chance.choice(DAYS)
            kept += bool(standing(held, day))
            assert (
                _listed(world, held, day).model_dump_json() == _listed(world, world.framework(), day).model_dump_json()
            ), name
    assert kept > 60
    assert again > 50


class _Untouchable:
    """Whatever is asked of it, nobody should have asked."""

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"a kind that says it reads the framework alone asked for {name}")


@pytest.mark.parametrize("kind", FRAMEWORK_KINDS)
def test_a_kind_that_stands_reads_nothing_but_the_framework(kind: str) -> None:
    nobody: Any = _Untouchable()
    world = World()
    for name in ("no deputy", "second owner gone"):
        CHANGES[name](world)
    search = Search(world.framework(), DAY, nobody, categories_in_use=(), facts=None, through=nobody)
    assert search.found(kind) is not None


def test_the_kinds_that_stand() -> None:
    assert len(FRAMEWORK_KINDS) == 24
    assert {"unowned_control", "owner_conflict", "detection_choke", "unconfirmed_default"} <= set(FRAMEWORK_KINDS)
    assert {"unmapped_category", "accountability_choke", "overdue", "tier_gap"}.isdisjoint(FRAMEWORK_KINDS)


@pytest.fixture
def searched(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Counts how often two kinds are searched: one that stands, one that does not."""
    counts: Counter[str] = Counter()

    def counting(kind: str) -> None:
        find = KINDS[kind].find
        assert find is not None

        def count(view: View) -> Iterator[Found]:
            counts[kind] += 1
            return find(view)

        monkeypatch.setitem(KINDS, kind, replace(KINDS[kind], find=count))

    counting("unowned_control")
    counting("unmapped_category")
    return counts


def test_only_another_framework_or_day_has_them_searched_again(searched: Counter[str]) -> None:
    world = World()
    framework = world.framework()
    for _ in range(3):
        _listed(world, framework, DAY)
        world.tallies = world.tallies[1:]
    assert searched == {"unowned_control": 1, "unmapped_category": 3}
    findings_touching(framework, ["ControlPoint:P1"], DAY)
    assert searched["unowned_control"] == 1, "the gaps of a trace are the list's own findings"
    _listed(world, framework, AFTER)
    assert searched["unowned_control"] == 2
    _listed(world, world.framework(), DAY)
    assert searched["unowned_control"] == 3
