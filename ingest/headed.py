"""A table whose heading was found: gives its rows below as clean cells by column, and says of every row that is none why (docs/tables.md)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from graph.errors import InputError, Where
from graph.text import Text
from graph.values import clip
from ingest.cells import Role, bare
from ingest.heads import LOOKED_AT, Head, Wanted, find_head
from ingest.masking import mask
from ingest.report import Notes
from ingest.row_pass import RowPass
from ingest.sources.grid import Raw, Row, letter, no_heading, place_text, refuse_too_wide, twice


@dataclass(frozen=True)
class HeadedTable:
    """A table with its heading; ``header`` has the columns that have a name, ``places`` where each stands in a row."""

    raw: Raw
    head: Head
    header: tuple[str, ...]
    grouped: tuple[str, ...]
    """For each column ``group/name``, or '' where it stands under no group."""
    places: tuple[int, ...]
    vocabulary: frozenset[str]
    """Texts that are headings of such tables, in one case: a row of nothing else is another heading."""
    roles: Mapping[int, Role]
    """What the columns want; free text where nothing is said."""
    used: frozenset[int] | None = None
    """The columns that are read, if not all: what stands in others is noted and no ground to refuse a row."""

    @property
    def where(self) -> Where:
        """The file, and the sheet if it is one of a workbook."""
        return self.raw.where

    @property
    def head_row(self) -> int:
        """The number of the last row of the heading."""
        return self.head.last

    def rows(self, notes: Notes | None = None) -> Iterator[Row]:
        """Every row below the heading that is not blank; each has exactly as many cells as the heading, or comes with ``broken``.

        Args:
            notes: where to say, after the last row, what was done to how many cells of each column; to be given in one
                pass only where there are several.
        """
        run = RowPass(self)
        for row in self.raw.rows():
            if row.number > self.head.last:
                read = run.read(row)
                if read is not None:
                    yield read
        if notes is not None:
            run.tell(notes)

    def with_roles(self, roles: Mapping[int, Role], used: frozenset[int] | None = None) -> HeadedTable:
        """The same table, its cells made what the columns want."""
        return replace(self, roles=roles, used=used)

    def column(self, name: str) -> int | None:
        """The column of a name: its own, ``group/name`` or, where a name stands several times, ``name#2``. None when there is none.

        Raises:
            InputError: several columns have the name.
        """
        wanted, _, number = name.rpartition("#")
        for names in (self.header, self.grouped):
            found = [at for at, other in enumerate(names) if other == bare(name)]
            if len(found) == 1:
                return found[0]
            if found:
                raise _ambiguous(name, self.where, self.head_row, [self.grouped[at] or f"{name}#{n}" for n, at in enumerate(found, 1)])  # fmt: skip
        if not (wanted and number.isascii() and number.isdecimal() and len(number) < 4):
            return None
        same = [at for at, other in enumerate(self.header) if other == bare(wanted)]
        return same[int(number) - 1] if 0 < int(number) <= len(same) else None


def headed(raw: Raw, wanted: Wanted, vocabulary: frozenset[str], notes: Notes) -> HeadedTable:
    """Find the heading of a table; lines above it are noted.

    Raises:
        InputError: there is none, it holds an error value or is too wide.
    """
    start = list(islice(raw.rows(), LOOKED_AT))
    head = find_head(start, raw.merges, wanted)
    if head is None or not wanted.complete([name for name in head.names if name]):
        _refuse_unreadable(start if head is None else [row for row in start if row.number < head.first], raw.where)
    if head is None:
        raise no_heading(raw.where)
    for row in start:
        if head.first <= row.number <= head.last and row.faults:
            raise _faulty_heading(raw.where, row)
    if head.above:
        notes.add(_above(raw.where, head.above), len(head.above))
    places = tuple(at for at, name in enumerate(head.names) if name)
    if places[-1] >= len(places):
        notes.add(_without_heading(raw.where), places[-1] + 1 - len(places))
    names, grouped = tuple(head.names[at] for at in places), tuple(head.grouped[at] for at in places)
    return HeadedTable(raw, head, names, grouped, places, vocabulary | {name.casefold() for name in names}, {})


def refuse_twice(table: HeadedTable) -> None:
    """Raise InputError when two columns have the same name: of a native table, no one can tell which is meant."""
    for at, name in enumerate(table.header):
        if name in table.header[:at]:
            raise twice(name, table.where, table.head_row)


def _above(where: Where, lines: Sequence[str]) -> Text:
    place = place_text(where)
    shown = " / ".join(clip(mask(line)[0], 40) for line in lines[:3])
    return Text(f"{place.zh}：表头上方的行未读入（{shown}）", f"{place.en}: lines above the heading not read ({shown})")


def _without_heading(where: Where) -> Text:
    place = place_text(where)
    return Text(f"{place.zh}：没有列名的列未读入", f"{place.en}: columns without a heading not read")


def _refuse_unreadable(rows: Sequence[Row], where: Where) -> None:
    """Raise InputError when what may have been the heading cannot be read."""
    for row in rows:
        if row.broken is not None:
            raise InputError(
                Text(f"表头读不通：{row.broken.zh}", f"the heading cannot be read: {row.broken.en}"),
                Text("请检查第一行的引号", "Check the quotes in the first row"), where._replace(row=row.number),
            )  # fmt: skip
        refuse_too_wide(row.cells, where)


def _faulty_heading(where: Where, row: Row) -> InputError:
    fault = row.faults[0]
    return InputError(
        Text(f"表头的 {letter(fault.column)} 列是错误值 {fault.code}", f"the heading holds the error {fault.code} in column {letter(fault.column)}"),
        Text("请改正表头", "Correct the heading"), where._replace(row=row.number),
    )  # fmt: skip


def _ambiguous(name: str, where: Where, row: int, ways: Sequence[str]) -> InputError:
    listed = ", ".join(ways)
    return InputError(
        Text(f"列 {name} 出现了 {len(ways)} 次", f"column {name} stands {len(ways)} times"),
        Text(f"请在映射中写明是哪一个：{listed}", f"Say in the mapping which one: {listed}"),
        where._replace(row=row, field=name),
    )
