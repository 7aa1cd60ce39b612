"""A multinomial logistic regression over character n-grams: trained from labelled words, kept in one file, linear enough to show its reasons."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from graph.errors import InputError, Where
from graph.text import Text
from queries.texts.ngrams import features, grams, vocabulary
from queries.texts.sparse import SparseRows

Floats = NDArray[np.float32]
LARGEST_VOCABULARY = 20_000


class Example(NamedTuple):
    """Normalised words and what they speak of (a control point, NO_INTERNAL_CAUSE or NOTHING), counted ``weight`` times."""

    text: str
    label: str
    weight: float = 1.0


class TextModel(NamedTuple):
    """The trained numbers: gram → row (``grams`` in row order), one column of coefficients per label, and the version that answers name.

    ``importance`` is the inverse document frequency of each gram. ``examples`` counts what it was trained on.
    """

    labels: tuple[str, ...]
    grams: tuple[str, ...]
    numbers: dict[str, int]
    importance: Floats
    coefficients: Floats
    version: str
    examples: int

    def logarithms(self, text: str) -> NDArray[np.float64]:
        """ln P(label | text) in the order of the labels; text is normalised and stripped."""
        at, values = self._row(text)
        scores = values @ self.coefficients[at].astype(np.float64)
        scores -= scores.max(initial=0.0)
        return np.asarray(scores - np.log(np.exp(scores).sum()))

    def reasons(self, text: str, label: str, most: int) -> tuple[tuple[str, float], ...]:
        """The grams of two or more characters that spoke most for a label, with their share of the score, largest first."""
        at, values = self._row(text)
        column = values * self.coefficients[at, self.labels.index(label)]
        told = [(self.grams[int(place)], float(value)) for place, value in zip(at, column, strict=True) if value > 0]
        told = sorted((one for one in told if len(one[0]) > 1), key=lambda one: (-one[1], one[0]))
        return tuple(told[:most])

    def _row(self, text: str) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        at = features(grams(text), self.numbers)
        values = self.importance[at].astype(np.float64)
        return at, values / (np.linalg.norm(values) or 1.0)

    def save(self, path: Path) -> None:
        """Write the model as an ``.npz`` without any pickled object."""
        head = json.dumps(
            {"labels": self.labels, "grams": self.grams, "version": self.version, "examples": self.examples},
            ensure_ascii=False,
        )
        with path.open("wb") as stream:
            np.savez_compressed(
                stream,
                head=np.frombuffer(head.encode(), dtype=np.uint8),
                importance=self.importance.astype(np.float16),
                coefficients=self.coefficients.astype(np.float16),
            )


def load_model(path: Path) -> TextModel:
    """A model that was saved; numbers only, nothing in the file is run.

    Raises InputError when the file cannot be read or is no such model.
    """
    try:
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as data:
            head = json.loads(data["head"].tobytes().decode())
            importance, coefficients = (data[name].astype(np.float32) for name in ("importance", "coefficients"))
            runs = tuple(head["grams"])
            numbers = {gram: at for at, gram in enumerate(runs)}
            if coefficients.shape != (len(numbers), len(head["labels"])) or importance.shape != (len(numbers),):
                raise ValueError("shapes differ")
            return TextModel(
                tuple(head["labels"]),
                runs,
                numbers,
                importance,
                coefficients,
                str(head["version"]),
                int(head["examples"]),
            )
    except (OSError, EOFError, ValueError, KeyError, TypeError, BadZipFile) as error:
        raise InputError(
            Text(f"文本模型无法读取：{error}", f"the text model cannot be read: {error}"),
            Text("请核对路径，或重新学习生成", "Check the path, or learn it again"),
            Where(file=str(path)),
        ) from None


def train(
    examples: Iterable[Example], *, name: str = "text-learned", ridge: float = 0.1, rounds: int = 150, least: int = 2
) -> TextModel:
    """Fit the coefficients: Σ weight · cross-entropy + ridge/2 · ‖W‖², by Nesterov's accelerated gradient from zero.

    Deterministic: the same examples in any order give the same vocabulary and labels, in the same order the same numbers.

    Args:
        examples: labelled texts, at least two labels.
        name: what the version begins with; a digest of the numbers follows.
        ridge: strength of the penalty.
        rounds: steps of the gradient.
        least: texts a gram must occur in.
    """
    kept = list(examples)
    texts = [grams(example.text) for example in kept]
    numbers = _vocabulary(texts, least)
    labels = tuple(sorted({example.label for example in kept}))
    frequency = np.zeros(len(numbers))
    for text in texts:
        frequency[features(text, numbers)] += 1
    importance = (np.log((1 + len(texts)) / (1 + frequency)) + 1).astype(np.float32)
    rows = SparseRows.of([features(text, numbers) for text in texts], importance)
    column = {label: at for at, label in enumerate(labels)}
    target = np.array([column[example.label] for example in kept])
    weight = np.array([example.weight for example in kept], dtype=np.float32)
    coefficients = _fit(rows, target, weight, len(labels), ridge, rounds)
    digest = hashlib.sha256(coefficients.astype(np.float16).tobytes()).hexdigest()[:12]
    return TextModel(labels, tuple(numbers), numbers, importance, coefficients, f"{name}-{digest}", len(kept))


def _vocabulary(texts: Sequence[frozenset[str]], least: int) -> dict[str, int]:
    numbers = vocabulary(texts, least)
    if len(numbers) <= LARGEST_VOCABULARY:
        return numbers
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update(text)
    commonest = sorted(numbers, key=lambda gram: (-counts[gram], gram))[:LARGEST_VOCABULARY]
    return {gram: at for at, gram in enumerate(sorted(commonest))}


def _fit(rows: SparseRows, target: NDArray[np.int64], weight: Floats, labels: int, ridge: float, rounds: int) -> Floats:
    step = 1.0 / (0.5 * rows.squared_norm(weight) + ridge)
    point: Floats = np.zeros((rows.columns, labels), dtype=np.float32)
    ahead: Floats = point.copy()
    for turn in range(rounds):
        scores = rows.times(ahead)
        scores -= scores.max(axis=1, keepdims=True)
        shares = np.exp(scores)
        shares /= shares.sum(axis=1, keepdims=True)
        shares[np.arange(len(target)), target] -= 1
        gradient = rows.transposed_times(shares * weight[:, None]) + ridge * ahead
        after: Floats = np.asarray(ahead - step * gradient, dtype=np.float32)
        ahead = np.asarray(after + turn / (turn + 3) * (after - point), dtype=np.float32)
        point = after
    return point
