"""The framework in memory: periods are half-open, walks end, stages have one order, edges are found from both ends."""

from __future__ import annotations

import itertools
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.framework import Framework, basis_of, row_name, valid_on
from graph.records import EdgeRow, NodeRow, Ref

bounded = settings(max_examples=80, deadline=None, derandomize=True)


def node(kind: str, id_: str, **props: Any) -> NodeRow:
    """A node as a store returns it."""
    return NodeRow(kind, id_, props, ("test",))


def edge(edge_type: str, source: str, target: str, **props: Any) -> EdgeRow:
    """An edge between two references written ``Kind:id``."""
    return EdgeRow(edge_type, Ref.parse(source), Ref.parse(target), props, ("test",))


def framework(nodes: list[NodeRow], edges: list[EdgeRow] | None = None) -> Framework:
    """The framework of these rows."""
    return Framework(nodes, edges or [], 1, "Asia/Shanghai")


def stages(
    order: dict[str, int | None], following: list[tuple[str, str]], domains: dict[str, str] | None = None
) -> Framework:
    """Stages with an ``order`` or none, a NEXT chain, and the domain of each."""
    domains = domains or {}
    nodes = [node("Stage", id_, **({} if rank is None else {"order": rank})) for id_, rank in order.items()]
    edges = [edge("NEXT", f"Stage:{a}", f"Stage:{b}") for a, b in following]
    edges += [edge("IN_DOMAIN", f"Stage:{stage}", f"Domain:{domain}") for stage, domain in domains.items()]
    return framework(nodes, edges)


def ranked(built: Framework) -> list[str]:
    """The stages in the order of their ranks, which are 0, 1, 2, …"""
    rank = built.stage_rank
    assert sorted(rank.values()) == list(range(len(rank)))
    return sorted(rank, key=rank.__getitem__)


class TestValidity:
    @pytest.mark.parametrize(
        ("day", "holds"), [("2026-02-28", False), ("2026-03-01", True), ("2026-03-31", True), ("2026-04-01", False)]
    )
    def test_the_first_day_counts_and_the_last_does_not(self, day: str, holds: bool) -> None:
        assert valid_on({"valid_from": "2026-03-01", "valid_to": "2026-04-01"}, day) is holds

    def test_empty_ends_are_open(self) -> None:
        assert valid_on({}, "0001-01-01")
        assert valid_on({"valid_from": "2026-03-01"}, "9999-12-31")
        assert valid_on({"valid_to": "2026-03-01"}, "0001-01-01")
        assert not valid_on({"valid_from": "2026-03-01", "valid_to": "2026-03-01"}, "2026-03-01")

    def test_a_node_is_present_only_when_held_and_valid(self) -> None:
        built = framework([node("Owner", "A", valid_to="2026-03-01")])
        assert built.present(Ref("Owner", "A"), "2026-02-28")
        assert not built.present(Ref("Owner", "A"), "2026-03-01")
        assert not built.present(Ref("Owner", "B"), "2026-02-28")


class TestIndexes:
    def test_an_edge_is_found_from_both_ends_and_in_a_stable_order(self) -> None:
        rows = [
            edge("HELD_BY", "Assignment:1", "Owner:B", valid_from="2026-03-01"),
            edge("HELD_BY", "Assignment:1", "Owner:A", valid_to="2026-03-01"),
            edge("HELD_BY", "Assignment:2", "Owner:A"),
            edge("HELD_BY", "Assignment:1", "Owner:A", valid_from="2026-06-01"),
        ]
        nodes = [node("Owner", "A"), node("Owner", "B"), node("Assignment", "1"), node("Assignment", "2")]
        built, shuffled = framework(nodes, rows), framework(nodes[::-1], rows[::-1])
        first, owner = Ref("Assignment", "1"), Ref("Owner", "A")
        assert built.out("HELD_BY", first) == (rows[1], rows[3], rows[0]) == shuffled.out("HELD_BY", first)
        assert built.into("HELD_BY", owner) == (rows[1], rows[3], rows[2]) == shuffled.into("HELD_BY", owner)
        assert list(built.edges("HELD_BY")) == [rows[1], rows[3], rows[0], rows[2]] == list(shuffled.edges("HELD_BY"))
        assert list(built.nodes("Owner")) == ["A", "B"] == list(shuffled.nodes("Owner"))
        assert built.targets("HELD_BY", first, "2026-04-01") == (Ref("Owner", "B"),)
        assert built.targets("HELD_BY", first, "2026-02-01") == (owner,)

    def test_what_is_not_there_is_empty(self) -> None:
        built = framework([])
        assert built.out("HELD_BY", Ref("Assignment", "1")) == built.into("AT", Ref("Stage", "1")) == ()
        assert list(built.edges("AT")) == []
        assert built.nodes("Stage") == {}
        assert built.get(Ref("Stage", "S")) is None
        assert built.get(Ref("Complaint", "C")) is None
        assert built.stage_rank == {}
        assert built.name(Ref("Stage", "S"), "zh") == "S"

    def test_names_fall_back_to_the_other_language_then_to_the_id(self) -> None:
        assert row_name(node("Stage", "S", name="受理", name_en="Receiving"), "en") == "Receiving"
        assert row_name(node("Stage", "S", name="受理"), "en") == "受理"
        assert row_name(node("Stage", "S", name_en="Receiving"), "zh") == "Receiving"
        assert row_name(node("Stage", "S"), "zh") == "S"

    def test_what_says_nothing_rests_on_the_customer(self) -> None:
        assert basis_of(node("Stage", "S")) == "customer"
        assert basis_of(edge("AT", "ControlPoint:P", "Stage:S", basis="plan")) == "plan"


class TestOrganisation:
    def test_units_above_are_nearest_first_and_follow_the_day(self) -> None:
        rows = [
            edge("PART_OF", "OrgUnit:city", "OrgUnit:old", valid_to="2026-07-01"),
            edge("PART_OF", "OrgUnit:city", "OrgUnit:new", valid_from="2026-07-01"),
            edge("PART_OF", "OrgUnit:old", "OrgUnit:hq"),
            edge("PART_OF", "OrgUnit:new", "OrgUnit:hq"),
        ]
        built = framework([], rows)
        assert built.units_above("city", "2026-06-30") == ("old", "hq")
        assert built.units_above("city", "2026-07-01") == ("new", "hq")
        assert built.units_above("city") == ("new", "old", "hq")
        assert built.units_above("hq") == ()

    @given(st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=16))
    @bounded
    def test_any_tangle_of_units_ends_and_reaches_what_a_search_reaches(self, pairs: list[tuple[int, int]]) -> None:
        built = framework([], [edge("PART_OF", f"OrgUnit:{low}", f"OrgUnit:{high}") for low, high in set(pairs)])
        for start in range(8):
            distance, layer = {start: 0}, {start}
            while layer:
                layer = {high for low, high in pairs if low in layer} - distance.keys()
                distance |= dict.fromkeys(layer, max(distance.values()) + 1)
            found = [int(unit) for unit in built.units_above(str(start))]
            assert found == sorted(distance.keys() - {start}, key=lambda unit: (distance[unit], str(unit)))

    def test_the_unit_of_an_owner_is_the_one_on_the_day(self) -> None:
        rows = [
            edge("BELONGS_TO", "Owner:A", "OrgUnit:old", valid_to="2026-07-01"),
            edge("BELONGS_TO", "Owner:A", "OrgUnit:new", valid_from="2026-07-01"),
        ]
        built = framework([], rows)
        assert built.unit_of(Ref("Owner", "A"), "2026-06-30") == "old"
        assert built.unit_of(Ref("Owner", "A"), "2026-07-01") == "new"
        assert built.unit_of(Ref("OrgUnit", "U")) == "U"
        assert built.unit_of(Ref("Owner", "B")) is None


class TestStageOrder:
    def test_order_decides_within_a_domain(self) -> None:
        assert ranked(stages({"a": 3, "b": 1, "c": 2}, [])) == ["b", "c", "a"]

    def test_without_order_what_follows_what_decides(self) -> None:
        assert ranked(stages(dict.fromkeys("abcd"), [("d", "b"), ("b", "c"), ("c", "a")])) == ["d", "b", "c", "a"]

    def test_domains_come_by_their_order_and_keep_their_stages_together(self) -> None:
        built = Framework(
            [node("Domain", "X", order=2), node("Domain", "Y", order=1), node("Domain", "Z"), *(node("Stage", s, order=o) for s, o in [("a", 1), ("b", 2), ("c", 1), ("d", 1)])],
            [edge("IN_DOMAIN", f"Stage:{s}", f"Domain:{d}") for s, d in [("a", "X"), ("b", "X"), ("c", "Y"), ("d", "Z")]],
            1, "Asia/Shanghai",
        )  # fmt: skip
        assert ranked(built) == ["c", "a", "b", "d"]

    def test_a_circle_of_stages_still_has_an_order_and_what_follows_it_comes_later(self) -> None:
        built = stages(dict.fromkeys("abcz"), [("z", "a"), ("a", "b"), ("b", "a"), ("b", "c")])
        assert ranked(built) == ["z", "a", "b", "c"]

    @given(st.permutations(list("abcdefgh")), st.integers(0, 2**16))
    @bounded
    def test_a_chain_of_any_names_is_ranked_along_itself_whatever_order_its_rows_come_in(
        self, chain: list[str], seed: int
    ) -> None:
        following = list(itertools.pairwise(chain))
        random.Random(seed).shuffle(following)
        assert ranked(stages(dict.fromkeys(sorted(chain)), following)) == chain

    def test_points_take_the_rank_of_their_stage_and_come_last_without_one(self) -> None:
        nodes = [
            node("Stage", "a", order=1),
            node("Stage", "b", order=2),
            node("ControlPoint", "P"),
            node("ControlPoint", "Q"),
        ]
        built = framework(nodes, [edge("AT", "ControlPoint:P", "Stage:b"), edge("AT", "ControlPoint:P", "Stage:c")])
        assert (built.point_rank("P"), built.point_rank("Q")) == (1, 2)
        assert built.stage_of == {"P": "b"}
