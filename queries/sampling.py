"""Which complaints to look at again: a random sample for review, the same for the same seed whatever the order of the rows.

Every complaint gets a lot, the SHA-256 of seed and id; the smallest lots are drawn. That is a simple random sample, needs one
pass and a heap, and a complaint loaded later leaves the others' lots as they are.
"""

from __future__ import annotations

import hashlib
import heapq
from collections.abc import Iterable, Mapping
from typing import NamedTuple


class Drawn(NamedTuple):
    """A drawn complaint and the home unit it stands for (empty: none)."""

    complaint: str
    unit: str


class Sample(NamedTuple):
    """The drawn complaints in id order, and how many there were to draw from."""

    drawn: tuple[Drawn, ...]
    population: int


def lot(seed: int, complaint: str) -> int:
    """A complaint's lot: 128 bits that look random and depend on seed and id alone."""
    return int.from_bytes(hashlib.sha256(f"{seed}|{complaint}".encode()).digest()[:16])


def sample(complaints: Iterable[tuple[str, str]], size: int, seed: int, *, stratified: bool) -> Sample:
    """A random sample of complaints.

    Stratified by home unit, each unit gets its proportional part, rounded up or down by chance, so that every complaint is as
    likely to be drawn as any other and figures from the sample need no weights.

    Args:
        complaints: id and home unit of each, every one once.
        size: how many to draw; all, where there are fewer.
        seed: the seed.
        stratified: whether units get their proportional part.
    """
    lots: dict[str, list[tuple[int, str]]] = {}
    counts: dict[str, int] = {}
    units: dict[str, str] = {}
    for complaint, unit in complaints:
        stratum = unit if stratified else ""
        counts[stratum] = counts.get(stratum, 0) + 1
        heap = lots.setdefault(stratum, [])
        entry = (-lot(seed, complaint), complaint)
        if len(heap) < size:
            heapq.heappush(heap, entry)
        elif entry > heap[0]:
            units.pop(heapq.heapreplace(heap, entry)[1])
        else:
            continue
        units[complaint] = unit
    parts = shares(counts, size, seed)
    drawn = [
        Drawn(complaint, units[complaint])
        for stratum, heap in lots.items()
        for _, complaint in sorted(heap, reverse=True)[: parts[stratum]]
    ]
    return Sample(tuple(sorted(drawn)), sum(counts.values()))


def shares(counts: Mapping[str, int], size: int, seed: int) -> dict[str, int]:
    """How many of each stratum: its proportional part on average over the seeds, never off by one, together ``size``.

    Systematic rounding (Madow 1949): the parts laid end to end in name order, shifted by one random fraction, and cut at whole
    numbers. Largest remainders would always favour the same units.
    """
    total = sum(counts.values())
    size = min(size, total)
    shift, found, laid = lot(seed, "") * total, {}, 0
    for name in sorted(counts):
        before, laid = laid, laid + counts[name] * size
        found[name] = _whole(laid, shift, total) - _whole(before, shift, total)
    return found


def _whole(laid: int, shift: int, total: int) -> int:
    """⌊laid / total + fraction⌋ in whole numbers; ``shift`` is the fraction · 2¹²⁸ · total."""
    return ((laid << 128) + shift) // (total << 128)
