"""``suyuan breakpoints``: the list 断点·盲点·风险清单, whole or in part, on screen or as a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api import output
from api.context import AsOfOption, JsonOption, invocation, now, read_as_of
from api.files import replacing, suffix_of
from api.selection import Wanted
from api.serving import serving
from api.sheets import findings_csv
from api.showing import Namer
from graph.text import Lang, Text
from queries.finding import BreakpointList

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
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help=str(Text("写入 .csv 或 .json 文件", "Write a .csv or .json file")))
    ] = None,
    as_of: AsOfOption = None,
    as_json: JsonOption = False,
) -> None:  # fmt: skip
    """Print or write the selection."""
    call = invocation(context)
    suffix = suffix_of(out, ("csv", "json"), later=("xlsx",)) if out is not None else ""
    wanted = Wanted(classes or (), kinds or (), severities or (), unit)
    with serving(call.store_url) as desk:
        answer = desk.breakpoints(read_as_of(as_of), now(), wanted)
        if out is not None:
            _write(answer, out, suffix, call.lang)
        if as_json:
            output.print_json(answer)
        elif out is None:
            _print(answer, desk.namer(call.lang), call.lang)


def _write(answer: BreakpointList, out: Path, suffix: str, lang: Lang) -> None:
    with replacing(out) as file:
        file.write(findings_csv(answer) if suffix == "csv" else (answer.model_dump_json(indent=2) + "\n").encode())
    output.say(
        Text(f"{len(answer.findings)} 条已写入 {out}", f"{len(answer.findings)} findings written to {out}").in_(lang)
    )


def _print(answer: BreakpointList, name: Namer, lang: Lang) -> None:
    counts = [(_CLASSES[name].in_(lang), number) for name, number in answer.counts.by_class.items()]
    title = Text(f"清单，截至 {answer.as_of}", f"The list as of {answer.as_of}")
    output.print_table(title, (Text("类别", "Class"), Text("条数", "Count")), counts, lang)
    headings = (
        Text("级", "Sev."), Text("种类", "Kind"), Text("说明", "What"), Text("投诉", "Complaints"), Text("举措", "Measure"), Text("单位", "Unit"),
    )  # fmt: skip
    rows = [
        (f.severity, f.kind, f.message.in_(lang), f.complaints, f.measure.in_(lang), name(f.unit))
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
