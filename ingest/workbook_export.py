"""Writes a store's graph as a workbook in the template's layout, to be edited in Excel and loaded back (docs/tables.md)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import BinaryIO

from graph.records import EdgeRow, NodeRow, Ref
from graph.schema import EDGES, KINDS
from graph.settings import settings
from graph.store import Store
from graph.text import Text
from ingest.cells import as_code, as_codes
from ingest.resolver import SEPARATOR, written_ref
from ingest.template import write_guide
from ingest.workbook import Layout, edge_layout, is_plain, layouts
from ingest.workbook_writer import MAX_ROWS, BookWriter, SheetWriter, not_in_a_cell, row_of, too_many_rows


def write_xlsx(store: Store, stream: BinaryIO, kinds: Sequence[str]) -> tuple[int, int]:
    """A guide, a sheet a kind and a sheet an edge type with properties of its own; returns how many nodes and edges.

    Links without properties stand in link columns; those that carry a basis or clause in a sheet of their type. What a
    workbook does not hold: the sources, and frozen properties longer than a cell (``NOT_IN_SHEETS``), which a load back leaves alone.

    Raises:
        UsageError: a kind has more rows than a sheet, or a value would not come back as it is.
    """
    counts = store.counts()
    for kind in kinds:
        if counts.nodes.get(kind, 0) >= MAX_ROWS:
            raise too_many_rows(kind)
    with BookWriter(stream, settings().zone) as writer:
        write_guide(writer)
        plan = [(layout, writer.sheet(layout)) for layout in layouts(kinds)]
        columns = {
            layout.meaning.name: frozenset(column.name for column in layout.columns if column.prop is None)
            for layout, _ in plan if layout.meaning.what == "kind"
        }  # fmt: skip
        nodes = sum(
            _write_kind(store, layout, sheet, columns[layout.meaning.name], frozenset(kinds))
            for layout, sheet in plan if layout.meaning.what == "kind"
        )  # fmt: skip
        sheets = {layout.meaning.name: sheet for layout, sheet in plan if layout.meaning.what == "edge"}
        edges = sum(_write_edges(store, edge_type, writer, sheets.get(edge_type), columns) for edge_type in EDGES)
    return nodes, edges


def _write_edges(
    store: Store, edge_type: str, writer: BookWriter, sheet: SheetWriter | None, columns: Mapping[str, frozenset[str]]
) -> int:
    """The rows of the edges that no link column says all about, in a sheet made when the first one comes; counts all edges."""
    layout = edge_layout(edge_type)
    found = 0
    for edge in store.edges(edge_type):
        if edge.source.kind not in columns or edge.target.kind not in columns:
            continue
        found += 1
        if _fits_column(edge, columns[edge.source.kind]):
            continue
        sheet = sheet or writer.sheet(layout)
        start = _written(edge.source, EDGES[edge_type].sources)
        end = _written(edge.target, EDGES[edge_type].targets(edge.source.kind))
        rest = [edge.props.get(column.name) for column in layout.columns[2:]]
        sheet.write(f"{edge.source}-{edge_type}->{edge.target}", [start, end, *rest])
    return found


def _write_kind(
    store: Store, layout: Layout, sheet: SheetWriter, columns: frozenset[str], kinds: frozenset[str]
) -> int:
    """The rows of a kind, with the links of its columns taken from as many passes over edges that come in the same order."""
    name = layout.meaning.name
    needs = KINDS[name].model.needs
    links = {edge_type: _Links(store, edge_type, name, kinds) for edge_type in EDGES if edge_type in columns}
    written = 0
    for node in store.nodes(name):
        _check_id(node)
        cells: dict[str, str] = {}
        for edge_type, pending in links.items():
            ends = [
                _written(edge.target, EDGES[edge_type].targets(name))
                for edge in pending.of(node)
                if _fits_column(edge, columns) or _needed(edge, needs)
            ]
            if ends:
                cells[edge_type] = ";".join(ends)
        sheet.write(str(node.ref), row_of(layout, node, cells))
        written += 1
    return written


class _Links:
    """The edges of a type that start at a kind, handed out node by node, in the order both are stored."""

    def __init__(self, store: Store, edge_type: str, kind: str, kinds: frozenset[str]) -> None:
        self._edges: Iterator[EdgeRow] = (
            edge for edge in store.edges(edge_type) if edge.source.kind == kind and edge.target.kind in kinds
        )
        self._next = next(self._edges, None)

    def of(self, node: NodeRow) -> Iterator[EdgeRow]:
        """Those of the next node."""
        while (edge := self._next) is not None and edge.source.id == node.id:
            yield edge
            self._next = next(self._edges, None)


def _fits_column(edge: EdgeRow, columns: frozenset[str]) -> bool:
    """Whether a link column says all there is to an edge."""
    return is_plain(EDGES[edge.type]) and edge.type in columns and not edge.props and _is_one_code(edge.target.id)


def _needed(edge: EdgeRow, needs: tuple[str, ...]) -> bool:
    """Whether a row is refused without this edge in its column."""
    if edge.type not in needs:
        return False
    if not _is_one_code(edge.target.id):
        why = Text("编号含有分号等分隔符", "the id holds a semicolon or the like")
        raise not_in_a_cell(str(edge.source), edge.type, why)
    return True


def _written(ref: Ref, kinds: tuple[str, ...]) -> str:
    """An id as an import reads it back: with its kind where several are allowed, or where it looks as if it had one."""
    return str(ref) if len(kinds) > 1 or written_ref(ref.id) is not None else ref.id


def _is_one_code(id_: str) -> bool:
    """Whether an id comes back from a link column as itself, not as several."""
    return not SEPARATOR.search(id_) and as_codes(id_) == id_


def _check_id(node: NodeRow) -> None:
    if as_code(node.id) != node.id:
        why = Text(
            f"编号在导入时会变成 {as_code(node.id)!r}（全角字符、不可见字符、“-”之类的空值写法）",
            f"it becomes {as_code(node.id)!r} on the way in (full-width or invisible characters, words for nothing)",
        )
        raise not_in_a_cell(str(node.ref), "id", why)
