"""The demo province traced as a whole and compared with its planted causes, beside taking every symptom for the cause."""

from __future__ import annotations

import tempfile
from pathlib import Path

from bench.inject_trace import answers
from bench.measure import Figure
from bench.plan import Plan
from bench.trace import demo_store
from ingest.demo.report import Score, compare
from ingest.demo.report_text import read_truth

SEED = 2025
"""That of ``make demo``, whatever the seed of the other worlds, so that a reader of the README can check its figures."""
_SHARES = (
    ("coverage", "complaints for which a control point is named"),
    ("precision", "of these, named as planted"),
    ("false_accusations", "causeless complaints for which one is named all the same"),
)
"""Part of a score, and what it is a share of."""


def run(plan: Plan) -> list[Figure]:
    """Every complaint of the province, whatever the plan asks for."""
    del plan
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        store = demo_store(folder, SEED)
        truth = read_truth(folder / "demo" / "truth" / "truth.csv")
        report = compare(truth, (answer.model_dump(mode="json", by_alias=True) for answer in answers(store)))
        store.close()
    assert report.causeless_share is not None  # there are complaints
    causeless = Figure(
        "demo", f"causeless among {report.complaints:,} complaints, as planted", 100 * report.causeless_share, "%"
    )
    return [causeless, *(_figure(what, name, report.trace, report.symptom) for name, what in _SHARES)]  # fmt: skip


def _figure(what: str, name: str, ours: Score, rival: Score) -> Figure:
    mine, theirs = (round(100 * getattr(score, name), 2) for score in (ours, rival))
    return Figure("demo", what, mine, "%", "taking every symptom for the cause", detail={"rival": f"{theirs:.3g} %"})
