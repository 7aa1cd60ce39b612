"""Leaves of the catalogue what is the plan's own word: what the plan alone states, and nothing that we filled in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from graph.records import EdgeRow, NodeRow, Record, Ref

_OURS = {
    "ControlPoint": (
        "covers", "covers_en", "elements", "elements_en", "standard", "standard_en", "standard_basis",
    ),
    "Indicator": ("definition", "definition_en", "family", "family_en", "unit", "period"),
    "Milestone": ("predicate", "note", "note_en"),
}  # fmt: skip
"""Properties that we wrote onto nodes of the plan: the plan names no element, threshold, definition or predicate.

Classifications that every question needs (subject_kind, direction, function, tier …) stay."""
_STATED_STANDARD = ("standard", "standard_en", "standard_basis")


def plans_own(records: Iterable[Record]) -> Iterator[Record]:
    """The records whose row rests on the plan alone, with the edges whose both ends do too.

    ``records`` come in dependency order; that order is kept.
    """
    kept: set[Ref] = set()
    for item in records:
        node = item.node
        if node is not None and node.props["basis"] != "plan":
            continue
        if node is not None:
            kept.add(node.ref)
            item = item._replace(node=_without_ours(node))
        edges = tuple(edge for edge in item.edges if _stays(edge, kept))
        if node is not None or edges:
            yield item._replace(edges=edges)


def _stays(edge: EdgeRow, kept: set[Ref]) -> bool:
    return edge.props["basis"] == "plan" and edge.source in kept and edge.target in kept


def _without_ours(node: NodeRow) -> NodeRow:
    ours = set(_OURS.get(node.kind, ()))
    if node.props.get("standard_basis") == "plan":  # 100 % at campaign go-live: the one threshold the plan states
        ours.difference_update(_STATED_STANDARD)
    return node._replace(props={name: value for name, value in node.props.items() if name not in ours})
