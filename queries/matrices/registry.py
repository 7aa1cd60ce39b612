"""Every matrix by name, collected from the files of ``queries/matrices``: adding a matrix is adding a file."""

from __future__ import annotations

import importlib
import pkgutil

from queries import matrices
from queries.matrices.matrix import MatrixKind


def _collect() -> dict[str, MatrixKind]:
    found: dict[str, MatrixKind] = {}
    for info in pkgutil.iter_modules(matrices.__path__):
        if info.name == "registry":
            continue
        module = importlib.import_module(f"{matrices.__name__}.{info.name}")
        found |= {value.name: value for value in vars(module).values() if isinstance(value, MatrixKind)}
    return dict(sorted(found.items()))


MATRICES: dict[str, MatrixKind] = _collect()
"""Name → declaration, by name."""
