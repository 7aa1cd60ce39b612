"""``suyuan trace``: one complaint's answer, on screen, as JSON or as a picture; or every complaint's, a line or a row each."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.context import AsOf, AsOfOption, Invocation, JsonOption, ParametersOption, invocation, read_as_of
from api.files import replacing, suffix_of
from api.serving import serving
from api.terminal import output
from api.terminal.showing import print_trace, print_what_if
from api.tracing import FORMS, fitting_jobs, trace_lines
from graph.errors import UsageError
from graph.text import Lang, Text
from queries.answers import TraceAnswer

NAME = "trace"
HELP = Text("溯源：这条投诉到底是谁的问题", "Trace: whose was this complaint, really?")
_REPORT_EVERY = 100


def run(
    context: typer.Context,
    complaint: Annotated[str | None, typer.Argument(metavar="ID", help=str(Text("投诉编号", "Id of the complaint")))] = None,
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help=str(Text("同时画成一个离线网页", "Also draw it as one offline page")))
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help=str(Text("所有投诉", "Every complaint")))] = False,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", help=str(Text("配合 --all：.jsonl 每行一条完整答案；.csv 每行一条结论，可用 Excel 打开", "With --all: .jsonl, one whole answer a line; or .csv, one conclusion a row, for spreadsheets"))),
    ] = None,
    without: Annotated[
        list[str] | None,
        typer.Option(
            "--without", metavar="ELEMENT",
            help=str(Text("假如没有它，答案怎样变化：Kind:id 或 Kind:id-TYPE->Kind:id，可多次", "How the answer changes without it: Kind:id or Kind:id-TYPE->Kind:id; repeatable")),
        ),
    ] = None,
    jobs: Annotated[
        int | None,
        typer.Option("--jobs", min=1, metavar="N", help=str(Text("配合 --all：几个进程同时算；默认按处理器核数", "With --all: how many processes work; default: by the number of cores"))),
    ] = None,
    as_of: AsOfOption = None,
    parameters: ParametersOption = None,
    as_json: JsonOption = False,
) -> None:  # fmt: skip
    """Answer for one complaint, or write the answers for all."""
    call = invocation(context)
    moment = read_as_of(as_of)
    if everything:
        if complaint is not None or html is not None or without or as_json or out is None:
            raise _all_goes_alone()
        _write_all(call, moment, out, parameters, jobs)
        return
    if complaint is None or out is not None or jobs is not None:
        raise _one_needs_an_id(out, jobs)
    with serving(call.store_url) as desk:
        if without:
            changed = desk.what_if(complaint, without, moment, parameters)
            if html is not None:
                _draw(changed.after, html, call.lang)
            if as_json:
                output.print_json(changed)
            else:
                print_what_if(changed, desk.namer(call.lang), call.lang)
            return
        answer = desk.trace(complaint, moment, parameters)
        if html is not None:
            _draw(answer, html, call.lang)
        if as_json:
            output.print_json(answer)
        else:
            print_trace(answer, desk.namer(call.lang), call.lang)


def _all_goes_alone() -> UsageError:
    return UsageError(
        Text(
            "--all 只与 --out FILE.jsonl 或 FILE.csv、--jobs、--as-of 和 --parameters 同用",
            "--all goes with --out FILE.jsonl or FILE.csv, --jobs, --as-of and --parameters only",
        ),
        Text("例：suyuan trace --all --out traces.csv", "E.g. suyuan trace --all --out traces.csv"),
    )


def _one_needs_an_id(out: Path | None, jobs: int | None) -> UsageError:
    option = "--out" if out is not None else "--jobs" if jobs is not None else None
    what = (
        Text(f"{option} 要和 --all 一起用", f"{option} goes with --all")
        if option
        else Text("缺少投诉编号", "the complaint's id is missing")
    )
    mend = Text(
        "例：suyuan trace C0001；或 suyuan trace --all --out traces.jsonl",
        "E.g. suyuan trace C0001, or suyuan trace --all --out traces.jsonl",
    )
    return UsageError(what, mend)  # fmt: skip


def _draw(answer: TraceAnswer, html: Path, lang: Lang) -> None:
    from viz.page import render  # brings the drawing library with it: only who draws pays for that

    with replacing(html) as file:
        file.write(render(answer.graph, lang))
    output.say(Text(f"图已写入 {html}", f"The picture was written to {html}").in_(lang))


def _write_all(call: Invocation, moment: AsOf, out: Path, version: str | None, jobs: int | None) -> None:
    form = suffix_of(out, tuple(FORMS))
    done = 0
    with serving(call.store_url) as desk:
        before = desk.snapshot().revision
        total = desk.store.counts().nodes.get("Complaint", 0)
        with replacing(out) as file, output.progress(Text("溯源", "Tracing"), call.lang, total) as advance:
            for lines in trace_lines(desk, call.store_url, moment, version, jobs or fitting_jobs(total), form):
                file.write(lines.text)
                done += lines.complaints
                if done % _REPORT_EVERY == 0:
                    advance(done)
        moved = desk.snapshot().revision != before
    written = Text(f"{done} 条结论已写入 {out}", f"{done} conclusions written to {out}")
    if form == "jsonl":
        written = Text(f"{done} 条溯源已写入 {out}", f"{done} traces written to {out}")
    output.say(written.in_(call.lang))
    if moved:
        output.say(
            Text(
                f"提示：其间存储有写入，答案按修订 {before.framework}.{before.facts} 的框架得出；需要一致时请再运行一次。",
                f"Note: the store was written to meanwhile; the answers use the framework of revision {before.framework}.{before.facts}. "
                "Run it again for one consistent state.",
            ).in_(call.lang)
        )
