"""What a user would write instead of a trace: one recursive SQL statement, and a plain networkx program; both rank points by reviews and distance.

Neither works out probabilities, evidence or owners: where the complaint's category points, everything upstream of it along CAUSED_BY
within twelve steps, points whose latest review of the subject went wrong first, then the nearer ones.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

import networkx as nx

from graph.framework import Framework

STEPS, SHOWN = 12, 5
Found = list[tuple[str, int, str | None]]
"""The first five points: id, steps upstream, result of the latest review."""
_RANK = {"failed": 0, "waived": 1, "conditional": 2}
_SQL = f"""
WITH RECURSIVE climb(category, height) AS (
  SELECT target, 0 FROM "Complaint.IN_CATEGORY" WHERE source = :id
  UNION SELECT u.target, height + 1 FROM climb JOIN "Category.CHILD_OF" u ON u.source = category
), speaking(category, height) AS (
  SELECT category, height FROM climb WHERE EXISTS (SELECT 1 FROM "Category.POINTS_TO" p WHERE p.source = category)
), upstream(point, steps) AS (
  SELECT p.target, 0 FROM "Category.POINTS_TO" p JOIN speaking s ON s.category = p.source
  WHERE s.height = (SELECT min(height) FROM speaking)
  UNION SELECT e.target, steps + 1 FROM upstream JOIN "ControlPoint.CAUSED_BY" e ON e.source = point WHERE steps < {STEPS}
), reviewed(point, result, event_at) AS (
  SELECT o.target, r.result, max(r.event_at)
  FROM "Complaint.ABOUT" b JOIN "Review.ON" n ON n.target_kind = b.target_kind AND n.target = b.target
  JOIN Review r ON r.id = n.source JOIN "Review.OF" o ON o.source = r.id AND o.target_kind = 'ControlPoint'
  WHERE b.source = :id AND r.event_at < (SELECT event_at FROM Complaint WHERE id = :id) GROUP BY o.target
)
SELECT u.point, min(u.steps), r.result FROM upstream u LEFT JOIN reviewed r ON r.point = u.point GROUP BY u.point
ORDER BY CASE r.result WHEN 'failed' THEN 0 WHEN 'waived' THEN 1 WHEN 'conditional' THEN 2 ELSE 3 END, 2, 1 LIMIT {SHOWN}
"""
_CATEGORIES = 'SELECT target FROM "Complaint.IN_CATEGORY" WHERE source = ?'
_REVIEWS = """
SELECT o.target, r.result FROM Complaint c JOIN "Complaint.ABOUT" b ON b.source = c.id
JOIN "Review.ON" n ON n.target_kind = b.target_kind AND n.target = b.target
JOIN Review r ON r.id = n.source JOIN "Review.OF" o ON o.source = r.id AND o.target_kind = 'ControlPoint'
WHERE c.id = ? AND r.event_at < c.event_at ORDER BY r.event_at
"""


def by_sql(connection: sqlite3.Connection, id_: str) -> Found:
    """The first five points by one recursive statement."""
    return connection.execute(_SQL, {"id": id_}).fetchall()


class ByNetworkx:
    """The first five points by a program: the maps as one graph in memory, the complaint's own rows by three small statements."""

    def __init__(self, connection: sqlite3.Connection, framework: Framework) -> None:
        self._db = connection
        self._causes: nx.DiGraph[str] = nx.DiGraph()
        self._causes.add_nodes_from(framework.nodes("ControlPoint"))
        self._causes.add_edges_from((edge.source.id, edge.target.id) for edge in framework.edges("CAUSED_BY"))
        self._above: nx.DiGraph[str] = nx.DiGraph()
        self._above.add_nodes_from(framework.nodes("Category"))
        self._above.add_edges_from((edge.source.id, edge.target.id) for edge in framework.edges("CHILD_OF"))
        self._points: dict[str, list[str]] = {}
        for edge in framework.edges("POINTS_TO"):
            self._points.setdefault(edge.source.id, []).append(edge.target.id)

    def first(self, id_: str) -> Found:
        """The first five points of a complaint."""
        anchors = self._anchors([category for (category,) in self._db.execute(_CATEGORIES, (id_,))])
        reviews = dict(self._db.execute(_REVIEWS, (id_,)))
        steps: dict[str, int] = {}
        for anchor in anchors:
            for point, far in nx.single_source_shortest_path_length(self._causes, anchor, cutoff=STEPS).items():
                steps[point] = min(far, steps.get(point, far))
        ranked = sorted(steps, key=lambda point: (_RANK.get(reviews.get(point, ""), 3), steps[point], point))
        return [(point, steps[point], reviews.get(point)) for point in ranked[:SHOWN]]

    def _anchors(self, categories: Sequence[str]) -> list[str]:
        height: dict[str, int] = {}
        for category in categories:
            for above, far in nx.single_source_shortest_path_length(self._above, category).items():
                if above in self._points:
                    height[above] = min(far, height.get(above, far))
        nearest = min(height.values(), default=0)
        return [point for category, far in height.items() if far == nearest for point in self._points[category]]
