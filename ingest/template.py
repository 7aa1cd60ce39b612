"""Writes the empty workbook that people fill in: a guide with one filled example, then a sheet a kind and a sheet an edge."""

from __future__ import annotations

from typing import IO

from graph.schema import KINDS
from graph.settings import settings
from ingest.names import both
from ingest.workbook import GUIDE, NOT_IN_SHEETS, Layout, kind_layout, layouts
from ingest.workbook_writer import BookWriter

EXAMPLE: tuple[tuple[str, dict[str, str]], ...] = (
    ("Stage", {"id": "T1", "name": "推广", "function": "销售"}),
    ("ControlPoint", {"id": "X1", "name": "资费表述清晰", "subject_kind": "营销案", "AT": "T1"}),
    ("Campaign", {"id": "M1", "name": "春季活动", "tier": "省内"}),
    ("Category", {"id": "Z1", "name": "宣传不符", "null_rate": "0.1"}),
    ("Complaint", {"id": "K1", "event_at": "2026-03-01 09:30", "text": "与宣传不符", "ABOUT": "Campaign:M1", "IN_CATEGORY": "Z1"}),
)  # fmt: skip
"""One filled row of five kinds: property or edge → cell."""

_LEFT_OUT = "、".join(
    f"{both(KINDS[kind].zh, kind)} {KINDS[kind].properties[name].zh} {name}"
    for kind, names in NOT_IN_SHEETS.items()
    for name in names
)
_RULES = (
    ("一类一表：工作表名是类型或边的名称；只填需要的表，空表不计。", "A sheet a kind or edge; fill only those you need."),
    ("第一行是列名，请勿改动；鼠标停在列名上可看说明。空白单元格表示没有说法。", "The first row holds the headings: hover over one for its meaning. An empty cell says nothing."),
    ("编号 id 自定，同类中唯一；链接列填对方的编号，多个用 ; 分隔。", "Ids are your own, unique per kind; a link column holds the other side's ids, separated by ;."),
    ("一列可链接到几种类型时，请写 类型:编号，如 Campaign:M1。", "Where a column may lead to several kinds write Kind:id, e.g. Campaign:M1."),
    ("边有自己的属性（权重、有效期）时填边表，每行一条：起点 from、终点 to。", "Edges with properties of their own have a sheet: a row an edge, from and to."),
    ("先核对：suyuan ingest 文件.xlsx --dry-run；再去掉 --dry-run 导入。", "Check with suyuan ingest FILE.xlsx --dry-run, then load without --dry-run."),
    ("导出后修改再导入时加 --source 名称 --replace，删去的行才会撤回。", "After an export, load the edited file with --source NAME --replace, so that deleted rows are withdrawn."),
    (f"工作簿中没有、装回时也不会撤回的内容：{_LEFT_OUT}（超过单元格字数）；要全部内容请导出 .jsonl。", f"Not in a workbook, and not withdrawn when it is loaded back: {_LEFT_OUT} (longer than a cell); a .jsonl export has everything."),
)  # fmt: skip


def write_template(stream: IO[bytes]) -> int:
    """Write the empty workbook; returns how many sheets there are to fill. The same version gives the same bytes."""
    sheets = layouts()
    with BookWriter(stream, settings().zone) as writer:
        write_guide(writer)
        for layout in sheets:
            writer.sheet(layout)
    return len(sheets)


def write_guide(writer: BookWriter) -> None:
    """The guide: the rules, then the example as it would stand in five sheets."""
    rows: list[list[str]] = [["溯源 SuYuan"], []]
    for zh, en in _RULES:
        rows += [[zh], [en], []]
    rows.append(["示例 · Example"])
    for kind, cells in EXAMPLE:
        layout = kind_layout(kind)
        rows += [[], [f"工作表 · sheet: {layout.name}"], _headings(layout, cells), list(cells.values())]
    writer.guide(GUIDE, rows)


def _headings(layout: Layout, cells: dict[str, str]) -> list[str]:
    headings = {column.name: column.heading for column in layout.columns}
    return [headings[name] for name in cells]
