"""In which order the parts of an input are loaded: framework, its edges, subjects, facts, the other edges."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from graph.schema import EDGES, KINDS, kind_ranks
from ingest.framework_state import FRAMEWORK_KINDS
from ingest.items import Item

Order = tuple[int, int]
FIRST: Order = (-1, 0)
_KIND_RANKS = kind_ranks()
EDGE_RANKS: dict[str, int] = {name: rank for rank, name in enumerate(EDGES)}


class Segment(NamedTuple):
    """A part of an input with its place in the order; ``items`` reads it when its turn comes."""

    order: Order
    items: Callable[[], Iterator[Item]]


def order_of_kind(kind: str) -> Order:
    """The place of a kind's rows."""
    return (0 if kind in FRAMEWORK_KINDS else 2, _KIND_RANKS[kind])


def order_of_edge(edge_type: str, *, from_framework: bool) -> Order:
    """The place of an edge's rows, those that start at the framework before those that do not."""
    return (1 if from_framework else 3, EDGE_RANKS[edge_type])


def kind_names() -> tuple[str, ...]:
    """Kinds by rank."""
    return tuple(KINDS)
