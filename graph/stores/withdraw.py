"""Withdrawal on any engine: a source takes back what it no longer asserts, exactly and nothing else."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from graph.claims import Element
from graph.records import WriteReport
from graph.stores.backing import Backing
from graph.stores.batch import write
from graph.stores.places import EDGE_PLACES, EdgePlace, NodePlace, all_places, ends_at
from graph.stores.slot import Slot
from graph.stores.tallying import WATCHED

_TIMES = ("event_at", "recorded_at")


def withdraw(backing: Backing, zone: ZoneInfo, source: str, report: WriteReport) -> None:
    """Withdraw what a source did not assert in this session, count what was removed by kind or edge type.

    What derives from it and the counters stay true; the report says by how much these moved, too.
    """
    slots = []
    for place in all_places():
        slot = Slot(place)
        slot.fill(backing.asserted_by(place, source))
        if slot.held:
            slots.append(slot)
    taken: dict[tuple[str, Any], Element] = {}
    for slot in slots:
        for key in tuple(slot.held):
            element = slot.element(key)
            assert element is not None  # held
            if element.withdraw([source]):
                slot.mark(key)
            else:
                taken[slot.place.name, key] = element
                slot.drop(key)
    _keep_joined(backing, slots, taken)
    report.moved = write(backing, zone, slots, _stale(slots), {kind: {} for kind in WATCHED})
    for slot in slots:
        name = slot.place.type if isinstance(slot.place, EdgePlace) else slot.place.kind
        report.removed[name] += len(slot.gone)
    report.removed = +report.removed


def _keep_joined(backing: Backing, slots: list[Slot], taken: dict[tuple[str, Any], Element]) -> None:
    """A node that nobody asserts any more stays, bare, while an edge of somebody else still joins it.

    Bare is its id and, of a fact, its times, without which it would be none. Its sources are then those of the
    edges: it goes when they go.
    """
    for slot in slots:
        if not isinstance(slot.place, NodePlace) or not slot.gone:
            continue
        for id_, names in _joining(backing, slot, slot.place.kind, slots).items():
            before = taken[slot.place.name, id_]
            bare = Element({name: before.props[name] for name in _TIMES if name in before.props}, tuple(sorted(names)))
            del slot.gone[id_]
            if (bare.props, bare.sources) != (before.props, slot.stored[id_]):
                slot.hold_new(id_, bare)


def _joining(backing: Backing, slot: Slot, kind: str, slots: list[Slot]) -> dict[str, set[str]]:
    """Withdrawn nodes of a kind that a remaining edge joins, with the sources of these edges."""
    edge_slots = {other.place.name: other for other in slots if isinstance(other.place, EdgePlace)}
    joined: dict[str, set[str]] = {}
    for place in EDGE_PLACES.values():
        touched = edge_slots.get(place.name)
        for end in ends_at(place, kind):
            for key, sources in backing.joined(place, end, kind, list(slot.gone)):
                if touched is not None and key in touched.gone:
                    continue
                element = touched.element(key) if touched is not None else None
                names = element.sources if element is not None else sources
                joined.setdefault(key[0] if end == "source" else key[2], set()).update(names)
    return joined


def _stale(slots: list[Slot]) -> dict[str, dict[str, None]]:
    """By watched kind, the nodes whose derived rows a withdrawal touches."""
    stale: dict[str, dict[str, None]] = {kind: {} for kind in WATCHED}
    for slot in slots:
        if isinstance(slot.place, NodePlace) and slot.place.kind in stale:
            stale[slot.place.kind] |= {**slot.gone, **slot.changed}
        elif isinstance(slot.place, EdgePlace) and slot.place.type in WATCHED.get(slot.place.source_kind, ()):
            stale[slot.place.source_kind] |= dict.fromkeys(key[0] for key in slot.gone)
    return stale
