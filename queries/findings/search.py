"""Running the predicates over one view: each kind at most once, products and campaigns streamed once for all kinds that look at them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType

from graph.framework import Framework
from queries.findings.facts import Facts
from queries.findings.predicate import Found, Predicate
from queries.findings.registry import KINDS
from queries.findings.tallied import Tallied
from queries.findings.traced import Through
from queries.findings.view import View

_NOTHING: Mapping[str, Collection[Found]] = MappingProxyType({})


class Search:
    """What every kind finds; a kind that needs facts finds nothing where there are none.

    Args:
        framework, as_of, tallied, categories_in_use, facts, through: see :class:`View`.
        kinds: the predicates by name, in the order in which they are told.
        standing: the findings of kinds that need not be searched again.
    """

    def __init__(
        self,
        framework: Framework,
        as_of: str,
        tallied: Tallied | None = None,
        *,
        categories_in_use: Collection[str] | None = None,
        facts: Facts | None = None,
        through: Through | None = None,
        kinds: Mapping[str, Predicate] = KINDS,
        standing: Mapping[str, Collection[Found]] = _NOTHING,
    ) -> None:
        self.view = View(
            framework, as_of, tallied, categories_in_use=categories_in_use, facts=facts, through=through, other=self.found,
        )  # fmt: skip
        self._kinds = kinds
        self._found: dict[str, Sequence[Found]] = {kind: tuple(found) for kind, found in standing.items()}

    def all(self) -> Iterator[tuple[Predicate, Found]]:
        """Every finding with its kind, kind by kind."""
        for kind, predicate in self._kinds.items():
            for found in self.found(kind) or ():
                yield predicate, found

    def found(self, kind: str) -> Sequence[Found] | None:
        """The findings of a kind; None for a name that is no kind. A kind that asks for itself is told nothing."""
        predicate = self._kinds.get(kind)
        if predicate is None:
            return None
        if kind not in self._found:
            self._found[kind] = ()
            if predicate.needs_facts and not self.view.has_facts:
                return ()
            if predicate.find is not None:
                self._found[kind] = tuple(predicate.find(self.view))
            else:
                self._on_subjects(p for p in self._kinds.values() if p.find_on is not None)
        return self._found[kind]

    def _on_subjects(self, predicates: Iterable[Predicate]) -> None:
        asked = [(predicate.kind, predicate.find_on) for predicate in predicates]
        found: dict[str, list[Found]] = {kind: [] for kind, _ in asked}
        for subject in self.view.facts.subjects():
            for kind, find_on in asked:
                if find_on is not None:
                    found[kind] += find_on(self.view, subject)
        self._found |= found
