"""How right the shipped reader is on complaints held back from its making; the corpora are described in docs/texts.md."""

from __future__ import annotations

from api.anchoring import text_anchorer
from bench.texts import corpus, measure


def test_on_the_held_half_of_our_corpus() -> None:
    figures = measure(text_anchorer(), corpus("held"))
    assert figures.stage >= 0.80
    assert figures.point >= 0.70
    assert figures.coverage >= 0.60
    assert figures.calibration_error <= 0.10


def test_the_corpus_is_large_and_broad_enough() -> None:
    labels = [label for _, label in corpus("held")]
    assert len(labels) + 288 >= 400
    assert len(set(labels) - {"NONE", "NO_INTERNAL_CAUSE"}) >= 40


def test_on_texts_that_the_words_were_not_written_for_it_stays_useful() -> None:
    figures = measure(text_anchorer(), corpus("unseen", "held"))
    assert figures.point >= 0.45
    assert figures.stage >= 0.55
    assert figures.silent >= 0.5
