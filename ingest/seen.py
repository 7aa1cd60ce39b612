"""Remembers which rows an input already held, 16 bytes a row, so that a duplicate can name the first row's place."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np
from numpy.typing import NDArray

from graph.errors import Where
from graph.records import Record

_ROW_BITS = 40


class SeenRows:
    """A growing set of row identities in sorted runs that are merged as they reach equal size.

    Identities are kept as 64-bit hashes: among 10⁷ rows one false duplicate turns up in about 10⁵ loads, and it is
    reported with both places. Memory: 16 bytes a row; time per row amortised O(log n).
    """

    def __init__(self) -> None:
        self._runs: list[tuple[NDArray[np.int64], NDArray[np.int64]]] = []
        self._files: dict[tuple[str, str], int] = {}
        self._names: list[tuple[str, str]] = []

    def duplicates(self, records: Sequence[Record]) -> dict[int, Where]:
        """Position in the batch → place of the first row with the same identity; the others are remembered."""
        fresh: dict[int, int] = {}
        found: dict[int, Where] = {}
        keys = [hash(_identity(record)) for record in records]
        earlier = self._look_up(keys)
        for position, (key, record) in enumerate(zip(keys, records, strict=True)):
            place = earlier.get(key, fresh.get(key))
            if place is None:
                fresh[key] = self._pack(record.where)
            else:
                found[position] = self._unpack(place)
        self._add(fresh)
        return found

    def _look_up(self, keys: list[int]) -> dict[int, int]:
        wanted = np.array(keys, dtype=np.int64)
        found: dict[int, int] = {}
        for known, places in self._runs:
            at = np.searchsorted(known, wanted)
            at[at == len(known)] = 0
            for hit in np.flatnonzero(known[at] == wanted):
                found[keys[hit]] = int(places[at[hit]])
        return found

    def _add(self, fresh: dict[int, int]) -> None:
        if not fresh:
            return
        known = np.fromiter(fresh.keys(), dtype=np.int64, count=len(fresh))
        places = np.fromiter(fresh.values(), dtype=np.int64, count=len(fresh))
        while self._runs and len(self._runs[-1][0]) <= 2 * len(known):
            other_known, other_places = self._runs.pop()
            known, places = np.concatenate((known, other_known)), np.concatenate((places, other_places))
        order = np.argsort(known, kind="stable")
        self._runs.append((known[order], places[order]))

    def _pack(self, where: Where) -> int:
        name = (where.file, where.sheet)
        number = self._files.setdefault(name, len(self._names))
        if number == len(self._names):
            self._names.append(name)
        return (number << _ROW_BITS) | where.row

    def _unpack(self, place: int) -> Where:
        file, sheet = self._names[place >> _ROW_BITS]
        return Where(file, sheet, place & ((1 << _ROW_BITS) - 1))


def _identity(record: Record) -> Hashable:
    """What makes two rows of one source the same: kind and id, or an edge's type, ends and start of validity."""
    node = record.node
    if node is not None:
        return node.kind, node.id, node.sources
    return tuple((edge.type, edge.source, edge.target, edge.valid_from, edge.sources) for edge in record.edges)
