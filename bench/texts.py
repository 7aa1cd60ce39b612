"""Measures the text anchor on the held-out corpora and builds its shipped model: ``python -m bench.texts [build]``."""

from __future__ import annotations

import csv
import sys
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from api.anchoring import shipped_examples, text_anchorer
from ingest.catalogue.tables import rows
from queries.texts import TextAnchorer
from queries.texts.learned import train
from queries.texts.lexicon import NO_INTERNAL_CAUSE

ROOT = Path(__file__).parents[1]
CORPORA = ROOT / "tests" / "data" / "texts"
MODEL = ROOT / "queries" / "texts" / "shipped_model.npz"
PRECISION = 0.8


class Figures(NamedTuple):
    """Shares of the texts about some point: right stage, right point, coverage at precision 0.8; ECE of what was answered.

    ``silent``: abstentions among the texts about nothing; ``milliseconds`` of processor time per text.
    """

    texts: int
    stage: float
    point: float
    answered: float
    coverage: float
    calibration_error: float
    silent: float
    milliseconds: float


def corpus(name: str, part: str | None = None) -> list[tuple[str, str]]:
    """Text and label (NONE: about nothing) of a corpus file, or of one slice of it."""
    with (CORPORA / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        return [
            (row["text"], row["control_point"])
            for row in csv.DictReader(stream)
            if part is None or row["slice"] == part
        ]


def measure(anchorer: TextAnchorer, texts: Iterable[tuple[str, str]]) -> Figures:
    """The figures of one reader on labelled texts; an abstention counts as wrong."""
    stages = {row["code"]: row["stage"] for row in rows("control_points")}
    about = points = stage_right = nothing = silent = 0
    answered: list[tuple[float, bool]] = []
    start = time.process_time()
    readings = [(anchorer.probabilities(text), label) for text, label in texts]
    seconds = time.process_time() - start
    for reading, label in readings:
        shares = dict(reading.probabilities) | (
            {NO_INTERNAL_CAUSE: reading.no_internal_cause} if not reading.abstains else {}
        )
        best = max(shares, key=lambda point: shares[point]) if shares else None
        if best is not None:
            answered.append((shares[best], best == label))
        if label == "NONE":
            nothing += 1
            silent += best is None
            continue
        about += 1
        points += best == label
        stage_right += _stage(shares, stages) == stages.get(label, label)
    return Figures(
        len(readings), stage_right / about, points / about, len(answered) / len(readings),
        _coverage(answered) / len(readings), _calibration_error(answered), silent / max(1, nothing),
        1000 * seconds / len(readings),
    )  # fmt: skip


def _stage(shares: Mapping[str, float], stages: Mapping[str, str]) -> str | None:
    sums: Counter[str] = Counter()
    for point, share in shares.items():
        sums[stages.get(point, point)] += share  # type: ignore[assignment]  # a Counter of floats
    return max(sorted(sums), key=lambda stage: sums[stage]) if sums else None


def _coverage(answered: list[tuple[float, bool]]) -> int:
    """How many of the surest answers can be given before fewer than PRECISION of them are right."""
    right = best = 0
    for count, (_, good) in enumerate(sorted(answered, reverse=True), 1):
        right += good
        if right >= PRECISION * count:
            best = count
    return best


def _calibration_error(answered: list[tuple[float, bool]]) -> float:
    """Expected calibration error over ten equal bins (Naeini and others 2015)."""
    bins: dict[int, list[tuple[float, bool]]] = {}
    for share, good in answered:
        bins.setdefault(min(9, int(share * 10)), []).append((share, good))
    return sum(abs(sum(s for s, _ in one) - sum(g for _, g in one)) for one in bins.values()) / max(1, len(answered))


def build() -> None:
    """Train the shipped model anew from the shipped material and write it."""
    model = train(shipped_examples(), name="text-shipped")
    model.save(MODEL)
    print(f"{model.version}: {model.examples} examples, {len(model.grams)} grams, {MODEL.stat().st_size:,} bytes")


def main() -> None:
    """Build, when asked to; then measure."""
    if sys.argv[1:] == ["build"]:
        build()
    for name, part in (("held", None), ("unseen", "calibrate"), ("unseen", "held")):
        figures = measure(text_anchorer(), corpus(name, part))
        print(name, part or "", " ".join(f"{key}={value:.3f}" for key, value in figures._asdict().items()))


if __name__ == "__main__":
    main()
