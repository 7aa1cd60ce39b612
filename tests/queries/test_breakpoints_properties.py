"""Sweep and reachability against brute force; order, keys and counts."""

from __future__ import annotations

import random
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from graph.framework import Framework
from graph.records import EdgeRow, NodeRow, Ref, Revision, Tally
from queries.breakpoints import breakpoints
from queries.finding import BreakpointList
from queries.findings.traced import Guess, Traced

DAYS = [f"2026-01-{day:02d}" for day in range(1, 11)]
AS_OF = DAYS[4]
CHECKED = settings(max_examples=150, deadline=None, derandomize=True)

Period = tuple[int | None, int | None]


def listed(nodes: list[NodeRow], edges: list[EdgeRow], expected: dict[str, float] | None = None) -> BreakpointList:
    framework = Framework(nodes, edges, 1, "Asia/Shanghai")
    return breakpoints(
        framework,
        (),
        revision=Revision(1, 2),
        as_of=AS_OF,
        computed_at="2026-01-05T00:00:00.000000Z",
        traces=[one for point, figure in (expected or {}).items() for one in _traces(point, figure)],
    )


def _traces(point: str, figure: float) -> list[Traced]:
    """Traces whose probabilities of a point add up to a figure."""
    parts = [1.0] * int(figure) + ([figure % 1] if figure % 1 else [])
    return [
        Traced(f"{point}-{n}", AS_OF, (), (), (), (), "named", (Guess((point,), None, part),))
        for n, part in enumerate(parts)
    ]


def of_kind(found: BreakpointList, kind: str) -> set[tuple[str, ...]]:
    return {finding.nodes for finding in found.findings if finding.kind == kind}


def dated(period: Period) -> dict[str, str]:
    return {name: DAYS[day] for name, day in zip(("valid_from", "valid_to"), period, strict=True) if day is not None}


def holds(period: Period, day: int) -> bool:
    return (period[0] is None or period[0] <= day) and (period[1] is None or day < period[1])


# ── owner_conflict ────────────────────────────────────────────────────────────────────────────────────
def periods() -> st.SearchStrategy[Period]:
    ends = st.one_of(st.none(), st.integers(0, 9))
    return st.tuples(ends, ends).map(lambda p: p if None in p or p[0] <= p[1] else (p[1], p[0]))  # type: ignore[operator]


assignments = st.lists(
    st.fixed_dictionaries(
        {
            "period": periods(),
            "holders": st.lists(
                st.tuples(st.sampled_from("xyz"), periods()), max_size=3, unique_by=lambda held: held[0]
            ),
            "targets": st.lists(st.sampled_from(["P1", "P2"]), min_size=1, max_size=2, unique=True),
            "within": st.lists(st.sampled_from(["U1", "U2"]), max_size=2, unique=True),
            "segments": st.lists(st.sampled_from(["home", "business"]), max_size=2, unique=True),
            "tiers": st.lists(st.sampled_from(["national", "provincial"]), max_size=1),
            "role": st.sampled_from(["accountable", "accountable", "accountable", "responsible"]),
        }
    ),
    max_size=6,
)


@CHECKED
@given(assignments, periods())
def test_the_sweep_finds_what_comparing_every_pair_on_every_day_finds(made: list[dict], target_period: Period) -> None:
    nodes = [NodeRow("Owner", holder, {}) for holder in "xyz"] + [NodeRow("OrgUnit", unit, {}) for unit in ("U1", "U2")]
    nodes += [NodeRow("ControlPoint", "P1", dated(target_period)), NodeRow("ControlPoint", "P2", {})]
    edges = []
    for index, one in enumerate(made):
        ref = Ref("Assignment", f"A{index}")
        lists = {name: tuple(one[name]) for name in ("segments", "tiers") if one[name]}
        nodes.append(NodeRow(*ref, {"role": one["role"], **lists, **dated(one["period"])}))
        edges += [EdgeRow("HELD_BY", ref, Ref("Owner", holder), dated(period)) for holder, period in one["holders"]]
        edges += [EdgeRow("FOR", ref, Ref("ControlPoint", target), {}) for target in one["targets"]]
        edges += [EdgeRow("WITHIN", ref, Ref("OrgUnit", unit), {}) for unit in one["within"]]

    def holders(one: dict, day: int) -> set[str]:
        return {holder for holder, period in one["holders"] if holds(one["period"], day) and holds(period, day)}

    def clash(one: dict, other: dict, target: str, day: int) -> bool:
        first, second = holders(one, day), holders(other, day)
        return (
            one["role"] == other["role"] == "accountable"
            and target in one["targets"] and target in other["targets"]
            and (target != "P1" or holds(target_period, day))
            and set(one["within"]) == set(other["within"])
            and all(not one[k] or not other[k] or set(one[k]) & set(other[k]) for k in ("segments", "tiers"))
            and bool(first and second and first != second)
        )  # fmt: skip

    expected = {
        (f"Assignment:A{i}", f"Assignment:A{j}", f"ControlPoint:{target}")
        for (i, one), (j, other) in combinations(enumerate(made), 2)
        for target in ("P1", "P2")
        if any(clash(one, other, target, day) for day in range(4, 12))
    }
    assert of_kind(listed(nodes, edges), "owner_conflict") == expected


# ── reachability and cycles ───────────────────────────────────────────────────────────────────────────
LEVELS = ["KCI", "KCI", "KCI", "KQI", "KQI", "KQI", "KPI", "KPI"]
links = st.sets(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=16)


@CHECKED
@given(links)
def test_the_indicator_chain_is_what_following_every_link_finds(pairs: set[tuple[int, int]]) -> None:
    names = [f"Indicator:I{index}" for index in range(8)]
    nodes = [NodeRow("Indicator", f"I{index}", {"level": level}) for index, level in enumerate(LEVELS)]
    edges = [EdgeRow("ROLLS_UP_TO", Ref.parse(names[a]), Ref.parse(names[b]), {}) for a, b in pairs]
    reach = [[a == b or (a, b) in pairs for b in range(8)] for a in range(8)]
    for via in range(8):
        for a in range(8):
            for b in range(8):
                reach[a][b] = reach[a][b] or (reach[a][via] and reach[via][b])

    def at(level: str) -> list[int]:
        return [index for index, own in enumerate(LEVELS) if own == level]

    def stuck(lower: str, upper: str) -> set[tuple[str, ...]]:
        return {(names[a],) for a in at(lower) if not any(reach[a][b] for b in at(upper))}

    found = listed(nodes, edges)
    assert of_kind(found, "kci_without_kqi") == stuck("KCI", "KQI")
    assert of_kind(found, "kqi_without_kpi") == stuck("KQI", "KPI")
    assert of_kind(found, "indicator_unfed") == {
        (names[b],) for b in at("KQI") + at("KPI") if not any(target == b != source for source, target in pairs)
    }
    assert of_kind(found, "level_skipped") == {
        tuple(sorted((names[a], names[b]))) for a, b in pairs if LEVELS[a] == "KCI" and LEVELS[b] == "KPI"
    }
    circles = {tuple(sorted(names[b] for b in range(8) if reach[a][b] and reach[b][a])) for a in range(8)}
    loops = {(names[a],) for a, b in pairs if a == b}
    assert of_kind(found, "rollup_cycle") == {circle for circle in circles if len(circle) > 1 or circle in loops}


@CHECKED
@given(links, st.sets(st.integers(0, 7), max_size=3))
def test_a_category_is_mapped_through_any_category_above(pairs: set[tuple[int, int]], mapped: set[int]) -> None:
    refs = [Ref("Category", f"C{index}") for index in range(8)]
    point = Ref("ControlPoint", "P")
    nodes = [NodeRow(*ref, {}) for ref in refs] + [NodeRow(*point, {})]
    edges = [EdgeRow("CHILD_OF", refs[a], refs[b], {}) for a, b in pairs]
    edges += [EdgeRow("POINTS_TO", refs[index], point, {}) for index in mapped]

    def leads(index: int, seen: frozenset[int] = frozenset()) -> bool:
        above = (b for a, b in pairs if a == index and b not in seen)
        return index in mapped or any(leads(b, seen | {index}) for b in above)

    found = breakpoints(
        Framework(nodes, edges, 1, "Asia/Shanghai"),
        [Tally((), tuple(sorted(ref.id for ref in refs)), "", AS_OF, 1, 1)],
        revision=Revision(1, 2), as_of=AS_OF, computed_at="2026-01-05T00:00:00.000000Z",
    )  # fmt: skip
    assert of_kind(found, "unmapped_category") == {(str(refs[index]),) for index in range(8) if not leads(index)}


# ── the list itself ───────────────────────────────────────────────────────────────────────────────────
def _points(count: int) -> list[NodeRow]:
    return [NodeRow("ControlPoint", f"P{index}", {"full_monitoring": index % 3 == 0}) for index in range(count)]


def test_order_and_bytes_do_not_depend_on_the_order_of_rows() -> None:
    nodes = _points(12) + [NodeRow("Indicator", f"I{index}", {"level": level}) for index, level in enumerate(LEVELS)]
    edges = [
        EdgeRow("ROLLS_UP_TO", Ref("Indicator", f"I{a}"), Ref("Indicator", f"I{b}"), {})
        for a, b in [(0, 6), (3, 4), (4, 3)]
    ]
    first = listed(nodes, edges, {"P3": 2.5, "P4": 2.5})
    places = [(-f.severity, -f.complaints, f.key) for f in first.findings]
    assert places == sorted(places)
    for seed in range(5):
        random.Random(seed).shuffle(nodes)
        random.Random(seed).shuffle(edges)
        again = listed(nodes, edges, {"P4": 2.5, "P3": 2.5})
        assert again.model_dump_json() == first.model_dump_json()


def test_counts_are_those_of_the_list() -> None:
    found = listed(_points(5), [])
    for kind, count in found.counts.by_kind.items():
        assert count == sum(f.kind == kind for f in found.findings)
    assert sum(found.counts.by_kind.values()) == sum(found.counts.by_class.values()) == len(found.findings)
    assert found.counts.by_kind["unmonitored"] == 5


def test_keys_are_unique_and_made_of_kind_and_sorted_nodes() -> None:
    found = listed(_points(3), [])
    assert len({f.key for f in found.findings}) == len(found.findings)
    assert all(f.key == "|".join((f.kind, *sorted(f.nodes))) for f in found.findings if f.nodes)


def test_the_gravest_fifth_of_the_expected_complaints_weighs_one_more() -> None:
    expected = {f"P{index}": float(index) for index in range(1, 6)}  # 80th percentile by nearest rank: 4
    found = listed(_points(6), [], expected)
    unmeasured = {f.nodes[0]: (f.severity, f.complaints) for f in found.findings if f.kind == "control_unmeasured"}
    assert unmeasured["ControlPoint:P0"] == (2, 0.0)
    assert unmeasured["ControlPoint:P3"] == (2, 3.0)
    assert unmeasured["ControlPoint:P4"] == (3, 4.0)
    assert unmeasured["ControlPoint:P5"] == (3, 5.0)


def test_the_percentile_is_taken_by_nearest_rank() -> None:
    nodes = [NodeRow("OrgUnit", f"U{index}", {}) for index in range(1, 7)]  # one finding each; rank ⌈0.8 · 6⌉ = 5
    found = breakpoints(
        Framework(nodes, [], 1, "Asia/Shanghai"), (), revision=Revision(1, 2), as_of=AS_OF, computed_at="2026-01-05T00:00:00.000000Z",
        traces=[Traced(f"{i}-{n}", AS_OF, (), (), (), (f"U{i}",), "unknown", ()) for i in range(1, 7) for n in range(i)],
    )  # fmt: skip
    assert [(f.nodes, f.complaints) for f in found.findings if f.severity == 3] == [
        (("OrgUnit:U6",), 6.0),
        (("OrgUnit:U5",), 5.0),
    ]


def test_severity_ends_at_four() -> None:
    found = listed(_points(1), [], {"P0": 9.0})
    assert max(f.severity for f in found.findings) == 4


def test_a_duty_that_ends_when_its_target_begins_conflicts_with_nobody() -> None:
    nodes = [
        NodeRow("ControlPoint", "P1", {"valid_from": DAYS[7]}),
        NodeRow("Owner", "x", {}),
        NodeRow("Owner", "y", {}),
    ]
    edges = []
    for name, end in (("A", DAYS[9]), ("B", DAYS[7])):
        nodes.append(NodeRow("Assignment", name, {"role": "accountable", "valid_to": end}))
        edges.append(EdgeRow("FOR", Ref("Assignment", name), Ref("ControlPoint", "P1"), {}))
        edges.append(EdgeRow("HELD_BY", Ref("Assignment", name), Ref("Owner", "xy"[name == "B"]), {}))
    assert of_kind(listed(nodes, edges), "owner_conflict") == set()
