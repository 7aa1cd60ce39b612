"""What one batch holds of one place: the elements it touches as they are now, and which of them must be written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from graph.claims import Claim, Element, new_element
from graph.stores.places import EdgePlace, NodePlace
from graph.values import Props

EdgeKey = tuple[str, str, str, str]
"""source id, target kind, target id, valid_from"""
Held = Element | tuple[Props, tuple[str, ...]]
"""An element a batch holds; one asserted once so far stays the bare pair of properties and sources, which is what makes loading fast."""


class Stored(NamedTuple):
    """An element as it is stored: the id of a node or the :data:`EdgeKey` of an edge, and what is there."""

    key: Any
    element: Element


class Slot:
    """What a batch holds of one place: the elements it touches as they are now, and what must be written."""

    def __init__(self, place: NodePlace | EdgePlace) -> None:
        self.place = place
        self.held: dict[Any, Held] = {}
        """What the batch names of the place; what is not ``stored`` is new."""
        self.stored: dict[Any, tuple[str, ...]] = {}
        """Keys that are stored, with the sources they have there."""
        self.changed: dict[Any, None] = {}
        """Stored keys that must be written anew."""
        self.gone: dict[Any, None] = {}
        self.shared = False
        """Whether any element has, or had, several sources: then there are claims to keep."""
        self._by_source: dict[str, list[EdgeKey]] | None = None

    @property
    def touched(self) -> bool:
        """Whether anything must be written."""
        return (
            bool(self.changed or self.gone)
            or len(self.held) > len(self.stored)
            or any(k not in self.stored for k in self.held)
        )

    def fill(self, rows: Iterable[Stored]) -> None:
        """Take in what is stored."""
        for key, element in rows:
            self.held[key] = element
            self.stored[key] = element.sources
            if len(element.sources) > 1:
                self.shared = True

    def new_keys(self) -> Iterator[Any]:
        """The keys that are not stored yet."""
        return (key for key in self.held if key not in self.stored)

    def to_write(self) -> Iterator[Any]:
        """The keys that must be written, changed ones and new ones."""
        yield from self.changed
        yield from self.new_keys()

    def element(self, key: Any) -> Element | None:
        """The element in full, to be changed in place."""
        held = self.held.get(key)
        if isinstance(held, tuple):
            props = held[0]
            if isinstance(key, tuple):  # of an edge, whose valid_from is part of its key
                props = {name: value for name, value in props.items() if name != "valid_from"}
            held = self.held[key] = new_element(props, held[1])
        return held

    def claims(self, key: Any) -> dict[str, Claim]:
        """The claims to keep of an element: none where one source asserts it."""
        held = self.held[key]
        if isinstance(held, tuple) and len(held[1]) == 1:
            return {}
        element = self.element(key)
        assert element is not None  # it is held
        return element.claims

    def edges_from(self, id_: str) -> list[EdgeKey]:
        """The keys of an edge place that start at a node, as far as the batch holds them."""
        if self._by_source is None:
            self._by_source = {}
            for key in self.held:
                self._by_source.setdefault(key[0], []).append(key)
        return self._by_source.get(id_, [])

    def hold_new(self, key: Any, held: Held) -> None:
        """Take in an element that is not stored or was taken back in this batch."""
        self.held[key] = held
        if self.gone:
            self.gone.pop(key, None)
        if key in self.stored:
            self.changed[key] = None
        if self._by_source is not None:
            self._by_source.setdefault(key[0], []).append(key)

    def mark(self, key: Any) -> None:
        """An element the batch holds must be written anew (one not stored will be anyway)."""
        if key in self.stored:
            self.changed[key] = None

    def drop(self, key: Any) -> None:
        """Take an element out."""
        del self.held[key]
        self.changed.pop(key, None)
        self.gone[key] = None


def shown(held: Held) -> tuple[Props, tuple[str, ...]]:
    """The properties and sources of an element a batch holds."""
    return held if isinstance(held, tuple) else (held.props, held.sources)
