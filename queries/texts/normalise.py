"""Brings texts and terms to one spelling — width, case, simplified characters, mainland words, one negation — and remembers where each character stood."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import NamedTuple

SENTENCE_END = "。！？；\n"
"""What ends a sentence after normalising; a comma does not."""
_NEGATION = re.compile("没有能|没有|没能|未曾|未能|未(?!来|必|知)|不曾")
_BLANK = re.compile(r"[^\S\n]+")
_HALF_PUNCTUATION = str.maketrans({"!": "！", "?": "？", ";": "；", ",": "，", ":": "：", "\r": "\n"})


class Normalised(NamedTuple):
    """A text in one spelling; ``origin[i]`` is the index in ``original`` of the text's character ``i``."""

    text: str
    original: str
    origin: tuple[int, ...]

    def words(self, start: int, end: int) -> str:
        """What the writer wrote where the normalised text has the characters from start up to end (excluded)."""
        stop = self.origin[end] if end < len(self.origin) else len(self.original)
        return self.original[self.origin[start] : stop].strip() if end > start else ""


class Normaliser:
    """Spells texts the one way that terms are spelt, too.

    Args:
        variants: words that mean the same, as written → as the lexicon has it; longer ones go first.
    """

    def __init__(self, variants: Mapping[str, str]) -> None:
        self._characters = _characters()
        spelt = {key.translate(self._characters).lower(): value for key, value in variants.items()}
        self._variants = spelt
        ordered = sorted(spelt, key=lambda word: (-len(word), word))
        rest = f"(?P<no>{_NEGATION.pattern})|(?P<blank>{_BLANK.pattern})"
        self._rewrites = re.compile("|".join((rest, *(re.escape(word) for word in ordered))))

    def __call__(self, original: str) -> Normalised:
        """The text in one spelling, with the place of every character in the original."""
        text = original.translate(self._characters).lower()
        if len(text) != len(original):  # a few letters change their length in lower case: leave the case then
            text = original.translate(self._characters)
        parts: list[str] = []
        origin: list[int] = []
        done = 0
        for match in self._rewrites.finditer(text):
            start, end = match.span()
            kind = match.lastgroup
            new = "没" if kind == "no" else "" if kind == "blank" else self._variants[match[0]]
            parts += text[done:start], new
            origin += range(done, start)
            origin += (min(start + place, end - 1) for place in range(len(new)))
            done = end
        parts.append(text[done:])
        origin += range(done, len(text))
        return Normalised("".join(parts), original, tuple(origin))


@cache
def _characters() -> dict[int, int | str]:
    """One character for one: full width → half, ASCII marks → Chinese ones, traditional → simplified."""
    table: dict[int, int | str] = {0xFF01 + place: 0x21 + place for place in range(94)}
    table |= {0x3000: " ", **_HALF_PUNCTUATION}
    table |= {0xFF01: "！", 0xFF1F: "？", 0xFF1B: "；", 0xFF0C: "，", 0xFF1A: "："}
    for line in files("queries.texts").joinpath("traditional.txt").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            table |= {ord(pair[0]): pair[1] for pair in line.split()}
    return table
