"""A source of facts narrowed to some products and campaigns: what a question about one of them reads, without walking past all the others."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from graph.records import EdgeRow, NodeRow, Ref
from graph.schema import EDGES, KINDS
from queries.findings.facts import Source


class Around:
    """The subjects, the products they promote, and the facts on the subjects; whatever is not about subjects as it is.

    Facts that stand for no subject in particular (a measurement of a unit) are not among them.

    Args:
        source: where the facts are.
        subjects: products and campaigns, or whatever else facts may stand for.
    """

    def __init__(self, source: Source, subjects: Collection[Ref]) -> None:
        self._source = source
        self._subjects = sorted(subjects)
        self._near: list[Ref] | None = None
        self._facts: dict[str, list[Ref]] = {}

    def nodes(self, kind: str, ids: Sequence[str] | None = None) -> Iterator[NodeRow]:
        """The named nodes of a kind; where none is named the subjects, or the facts on them, of that kind."""
        if ids is None and KINDS[kind].group == "subject":
            ids = [ref.id for ref in self._subjects if ref.kind == kind]
        elif ids is None and kind in EDGES["ON"].sources:
            ids = [ref.id for ref in self._on_them(kind)]
        return self._source.nodes(kind, ids)

    def edges(
        self, edge_type: str, source_kind: str | None = None, *, at: Sequence[Ref] | None = None
    ) -> Iterator[EdgeRow]:
        """The edges of a type from the subjects, from what they promote, or from the facts on them, by the kind they start at."""
        if at is None and source_kind is not None:
            if KINDS[source_kind].group == "subject":
                at = self._starting(source_kind)
            elif source_kind in EDGES["ON"].sources:
                at = self._on_them(source_kind)
        return self._source.edges(edge_type, source_kind, at=at)

    def _starting(self, kind: str) -> list[Ref]:
        if self._near is None:
            campaigns = [ref for ref in self._subjects if ref.kind == "Campaign"]
            promoted = {edge.target for edge in self._source.edges("PROMOTES", "Campaign", at=campaigns)}
            self._near = sorted({*self._subjects, *promoted})
        return [ref for ref in self._near if ref.kind == kind]

    def _on_them(self, kind: str) -> list[Ref]:
        if kind not in self._facts:
            found = {edge.source for edge in self._source.edges("ON", kind, at=self._subjects)}
            self._facts[kind] = sorted(found)
        return self._facts[kind]
