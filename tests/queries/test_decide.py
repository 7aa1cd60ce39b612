"""Step 4: what may be named, from probabilities alone."""

from __future__ import annotations

import pytest

from graph.case import Subject
from graph.framework import Framework
from graph.records import EdgeRow, NodeRow, Ref
from queries.decide import decide
from queries.evidence import SILENT
from queries.hypothesis import Hypothesis
from queries.parameters import DecisionNumbers
from queries.view import View

USUAL = DecisionNumbers(probability=0.6, lead=0.15)
PLACES = {"A1": "S1", "A2": "S1", "B1": "S2", "C1": "S3", "X": None}
DOMAINS = {"S1": "D1", "S2": "D1", "S3": "D2"}
SUBJECTS = (None, Subject(Ref("Product", "P"), {}), Subject(Ref("Product", "Q"), {}))


@pytest.fixture(scope="module")
def points():
    nodes = [NodeRow("ControlPoint", p, {}) for p in PLACES] + [NodeRow("Stage", s, {}) for s in DOMAINS]
    edges = [EdgeRow("AT", Ref("ControlPoint", p), Ref("Stage", s), {}) for p, s in PLACES.items() if s]
    edges += [EdgeRow("IN_DOMAIN", Ref("Stage", s), Ref("Domain", d), {}) for s, d in DOMAINS.items()]
    nodes += [NodeRow("Domain", d, {}) for d in sorted(set(DOMAINS.values()))]
    view = View(Framework(nodes, edges, 1, "Asia/Shanghai"), "2026-01-01")
    return {point.id: point for point in view.points}


def decided(points, shares, nulls, numbers=USUAL, *, anchored=True):
    """``shares``: {point or point/side: probability}; sides number the subjects, 0 is none."""
    hypotheses = []
    for name in shares:
        point, _, side = name.partition("/")
        hypotheses.append(Hypothesis(0, points[point], SUBJECTS[int(side or 0)], int(side or 0), 0, SILENT, SILENT, 0))
    return decide(hypotheses, list(shares.values()), nulls, numbers, anchored=anchored)


@pytest.mark.parametrize(
    ("shares", "nulls", "outcome", "named"),
    [
        ({"A1": 0.6, "B1": 0.2}, (0.1, 0.1), "named", ("A1", "S1", "D1")),
        ({"A1": 0.6 - 1e-12, "B1": 0.2}, (0.1, 0.1), "named", ("A1", "S1", "D1")),  # equal but for rounding
        ({"A1": 0.59, "A2": 0.01, "C1": 0.2}, (0.1, 0.1), "stage", (None, "S1", "D1")),
        ({"A1": 0.35, "A2": 0.25, "C1": 0.2}, (0.1, 0.1), "stage", (None, "S1", "D1")),
        ({"A1": 0.35, "B1": 0.3, "C1": 0.15}, (0.1, 0.1), "domain", (None, None, "D1")),
        ({"A1": 0.2}, (0.7, 0.1), "no_internal_cause", None),
        ({"X": 0.8}, (0.1, 0.1), "named", ("X", None, None)),
    ],
)
def test_the_lowest_level_that_stands_out_is_named(points, shares, nulls, outcome, named):
    decision = decided(points, shares, nulls)
    assert (decision.outcome, decision.reason) == (outcome, None)
    assert (decision.named and decision.named[:3]) == named


@pytest.mark.parametrize(
    ("shares", "nulls", "reason"),
    [
        ({"A1": 0.2, "C1": 0.1}, (0.1, 0.6), "unmodelled"),
        ({"A1": 0.3, "C1": 0.3}, (0.05, 0.35), "unmodelled"),  # the largest, however small its lead
        ({"A1": 0.35, "C1": 0.05}, (0.25, 0.35), "tie"),
        ({"A1": 0.45, "C1": 0.35}, (0.1, 0.1), "tie"),
        ({"A1": 0.55, "C1": 0.25}, (0.1, 0.1), "no_evidence"),
        ({}, (0.5, 0.5), "tie"),
        ({"X": 0.3, "A1": 0.3}, (0.2, 0.2), "tie"),
    ],
)
def test_why_it_is_unknown(points, shares, nulls, reason):
    decision = decided(points, shares, nulls)
    assert (decision.outcome, decision.reason, decision.named) == ("unknown", reason, None)


def test_without_an_anchor_nothing_is_named(points):
    assert decided(points, {}, (0.1, 0.9), anchored=False)[:2] == ("unknown", "no_anchor")


def test_a_stage_is_summed_per_subject_and_a_domain_over_all(points):
    decision = decided(points, {"A1/1": 0.4, "A2/2": 0.4}, (0.1, 0.1))
    assert decision.outcome == "domain"
    assert decided(points, {"A1/1": 0.4, "A2/1": 0.4}, (0.1, 0.1)).named.subject == Ref("Product", "P")


def test_the_lead_binds_once_the_threshold_is_lowered(points):
    low = DecisionNumbers(probability=0.3, lead=0.15)
    assert decided(points, {"A1": 0.4, "C1": 0.3}, (0.15, 0.15), low).outcome == "unknown"
    assert decided(points, {"A1": 0.4, "C1": 0.2}, (0.2, 0.2), low).outcome == "named"


def test_an_exact_tie_is_never_named(points):
    greedy = DecisionNumbers(probability=0.1, lead=0)
    assert decided(points, {"A1": 0.4, "C1": 0.4}, (0.1, 0.1), greedy).outcome == "unknown"
