"""One pass over the rows of a headed table: fills merged areas, tells rows from headings, totals and remarks, cleans cells, keeps count."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from graph.text import Text
from graph.values import BadValue
from ingest.cells import DONE, Clean, bare, cleaner
from ingest.report import Notes
from ingest.sources.grid import NO_RESULT, Fault, Merge, Row, letter, place_text, too_many

if TYPE_CHECKING:
    from ingest.headed import HeadedTable

_TOTAL = re.compile(
    r"(?:本页|本月|全年|分类)?(?:合计|总计|小计|共计|累计|总数|平均值?)[:：]?[\d,.]*(?:条|件|个|次|元|笔|行)?\Z|(?:grand|sub)?-?total[:：]?[\d,.]*\Z|sum[:：]?\Z",
    re.IGNORECASE,
)
_REMARK = re.compile(
    r"(?:注|备注|说明|附注|附|提示|填表|填报|制表|制单|审核|复核|审批|统计|打印|导出|数据来源|来源|截止|截至|联系|单位负责人|note|remark|source|printed|exported|prepared|approved|page)[^:：]{0,8}[:：]"
    r"|共\s*\d+\s*(?:条|件|行|户|笔|页)|第\s*\d+\s*页|[-—=_*~\s]{3,}\Z|以下空白",
    re.IGNORECASE,
)
_STARTS = frozenset("合总小共累平本全分注备说附提填制审复统打导数来截联单第以-—=_*~gGsStTnNrRpPeEaA")
"""With what a total or a remark begins: most rows need no closer look."""
_REMEMBERED = 4_000
"""Cells of a column that are known to be fine: units, categories, days come again and again."""
_IS_TOTAL = Text(
    "像是合计行，不是一条数据；若确是数据请改正首列", "this looks like a line of totals, not a row; if it is one, correct its first cell"
)  # fmt: skip
_IS_REMARK = Text("像是表尾的说明，不是一条数据", "this looks like a remark below the table, not a row")
_IS_TITLE = Text("跨列合并的小标题，不是一条数据", "a title merged over several columns, not a row")
_IS_HEAD = Text(
    "像是另一张表的表头；请把它放到单独的工作表或文件", "this looks like the heading of another table; put that into a sheet or file of its own"
)  # fmt: skip
_UNDER_HEAD = Text(
    "位于另一张表的表头之下，列的含义不同",
    "it stands below the heading of another table, whose columns mean other things",
)
_OF_BROKEN = Text(
    "此行原属上面引号有误的一行，无法确定是否完整；请改正引号后重新导入",
    "this line was part of the row above whose quotes are broken: whether it is whole cannot be told; mend the quotes and load again",
)


class RowPass:
    """Reads the rows below the heading in order; ``tell`` says what was done."""

    def __init__(self, table: HeadedTable) -> None:
        self._table = table
        self._raw = table.raw
        self._places: Sequence[int] | None = table.places
        """Where the columns stand now; None below the heading of another table."""
        self._width = max(table.places) + 1
        self._straight = tuple(table.places) == tuple(range(len(table.places)))
        self._counts = [Counter[str]() for _ in table.header]
        used = [at for at in range(len(table.header)) if table.used is None or at in table.used]
        self._texts = [at for at in used if table.roles.get(at, "text") == "text"]
        self._others: list[tuple[int, Clean, set[str]]] = [
            (at, cleaner(role, self._counts[at], epoch_1904=table.raw.epoch_1904), set())
            for at in used if (role := table.roles.get(at, "text")) != "text"
        ]  # fmt: skip
        self._merges = _Merges(table.raw.merges, table.head_row) if table.raw.merges else None
        self._heads = 0
        self._number: int | None = None
        self._numbered = 0
        self._beside: Counter[int] = Counter()

    # ── rows ──────────────────────────────────────────────────────────────────────────────────────
    def read(self, row: Row) -> Row | None:
        """The row with a clean cell for each column, or with the reason why it is none; None for a blank one and a repeated heading."""
        number, cells, broken, faults, part_of_broken = row
        if broken is not None:
            return row
        if self._merges is not None:
            cells, faults = self._merges.fill(number, cells, faults, self._table.places, self._counts)
        if not faults and not (cells[0] and not cells[0].isspace()) and not any(map(str.strip, cells)):
            return None
        if part_of_broken >= 0 and (part_of_broken < len(self._table.header) or len(self._table.header) == 1):
            return Row(number, cells, _OF_BROKEN)
        reason = self._no_row(number, cells)
        if reason is _REPEATED:
            self._heads += 1
            return None
        if reason is None:
            reason = self._beside_table(cells) or self._fault(faults)
        if reason is not None:
            return Row(number, cells, reason)
        assert self._places is not None  # a row below another heading has its reason
        if self._straight:
            taken = cells if len(cells) == self._width else cells[: self._width] + [""] * (self._width - len(cells))
        else:
            taken = [cells[place] if place < len(cells) else "" for place in self._places]
        return self._cleaned(number, cells, taken)

    def _cleaned(self, number: int, cells: list[str], taken: list[str]) -> Row:
        """The row with its cells cleaned; a cell that was fine before is known again, which saves half the time of a pass."""
        for at in self._texts:
            cell = taken[at]
            text = cell.strip()
            if len(text) != len(cell):
                self._counts[at]["trimmed"] += 1
                taken[at] = text
        for at, clean, fine in self._others:
            cell = taken[at]
            if not cell or cell in fine:
                continue
            try:
                text = clean(cell)
            except BadValue as error:
                name = self._table.header[at]
                return Row(number, cells, Text(f"列 {name}：{error.reason.zh}", f"column {name}: {error.reason.en}"))
            if text != cell:
                taken[at] = text
            elif len(fine) < _REMEMBERED:
                fine.add(cell)
        return Row(number, taken)

    def _no_row(self, number: int, cells: Sequence[str]) -> Text | None:
        """Why a row is no data: a heading, a total, a remark, a title."""
        first = cells[0].strip() or next(filter(None, map(str.strip, cells)), "")
        if not first.isascii():
            first = bare(first)
        if first.casefold() in self._table.vocabulary:
            filled = {at: name for at, cell in enumerate(cells) if (name := bare(cell).casefold())}
            if set(filled.values()) <= self._table.vocabulary and len(filled) > (len(self._table.header) > 1):
                return self._another_head(filled)
        if self._places is None:
            return _UNDER_HEAD
        if first[:1] in _STARTS and len(self._table.header) > 1 and len(first) < 200:
            if _TOTAL.match("".join(first.split())):
                return _IS_TOTAL
            if _REMARK.match(first) and all(_REMARK.match(cell.strip()) for cell in cells if cell.strip()):
                return _IS_REMARK
        if self._merges is not None and self._merges.is_title(number, cells):
            return _IS_TITLE
        return None

    def _another_head(self, filled: dict[int, str]) -> Text | None:
        """A heading among the rows: the same one is left out, one with the same columns in another order holds from here on."""
        places = {name: at for at, name in filled.items()}
        names = [name.casefold() for name in self._table.header]
        if set(places) <= set(names) and len(places) == len(filled) and names[0] in places:
            self._places = [places.get(name, 1 << 20) for name in names]
            self._straight = tuple(self._places) == tuple(range(len(names)))
            self._width = max(place for place in self._places if place < 1 << 20) + 1
            return _REPEATED
        self._places = None
        return _IS_HEAD

    def _beside_table(self, cells: Sequence[str]) -> Text | None:
        """Cells in columns that have no heading."""
        places = self._places or ()
        if len(cells) <= self._width and (self._straight or len(places) == self._width):
            return None
        beside = [at for at, cell in enumerate(cells) if cell and at not in places and not cell.isspace()]
        if not beside:
            return None
        if self._raw.exact_width and beside[-1] >= self._width:
            return too_many(len(cells), self._width)
        if self._table.used is not None:
            self._beside.update(beside)
            return None
        if beside == [0] and places[0] > 0 and self._is_next(cells[0].strip()):
            return None
        name = letter(beside[0])
        return Text(f"{name} 列没有列名，却有内容；请补上列名或清空该单元格", f"column {name} has no heading but holds something; name the column or empty the cell")  # fmt: skip

    def _is_next(self, cell: str) -> bool:
        """Whether a cell before the table goes on numbering the rows, from 0 or 1."""
        if not (cell.isascii() and cell.isdigit() and len(cell) < 12):
            return False
        if int(cell) not in ((0, 1) if self._number is None else (self._number + 1,)):
            return False
        self._number = int(cell)
        self._numbered += 1
        return True

    def _fault(self, faults: Sequence[Fault]) -> Text | None:
        """A cell that is read and holds an error value, or a formula without its result."""
        for column, code in faults:
            at = next((n for n, place in enumerate(self._places or ()) if place == column), None)
            if self._table.used is not None and at not in self._table.used:
                continue
            name = self._table.header[at] if at is not None else letter(column)
            if code == NO_RESULT:
                return Text(
                    f"列 {name} 的公式没有结果；请在 Excel 中打开并保存后再导入",
                    f"the formula in column {name} carries no result; open the workbook in Excel and save it",
                )
            return Text(
                f"列 {name} 是错误值 {code}；请改正公式或填入值", f"column {name} holds the error {code}; mend the formula or write a value"
            )  # fmt: skip
        return None

    # ── telling ───────────────────────────────────────────────────────────────────────────────────
    def tell(self, notes: Notes) -> None:
        """Note once a column what was done to how many of its cells."""
        place = place_text(self._table.where)
        for at, counts in enumerate(self._counts):
            for column, what, count in self._raw.read_as:
                if column == self._table.places[at] and (self._table.used is None or at in self._table.used):
                    counts[what] += count
            for what in DONE:
                if counts[what]:
                    notes.add(_done(place, self._table.header[at], DONE[what]), counts[what])
        if self._heads:
            notes.add(Text(f"{place.zh}：表中重复的表头已略过", f"{place.en}: headings repeated among the rows left out"), self._heads)  # fmt: skip
        if self._numbered:
            notes.add(Text(f"{place.zh}：首列是没有列名的行号，未读入", f"{place.en}: the first column numbers the rows and has no heading, not read"), self._numbered)  # fmt: skip
        for column, count in sorted(self._beside.items()):
            name = letter(column)
            notes.add(Text(f"{place.zh}：{name} 列没有列名，其内容未读入", f"{place.en}: column {name} has no heading, what it holds was not read"), count)  # fmt: skip


_REPEATED = Text("重复的表头", "a repeated heading")


class _Merges:
    """The merged areas below the heading."""

    def __init__(self, merges: Sequence[Merge], head_row: int) -> None:
        self._starting: dict[int, list[Merge]] = {}
        for area in merges:
            if area.top > head_row:
                self._starting.setdefault(area.top, []).append(area)
        self._open: list[tuple[Merge, str, str]] = []

    def fill(
        self, number: int, cells: list[str], faults: tuple[Fault, ...], places: Sequence[int], counts: Sequence[Counter[str]]
    ) -> tuple[list[str], tuple[Fault, ...]]:  # fmt: skip
        """The row with the values of areas that reach down to it; an error value reaches down, too."""
        self._open = [entry for entry in self._open if entry[0].bottom >= number]
        for area, value, code in self._open:
            if area.left >= len(cells):
                cells += [""] * (area.left + 1 - len(cells))
            if not cells[area.left]:
                cells[area.left] = value
                if code:
                    faults = (*faults, Fault(area.left, code))
                elif area.left in places:
                    counts[places.index(area.left)]["merged"] += 1
        for area in self._starting.get(number, ()):
            if area.bottom > number:
                value = cells[area.left] if area.left < len(cells) else ""
                code = next((fault.code for fault in faults if fault.column == area.left), "")
                if value or code:
                    self._open.append((area, value, code))
        return cells, faults

    def is_title(self, number: int, cells: Sequence[str]) -> bool:
        """Whether all that a row holds is one text merged over several columns."""
        filled = [at for at, cell in enumerate(cells) if cell.strip()]
        return len(filled) == 1 and any(
            area.left == filled[0] and area.right > area.left for area in self._starting.get(number, ())
        )


def _done(place: Text, heading: str, what: Text) -> Text:
    zh = f"{place.zh} 列 {heading}" if place.zh != place.en else f"{place.zh}，列 {heading}"
    return Text(f"{zh}：{what.zh}", f"{place.en}, column {heading}: {what.en}")
