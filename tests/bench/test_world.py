"""The worlds of the bench are the same for the same seed, heavy-tailed, and of the size and shape asked for."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import networkx as nx
import pytest

from bench import world
from graph.records import Record
from ingest.copying import digest


def _rows(shape: world.Shape) -> list[Record]:
    maps = list(world.maps_of(shape))
    return [*maps, *world.around(shape, maps), *world.complaints(shape, maps)]


def test_the_same_shape_is_the_same_world_and_another_seed_another() -> None:
    shape = world.Shape(200, 3, campaigns=20, frame=100, depth=3)
    assert _rows(shape) == _rows(shape)
    assert _rows(shape) != _rows(world.Shape(200, 4, campaigns=20, frame=100, depth=3))


def test_campaigns_share_the_complaints_with_a_heavy_tail() -> None:
    shape = world.Shape(5_000, 3)
    maps = list(world.maps_of(shape))
    found = Counter(e.target.id for made in world.complaints(shape, maps) for e in made.edges if e.type == "ABOUT")
    ranked = [number for _, number in found.most_common()]
    assert shape.campaigns_made == 100
    assert 0.8 * shape.heaviest < found["M000000"] < 1.2 * shape.heaviest
    assert ranked[1] > 10 * ranked[-1]
    assert sum(ranked[:10]) > shape.complaints / 2


@pytest.mark.parametrize(
    ("complaints", "campaigns", "heaviest"),
    [(1_000, 100, 200), (1_000_000, 10_000, 200_000), (10_000_000, 100_000, 200_000)],
)
def test_campaigns_stay_within_their_bounds(complaints: int, campaigns: int, heaviest: int) -> None:
    shape = world.Shape(complaints, 1)
    assert (shape.campaigns_made, shape.heaviest) == (campaigns, heaviest)


@pytest.mark.parametrize(("nodes", "fan_out", "depth"), [(100, 2, 3), (1_000, 5, 8)])
def test_a_made_framework_has_the_size_fan_out_and_depth_asked_for(nodes: int, fan_out: int, depth: int) -> None:
    made = list(world.maps_of(world.Shape(1, 5, frame=nodes, fan_out=fan_out, depth=depth)))
    assert 0.9 * nodes < len(made) < 1.3 * nodes
    causes = nx.DiGraph((e.source, e.target) for row in made for e in row.edges if e.type == "CAUSED_BY")
    assert nx.is_directed_acyclic_graph(causes)
    assert nx.dag_longest_path_length(causes) == depth
    assert max(degree for _, degree in causes.out_degree()) == fan_out


def test_a_made_world_is_loaded_whole_whichever_way(tmp_path: Path) -> None:
    shape = world.Shape(150, 3, campaigns=12, frame=100, depth=3)
    store = world.make(tmp_path, shape)
    counts = store.counts()
    assert (counts.nodes["Complaint"], counts.nodes["Campaign"]) == (150, 12)
    assert counts.edges["ABOUT"] == counts.edges["IN_CATEGORY"] == 150
    assert digest(store, "Complaint")[0] == 150
    store.close()
