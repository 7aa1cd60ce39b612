"""Proposes complaints whose texts are nearly the same, by MinHash and a check of what it finds; nothing is ever written from it.

MinHash: A. Broder, "On the resemblance and containment of documents" (1997); banding as in Leskovec, Rajaraman and Ullman,
"Mining of Massive Datasets", chapter 3. Texts are compared by the set of their runs of four characters.
"""

from __future__ import annotations

import unicodedata
import zlib
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel

from graph.store import Store

RUN = 4
"""Characters in a run: long enough that two Chinese sentences share one seldom by chance."""
SHORTEST = 12
"""Texts with fewer characters are not compared: too little to tell a copy from a coincidence."""
BANDS, ROWS = 16, 4
"""Two texts of likeness s share a band with probability 1 − (1 − s⁴)¹⁶: 0.99 at 0.7, above 0.999 at 0.8."""
LARGEST_BUCKET = 50
"""Of a larger bucket each text is compared with the first one only: that many copies are a form or a script."""
DEFAULT_LIKENESS = 0.8
_SEED = 621


class Proposal(BaseModel):
    """Two complaints whose texts are alike: ``likeness`` is the share of their runs that both have."""

    first: str
    second: str
    likeness: float


def similar_texts(store: Store, *, likeness: float = DEFAULT_LIKENESS, most: int = 1_000) -> list[Proposal]:
    """Pairs of complaints with nearly the same text, the most alike first.

    Args:
        store: an initialised store.
        likeness: the least share of runs in common, 0..1.
        most: how many pairs at most.
    """
    signer = _Signer()
    buckets: dict[tuple[int, bytes], list[str]] = {}
    for node in store.nodes("Complaint"):
        runs = runs_of(str(node.props.get("text", "")))
        if runs.size:
            for band, key in enumerate(signer.bands(runs)):
                buckets.setdefault((band, key), []).append(node.id)
    found = [
        Proposal(first=first, second=second, likeness=round(alike, 9))
        for first, second, alike in _checked(store, _candidates(buckets.values())) if alike >= likeness
    ]  # fmt: skip
    return sorted(found, key=lambda pair: (-pair.likeness, pair.first, pair.second))[:most]


def runs_of(text: str) -> NDArray[np.uint64]:
    """The hashes of a text's runs, each once, in order; of blanks, width and case nothing is left. Empty for a short text."""
    plain = "".join(char for char in unicodedata.normalize("NFKC", text).casefold() if char.isalnum())
    if len(plain) < SHORTEST:
        return np.empty(0, dtype=np.uint64)
    runs = {zlib.crc32(plain[at : at + RUN].encode("utf-8", "surrogatepass")) for at in range(len(plain) - RUN + 1)}
    return np.array(sorted(runs), dtype=np.uint64)


def _candidates(buckets: Iterable[list[str]]) -> list[tuple[str, str]]:
    pairs: set[tuple[str, str]] = set()
    for ids in buckets:
        starts = ids if len(ids) <= LARGEST_BUCKET else ids[:1]
        for at, first in enumerate(starts):
            pairs.update((first, second) for second in ids[at + 1 :])
    return sorted(pairs)


def _checked(store: Store, pairs: list[tuple[str, str]]) -> Iterable[tuple[str, str, float]]:
    """The pairs with the likeness of their texts, worked out in full."""
    at_once = 500
    for start in range(0, len(pairs), at_once):
        part = pairs[start : start + at_once]
        ids = sorted({id_ for pair in part for id_ in pair})
        runs = {node.id: runs_of(str(node.props.get("text", ""))) for node in store.nodes("Complaint", ids)}
        for first, second in part:
            shared = np.intersect1d(runs[first], runs[second], assume_unique=True).size
            yield first, second, shared / (runs[first].size + runs[second].size - shared)


class _Signer:
    """Turns runs into signatures with fixed hash functions (multiply-shift with odd factors)."""

    def __init__(self) -> None:
        chance = np.random.default_rng(_SEED)
        shape = (BANDS * ROWS, 1)
        self._factors = chance.integers(0, 2**63, shape, dtype=np.uint64) * np.uint64(2) + np.uint64(1)
        self._addends = chance.integers(0, 2**63, shape, dtype=np.uint64)

    def bands(self, runs: NDArray[np.uint64]) -> list[bytes]:
        """The signature's bands as keys."""
        least = ((runs[np.newaxis, :] * self._factors + self._addends) >> np.uint64(32)).min(axis=1)
        return [least[band * ROWS : (band + 1) * ROWS].tobytes() for band in range(BANDS)]
