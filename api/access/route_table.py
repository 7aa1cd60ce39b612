"""Which declared address a request asks for, told before the router does, by the router's own rules."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from fastapi.routing import iter_route_contexts
from starlette.routing import BaseRoute, Match
from starlette.types import Scope

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
"""Methods that change nothing (RFC 9110, 9.2.1)."""


class Declared(NamedTuple):
    """An address as it is declared, the methods it takes (a mounted folder: none, it is only read) and how it tells that it is meant."""

    path: str
    methods: frozenset[str]
    matches: Callable[[Scope], tuple[Match, Scope]]

    def rules(self) -> Iterator[tuple[str, str]]:
        """How the table of roles calls it; HEAD is the GET without its answer."""
        for method in sorted((self.methods or {"GET"}) - {"HEAD"}):
            yield method, self.path


def declared_routes(routes: Sequence[BaseRoute]) -> tuple[Declared, ...]:
    """Every address of an application, in the order in which its router looks at them."""
    return tuple(
        Declared(str(found.path_format if found.methods else found.path), frozenset(found.methods or ()), found.matches)
        for found in iter_route_contexts(routes)
    )


def methods_of(table: Sequence[Declared], scope: Scope) -> list[str]:
    """Every method that some route of the address asked for takes; the router itself knows the first route's only."""
    return sorted({method for route in table if route.matches(scope)[0] is not Match.NONE for method in route.methods})


def asked_for(table: Sequence[Declared], scope: Scope) -> tuple[str, str] | None:
    """Method and declared address of a request, as the table of roles calls them; None: no route takes it."""
    method = "GET" if scope["method"] == "HEAD" else scope["method"]
    for route in table:
        if route.matches(scope)[0] is Match.FULL:
            return method, route.path
    return None
