"""A second reading of the definition, sharing no code with the questions, finds the same probabilities over the demo province."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from bench.plain_trace import PlainTrace
from bench.trace import demo_store
from queries.parameters import load_parameters
from queries.scoring import score


@pytest.mark.slow
def test_probabilities_equal_the_second_reading(tmp_path: Path) -> None:
    store = demo_store(tmp_path)
    framework, parameters = store.framework(), load_parameters()
    plain = PlainTrace(framework)
    outcomes = set()
    for case in list(store.cases())[::7]:
        scored = score(framework, case, parameters)
        found = {(h.point.id, h.subject.ref if h.subject else None): h.probability for h in scored.hypotheses}
        wanted = plain.probabilities(case)
        nulls = {"no_internal_cause": scored.no_internal_cause.probability, "unmodelled": scored.unmodelled.probability}
        assert {**found, **nulls}.keys() == wanted.keys()
        assert all(math.isclose(p, wanted[h], abs_tol=1e-9) for h, p in {**found, **nulls}.items()), case.id
        outcomes.add(scored.decision.outcome)
    store.close()
    assert outcomes == {"named", "stage", "domain", "unknown", "no_internal_cause"}, (
        "the sample must exercise every outcome"
    )
