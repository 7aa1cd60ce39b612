"""Reads a complaint's text: probabilities over control points with the words behind them, or an abstention."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from queries.texts.blend import NOTHING, blended
from queries.texts.denial import Denial
from queries.texts.learned import TextModel
from queries.texts.lexicon import NO_INTERNAL_CAUSE, Lexicon, LexiconTerm, Match
from queries.texts.normalise import Normalised, Normaliser
from queries.texts.rules import ReadingRules
from queries.texts.stripping import Stripper

RESEMBLANCE = "≈"
"""The ``term`` of words that no term of the lexicon holds: the trained model took them for the point's."""
SHOWN_REASONS = 3
HEAVIEST = 0.95
"""A weight above this counts as this: no single phrase is proof."""


class Said(NamedTuple):
    """Words of the text and what they say: for which control point (or NO_INTERNAL_CAUSE), by which term, how heavily."""

    words: str
    term: str
    control_point: str
    weight: float


class TextReading(NamedTuple):
    """What a text says about where it hurts.

    ``probabilities``: control point → probability, likeliest first (ties by id). ``no_internal_cause``: that nothing inside
    failed. ``elsewhere``: that it is none of these. All three sum to 1; an abstention has elsewhere = 1 and no probabilities.
    ``evidence``: the words counted, heaviest first; an abstention may show words too weak to count. ``form``: the work-order form it is.
    """

    probabilities: Mapping[str, float]
    no_internal_cause: float
    elsewhere: float
    evidence: tuple[Said, ...]
    form: str | None
    version: str

    @property
    def abstains(self) -> bool:
        """Whether the text says too little to be used."""
        return self.elsewhere == 1.0


class TextAnchorer:
    """The lexicon's reading of texts; the same text always gives the same reading.

    Args:
        terms: the lexicon: shipped terms, additions, a customer's own; of equal texts for one control point the last counts.
        rules: how texts are read.
        categories: name of a complaint category → its share per control point (with NO_INTERNAL_CAUSE).
        model: a trained model whose word is blended in; without one the lexicon speaks alone.
    """

    def __init__(
        self,
        terms: Iterable[LexiconTerm],
        rules: ReadingRules,
        categories: Mapping[str, Mapping[str, float]] | None = None,
        model: TextModel | None = None,
    ) -> None:
        self.rules = rules
        self._model = model
        self._normalise = Normaliser(rules.variants)
        self._strip = Stripper(rules, self._normalise)
        self._denial = Denial(rules.denials, rules.numbers.conceded, self._normalise)
        latest = {(term.text, term.control_point): term for term in terms}
        self._lexicon = Lexicon(latest.values(), self._normalise, rules.classes)
        self._categories = {self._normalise(name).text: (name, shares) for name, shares in (categories or {}).items()}

    def probabilities(self, text: str) -> TextReading:
        """What the text says; see ``TextReading``."""
        whole = self._normalise(text)
        stripped, form = self._strip(whole)
        matches = self._lexicon.matches(stripped)
        said = self._said(whole, stripped, matches)
        shares, open_share = self._shares(said)
        version = self.rules.version
        upheld = self._upheld(stripped, matches) if self._model is not None else ""
        if self._model is not None:
            numbers = self.rules.numbers
            shares = blended(shares, open_share, self._model, upheld, lexicon=numbers.lexicon, trained=numbers.trained)
            open_share = shares.pop(NOTHING)
            shares, open_share = _flattened(shares, open_share, numbers.flatness)
            version = f"{version}+{self._model.version}"
        ranked = dict(sorted(shares.items(), key=lambda pair: (-round(pair[1], 9), pair[0])))
        best = next(iter(ranked), None)
        if best is None or ranked[best] < max(open_share, self.rules.numbers.least):
            return TextReading({}, 0.0, 1.0, said, form, version)
        if self._model is not None and all(one.control_point != best for one in said):
            said += tuple(
                Said(gram, RESEMBLANCE, best, value) for gram, value in self._model.reasons(upheld, best, SHOWN_REASONS)
            )
        outside = ranked.pop(NO_INTERNAL_CAUSE, 0.0)
        return TextReading(ranked, outside, open_share, said, form, version)

    def clean(self, text: str) -> str:
        """The customer's own words in one spelling: what a model is trained on."""
        return self._strip(self._normalise(text)).text.text

    def _upheld(self, stripped: Normalised, matches: Sequence[Match]) -> str:
        """The text without what it denies: the trained model knows words and no negation."""
        cut = [span for match in matches if (span := self._denial.taken_back(stripped.text, match)) is not None]
        gone = {at for start, end in cut for at in range(start, end)}
        return "".join(char for at, char in enumerate(stripped.text) if at not in gone)

    def _said(self, whole: Normalised, stripped: Normalised, matches: Sequence[Match]) -> tuple[Said, ...]:
        """The words that count with the weight they count by, heaviest first."""
        found: list[tuple[Match, float]] = []
        for match in matches:
            worth = self._denial.worth(stripped.text, match)
            if worth:
                found.append((match, min(HEAVIEST, match.term.weight) * worth))
        failing = {match.term.control_point for match, _ in found if match.term.polarity != "neu"}
        said = [
            Said(match.words, match.term.text, match.term.control_point, weight)
            for match, weight in found
            if match.term.control_point in failing
        ]
        for spelt, (name, shares) in self._categories.items():
            if spelt in whole.text:
                said += (
                    Said(name, name, point, share * self.rules.numbers.category)
                    for point, share in sorted(shares.items())
                )
        return tuple(sorted(said, key=lambda one: (-one.weight, one.control_point, one.term)))

    def _shares(self, said: tuple[Said, ...]) -> tuple[dict[str, float], float]:
        """The lexicon's probability per point and what it leaves open.

        Evidence −ln Π(1−w) per point, precedence, then evidence^(1/T) against a constant that stands for elsewhere.
        """
        numbers = self.rules.numbers
        evidence: dict[str, float] = defaultdict(float)
        for one in said:
            evidence[one.control_point] -= math.log1p(-one.weight)
        for rule in self.rules.precedence:
            for point in rule.over:
                if 0 < evidence.get(point, 0.0) <= 2 * evidence.get(rule.winner, 0.0):
                    evidence[point] *= rule.factor
        raised = {point: evidence[point] ** (1 / numbers.temperature) for point in sorted(evidence)}
        total = math.fsum(raised.values()) + numbers.elsewhere
        return {point: value / total for point, value in raised.items()}, numbers.elsewhere / total


def _flattened(shares: Mapping[str, float], open_share: float, temperature: float) -> tuple[dict[str, float], float]:
    """The same distribution at a temperature: above 1 flatter, below 1 sharper."""
    raised = {point: value ** (1 / temperature) for point, value in shares.items()}
    rest = open_share ** (1 / temperature)
    total = math.fsum(raised.values()) + rest
    return {point: value / total for point, value in raised.items()}, rest / total
