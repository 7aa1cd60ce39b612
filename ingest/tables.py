"""Native tables: what each column of a file means, before any row is read (interface.md, "Tables")."""

from __future__ import annotations

from dataclasses import dataclass

from graph.errors import InputError
from graph.schema import EDGES, KINDS
from graph.text import Text
from ingest.names import Meaning, heading_meaning, nearest_heading, nearest_table, table_meaning
from ingest.sources.grid import Grid, twice


@dataclass(frozen=True)
class Table:
    """A table understood: the kind or edge its rows are, and for each property, link or end the column it stands in."""

    file: Grid
    meaning: Meaning
    properties: dict[str, int]
    links: dict[str, int]
    """Edge type → column, of a node table."""
    ends: dict[str, int]
    """``from`` and ``to`` → column, of an edge table."""

    @property
    def counted_as(self) -> str:
        """The kind or edge type."""
        return self.meaning.name

    def code_columns(self) -> tuple[int, ...]:
        """The columns that hold codes: the id, links and ends."""
        own = [self.properties["id"]] if self.meaning.what == "kind" else []
        return (*own, *self.links.values(), *self.ends.values())

    def bare_kinds(self) -> frozenset[str]:
        """Kinds that a bare id in this table may mean where several are allowed."""
        if self.meaning.what == "edge":
            edge = EDGES[self.meaning.name]
            groups = [edge.sources, tuple(dict.fromkeys(end.target for end in edge.ends))]
        else:
            groups = [EDGES[name].targets(self.meaning.name) for name in self.links]
        return frozenset(kind for kinds in groups if len(kinds) > 1 for kind in kinds)


def understand(file: Grid, stem: str) -> Table:
    """What a CSV file or a sheet holds, by its stem or name and its headings.

    Raises:
        InputError: the stem names no kind or edge; a column is unknown or stands twice; the id or an end is missing.
    """
    meaning = table_meaning(stem)
    if meaning is None:
        near = nearest_table(stem)
        hint = (f"是否为 {near}？", f"Did you mean {near}? ") if near else ("", "")
        raise InputError(
            _no_table(stem, sheet=bool(file.where.sheet)),
            Text(
                f"{hint[0]}请改名，或用 --mapping 指定映射文件",
                f"{hint[1]}Rename it, or name a mapping file with --mapping",
            ),
            file.where,
        )
    found: dict[str, dict[str, int]] = {"property": {}, "edge": {}, "ends": {}}
    for column, heading in enumerate(file.header):
        what = heading_meaning(meaning, heading)
        if what is None:
            raise _unknown_column(file, meaning, heading)
        place = found["ends" if what.what in ("from", "to") else what.what]
        if what.name in place:
            raise twice(heading, file.where, file.head_row)
        place[what.name] = column
    table = Table(file, meaning, found["property"], found["edge"], found["ends"])
    for need in ("id",) if meaning.what == "kind" else ("from", "to"):
        if need not in table.properties and need not in table.ends:
            raise _missing_column(file, meaning, need)
    return table


def title(meaning: Meaning) -> Text:
    """A table's kind or edge in words."""
    declared = (KINDS if meaning.what == "kind" else EDGES)[meaning.name]
    return Text(f"{declared.zh}（{meaning.name}）", meaning.name)


def _no_table(stem: str, *, sheet: bool) -> Text:
    if sheet:
        return Text(f"工作表名 {stem} 不是任何类型或边的名称", f"the sheet name {stem} is no kind's or edge's name")
    return Text(f"文件名 {stem} 不是任何类型或边的名称", f"the file name {stem} is no kind's or edge's name")


def _unknown_column(file: Grid, meaning: Meaning, heading: str) -> InputError:
    near = nearest_heading(meaning, heading)
    name = title(meaning)
    hint = (f"是否为 {near}？", f"Did you mean {near}? ") if near else ("", "")
    return InputError(
        Text(f"{name.zh} 没有列 {heading}", f"{name.en} has no column {heading}"),
        Text(
            f"{hint[0]}请改名或删去该列，或用 --mapping 指定映射文件",
            f"{hint[1]}Rename or remove it, or name a mapping file with --mapping",
        ),
        file.where._replace(row=file.head_row, field=heading),
    )


def _missing_column(file: Grid, meaning: Meaning, need: str) -> InputError:
    zh = {"id": "编号 id", "from": "起点 from", "to": "终点 to"}[need]
    name = title(meaning)
    return InputError(
        Text(f"{name.zh} 的表缺少列 {zh}", f"the table of {name.en} lacks the column {need}"),
        Text("请补上该列", "Add the column"),
        file.where._replace(row=file.head_row),
    )
