"""Finds nodes by a part of their id or name, for fields that complete what a person types."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from api.serving import Serving
from api.targets import SUGGEST_UP_TO
from graph.framework import row_name
from graph.records import NodeRow
from graph.schema import KINDS
from graph.text import Lang
from graph.values import clip

MOST = 20
"""Names offered at once."""


class Named(NamedTuple):
    """A node with its name in the reader's language."""

    kind: str
    id: str
    name: str


def search_names(desk: Serving, words: str, kinds: Sequence[str], lang: Lang, limit: int = MOST) -> list[Named]:
    """The nodes of some kinds whose id or name in either language holds the words; the closest first.

    Closest is: the id itself, a name itself, an id or name that begins with the words, one that holds them; then kind and id.
    Of a kind with more than 20 000 nodes only the node with this very id is found.
    """
    sought = words.strip().casefold()
    if not sought:
        return []
    ranked = [
        (rank, at, row.id, row)
        for at, kind in enumerate(kinds)
        for row in _rows(desk, kind, words.strip())
        if (rank := _rank(row, sought)) is not None
    ]
    return [
        Named(row.kind, row.id, clip(row_name(row, lang), 80))
        for *_, row in sorted(ranked, key=lambda one: one[:3])[:limit]
    ]


def _rows(desk: Serving, kind: str, words: str) -> Iterator[NodeRow]:
    if KINDS[kind].group == "framework":
        yield from desk.snapshot().framework.nodes(kind).values()
    elif desk.store.counts().nodes.get(kind, 0) <= SUGGEST_UP_TO:
        yield from desk.store.nodes(kind)
    else:
        yield from desk.store.nodes(kind, [words])


def _rank(row: NodeRow, sought: str) -> int | None:
    """How close a node is; None where it does not hold the words."""
    id_ = row.id.casefold()
    names = [str(row.props[name]).casefold() for name in ("name", "name_en") if name in row.props]
    if id_ == sought:
        return 0
    if sought in names:
        return 1
    if any(word.startswith(sought) for word in (id_, *names)):
        return 2
    return 3 if any(sought in word for word in (id_, *names)) else None
