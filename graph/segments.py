"""How texts and questions to them are cut into the pieces that every store's full-text index holds.

Chinese has no blanks between words: a run of Chinese, Japanese or Korean characters becomes its overlapping pairs (套餐费 → 套餐, 餐费), any
other run of letters and digits is one piece. Index and question are cut alike, so that every engine finds the same, and the index itself only
has to compare pieces.
"""

from __future__ import annotations

import re
import unicodedata

from graph.errors import UsageError
from graph.text import Text
from graph.values import clip

PIECES_VERSION = 1
"""Moves with every change of how texts are cut: stores index their texts anew on upgrade."""
SEARCHED = {"Complaint": "text"}
"""Kind that has a full text → the property it stands in."""
_CJK = (
    "\u3005-\u3007\u3021-\u3029\u3031-\u3035\u3038-\u303c\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003fffd"
)
"""Ideographs, kana and hangul: scripts written without blanks, or searched within words."""
_IDEOGRAPH = re.compile(f"[{_CJK}]")
_PAIR = re.compile(f"(?=([{_CJK}]{{2}}))")
_WORD = re.compile(f"[^\\W_{_CJK}]+")
_RUN = re.compile(f"[{_CJK}]+|{_WORD.pattern}")
_LONGEST = 64
"""Characters of a piece that count: an index refuses endless ones, and none of them is a word."""
_ENOUGH = 64
"""Pieces of a question that an index is asked for: few texts hold so many of them and not the rest."""


class Question:
    """What somebody searches for.

    Raises UsageError where nothing, or a single character, is asked for: an index of pairs cannot answer it, on no store.
    """

    def __init__(self, text: str) -> None:
        self.pieces = pieces(text)[:_ENOUGH]
        """Pieces that a text which answers the question holds: what an index is asked for. Enough of them, not always all."""
        self._runs = tuple(dict.fromkeys(_runs(text)))
        if any(len(run) == 1 and _is_cjk(run) for run in self._runs) or sum(map(len, self._runs)) < 2:
            raise UsageError(
                Text(f"检索词太短：{clip(text)!r}", f"too short to search for: {clip(text)!r}"),
                Text("每个词请至少写两个字", "Write at least two characters for each word"),
            )

    def found_in(self, text: str) -> bool:
        """Whether every run of the question stands in a text: Chinese ones anywhere, others as whole words, in any order."""
        there = frozenset(_runs(text))
        return all(any(run in other for other in there) if _is_cjk(run[0]) else run in there for run in self._runs)


def asked(kind: str, text: str | None) -> Question | None:
    """The question put to a kind, None where there is none.

    Raises UsageError for a question too short to answer and for a kind that has no full text.
    """
    if text is None:
        return None
    if kind not in SEARCHED:
        raise UsageError(
            Text(f"{kind} 没有全文检索", f"{kind} has no full text"),
            Text(f"可检索：{'、'.join(SEARCHED)}", f"Search one of {', '.join(SEARCHED)}"),
        )
    return Question(text)


def pieces(text: str) -> tuple[str, ...]:
    """The different pieces of a text, letters and digits alone; a character that stands alone is none, for nobody can ask for it."""
    plain = _plain(text)
    words = [word[:_LONGEST] for word in _WORD.findall(plain)]
    return tuple(dict.fromkeys(_PAIR.findall(plain) + words))


def _runs(text: str) -> list[str]:
    """Maximal runs of letters and digits that are all CJK or all not."""
    return _RUN.findall(_plain(text))


def _plain(text: str) -> str:
    """A text in one case and one width."""
    return unicodedata.normalize("NFKC", text).casefold()


def _is_cjk(character: str) -> bool:
    return _IDEOGRAPH.match(character) is not None
