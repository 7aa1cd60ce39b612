"""Subgraphs for the tests of the picture: a realistic one and small ones built by hand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from graph.subgraph import Band, Label, Subgraph, SubgraphEdge, SubgraphNode

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "map_sample.json"


def node(
    id_: str, column: str = "ControlPoint", band: str | None = None, marks: Sequence[str] = (), name: str | None = None
) -> SubgraphNode:
    label = Label(zh=name or id_, en=name or id_)
    return SubgraphNode(id=id_, kind="ControlPoint", label=label, column=column, band=band, marks=tuple(marks))  # type: ignore[arg-type]


def picture(
    nodes: Sequence[SubgraphNode],
    links: Sequence[tuple[str, str] | tuple[str, str, bool]] = (),
    bands: Sequence[str] = (),
) -> Subgraph:
    edges = tuple(
        SubgraphEdge(type="FOR", source=link[0], target=link[1], on_path=len(link) > 2 and bool(link[2]))
        for link in links
    )
    return Subgraph(
        title=Label(zh="图", en="Picture"),
        nodes=tuple(nodes),
        edges=edges,
        bands=tuple(Band(id=band, label=Label(zh=band, en=band), rank=rank) for rank, band in enumerate(bands)),
    )


@pytest.fixture(name="node")
def node_fixture() -> Callable[..., SubgraphNode]:
    """Build one node: id, column, band, marks, name."""
    return node


@pytest.fixture(name="picture")
def picture_fixture() -> Callable[..., Subgraph]:
    """Build a subgraph: nodes, (source, target[, on_path]) links, ids of bands in order."""
    return picture


@pytest.fixture(scope="session")
def sample() -> Subgraph:
    """A trace of 114 nodes over the plan's control points of domain 2 and 3 (people, figures and complaint are invented)."""
    return Subgraph.model_validate_json(GOLDEN.read_bytes())
