"""Turns the rows of a native table into records, with readers compiled once per table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import tzinfo
from itertools import islice

from graph.errors import Where
from graph.records import EdgeRow, NodeRow, Record, Ref, Refusal
from graph.schema import EDGES, KINDS, Property
from graph.text import Text
from graph.values import BadValue, Value, string
from ingest.items import shorten
from ingest.readers import Read, readers
from ingest.report import Notes
from ingest.resolver import Resolver, cell_ids, end_of, written_ref
from ingest.sources.grid import Row, row_text
from ingest.tables import Table

_CHUNK = 1_000
_REMEMBERED = 50_000
"""Link cells whose meaning is remembered per column: the same categories and units come again and again."""

_NO_PROPS: dict[str, Value] = {}

RowReader = Callable[[Row], Record | Refusal]


def table_items(
    table: Table,
    resolver: Resolver,
    source: str,
    zone: tzinfo,
    notes: Notes,
    stated_elsewhere: frozenset[str] = frozenset(),
) -> Iterator[Record | Refusal]:
    """The rows of a table as records.

    Args:
        table: the table.
        resolver: decides what bare ids mean.
        source: whose word the rows are.
        zone: the zone of dates and of times without one.
        notes: where it is said what was done to cells.
        stated_elsewhere: edge types that an edge table of the same source states, too: rows do not own these.
    """
    make = _node_reader if table.meaning.what == "kind" else _edge_reader
    read = make(table, resolver, source, zone, stated_elsewhere)
    ambiguous = _ambiguous_columns(table)
    rows = table.file.rows(notes)
    while chunk := list(islice(rows, _CHUNK)):
        if ambiguous:
            resolver.prepare(_wanted(chunk, ambiguous))
        yield from map(read, chunk)


def table_ids(table: Table) -> set[str]:
    """Every id a node table brings, unread rows aside."""
    column = table.properties["id"]
    found: set[str] = set()
    for row in table.file.rows():
        if row.broken is None:
            with suppress(BadValue):  # the row's own reader says so
                found.add(string(row.cells[column]) or "")
    return found


def refuse(counted_as: str, where: Where, reason: Text, cells: Sequence[str]) -> Refusal:
    """A refused table row with its content."""
    return Refusal(counted_as, where, reason, shorten(row_text(list(cells))))


def _node_reader(table: Table, resolver: Resolver, source: str, zone: tzinfo, elsewhere: frozenset[str]) -> RowReader:
    kind, sources = table.meaning.name, (source,)
    shown, sheet, *_ = table.file.where
    columns, id_column, read_id = _columns(table, KINDS[kind].properties.values(), zone)
    links = [(edge, column, _link_reader(EDGES[edge].targets(kind), resolver)) for edge, column in table.links.items()]
    owns = tuple(edge for edge in table.links if edge not in elsewhere)

    def read(row: Row) -> Record | Refusal:
        number, cells, broken, *_ = row
        field = ""
        try:
            if broken is not None:
                raise BadValue(broken)
            field = "id"
            id_ = read_id(cells[id_column])
            if id_ is None:
                raise BadValue(Text("缺少编号（id）；请补上", "id is missing; add it"))
            props: dict[str, Value] = {}
            for field, column, read_value in columns:
                cell = cells[column]
                if cell:
                    value = read_value(cell)
                    if value is not None:
                        props[field] = value
            edges: list[EdgeRow] = []
            start = Ref(kind, str(id_))
            for field, column, read_link in links:
                cell = cells[column]
                if cell:
                    for end in read_link(cell):
                        edges.append(EdgeRow(field, start, end, _NO_PROPS, sources))
        except BadValue as error:
            return refuse(kind, Where(shown, sheet, number, field), error.reason, cells)
        return Record(NodeRow(kind, start.id, props, sources), tuple(edges), Where(shown, sheet, number), owns)

    return read


def _edge_reader(table: Table, resolver: Resolver, source: str, zone: tzinfo, elsewhere: frozenset[str]) -> RowReader:
    name, sources = table.meaning.name, (source,)
    shown, sheet, *_ = table.file.where
    edge = EDGES[name]
    columns, _, _ = _columns(table, edge.properties.values(), zone)
    starts, ends = edge.sources, tuple(dict.fromkeys(end.target for end in edge.ends))
    from_column, to_column = table.ends["from"], table.ends["to"]

    def read(row: Row) -> Record | Refusal:
        number, cells, broken, *_ = row
        field = ""
        try:
            if broken is not None:
                raise BadValue(broken)
            field = "from"
            start = _one_end(cells[from_column], starts, resolver)
            field = "to"
            # what the start is narrows down what the end may be
            end = _one_end(cells[to_column], edge.targets(start.kind) or ends, resolver)
            props: dict[str, Value] = {}
            for field, column, read_value in columns:
                value = read_value(cells[column])
                if value is not None:
                    props[field] = value
        except BadValue as error:
            return refuse(name, Where(shown, sheet, number, field), error.reason, cells)
        return Record(None, (EdgeRow(name, start, end, props, sources),), Where(shown, sheet, number))

    return read


def _columns(
    table: Table, properties: Iterable[Property], zone: tzinfo
) -> tuple[list[tuple[str, int, Read]], int, Read]:
    """The property columns with their readers, the id's apart."""
    read = readers(properties, zone)
    columns = [(name, column, read[name]) for name, column in table.properties.items() if name != "id"]
    return columns, table.properties.get("id", -1), read.get("id", str)


def _link_reader(kinds: Sequence[str], resolver: Resolver) -> Callable[[str], tuple[Ref, ...]]:
    remembered: dict[str, tuple[Ref, ...]] = {}

    def read(cell: str) -> tuple[Ref, ...]:
        ends = remembered.get(cell)
        if ends is None:
            ends = tuple(end_of(text, kinds, resolver) for text in cell_ids(cell))
            if len(remembered) >= _REMEMBERED:
                remembered.clear()
            remembered[cell] = ends
        return ends

    return read


def _one_end(cell: str, kinds: Sequence[str], resolver: Resolver) -> Ref:
    text = string(cell)
    if text is None:
        raise BadValue(Text("边的一端为空；请填编号", "an end of the edge is empty; write its id"))
    return end_of(text, kinds, resolver)


def _ambiguous_columns(table: Table) -> list[tuple[int, tuple[str, ...], bool]]:
    """Columns in which a bare id may mean several kinds: column, kinds, whether it holds a list."""
    if table.meaning.what == "edge":
        edge = EDGES[table.meaning.name]
        ends = tuple(dict.fromkeys(end.target for end in edge.ends))
        both = [(table.ends["from"], edge.sources, False), (table.ends["to"], ends, False)]
        return [column for column in both if len(column[1]) > 1]
    found = [(column, EDGES[edge].targets(table.meaning.name), True) for edge, column in table.links.items()]
    return [column for column in found if len(column[1]) > 1]


def _wanted(
    rows: Sequence[Row], columns: Sequence[tuple[int, tuple[str, ...], bool]]
) -> Iterator[tuple[tuple[str, ...], str]]:
    """What bare ids the next rows hold, each different cell once."""
    for column, kinds, many in columns:
        for cell in {row.cells[column] for row in rows if row.broken is None}:
            with suppress(BadValue):  # the row's own reader says so
                for text in cell_ids(cell) if many else filter(None, [string(cell)]):
                    if written_ref(text) is None:
                        yield kinds, text
