"""Native tables: what each column of a file means, before any row is read (interface.md, "Tables")."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from graph.errors import InputError
from graph.schema import EDGES, KINDS
from graph.text import Text
from ingest.cells import Role, role_of
from ingest.headed import HeadedTable, headed, refuse_twice
from ingest.heads import Wanted
from ingest.names import Meaning, nearest_heading, nearest_table, read_heading, spoken_headings, table_meaning
from ingest.report import Notes
from ingest.sources.grid import Raw, place_text, twice


@dataclass(frozen=True)
class Table:
    """A table understood: the kind or edge its rows are, and for each property, link or end the column it stands in."""

    file: HeadedTable
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

    def bare_kinds(self) -> frozenset[str]:
        """Kinds that a bare id in this table may mean where several are allowed."""
        if self.meaning.what == "edge":
            edge = EDGES[self.meaning.name]
            groups = [edge.sources, tuple(dict.fromkeys(end.target for end in edge.ends))]
        else:
            groups = [EDGES[name].targets(self.meaning.name) for name in self.links]
        return frozenset(kind for kinds in groups if len(kinds) > 1 for kind in kinds)


def meaning_of(raw: Raw, stem: str) -> Meaning:
    """The kind or edge that a file stem or sheet name says.

    Raises:
        InputError: it names none.
    """
    meaning = table_meaning(stem)
    if meaning is not None:
        return meaning
    near = nearest_table(stem)
    hint = (f"是否为 {near}？", f"Did you mean {near}? ") if near else ("", "")
    raise InputError(
        _no_table(stem, sheet=bool(raw.where.sheet)),
        Text(
            f"{hint[0]}请改名，或用 --mapping 指定映射文件（suyuan mapping draft 可起草）",
            f"{hint[1]}Rename it, or name a mapping file with --mapping (suyuan mapping draft writes one)",
        ),
        raw.where,
    )


def wanted(meaning: Meaning) -> Wanted:
    """What the heading of a native table looks like."""
    needs = {"id"} if meaning.what == "kind" else {"from", "to"}

    def complete(names: Sequence[str]) -> bool:
        found = {heading.meaning.name for name in names if (heading := read_heading(meaning, name)) is not None}
        return needs <= found

    return Wanted(lambda text: bool(text) and read_heading(meaning, text) is not None, complete)


def understand(raw: Raw, meaning: Meaning, notes: Notes) -> Table:
    """What a CSV file or a sheet holds, by what its name means and by its headings.

    Raises:
        InputError: a column is unknown or stands twice; the id or an end is missing; there is no heading.
    """
    file = headed(raw, wanted(meaning), _vocabulary(meaning), notes)
    refuse_twice(file)
    found: dict[str, dict[str, int]] = {"property": {}, "edge": {}, "ends": {}}
    roles: dict[int, Role] = {}
    for column, heading in enumerate(file.header):
        read = read_heading(meaning, heading)
        if read is None:
            raise _unknown_column(file, meaning, heading)
        what = read.meaning
        place = found["ends" if what.what in ("from", "to") else what.what]
        if what.name in place:
            raise twice(heading, file.where, file.head_row)
        place[what.name] = column
        roles[column] = "share" if read.share else _role(meaning, what)
        if not read.plain:
            notes.add(_read_as(file, heading, what))
    table = Table(file.with_roles(roles), meaning, found["property"], found["edge"], found["ends"])
    for need in ("id",) if meaning.what == "kind" else ("from", "to"):
        if need not in table.properties and need not in table.ends:
            raise _missing_column(file, meaning, need)
    return table


def _role(table: Meaning, what: Meaning) -> Role:
    """What a column wants."""
    if what.what == "edge":
        return "codes"
    if what.what != "property" or what.name == "id":
        return "code"
    prop = (KINDS if table.what == "kind" else EDGES)[table.name].properties[what.name]
    return role_of(prop.type, choices=bool(prop.choices))


@cache
def _vocabulary(meaning: Meaning) -> frozenset[str]:
    return frozenset(name.casefold() for name in spoken_headings(meaning))


def _read_as(file: HeadedTable, heading: str, what: Meaning) -> Text:
    place = place_text(file.where)
    return Text(
        f"{place.zh}：列名 {heading} 读作 {what.name}", f"{place.en}: the heading {heading} is read as {what.name}"
    )


def title(meaning: Meaning) -> Text:
    """A table's kind or edge in words."""
    declared = (KINDS if meaning.what == "kind" else EDGES)[meaning.name]
    return Text(f"{declared.zh}（{meaning.name}）", meaning.name)


def _no_table(stem: str, *, sheet: bool) -> Text:
    if sheet:
        return Text(f"工作表名 {stem} 不是任何类型或边的名称", f"the sheet name {stem} is no kind's or edge's name")
    return Text(f"文件名 {stem} 不是任何类型或边的名称", f"the file name {stem} is no kind's or edge's name")


def _unknown_column(file: HeadedTable, meaning: Meaning, heading: str) -> InputError:
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


def _missing_column(file: HeadedTable, meaning: Meaning, need: str) -> InputError:
    zh = {"id": "编号 id", "from": "起点 from", "to": "终点 to"}[need]
    name = title(meaning)
    return InputError(
        Text(f"{name.zh} 的表缺少列 {zh}", f"the table of {name.en} lacks the column {need}"),
        Text("请补上该列", "Add the column"),
        file.where._replace(row=file.head_row),
    )
