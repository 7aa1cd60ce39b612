"""The formulas of learning against a plain recount: votes along the most probable ways, Beta counts, w = (20·w0 + n) / (20 + n_u)."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from queries.learned import causes_of, moved, null_rate, stops_of, unmodelled_floor
from queries.learning import Lesson, learn
from queries.model import model_on
from queries.parameters import Parameters, Votes
from queries.scoring import score
from queries.verdicts import Judged, ruling
from queries.view import view_on
from tests.queries.random_world import fill

UNTIL = "2026-12-31T00:00:00.000000Z"


def lesson(case: Any, outcome: str = "named", point: str = "", *, subject: str = "", sampled: str = "random", day: int = 1) -> Lesson:  # fmt: skip
    """A case with the one verdict it has."""
    moment = f"2026-04-{day:02}T00:00:00.000000Z"
    verdict = ruling(
        case.id, outcome=outcome, control_point=point, subject=subject, by="", sampled=sampled, event_at=moment, reason="", answer="{}",
    )  # fmt: skip
    return Lesson(case, Judged(verdict, moment, moment if sampled == "random" else "", sampled == "dispute"))


def most_probable_way(onward: dict[str, dict[str, float]], start: str, end: str) -> tuple[str, ...] | None:
    """The best simple way by trying every one (of equal ones any: weights are random, so there are none)."""
    best: tuple[float, tuple[str, ...]] = (-1.0, ())
    stack = [(1.0, (start,))]
    while stack:
        share, way = stack.pop()
        if way[-1] == end:
            best = max(best, (share, way))
            continue
        stack += [(share * p, (*way, n)) for n, p in onward[way[-1]].items() if n not in way and p > 0]
    return best[1] or None


def began_at(onward: dict[str, dict[str, float]], stops: dict[str, float], start: str, end: str) -> float:
    """π by following the mass for a thousand steps."""
    mass, total = {start: 1.0}, 0.0
    for _ in range(1000):
        total += mass.get(end, 0.0) * stops[end]
        after: dict[str, float] = {}
        for point, share in mass.items():
            for cause, p in onward[point].items():
                after[cause] = after.get(cause, 0.0) + share * p
        mass = after
    return total


def recount(world: Any, cases: list[Lesson], parameters: Parameters) -> dict[str, dict[Any, float]]:
    """Votes, by brute force; only the anchors are taken from the trace."""
    framework = world.framework()
    counts: dict[str, dict[Any, float]] = {"edge": {}, "hits": {}, "misses": {}}
    raw = {
        p: {e.target.id: float(str(e.props["weight"])) for e in framework.edges("CAUSED_BY") if e.source.id == p}
        for p in world.points
    }
    totals = {p: sum(w.values()) for p, w in raw.items()}
    own = {p: framework.nodes("ControlPoint")[p].props.get("stop") for p in world.points}
    stops = {
        p: max(0.05, 0.5 if own[p] is None else float(str(own[p]))) if totals[p] > 0 else 1.0 for p in world.points
    }
    onward = {
        p: {c: (1 - stops[p]) * w / totals[p] for c, w in raw[p].items()} if totals[p] > 0 else {} for p in world.points
    }
    for case, found in cases:
        scored = score(framework, case, parameters)
        anchors = {scored.view.points[a.point].id: a.probability for a in scored.anchors.anchors}
        root = found.verdict.control_point
        shares = {a: p * began_at(onward, stops, a, root) for a, p in anchors.items()} if root else {}
        whole = sum(shares.values())
        for anchor, share in shares.items():
            way = most_probable_way(onward, anchor, root) if share > 1e-12 else None
            if way is None:
                continue
            for effect, cause in pairwise(way):
                key = (effect, cause)
                counts["edge"][key] = counts["edge"].get(key, 0.0) + share / whole
                counts["misses"][effect] = counts["misses"].get(effect, 0.0) + share / whole
            if raw[root]:
                counts["hits"][root] = counts["hits"].get(root, 0.0) + share / whole
    return counts


@settings(derandomize=True, deadline=None, max_examples=25)
@given(st.integers(0, 10_000))
def test_votes_and_shares_are_those_of_a_plain_recount(new_world: Callable[[], Any], parameters: Parameters, seed: int) -> None:  # fmt: skip
    rnd = random.Random(seed)
    world = fill(new_world(), seed)
    cases = [
        lesson(world.case(id_=f"C{n}", **world.asked), point=rnd.choice([*world.points, ""]), day=n + 1)
        for n in range(6)
    ]
    learned = learn(world.framework(), cases, parameters, UNTIL)
    assert learned.learned is not None
    counts = recount(world, cases, parameters)
    edges = {(e, c): n for e, of in learned.learned.causes.items() for c, n in of.items()}
    assert edges == pytest.approx(counts["edge"], abs=1e-6)
    for side in ("hits", "misses"):
        found = {p: getattr(v, side) for p, v in learned.learned.stop.items() if getattr(v, side)}
        assert found == pytest.approx(counts[side], abs=1e-6)
    view = view_on(world.framework(), "2026-03-15")
    for place, (before, after) in enumerate(zip(view.causes, causes_of(view, learned), strict=True)):
        point, total = view.points[place].id, sum(w for _, w in before)
        n_u = sum(counts["edge"].get((point, view.points[c].id), 0.0) for c, _ in before)
        for (cause, w0), (_, w) in zip(before, after, strict=True):
            if n_u:
                n_uv = counts["edge"].get((point, view.points[cause].id), 0.0)
                assert w == pytest.approx((20 * w0 / total + n_uv) / (20 + n_u), abs=1e-6)
    for place, stop in enumerate(stops_of(view, learned)):
        point = view.points[place]
        yes, no = (counts[side].get(point.id, 0.0) for side in ("hits", "misses"))
        if yes + no:
            s0 = max(0.05, 0.5 if point.stop is None else point.stop)
            assert stop == pytest.approx((20 * s0 + yes) / (20 + yes + no), abs=1e-6)
    assert model_on(world.framework(), "2026-03-15", learned).upstream.row(0)


@settings(derandomize=True, deadline=None, max_examples=60)
@given(st.floats(0, 1), st.floats(0, 1e6), st.floats(0, 1e6))
def test_a_share_moves_from_what_was_assumed_towards_what_was_seen(share: float, yes: float, no: float) -> None:
    found = moved(share, Votes(hits=yes, misses=no), 20)
    assert found == pytest.approx((20 * share + yes) / (20 + yes + no))
    seen = yes / (yes + no) if yes + no else share
    assert min(share, seen) - 1e-9 <= found <= max(share, seen) + 1e-9
    assert moved(share, None, 20) == share


@pytest.fixture
def simple(world: Any) -> Any:
    """A hurts, caused by B (.7) or C (.3); category K sees A in 85 of 100, no cause inside in 10."""
    world.stage("S").point("A", "S").point("B", "S").point("C", "S")
    world.caused_by("A", {"B": 0.7, "C": 0.3}).points_to("K", {"A": 0.8})
    world.node("Category:K", null_rate=0.1).node("Category:L")
    return world


def test_null_rates_are_beta_counts_of_complaints(simple: Any, parameters: Parameters) -> None:
    cases = [lesson(simple.case(id_=f"C{n}"), "no_internal_cause") for n in range(6)]
    cases += [lesson(simple.case(id_=f"D{n}"), point="B") for n in range(4)]
    cases += [lesson(simple.case(id_=f"E{n}", categories=("K", "L")), "no_internal_cause") for n in range(2)]
    cases += [lesson(simple.case(id_=f"F{n}", categories=()), "no_internal_cause") for n in range(3)]
    learned = learn(simple.framework(), cases, parameters, UNTIL)
    assert null_rate("K", 0.1, learned) == pytest.approx((20 * 0.1 + 6 + 1) / (20 + 10 + 1))
    assert null_rate("L", None, learned) == pytest.approx((20 * 0.1 + 1) / (20 + 1))
    assert null_rate("", None, learned) == pytest.approx((20 * 0.1 + 3) / (20 + 3))
    assert null_rate("M", 0.4, learned) == 0.4


def test_the_floor_of_unmodelled_counts_where_it_decides(simple: Any, parameters: Parameters) -> None:
    open_ = [lesson(simple.case(id_=f"L{n}", categories=("L",)), "unmodelled") for n in range(5)]
    framework = simple.framework()
    assert unmodelled_floor(learn(framework, open_, parameters, UNTIL)) == 0.1  # the category leaves everything open
    cases = [lesson(simple.case(id_=f"C{n}"), "unmodelled") for n in range(3)]
    cases += [lesson(simple.case(id_=f"D{n}"), point="B") for n in range(4)]
    cases.append(lesson(simple.case(id_="N"), "no_internal_cause"))
    assert unmodelled_floor(learn(framework, cases, parameters, UNTIL)) == pytest.approx((2 + 3) / (20 + 8))


def test_a_root_that_nothing_leads_to_is_unmodelled_and_teaches_no_way(simple: Any, parameters: Parameters) -> None:
    simple.point("Z", "S")
    learned = learn(simple.framework(), [lesson(simple.case(), point="Z")], parameters, UNTIL).learned
    assert learned is not None
    assert (learned.causes, learned.stop, learned.unmodelled) == ({}, {}, Votes(hits=1, misses=0))


def test_disputes_teach_ways_but_no_rates(simple: Any, parameters: Parameters) -> None:
    framework = simple.framework()
    cases = [lesson(simple.case(id_=f"C{n}"), point="C", sampled="dispute") for n in range(5)]
    cases += [lesson(simple.case(id_=f"D{n}"), "no_internal_cause", sampled="dispute") for n in range(5)]
    learned = learn(framework, cases, parameters, UNTIL)
    assert learned.learned is not None
    assert learned.learned.causes == {"A": {"C": 5}}
    assert (learned.learned.no_internal_cause, learned.learned.unmodelled) == ({}, Votes(hits=0, misses=0))
    assert learned.evidence == parameters.evidence
    assert learned.learned.verdicts == {"dispute": 10, "named": 5, "no_internal_cause": 5}


def test_nothing_usable_teaches_nothing(simple: Any, parameters: Parameters) -> None:
    learned = learn(simple.framework(), [lesson(simple.case(), "unknown")], parameters, UNTIL)
    assert learned.learned is not None
    assert learned.learned.verdicts == {"not_usable": 1, "random": 1}
    assert (learned.learned.causes, learned.evidence) == ({}, parameters.evidence)


def test_the_order_of_verdicts_does_not_show(simple: Any, parameters: Parameters) -> None:
    cases = [lesson(simple.case(id_=f"C{n}"), point="ABC"[n % 3], day=n % 5 + 1) for n in range(20)]
    shuffled = random.Random(1).sample(cases, len(cases))
    framework = simple.framework()
    assert learn(framework, cases, parameters, UNTIL) == learn(framework, shuffled, parameters, UNTIL)


def test_learning_learned_numbers_of_another_framework_is_harmless(simple: Any, new_world: Callable[[], Any], parameters: Parameters) -> None:  # fmt: skip
    """A cause that is gone no longer counts; one that is new keeps its assumed part; rows still sum to 1."""
    learned = learn(
        simple.framework(), [lesson(simple.case(id_=f"C{n}"), point="B") for n in range(10)], parameters, UNTIL
    )
    other = new_world().stage("S").point("A", "S").point("C", "S").point("D", "S")
    other.caused_by("A", {"C": 0.5, "D": 0.5}).points_to("K", {"A": 0.8})
    view = view_on(other.framework(), "2026-03-15")
    (row,) = [row for row in causes_of(view, learned) if row]
    assert [w for _, w in row] == [0.5, 0.5]
    assert math.fsum(w for _, w in row) == 1
