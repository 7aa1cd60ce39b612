"""Turns cells of the catalogue into typed records of the graph: the only place where its nodes and edges are made."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC

from graph.errors import InputError
from graph.records import EdgeRow, NodeRow, Record, Ref
from graph.schema import EDGES, KINDS, Property
from graph.text import Text
from graph.values import BadValue, Value, reader
from ingest.catalogue.standing import Standing
from ingest.catalogue.tables import Row

SOURCE = "catalogue"
"""Who asserts what the product ships."""
SOURCES = (SOURCE,)

Cells = Mapping[str, object]
"""Property name → the value as written in a file or already typed; empty and None are left out."""


def node(row: Row, kind: str, id_: str, standing: Standing, cells: Cells) -> NodeRow:
    """A node of the catalogue.

    Raises:
        InputError: a cell is no value of its property's type.
    """
    stated = {**cells, "basis": standing.basis, "clause": standing.clause}
    return NodeRow(kind, id_, _typed(row, KINDS[kind].properties, stated), SOURCES)


def edge(row: Row, edge_type: str, source: Ref, target: Ref, standing: Standing, cells: Cells | None = None) -> EdgeRow:
    """An edge of the catalogue.

    Raises:
        InputError: a cell is no value of its property's type.
    """
    stated = {**(cells or {}), "basis": standing.basis, "clause": standing.clause}
    return EdgeRow(edge_type, source, target, _typed(row, EDGES[edge_type].properties, stated), SOURCES)


def record(row: Row, what: NodeRow, edges: Iterable[EdgeRow] = (), *, owns: tuple[str, ...] = ()) -> Record:
    """What one row asserts: a node with the edges that start at it."""
    return Record(what, tuple(edges), row.where, owns)


def link(row: Row, *edges: EdgeRow) -> Record:
    """What a row of a map asserts: edges alone."""
    return Record(None, edges, row.where)


def notes(row: Row) -> dict[str, str]:
    """The rationale of a row as ``note`` and ``note_en``."""
    return {"note": row["rationale_zh"], "note_en": row["rationale_en"]}


def _typed(row: Row, properties: Mapping[str, Property], cells: Cells) -> dict[str, Value]:
    found: dict[str, Value] = {}
    for name, raw in cells.items():
        if raw is None or raw == "":
            continue
        try:
            value = reader(properties[name].type, UTC)(raw)
        except BadValue as error:
            raise InputError(
                error.reason,
                Text("随软件提供的目录数据已损坏，请重新安装", "the shipped catalogue is damaged: install it again"),
                row.where._replace(field=name),
            ) from None
        if value is not None:
            found[name] = value
    return found
