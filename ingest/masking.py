"""Masks personal data in free text: finds the pieces kind by kind and puts a label, with a stable pseudonym, in the place of each.

The pseudonym is a keyed hash (HMAC-SHA-256) of kind and value, written in letters so that no digit of a number survives: the
same phone in two complaints shows the same letters, and nobody without the key can tell which phone it is. The key lives in
the settings, never in the store. Without a key labels carry no pseudonym.
"""

from __future__ import annotations

import hmac
import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import NamedTuple

from graph.settings import settings
from graph.text import Text
from ingest import masking_names, masking_numbers, masking_places

KINDS: dict[str, Text] = {
    "email": Text("邮箱", "e-mail"),
    "identity": Text("证件号", "identity card"),
    "card": Text("卡号", "bank card"),
    "mobile": Text("手机号", "mobile phone"),
    "landline": Text("电话", "landline"),
    "plate": Text("车牌", "number plate"),
    "name": Text("姓名", "name"),
    "address": Text("地址", "address"),
}
"""What is masked, in the order of the search: a digit that is part of an earlier kind is no part of a later one."""
PSEUDONYM_LETTERS = 7
_WIDE = {0xFF10 + digit: 0x30 + digit for digit in range(10)} | {0xFF0D: 0x2D, 0xFF0B: 0x2B, 0xFF20: 0x40}
_ANY_WIDE = re.compile("[０-９－＋＠]")
_HIDDEN = "\0"
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


class Piece(NamedTuple):
    """Personal data of a kind at start..end (excluded) of a text."""

    kind: str
    start: int
    end: int


class Masked(NamedTuple):
    """The text without personal data, and how many pieces of each kind were taken out."""

    text: str
    counts: Counter[str]


Span = tuple[int, int]
Finder = Callable[[str], Iterator[Span]]
_GROUPS: tuple[tuple[Callable[[str], bool], tuple[tuple[str, Finder], ...]], ...] = (
    (
        masking_numbers.may_hold,
        (
            ("email", masking_numbers.emails),
            ("identity", masking_numbers.identities),
            ("card", masking_numbers.cards),
            ("mobile", masking_numbers.mobiles),
            ("landline", masking_numbers.landlines),
            ("plate", masking_numbers.plates),
        ),
    ),
    (masking_names.may_hold, (("name", masking_names.names),)),
    (masking_places.may_hold, (("address", masking_places.addresses),)),
)
"""Finders by what must be there for any of them to find something; asking that first is what a clean text costs."""


def pieces(text: str) -> list[Piece]:
    """The personal data of a text in reading order; pieces do not overlap."""
    plain = text.translate(_WIDE) if _ANY_WIDE.search(text) else text
    found: list[Piece] = []
    for may_hold, finders in _GROUPS:
        if not may_hold(plain):
            continue
        for kind, find in finders:
            for start, end in list(find(plain)):
                found.append(Piece(kind, start, end))
                plain = plain[:start] + _HIDDEN * (end - start) + plain[end:]
    return sorted(found, key=lambda piece: piece.start)


class Masker:
    """Masks texts with one key.

    Args:
        key: the secret behind the pseudonyms; empty: labels alone.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key

    def __call__(self, text: str) -> Masked:
        """The masked text and the pieces taken out by kind."""
        found = pieces(text)
        if not found:
            return Masked(text, Counter())
        parts: list[str] = []
        done = 0
        for piece in found:
            parts += text[done : piece.start], self._label(piece.kind, text[piece.start : piece.end])
            done = piece.end
        parts.append(text[done:])
        return Masked("".join(parts), Counter(piece.kind for piece in found))

    def _label(self, kind: str, value: str) -> str:
        return f"〔{KINDS[kind].zh}{self.pseudonym(kind, value)}〕"

    def pseudonym(self, kind: str, value: str) -> str:
        """Seven letters that stand for a value: 26⁷ of them, so that two of 10,000 values share one in 0.6 % of stores."""
        if not self._key:
            return ""
        same = "".join(value.translate(_WIDE).split()).casefold()
        if kind in ("identity", "card", "mobile", "landline"):
            same = "".join(char for char in same if char.isalnum())
        if kind == "mobile":
            same = same[-11:]
        digest = hmac.digest(self._key, f"{kind}\0{same}".encode(), "sha256")
        number = int.from_bytes(digest[:8], "big")
        letters = []
        for _ in range(PSEUDONYM_LETTERS):
            number, letter = divmod(number, len(_LETTERS))
            letters.append(_LETTERS[letter])
        return "".join(letters)


def mask(text: str) -> tuple[str, int]:
    """The text with personal data replaced by labels such as 〔手机号〕, and how many pieces were replaced.

    Uses the key of the settings (SUYUAN_MASK_KEY, SUYUAN_MASK_KEY_FILE).
    """
    clean, counts = Masker(settings().mask_secret())(text)
    return clean, counts.total()
