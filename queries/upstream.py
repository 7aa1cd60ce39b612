"""Step 2 of the trace: from where it hurts to where it began, over CAUSED_BY.

A failure seen at v began there with probability stop(v), else it came from one of v's causes by row-normalised weights W:
π = Aᵀ (I − (I − Σ) W)⁻¹ Σ with Σ = diag(stop). Rows of that matrix are computed one anchor at a time and remembered.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import networkx as nx
import numpy as np

from queries.parameters import StopNumbers


def stop_of(own: float | None, causes: Sequence[tuple[int, float]], numbers: StopNumbers) -> float:
    """Probability that a failure seen at a point began there: 1 without causes, else its own or the usual, at least the lowest."""
    if not any(weight > 0 for _, weight in causes):
        return 1.0
    return max(numbers.lowest, numbers.usual if own is None else own)


_REMEMBERED = 4096
"""Pairs of an anchor and a point whose points between are kept."""


class Upstream:
    """The solved walk upstream for every anchor asked about.

    Args:
        causes: per point the (index, weight) of its causes, weights not yet normalised.
        stops: per point its own stop probability, or None.
        numbers: the usual stop probability and the lowest allowed.
    """

    def __init__(
        self, causes: Sequence[Sequence[tuple[int, float]]], stops: Sequence[float | None], numbers: StopNumbers
    ) -> None:
        totals = [math.fsum(weight for _, weight in of) for of in causes]
        self.stop = tuple(stop_of(own, of, numbers) for own, of in zip(stops, causes, strict=True))
        self._onward = tuple(
            tuple((cause, (1 - stop) * weight / total) for cause, weight in of if weight > 0 and stop < 1)
            if total > 0
            else ()
            for of, total, stop in zip(causes, totals, self.stop, strict=True)
        )
        self._graph: nx.DiGraph[int] = nx.DiGraph()
        self._graph.add_nodes_from(range(len(causes)))
        self._graph.add_edges_from(
            (effect, cause, {"length": -math.log(share)})
            for effect, of in enumerate(self._onward)
            for cause, share in of
        )
        condensed = nx.condensation(self._graph)
        self._components = [sorted(condensed.nodes[c]["members"]) for c in nx.topological_sort(condensed)]
        self._rows: dict[int, tuple[tuple[int, float], ...]] = {}
        self._ways: dict[int, tuple[dict[int, list[int]], dict[int, float]]] = {}
        self._between: dict[tuple[int, int], frozenset[int]] = {}

    def row(self, anchor: int) -> tuple[tuple[int, float], ...]:
        """(point, probability that a failure seen at the anchor began there), in index order; they sum to 1.

        One topological pass, O(V + E); a component with a cycle is solved as a linear system of its own size.
        """
        found = self._rows.get(anchor)
        if found is None:
            arriving = {anchor: 1.0}
            for members in self._components:
                present = [v for v in members if v in arriving]
                if present:
                    self._pass_through(members, arriving)
            began = ((v, mass * self.stop[v]) for v, mass in sorted(arriving.items()))
            found = self._rows[anchor] = tuple((v, mass) for v, mass in began if mass > 0)
        return found

    def _pass_through(self, members: list[int], arriving: dict[int, float]) -> None:
        """Replace the mass that enters a component by the mass that visits its points, and hand the rest upstream."""
        place = {v: i for i, v in enumerate(members)}
        if len(members) > 1 or any(cause == members[0] for cause, _ in self._onward[members[0]]):
            system = np.eye(len(members))
            for v in members:
                for cause, share in self._onward[v]:
                    if cause in place:
                        system[place[cause], place[v]] -= share
            visits = np.linalg.solve(system, np.array([arriving.get(v, 0.0) for v in members]))
            arriving |= {v: float(visits[i]) for v, i in place.items()}
        for v in members:
            for cause, share in self._onward[v]:
                if cause not in place:
                    arriving[cause] = arriving.get(cause, 0.0) + arriving[v] * share

    def lengths(self, anchor: int) -> Mapping[int, float]:
        """Point → −log probability of the most probable way to it from an anchor; points that no way leads to are not in it."""
        return self._way(anchor)[1]

    def path(self, anchor: int, point: int) -> tuple[int, ...]:
        """The most probable way from an anchor to a point, both included; of equal ones the first in index order.

        Dijkstra's algorithm on −log of (1 − stop) W.
        """
        before, _ = self._way(anchor)
        steps = [point]
        while steps[-1] != anchor:
            steps.append(min(before[steps[-1]]))
        return tuple(reversed(steps))

    def between(self, anchor: int, point: int) -> frozenset[int]:
        """Every point on any way from an anchor to a point, both included."""
        found = self._between.get((anchor, point))
        if found is None:
            if len(self._between) >= _REMEMBERED:
                self._between.clear()
            onward, back = nx.descendants(self._graph, anchor) | {anchor}, nx.ancestors(self._graph, point) | {point}
            found = self._between[anchor, point] = frozenset(onward & back)
        return found

    def _way(self, anchor: int) -> tuple[dict[int, list[int]], dict[int, float]]:
        found = self._ways.get(anchor)
        if found is None:
            found = self._ways[anchor] = nx.dijkstra_predecessor_and_distance(self._graph, anchor, weight="length")
        return found
