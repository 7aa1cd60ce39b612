"""Takes out what the customer did not say: form fields, campaign texts, agents' phrases; tells which form a text is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from queries.texts.lexicon import GAP, LONGEST_GAP
from queries.texts.normalise import SENTENCE_END, Normalised, Normaliser
from queries.texts.rules import Block, Form, ReadingRules

_LABEL_END = "(?:[】」][：:]?|[：:])"
_FILL = "。"
"""Stands in for every character taken out, so that places stay and nothing matches across."""


class Stripped(NamedTuple):
    """The text with fills where something was taken out, and the name of the form it is (None: no form)."""

    text: Normalised
    form: str | None


class Stripper:
    """Applies the declared patterns; compiled once. Patterns are literal words with gaps, never regular expressions of a file."""

    def __init__(self, rules: ReadingRules, normaliser: Normaliser) -> None:
        self._forms = [_CompiledForm(form, normaliser) for form in rules.forms]
        self._blocks = [_block(block, normaliser) for block in rules.blocks]
        self._phrases = _either([normaliser(phrase).text for phrase in rules.phrases], gaps=True)

    def __call__(self, text: Normalised) -> Stripped:
        """What the customer said."""
        chars = text.text
        form = next((form for form in self._forms if form.fits(chars)), None)
        if form is not None:
            chars = form.strip(chars)
        for block in self._blocks:
            chars = block.sub(_filled, chars)
        chars = self._phrases.sub(_filled, chars)
        return Stripped(text._replace(text=chars), form.name if form is not None else None)


class _CompiledForm:
    def __init__(self, form: Form, normaliser: Normaliser) -> None:
        self.name = form.name
        keep, drop = ([normaliser(label).text for label in labels] for labels in (form.keep, form.drop))
        self._label = re.compile(f"(?:{_either([*keep, *drop]).pattern}){_LABEL_END}")
        self._drop = re.compile(f"(?:{_either(drop).pattern}){_LABEL_END}[^{SENTENCE_END}【「]*")

    def fits(self, chars: str) -> bool:
        """Whether two different labels stand in the text."""
        if "：" not in chars and "】" not in chars:
            return False
        return len({match[0] for match in self._label.finditer(chars)}) >= 2

    def strip(self, chars: str) -> str:
        """Fill every label, and the value of those that are not the customer's words."""
        return self._label.sub(_filled, self._drop.sub(_filled, chars))


def _block(block: Block, normaliser: Normaliser) -> re.Pattern[str]:
    opens, holds, until = (
        re.escape(normaliser(block.opens).text),
        _words(block.holds, normaliser),
        _words(block.until, normaliser),
    )
    inside = f"(?:(?!{until})[^{SENTENCE_END}])"
    return re.compile(f"{opens}(?={inside}{{0,200}}?(?:{holds})){inside}{{0,200}}")


def _words(words: Sequence[str], normaliser: Normaliser) -> str:
    return _either([normaliser(word).text for word in words]).pattern


def _either(words: Sequence[str], *, gaps: bool = False) -> re.Pattern[str]:
    ordered = sorted(set(words), key=lambda word: (-len(word), word))
    escaped = [re.escape(word) for word in ordered]
    if gaps:
        escaped = [word.replace(GAP, f"[^{SENTENCE_END}]{{0,{LONGEST_GAP}}}?") for word in escaped]
    return re.compile("|".join(escaped) or r"(?!)")


def _filled(match: re.Match[str]) -> str:
    return _FILL * len(match[0])
