"""What an integrity check of a store can find: each sort of fault in words, with its mend.

The engines look in their own ways (``sqlite_integrity.py``, ``neo4j_integrity.py``); what they find is told alike.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from graph.schema import KINDS
from graph.text import Text

SHOWN = 5
"""Examples of a fault that are kept; the number of all of them is told beside."""
Step = Callable[[Text], None]
"""Is told what is looked at next."""


class Fault(NamedTuple):
    """One sort of fault in one place: how often it was found, and the first examples."""

    check: str
    """A key of :data:`CHECKS`."""
    place: str
    """Table, label or type of edge."""
    found: int
    examples: tuple[str, ...]

    @property
    def what(self) -> Text:
        """What is wrong, where, and how often."""
        said = CHECKS[self.check].what
        shown_zh, shown_en = "、".join(self.examples), ", ".join(self.examples)
        more = self.found > len(self.examples)
        return Text(
            f"{said.zh}（{self.place}，{self.found} 处：{shown_zh}{'…' if more else ''}）",
            f"{said.en} ({self.place}, {self.found}: {shown_en}{'…' if more else ''})",
        )

    @property
    def mend(self) -> Text:
        """How to mend it."""
        return CHECKS[self.check].mend


class Check(NamedTuple):
    """A sort of fault."""

    what: Text
    mend: Text


_RESTORE = Text(
    "请从备份恢复；没有备份时，用 suyuan export 取出还能读的内容，装入新的存储",
    "Restore a backup; without one, `suyuan export` what can still be read and load it into a new store",
)
_LOAD_AGAIN = Text(
    "有人绕过溯源改动过存储：请重新装入该来源的文件（suyuan ingest --again），或从备份恢复",
    "Something wrote past SuYuan: load the files of that source again (`suyuan ingest --again`), or restore a backup",
)
_REBUILD = Text(
    "请运行 suyuan init --rebuild，按现有事实重新推导", "Run `suyuan init --rebuild`: it is derived anew from the facts"
)
ORDERED = (("event_at", "recorded_at"), ("valid_from", "valid_to"), ("period_start", "period_end"))
"""Pairs of properties of which the first may not lie after the second."""
CHECKS: Mapping[str, Check] = {
    "pages": Check(Text("数据库文件的页损坏", "pages of the database file are damaged"), _RESTORE),
    "value": Check(Text("属性值不符合数据模型", "values that the schema does not allow"), _LOAD_AGAIN),
    "source": Check(Text("没有来源断言的节点或关系", "nodes or edges that no source asserts"), _LOAD_AGAIN),
    "end": Check(Text("关系的一端不存在", "edges with an end that is not there"), _LOAD_AGAIN),
    "ends": Check(Text("关系两端的类型不被允许", "edges between kinds that the schema does not allow"), _LOAD_AGAIN),
    "twice": Check(Text("同一节点或关系存了两次", "nodes or edges that are there twice"), _LOAD_AGAIN),
    "kinds": Check(Text("一个节点有几种类型", "nodes of several kinds at once"), _LOAD_AGAIN),
    "claims": Check(
        Text("各来源的断言与所示内容不符", "what each source asserts does not add up to what is shown"), _LOAD_AGAIN
    ),
    "orphan claims": Check(
        Text("断言没有对应的节点或关系", "claims whose node or edge is not there, or has one source alone"), _LOAD_AGAIN
    ),
    "tally": Check(Text("每日投诉量与投诉不符", "daily counts that differ from the complaints"), _REBUILD),
    "months": Check(Text("每月投诉量与投诉不符", "monthly counts that differ from the complaints"), _REBUILD),
    "episodes": Check(Text("首次投诉量与投诉不符", "counts of first complaints that differ from the complaints"), _REBUILD),
    "members": Check(Text("对象组合的索引与投诉不符", "the index of sets of subjects differs from the complaints"), _REBUILD),
    "series": Check(Text("指标值序列与指标值不符", "series of values that differ from the measurements"), _REBUILD),
    "search": Check(Text("全文检索与投诉内容不符", "the full text differs from the texts of complaints"), _REBUILD),
    "digest": Check(Text("记录摘要与记录不符", "digests of records that no longer hold"), _REBUILD),
    "counters": Check(Text("修订计数器不可信", "revision counters that cannot be"), _RESTORE),
    "note": Check(Text("存储自身的记录不可读", "what the store notes of itself cannot be read"), _RESTORE),
}  # fmt: skip
"""Name of a check → what its faults are, and their mend."""


class Found:
    """Faulty things as they come, counted; the first are kept as examples."""

    def __init__(self) -> None:
        self.number = 0
        self.examples: list[str] = []

    def add(self, example: str) -> None:
        """One more."""
        self.number += 1
        if len(self.examples) < SHOWN:
            self.examples.append(example)


def fault(check: str, place: str, examples: Iterable[str]) -> Iterator[Fault]:
    """The fault that all the examples are of, or nothing where there is none."""
    found = Found()
    for example in examples:
        found.add(example)
    if found.number:
        yield Fault(check, place, found.number, tuple(found.examples))


def faults_of_counters(framework: object, facts: object, stored: Iterable[str]) -> Iterator[Fault]:
    """What is wrong with the two counters: no number, below zero, or at zero where something of their group is stored.

    Args:
        framework: the counter of framework edits, as it is kept.
        facts: the counter of facts.
        stored: the kinds that have nodes.
    """
    groups = {"framework" if KINDS[kind].group == "framework" else "facts" for kind in stored}
    bad = [
        f"{name} = {value}"
        for name, value in (("framework", framework), ("facts", facts))
        if not isinstance(value, int) or value < (name in groups)
    ]
    yield from fault("counters", "meta", bad)
