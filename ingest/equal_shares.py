"""Fills weights that were left out with equal shares of what their group may spend (interface.md, Tables)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from graph.records import EdgeRow, Ref

EdgeKey = tuple[str, Ref, Ref, str]
"""Type, from, to, valid_from: what makes two edges the same."""


class Group(NamedTuple):
    """Edges of one type that share a whole: those of one category, one effect, or into one parent indicator."""

    type: str
    node: Ref


_GROUP_END: dict[str, Callable[[EdgeRow], Ref]] = {
    "POINTS_TO": lambda edge: edge.source,
    "CAUSED_BY": lambda edge: edge.source,
    "ROLLS_UP_TO": lambda edge: edge.target,
}


def group_of(edge: EdgeRow) -> Group | None:
    """The group an edge's weight belongs to; None for an edge without weight."""
    end = _GROUP_END.get(edge.type)
    return Group(edge.type, end(edge)) if end is not None else None


def edge_key(edge: EdgeRow) -> EdgeKey:
    """An edge's identity."""
    return edge.type, edge.source, edge.target, edge.valid_from


def missing_weights(final: Mapping[EdgeKey, EdgeRow], whole: Callable[[Group], float]) -> dict[EdgeKey, float]:
    """A weight for each edge of the final state that has none.

    Args:
        final: the edges as they will stand after the load.
        whole: what the weights of a group may sum to (1, or 1 − null_rate for a category).

    Returns:
        Equal shares of what the weights given in the group leave of its whole, never below 0.
    """
    given: dict[Group, float] = {}
    lacking: dict[Group, list[EdgeKey]] = {}
    for key, edge in final.items():
        group = group_of(edge)
        if group is None:
            continue
        weight = edge.props.get("weight")
        if isinstance(weight, int | float):
            given[group] = given.get(group, 0.0) + weight
        else:
            lacking.setdefault(group, []).append(key)
    shares: dict[EdgeKey, float] = {}
    for group, keys in lacking.items():
        share = max(0.0, whole(group) - given.get(group, 0.0)) / len(keys)
        shares |= dict.fromkeys(keys, share)
    return shares
