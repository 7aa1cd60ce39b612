"""Every kind of finding by name, collected from the files of ``queries/findings/kinds``: adding a kind is adding a file."""

from __future__ import annotations

import importlib
import pkgutil
from typing import get_args

from queries.finding import FindingClass
from queries.findings import kinds
from queries.findings.predicate import Predicate

CLASSES: tuple[FindingClass, ...] = get_args(FindingClass)
"""The classes in the order in which they are told."""


def _collect() -> dict[str, Predicate]:
    found: dict[str, Predicate] = {}
    for info in pkgutil.iter_modules(kinds.__path__):
        module = importlib.import_module(f"{kinds.__name__}.{info.name}")
        for predicate in (value for value in vars(module).values() if isinstance(value, Predicate)):
            if found.setdefault(predicate.kind, predicate) is not predicate:
                raise ValueError(f"two predicates are called {predicate.kind}")
    order = sorted(found.values(), key=lambda p: (CLASSES.index(p.class_), -p.base, p.kind))
    return {predicate.kind: predicate for predicate in order}


KINDS: dict[str, Predicate] = _collect()
"""Kind → its declaration; by class, then the gravest first, then by name."""
