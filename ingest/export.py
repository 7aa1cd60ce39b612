"""Writes a store's graph to a file: interchange .jsonl, which loads back to the same bytes, .xlsx to be edited, or .graphml for other tools."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import networkx as nx

from graph.errors import StoreLocked, UsageError, nearest
from graph.records import EdgeRow, NodeRow, Ref
from graph.schema import EDGES, KINDS
from graph.store import Store
from graph.text import Text
from graph.values import Value
from ingest.workbook_export import write_xlsx

_ATTEMPTS = 3


def export(store: Store, path: Path, kinds: Sequence[str] | None = None) -> tuple[int, int]:
    """Write the whole graph, or the nodes of some kinds and the edges among them; the file appears only when it is complete.

    Args:
        store: where the graph is kept.
        path: the file; its suffix (.jsonl, .xlsx or .graphml) names the format.
        kinds: the kinds wanted; all when None.

    Returns:
        How many nodes and edges were written.

    Raises:
        UsageError: unknown suffix or kind, or the file cannot be written. StoreLocked: the graph kept changing meanwhile.
    """
    write = _writer(path)
    wanted = _wanted(kinds)
    partial = path.with_name(path.name + ".partial")
    try:
        for _ in range(_ATTEMPTS):
            before = store.revision()
            with partial.open("wb") as stream:
                written = write(store, stream, wanted)
            if store.revision() == before:
                os.replace(partial, path)
                return written
    except OSError as error:
        raise UsageError(
            Text(f"无法写文件 {path.name}：{error.strerror}", f"{path.name} cannot be written: {error.strerror}"),
            Text("请换一个可写的、有空间的文件夹", "Choose a folder you may write to, on a disk with room"),
        ) from error
    finally:
        partial.unlink(missing_ok=True)
    raise StoreLocked(
        Text("导出期间数据一直在变", "the graph kept changing while it was exported"),
        Text("请在导入结束后再导出", "Export again when the load has finished"),
    )


def write_jsonl(store: Store, stream: BinaryIO, kinds: Sequence[str]) -> tuple[int, int]:
    """Interchange lines: nodes by kind and id, then edges by type and ends; the same graph gives the same bytes."""
    nodes = edges = 0
    for node in _nodes(store, kinds):
        stream.write(node_line(node))
        nodes += 1
    for edge in _edges(store, kinds):
        stream.write(edge_line(edge))
        edges += 1
    return nodes, edges


def node_line(node: NodeRow) -> bytes:
    """A node as a line of the interchange format: the same node gives the same bytes, whichever store it is read from."""
    return _line({"type": "node", "id": str(node.ref), "labels": [node.kind], "properties": _properties(node)})


def edge_line(edge: EdgeRow) -> bytes:
    """An edge as a line of the interchange format: the same edge gives the same bytes, whichever store it is read from."""
    return _line({
        "type": "relationship", "label": edge.type, "start": _end(edge.source), "end": _end(edge.target),
        "properties": _properties(edge),
    })  # fmt: skip


def write_graphml(store: Store, stream: BinaryIO, kinds: Sequence[str]) -> tuple[int, int]:
    """GraphML through networkx; lists are joined by ``;``. The whole graph passes through memory."""
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    for node in _nodes(store, kinds):
        graph.add_node(_xml(str(node.ref)), kind=node.kind, **_flat(_properties(node)))
    for edge in _edges(store, kinds):
        ends = _xml(str(edge.source)), _xml(str(edge.target))
        key = "|".join((edge.type, *ends, edge.valid_from))
        attributes: dict[str, Any] = {"type": edge.type, **_flat(_properties(edge))}
        graph.add_edge(*ends, key=key, **attributes)
    nx.write_graphml_xml(graph, stream)
    return graph.number_of_nodes(), graph.number_of_edges()


def _writer(path: Path) -> Callable[[Store, BinaryIO, Sequence[str]], tuple[int, int]]:
    writers = {".jsonl": write_jsonl, ".graphml": write_graphml, ".xlsx": write_xlsx}
    found = writers.get(path.suffix.lower())
    if found is None:
        near = nearest(path.suffix or path.name, writers)
        hint = (f"是否为 {near}？", f"Did you mean {near}? ") if near else ("", "")
        raise UsageError(
            Text(f"不知道如何导出为 {path.name}", f"no way to export to {path.name} is known"),
            Text(f"{hint[0]}请用 .jsonl、.xlsx 或 .graphml", f"{hint[1]}Use .jsonl, .xlsx or .graphml"),
        )
    return found


def _wanted(kinds: Sequence[str] | None) -> tuple[str, ...]:
    for kind in kinds or ():
        if kind not in KINDS:
            near = nearest(kind, KINDS)
            raise UsageError(
                Text(f"未知类型 {kind}", f"unknown kind {kind}"),
                Text(f"是否为 {near}？", f"Did you mean {near}?")
                if near
                else Text(f"可用：{'、'.join(KINDS)}", f"One of {', '.join(KINDS)}"),
            )
    return tuple(kind for kind in KINDS if kinds is None or kind in kinds)


def _nodes(store: Store, kinds: Sequence[str]) -> Iterator[NodeRow]:
    return (node for kind in kinds for node in store.nodes(kind))


def _edges(store: Store, kinds: Sequence[str]) -> Iterator[EdgeRow]:
    wanted = frozenset(kinds)
    for edge_type in EDGES:
        for edge in store.edges(edge_type):
            if edge.source.kind in wanted and edge.target.kind in wanted:
                yield edge


def _properties(row: NodeRow | EdgeRow) -> dict[str, Value]:
    """The properties in the order of the schema, ``id`` first, ``sources`` last."""
    declared = KINDS[row.kind].properties if isinstance(row, NodeRow) else EDGES[row.type].properties
    said: dict[str, Value] = {"id": row.id} if isinstance(row, NodeRow) else {}
    said |= {name: row.props[name] for name in declared if name in row.props}
    return said | {"sources": tuple(sorted(row.sources))}


def _end(ref: Ref) -> dict[str, Any]:
    return {"id": str(ref), "labels": [ref.kind]}


def _line(said: dict[str, Any]) -> bytes:
    return (json.dumps(said, ensure_ascii=False, separators=(",", ":")) + "\n").encode()


def _flat(props: dict[str, Value]) -> dict[str, str | int | float | bool]:
    return {
        name: _xml(";".join(value)) if isinstance(value, tuple) else _xml(value) if isinstance(value, str) else value
        for name, value in props.items()
    }


def _xml(text: str) -> str:
    """The text without the two noncharacters that XML 1.0 excludes and values may hold."""
    return text if text.isascii() else text.replace("\ufffe", "\ufffd").replace("\uffff", "\ufffd")
