"""What is computed once per framework instance and forgotten with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

from graph.framework import Framework

T = TypeVar("T")


class PerFramework(Generic[T]):
    """Calls ``build`` once for each framework; the built value must not refer to the framework, or neither is ever freed."""

    def __init__(self, build: Callable[[Framework], T]) -> None:
        self._build = build
        self._built: WeakKeyDictionary[Framework, T] = WeakKeyDictionary()

    def __call__(self, framework: Framework) -> T:
        """The value that belongs to a framework."""
        found = self._built.get(framework)
        if found is None:
            found = self._built[framework] = self._build(framework)
        return found
