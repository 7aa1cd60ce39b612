"""Learning from verdicts: the blend gains on texts held back, forgets nothing, and its file is plain numbers."""

from __future__ import annotations

import random
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.anchoring import learned_model, read_text, shipped_terms, text_anchorer
from bench.texts import corpus, measure
from graph.errors import InputError
from ingest.catalogue.example_texts import category_shares
from queries.texts import TextAnchorer
from queries.texts.blend import NOTHING, blended
from queries.texts.learned import Example, load_model, train
from queries.texts.lexicon import NO_INTERNAL_CAUSE
from queries.texts.material import of_texts
from queries.texts.ngrams import grams
from queries.texts.rules import load_rules
from queries.texts.sparse import SparseRows

LEXICON = TextAnchorer(shipped_terms(), load_rules())


def reviewed(count: int, seed: int) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """A simulated reviewer: complaints whose point the person names, wrongly once in twenty, and the complaints held back."""
    chance = random.Random(seed)
    pool = [(text, label) for text, label in (*corpus("held"), *corpus("unseen")) if label != "NONE"]
    chance.shuffle(pool)
    labels = sorted({label for _, label in pool})
    verdicts = [(text, chance.choice(labels) if chance.random() < 0.05 else label) for text, label in pool[:count]]
    return verdicts, pool[count:]


class Learned(NamedTuple):
    blend: TextAnchorer
    held_back: list[tuple[str, str]]


@pytest.fixture(scope="module")
def learned() -> Learned:
    """What 200 verdicts make of the reader."""
    verdicts, held_back = reviewed(200, 1)
    return Learned(TextAnchorer(shipped_terms(), load_rules(), category_shares(), learned_model(verdicts)), held_back)


def test_two_hundred_verdicts_beat_the_lexicon_alone_on_texts_held_back(learned: Learned) -> None:
    alone, both = measure(LEXICON, learned.held_back), measure(learned.blend, learned.held_back)
    assert both.point > alone.point + 0.02
    assert both.stage > alone.stage + 0.02


def test_the_blend_loses_no_point_the_lexicon_had(learned: Learned) -> None:
    seen = 0
    for text, _ in (*corpus("held"), *learned.held_back):
        alone, both = LEXICON.probabilities(text), learned.blend.probabilities(text)
        if not both.abstains:
            seen += 1
            assert set(alone.probabilities) <= {point for point, share in both.probabilities.items() if share > 0}
    assert seen > 200


def test_a_point_no_verdict_spoke_of_can_still_come_first() -> None:
    model = train(
        [Example("断网三天", "NW-02"), Example("乱扣费用", "CP37"), Example("断网", "NW-02"), Example("扣费", "CP37")]
    )
    shares = blended({"CP19": 0.9}, 0.1, model, "官网说可以客服说不行", lexicon=1.0, trained=1.0)
    assert max(shares, key=lambda point: shares[point]) == "CP19"
    assert sum(shares.values()) == pytest.approx(1)
    assert set(shares) == {"CP19", "NW-02", "CP37", NOTHING, NO_INTERNAL_CAUSE}


def test_training_twice_gives_the_same_numbers_and_a_file_brings_them_back(tmp_path: Path) -> None:
    examples = [*of_texts(reviewed(60, 3)[0], LEXICON.clean)]
    one, two = train(examples), train(examples)
    assert one.version == two.version
    one.save(tmp_path / "a.npz")
    two.save(tmp_path / "b.npz")
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()
    back = load_model(tmp_path / "a.npz")
    text = LEXICON.clean("宽带断了三天没人来修")
    assert back.labels == one.labels
    assert np.allclose(np.exp(back.logarithms(text)), np.exp(one.logarithms(text)), atol=2e-3)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 broken", b"not a model"])
def test_a_file_that_is_no_model_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "m.npz").write_bytes(content)
    with pytest.raises(InputError):
        load_model(tmp_path / "m.npz")


def test_a_pickled_object_is_never_run(tmp_path: Path) -> None:
    with (tmp_path / "m.npz").open("wb") as stream:
        np.savez(stream, head=np.array([{"labels": []}], dtype=object))
    with pytest.raises(InputError):
        load_model(tmp_path / "m.npz")


def test_without_terms_the_model_shows_the_runs_of_characters_that_spoke() -> None:
    reader = TextAnchorer((), load_rules(), model=train(of_texts(reviewed(200, 4)[0], LEXICON.clean)))
    told = [said for text, _ in corpus("held") for said in reader.probabilities(text).evidence]
    assert told
    assert {said.term for said in told} == {"≈"}


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.integers(1, 12), st.integers(1, 9), st.integers(0, 10_000))
def test_the_sparse_products_equal_the_dense_ones(height: int, width: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows = [np.sort(rng.choice(width, size=rng.integers(0, width + 1), replace=False)) for _ in range(height)]
    weights = rng.random(width).astype(np.float32) + 0.1
    dense = np.zeros((height, width), dtype=np.float32)
    for at, row in enumerate(rows):
        dense[at, row] = weights[row] / (np.linalg.norm(weights[row]) or 1)
    sparse = SparseRows.of(rows, weights)
    right, left = rng.random((width, 3)).astype(np.float32), rng.random((height, 3)).astype(np.float32)
    assert np.allclose(sparse.times(right), dense @ right, atol=1e-5)
    assert np.allclose(sparse.transposed_times(left), dense.T @ left, atol=1e-5)


def test_grams_do_not_reach_across_marks() -> None:
    assert grams("断网，修") == {"断", "网", "断网", "修"}


def test_the_shipped_reader_answers_three_points_with_words() -> None:
    answer = read_text("昨天有人没经我同意就给我开了彩铃业务，还扣了费", text_anchorer())
    assert answer.anchors[0].target == "ControlPoint:CP27"
    assert len(answer.anchors) == 3
    assert answer.anchors[0].words
