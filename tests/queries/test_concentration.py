"""Step 1: how a subject's own earlier complaints move where it hurts, and what is counted for it."""

from __future__ import annotations

import pytest

from graph.case import EpisodeFact
from graph.records import Ref

M, N = "Campaign:M", "Campaign:N"


@pytest.fixture
def two(world):
    """Category K points to V .4 and W .4; KV, KW each to one of them; K2 to both, unevenly; KX nowhere."""
    world.stage("S1", order=1).point("V", "S1").point("W", "S1").points_to("K", {"V": 0.4, "W": 0.4})
    world.points_to("KV", {"V": 0.3}).points_to("KW", {"W": 0.9}).points_to("K2", {"V": 0.2, "W": 0.6})
    return world.node("Category:KX").subject(M).subject(N)


def anchors(answer):
    return {a.control_point.split(":")[1]: a for a in answer.anchors}


def test_without_earlier_complaints_the_category_alone_speaks(two, ask, count):
    answer = ask(two, two.case(about=[M], episodes=count({}, {"KV": 50})))
    assert anchors(answer)["V"].probability == pytest.approx(0.5)
    assert anchors(answer)["V"].concentration is None


def test_the_factor_by_the_formula(two, ask, count):
    answer = ask(two, two.case(about=[M], episodes=count({"KV": 8, "KW": 2, "KX": 2}, {"KV": 30, "KW": 60, "KX": 8})))
    base = {"V": (30 + 1) / (98 + 2), "W": (60 + 1) / (98 + 2)}
    factor = {point: ((n + 10 * base[point]) / (12 + 10)) / base[point] for point, n in {"V": 8, "W": 2}.items()}
    for point, anchor in anchors(answer).items():
        found = anchor.concentration
        assert (found.factor, found.base) == (pytest.approx(factor[point]), pytest.approx(base[point]))
        assert (found.at_point, found.of_subject) == ({"V": 8, "W": 2}[point], 12)
        assert anchor.probability == pytest.approx(factor[point] / sum(factor.values()))


def test_weights_are_normalised_and_several_categories_share_an_episode(two, ask, count):
    episodes = count({"K2": 4}, {"K2": 4})
    both = episodes.about.by_categories | {("KV", "KW"): 2}
    episodes = episodes._replace(about=type(episodes.about)(both))
    found = anchors(ask(two, two.case(about=[M], episodes=episodes)))
    assert found["V"].concentration.at_point == pytest.approx(4 * 0.25 + 2 * 0.5)
    assert found["W"].concentration.at_point == pytest.approx(4 * 0.75 + 2 * 0.5)


def test_the_factor_is_bounded(two, ask, count):
    episodes = count({"KV": 1000}, {"KV": 100, "KX": 1000})
    found = anchors(ask(two, two.case(about=[M], episodes=episodes)))
    assert found["V"].concentration.factor == 3
    episodes = count({"KX": 1000}, {"KV": 1000, "KW": 1000})
    found = anchors(ask(two, two.case(about=[M], episodes=episodes)))
    assert found["V"].concentration.factor == pytest.approx(1 / 3)


def own(day="2026-03-01", about=(M,), categories=("KV",)):
    return EpisodeFact("C0", f"{day}T04:00:00.000000Z", tuple(map(Ref.parse, about)), categories)


def test_the_complaints_own_episode_is_left_out_of_both_counts(two, ask, count):
    mine = two.case(about=[M], repeats=["C0"], episodes=count({"KV": 5}, {"KV": 9}, [own()]))
    found = anchors(ask(two, mine))["V"].concentration
    assert (found.at_point, found.of_subject, found.base) == (4, 4, pytest.approx((8 + 1) / (8 + 2)))


def test_an_own_episode_about_something_else_is_left_out_of_the_whole_alone(two, ask, count):
    other = two.case(about=[M], repeats=["C0"], episodes=count({"KV": 5}, {"KV": 9}, [own(about=(N,))]))
    found = anchors(ask(two, other))["V"].concentration
    assert (found.at_point, found.of_subject, found.base) == (5, 5, pytest.approx((8 + 1) / (8 + 2)))


@pytest.mark.parametrize("day", ["2025-12-14", "2026-03-15"])
def test_an_own_episode_outside_the_window_was_never_counted(two, ask, count, day):
    old = two.case(about=[M], repeats=["C0"], episodes=count({"KV": 5}, {"KV": 9}, [own(day)]))
    assert anchors(ask(two, old))["V"].concentration.of_subject == 5


def test_one_that_stands_alone_but_for_itself_has_no_history(two, ask, count):
    alone = two.case(about=[M], repeats=["C0"], episodes=count({"KV": 1}, {"KV": 9}, [own()]))
    assert anchors(ask(two, alone))["V"].concentration is None


def test_the_explanation_tells_the_counts_where_they_moved_the_anchor(two, ask, count):
    told = ask(two, two.case(about=[M], episodes=count({"KV": 8}, {"KV": 20, "KW": 78}))).explanation
    assert "共有投诉 8 起，约 8 起落在“V”" in told.zh
    assert "8 complaints were about campaign “M”; about 8 of them fall on “V”" in told.en
    assert "90 天" not in ask(two, two.case(about=[M])).explanation.zh
