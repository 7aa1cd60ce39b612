"""Judges what a match is worth where it stands: nothing when denied or praised, less when conceded before a "but"."""

from __future__ import annotations

import re

from queries.texts.lexicon import Match
from queries.texts.normalise import SENTENCE_END, Normaliser
from queries.texts.rules import Denials
from queries.texts.stripping import _either

_CLAUSE_END = "，、：" + SENTENCE_END
_QUESTION = re.compile(r"[^，。！；\n]*(?:吗|么|嘛|？)")


class Denial:
    """Weighs matches by the words around them."""

    def __init__(self, denials: Denials, conceded: float, normaliser: Normaliser) -> None:
        before, clause, praise, never, contrast = (
            _either([normaliser(word).text for word in words]).pattern
            for words in (denials.before, denials.clause, denials.praise, denials.never, denials.contrast)
        )
        self._before = re.compile(f"(?:{before})\\Z")
        self._clause = re.compile(f"[^，。]{{0,3}}?(?:{clause})")
        self._praise = re.compile(f"[^{_CLAUSE_END}]{{0,4}}?(?:{praise})(?!了|不|像)")
        self._never = re.compile(f"(?:{never})\\Z")
        self._contrast = re.compile(f"[，。]?(?:{contrast})")
        self._conceded = conceded

    def worth(self, chars: str, match: Match) -> float:
        """1 as it stands, 0 when it is taken back, the conceded share when a "but" follows in the same sentence."""
        if self.taken_back(chars, match) is not None:
            return 0.0
        sentence_end = min(
            (at for mark in SENTENCE_END if (at := chars.find(mark, match.end)) >= 0), default=len(chars)
        )
        return self._conceded if self._contrast.search(chars, match.end, sentence_end) else 1.0

    def taken_back(self, chars: str, match: Match) -> tuple[int, int] | None:
        """Where a denial or praise begins and ends that takes a match back, the match included; None where it stands."""
        if match.term.polarity == "ext":
            return None
        clause_start = max(chars.rfind(mark, 0, match.start) for mark in _CLAUSE_END) + 1
        before = self._before.search(chars[clause_start : match.start])
        own_negation = match.term.text.startswith(("没", "不", "未", "无"))
        if before and not own_negation and not self._asked(chars, clause_start, match.start, match.end):
            return clause_start + before.start(), match.end
        denied = self._clause.match(chars, clause_start, match.start)
        if denied and not self._asked(chars, clause_start, denied.end(), match.end):
            return clause_start, match.end
        praised = self._praise.match(chars, match.end)
        return (match.start, praised.end()) if praised else None

    def _asked(self, chars: str, clause_start: int, negation_end: int, end: int) -> bool:
        """Whether a negation only asks: part of a question such as 是不是, or a clause that ends as one."""
        if self._never.search(chars, clause_start, negation_end):
            return True
        return _QUESTION.match(chars, end) is not None
