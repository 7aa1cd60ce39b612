"""Turns what is known before any verdict into training examples: the lexicon's terms, categories' examples, complaints of our own making."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from queries.texts.learned import Example
from queries.texts.lexicon import GAP, OR, LexiconTerm

EXPANDED_AT_MOST = 40
"""Alternatives are written out one after the other; a term with more pieces than this says enough by then."""


TERM_WEIGHT = 0.5
"""A list of words is a weaker example than a sentence (halving its weight gained 2 points of 100 on texts left out)."""


def of_terms(terms: Iterable[LexiconTerm], clean: Callable[[str], str]) -> Iterator[Example]:
    """Each term as one short text: its pieces and alternatives, apart from one another. Topics alone are left out."""
    for term in terms:
        if term.polarity != "neu":
            pieces = [word for piece in term.text.split(GAP) for word in piece.split(OR) if "<" not in word]
            if pieces:
                yield Example(clean("，".join(pieces[:EXPANDED_AT_MOST])), term.control_point, TERM_WEIGHT)


def of_texts(texts: Iterable[tuple[str, str]], clean: Callable[[str], str], weight: float = 1.0) -> Iterator[Example]:
    """Labelled complaints; the label is a control point, NO_INTERNAL_CAUSE or NOTHING."""
    for text, label in texts:
        yield Example(clean(text), label, weight)
