"""A complaint's characters as features: which runs of one to three characters occur in the customer's words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

Indices = NDArray[np.int64]
LONGEST = 3
_STOPS = re.compile("[" + re.escape("，。！？；：、“”‘’（）()【】「」\n -—…·|/\"'") + "]+")


def grams(text: str) -> frozenset[str]:
    """The runs of 1 to 3 characters of a normalised text; none reaches across a mark."""
    found: set[str] = set()
    for run in _STOPS.split(text):
        for size in range(1, LONGEST + 1):
            found.update([run[at : at + size] for at in range(len(run) - size + 1)])
    return frozenset(found)


def vocabulary(texts: Iterable[frozenset[str]], least: int) -> dict[str, int]:
    """A number for every gram that occurs in at least ``least`` texts, in the order of the grams."""
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update(text)
    return {gram: at for at, gram in enumerate(sorted(gram for gram, count in counts.items() if count >= least))}


def features(text: frozenset[str], numbers: Mapping[str, int]) -> Indices:
    """The numbers of the text's known grams, ascending."""
    return np.array(sorted([numbers[gram] for gram in text if gram in numbers]), dtype=np.int64)
