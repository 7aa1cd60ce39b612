"""The layout of the list's workbook: its sheets, the columns of the two that people edit, and the mark by which an edit is noticed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import NamedTuple

from graph.schema import KINDS
from graph.text import Text
from queries.finding_cases import MEASURE_STATUSES

COVER, LIST, MEASURES, CHOICES, GUIDE = "封面 Cover", "清单 List", "举措 Measures", "选项 Choices", "说明 Guide"
"""Names of the sheets that are no matrix."""


class Column(NamedTuple):
    """A column: its name, heading, width, and whether people may write in it."""

    name: str
    heading: Text
    width: float
    edit: bool = False

    @property
    def title(self) -> str:
        """The heading as it stands in the sheet: Chinese, English, and the name by which it is found again."""
        return f"{self.heading.zh}\n{self.heading.en}\n[{self.name}]"


LIST_COLUMNS = (
    Column("severity", Text("严重度", "Severity"), 10),
    Column("class", Text("类别", "Class"), 11),
    Column("kind", Text("种类", "Kind"), 22),
    Column("message", Text("问题", "What is wrong"), 52),
    Column("complaints", Text("预计投诉", "Expected complaints"), 13),
    Column("unit", Text("应处置单位", "Unit to act"), 20),
    Column("owner", Text("责任人", "Owner"), 18),
    Column("suggested", Text("建议举措", "Suggested measure"), 30),
    Column("status", Text("状态", "Status"), 17, edit=True),
    Column("assignee", Text("指派给", "Assigned to"), 18, edit=True),
    Column("due", Text("期限", "Due"), 12, edit=True),
    Column("reason", Text("接受原因", "Reason for accepting"), 24, edit=True),
    Column("note", Text("说明", "Note"), 24, edit=True),
    Column("measure", Text("举措", "Measure"), 28, edit=True),
    Column("measure_status", Text("举措状态", "Measure's status"), 18, edit=True),
    Column("measure_due", Text("举措期限", "Measure's due date"), 15, edit=True),
    Column("folded_under", Text("归并于（起因的键）", "Told under (key of the cause)"), 24),
    Column("first_seen", Text("首次发现", "First seen"), 12),
    Column("last_seen", Text("最近发现", "Last seen"), 12),
    Column("clause", Text("方案条款", "Clause of the plan"), 30),
    Column("key", Text("键", "Key"), 30),
    Column("version", Text("版本（勿改）", "Version (leave it)"), 26),
)
MEASURE_COLUMNS = (
    Column("key", Text("断点的键", "Key of the finding"), 40),
    Column("message", Text("问题", "What is wrong"), 52),
    Column("measure", Text("举措", "Measure"), 36, edit=True),
    Column("measure_status", Text("举措状态", "Measure's status"), 18, edit=True),
    Column("measure_due", Text("举措期限", "Measure's due date"), 15, edit=True),
    Column("measure_assignee", Text("由谁落实", "Carried out by"), 20, edit=True),
    Column("version", Text("版本（勿改）", "Version (leave it)"), 26),
)

_CASE_STATUS = KINDS["FindingCase"].properties["status"]
STATUS_WORDS = {choice: f"{zh} {choice}" for choice, zh in zip(_CASE_STATUS.choices, _CASE_STATUS.labels, strict=True)}
"""Status of a case → the word that stands in its cell."""
MEASURE_WORDS: dict[str, str] = {
    name: f"{zh} {name}" for name, zh in zip(MEASURE_STATUSES, ("计划", "进行中", "完成", "取消"), strict=True)
}
"""Status of a measure → the word that stands in its cell."""


def edit_cells(columns: Sequence[Column]) -> list[str]:
    """The names of the columns people may write in, in order."""
    return [column.name for column in columns if column.edit]


def mark(version: str, said: Sequence[str | None]) -> str:
    """The version of a case with a digest of what its row says: whether the row was edited, and for which state."""
    digest = hashlib.sha256(json.dumps([text or "" for text in said], ensure_ascii=False).encode()).hexdigest()[:12]
    return f"{version}.{digest}"
