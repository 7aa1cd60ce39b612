"""Turns the rows of a foreign table into records as a mapping says, compiled once per file."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, tzinfo
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from graph.errors import InputError, Where, nearest
from graph.records import EdgeRow, NodeRow, Record, Ref, Refusal
from graph.schema import KINDS
from graph.text import Text
from graph.values import BadValue, Value, clip
from ingest.mapping import LinkSpec, MappingFile, ReferenceSpec, ValueSpec
from ingest.readers import Read, readers
from ingest.report import Notes
from ingest.sources.csv_table import CsvFile
from ingest.table_rows import refuse

Cells = Sequence[str]
Raw = Callable[[Cells], object]
"""What a row says for one value: a text, a list of texts, a time; '' is missing."""
_SKIPPED = Text("按映射的 skip_if 略过的行", "rows left out by the mapping's skip_if")


ReadNode = Callable[[Cells, list[str]], tuple[str, dict[str, Value]]]
"""Reads id and properties of a row; leaves the name of the property at hand in the list it is given."""


class _Reference(NamedTuple):
    """A compiled reference: how a row names the node, and how it creates it where it may."""

    name: str
    spec: ReferenceSpec
    read_ref: Callable[[Cells, list[str]], Ref | None]
    read_node: ReadNode | None


class MappedTable:
    """A mapping applied to the files of one source; created references are remembered, each becomes one record.

    Args:
        chosen: the mapping.
        source: whose word the rows are.
        zone: the zone of times without one, unless the mapping names its own.
        notes: where skipped rows are counted.
    """

    def __init__(self, chosen: MappingFile, source: str, zone: tzinfo, notes: Notes) -> None:
        self._chosen, self._mapping = chosen, chosen.mapping
        self._zone = ZoneInfo(self._mapping.zone) if self._mapping.zone else zone
        self._sources, self._notes = (source,), notes
        self._missing = frozenset(("", *self._mapping.missing))
        self._created: set[Ref] = set()

    def items(self, file: CsvFile) -> Iterator[Record | Refusal]:
        """The rows of a file: for each, the references it creates, then its own record.

        Raises:
            InputError: the mapping names a column that the file lacks.
        """
        columns = self.check_columns(file)
        kind = self._mapping.kind
        read_node = self._node(kind, self._mapping.properties, columns)
        references = [self._reference(name, spec, columns) for name, spec in self._mapping.references.items()]
        links = [(edge, _chooser(link)) for edge, link in self._mapping.edges.items()]
        skips = [(columns[name], frozenset(values)) for name, values in self._mapping.skip_if.items()]
        owns = tuple(self._mapping.edges)
        for row in file.rows():
            where = Where(file.text.shown, "", row.number)
            if row.broken is not None:
                yield refuse(kind, where, row.broken, row.cells)
                continue
            if any(row.cells[column].strip() in values for column, values in skips):
                self._notes.add(_SKIPPED)
                continue
            field = [""]
            try:
                id_, props = read_node(row.cells, field)
                there = _present(references, row.cells, field)
                created = self._create(references, there, row.cells, field, where)
            except BadValue as error:
                yield refuse(kind, where._replace(field=field[0]), error.reason, row.cells)
                continue
            yield from created
            start = Ref(kind, id_)
            edges = [
                EdgeRow(edge, start, there[name], {}, self._sources) for edge, choose in links for name in choose(there)
            ]
            yield Record(NodeRow(kind, id_, props, self._sources), tuple(edges), where, owns)

    def check_columns(self, file: CsvFile) -> dict[str, int]:
        """Column → place in the file.

        Raises:
            InputError: a column that the mapping names is not there.
        """
        places = {name: place for place, name in enumerate(file.header)}
        for name, path in self._mapping.columns():
            if name not in places:
                near = nearest(name, places)
                place = self._chosen.tree.where(path).text()
                listed = ", ".join(file.header[:30])
                raise InputError(
                    Text(
                        f"映射（{place.zh}）用到的列 {name} 不在表中",
                        f"the column {name}, which the mapping ({place.en}) names, is not in the table",
                    ),
                    Text(f"是否为 {near}？", f"Did you mean {near}?")
                    if near
                    else Text(f"表中的列：{listed}", f"The table has: {listed}"),
                    file.text.where._replace(row=1, field=name),
                )
        return places

    # ── nodes ─────────────────────────────────────────────────────────────────────────────────────
    def _node(self, kind: str, specs: Mapping[str, ValueSpec], columns: dict[str, int]) -> ReadNode:
        """The reader of one kind."""
        read = readers(KINDS[kind].properties.values(), self._zone)
        parts: list[tuple[str, Raw, Read]] = [
            (name, self._raw(spec, columns), read[name]) for name, spec in specs.items()
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
        raw = self._raw(spec.id, columns)
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

    # ── values ────────────────────────────────────────────────────────────────────────────────────
    def _raw(self, spec: ValueSpec, columns: dict[str, int]) -> Raw:
        """The steps of one value: take it, map it, default it, split it or read it as a time."""
        take = self._take(spec, columns)
        values = None if spec.values is None else {name: value or "" for name, value in spec.values.items()}
        default, otherwise, zone = spec.default or "", spec.otherwise, self._zone

        def raw(cells: Cells) -> object:
            text = take(cells)
            if text and values is not None:
                found = values.get(text)
                if found is None:
                    if otherwise == "refuse":
                        raise BadValue(_unlisted(text))
                    found = text if otherwise == "keep" else ""
                text = found
            text = text or default
            if text and spec.formats:
                return _time(text, spec.formats, zone)
            if text and spec.split:
                return text.split(spec.split)
            return text

        return raw

    def _take(self, spec: ValueSpec, columns: dict[str, int]) -> Callable[[Cells], str]:
        """The text itself; a template of which a column is missing is missing as a whole."""
        missing = self._missing
        if spec.constant is not None:
            constant = spec.constant
            return lambda cells: constant
        places = [columns[name] for name in spec.columns]
        if spec.template is None:
            place = places[0]
            return lambda cells: "" if (text := cells[place].strip()) in missing else text
        literals = re.split(r"\{[^{}]+\}", spec.template)

        def fill(cells: Cells) -> str:
            texts = [cells[place].strip() for place in places]
            if any(text in missing for text in texts):
                return ""
            return literals[0] + "".join(text + literal for text, literal in zip(texts, literals[1:], strict=True))

        return fill


def _present(references: Sequence[_Reference], cells: Cells, field: list[str]) -> dict[str, Ref]:
    """The references that a row does not leave open."""
    found = {reference.name: reference.read_ref(cells, field) for reference in references}
    return {name: ref for name, ref in found.items() if ref is not None}


def _chooser(link: LinkSpec) -> Callable[[dict[str, Ref]], Sequence[str]]:
    if link.all_of:
        return lambda there: [name for name in link.all_of if name in there]
    return lambda there: [name for name in link.first_of if name in there][:1]


@lru_cache(maxsize=4096)
def _time(text: str, formats: tuple[str, ...], zone: tzinfo) -> datetime:
    for form in formats:
        try:
            when = datetime.strptime(text, form)
        except ValueError:
            continue
        return when if when.tzinfo is not None else when.replace(tzinfo=zone)
    shown = clip(text)
    raise BadValue(
        Text(
            f"{shown} 不符合日期格式 {'、'.join(formats)}",
            f"{shown} fits none of the date formats {', '.join(formats)}",
        )
    )


def _unlisted(text: str) -> Text:
    shown = clip(text)
    return Text(
        f"值 {shown} 不在映射的 values 中；请补充该值，或设 otherwise: keep 或 absent",
        f"{shown} is not among the mapping's values; add it, or set otherwise to keep or absent",
    )
