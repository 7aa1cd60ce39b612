"""Edges walked side by side with the nodes that they start at: two streams in one order, joined without an index."""

from __future__ import annotations

from collections.abc import Iterator

from graph.records import EdgeRow, Ref


class Alongside:
    """Edges in the order of their sources, taken source by source."""

    def __init__(self, edges: Iterator[EdgeRow]) -> None:
        self._edges = edges
        self._next = next(edges, None)

    def of(self, source: Ref) -> list[EdgeRow]:
        """The edges of a source, which is the next one that has any, or has none.

        Edges of sources that lie before it are passed over: their node was written after the nodes began to stream.
        """
        found = []
        while self._next is not None and self._next.source.id < source.id:
            self._next = next(self._edges, None)
        while self._next is not None and self._next.source == source:
            found.append(self._next)
            self._next = next(self._edges, None)
        return found
