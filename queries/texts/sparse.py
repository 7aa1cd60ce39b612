"""Rows that are mostly zero, as numpy arrays: just the two products that fitting a linear model needs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
_CHUNK = 200_000
"""Entries multiplied at once: bounds the memory whatever the number of rows."""


class SparseRows(NamedTuple):
    """A matrix kept as its entries in row order: row number, column number, value; ``by_column`` sorts them by column."""

    shape: tuple[int, int]
    row: NDArray[np.int64]
    column: NDArray[np.int64]
    value: Floats
    by_column: NDArray[np.int64]

    @property
    def columns(self) -> int:
        """The width of the matrix."""
        return self.shape[1]

    @classmethod
    def of(cls, rows: Sequence[NDArray[np.int64]], weights: Floats) -> SparseRows:
        """Rows of length 1: each names its columns, whose values are in proportion to the columns' weights."""
        row = np.repeat(np.arange(len(rows)), [len(one) for one in rows])
        column = np.concatenate([np.zeros(0, dtype=np.int64), *rows])
        norms = [float(np.linalg.norm(weights[one])) or 1.0 for one in rows]
        value = (weights[column] / np.repeat(norms, [len(one) for one in rows])).astype(np.float32)
        return cls((len(rows), len(weights)), row, column, value, np.argsort(column, kind="stable"))

    def times(self, right: Floats) -> Floats:
        """M · right."""
        return _gathered(self.shape[0], self.row, self.column, self.value, right)

    def transposed_times(self, right: Floats) -> Floats:
        """Mᵀ · right."""
        order = self.by_column
        return _gathered(self.shape[1], self.column[order], self.row[order], self.value[order], right)

    def squared_norm(self, weight: Floats) -> float:
        """An estimate, from 30 power iterations, of the largest eigenvalue of Mᵀ diag(weight) M."""
        vector = np.ones((self.shape[1], 1), dtype=np.float32)
        length = 1.0
        for _ in range(30):
            vector = self.transposed_times(self.times(vector) * weight[:, None])
            length = float(np.linalg.norm(vector)) or 1.0
            vector /= np.float32(length)
        return 1.05 * length


def _gathered(size: int, into: NDArray[np.int64], source: NDArray[np.int64], value: Floats, right: Floats) -> Floats:
    """Σ value · right[source] into rows ``into``, which are sorted."""
    out = np.zeros((size, right.shape[1]), dtype=np.float32)
    for start in range(0, len(into), _CHUNK):
        part = slice(start, start + _CHUNK)
        where = into[part]
        firsts = np.flatnonzero(np.r_[True, where[1:] != where[:-1]])
        out[where[firsts]] += np.add.reduceat(value[part, None] * right[source[part]], firsts, axis=0)
    return out
