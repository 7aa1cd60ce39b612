"""What a load did, shown to a person: counts per kind, what was withdrawn, what sources disagree on, what was done on the way."""

from __future__ import annotations

from api.terminal import output
from graph.text import Lang, Text
from graph.values import clip
from ingest.diff import Diff, ElementChange
from ingest.report import IngestReport

SHOWN_CONFLICTS = 5
_HEADINGS = (
    Text("种类", "Kind"), Text("读入", "Read"), Text("新增", "Added"), Text("变更", "Changed"),
    Text("未变", "Unchanged"), Text("拒绝", "Refused"),
)  # fmt: skip

_DIFF_HEADINGS = (
    Text("变化", "Change"), Text("节点或边", "Node or edge"), Text("属性", "Property"), Text("原值", "Old"), Text("新值", "New"),
)  # fmt: skip
_WHAT = {"added": Text("新增", "added"), "changed": Text("变更", "changed"), "withdrawn": Text("撤回", "withdrawn")}


def print_report(report: IngestReport, lang: Lang) -> None:
    """The counts as tables on stdout, the remarks on stderr."""
    counted = [*report.kinds.items(), (Text("合计", "Total").in_(lang), report.total)]
    rows = [(name, c.read, c.added, c.changed, c.unchanged, c.refused) for name, c in counted]
    output.print_table(Text("装入结果", "What was loaded"), _HEADINGS, rows, lang)
    if report.removed:
        headings = (Text("种类", "Kind"), Text("撤回", "Withdrawn"))
        output.print_table(Text("撤回的内容", "What was withdrawn"), headings, list(report.removed.items()), lang)
    if report.diff is not None:
        _print_diff(report.diff, lang)
    for note in report.notes:
        output.say(f"{Text(note.zh, note.en).in_(lang)} × {note.count}")
    if report.conflict_count:
        _say_conflicts(report, lang)


def _print_diff(diff: Diff, lang: Lang) -> None:
    """A line a property, old → new, each kind's changes together; what is not shown is counted."""
    rows: list[tuple[str, ...]] = []
    for counted_as, counts in diff.counts.items():
        for what, count in counts.items():
            lines = [line for line in diff.elements if (line.counted_as, line.what) == (counted_as, what)]
            for line in lines:
                rows += _diff_rows(line, lang)
            if count > len(lines):
                rest = Text(f"另有 {count - len(lines)} 个", f"{count - len(lines)} more").in_(lang)
                rows.append((_WHAT[what].in_(lang), f"{counted_as}: {rest}", "", "", ""))
    if rows:
        output.print_table(Text("会有的变化", "What would change"), _DIFF_HEADINGS, rows, lang)


def _diff_rows(line: ElementChange, lang: Lang) -> list[tuple[str, ...]]:
    what = _WHAT[line.what].in_(lang)
    if line.kept_by:
        others = ", ".join(line.kept_by)
        return [
            (what, line.element, "sources", "", Text(f"仍由 {others} 给出", f"still asserted by {others}").in_(lang))
        ]
    named = [(change.property, _cell(change.before), _cell(change.after)) for change in line.properties]
    return [(what, line.element, *change) for change in named or [("", "", "")]]


def _cell(value: object) -> str:
    return "" if value is None else clip("; ".join(value) if isinstance(value, list) else value)


def _say_conflicts(report: IngestReport, lang: Lang) -> None:
    count = report.conflict_count
    output.say(
        Text(
            f"{count} 处与其他来源不一致，以这次为准：",
            f"{count} values disagree with other sources; this load's stand:",
        ).in_(lang)
    )
    for line in report.conflicts[:SHOWN_CONFLICTS]:
        others = ", ".join(line.other_sources)
        output.say(f"  {line.element} {line.property}: {line.before} → {line.after} ({others})")
    if count > SHOWN_CONFLICTS:
        output.say(Text("  其余见 --json 的 conflicts", "  the others: see conflicts in --json").in_(lang))
