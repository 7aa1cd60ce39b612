"""Finds the terms of a weighted lexicon in a text: plain, gapped and with alternatives, the longest winning over what lies inside it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal, NamedTuple

from graph.errors import InputError
from graph.text import Text
from queries.texts.normalise import SENTENCE_END, Normalised, Normaliser

GAP = "…"
"""Stands in a term for 0 to 8 characters of the same sentence."""
OR = "/"
"""Stands between alternatives of one piece of a term."""
LONGEST_GAP = 8
_CLASS = re.compile(r"<(\w+)>")
_SENTENCE_END = re.compile(f"[{SENTENCE_END}]")
NO_INTERNAL_CAUSE = "NO_INTERNAL_CAUSE"
"""Stands where a control point would, for words that point outside."""
Polarity = Literal["neg", "neu", "ext"]


class LexiconTerm(NamedTuple):
    """Words that point to a control point (or NO_INTERNAL_CAUSE).

    ``text`` may hold ``…`` (a gap) and ``/`` (alternatives of the piece between gaps) and
    ``<class>`` (any word of a declared class). ``weight``: the chance, in (0, 1),
    that a complaint with these words is about the control point. ``polarity``: ``neg`` tells of a failure, ``neu`` names a
    topic and never anchors alone, ``ext`` points outside.
    """

    text: str
    control_point: str
    weight: float
    polarity: Polarity


class Match(NamedTuple):
    """A term found in a text: where it begins and ends, which characters it covers (a bit each), and the words as written."""

    term: LexiconTerm
    start: int
    end: int
    covered: int
    words: str


class _Compiled(NamedTuple):
    """A term with its later pieces: the alternatives of each, and within how many characters one must have ended."""

    term: LexiconTerm
    rest: tuple[tuple[tuple[str, ...], int], ...]


class Lexicon:
    """A set of terms, ready to be looked for; spelling is the normaliser's, so terms may be written as anybody writes.

    Args:
        terms: what to look for.
        normaliser: the spelling of terms and texts.
        classes: name of a class of words → its words, for ``<name>`` inside terms.

    Raises InputError when a term names a class that is not there.

    Finding takes time in proportion to the text and the terms that begin with one of its pairs of characters.
    """

    def __init__(
        self,
        terms: Iterable[LexiconTerm],
        normaliser: Normaliser,
        classes: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        self.terms = tuple(terms)
        self._starts: dict[str, list[tuple[str, _Compiled]]] = defaultdict(list)
        for term in self.terms:
            pieces = [_alternatives(piece, classes or {}, normaliser) for piece in term.text.split(GAP)]
            rest = tuple((piece, LONGEST_GAP + max(map(len, piece))) for piece in pieces[1:])
            for first in pieces[0]:
                self._starts[first[:2]].append((first, _Compiled(term, rest)))

    def matches(self, text: Normalised) -> tuple[Match, ...]:
        """The terms found, in the order of the text, each term once; what lies inside a longer and no lighter match is dropped."""
        found: dict[LexiconTerm, Match] = {}
        for match in self._all(text):
            before = found.get(match.term)
            if before is None or match.covered.bit_count() > before.covered.bit_count():
                found[match.term] = match
        return tuple(match for match in found.values() if not any(_hides(other, match) for other in found.values()))

    def _all(self, text: Normalised) -> Iterator[Match]:
        chars, sentence_ends = text.text, _sentence_ends(text.text)
        last = len(chars) - 1
        for start, char in enumerate(chars):
            for key in (chars[start : start + 2], char) if start < last else (char,):
                for first, compiled in self._starts.get(key, ()):
                    if chars.startswith(first, start):
                        match = _complete(text, sentence_ends, start, start + len(first), compiled)
                        if match is not None:
                            yield match


def _alternatives(piece: str, classes: Mapping[str, Sequence[str]], normaliser: Normaliser) -> tuple[str, ...]:
    """Every spelling of a piece, longer ones first. Raises InputError for a class that nobody declared."""
    words: list[str] = []
    waiting = piece.split(OR)
    while waiting:
        word = waiting.pop()
        named = _CLASS.search(word)
        if named is not None and named[1] not in classes:
            raise InputError(
                Text(
                    f"词条「{piece}」引用了未声明的词类 <{named[1]}>",
                    f"the term {piece!r} names an unknown class <{named[1]}>",
                ),
                Text(f"可用的词类：{'、'.join(sorted(classes))}", f"Known classes: {', '.join(sorted(classes))}"),
            )
        if named is None:
            words.append(normaliser(word).text)
        else:
            waiting += (word[: named.start()] + member + word[named.end() :] for member in classes[named[1]])
    return tuple(sorted(set(words), key=lambda word: (-len(word), word)))


def _sentence_ends(chars: str) -> list[int]:
    """For every place of a text and the one behind it: where its sentence ends."""
    ends: list[int] = []
    for mark in _SENTENCE_END.finditer(chars + SENTENCE_END[0]):
        ends += [mark.start()] * (mark.end() - len(ends))
    return ends


def _complete(
    text: Normalised, sentence_ends: Sequence[int], start: int, end: int, compiled: _Compiled
) -> Match | None:
    """The match whose first piece lies at start..end, or None when a later piece is not near enough."""
    chars = text.text
    covered = _bits(start, end)
    spans = [(start, end)]
    for alternatives, reach in compiled.rest:
        stop = min(sentence_ends[end], end + reach)
        hits = [(at, word) for word in alternatives if end <= (at := chars.find(word, end, stop)) <= end + LONGEST_GAP]
        if not hits:
            return None
        begin, word = min(hits, key=lambda hit: (hit[0], -len(hit[1])))
        end = begin + len(word)
        covered |= _bits(begin, end)
        spans.append((begin, end))
    words = GAP.join(text.words(*span) for span in spans)
    return Match(compiled.term, start, end, covered, words)


def _bits(start: int, end: int) -> int:
    return ((1 << (end - start)) - 1) << start


def _hides(longer: Match, match: Match) -> bool:
    """Whether a match lies inside a longer one that weighs as much or speaks of the same point."""
    return (
        longer.covered != match.covered
        and match.covered & ~longer.covered == 0
        and (longer.term.weight >= match.term.weight or longer.term.control_point == match.term.control_point)
    )
