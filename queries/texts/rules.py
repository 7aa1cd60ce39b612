"""The declared rules of reading complaints: variants, forms, campaign blocks, agents' phrases, negation, precedence, numbers."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from graph.text import Text
from queries.yaml_file import load_model

Share = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[float, Field(gt=0)]
Words = tuple[Annotated[str, Field(min_length=1)], ...]


class _Declared(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Form(_Declared):
    """A work order's layout: two of its labels tell which form it is; values after ``drop`` labels are not the customer's words."""

    name: str
    keep: Words
    drop: Words


class Block(_Declared):
    """A piece of campaign text: from an opening mark to the end of the sentence or the first word of ``until``, if it holds a word of ``holds``."""

    opens: str
    holds: Words
    until: Words


class Precedence(_Declared):
    """Where ``winner`` is spoken of, what is said for ``over`` counts only by ``factor``."""

    winner: str
    over: Words
    factor: Share
    why: str


class Denials(_Declared):
    """Words that take back what a term says: before it, at the head of its clause, or praise behind it; ``never`` protects questions."""

    before: Words
    clause: Words
    praise: Words
    never: Words
    contrast: Words


class AnchorNumbers(_Declared):
    """Numbers of the text anchor; see ``queries.texts.calibration`` for how they are fitted.

    ``temperature`` and ``elsewhere`` turn evidence into probabilities; ``lexicon`` and
    ``trained`` are the exponents of the blend with a model, ``flatness`` its temperature; ``conceded`` is the share that words before a "but"
    keep; ``least`` the probability below which nothing is said; ``category`` the weight of a category's name in the text.
    """

    temperature: Positive
    elsewhere: Positive
    lexicon: Positive
    trained: Positive
    flatness: Positive
    conceded: Share
    least: Share
    category: Share


class ReadingRules(_Declared):
    """All of them, with the version that answers name."""

    version: Annotated[str, Field(min_length=1)]
    variants: dict[str, str]
    classes: dict[str, Words]
    forms: tuple[Form, ...]
    blocks: tuple[Block, ...]
    phrases: Words
    denials: Denials
    precedence: tuple[Precedence, ...]
    numbers: AnchorNumbers


def load_rules(path: Path | None = None) -> ReadingRules:
    """The shipped rules, or those of a customer's file of the same layout.

    Raises InputError when the file cannot be read or a value is missing, unknown or out of bounds.
    """
    return load_model(
        ReadingRules, path, "queries/texts/reading.yaml",
        file=Text("文本规则文件", "the file of reading rules"), entry=Text("文本规则", "reading rule"),
    )  # fmt: skip
