"""What all must pass through, against taking each node away and looking what can still be reached."""

from __future__ import annotations

import random
from collections.abc import Iterable

import networkx as nx

from graph.framework import Framework
from graph.records import EdgeRow, NodeRow, Ref, Revision, Tally
from queries.breakpoints import breakpoints
from queries.finding import BreakpointList
from queries.findings.dominance import Flow, carried, causeless
from queries.findings.kinds.accountability_choke import SHARE
from queries.findings.view import View

GRAPHS = 1000
DAY = "2026-06-01"


class Made:
    """A small framework at random: points that cause one another, also in circles, categories, and who answers for which."""

    def __init__(self, seed: int) -> None:
        chance = random.Random(seed)
        size = chance.randint(2, 9)
        self.points = [Ref("ControlPoint", f"P{i}") for i in range(size)]
        self.categories = [Ref("Category", f"C{i}") for i in range(chance.randint(1, 5))]
        self.owners = [Ref("Owner", f"O{i}") for i in range(chance.randint(1, 4))]
        density = chance.uniform(0.3, 2)
        self.causes = {tuple(chance.choices(self.points, k=2)) for _ in range(int(density * size))}
        self.pointing = {(category, chance.choice(self.points)) for category in self.categories for _ in range(chance.randint(0, 2))}  # fmt: skip
        self.held = {(chance.choice(self.owners), chance.choice(self.points)) for _ in range(chance.randint(1, size))}
        self.checked = {point for point in self.points if chance.random() < 0.3}
        self.complaints = {category: chance.randint(0, 9) for category in self.categories}

    def framework(self) -> Framework:
        nodes = [NodeRow(*ref, {}) for ref in (*self.points, *self.categories, *self.owners, Ref("Gate", "G"))]
        edges = [EdgeRow("CAUSED_BY", effect, cause, {}) for effect, cause in self.causes]
        edges += [EdgeRow("POINTS_TO", category, point, {}) for category, point in self.pointing]
        edges += [EdgeRow("CHECKS", Ref("Gate", "G"), point, {}) for point in self.checked]
        for number, (owner, point) in enumerate(sorted(self.held)):
            ref = Ref("Assignment", f"A{number}")
            nodes.append(NodeRow(*ref, {"role": "accountable"}))
            edges += [EdgeRow("FOR", ref, point, {}), EdgeRow("HELD_BY", ref, owner, {})]
        return Framework(nodes, edges, 1, "Asia/Shanghai")

    def listed(self) -> BreakpointList:
        tallies = [Tally((), (category.id,), "", DAY, n, n) for category, n in self.complaints.items() if n]
        return breakpoints(
            self.framework(), tallies, revision=Revision(1, 1), as_of=DAY, computed_at=f"{DAY}T00:00:00.000000Z"
        )

    def reached(self, beginnings: Iterable[Ref], without: Ref | None) -> set[Ref]:
        """What can be reached along effects and to categories when a node is taken away."""
        ways = [(cause, effect) for effect, cause in self.causes] + [
            (point, category) for category, point in self.pointing
        ]
        ways += sorted(self.held)
        seen = {node for node in beginnings if node != without}
        waiting = list(seen)
        while waiting:
            here = waiting.pop()
            for start, end in ways:
                if start == here and end != without and end not in seen:
                    seen.add(end)
                    waiting.append(end)
        return seen

    def beginnings(self) -> set[Ref]:
        """The points whose every cause, however far back, they cause in turn."""

        def back(point: Ref) -> set[Ref]:
            seen, waiting = {point}, [point]
            while waiting:
                here = waiting.pop()
                for effect, cause in self.causes:
                    if effect == here and cause not in seen:
                        seen.add(cause)
                        waiting.append(cause)
            return seen

        behind = {point: back(point) for point in self.points}
        return {point for point in self.points if all(point in behind[cause] for cause in behind[point])}


def test_detection_chokes_are_the_points_whose_removal_cuts_off_two_categories() -> None:
    found_any = 0
    for seed in range(GRAPHS):
        made = Made(seed)
        whole = made.reached(made.beginnings(), None)
        expected = set()
        for point in made.points:
            lost = {node for node in whole - made.reached(made.beginnings(), point) if node.kind == "Category"}
            if len(lost) >= 2 and point not in made.checked:
                expected.add(str(point))
        found = {f.nodes[0] for f in made.listed().findings if f.kind == "detection_choke"}
        assert found == expected, seed
        found_any += bool(found)
    assert found_any > GRAPHS / 10


def test_accountability_chokes_are_the_holders_whose_removal_cuts_off_a_tenth_of_the_complaints() -> None:
    found_any = 0
    for seed in range(GRAPHS):
        made = Made(seed)
        holders = {owner for owner, _ in made.held}
        whole, total = made.reached(holders, None), sum(made.complaints.values())
        expected = {}
        for holder in holders:
            lost = whole - made.reached(holders, holder)
            load = sum(made.complaints[node] for node in lost if node.kind == "Category")
            if total and load >= SHARE * total - 1e-9:
                expected[str(holder)] = float(load)
        found = {f.nodes[0]: f.complaints for f in made.listed().findings if f.kind == "accountability_choke"}
        assert found == expected, seed
        found_any += bool(found)
    assert found_any > GRAPHS / 10


def test_a_holder_who_speaks_for_all_does_not_hide_behind_the_source() -> None:
    """The trap of a source wired to every point: then nobody dominates anything."""
    made = Made(1)
    owner, first = Ref("Owner", "all"), made.points[0]
    flow = Flow(View(made.framework(), DAY))
    for _ in range(2):  # asking leaves nothing behind
        tree = flow.dominators({owner: made.points})
        assert carried(tree, dict.fromkeys(tree, 1.0))[owner] == len(tree)
        assert Ref("", "") not in tree  # networkx gives the start no dominator
        assert owner not in flow.dominators({first: ()})


def test_bridges_and_articulation_points_are_found_by_taking_them_away() -> None:
    """networkx's own answer, on the graph as the list builds it, against counting the parts that are left."""
    for seed in range(200):
        chance = random.Random(seed)
        units = [Ref("OrgUnit", f"U{i}") for i in range(chance.randint(2, 8))]
        pairs = {tuple(sorted(chance.sample(units, 2))) for _ in range(chance.randint(1, 10))}
        graph = nx.Graph(pairs)
        parts = nx.number_connected_components(graph)

        def left(without: Iterable[object], graph: nx.Graph = graph) -> int:
            rest = graph.copy()
            for one in without:
                rest.remove_edge(*one) if isinstance(one, tuple) and not isinstance(one, Ref) else rest.remove_node(one)
            return nx.number_connected_components(rest)

        world = _handovers(units, pairs)
        found = {f.nodes for f in world.findings if f.kind == "single_handoff"}
        expected = {tuple(map(str, pair)) for pair in pairs if left([pair]) > parts}
        expected |= {(str(unit),) for unit in graph if left([unit]) > parts}
        assert found == expected, seed


def _handovers(units: list[Ref], pairs: set[tuple[Ref, ...]]) -> BreakpointList:
    complaint, at = Ref("Complaint", "K"), {"event_at": f"{DAY}T00:00:00.000000Z"}
    steps = [Ref("HandlingStep", f"H{i}") for i in range(len(pairs))]
    edges = [EdgeRow("OF", step, complaint, {}) for step in steps]
    for step, (by, to) in zip(steps, sorted(pairs), strict=True):
        edges += [EdgeRow("BY", step, by, {}), EdgeRow("TO", step, to, {})]

    class Source:
        def nodes(self, kind: str, ids: object = None) -> Iterable[NodeRow]:
            return iter([NodeRow(*step, at) for step in steps] if kind == "HandlingStep" else [])

        def edges(self, edge_type: str, source_kind: str | None = None) -> Iterable[EdgeRow]:
            return iter([edge for edge in edges if edge.type == edge_type and source_kind == "HandlingStep"])

    framework = Framework([NodeRow(*unit, {}) for unit in units], [], 1, "Asia/Shanghai")
    return breakpoints(framework, (), revision=Revision(1, 1), as_of=DAY, computed_at=f"{DAY}T00:00:00.000000Z", facts=Source())  # type: ignore[arg-type]  # fmt: skip


def test_a_circle_of_causes_begins_at_all_of_its_members() -> None:
    points = [Ref("ControlPoint", f"P{i}") for i in range(4)]
    edges = [EdgeRow("CAUSED_BY", points[a], points[b], {}) for a, b in ((0, 1), (1, 0), (2, 1), (3, 2))]
    assert causeless(View(Framework([NodeRow(*p, {}) for p in points], edges, 1, "Asia/Shanghai"), DAY)) == points[:2]
