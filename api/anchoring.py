"""Puts the text anchor together: the catalogue's words, a customer's own, the trained model; answers what a text points to."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from importlib.resources import as_file, files
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from ingest.catalogue import lexicon
from ingest.catalogue.accessors import Term
from ingest.catalogue.example_texts import category_shares, example_texts
from ingest.catalogue.terms import additions, read_terms
from queries.texts import LexiconTerm, TextAnchorer
from queries.texts.learned import Example, TextModel, load_model, train
from queries.texts.lexicon import NO_INTERNAL_CAUSE, Polarity
from queries.texts.material import of_terms, of_texts
from queries.texts.rules import load_rules

SHOWN = 3
VERDICT_WEIGHT = 3.0
"""How many shipped examples one verdict outweighs: it speaks of this customer's own complaints."""
_POLARITIES: dict[str, Polarity] = {"neg": "neg", "neu": "neu", "ext": "ext"}


class Words(BaseModel):
    """Words of the text that spoke for a point, the term they matched (≈: the trained model's word), and how heavily."""

    model_config = ConfigDict(frozen=True)
    words: str
    term: str
    weight: float


class Pointed(BaseModel):
    """A control point (``ControlPoint:id``) or ``no_internal_cause``, its probability and the words behind it."""

    model_config = ConfigDict(frozen=True)
    target: str
    probability: float
    words: list[Words]


class AnchorAnswer(BaseModel):
    """What a text says about where it hurts: the likeliest three; an abstention has none."""

    model_config = ConfigDict(frozen=True)
    abstains: bool
    anchors: list[Pointed]
    no_internal_cause: float
    elsewhere: float
    form: str | None
    version: str


def text_anchorer(own_terms: Path | None = None, model: Path | None = None) -> TextAnchorer:
    """The reader of texts: shipped terms and additions, then a customer's own, with the shipped or a learned model.

    The shipped one is made once; files are read anew, for they may have changed.
    Raises InputError when one of the files cannot be used.
    """
    if own_terms is None and model is None:
        return _shipped_anchorer()
    return TextAnchorer(shipped_terms(own_terms), load_rules(), category_shares(), _model(model))


@lru_cache(maxsize=1)
def _shipped_anchorer() -> TextAnchorer:
    return TextAnchorer(shipped_terms(), load_rules(), category_shares(), _model(None))


def shipped_terms(own: Path | None = None) -> tuple[LexiconTerm, ...]:
    """The lexicon, the additions and the terms of a customer's file, in this order: a later one replaces an equal earlier one."""
    terms: Iterable[Term] = (*lexicon(), *additions(), *(read_terms(own) if own is not None else ()))
    return tuple(LexiconTerm(term.text, term.control_point, term.weight, _POLARITIES[term.polarity]) for term in terms)


def learned_model(verdicts: Iterable[tuple[str, str]], *, own_terms: Path | None = None) -> TextModel:
    """A model trained from the shipped material and from verdicts: a complaint's text and the point a person named.

    The shipped material keeps the points that no verdict speaks of. The order of the verdicts is part of the input.
    """
    clean = TextAnchorer((), load_rules()).clean
    return train([*shipped_examples(own_terms), *of_texts(verdicts, clean, VERDICT_WEIGHT)])


def shipped_examples(own_terms: Path | None = None) -> list[Example]:
    """What the shipped model is trained on: every term, our own complaints, the categories' examples."""
    clean = TextAnchorer((), load_rules()).clean
    return [*of_terms(shipped_terms(own_terms), clean), *of_texts(example_texts(), clean)]


def read_text(text: str, anchorer: TextAnchorer) -> AnchorAnswer:
    """The likeliest three points of a text, each with its words."""
    reading = anchorer.probabilities(text)
    ranked = {f"ControlPoint:{point}": share for point, share in reading.probabilities.items()}
    if reading.no_internal_cause:
        ranked["no_internal_cause"] = reading.no_internal_cause
    likeliest = sorted(ranked, key=lambda target: (-round(ranked[target], 9), target))[:SHOWN]
    return AnchorAnswer(
        abstains=reading.abstains,
        anchors=[
            Pointed(
                target=target,
                probability=ranked[target],
                words=[
                    Words(words=said.words, term=said.term, weight=said.weight)
                    for said in reading.evidence
                    if said.control_point == _point(target)
                ],
            )
            for target in likeliest
        ],
        no_internal_cause=reading.no_internal_cause,
        elsewhere=reading.elsewhere,
        form=reading.form,
        version=reading.version,
    )


def _point(target: str) -> str:
    return NO_INTERNAL_CAUSE if target == "no_internal_cause" else target.removeprefix("ControlPoint:")


def _model(path: Path | None) -> TextModel:
    if path is not None:
        return load_model(path)
    with as_file(files("queries.texts") / "shipped_model.npz") as shipped:
        return load_model(shipped)
