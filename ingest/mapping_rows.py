"""Turns the rows of a foreign table into records as a mapping says, compiled once per file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import tzinfo
from typing import NamedTuple
from zoneinfo import ZoneInfo

from graph.errors import Where
from graph.records import EdgeRow, NodeRow, Record, Ref, Refusal
from graph.schema import KINDS
from graph.text import Text
from graph.values import BadValue, Value
from ingest.headed import HeadedTable
from ingest.mapping import MappingFile
from ingest.mapping_spec import FilePath, LinkSpec, ReferenceSpec, ValueSpec
from ingest.mapping_spec import Mapping as MappingSpec
from ingest.mapping_values import Cells, Raw, ValueReaders
from ingest.readers import Read, readers
from ingest.report import Notes
from ingest.sources.grid import Row
from ingest.table_rows import refuse

_SKIPPED = Text("按映射的 skip_if 略过的行", "rows left out by the mapping's skip_if")


ReadNode = Callable[[Cells, list[str]], tuple[str, dict[str, Value]]]
"""Reads id and properties of a row; leaves the name of the property at hand in the list it is given."""


class _Reference(NamedTuple):
    """A compiled reference: how a row names the node, and how it creates it where it may."""

    name: str
    spec: ReferenceSpec
    read_ref: Callable[[Cells, list[str]], Ref | None]
    read_node: ReadNode | None


class RowReader(NamedTuple):
    """The rows of one kind as a mapping says, compiled for the columns of one table."""

    kind: str
    sources: tuple[str, ...]
    read_node: ReadNode
    references: list[_Reference]
    links: list[tuple[str, Callable[[dict[str, Ref]], Sequence[str]]]]
    owns: tuple[str, ...]
    create: Callable[[Sequence[_Reference], dict[str, Ref], Cells, list[str], Where], list[Record]]

    def read(self, cells: Cells, where: Where, shown: Cells | None = None) -> list[Record | Refusal]:
        """What a row is: the nodes it creates and its own record, or why it is refused (``shown`` is the row as it was written)."""
        field = [""]
        try:
            id_, props = self.read_node(cells, field)
            there = _present(self.references, cells, field)
            created = self.create(self.references, there, cells, field, where)
        except BadValue as error:
            return [refuse(self.kind, where._replace(field=field[0]), error.reason, cells if shown is None else shown)]
        start = Ref(self.kind, id_)
        edges = [
            EdgeRow(edge, start, there[name], {}, self.sources) for edge, choose in self.links for name in choose(there)
        ]
        return [*created, Record(NodeRow(self.kind, id_, props, self.sources), tuple(edges), where, self.owns)]


class MappedTable:
    """A mapping applied to the files of one source.

    Args:
        chosen: the mapping.
        source: whose word the rows are.
        zone: the zone of times without one, unless the mapping names its own.
        notes: where skipped rows are counted.
    """

    def __init__(self, chosen: MappingFile, source: str, zone: tzinfo, notes: Notes) -> None:
        self._chosen, self._mapping, self._notes = chosen, chosen.mapping, notes
        self._compiler = RowCompiler(chosen.mapping, source, zone)

    def items(self, file: HeadedTable) -> Iterator[Record | Refusal]:
        """The rows of a file: for each, the references it creates, then its own record.

        Raises:
            InputError: the mapping names a column that the file lacks.
        """
        columns = self.check_columns(file)
        said = self._mapping
        note_unread(file, self._notes)
        reader = self._compiler.reader(said.kind, said.properties, said.references, said.edges, columns)
        for row in kept_rows(file, said, columns, self._notes):
            where = file.where._replace(row=row.number)
            if row.broken is not None:
                yield refuse(said.kind, where, row.broken, row.cells)
            else:
                yield from reader.read(row.cells, where)

    def check_columns(self, file: HeadedTable) -> dict[str, int]:
        """Column → place in the file; see :func:`places_of`."""
        return places_of(self._chosen, self._mapping.columns(), file)


def note_unread(file: HeadedTable, notes: Notes) -> None:
    """Say which columns a mapping leaves aside."""
    unread = [name for at, name in enumerate(file.header) if file.used is not None and at not in file.used]
    if unread:
        listed = ", ".join(unread)
        notes.add(Text(f"映射未用到的列，未存入：{listed}", f"columns the mapping does not read, not stored: {listed}"))


def kept_rows(file: HeadedTable, said: MappingSpec, columns: Mapping[str, int], notes: Notes) -> Iterator[Row]:
    """The rows that ``skip_if`` does not leave out, unreadable ones among them."""
    skips = [(columns[name], frozenset(values)) for name, values in said.skip_if.items()]
    for row in file.rows(notes):
        if row.broken is None and any(row.cells[column].strip() in values for column, values in skips):
            notes.add(_SKIPPED)
        else:
            yield row


def places_of(chosen: MappingFile, named: Iterable[tuple[str, FilePath]], file: HeadedTable) -> dict[str, int]:
    """Column → place in a row of the table.

    Raises:
        InputError: a column that the mapping names is not there, or stands several times.
    """
    return {name: chosen.place(name, path, file) for name, path in named}


class RowCompiler:
    """Compiles the parts of a mapping; created references are remembered, each becomes one record.

    Args:
        said: the mapping.
        source: whose word the rows are.
        zone: the zone of times without one, unless the mapping names its own.
    """

    def __init__(self, said: MappingSpec, source: str, zone: tzinfo) -> None:
        self._zone = ZoneInfo(said.zone) if said.zone else zone
        self._sources = (source,)
        self.values = ValueReaders(said.missing, self._zone)
        self._created: set[Ref] = set()

    def reader(
        self, kind: str, properties: Mapping[str, ValueSpec], references: Mapping[str, ReferenceSpec],
        edges: Mapping[str, LinkSpec], columns: dict[str, int], owns: tuple[str, ...] | None = None,
    ) -> RowReader:  # fmt: skip
        """The reader of one kind; ``columns`` says where in a row each column stands, ``owns`` which links rows state in full."""
        return RowReader(
            kind, self._sources, self._node(kind, properties, columns),
            [self._reference(name, spec, columns) for name, spec in references.items()],
            [(edge, _chooser(link)) for edge, link in edges.items()],
            tuple(edges) if owns is None else owns, self._create,
        )  # fmt: skip

    # ── nodes ─────────────────────────────────────────────────────────────────────────────────────
    def _node(self, kind: str, specs: Mapping[str, ValueSpec], columns: dict[str, int]) -> ReadNode:
        """The reader of one kind."""
        read = readers(KINDS[kind].properties.values(), self._zone)
        parts: list[tuple[str, Raw, Read]] = [
            (name, self.values.raw(spec, columns), read[name]) for name, spec in specs.items()
        ]

        def read_node(cells: Cells, field: list[str]) -> tuple[str, dict[str, Value]]:
            props: dict[str, Value] = {}
            for name, raw, read_value in parts:
                field[0] = name
                found = raw(cells)
                if found != "":
                    value = read_value(found)
                    if value is not None:
                        props[name] = value
            field[0] = "id"
            id_ = props.pop("id", None)
            if id_ is None:
                raise BadValue(Text("缺少编号（id）；请补上", "id is missing; add it"))
            return str(id_), props

        return read_node

    def _reference(self, name: str, spec: ReferenceSpec, columns: dict[str, int]) -> _Reference:
        raw = self.values.raw(spec.id, columns)
        read_id = readers(KINDS[spec.kind].properties.values(), self._zone)["id"]

        def read_ref(cells: Cells, field: list[str]) -> Ref | None:
            field[0] = spec.id.columns[0] if spec.id.columns else "id"
            found = raw(cells)
            id_ = read_id(found) if found != "" else None
            return Ref(spec.kind, str(id_)) if id_ is not None else None

        read_node = self._node(spec.kind, {**spec.properties, "id": spec.id}, columns) if spec.create else None
        return _Reference(name, spec, read_ref, read_node)

    def _create(
        self, references: Sequence[_Reference], there: dict[str, Ref], cells: Cells, field: list[str], where: Where
    ) -> list[Record]:
        """The nodes this row refers to and nobody created before, in the order of the mapping."""
        created: dict[Ref, Record] = {}
        for reference in references:
            ref = there.get(reference.name)
            if ref is None or reference.read_node is None or ref in self._created or ref in created:
                continue
            _, props = reference.read_node(cells, field)
            edges = tuple(
                EdgeRow(edge, ref, there[end], {}, self._sources)
                for edge, link in reference.spec.edges.items()
                for end in _chooser(link)(there)
            )
            created[ref] = Record(
                NodeRow(ref.kind, ref.id, props, self._sources), edges, where, tuple(reference.spec.edges)
            )
        self._created.update(created)
        return list(created.values())


def _present(references: Sequence[_Reference], cells: Cells, field: list[str]) -> dict[str, Ref]:
    """The references that a row does not leave open."""
    found = {reference.name: reference.read_ref(cells, field) for reference in references}
    return {name: ref for name, ref in found.items() if ref is not None}


def _chooser(link: LinkSpec) -> Callable[[dict[str, Ref]], Sequence[str]]:
    if link.all_of:
        return lambda there: [name for name in link.all_of if name in there]
    return lambda there: [name for name in link.first_of if name in there][:1]
