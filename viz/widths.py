"""How wide a text will be drawn, and texts clipped to a width, without asking a browser.

Widths are in em (1 em = the font size). East-Asian wide, fullwidth and ambiguous characters take one em
(Unicode Standard Annex #11); the others take what a sans-serif face gives their class, rounded up, so that
a clipped text fits its box in any of the fonts the page names.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from graph.subgraph import Label

ELLIPSIS = "…"
_LATIN: dict[str, float] = {
    char: em
    for chars, em in (
        (" .,:;'|!`iIjl", 0.3),
        ('()[]{}/\\"-frtJ', 0.39),
        ("csvxyzkL", 0.49),
        ("ae", 0.53),
        ("DGHNOQU", 0.77),
        ("w", 0.8),
        ("mMW@%&", 0.95),
    )
    for char in chars
}
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@lru_cache(maxsize=4096)
def _char(char: str) -> float:
    if unicodedata.combining(char) or unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0.0
    if unicodedata.east_asian_width(char) in ("W", "F", "A"):
        return 1.0
    if char in _LATIN:
        return _LATIN[char]
    if not char.isascii():
        return 1.0  # an unknown script: assume the worst
    return 0.67 if char.isupper() else 0.59


def advance(text: str) -> float:
    """The width of one line of text in em, estimated from above."""
    return sum(map(_char, text))


def one_line(text: str) -> str:
    """A text as one plain line: blanks folded, control characters and marks that reorder other text taken out."""
    kept = (
        " " if char.isspace() else char
        for char in text
        if char not in _BIDI and (char.isspace() or unicodedata.category(char) != "Cc")
    )
    return " ".join("".join(kept).split())


def clip(text: str, em: float) -> str:
    """One line of at most ``em`` em, ending in ``…`` where something was cut off; a text that fits is unchanged."""
    if advance(text) <= em:
        return text
    room = em - _char(ELLIPSIS)
    width, end = 0.0, 0
    for char in text:
        width += _char(char)
        if width > room:
            break
        end += 1
    return text[:end].rstrip() + ELLIPSIS


def shorten(text: str, characters: int) -> Label:
    """A text cut to a number of characters; what was cut is not hidden: the cut end says how long the whole is."""
    if len(text) <= characters:
        return Label(zh=text, en=text)
    head, whole = text[:characters].rstrip(), len(text)
    return Label(zh=f"{head}…（全文共 {whole} 字）", en=f"{head}… ({whole} characters in all)")
