"""What a load did, shown to a person: counts per kind, what was withdrawn, what sources disagree on, what was done on the way."""

from __future__ import annotations

from api import output
from graph.text import Lang, Text
from ingest.report import IngestReport

SHOWN_CONFLICTS = 5
_HEADINGS = (
    Text("种类", "Kind"), Text("读入", "Read"), Text("新增", "Added"), Text("变更", "Changed"),
    Text("未变", "Unchanged"), Text("拒绝", "Refused"),
)  # fmt: skip


def print_report(report: IngestReport, lang: Lang) -> None:
    """The counts as tables on stdout, the remarks on stderr."""
    counted = [*report.kinds.items(), (Text("合计", "Total").in_(lang), report.total)]
    rows = [(name, c.read, c.added, c.changed, c.unchanged, c.refused) for name, c in counted]
    output.print_table(Text("装入结果", "What was loaded"), _HEADINGS, rows, lang)
    if report.removed:
        headings = (Text("种类", "Kind"), Text("撤回", "Withdrawn"))
        output.print_table(Text("撤回的内容", "What was withdrawn"), headings, list(report.removed.items()), lang)
    for note in report.notes:
        output.say(f"{Text(note.zh, note.en).in_(lang)} × {note.count}")
    if report.conflict_count:
        _say_conflicts(report, lang)


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
