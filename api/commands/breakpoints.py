"""``suyuan breakpoints``: the list 断点·盲点·风险清单, whole or in part, on screen or as a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.context import AsOfOption, JsonOption, invocation, now, read_as_of
from api.files import replacing, suffix_of
from api.listing.lists import age_of
from api.listing.selection import Wanted
from api.listing.sheets import findings_csv
from api.listing.workbooks import deliver
from api.serving import serving
from api.terminal import output
from api.terminal.showing import Namer
from graph.text import Lang, Text
from queries.finding import BreakpointList
from queries.finding_diff import BreakpointDiff, difference

NAME = "breakpoints"
HELP = Text("断点、盲点、风险清单", "The list of breakpoints, blind spots and risks")
SHOWN = 50
"""Findings shown on screen; --out and --json give all."""
_CLASSES = {
    "breakpoint": Text("断点", "Breakpoint"), "blind_spot": Text("盲点", "Blind spot"), "risk": Text("风险", "Risk"),
}  # fmt: skip


def run(
    context: typer.Context,
    classes: Annotated[
        list[str] | None, typer.Option("--class", metavar="CLASS", help=str(Text("类别 breakpoint、blind_spot 或 risk；可重复", "Class breakpoint, blind_spot or risk; may be repeated")))
    ] = None,
    kinds: Annotated[
        list[str] | None, typer.Option("--kind", metavar="KIND", help=str(Text("种类，如 unowned_control；可重复", "Kind, e.g. unowned_control; may be repeated")))
    ] = None,
    severities: Annotated[
        list[int] | None, typer.Option("--severity", min=1, max=4, help=str(Text("严重度 1–4；可重复", "Severity 1–4; may be repeated")))
    ] = None,
    unit: Annotated[
        str | None, typer.Option("--unit", metavar="UNIT", help=str(Text("单位（含下级），编号或名称", "A unit and those below it, by id or name")))
    ] = None,
    statuses: Annotated[
        list[str] | None, typer.Option("--status", metavar="STATUS", help=str(Text("处置状态，如 open；可重复", "Status of the case, e.g. open; may be repeated")))
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help=str(Text("写入 .csv、.xlsx 或 .json 文件", "Write a .csv, .xlsx or .json file")))
    ] = None,
    refresh: Annotated[bool, typer.Option("--refresh", help=str(Text("重新计算，即使保留的清单仍然有效", "Compute anew even if the kept list still stands")))] = False,
    diff: Annotated[
        str | None,
        typer.Option("--diff", metavar="REV", help=str(Text("与以前的清单比较：修订 框架.事实、日期或 last", "Compare with an earlier list: revision FRAMEWORK.FACTS, a date, or last"))),
    ] = None,
    as_of: AsOfOption = None,
    as_json: JsonOption = False,
) -> None:  # fmt: skip
    """Print or write the selection."""
    call = invocation(context)
    suffix = suffix_of(out, ("json",) if diff is not None else ("csv", "xlsx", "json")) if out is not None else ""
    wanted = Wanted(classes or (), kinds or (), severities or (), unit, statuses or ())
    day, at = read_as_of(as_of), now()
    with serving(call.store_url) as desk:
        with output.progress(Text("溯源", "Tracing"), call.lang) as advance:
            answer = desk.breakpoints(day, at, wanted, refresh=refresh, progress=advance)
        if diff is not None:
            compared = difference(desk.selected(desk.listing.before(diff), wanted), answer)
            _hand_out_diff(compared, out, call.lang, as_json=as_json)
            return
        if suffix == "xlsx" and out is not None:
            with (
                replacing(out) as file,
                output.progress(Text("写工作簿", "Writing the workbook"), call.lang) as advance,
            ):
                deliver(desk, answer, day, file, advance)
            _say_written(len(answer.findings), out, call.lang)
        elif out is not None:
            _write(answer, out, suffix, call.lang)
        if as_json:
            output.print_json(answer)
        elif out is None:
            _print(answer, desk.namer(call.lang), call.lang)
            output.say(age_of(answer.computed_at, at).in_(call.lang))


def _write(answer: BreakpointList, out: Path, suffix: str, lang: Lang) -> None:
    with replacing(out) as file:
        file.write(findings_csv(answer) if suffix == "csv" else (answer.model_dump_json(indent=2) + "\n").encode())
    _say_written(len(answer.findings), out, lang)


def _say_written(count: int, out: Path, lang: Lang) -> None:
    output.say(Text(f"{count} 条已写入 {out}", f"{count} findings written to {out}").in_(lang))


def _print(answer: BreakpointList, name: Namer, lang: Lang) -> None:
    counts = [(_CLASSES[name].in_(lang), number) for name, number in answer.counts.by_class.items()]
    title = Text(f"清单，截至 {answer.as_of}", f"The list as of {answer.as_of}")
    output.print_table(title, (Text("类别", "Class"), Text("条数", "Count")), counts, lang)
    headings = (
        Text("级", "Sev."), Text("种类", "Kind"), Text("说明", "What"), Text("投诉", "Complaints"), Text("举措", "Measure"), Text("单位", "Unit"),
        Text("状态", "Status"),
    )  # fmt: skip
    rows = [
        (f.severity, f.kind, f.message.in_(lang), f.complaints, f.measure.in_(lang), name(f.unit), f.status)
        for f in answer.findings[:SHOWN]
    ]
    output.print_table(Text("最重的在前", "Gravest first"), headings, rows, lang)
    hidden = len(answer.findings) - len(rows)
    if hidden:
        output.print_text(
            Text(
                f"另有 {hidden} 条：用 --out FILE.csv 或 --json 取全部",
                f"{hidden} more: take all with --out FILE.csv or --json",
            ).in_(lang)
        )


def _hand_out_diff(compared: BreakpointDiff, out: Path | None, lang: Lang, *, as_json: bool) -> None:
    if out is not None:
        with replacing(out) as file:
            file.write((compared.model_dump_json(indent=2) + "\n").encode())
    if as_json:
        output.print_json(compared)
    if out is not None or as_json:
        return
    was, now_ = (
        f"{side.as_of} ({side.revision.framework}.{side.revision.facts})" for side in (compared.before, compared.now)
    )
    headings = (Text("级", "Sev."), Text("种类", "Kind"), Text("说明", "What"), Text("投诉", "Complaints"))
    for title, findings in ((Text("新增", "New"), compared.new), (Text("消失", "Gone"), compared.gone)):
        rows = [(f.severity, f.kind, f.message.in_(lang), f.complaints) for f in findings]
        output.print_table(
            Text(f"{title.zh} {len(rows)}：{was} → {now_}", f"{title.en} {len(rows)}: {was} → {now_}"),
            headings,
            rows,
            lang,
        )
    worse = [
        (
            f"{w.severity_before} → {w.finding.severity}",
            w.finding.kind,
            w.finding.message.in_(lang),
            f"{w.complaints_before:.3g} → {w.finding.complaints:.3g}",
        )
        for w in compared.worse
    ]
    output.print_table(Text(f"加重 {len(worse)}", f"Worse {len(worse)}"), headings, worse, lang)
