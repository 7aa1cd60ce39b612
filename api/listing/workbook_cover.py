"""The cover of the workbook: what it is, of which revision, and how many findings by class, kind, status and unit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from api.listing.pen import Cell, Page, Pen
from api.listing.workbook_columns import COVER, GUIDE, LIST, MEASURES, STATUS_WORDS
from api.terminal.showing import Namer
from api.version import program_version
from graph.text import Text
from queries.breakpoints import KINDS
from queries.finding import BreakpointList
from queries.matrices.matrix import Matrix

CLASS_TITLES = {
    "breakpoint": Text("断点：应有的连接缺失或断开", "Breakpoint: a promised link is missing or broken"),
    "blind_spot": Text("盲点：有投诉或职责，却无人管控、衡量或监测", "Blind spot: nothing controls, measures or watches it"),
    "risk": Text("风险：连接成立，但只靠一根线", "Risk: a link that holds by one thread"),
}  # fmt: skip
_SEVERITIES = (4, 3, 2, 1)
_WIDTH = 8


def write_cover(pen: Pen, answer: BreakpointList, matrices: Sequence[Matrix], zh: Namer, en: Namer) -> None:
    """Title, revision, counts; every count is one over the rows of the list sheet."""
    page = pen.sheet(COVER, [34, 44, 10, 10, 10, 10, 10, 10], landscape=False)
    page.line("断点·盲点·风险清单", "title", 1, 26)
    page.line("Breakpoints, blind spots and risks", "title", 1, 26)
    page.line(
        "端到端服务过程质量管理体系 · 问题梳理阶段（6 月底前）交付物 · End-to-end service-process quality: deliverable of the stock-taking phase",
        "note", _WIDTH, 30,
    )  # fmt: skip
    page.skip()
    revision = answer.revision
    facts: tuple[tuple[Text, Cell], ...] = (
        (Text("截至日期", "As of"), answer.as_of), (Text("计算时间（UTC）", "Computed at (UTC)"), answer.computed_at),
        (Text("修订 框架.事实", "Revision framework.facts"), f"{revision.framework}.{revision.facts}"),
        (Text("程序版本", "Program"), f"suyuan {program_version()}"), (Text("条数", "Findings"), len(answer.findings)),
    )  # fmt: skip
    for title, value in facts:
        page.write([(f"{title.zh} · {title.en}", "head"), (value, "count" if isinstance(value, int) else "plain")])
    _by_class(page, answer)
    _by_status(page, answer)
    _by_kind(page, answer)
    _by_unit(page, answer, zh, en)
    page.skip()
    page.line("各工作表 · Sheets", "section", 1)
    for name, what in (
        (LIST, Text("每条一行，黄色列可改，改后可装回", "a row a finding; yellow columns may be edited and loaded back")),
        (MEASURES, Text("每条举措一行，可新增", "a row a measure; add rows as needed")),
        (GUIDE, Text("怎样填写、怎样装回", "how to fill in and load back")),
    ):  # fmt: skip
        page.write([(name, "plain"), (f"{what.zh} · {what.en}", "plain")])
    for matrix in matrices:
        page.write([(matrix.name, "plain"), (f"{matrix.title.zh} · {matrix.title.en}", "plain")])


def _head(page: Page, title: Text, first: Text, second: Text) -> None:
    page.skip()
    page.line(f"{title.zh} · {title.en}", "section", 1)
    severities = [(f"{level} 级\nSev. {level}", "head") for level in _SEVERITIES]
    page.write([(f"{first.zh} · {first.en}", "head"), (f"{second.zh} · {second.en}", "head"), ("条数\nCount", "head"), *severities])  # fmt: skip


def _count_row(page: Page, first: str, second: str, severities: Counter[int]) -> None:
    counts: list[tuple[Cell, str]] = [(severities[level] or None, "count") for level in _SEVERITIES]
    page.write([(first, "plain"), (second, "plain"), (severities.total(), "count"), *counts])


def _by_class(page: Page, answer: BreakpointList) -> None:
    _head(page, Text("按类别", "By class"), Text("类别", "Class"), Text("含义", "Meaning"))
    for name, title in CLASS_TITLES.items():
        found = Counter(f.severity for f in answer.findings if f.class_ == name)
        meaning_zh, meaning_en = title.zh.partition("：")[2], title.en.partition(": ")[2]
        _count_row(page, f"{title.zh.partition('：')[0]} {name}", f"{meaning_zh}\n{meaning_en}", found)
    _count_row(page, "合计 Total", "", Counter(f.severity for f in answer.findings))


def _by_status(page: Page, answer: BreakpointList) -> None:
    _head(page, Text("按处置状态", "By status"), Text("状态", "Status"), Text("含义", "Meaning"))
    meanings = {
        "open": Text("尚无决定", "nothing decided yet"), "assigned": Text("已指派，待整改", "in somebody's hands"),
        "accepted": Text("已接受，未到截止日", "accepted until a day"), "fixed": Text("报告已整改，但本次仍发现", "said to be mended, still found"),
    }  # fmt: skip
    for name, meaning in meanings.items():
        found = Counter(f.severity for f in answer.findings if f.status == name)
        _count_row(page, STATUS_WORDS[name], f"{meaning.zh} · {meaning.en}", found)


def _by_kind(page: Page, answer: BreakpointList) -> None:
    _head(page, Text("按种类", "By kind"), Text("种类", "Kind"), Text("名称", "Title"))
    for name, predicate in KINDS.items():
        found = Counter(f.severity for f in answer.findings if f.kind == name)
        if found:
            _count_row(page, name, f"{predicate.title.zh} · {predicate.title.en}", found)


def _by_unit(page: Page, answer: BreakpointList, zh: Namer, en: Namer) -> None:
    _head(page, Text("按应处置单位", "By unit that should act"), Text("单位", "Unit"), Text("名称", "Name"))
    by_unit: dict[str, Counter[int]] = {}
    for finding in answer.findings:
        by_unit.setdefault(finding.unit or "", Counter())[finding.severity] += 1
    for unit, found in sorted(by_unit.items(), key=lambda item: (-item[1].total(), item[0])):
        names = f"{zh(unit)}\n{en(unit)}" if unit else "尚不能确定 · not known"
        _count_row(page, unit.partition(":")[2] or "—", names, found)
