"""Which accountable assignments clash, by one sweep over their periods: O(n log n) and the pairs compared.

Periods are half-open. An assignment is cut into spells in which its holders stay the same; of each target with each
scope the spells are swept in the order of their beginnings, and a new spell is compared with those still running that
other holders hold (interval sweep: Bentley and Ottmann's event queue in one dimension).
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import NamedTuple

from graph.records import NodeRow, Ref
from graph.values import Props
from queries.findings.view import View

_FOREVER = "9999-99-99"
"""Sorts after every date: an open end."""

Holders = frozenset[Ref]


class Spell(NamedTuple):
    """A period in which an assignment has the same holders, and what it is limited to (empty: everything)."""

    start: str
    end: str
    assignment: Ref
    holders: Holders
    segments: frozenset[str]
    tiers: frozenset[str]
    function: frozenset[str]


class Clash(NamedTuple):
    """Two assignments that clash on a target, since when, and the holders of each."""

    target: Ref
    assignments: tuple[Ref, Ref]
    since: str
    one: Holders
    other: Holders


def clashes(view: View) -> list[Clash]:
    """Every clashing pair on or after the view's day, by target and assignments, each pair once with its first overlap."""
    groups: dict[tuple[Ref, frozenset[Ref]], list[Spell]] = {}
    for row in view.framework.nodes("Assignment").values():
        if row.props.get("role") != "accountable":
            continue
        within = frozenset(view.framework.targets("WITHIN", row.ref))
        spells = list(_spells(view, row))
        for target in view.framework.targets("FOR", row.ref):
            standing = view.framework.get(target)
            limits = _period(standing.props) if standing is not None else ("", _FOREVER)
            groups.setdefault((target, within), []).extend(_clipped(spells, *limits))
    found: dict[tuple[Ref, Ref, Ref], Clash] = {}
    for (target, _), group in groups.items():
        for earlier, later in _overlapping(group):
            if (
                _in_common(earlier, later)
                and not _appointed(view, earlier, later)
                and not _appointed(view, later, earlier)
            ):
                one, other = sorted((earlier, later), key=lambda spell: spell.assignment)
                pair = (one.assignment, other.assignment)
                found.setdefault((target, *pair), Clash(target, pair, later.start, one.holders, other.holders))
    return [found[key] for key in sorted(found)]


def _spells(view: View, row: NodeRow) -> Iterator[Spell]:
    start, end = _period(row.props)
    start = max(start, view.as_of)
    terms = [(edge.target, *_period(edge.props)) for edge in view.framework.out("HELD_BY", row.ref)]
    cuts = sorted({start, end, *(cut for _, *term in terms for cut in term if start < cut < end)})
    limits = [frozenset(_strings(row.props, name)) for name in ("segments", "tiers", "function")]
    for begins, ends in pairwise(cuts):
        holders = frozenset(holder for holder, since, until in terms if since <= begins < until)
        if holders and start <= begins < end:
            yield Spell(begins, ends, row.ref, holders, *limits)


def _overlapping(spells: Iterable[Spell]) -> Iterator[tuple[Spell, Spell]]:
    """Pairs of spells of different holders that overlap, the earlier first; spells of one assignment never overlap."""
    running: dict[Holders, dict[int, Spell]] = {}
    ends: list[tuple[str, int, Holders]] = []
    for number, spell in enumerate(sorted(spells, key=lambda s: (s.start, s.assignment))):
        while ends and ends[0][0] <= spell.start:
            _, over, holders = heapq.heappop(ends)
            del running[holders][over]
            if not running[holders]:
                del running[holders]
        for holders, others in running.items():
            if holders != spell.holders:
                yield from ((other, spell) for other in others.values())
        running.setdefault(spell.holders, {})[number] = spell
        heapq.heappush(ends, (spell.end, number, spell.holders))


def _in_common(one: Spell, other: Spell) -> bool:
    pairs = ((one.segments, other.segments), (one.tiers, other.tiers), (one.function, other.function))
    return all(not a or not b or a & b for a, b in pairs)


def _appointed(view: View, by: Spell, of: Spell) -> bool:
    """Whether one spell is held by units alone and the other by owners of theirs: a unit's duty only says that it must appoint."""
    if {h.kind for h in by.holders} != {"OrgUnit"} or {h.kind for h in of.holders} != {"Owner"}:
        return False
    units, day = {unit.id for unit in by.holders}, max(by.start, of.start)
    for owner in of.holders:
        own = view.framework.unit_of(owner, day)
        if own is None or units.isdisjoint((own, *view.framework.units_above(own, day))):
            return False
    return True


def _clipped(spells: Iterable[Spell], start: str, end: str) -> Iterator[Spell]:
    for spell in spells:
        begins, ends = max(spell.start, start), min(spell.end, end)
        if begins < ends:
            yield spell._replace(start=begins, end=ends)


def _period(props: Props) -> tuple[str, str]:
    return str(props.get("valid_from", "")), str(props.get("valid_to", _FOREVER))


def _strings(props: Props, name: str) -> tuple[str, ...]:
    value = props.get(name, ())
    return value if isinstance(value, tuple) else (str(value),)
